"""
Small tables of the cloud warehouse, CSV or Excel, as rows of text with findings A8xx.

A finding of a shipment file and the same fault here share their last two digits: S308 and A808.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import TypeVar

from optimizer.datasets import shipment_findings as say
from optimizer.datasets.cells import DATE
from optimizer.datasets.collect import Findings, Suggester, did_you_mean
from optimizer.datasets.shipment_cells import (
    cell_text,
    name_finding,
    plain,
    read_number,
    read_time,
    read_whole_number,
    text_finding,
)
from optimizer.datasets.shipment_sources import MAX_ROWS, read_bytes
from optimizer.datasets.textfile import TableProblem, csv_rows, detect_encoding
from optimizer.errors import Finding, show_value

MORE_CODE = "A899"
MAX_COUNT = 1_000_000_000
_E = TypeVar("_E", bound=StrEnum)


@dataclass(frozen=True, slots=True)
class Columns:
    """Columns of a table: those that must be there, and those that may."""

    required: tuple[str, ...]
    optional: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """All columns."""
        return self.required + self.optional


@dataclass(slots=True)
class Row:
    """
    Cells of one row, read one by one; every fault becomes a finding.

    Parameters
    ----------
    place
        File and row, or item, for findings.
    cells
        Stripped text by column.
    """

    place: str
    cells: dict[str, str]
    findings: list[Finding] = field(default_factory=list[Finding])

    def add(self, code: str, column: str, what: str, remedy: str, value: str | None = None) -> None:
        """A finding about a column."""
        self.findings.append(
            Finding(
                code=code,
                what=what,
                where=f"{self.place} column {column}",
                value=show_value(self.cells.get(column, "") if value is None else value),
                remedy=remedy,
            )
        )

    def keep(self, finding: Finding, column: str) -> None:
        """A finding of the shipment readers, under its code here."""
        self.findings.append(as_ours(replace(finding, where=f"{self.place} column {column}")))

    def text(self, column: str, *, required: bool = True, free: bool = False) -> str:
        """Text of a cell; A807 missing, A824 to A826."""
        text = self.cells.get(column, "")
        if not text:
            if required:
                self.add("A807", column, "the value is missing", "fill in the cell")
            return ""
        finding = text_finding(text) or (None if free else name_finding(text))
        if finding:
            self.keep(finding, column)
            return ""
        return text

    def count(
        self, column: str, low: int, high: int = MAX_COUNT, default: int | None = None
    ) -> int:
        """A whole number; A808, A822, A823."""
        text = self.text(column, required=default is None, free=True)
        if not text:
            return default or 0
        value = read_whole_number(text)
        if isinstance(value, Finding):
            self.keep(value, column)
            return default or low
        if not low <= value <= high:
            self.keep(say.out_of_range("", value, low, high), column)
            return low
        return value

    def money_fen(self, column: str, default: int | None = None) -> int:
        """An amount in CNY as fen; A808, A822, A823."""
        text = self.text(column, required=default is None, free=True)
        if not text:
            return default or 0
        value = read_number(text)
        if isinstance(value, Finding):
            self.keep(value, column)
            return 0
        if not 0 <= value <= MAX_COUNT:
            self.keep(say.out_of_range("", value, 0, MAX_COUNT), column)
            return 0
        return int((value * 100).to_integral_value(rounding="ROUND_HALF_UP"))

    def flag(self, column: str, *, default: bool) -> bool:
        """True or false; A821."""
        text = plain(self.text(column, required=False)).lower()
        if text in {"", "true", "false", "1", "0", "yes", "no"}:
            return default if not text else text in {"true", "1", "yes"}
        self.add("A821", column, "the value is neither true nor false", "write true or false")
        return default

    def member(self, column: str, kind: type[_E], default: _E | None = None) -> _E | None:
        """A code of an enumeration; A821."""
        text = plain(self.text(column, required=default is None)).lower()
        if not text:
            return default
        known = [one.value for one in kind]
        if text not in known:
            hint = did_you_mean(Suggester().closest(text, known))
            self.keep(say.unknown_code("", text, known, hint), column)
            return default
        return kind(text)

    def day(self, column: str) -> date | None:
        """A date; A813."""
        text = plain(self.text(column, required=False))
        if not text:
            return None
        try:
            if DATE.fullmatch(text[:10]) and text[10:] in {"", "T00:00:00"}:
                return date.fromisoformat(text[:10])
        except ValueError:
            pass
        self.add("A813", column, "the date cannot be read", "write it like 2026-09-14")
        return None

    def moment(self, column: str, *, required: bool = False) -> datetime | None:
        """A time with zone; A812, A813."""
        text = self.text(column, required=required)
        if not text:
            return None
        value = read_time(text)
        if isinstance(value, Finding):
            self.keep(value, column)
            return None
        return value

    def known(self, column: str, code: str, what: str, known: Sequence[str] | Iterable[str]) -> str:
        """An id that another table has."""
        text = self.text(column)
        if text and text not in known:
            close = Suggester().closest(text, sorted(known))
            self.add(code, column, what, did_you_mean(close) or "use an id of its table")
            return ""
        return text


def as_ours(finding: Finding) -> Finding:
    """The finding under its code of the cloud warehouse."""
    return replace(finding, code=f"A8{finding.code[2:]}") if finding.code[0] == "S" else finding


def read_rows(path: Path, columns: Columns, findings: Findings) -> Iterator[Row]:
    """Rows of a file; A801 to A805, A827 to A832 about the file as a whole."""
    if path.suffix.lower() in {".xlsx", ".xlsm"}:
        lines = _excel_lines(path, findings)
    else:
        lines = _csv_lines(path, findings)
    first = next(lines, None)
    if first is None:
        if not findings:
            findings.add(_file_finding("A802", path.name, "the file has no rows", "add some"))
        return
    names = [plain(cell_text(cell).lstrip("\ufeff")).lower() for cell in first[1]]
    _check_header(path.name, names, columns, findings)
    for number, line in lines:
        texts = [cell_text(cell) for cell in line]
        if findings.is_full:
            return
        if not any(texts):
            continue
        place = f"{path.name} row {number}"
        if any(texts[len(names) :]):
            findings.add(_file_finding("A828", place, "the row has too many cells", "quote commas"))
            continue
        cells = dict(zip(names, texts, strict=False))
        yield Row(place, {name: cells[name] for name in columns.names if name in cells})


def _check_header(file: str, names: Sequence[str], columns: Columns, findings: Findings) -> None:
    suggester = Suggester()
    for name in names:
        if name and name not in columns.names:
            hint = did_you_mean(suggester.closest(name, list(columns.names), n=1))
            remedy = hint or f"columns are {', '.join(columns.names)}"
            findings.add(
                Finding(
                    code="A805",
                    what="the column is unknown",
                    where=f"{file} row 1",
                    value=show_value(name),
                    remedy=remedy,
                )
            )
    for name in columns.required:
        if name not in names:
            findings.add(
                _file_finding("A804", file, f"column {name} is missing", "add it to the header")
            )
    for name in {one for one in names if one and names.count(one) > 1}:
        findings.add(_file_finding("A829", file, f"column {name} occurs twice", "remove one"))


def _csv_lines(path: Path, findings: Findings) -> Iterator[tuple[int, Sequence[object]]]:
    inner = Findings(MORE_CODE)
    data = read_bytes(path, inner)
    findings.extend([as_ours(one) for one in inner.listed()])
    if data is None:
        return
    encoding = detect_encoding(data)
    if encoding is None:
        findings.add(_file_finding("A803", path.name, "it is not UTF-8 text", "save it as UTF-8"))
        return
    try:
        yield from csv_rows(data, encoding, MAX_ROWS + 1)
    except TableProblem as problem:
        findings.add(_file_finding("A827", path.name, str(problem), "mend the table"))


def _excel_lines(path: Path, findings: Findings) -> Iterator[tuple[int, Sequence[object]]]:
    from optimizer.datasets.shipments_excel import excel_lines

    inner = Findings(MORE_CODE)
    yield from excel_lines(path, inner) or ()
    findings.extend([as_ours(one) for one in inner.listed()])


def _file_finding(code: str, where: str, what: str, remedy: str) -> Finding:
    return Finding(code=code, what=what, where=where, remedy=remedy)
