"""Keys between tables: ids that occur twice, references that point at nothing."""

from __future__ import annotations

from typing import Any

from optimizer.datasets import table_findings as say
from optimizer.datasets.collect import Findings, Suggester, did_you_mean
from optimizer.datasets.schema import ForeignKey, TableSchema
from optimizer.datasets.tables import Tables
from optimizer.domain.border import ANY
from optimizer.domain.service import LOOSE

CODE_REFERENCES: tuple[tuple[str, str, str, str, frozenset[str]], ...] = (
    ("facilities", "customs_modes", "customs_modes", "code", frozenset()),
    ("borders", "customs_modes", "customs_modes", "code", frozenset()),
    ("services", "load_units", "load_units", "code", frozenset({LOOSE})),
    ("services", "cargo_classes", "cargo_classes", "code", frozenset()),
    ("truck_lanes", "load_units", "load_units", "code", frozenset({LOOSE})),
    ("truck_lanes", "cargo_classes", "cargo_classes", "code", frozenset()),
    ("border_times", "customs_mode", "customs_modes", "code", frozenset({ANY})),
    ("clearances", "customs_mode", "customs_modes", "code", frozenset({ANY})),
    ("rate_cards", "load_unit", "load_units", "code", frozenset({LOOSE})),
)
"""
Table, column, target table, target column, further values: references that a data package cannot
express, because the cell is a list (separated by ``;``) or allows a value that is no id.
"""
PLAIN_REFERENCES: tuple[tuple[str, str, str, str], ...] = (
    ("calls", "service_id", "services", "service_id"),
    ("calls", "facility_id", "facilities", "facility_id"),
    ("call_sections", "service_id+seq", "calls", "service_id+seq"),
    ("call_sections", "crossing_id", "borders", "crossing_id"),
    ("truck_lanes", "from_facility_id", "facilities", "facility_id"),
    ("truck_lanes", "to_facility_id", "facilities", "facility_id"),
    ("truck_sections", "lane_id", "truck_lanes", "lane_id"),
    ("truck_sections", "crossing_id", "borders", "crossing_id"),
    ("borders", "from_facility_id", "facilities", "facility_id"),
    ("borders", "to_facility_id", "facilities", "facility_id"),
    ("border_times", "border_id", "borders", "border_id"),
)
"""
References that the objects rely on, with ``+`` between columns that are one key. They are checked
whether or not the package declares them.
"""

_UNIQUE: dict[str, tuple[str, ...]] = {
    "facilities": ("facility_id",),
    "borders": ("crossing_id",),
    "border_times": ("border_id", "direction", "customs_mode"),
    "services": ("service_id",),
    "calls": ("service_id", "seq"),
    "call_sections": ("service_id", "seq", "section"),
    "truck_lanes": ("lane_id",),
    "truck_sections": ("lane_id", "section"),
    "load_units": ("code",),
    "cargo_classes": ("code",),
    "customs_modes": ("code",),
    "rate_cards": ("rate_id",),
    "surcharges": ("surcharge_id",),
    "parameters": ("name",),
    "territories": ("country",),
}
"""Keys that the objects rely on; checked whether or not the package declares them."""

_GENERAL_SCOPES = ("connector", "mode:air", "mode:rail", "mode:road")

_NOT_HERE = ("fx",)
"""Currencies are checked where they are converted (T401): CNY needs no row."""

Key = tuple[Any, ...]


def list_items(text: str) -> list[str]:
    """Items of a list cell."""
    return [item for part in text.split(";") if (item := part.strip())]


def check_keys(tables: Tables, findings: Findings) -> None:
    """
    Check that ids are unique and references point at rows.

    Parameters
    ----------
    tables
        Rows; those with a finding in a key column are left out of the checks.
    findings
        Receives D110 and D111.
    """
    suggester = Suggester()
    for name in tables.rows:
        schema = tables.schemas[name]
        keys = {schema.primary_key, _UNIQUE.get(name, ())}
        keys |= {(column.name,) for column in schema.fields if column.unique}
        for columns in sorted(keys - {()}):
            _check_unique(tables, name, columns, findings)
        for key in _foreign_keys(schema):
            _check_reference(tables, name, key, findings, suggester)
    for reference in CODE_REFERENCES:
        _check_codes(tables, reference, findings, suggester)
    _check_scopes(tables, findings, suggester)


