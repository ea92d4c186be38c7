"""Local hours, dates and holidays against zoneinfo, day by day."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from optimizer.domain.hours import WeeklyHours
from optimizer.network.build import build_network
from optimizer.network.calendars import ZoneClock, opening_intervals, public_holidays
from tests.factories import EPOCH, make_crossing, make_facility, make_network_data

# Central European time ends on 2026-03-29 at 02:00 and comes back on 2026-10-25 at 03:00.
SPRING = datetime(2026, 3, 25, tzinfo=UTC)
AUTUMN = datetime(2026, 10, 21, tzinfo=UTC)


def _clock(zone, epoch, n_days=10):
    day = epoch.date().toordinal()
    return ZoneClock(zone, epoch, day, day + n_days), day


@pytest.mark.parametrize("zone", ["Europe/Berlin", "Asia/Yangon", "Asia/Shanghai"])
@pytest.mark.parametrize("epoch", [SPRING, AUTUMN, EPOCH])
def test_wall_clock_equals_zoneinfo_on_every_hour(zone, epoch):
    clock, first = _clock(zone, epoch)
    for day in range(first, first + 10):
        for minute in range(0, 3 * 1440, 60):
            local = datetime.combine(date.fromordinal(day), datetime.min.time())
            local = (local + timedelta(minutes=minute)).replace(tzinfo=ZoneInfo(zone))
            expected = int((local - epoch).total_seconds() // 60)
            assert clock.minute(day, minute) == expected


def test_yangon_is_six_and_a_half_hours_ahead():
    clock, day = _clock("Asia/Yangon", EPOCH)
    assert clock.minute(day, 0) == -390


def test_day_of_clock_change_is_an_hour_short():
    clock, _ = _clock("Europe/Berlin", SPRING)
    sunday = date(2026, 3, 29).toordinal()
    assert clock.minute(sunday + 1, 0) - clock.minute(sunday, 0) == 23 * 60
    # 08:00 that day is seven hours after midnight.
    assert clock.minute(sunday, 480) - clock.minute(sunday, 0) == 7 * 60


def test_dates_of_moments_equal_zoneinfo():
    clock, _ = _clock("Europe/Berlin", AUTUMN, n_days=5)
    minutes = np.arange(-3 * 1440, 9 * 1440, 37)
    found = clock.date_ordinals(minutes)
    for minute, ordinal in zip(minutes.tolist(), found.tolist(), strict=True):
        moment = (AUTUMN + timedelta(minutes=minute)).astimezone(ZoneInfo("Europe/Berlin"))
        assert moment.date().toordinal() == ordinal


@pytest.mark.parametrize(
    ("zone", "hours"),
    [
        ("Asia/Yangon", "Mo-Fr 08:30-18:00; Sa 08:00-12:00"),
        ("Europe/Berlin", "Mo-Su 22:00-04:00"),
        ("Asia/Shanghai", "24/7"),
    ],
)
def test_open_minutes_equal_the_definition(zone, hours):
    weekly = WeeklyHours.parse(hours)
    clock, first = _clock(zone, AUTUMN)
    opens, closes = opening_intervals(weekly, clock, "XX", first, first + 9)
    assert (opens[1:] > closes[:-1]).all()
    for minute in range(0, 7 * 1440, 10):
        local = (AUTUMN + timedelta(minutes=minute)).astimezone(ZoneInfo(zone))
        clock_min = local.hour * 60 + local.minute
        expected = any(
            day == local.weekday() and start <= clock_min < end
            for day, start, end in weekly.intervals
        )
        assert bool(((opens <= minute) & (minute < closes)).any()) == expected, local


def test_holidays_close_a_place_that_keeps_them():
    # 2026-10-01 is a holiday in China, a Thursday.
    hours = WeeklyHours.parse("Mo-Su 09:00-17:00", closed_on_holidays=True)
    epoch = datetime(2026, 9, 30, tzinfo=UTC)
    clock, first = _clock("Asia/Shanghai", epoch)
    opens, closes = opening_intervals(hours, clock, "CN", first, first + 12)
    holiday = date(2026, 10, 1).toordinal()
    assert holiday in public_holidays("CN", 2026)
    ten_o_clock = clock.minute(holiday, 600)
    assert not ((opens <= ten_o_clock) & (ten_o_clock < closes)).any()
    day_before = clock.minute(holiday - 1, 600)
    assert ((opens <= day_before) & (day_before < closes)).any()


def test_countries_without_a_calendar_have_no_holidays():
    assert public_holidays("XX", 2026) == frozenset()


def test_next_and_last_open_of_a_facility_and_a_crossing():
    facility = make_facility("CNKMG-A", hours=WeeklyHours.parse("Mo-Fr 08:00-18:00"))
    crossing = make_crossing(hours=WeeklyHours.parse("Mo-Su 08:00-20:00"))
    network = build_network(
        make_network_data(facilities=[facility], crossings=[crossing]), epoch_at=EPOCH
    )
    friday_18 = (4 * 24 + 10) * 60  # 18:00 in Kunming is 10:00 UTC; the epoch is a Monday
    monday_8 = 7 * 1440
    assert network.next_open_facility("CNKMG-A", friday_18 - 1) == friday_18 - 1
    assert network.next_open_facility("CNKMG-A", friday_18) == monday_8
    assert network.last_open_facility("CNKMG-A", monday_8 - 1) == friday_18 - 1
    assert network.next_open_crossing(crossing.crossing_id, 12 * 60) == 24 * 60
