"""
Local hours, dates and holidays on the time line of the plan: rules T1 and T3.

The only place where wall-clock time becomes minutes UTC. Days are proleptic ordinals
(``date.toordinal``).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from optimizer.domain.border import Closure
from optimizer.domain.hours import WeeklyHours
from optimizer.units import MINUTES_PER_DAY, minutes_since

Minutes = NDArray[np.int64]


class ZoneClock:
    """
    Wall clock of a zone against minutes since the epoch.

    Parameters
    ----------
    zone
        IANA name.
    epoch_at
        Zero of the minutes.
    first_day, last_day
        Ordinals of the local dates that are looked up often; others work, one by one.

    Notes
    -----
    Midnights are converted once. Only on days on which the offset changes does a clock time need a
    conversion of its own.
    """

    def __init__(self, zone: str, epoch_at: datetime, first_day: int, last_day: int) -> None:
        self._zone = ZoneInfo(zone)
        self._epoch_at = epoch_at
        self._first_day = first_day
        days = range(first_day, last_day + 2)
        self._midnights = np.array([self._convert(day, 0) for day in days], dtype=np.int64)
        self._is_plain = np.diff(self._midnights) == MINUTES_PER_DAY

    def _convert(self, day: int, clock_min: int) -> int:
        local = datetime.combine(date.fromordinal(day), datetime.min.time(), self._zone)
        return minutes_since(self._epoch_at, local + timedelta(minutes=clock_min))

    def minute(self, day: int, clock_min: int) -> int:
        """Minute of a wall-clock time; ``clock_min`` past 24 h is on a later date."""
        return int(self.minutes(np.array([day]), np.array([clock_min]))[0])

    def minutes(self, days: Minutes, clock_min: Minutes) -> Minutes:
        """
        Minutes of wall-clock times.

        Parameters
        ----------
        days
            (n,) ordinals of local dates.
        clock_min
            (n,) minutes since local midnight; past 24 h on a later date.
        """
        days = days + clock_min // MINUTES_PER_DAY
        clock_min = clock_min % MINUTES_PER_DAY
        at = days - self._first_day
        known = (at >= 0) & (at < len(self._is_plain))
        at = np.where(known, at, 0)
        result = self._midnights[at] + clock_min
        for index in np.flatnonzero(~known | ~self._is_plain[at]):
            result[index] = self._convert(int(days[index]), int(clock_min[index]))
        return result

    def date_ordinals(self, minutes: Minutes) -> Minutes:
        """Ordinals of the local dates of moments, (n,)."""
        found = np.searchsorted(self._midnights, minutes, side="right") - 1
        result = found + self._first_day
        outside = (found < 0) | (found >= len(self._is_plain))
        for index in np.flatnonzero(outside):
            result[index] = self.local(int(minutes[index])).toordinal()
        return result

    def local(self, minute: int) -> datetime:
        """Local time of a moment."""
        moment = self._epoch_at.astimezone(UTC) + timedelta(minutes=minute)
        return moment.astimezone(self._zone)


@lru_cache(maxsize=512)
def public_holidays(country: str, year: int) -> frozenset[int]:
    """Ordinals of the public holidays of a country; none where the package has no calendar."""
    import holidays  # costs a third of a second, and only closed days need it

    try:
        days = holidays.country_holidays(country, years=year)
    except NotImplementedError:
        return frozenset()
    return frozenset(day.toordinal() for day in days)


def opening_intervals(
    hours: WeeklyHours, clock: ZoneClock, country: str, first_day: int, last_day: int
) -> tuple[Minutes, Minutes]:
    """
    When a place is open, as half-open intervals on the time line.

    Parameters
    ----------
    country
        Whose public holidays close it, where ``hours.closed_on_holidays``.
    first_day, last_day
        Ordinals of local dates, inclusive.

    Returns
    -------
    opens, closes
        (n,) minutes, rising; intervals that touch are one.
    """
    if hours.is_always_open:
        return (
            np.array([clock.minute(first_day, 0)], dtype=np.int64),
            np.array([clock.minute(last_day + 1, 0)], dtype=np.int64),
        )
    days = np.arange(first_day, last_day + 1)
    if hours.closed_on_holidays:
        years = range(date.fromordinal(first_day).year, date.fromordinal(last_day).year + 1)
        closed = np.array(
            sorted(frozenset().union(*(public_holidays(country, year) for year in years))),
            dtype=np.int64,
        )
        days = days[~np.isin(days, closed)]
    weekday = (days - 1) % 7  # ordinal 1 is a Monday
    starts: list[Minutes] = []
    ends: list[Minutes] = []
    for day_of_week, opens_min, closes_min in hours.intervals:
        of_day = days[weekday == day_of_week]
        starts.append(clock.minutes(of_day, np.full(len(of_day), opens_min)))
        ends.append(clock.minutes(of_day, np.full(len(of_day), closes_min)))
    opens = np.concatenate(starts) if starts else np.empty(0, dtype=np.int64)
    closes = np.concatenate(ends) if ends else np.empty(0, dtype=np.int64)
    order = np.argsort(opens, kind="stable")
    opens, closes = opens[order], closes[order]
    keep = closes > opens  # an hour that a clock change skips
    opens, closes = opens[keep], closes[keep]
    starts_new = np.ones(len(opens), dtype=bool)
    starts_new[1:] = opens[1:] > closes[:-1]
    ends_old = np.ones(len(opens), dtype=bool)
    ends_old[:-1] = starts_new[1:]
    return opens[starts_new], closes[ends_old]


def without_closures(
    opens: Minutes, closes: Minutes, closures: Sequence[Closure], epoch_at: datetime
) -> tuple[Minutes, Minutes]:
    """
    Opening intervals less the dated spans in which the place is shut.

    Parameters
    ----------
    opens, closes
        (n,) minutes, rising, half open.

    Returns
    -------
    opens, closes
        (m,) minutes, rising.
    """
    for closure in closures:
        start, end = (minutes_since(epoch_at, at) for at in (closure.from_at, closure.until_at))
        opens, closes = (
            np.concatenate([opens, np.maximum(opens, end)]),
            np.concatenate([np.minimum(closes, start), closes]),
        )
        kept = opens < closes
        # A span apart from the closure survives whole on both sides: once is enough.
        pairs = np.unique(np.stack([opens[kept], closes[kept]], axis=1), axis=0)
        opens, closes = pairs[:, 0].copy(), pairs[:, 1].copy()
    return opens, closes
