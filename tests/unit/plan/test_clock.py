"""The checker's own reading of hours, zones and quantiles."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from optimizer.domain.border import Duration
from optimizer.domain.hours import WeeklyHours
from optimizer.plan.checks.clock import Clock, duration_min
from tests.factories import EPOCH, make_crossing, make_facility

DAY = 1440


def facility(hours: str, country: str = "CN", *, holidays: bool = False):
    return make_facility(
        f"{country}XXX-A", hours=WeeklyHours.parse(hours, closed_on_holidays=holidays)
    )


@pytest.mark.parametrize(
    ("hours", "minute", "opens"),
    [
        # Minute 0 is Monday 08:00 in China.
        ("24/7", 17, 17),
        ("Mo-Fr 08:00-18:00", 0, 0),
        ("Mo-Fr 08:00-18:00", 599, 599),
        ("Mo-Fr 08:00-18:00", 600, DAY),  # closing time is exclusive
        ("Mo-Fr 09:00-18:00", 0, 60),
        ("Mo-Fr 08:00-18:00", 4 * DAY + 600, 7 * DAY),  # Friday evening to Monday
        ("Sa 08:00-12:00", 0, 5 * DAY),
        ("Mo-Su 22:00-06:00", 0, 14 * 60),  # 22:00 tonight
        ("Mo-Su 22:00-06:00", 17 * 60, 17 * 60),  # 01:00, inside
    ],
)
def test_next_opening(hours: str, minute: int, opens: int) -> None:
    assert Clock(EPOCH).facility_opens(facility(hours), minute) == opens


def test_never_open() -> None:
    closed = make_facility("CNXXX-A", hours=WeeklyHours(()))
    assert Clock(EPOCH).facility_opens(closed, 0) is None


def test_public_holidays_of_the_country_are_closed() -> None:
    # 1 to 3 January 2027 are New Year in China; 2027-01-01 is a Friday. 08:00 there is 00:00 UTC.
    place = facility("Mo-Su 08:00-18:00", holidays=True)
    new_year = (datetime(2027, 1, 1, tzinfo=UTC) - EPOCH).days * DAY
    opens = Clock(EPOCH).facility_opens(place, new_year)
    assert opens is not None
    assert opens > new_year
    assert (opens - new_year) % DAY == 0
    assert Clock(EPOCH).facility_opens(facility("Mo-Su 08:00-18:00"), new_year) == new_year
    always = facility("24/7", holidays=True)
    assert Clock(EPOCH).facility_opens(always, new_year) == opens - 8 * 60  # from midnight


def test_country_without_calendar_never_closes() -> None:
    place = make_facility(
        "XXABC-A", hours=WeeklyHours.parse("Mo-Su 00:00-24:00", closed_on_holidays=True)
    )
    assert Clock(EPOCH).facility_opens(place, 5) == 5


def test_crossing_keeps_the_hours_of_its_own_zone() -> None:
    crossing = make_crossing("A-B-ROAD:LA-TH", hours=WeeklyHours.parse("Mo-Su 08:00-20:00"))
    # Vientiane is at 07:00 when the epoch begins.
    assert Clock(EPOCH).crossing_opens(crossing, 0) == 60


def test_wall_clock_keeps_printed_times_over_a_clock_change() -> None:
    # Berlin leaves summer time on 2026-10-25 at 03:00: that day has 25 hours.
    clock = Clock(datetime(2026, 10, 24, tzinfo=UTC))
    before = clock.wall_min("Europe/Berlin", date(2026, 10, 24), 20 * 60)
    after = clock.wall_min("Europe/Berlin", date(2026, 10, 24), DAY + 20 * 60)
    assert before == 18 * 60
    assert after - before == 25 * 60
    assert clock.local_date("Europe/Berlin", 22 * 60) == date(2026, 10, 25)
    assert clock.local_date("Europe/Berlin", 22 * 60 - 1) == date(2026, 10, 24)


@pytest.mark.parametrize(
    ("p50", "p90", "quantile", "minutes"),
    [
        (180, 600, 0.5, 180),
        (180, 600, 0.9, 600),
        (0, 600, 0.9, 0),
        (60, 60, 0.99, 60),
        (60, 30, 0.99, 60),
        (100, 400, 0.1, 25),  # symmetric in the logarithm: 100 / 4
        # z(0.8) = 0.8416212; 100 * 4 ** (0.8416212 / 1.2815516) = 248.5
        (100, 400, 0.8, 249),
    ],
)
def test_duration_at_quantile(p50: int, p90: int, quantile: float, minutes: int) -> None:
    assert duration_min(Duration(p50_min=p50, p90_min=p90), quantile) == minutes
