"""
One function per code of a finding about the values of shipments and queries.

Findings about a value alone have no place; who knows the row and column adds it.
"""

from __future__ import annotations

from optimizer.errors import Finding, show_value

CODES: dict[str, str] = {
    "S301": "the file cannot be read",
    "S302": "the file has no shipments",
    "S303": "the file is not UTF-8 or GB18030 text",
    "S304": "a column is missing",
    "S305": "a column is unknown",
    "S306": "a column is in another unit",
    "S307": "a value is missing",
    "S308": "a value is not a number",
    "S309": "the mass is out of range",
    "S310": "the volume is out of range",
    "S311": "the density is not plausible",
    "S312": "a time has no zone",
    "S313": "a time cannot be read",
    "S314": "due before ready",
    "S315": "latest before due or ready",
    "S316": "a shipment id occurs twice",
    "S317": "a place is unknown",
    "S318": "latitude and longitude are swapped",
    "S319": "coordinates are out of range",
    "S320": "origin and destination are the same",
    "S321": "a code is unknown",
    "S322": "a number has thousands separators",
    "S323": "a number is out of range",
    "S324": "a text would be a formula in a spreadsheet",
    "S325": "a text holds control characters",
    "S326": "a cell is too long",
    "S327": "the file is not a well-formed table",
    "S328": "a row has too many cells",
    "S329": "a column occurs twice",
    "S330": "the file is too large",
    "S331": "the type of file is not read",
    "S332": "the workbook is refused",
    "S333": "the file is not JSON",
    "S334": "a JSON key occurs twice",
    "S335": "JSON holds NaN or Infinity",
    "S336": "the JSON is not a list of flat objects",
    "S337": "a time zone is unknown",
    "S399": "more findings than are listed",
}

ZONE_REMEDY = (
    "write it with its zone, such as 2026-05-01T08:00+08:00; in Excel as text, or add a column tz "
    "with an IANA zone such as Asia/Shanghai"
)


def missing_value(where: str) -> Finding:
    """S307."""
    return Finding(code="S307", what="the value is missing", where=where, remedy="fill in the cell")


def not_a_number(value: str, wanted: str) -> Finding:
    """S308."""
    return Finding(
        code="S308",
        what=f"the value is not {wanted}",
        value=show_value(value),
        remedy="write digits, with a point before decimals, and no unit",
    )


def bad_mass(where: str, value: object, limit_kg: int) -> Finding:
    """S309."""
    return Finding(
        code="S309",
        what="the mass is out of range",
        where=where,
        value=show_value(value),
        remedy=f"gross_kg is in kilograms, above 0 and at most {limit_kg}",
    )


def bad_volume(where: str, value: object, limit_m3: int) -> Finding:
    """S310."""
    return Finding(
        code="S310",
        what="the volume is out of range",
        where=where,
        value=show_value(value),
        remedy=f"volume_m3 is in cubic metres, above 0 and at most {limit_m3}",
    )


def bad_density(where: str, kg_per_m3: float) -> Finding:
    """S311."""
    return Finding(
        code="S311",
        what="mass and volume give a density that no cargo has",
        where=where,
        value=f"{kg_per_m3:.3g} kg/m3",
        remedy="check the units: gross_kg in kilograms, volume_m3 in cubic metres",
    )


def naive_time(value: str) -> Finding:
    """S312."""
    return Finding(
        code="S312",
        what="the time has no zone",
        value=show_value(value),
        remedy=ZONE_REMEDY,
    )


def bad_time(value: str, why: str = "it is no date with a time of day") -> Finding:
    """S313."""
    return Finding(
        code="S313",
        what=f"the time cannot be read: {why}",
        value=show_value(value),
        remedy="write it like 2026-05-01T08:00+08:00",
    )


def due_before_ready(where: str, value: str) -> Finding:
    """S314."""
    return Finding(
        code="S314",
        what="due_at is before ready_at",
        where=where,
        value=value,
        remedy="correct one of the times, or their zones",
    )


def latest_too_early(where: str, value: str, than: str) -> Finding:
    """S315."""
    return Finding(
        code="S315",
        what=f"latest_at is before {than}",
        where=where,
        value=value,
        remedy="correct one of the times, or their zones",
    )


def duplicate_id(where: str, value: str, first: str) -> Finding:
    """S316."""
    return Finding(
        code="S316",
        what=f"the id is used already, in {first}",
        where=where,
        value=show_value(value),
        remedy="give every shipment an id of its own",
    )


def unknown_place(value: str, hint: str) -> Finding:
    """S317."""
    return Finding(
        code="S317",
        what="the place is unknown",
        value=show_value(value),
        remedy=hint
        or "use a facility id, a UN/LOCODE, an IATA code or lat,lon such as 25.04,102.71",
    )


def swapped_coordinates(value: str, right: str) -> Finding:
    """S318."""
    return Finding(
        code="S318",
        what="latitude and longitude seem swapped",
        value=show_value(value),
        remedy=f"latitude comes first: did you mean {right}?",
    )


def bad_coordinates(value: str) -> Finding:
    """S319."""
    return Finding(
        code="S319",
        what="the coordinates are out of range",
        value=show_value(value),
        remedy="latitude is within -90 to 90, longitude within -180 to 180, both in degrees",
    )


def same_place(where: str, value: str) -> Finding:
    """S320."""
    return Finding(
        code="S320",
        what="origin and destination are the same place",
        where=where,
        value=show_value(value),
        remedy="correct one of them",
    )


def unknown_code(where: str, value: str, known: list[str], hint: str) -> Finding:
    """S321."""
    return Finding(
        code="S321",
        what="the code is unknown",
        where=where,
        value=show_value(value),
        remedy=hint or f"use one of {', '.join(known)}",
    )


def thousands_separator(value: str) -> Finding:
    """S322."""
    return Finding(
        code="S322",
        what="the number has thousands separators",
        value=show_value(value),
        remedy="write 1234.5 rather than 1,234.5",
    )


def out_of_range(where: str, value: object, low: int, high: int) -> Finding:
    """S323."""
    return Finding(
        code="S323",
        what="the number is out of range",
        where=where,
        value=show_value(value),
        remedy=f"it is from {low} to {high}",
    )


def looks_like_formula(value: str) -> Finding:
    """S324."""
    return Finding(
        code="S324",
        what="the text would be a formula in a spreadsheet",
        value=show_value(value),
        remedy="begin it with a letter or a digit",
    )


def control_characters(value: str) -> Finding:
    """S325."""
    return Finding(
        code="S325",
        what="the text holds control characters",
        value=show_value(value),
        remedy="type the text anew; it may have been copied from another program",
    )


def too_long(length: str, limit: int) -> Finding:
    """S326."""
    return Finding(
        code="S326",
        what="the cell is too long",
        value=length,
        remedy=f"shorten it to {limit} characters",
    )


def unknown_zone(where: str, value: str) -> Finding:
    """S337."""
    return Finding(
        code="S337",
        what="the time zone is unknown",
        where=where,
        value=show_value(value),
        remedy="use an IANA name such as Asia/Shanghai",
    )
