"""
Networks as packages of bytes: taken from a folder, edited row by row, put into a folder again.

A package is a zip archive of the tables with fixed order and times, so that equal tables are equal
bytes and the hash of the bytes names the content. Whether edited tables make a network is for
:func:`optimizer.planner.read` to say; here only rows and columns have to exist.
"""

from __future__ import annotations

import csv
import hashlib
import io
import os
import shutil
import tempfile
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from optimizer.datasets.catalog import NETWORK_TABLES, SCHEMA_FILE, TABLES_FOLDER, open_catalog
from optimizer.datasets.connector_table import CONNECTOR_TABLE
from optimizer.errors import DataError, Finding, show_ids, show_value

_EPOCH = (1980, 1, 1, 0, 0, 0)
MAX_ROWS = 200_000
"""Rows of a table that edits may lead to."""

Row = dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class RowEdit:
    """
    One change of one table.

    Parameters
    ----------
    do
        ``set`` changes cells of the rows of a key, ``add`` appends a row, ``remove`` deletes rows.
    table
        Name of the table, such as ``services``.
    key
        Columns and values that name the rows; unused by ``add``.
    cells
        New values by column; unused by ``remove``.
    """

    do: Literal["set", "add", "remove"]
    table: str
    key: Mapping[str, str]
    cells: Mapping[str, str]


def pack(data_dir: Path | None = None) -> bytes:
    """
    The tables of a folder, or of the shipped network, as a package.

    Raises
    ------
    DataError
        D101: there are no tables.
    """
    catalog = open_catalog(data_dir)
    files = {SCHEMA_FILE: catalog.schema_path}
    files |= {f"{TABLES_FOLDER}/{name}.csv": catalog.table_path(name) for name in NETWORK_TABLES}
    files[CONNECTOR_TABLE.as_posix()] = catalog.root / CONNECTOR_TABLE
    return _zipped({name: path.read_bytes() for name, path in files.items() if path.is_file()})


def content_hash(package: bytes) -> str:
    """SHA-256 of a package's files, whatever they were compressed with."""
    digest = hashlib.sha256()
    for name, content in sorted(_files(package).items()):
        digest.update(f"{name}:{len(content)}\n".encode())
        digest.update(content)
    return digest.hexdigest()


def edit(package: bytes, edits: Sequence[RowEdit]) -> bytes:
    """
    A package with rows changed, in the order of the edits.

    Raises
    ------
    DataError
        D150 to D153, all of them: tables, columns or rows that do not exist, or too many rows.
    """
    files = _files(package)
    tables: dict[str, tuple[list[str], list[Row]]] = {}
    findings: list[Finding] = []
    for number, one in enumerate(edits):
        name = f"{TABLES_FOLDER}/{one.table}.csv"
        if one.table not in NETWORK_TABLES or name not in files:
            findings.append(_finding("D150", "no such table", f"edits/{number}/table", one.table))
            continue
        if one.table not in tables:
            tables[one.table] = _rows_of(files[name])
        findings += _apply(one, f"edits/{number}", *tables[one.table])
    if findings:
        raise DataError(findings)
    for table, (columns, rows) in tables.items():
        files[f"{TABLES_FOLDER}/{table}.csv"] = _text_of(columns, rows)
    return _zipped(files)


def unpack(package: bytes, folder: Path) -> None:
    """Write a package's files into a folder that does not exist yet; all of them or none."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    made = Path(tempfile.mkdtemp(prefix=".new-", dir=folder.parent))
    try:
        for name, content in _files(package).items():
            path = made / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        os.replace(made, folder)  # noqa: PTH105  (onto an empty folder it is atomic)
    except OSError:
        shutil.rmtree(made, ignore_errors=True)
        if not folder.is_dir():
            raise


def _apply(one: RowEdit, where: str, columns: list[str], rows: list[Row]) -> list[Finding]:
    unknown = sorted({*one.key, *one.cells} - set(columns))
    if unknown:
        shown = show_ids(unknown)
        return [_finding("D151", "no such column", where, shown, f"columns: {', '.join(columns)}")]
    if one.do == "add":
        if len(rows) >= MAX_ROWS:
            return [_finding("D153", "too many rows", where, str(len(rows) + 1))]
        rows.append({column: one.cells.get(column, "") for column in columns})
        return []
    found = [row for row in rows if all(row[name] == text for name, text in one.key.items())]
    if not one.key or not found:
        shown = show_value(dict(one.key))
        return [_finding("D152", "no row has this key", f"{where}/key", shown)]
    if one.do == "remove":
        gone = {id(row) for row in found}
        rows[:] = [row for row in rows if id(row) not in gone]
    else:
        for row in found:
            row.update(one.cells)
    return []


def _finding(code: str, what: str, where: str, value: str, remedy: str = "") -> Finding:
    remedy = remedy or "look at the rows of the revision that is edited"
    return Finding(code=code, what=what, where=where, value=show_value(value), remedy=remedy)


def _rows_of(content: bytes) -> tuple[list[str], list[Row]]:
    reader = csv.DictReader(io.StringIO(content.decode("utf-8-sig")), restval="")
    return list(reader.fieldnames or ()), [dict(row) for row in reader]


def _text_of(columns: list[str], rows: list[Row]) -> bytes:
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, lineterminator="\n", extrasaction="ignore")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def _zipped(files: Mapping[str, bytes]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name in sorted(files):
            archive.writestr(zipfile.ZipInfo(name, _EPOCH), files[name], zipfile.ZIP_DEFLATED, 6)
    return made.getvalue()


def _files(package: bytes) -> dict[str, bytes]:
    """Files of a package of ours; names that no package has are left out."""
    known = {SCHEMA_FILE, CONNECTOR_TABLE.as_posix()}
    known |= {f"{TABLES_FOLDER}/{name}.csv" for name in NETWORK_TABLES}
    with zipfile.ZipFile(io.BytesIO(package)) as archive:
        return {name: archive.read(name) for name in archive.namelist() if name in known}
