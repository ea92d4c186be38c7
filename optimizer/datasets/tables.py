"""Table files to typed rows: encoding, header, cells, keys and references, all findings at once."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, NamedTuple

from optimizer.datasets import table_findings as say
from optimizer.datasets.catalog import NETWORK_TABLES, Catalog, fingerprint
from optimizer.datasets.cells import BadCell, parser
from optimizer.datasets.collect import Findings, Suggester, did_you_mean
from optimizer.datasets.schema import MAX_TEXT_CHARACTERS, Field, TableSchema, read_schemas
from optimizer.datasets.textfile import CellTooLong, TableProblem, csv_rows, detect_encoding

MAY_BE_EMPTY = frozenset({"vehicles", "surcharges", "territories", "truck_lanes", "truck_sections"})
"""Tables that need no rows: without them there are no such facts, and all rules still hold."""


class Row(NamedTuple):
    """
    A row with typed cells.

    Parameters
    ----------
    number
        As a spreadsheet counts it; the header is row 1.
    cells
        Value by column: str (empty where missing), int, Decimal, bool or date (``None`` where
        missing). A cell with a finding has no entry.
    """

    number: int
    cells: dict[str, Any]


@dataclass(slots=True)
class Tables:
    """
    All tables of a package.

    Parameters
    ----------
    rows
        By table; a table that could not be read has no entry.
    incomplete
        Tables that could not be read, or lack a column: objects cannot be made of them.
    """

    schemas: dict[str, TableSchema]
    rows: dict[str, list[Row]] = field(default_factory=dict)
    incomplete: set[str] = field(default_factory=set)
    fingerprint: str = ""


def load_tables(catalog: Catalog, findings: Findings) -> Tables:
    """
    Read and check every network table of a package.

    Parameters
    ----------
    catalog
        Where the tables are.
    findings
        Receives D101 to D117 of all tables.

    Raises
    ------
    DataError
        D101 or D116, where the schema itself cannot be used: without it nothing can be checked.
    """
    tables = Tables(read_schemas(catalog.schema_path))
    contents: dict[str, bytes] = {}
    suggester = Suggester()
    for name in NETWORK_TABLES:
        schema = tables.schemas.get(name)
        if schema is None:
            findings.add(say.bad_schema(catalog.schema_path.name, f"it has no table {name}"))
            tables.incomplete.add(name)
            continue
        path = catalog.table_path(name)
        try:
            contents[name] = path.read_bytes()
        except OSError:
            findings.add(say.missing_file(f"{catalog.root.name}/tables/{path.name}"))
            tables.incomplete.add(name)
            continue
        rows, complete = read_table(schema, contents[name], findings, suggester)
        tables.rows[name] = rows
        if not complete:
            tables.incomplete.add(name)
    tables.fingerprint = fingerprint(contents)
    return tables


def read_table(
    schema: TableSchema, data: bytes, findings: Findings, suggester: Suggester | None = None
) -> tuple[list[Row], bool]:
    """
    Typed rows of one table, and whether it has all its columns.

    Parameters
    ----------
    schema
        What the columns hold.
    data
        Content of the file.
    findings
        Receives what is wrong with the file, its header and its cells.
    """
    file = f"{schema.name}.csv"
    encoding = detect_encoding(data)
    if encoding is None:
        findings.add(say.wrong_encoding(file))
        return [], False
    try:
        lines = list(csv_rows(data, encoding))
    except CellTooLong as problem:
        findings.add(say.too_long(file, str(problem), MAX_TEXT_CHARACTERS))
        return [], False
    except TableProblem as problem:
        findings.add(say.bad_table(file, str(problem)))
        return [], False
    if not lines or (len(lines) == 1 and schema.name not in MAY_BE_EMPTY):
        findings.add(say.empty_file(file))
        return [], False
    header = [cell.strip() for cell in lines[0][1]]
    complete = _check_header(schema, file, header, findings, suggester or Suggester())
    return _read_rows(schema, file, header, lines[1:], findings), complete


def _check_header(
    schema: TableSchema, file: str, header: list[str], findings: Findings, suggester: Suggester
) -> bool:
    known = [column.name for column in schema.fields]
    where = say.at(file, 1)
    seen: set[str] = set()
    for column in header:
        if column in seen:
            findings.add(say.duplicate(where, column, 1))
        elif column not in known:
            hint = did_you_mean(suggester.closest(column, known))
            findings.add(say.unknown_column(where, column, hint))
        seen.add(column)
    missing = [column for column in known if column not in seen]
    for column in missing:
        findings.add(say.missing_column(where, column))
    return not missing


def _read_rows(
    schema: TableSchema,
    file: str,
    header: list[str],
    lines: list[tuple[int, list[str]]],
    findings: Findings,
) -> list[Row]:
    fields = {column.name: column for column in schema.fields}
    columns = [
        _ColumnReader(position, fields[name], name in schema.primary_key)
        for position, name in enumerate(header)
        if name in fields
    ]
    rows: list[Row] = []
    for number, line in lines:
        if len(line) != len(header):
            findings.add(say.wrong_cell_count(say.at(file, number), len(line), len(header)))
            continue
        cells: dict[str, Any] = {}
        for column in columns:
            text = line[column.position].strip()
            # Most cells repeat one above, such as a source or a date.
            value = column.known.get(text)
            if value is None and text:
                try:
                    value = column.known[text] = column.parse(text)
                except BadCell as bad:
                    findings.add(bad.make(say.at(file, number, column.name)))
                    continue
            elif value is None and column.required:
                findings.add(say.missing_value(say.at(file, number, column.name)))
                continue
            cells[column.name] = value
        rows.append(Row(number, cells))
    return rows


class _ColumnReader:
    """Where a column is, how its cells are read, and those read so far."""

    __slots__ = ("known", "name", "parse", "position", "required")

    def __init__(self, position: int, field: Field, is_key: bool) -> None:
        self.position = position
        self.name = field.name
        self.required = field.required or is_key
        self.parse = parser(field)
        # An empty text is a text, while other empty cells have no value.
        empty = {"": ""} if field.type == "string" and not self.required else {}
        self.known: dict[str, Any] = empty
