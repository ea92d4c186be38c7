"""Reads the fields of a JSON object that nobody vouches for, collecting what is wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from math import isfinite
from typing import TypeVar, cast

from optimizer.errors import Finding, show_value

LARGEST = 9_000_000_000_000_000
"""Integers beyond are refused: doubles are not exact there, and nothing real is so large."""
EARLIEST, LATEST = date(1970, 1, 1), date(2200, 1, 1)
MAX_FINDINGS = 100
ONE_MINUTE = timedelta(minutes=1)

Choice = TypeVar("Choice", bound=StrEnum)
Item = TypeVar("Item")


class Fields:
    """
    One JSON object: each method reads one field, or reports it and gives a harmless value.

    Parameters
    ----------
    value
        What stands where an object should be.
    place
        JSON pointer of it.
    findings
        Grows by what is wrong; shared by all objects of one document.
    """

    def __init__(self, value: object, place: str, findings: list[Finding]) -> None:
        self.place = place
        self.findings = findings
        self._value: Mapping[str, object] = {}
        if isinstance(value, Mapping):
            self._value = cast("Mapping[str, object]", value)
        else:
            self.report("P790", "is not an object", place, value)

    def report(self, code: str, what: str, place: str, value: object = "") -> None:
        """Add a finding, up to a limit."""
        if len(self.findings) < MAX_FINDINGS:
            self.findings.append(
                Finding(code=code, what=what, where=place or "/", value=show_value(value))
            )

    def at(self, name: str) -> str:
        """JSON pointer of a field."""
        return f"{self.place}/{name.replace('~', '~0').replace('/', '~1')}"

    def _wrong(self, name: str, what: str) -> None:
        if name not in self._value:
            self.report("P790", "is missing", self.at(name))
        else:
            self.report("P790", what, self.at(name), self._value[name])

    def text(self, name: str) -> str:
        """A string."""
        value = self._value.get(name)
        if isinstance(value, str):
            return value
        self._wrong(name, "is not a text")
        return ""

    def whole(self, name: str) -> int:
        """An integer of reasonable size."""
        value = self._value.get(name)
        if is_whole(value):
            return cast("int", value)
        self._wrong(name, "is not a whole number of reasonable size")
        return 0

    def count(self, name: str) -> int:
        """An integer of reasonable size that is not negative."""
        value = self.whole(name)
        if value >= 0:
            return value
        self._wrong(name, "is negative")
        return 0

    def flag(self, name: str) -> bool:
        """True or false."""
        value = self._value.get(name)
        if isinstance(value, bool):
            return value
        self._wrong(name, "is neither true nor false")
        return False

    def number(self, name: str) -> float:
        """A finite number."""
        value = self._value.get(name)
        if isinstance(value, bool) or not isinstance(value, int | float):
            self._wrong(name, "is not a number")
            return 0.0
        if abs(value) <= LARGEST and isfinite(value):
            return value
        self._wrong(name, "is not a finite number of reasonable size")
        return 0.0

    def grams(self, name: str) -> int:
        """Whole grams of a field in kilograms."""
        amount = self.number(name) * 1000
        if abs(amount - round(amount)) > 1e-3:  # noqa: PLR2004  (a thousandth of a gram)
            self._wrong(name, "is not a whole number of grams")
        return round(amount)

    def choice(self, name: str, choices: type[Choice]) -> Choice:
        """A member of an enumeration."""
        value = self._value.get(name)
        if isinstance(value, str) and value in set(choices):
            return choices(value)
        self._wrong(name, f"is none of {', '.join(choices)}")
        return next(iter(choices))

    def moment(self, name: str) -> datetime:
        """A time with zone."""
        value = self._value.get(name)
        moment = parse_moment(value) if isinstance(value, str) else None
        if moment is None:
            self._wrong(name, "is not an RFC 3339 time with zone between 1970 and 2200")
            return datetime(2000, 1, 1, tzinfo=UTC)
        return moment

    def moment_or_none(self, name: str) -> datetime | None:
        """A time with zone, or ``null``."""
        return None if self._is_null(name) else self.moment(name)

    def minute(self, name: str, epoch_at: datetime) -> int:
        """Minutes since the epoch of a time that is whole minutes from it."""
        minutes, rest = divmod(self.moment(name) - epoch_at, ONE_MINUTE)
        if rest:
            self._wrong(name, "is not a whole number of minutes from epoch_at")
        return minutes

    def minute_or(self, name: str, epoch_at: datetime, missing: int) -> int:
        """As :meth:`minute`, or ``missing`` for ``null``."""
        return missing if self._is_null(name) else self.minute(name, epoch_at)

    def day_or_none(self, name: str) -> date | None:
        """A date, or ``null``."""
        if self._is_null(name):
            return None
        value = self._value.get(name)
        try:
            day = date.fromisoformat(value) if isinstance(value, str) else None
        except ValueError:
            day = None
        if day is None or not EARLIEST <= day < LATEST:
            self._wrong(name, "is not a date between 1970 and 2200")
            return None
        return day

    def _is_null(self, name: str) -> bool:
        return name in self._value and self._value[name] is None

    def child(self, name: str) -> Fields:
        """An object."""
        if name not in self._value:
            self._wrong(name, "")
            return Fields({}, self.at(name), [])
        return Fields(self._value[name], self.at(name), self.findings)

    def mapping(self, name: str) -> dict[str, object]:
        """An object as it is."""
        value = self._value.get(name)
        if isinstance(value, Mapping):
            return dict(cast("Mapping[str, object]", value))
        self._wrong(name, "is not an object")
        return {}

    def lines(self, name: str) -> dict[str, int]:
        """An object of whole numbers."""
        return cast("dict[str, int]", self._entries(name, is_whole, "is not a whole number of fen"))

    def texts_by_name(self, name: str) -> dict[str, str]:
        """An object of strings."""
        return cast("dict[str, str]", self._entries(name, is_text, "is not a text"))

    def _entries(
        self, name: str, accepts: Callable[[object], bool], what: str
    ) -> dict[str, object]:
        entries = self.mapping(name)
        for key, value in entries.items():
            if not accepts(value):
                self.report("P790", what, f"{self.at(name)}/{show_value(key)}", value)
        return {key: value for key, value in entries.items() if accepts(value)}

    def texts(self, name: str) -> tuple[str, ...]:
        """A list of strings."""
        values = self._list(name)
        for position, value in enumerate(values):
            if not isinstance(value, str):
                self.report("P790", "is not a text", f"{self.at(name)}/{position}", value)
        return tuple(value for value in values if isinstance(value, str))

    def items(self, name: str, read: Callable[[Fields], Item]) -> tuple[Item, ...]:
        """A list of objects, each read by a function."""
        return tuple(
            read(Fields(value, f"{self.at(name)}/{position}", self.findings))
            for position, value in enumerate(self._list(name))
        )

    def _list(self, name: str) -> Iterable[object]:
        value = self._value.get(name)
        if isinstance(value, list):
            return cast("list[object]", value)
        self._wrong(name, "is not a list")
        return []

    def agrees(self, name: str, wanted: float) -> None:
        """Report a derived number that contradicts what it is derived from."""
        value = self.number(name)
        if name in self._value and abs(value - wanted) > 1e-6:  # noqa: PLR2004
            what = f"contradicts its parts, which give {wanted:g}"
            self.report("P791", what, self.at(name), value)


def is_whole(value: object) -> bool:
    """Whether a JSON value is an integer of reasonable size."""
    return isinstance(value, int) and not isinstance(value, bool) and abs(value) <= LARGEST


def is_text(value: object) -> bool:
    """Whether a JSON value is a string."""
    return isinstance(value, str)


def parse_moment(text: str) -> datetime | None:
    """Time of an RFC 3339 text with zone between 1970 and 2200, else ``None``."""
    try:
        moment = datetime.fromisoformat(text)
        is_known = moment.tzinfo is not None and EARLIEST <= moment.date() < LATEST
    except (ValueError, OverflowError):
        return None
    return moment if is_known else None
