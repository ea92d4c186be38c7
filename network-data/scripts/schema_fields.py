"""Small builders for Frictionless field descriptors, shared by the table schemas."""

from __future__ import annotations

from typing import Any, TypedDict, Unpack

Field = dict[str, Any]

LIST_PATTERN = r"[^;\s]+(;[^;\s]+)*"
CALL_TIME_PATTERN = r"\d{1,2}\+([01]\d|2[0-3]):[0-5]\d"
COUNTRY_PATTERN = r"[A-Z]{2}"
COUNTRY_OR_ANY_PATTERN = r"[A-Z]{2}|\*"
CONFIDENCES = ("high", "medium", "low", "estimate")


class Options(TypedDict, total=False):
    """Options of a field, as the keywords of :func:`field`."""

    required: bool
    enum: tuple[str, ...]
    minimum: float | None
    maximum: float | None
    pattern: str
    unique: bool
    estimate: bool


def field(
    name: str,
    kind: str,
    description: str,
    *,
    unit: str = "",
    required: bool = True,
    enum: tuple[str, ...] = (),
    minimum: float | None = None,
    maximum: float | None = None,
    pattern: str = "",
    unique: bool = False,
    estimate: bool = False,
) -> Field:
    """
    One field descriptor.

    Parameters
    ----------
    kind
        Frictionless type: string, integer, number, boolean, date.
    unit
        Unit of a number; kept as the ``unit`` property and repeated in the description.
    estimate
        Whether the column is our own estimate in every row, whatever the confidence of the row.

    Returns
    -------
    dict
        Descriptor with its constraints.
    """
    constraints: dict[str, Any] = {}
    if required:
        constraints["required"] = True
    if unique:
        constraints["unique"] = True
    if enum:
        constraints["enum"] = list(enum)
    if minimum is not None:
        constraints["minimum"] = minimum
    if maximum is not None:
        constraints["maximum"] = maximum
    if pattern:
        constraints["pattern"] = pattern
    text = f"{description} [{unit}]" if unit else description
    if estimate:
        text += ". Estimated in every row"
    made: Field = {"name": name, "type": kind, "description": text}
    if unit:
        made["unit"] = unit
    if estimate:
        made["estimate"] = True
    if constraints:
        made["constraints"] = constraints
    return made


def text(name: str, description: str, **options: Unpack[Options]) -> Field:
    """String field; options as in :func:`field`."""
    return field(name, "string", description, **options)


def _from_zero(options: Options) -> Options:
    return {"minimum": 0, **options}


def whole(name: str, description: str, unit: str = "", **options: Unpack[Options]) -> Field:
    """Non-negative integer field; options as in :func:`field`."""
    return field(name, "integer", description, unit=unit, **_from_zero(options))


def number(name: str, description: str, unit: str = "", **options: Unpack[Options]) -> Field:
    """Non-negative number field; options as in :func:`field`."""
    return field(name, "number", description, unit=unit, **_from_zero(options))


def latitude(required: bool = True) -> Field:
    """WGS-84 latitude."""
    return field(
        "lat", "number", "WGS-84 latitude", unit="deg", required=required, minimum=-90, maximum=90
    )


def longitude(required: bool = True) -> Field:
    """WGS-84 longitude."""
    return field(
        "lon",
        "number",
        "WGS-84 longitude",
        unit="deg",
        required=required,
        minimum=-180,
        maximum=180,
    )


def names() -> list[Field]:
    """English and Chinese name."""
    return [text("name_en", "English name"), text("name_zh", "Chinese name")]


def validity() -> list[Field]:
    """First and last day on which a row holds."""
    return [
        field("valid_from", "date", "First local day on which the row holds"),
        field("valid_to", "date", "Last local day on which the row holds"),
    ]


def provenance() -> list[Field]:
    """The four columns that end every fact table."""
    return [
        text("source_id", "Key of sources.csv; EST is our own estimate"),
        text("confidence", "Grade of the facts that the row states", enum=CONFIDENCES),
        field("as_of", "date", "Day for which the fact is known to hold"),
        text("note", "Reasoning, scope or doubt", required=False),
    ]


def foreign_key(fields: str | list[str], resource: str, to: str | list[str]) -> dict[str, Any]:
    """Foreign key from ``fields`` to the fields ``to`` of another table."""
    return {"fields": fields, "reference": {"resource": resource, "fields": to}}


def table(
    name: str,
    title: str,
    fields: list[Field],
    key: str | list[str],
    foreign_keys: list[dict[str, Any]] | None = None,
) -> dict[str, Any]:
    """
    Descriptor of a table, without byte size and hash.

    A table with a ``source_id`` column gets the foreign key to ``sources`` by itself.
    """
    schema: dict[str, Any] = {"fields": fields, "primaryKey": key, "missingValues": [""]}
    keys = list(foreign_keys or [])
    if name != "sources" and any(one["name"] == "source_id" for one in fields):
        keys.append(foreign_key("source_id", "sources", "source_id"))
    if keys:
        schema["foreignKeys"] = keys
    return {"name": name, "title": title, "schema": schema}
