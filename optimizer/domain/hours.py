"""Weekly opening hours in local time, as in ``Mo-Fr 08:00-18:00; Sa 08:00-12:00``."""

from __future__ import annotations

import re
from dataclasses import dataclass

from optimizer.units import MINUTES_PER_DAY

DAYS = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")
_PART = re.compile(r"^(?P<days>[A-Za-z,\- ]+) (?P<from>\d\d:\d\d)-(?P<to>\d\d:\d\d)$")


def _minute_of_day(clock: str) -> int:
    hour, minute = (int(part) for part in clock.split(":"))
    if hour > 24 or minute > 59 or (hour == 24 and minute):  # noqa: PLR2004
        raise ValueError(f"{clock} is not a time of day")
    return hour * 60 + minute


def _weekdays(text: str) -> list[int]:
    days: list[int] = []
    for part in text.replace(" ", "").split(","):
        first, _, last = part.partition("-")
        start, end = DAYS.index(first), DAYS.index(last or first)
        days.extend((start + i) % 7 for i in range((end - start) % 7 + 1))
    return days


@dataclass(frozen=True, slots=True)
class WeeklyHours:
    """
    Opening intervals of a week in local time.

    Parameters
    ----------
    intervals
        ``(weekday, opens_min, closes_min)``: Monday is 0, minutes since local midnight, closing
        time not later than 24:00 and exclusive. Sorted, not overlapping. Hours that pass midnight
        are two intervals.
    closed_on_holidays
        Whether public holidays of the country are closed days.
    """

    intervals: tuple[tuple[int, int, int], ...]
    closed_on_holidays: bool = False

    @classmethod
    def parse(cls, text: str, *, closed_on_holidays: bool = False) -> WeeklyHours:
        """
        Read hours such as ``24/7`` or ``Mo-Fr 08:00-18:00; Sa 08:00-12:00``.

        Raises
        ------
        ValueError
            The text is not of that form.
        """
        if text.strip() == "24/7":
            always = tuple((day, 0, MINUTES_PER_DAY) for day in range(7))
            return cls(always, closed_on_holidays)
        intervals: list[tuple[int, int, int]] = []
        for part in text.split(";"):
            match = _PART.match(part.strip())
            if match is None:
                raise ValueError(f"{part.strip()!r} is not like 'Mo-Fr 08:00-18:00' or '24/7'")
            opens, closes = _minute_of_day(match["from"]), _minute_of_day(match["to"])
            for day in _weekdays(match["days"]):
                if opens < closes:
                    intervals.append((day, opens, closes))
                else:
                    intervals.append((day, opens, MINUTES_PER_DAY))
                    if closes:
                        intervals.append(((day + 1) % 7, 0, closes))
        return cls(tuple(sorted(intervals)), closed_on_holidays)

    @property
    def is_always_open(self) -> bool:
        """Whether the place never closes."""
        return not self.closed_on_holidays and (
            sum(closes - opens for _, opens, closes in self.intervals) == 7 * MINUTES_PER_DAY
        )
