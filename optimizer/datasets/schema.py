"""Field definitions of the tables, read from ``datapackage.json`` (Frictionless Data Package)."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from optimizer.datasets import table_findings as say
from optimizer.errors import DataError, show_value

TYPES = ("string", "integer", "number", "boolean", "date")
MAX_TEXT_CHARACTERS = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """
    A column.

    Parameters
    ----------
    type
        One of :data:`TYPES`.
    enum
        Allowed texts; empty for any.
    minimum, maximum
        Inclusive bounds of a number.
    pattern
        Regular expression that the whole text matches, or ``None``.
    max_characters
        Longest text.
    """

    name: str
    type: str
    required: bool = False
    unique: bool = False
    enum: tuple[str, ...] = ()
    minimum: Decimal | None = None
    maximum: Decimal | None = None
    pattern: re.Pattern[str] | None = None
    max_characters: int = MAX_TEXT_CHARACTERS
    description: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ForeignKey:
    """Columns whose values together must occur in the target columns of another table."""

    columns: tuple[str, ...]
    table: str
    target_columns: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TableSchema:
    """Columns and keys of one table."""

    name: str
    fields: tuple[Field, ...]
    primary_key: tuple[str, ...] = ()
    foreign_keys: tuple[ForeignKey, ...] = ()
    description: str = ""


def read_schemas(path: Path) -> dict[str, TableSchema]:
    """
    Schemas of all CSV tables of a package by table name (the stem of the resource's path).

    Raises
    ------
    DataError
        D101 without the file; D116 where it is not JSON, or a field has a type or a bound that is
        not understood.
    """
    try:
        package = json.loads(path.read_bytes())
    except OSError:
        raise DataError(say.missing_file(path.name)) from None
    except (ValueError, RecursionError):
        raise DataError(say.bad_schema(path.name, "it is not JSON")) from None
    try:
        schemas = [_table(r) for r in package["resources"] if str(r["path"]).endswith(".csv")]
    except (KeyError, TypeError, ValueError, InvalidOperation, AttributeError, re.error) as error:
        raise DataError(say.bad_schema(path.name, show_value(error))) from None
    return {schema.name: schema for schema in schemas}


def _table(resource: dict[str, Any]) -> TableSchema:
    schema = resource["schema"]
    name = Path(resource["path"]).stem
    return TableSchema(
        name=name,
        fields=tuple(_field(field) for field in schema["fields"]),
        primary_key=_names(schema.get("primaryKey", ())),
        foreign_keys=tuple(_foreign_key(key, name) for key in schema.get("foreignKeys", ())),
        description=resource.get("description", ""),
    )


def _field(field: dict[str, Any]) -> Field:
    kind = field.get("type", "string")
    if kind not in TYPES:
        raise ValueError(f"field {field['name']} has the unknown type {kind}")
    rules = field.get("constraints", {})
    pattern = rules.get("pattern")
    return Field(
        name=field["name"],
        type=kind,
        required=bool(rules.get("required", False)),
        unique=bool(rules.get("unique", False)),
        enum=tuple(str(value) for value in rules.get("enum", ())),
        minimum=_bound(rules.get("minimum"), kind),
        maximum=_bound(rules.get("maximum"), kind),
        pattern=re.compile(pattern) if pattern else None,
        max_characters=int(rules.get("maxLength", MAX_TEXT_CHARACTERS)),
        description=field.get("description", ""),
    )


def _bound(value: object, kind: str) -> Decimal | None:
    """A numeric bound; bounds of dates are not used by any table."""
    return Decimal(str(value)) if value is not None and kind in {"integer", "number"} else None


def _names(value: str | list[str] | tuple[str, ...]) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(value)


def _foreign_key(key: dict[str, Any], table: str) -> ForeignKey:
    reference = key["reference"]
    return ForeignKey(
        columns=_names(key["fields"]),
        # An empty resource name is the table itself.
        table=reference.get("resource") or table,
        target_columns=_names(reference["fields"]),
    )
