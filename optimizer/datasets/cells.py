"""Typed values from the text of table cells."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

from optimizer.datasets import table_findings as say
from optimizer.datasets.schema import Field
from optimizer.errors import Finding

NUMBER = re.compile(r"[+-]?(?:\d{1,15}(?:\.\d{0,20})?|\.\d{1,20})(?:[eE][+-]?\d{1,2})?", re.ASCII)
"""Digits are bounded because a Decimal such as 1e999999999 would fill the memory later."""
INTEGER = re.compile(r"[+-]?\d{1,15}(?:\.0{1,20})?", re.ASCII)
DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
MAX_MAGNITUDE = Decimal(10) ** 12
"""Beyond it the amounts of a plan, in milli-fen, would leave 64 bits."""

_TRUE = frozenset({"true", "True", "TRUE", "1"})
_FALSE = frozenset({"false", "False", "FALSE", "0"})


class BadCell(ValueError):
    """
    A cell that breaks its field's definition.

    Parameters
    ----------
    make
        Makes the finding from the place of the cell.
    """

    def __init__(self, make: Callable[[str], Finding]) -> None:
        super().__init__()
        self.make = make


SPEAKING_FOR_THEMSELVES = frozenset({"arrive", "depart", "breaks", "days", "hours"})
"""Columns with a syntax and a code of their own; the schema's pattern would say less."""


def parser(field: Field) -> Callable[[str], Any]:
    """
    Function from the stripped, non-empty text of a cell to its value.

    The function gives str, int, Decimal, bool or date after the field's type, and raises
    :class:`BadCell` (D106, D108, D109, D112, D114) where the text does not fit the field.
    """
    return {
        "string": _text_parser,
        "integer": _integer_parser,
        "number": _number_parser,
        "boolean": _boolean_parser,
        "date": _date_parser,
    }[field.type](field)


def _text_parser(field: Field) -> Callable[[str], str]:
    allowed, limit = frozenset(field.enum), field.max_characters
    pattern = None if field.name in SPEAKING_FOR_THEMSELVES else field.pattern

    def parse(text: str) -> str:
        if allowed and text not in allowed:
            raise BadCell(lambda where: say.not_allowed(where, text, list(field.enum)))
        if len(text) > limit:
            raise BadCell(lambda where: say.too_long(where, f"{len(text)} characters", limit))
        if pattern is not None and pattern.fullmatch(text) is None:
            wanted = f"text of the form {pattern.pattern}"
            raise BadCell(lambda where: say.wrong_type(where, text, wanted))
        return text

    return parse


def _check_range(value: Decimal | int, field: Field, text: str) -> None:
    low, high = field.minimum, field.maximum
    outside = (low is not None and value < low) or (high is not None and value > high)
    if not outside and abs(value) <= MAX_MAGNITUDE:
        return
    low_text = "" if low is None else f"at least {low}"
    high_text = f"at most {MAX_MAGNITUDE if high is None else high}"
    bounds = " and ".join(part for part in (low_text, high_text) if part)
    raise BadCell(lambda where: say.out_of_range(where, text, bounds))


def _integer_parser(field: Field) -> Callable[[str], int]:
    def parse(text: str) -> int:
        if INTEGER.fullmatch(text) is None:
            raise BadCell(lambda where: say.wrong_type(where, text, "a whole number"))
        value = int(text.partition(".")[0])
        _check_range(value, field, text)
        return value

    return parse


def _number_parser(field: Field) -> Callable[[str], Decimal]:
    def parse(text: str) -> Decimal:
        if NUMBER.fullmatch(text) is None:
            raise BadCell(lambda where: say.wrong_type(where, text, "a number"))
        value = Decimal(text)
        _check_range(value, field, text)
        return value

    return parse


def _boolean_parser(field: Field) -> Callable[[str], bool]:
    del field  # Booleans have no constraints.

    def parse(text: str) -> bool:
        if text in _TRUE:
            return True
        if text in _FALSE:
            return False
        raise BadCell(lambda where: say.wrong_type(where, text, "true or false"))

    return parse


def _date_parser(field: Field) -> Callable[[str], date]:
    del field  # Dates have no bounds.

    def parse(text: str) -> date:
        try:
            if DATE.fullmatch(text) is not None:
                return date.fromisoformat(text)
        except ValueError:
            pass
        raise BadCell(lambda where: say.bad_time(where, text, "YYYY-MM-DD"))

    return parse
