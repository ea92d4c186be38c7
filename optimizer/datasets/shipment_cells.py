"""Values of the cells of a shipment: numbers, times and texts, with findings."""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from optimizer.datasets import shipment_findings as say
from optimizer.datasets.cells import NUMBER
from optimizer.errors import Finding

MAX_CELL_CHARACTERS = 1_000
FIRST_YEAR, LAST_YEAR = 2000, 2100

_THOUSANDS = re.compile(r"[+-]?\d{1,3}(?:[,' \u2019_]\d{3})+(?:\.\d*)?", re.ASCII)
_TIME = re.compile(
    r"\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:[Zz]|[+-]\d{2}:\d{2})?",
    re.ASCII,
)
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_UNSAFE = re.compile("[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
"""Controls, marks that turn the direction of text, and halves of surrogate pairs."""
_FORMULA_STARTS = ("=", "+", "-", "@")


def cell_text(value: object) -> str:
    """
    Text of a cell as a person would write it.

    Spreadsheets give numbers as floats and dates without a zone; ``1001.0`` is ``1001``, and a
    date keeps its lack of a zone, to be found later.
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)  # noqa: PLR2004
    if isinstance(value, (datetime, date, time)):
        return value.isoformat()
    return str(value).strip()


def text_finding(text: str) -> Finding | None:
    """S325 or S326 of a text, or ``None``."""
    if len(text) > MAX_CELL_CHARACTERS:
        return say.too_long(f"{len(text)} characters", MAX_CELL_CHARACTERS)
    if _UNSAFE.search(text):
        return say.control_characters(text)
    return None


def name_finding(text: str) -> Finding | None:
    """S324 of a free text that a spreadsheet would compute, or ``None``."""
    return say.looks_like_formula(text) if text.startswith(_FORMULA_STARTS) else None


def plain(text: str) -> str:
    """Text with full-width letters and digits as usual ones; input methods mix them in."""
    return text if text.isascii() else unicodedata.normalize("NFKC", text).strip()


def read_number(text: str, wanted: str = "a number") -> Decimal | Finding:
    """Number of a text; S322 for thousands separators, S308 for what is none."""
    text = plain(text)
    if NUMBER.fullmatch(text):
        return Decimal(text)
    if _THOUSANDS.fullmatch(text):
        return say.thousands_separator(text)
    return say.not_a_number(text, wanted)


def read_whole_number(text: str) -> int | Finding:
    """Whole number of a text; S308, S322 as :func:`read_number`."""
    wanted = "a whole number"
    value = read_number(text, wanted)
    if isinstance(value, Finding):
        return value
    # The exponent is bounded by two digits, so the integer is, too.
    return int(value) if value == value.to_integral_value() else say.not_a_number(text, wanted)


def read_time(text: str, zone: ZoneInfo | None = None) -> datetime | Finding:
    """
    Moment of a text.

    Parameters
    ----------
    text
        RFC 3339.
    zone
        Zone of a time that carries none.

    Returns
    -------
    datetime or Finding
        With zone; S312 without one, S313 for what is no time, or one outside 2000 to 2100.
    """
    text = plain(text)
    if _TIME.fullmatch(text) is None:
        return say.naive_time(text) if _DATE.fullmatch(text) else say.bad_time(text)
    try:
        moment = datetime.fromisoformat(text.upper())
    except ValueError:
        return say.bad_time(text, "there is no such date, time or offset")
    if not FIRST_YEAR <= moment.year <= LAST_YEAR:
        return say.bad_time(text, f"the year is not from {FIRST_YEAR} to {LAST_YEAR}")
    return moment if moment.tzinfo is not None else _localized(moment, text, zone)


def _localized(naive: datetime, text: str, zone: ZoneInfo | None) -> datetime | Finding:
    """A wall-clock time in a zone; of a time that occurs twice, the first."""
    if zone is None:
        return say.naive_time(text)
    local = naive.replace(tzinfo=zone)
    if local.astimezone(UTC).astimezone(zone).replace(tzinfo=None) != naive:
        return say.bad_time(text, f"clocks in {zone.key} skip it")
    return local


def later(one: datetime | None, other: datetime | None) -> bool:
    """Whether both are there and the first is later."""
    return one is not None and other is not None and one - other > timedelta(0)
