"""
Local time, opening hours and uncertain durations, as the checker reads them.

Rules T1, T2 and T3 once more, from ``zoneinfo`` and the ``holidays`` package, without the calendars
that the planner uses.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from math import ceil, exp, log
from statistics import NormalDist
from zoneinfo import ZoneInfo

from optimizer.domain.border import Crossing, Duration
from optimizer.domain.hours import WeeklyHours
from optimizer.domain.location import Facility
from optimizer.units import MINUTES_PER_DAY, MINUTES_PER_HOUR, minutes_since, moment_at

Z_P90 = 1.2815515655446004
SEARCH_DAYS = 400
"""A place that does not open within so many days never does."""


@lru_cache(maxsize=512)
def _public_holidays(country: str, year: int) -> frozenset[date]:
    import holidays

    try:
        return frozenset(holidays.country_holidays(country, years=year))
    except NotImplementedError:
        return frozenset()


def duration_min(duration: Duration, quantile: float) -> int:
    """Minutes of an uncertain duration at a quantile, rounded up (T2)."""
    p50, p90 = duration.p50_min, duration.p90_min
    if p50 <= 0 or p90 <= p50:
        return p50
    sigma = log(p90 / p50) / Z_P90
    return ceil(round(p50 * exp(NormalDist().inv_cdf(quantile) * sigma), 6))


class Clock:
    """Local time of places as minutes since a plan's epoch, and back."""

    def __init__(self, epoch_at: datetime) -> None:
        self._epoch_at = epoch_at
        self._intervals: dict[tuple[WeeklyHours, str, str, date], list[tuple[int, int]]] = {}

    def minute(self, moment: datetime) -> int:
        """Minutes since the epoch of a moment with a zone."""
        return minutes_since(self._epoch_at, moment)

    def wall_min(self, timezone: str, day: date, minutes: int) -> int:
        """
        Minute of a wall-clock reading: ``minutes`` after midnight of a local day.

        The reading is taken apart into days and clock time before it meets the zone, so that a day
        with a clock change keeps its printed times.
        """
        n_days, of_day = divmod(minutes, MINUTES_PER_DAY)
        clock = time(of_day // MINUTES_PER_HOUR, of_day % MINUTES_PER_HOUR)
        local = datetime.combine(day + timedelta(days=n_days), clock, ZoneInfo(timezone))
        return self.minute(local.astimezone(UTC))

    def local_date(self, timezone: str, minute: int) -> date:
        """Local calendar date of a minute."""
        return moment_at(self._epoch_at, minute).astimezone(ZoneInfo(timezone)).date()

    def facility_opens(self, facility: Facility, minute: int) -> int | None:
        """Smallest minute from ``minute`` at which a facility is open; ``None`` if never."""
        return self._next_open(facility.hours, facility.timezone, facility.country, minute)

    def crossing_opens(self, crossing: Crossing, minute: int) -> int | None:
        """Smallest minute from ``minute`` at which a crossing is open; ``None`` if never."""
        shut = [(self.minute(one.from_at), self.minute(one.until_at)) for one in crossing.closures]
        while True:
            at = self._next_open(crossing.hours, crossing.timezone, crossing.from_country, minute)
            ends = [] if at is None else [end for start, end in shut if start <= at < end]
            if not ends:
                return at
            minute = max(ends)

    def _next_open(
        self, hours: WeeklyHours, timezone: str, country: str, minute: int
    ) -> int | None:
        if hours.is_always_open:
            return minute
        if not hours.intervals:
            return None
        first = self.local_date(timezone, minute)
        for n_days in range(SEARCH_DAYS):
            day = first + timedelta(days=n_days)
            for opens, closes in self._open_on(hours, timezone, country, day):
                if minute < closes:
                    return max(minute, opens)
        return None

    def _open_on(
        self, hours: WeeklyHours, timezone: str, country: str, day: date
    ) -> list[tuple[int, int]]:
        key = (hours, timezone, country, day)
        if key not in self._intervals:
            if hours.closed_on_holidays and day in _public_holidays(country, day.year):
                self._intervals[key] = []
            else:
                self._intervals[key] = [
                    (self.wall_min(timezone, day, opens), self.wall_min(timezone, day, closes))
                    for weekday, opens, closes in hours.intervals
                    if weekday == day.weekday()
                ]
        return self._intervals[key]
