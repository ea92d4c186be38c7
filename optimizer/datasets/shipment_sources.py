"""CSV, Excel and JSON files of shipments as rows of text, with findings about the file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from optimizer.datasets import shipment_file_findings as file_say
from optimizer.datasets import shipment_findings as say
from optimizer.datasets.collect import Findings, Suggester, did_you_mean
from optimizer.datasets.shipment_cells import MAX_CELL_CHARACTERS, cell_text, plain
from optimizer.datasets.shipment_columns import NAMES, REQUIRED, SYNONYMS, WRONG_UNITS
from optimizer.datasets.textfile import (
    CellTooLong,
    TableProblem,
    TooManyRows,
    csv_rows,
    detect_encoding,
)

MAX_ROWS = 200_000
MAX_FILE_BYTES = 40_000_000
_OTHER_SEPARATORS = (";", "\t", "|")


class SourceRow(NamedTuple):
    """
    A row of a file.

    Parameters
    ----------
    place
        File and row, for findings.
    cells
        Stripped text by column.
    """

    place: str
    cells: dict[str, str]


class Header(NamedTuple):
    """
    The header of a file.

    Parameters
    ----------
    columns
        Name of each column, or an empty text for one that is not read.
    absent
        Required columns that are not there.
    """

    columns: tuple[str, ...]
    absent: frozenset[str]


def read_bytes(path: Path, findings: Findings, limit_bytes: int = MAX_FILE_BYTES) -> bytes | None:
    """Content of a file; S301 where it cannot be read, S302 empty, S330 too large."""
    try:
        if path.is_file() and path.stat().st_size > limit_bytes:
            findings.add(file_say.too_large(path.name, f"more than {limit_bytes} bytes"))
            return None
        data = path.read_bytes()
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or "the path is not valid"
        findings.add(file_say.unreadable(path.name, why))
        return None
    if not data.strip():
        findings.add(file_say.no_shipments(path.name))
        return None
    return data


def check_columns(names: Iterable[str], where: str, findings: Findings) -> Header:
    """
    Match names of columns with those known; S304, S305, S306, S329.

    Columns that are not known are not read; the rest of the file is checked all the same.
    """
    suggester = Suggester()
    columns: list[str] = []
    meant: set[str] = set()
    for raw in names:
        name = plain(raw.lstrip("\ufeff")).lower()
        if name in NAMES and name not in columns:
            columns.append(name)
            continue
        columns.append("")
        if name in NAMES:
            findings.add(file_say.duplicate_column(where, name))
        elif name in WRONG_UNITS:
            right, factor = WRONG_UNITS[name]
            meant.add(right)
            findings.add(file_say.wrong_unit(where, name, right, factor))
        elif name:
            synonym = SYNONYMS.get(name)
            close = [synonym] if synonym else suggester.closest(name, list(NAMES), n=1)
            meant.update(close)
            findings.add(file_say.unknown_column(where, raw, did_you_mean(close)))
    absent = frozenset(REQUIRED) - set(columns)
    for name in REQUIRED:
        # A misnamed column is one mistake, and its finding names the right one.
        if name in absent and name not in meant:
            findings.add(file_say.missing_column(where, name))
    return Header(tuple(columns), absent)


def table_rows(
    file: str, lines: Iterator[tuple[int, list[object]]], findings: Findings
) -> tuple[Header, Iterator[SourceRow]] | None:
    """Header and rows of a table; S302 and S328. ``None`` where there is no header."""
    first = next(lines, None)
    if first is None:
        findings.add(file_say.no_shipments(file))
        return None
    names = [cell_text(cell) for cell in first[1]]
    while names and not names[-1]:
        names.pop()
    where = f"{file} row {first[0]}"
    separator = next((s for s in _OTHER_SEPARATORS if len(names) == 1 and s in names[0]), None)
    if separator:
        findings.add(file_say.bad_table(where, f"its cells are separated by {separator!r}"))
        return None
    header = check_columns(names, where, findings)
    return header, _rows(file, header, lines, findings)


def _rows(
    file: str, header: Header, lines: Iterator[tuple[int, list[object]]], findings: Findings
) -> Iterator[SourceRow]:
    n_columns = len(header.columns)
    for number, line in lines:
        texts = [cell_text(cell) for cell in line]
        if not any(texts):
            continue
        place = f"{file} row {number}"
        if any(texts[n_columns:]):
            findings.add(file_say.too_many_cells(place, len(texts), n_columns))
            continue
        pairs = zip(header.columns, texts, strict=False)
        yield SourceRow(place, {name: text for name, text in pairs if name})


def csv_source(path: Path, findings: Findings) -> tuple[Header, Iterator[SourceRow]] | None:
    """Header and rows of a CSV file; S303, S325 to S327, S330. ``None`` where there is none."""
    data = read_bytes(path, findings)
    if data is None:
        return None
    encoding = detect_encoding(data)
    if encoding is None:
        findings.add(file_say.wrong_encoding(path.name))
        return None
    if b"\0" in data:
        findings.add(replace(say.control_characters("NUL bytes"), where=path.name))
        return None
    return table_rows(path.name, _csv_lines(path.name, data, encoding, findings), findings)


def _csv_lines(
    file: str, data: bytes, encoding: str, findings: Findings
) -> Iterator[tuple[int, list[object]]]:
    """Lines until the end or the first place beyond which nothing can be read."""
    try:
        for number, line in csv_rows(data, encoding, MAX_ROWS + 1):
            yield number, list[object](line)
    except TooManyRows:
        findings.add(file_say.too_large(file, f"more than {MAX_ROWS} rows"))
    except CellTooLong as problem:
        finding = say.too_long(str(problem), MAX_CELL_CHARACTERS)
        findings.add(replace(finding, where=file))
    except TableProblem as problem:
        findings.add(file_say.bad_table(file, str(problem)))