def _foreign_keys(schema: TableSchema) -> list[ForeignKey]:
    """Keys that the package declares and those of the code, each once, in a fixed order."""
    keys = {
        (key.columns, key.table): key for key in schema.foreign_keys if key.table not in _NOT_HERE
    }
    for table, column, target, target_column in PLAIN_REFERENCES:
        if table == schema.name:
            columns, target_columns = tuple(column.split("+")), tuple(target_column.split("+"))
            key = ForeignKey(columns=columns, table=target, target_columns=target_columns)
            keys.setdefault((key.columns, key.table), key)
    return [keys[which] for which in sorted(keys)]


def _check_unique(tables: Tables, name: str, columns: tuple[str, ...], findings: Findings) -> None:
    first_rows: dict[Key, int] = {}
    for row in tables.rows[name]:
        key = tuple(row.cells.get(column) for column in columns)
        if any(value is None or value == "" for value in key):
            continue
        if key in first_rows:
            where = say.at(f"{name}.csv", row.number, "+".join(columns))
            findings.add(say.duplicate(where, ", ".join(map(str, key)), first_rows[key]))
        else:
            first_rows[key] = row.number


def _check_reference(
    tables: Tables, name: str, key: ForeignKey, findings: Findings, suggester: Suggester
) -> None:
    if key.table not in tables.rows or not tables.rows[key.table]:
        return  # Its absence is a finding already; one more for each row says nothing new.
    known = {
        tuple(row.cells.get(column) for column in key.target_columns)
        for row in tables.rows[key.table]
    }
    names = sorted({str(value[-1]) for value in known}) if len(key.columns) == 1 else []
    for row in tables.rows[name]:
        value = tuple(row.cells.get(column) for column in key.columns)
        if value in known or any(part is None or part == "" for part in value):
            continue
        text = ", ".join(map(str, value))
        where = say.at(f"{name}.csv", row.number, "+".join(key.columns))
        hint = did_you_mean(suggester.closest(text, names))
        findings.add(say.unknown_reference(where, text, f"{key.table}.csv", hint))


def _check_codes(
    tables: Tables,
    reference: tuple[str, str, str, str, frozenset[str]],
    findings: Findings,
    suggester: Suggester,
) -> None:
    table, column, target, target_column, extra = reference
    if not tables.rows.get(target):
        return
    known = {row.cells.get(target_column) for row in tables.rows[target]} | extra
    names = sorted(code for code in known if code)
    for row in tables.rows.get(table, []):
        for item in list_items(str(row.cells.get(column) or "")):
            if item not in known:
                hint = did_you_mean(suggester.closest(item, names))
                where = say.at(f"{table}.csv", row.number, column)
                findings.add(say.unknown_reference(where, item, f"{target}.csv", hint))


def _check_scopes(tables: Tables, findings: Findings, suggester: Suggester) -> None:
    """Scopes of rate cards and surcharges: a service, a lane, a mode or connectors."""
    if {"services", "truck_lanes"} - tables.rows.keys():
        return
    ids = {row.cells.get("service_id") for row in tables.rows["services"]}
    ids |= {row.cells.get("lane_id") for row in tables.rows["truck_lanes"]}
    names = sorted({*_GENERAL_SCOPES, *(known for known in ids if known)})
    for table in ("rate_cards", "surcharges"):
        for row in tables.rows.get(table, []):
            scope = row.cells.get("scope")
            if not scope or scope in ids or scope.startswith(_GENERAL_SCOPES):
                continue
            where = say.at(f"{table}.csv", row.number, "scope")
            hint = did_you_mean(suggester.closest(scope, names))
            findings.add(
                say.unknown_reference(where, scope, "services.csv or truck_lanes.csv", hint)
            )
