"""Cells of a row as domain values, with a finding and a harmless value where that fails."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from optimizer.datasets import table_findings as say
from optimizer.datasets.collect import Findings
from optimizer.datasets.keys import list_items
from optimizer.datasets.quantities import clock_min
from optimizer.datasets.tables import Row, Tables
from optimizer.domain.border import Duration
from optimizer.domain.hours import WeeklyHours
from optimizer.domain.provenance import Confidence, Provenance

_NO_DATE = date(2000, 1, 1)
_ALWAYS = WeeklyHours.parse("24/7")
NO_CLOCK = -1
"""Arrival at a first call, departure from a last one."""

_Choice = TypeVar("_Choice", bound=StrEnum)


class Converter:
    """
    Makes domain values of the rows of one table.

    Parameters
    ----------
    tables
        Gives rows and schema: a column that the code needs in another type is D116, once.
    table
        Name of the table.
    findings
        Receives what is found. Callers go on with the harmless value and raise at the end.
    """

    def __init__(self, tables: Tables, table: str, findings: Findings) -> None:
        schema = tables.schemas.get(table)
        self._columns = {column.name for column in schema.fields} if schema else set[str]()
        self._findings = findings
        self._provenances: dict[tuple[str, str, date | None], Provenance] = {}
        self._told: set[str] = set()
        self._row = Row(0, {})
        self.file = f"{table}.csv"
        # A table without one of its columns has that finding; its rows would only repeat it.
        self.rows: list[Row] = [] if table in tables.incomplete else tables.rows[table]

    def on(self, row: Row) -> Converter:
        """Turn to a row."""
        self._row = row
        return self

    def where(self, column: str) -> str:
        """Place of a cell of this row."""
        return say.at(self.file, self._row.number, column)

    def _value(self, column: str, kinds: tuple[type, ...], harmless: Any) -> Any:  # noqa: ANN401
        cells = self._row.cells
        if column in cells:
            value = cells[column]
            if value is None:
                return harmless
            if isinstance(value, kinds):
                return value
        elif column in self._columns:
            return harmless  # The cell has a finding already.
        if column not in self._told:
            self._told.add(column)
            wanted = " or ".join(kind.__name__ for kind in kinds)
            self._findings.add(say.bad_schema(self.file, f"column {column} has to be {wanted}"))
        return harmless

    def text(self, column: str) -> str:
        """Text, empty where missing."""
        return self._value(column, (str,), "")

    def integer(self, column: str, missing: int = 0) -> int:
        """Whole number."""
        return self._value(column, (int,), missing)

    def number(self, column: str) -> Decimal:
        """Number, 0 where missing."""
        return Decimal(self._value(column, (Decimal, int), Decimal(0)))

    def whole(self, column: str) -> int:
        """Whole number in a column that the schema calls a number; D106 for a fraction."""
        value = self.number(column)
        if value != value.to_integral_value():
            self._findings.add(say.wrong_type(self.where(column), str(value), "a whole number"))
        return int(value)

    def flag(self, column: str) -> bool:
        """Truth value, false where missing."""
        return self._value(column, (bool,), False)

    def day(self, column: str) -> date:
        """A date; D107 where missing."""
        value = self._value(column, (date,), None)
        if value is None and column in self._row.cells and column not in self._told:
            self._findings.add(say.missing_value(self.where(column)))
        return value or _NO_DATE

    def validity(self) -> tuple[date, date]:
        """``valid_from`` and ``valid_to``; D123 where they are the wrong way round."""
        start, end = self.day("valid_from"), self.day("valid_to")
        if end < start and {"valid_from", "valid_to"} <= self._row.cells.keys():
            self._findings.add(say.validity_reversed(self.where("valid_to"), f"{start} to {end}"))
        return start, end

    def choice(self, column: str, kind: type[_Choice]) -> _Choice:
        """Member of an enumeration; D109 for another text."""
        return self._member(column, self.text(column), kind)

    def choices(self, column: str, kind: type[_Choice]) -> frozenset[_Choice]:
        """Members of an enumeration in a list cell; D109 for another text."""
        return frozenset(self._member(column, item, kind) for item in self.codes(column))

    def _member(self, column: str, text: str, kind: type[_Choice]) -> _Choice:
        try:
            return kind(text)
        except ValueError:
            if column in self._row.cells:
                allowed = [member.value for member in kind]
                self._findings.add(say.not_allowed(self.where(column), text, allowed))
            return next(iter(kind))

    def codes(self, column: str) -> frozenset[str]:
        """Items of a list cell."""
        return frozenset(list_items(self.text(column)))

    def whole_numbers(self, column: str) -> frozenset[int]:
        """Whole numbers in a list cell, which a schema may call text; D106 for other text."""
        value = self._value(column, (str, int), "")
        items = list_items(str(value))
        wrong = [item for item in items if not (item.isascii() and item.isdigit())]
        if wrong:
            wanted = "whole numbers separated by ;"
            self._findings.add(say.wrong_type(self.where(column), str(value), wanted))
            return frozenset()
        return frozenset(int(item) for item in items)

    def hours(self, column: str, *, closed_on_holidays: bool = False) -> WeeklyHours:
        """Weekly hours; D113 for text that is none, or intervals that overlap."""
        text = self.text(column)
        try:
            hours = WeeklyHours.parse(text, closed_on_holidays=closed_on_holidays)
        except ValueError as error:
            if column in self._row.cells:
                self._findings.add(say.bad_hours(self.where(column), text, str(error)))
            return _ALWAYS
        following = zip(hours.intervals, hours.intervals[1:], strict=False)
        if any(one[0] == two[0] and one[2] > two[1] for one, two in following):
            self._findings.add(say.bad_hours(self.where(column), text, "two intervals overlap"))
        return hours

    def clock(self, column: str, *, required: bool) -> int:
        """Minutes of a ``D+HH:MM`` clock; D107 or D114, and ``-1`` where there is none."""
        text = self.text(column)
        if not text:
            if required and column in self._row.cells:
                self._findings.add(say.missing_value(self.where(column)))
            return NO_CLOCK
        minute = clock_min(text)
        if minute is None:
            wanted = "D+HH:MM with the day offset D, such as 1+20:30"
            self._findings.add(say.bad_time(self.where(column), text, wanted))
            return NO_CLOCK
        return minute

    def zone(self, column: str) -> str:
        """IANA zone name; D120 for an unknown one."""
        name = self.text(column)
        if name and not is_zone(name):
            self._findings.add(say.unknown_timezone(self.where(column), name))
            return "UTC"
        return name

    def duration(self, p50: str = "p50_min", p90: str = "p90_min") -> Duration:
        """Uncertain duration of two columns; D108 where the p90 is below the median."""
        median, high = self.integer(p50), self.integer(p90)
        if high < median and {p50, p90} <= self._row.cells.keys():
            self._findings.add(say.out_of_range(self.where(p90), high, f"at least {p50} {median}"))
        return Duration(p50_min=median, p90_min=high)

    def provenance(self) -> Provenance:
        """Source, grade and date of the row."""
        confidence = self.choice("confidence", Confidence)
        key = (self.text("source_id"), confidence, self._value("as_of", (date,), None))
        known = self._provenances.get(key)
        if known is None:
            known = Provenance(source_id=key[0], confidence=confidence, as_of=key[2])
            self._provenances[key] = known
        return known


def is_zone(name: str) -> bool:
    """Whether a name is a time zone of the IANA data base."""
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):  # ZoneInfoNotFoundError is a KeyError
        return False
    return True
