"""CSV tables of inventory planning: columns with types, and all that is wrong with the cells."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from optimizer.datasets import table_findings as say
from optimizer.datasets.cells import BadCell, parser
from optimizer.datasets.collect import Findings, Suggester, did_you_mean
from optimizer.datasets.schema import Field
from optimizer.datasets.textfile import TableProblem, csv_rows, detect_encoding
from optimizer.errors import Finding

MORE_CODE = "D199"
MAX_ROWS = 2_000_000
MAX_BYTES = 200_000_000


@dataclass(frozen=True, slots=True)
class Column:
    """
    A column.

    Parameters
    ----------
    kind
        ``string``, ``integer``, ``number`` or ``date``.
    least, most
        Bounds of numbers, both allowed.
    is_required
        Whether its cells may not be empty.
    default
        Value of empty cells.
    """

    name: str
    kind: str = "string"
    least: float | None = None
    most: float | None = None
    allowed: tuple[str, ...] = ()
    is_required: bool = True
    default: Any = None


Row = dict[str, Any]


def read_table(
    path: Path, columns: Collection[Column], findings: Findings
) -> Iterator[tuple[int, Row]]:
    """
    Rows that are right, with their number in a spreadsheet; what is wrong goes to ``findings``.

    Columns may stand in any order; ``note`` is read over.
    """
    known = {column.name: column for column in columns}
    parsers = {name: parser(_field(column)) for name, column in known.items()}
    rows = _raw_rows(path, findings)
    header = next(rows, None)
    if header is None:
        return
    names = [cell.strip() for cell in header[1]]
    if not _check_header(path.name, names, known, findings):
        return
    n_rows = 0
    for number, cells in rows:
        n_rows += 1
        if findings.is_full:
            return
        if len(cells) != len(names):
            findings.add(say.wrong_cell_count(say.at(path.name, number), len(cells), len(names)))
            continue
        row = _row(
            path.name, number, dict(zip(names, cells, strict=True)), known, parsers, findings
        )
        if row is not None:
            yield number, row
    if not n_rows:
        findings.add(say.empty_file(path.name))


def _field(column: Column) -> Field:
    return Field(
        name=column.name,
        type=column.kind,
        required=column.is_required,
        minimum=None if column.least is None else Decimal(str(column.least)),
        maximum=None if column.most is None else Decimal(str(column.most)),
        enum=column.allowed,
    )


def _raw_rows(path: Path, findings: Findings) -> Iterator[tuple[int, list[str]]]:
    remedy = "name a CSV file that exists"
    try:
        if not path.is_file():
            findings.add(say.missing_file(str(path), remedy))
            return
        if path.stat().st_size > MAX_BYTES:
            findings.add(say.bad_table(path.name, f"it has more than {MAX_BYTES} bytes"))
            return
        content = path.read_bytes()
    except OSError:
        findings.add(say.missing_file(str(path), remedy))
        return
    encoding = detect_encoding(content)
    if encoding is None:
        findings.add(say.wrong_encoding(path.name))
        return
    n_rows = 0
    try:
        for row in csv_rows(content, encoding, MAX_ROWS):
            n_rows += 1
            yield row
    except TableProblem as problem:
        findings.add(say.bad_table(path.name, str(problem)))
        return
    if not n_rows:
        findings.add(say.empty_file(path.name))


def _check_header(
    file: str, names: list[str], known: Mapping[str, Column], findings: Findings
) -> bool:
    before = findings.n_total
    where = say.at(file, 1)
    suggester = Suggester()
    for name in known:
        if name not in names:
            findings.add(say.missing_column(where, name))
    for at, name in enumerate(names):
        if name in names[:at]:
            findings.add(say.bad_table(where, f"the column {name} occurs twice"))
        elif name not in known and name != "note":
            remedy = did_you_mean(suggester.closest(name, list(known)))
            findings.add(say.unknown_column(where, name, remedy))
    return findings.n_total == before


def _row(  # noqa: PLR0917  (a row, its columns, where findings go)
    file: str,
    number: int,
    cells: Mapping[str, str],
    known: Mapping[str, Column],
    parsers: Mapping[str, Callable[[str], Any]],
    findings: Findings,
) -> Row | None:
    row: Row = {}
    before = findings.n_total
    for name, column in known.items():
        text = cells[name].strip()
        if not text:
            row[name] = column.default
            if column.is_required:
                findings.add(say.missing_value(say.at(file, number, name)))
            continue
        try:
            row[name] = parsers[name](text)
        except BadCell as bad:
            findings.add(bad.make(say.at(file, number, name)))
    return row if findings.n_total == before else None


def unknown(
    where: str, value: str, target: str, known: Collection[str], suggester: Suggester
) -> Finding:
    """A reference that points at nothing, with names like it."""
    hint = did_you_mean(suggester.closest(value, sorted(known)))
    return say.unknown_reference(where, value, target, hint)


def days_between(first: date, last: date) -> int:
    """Days of a span, both ends counted."""
    return (last - first).days + 1
