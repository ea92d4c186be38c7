"""One function per code of a finding about a network table."""

from __future__ import annotations

from optimizer.errors import Finding, show_value

CODES: dict[str, str] = {
    "D101": "a file or folder is missing",
    "D102": "a table has no rows",
    "D103": "a file is not UTF-8 or GB18030 text",
    "D104": "a column is missing",
    "D105": "a column is unknown",
    "D106": "a value has the wrong type",
    "D107": "a value is missing",
    "D108": "a value is out of range",
    "D109": "a value is not one of those allowed",
    "D110": "an id occurs twice",
    "D111": "a reference points at nothing",
    "D112": "a cell is too long",
    "D113": "opening hours cannot be read",
    "D114": "a time or a date cannot be read",
    "D115": "a row has too few or too many cells",
    "D116": "the schema cannot be used",
    "D117": "a file is not a well-formed table",
    "D118": "a list of weekdays cannot be read",
    "D119": "weight breaks cannot be read",
    "D120": "a time zone is unknown",
    "D121": "a sequence has a gap",
    "D122": "a parameter is missing",
    "D123": "validity ends before it begins",
    "D124": "a facility of a crossing is in the wrong country",
    "D199": "more findings than are listed",
    "T401": "a currency has no exchange rate",
    "T402": "an exchange rate is old",
}


def at(file: str, row: int, column: str = "") -> str:
    """Place of a cell as a spreadsheet counts it: the header is row 1."""
    return f"{file} row {row} column {column}" if column else f"{file} row {row}"


def missing_file(
    where: str, remedy: str = "restore it, or point --data at a full package"
) -> Finding:
    """D101."""
    return Finding(code="D101", what="the file or folder is missing", where=where, remedy=remedy)


def empty_file(where: str) -> Finding:
    """D102."""
    return Finding(
        code="D102", what="the table has no rows", where=where, remedy="add a header and data rows"
    )


def wrong_encoding(where: str) -> Finding:
    """D103."""
    return Finding(
        code="D103",
        what="the file is neither UTF-8 nor GB18030 text",
        where=where,
        remedy='save it as "CSV UTF-8"',
    )


def missing_column(where: str, column: str) -> Finding:
    """D104."""
    return Finding(
        code="D104",
        what=f"column {column} is missing",
        where=where,
        remedy=f"add the column {column}; where it may be empty, leave its cells empty",
    )


def unknown_column(where: str, column: str, remedy: str) -> Finding:
    """D105."""
    return Finding(
        code="D105",
        what="the column is unknown",
        where=where,
        value=show_value(column),
        remedy=remedy or "remove it; remarks belong in the column note",
    )


def wrong_type(where: str, value: str, wanted: str) -> Finding:
    """D106."""
    return Finding(
        code="D106",
        what=f"the value is not {wanted}",
        where=where,
        value=show_value(value),
        remedy=f"write {wanted}, without separators or units",
    )


def missing_value(where: str) -> Finding:
    """D107."""
    return Finding(code="D107", what="the value is missing", where=where, remedy="fill in the cell")


def out_of_range(where: str, value: object, bounds: str) -> Finding:
    """D108."""
    return Finding(
        code="D108",
        what="the value is out of range",
        where=where,
        value=show_value(value),
        remedy=f"it must be {bounds}",
    )


def not_allowed(where: str, value: str, allowed: list[str]) -> Finding:
    """D109."""
    return Finding(
        code="D109",
        what="the value is not one of those allowed",
        where=where,
        value=show_value(value),
        remedy=f"use one of {', '.join(allowed)}",
    )


def duplicate(where: str, key: str, first_row: int) -> Finding:
    """D110."""
    return Finding(
        code="D110",
        what=f"the id stands in row {first_row} already",
        where=where,
        value=show_value(key),
        remedy="delete one of the rows, or give it an id of its own",
    )


def unknown_reference(where: str, value: str, target: str, hint: str) -> Finding:
    """D111."""
    return Finding(
        code="D111",
        what=f"nothing in {target} has this id",
        where=where,
        value=show_value(value),
        remedy=hint or f"correct it, or add a row to {target}",
    )


def too_long(where: str, length: str, limit: int) -> Finding:
    """D112."""
    return Finding(
        code="D112",
        what="the cell is too long",
        where=where,
        value=length,
        remedy=f"shorten it to {limit} characters",
    )


def bad_hours(where: str, value: str, why: str) -> Finding:
    """D113."""
    return Finding(
        code="D113",
        what=f"the opening hours cannot be read: {why}",
        where=where,
        value=show_value(value),
        remedy="write 24/7, or hours like Mo-Fr 08:00-18:00; Sa 08:00-12:00",
    )


def bad_time(where: str, value: str, wanted: str) -> Finding:
    """D114."""
    return Finding(
        code="D114",
        what="the time or date cannot be read",
        where=where,
        value=show_value(value),
        remedy=f"write it as {wanted}",
    )


def wrong_cell_count(where: str, n_cells: int, n_columns: int) -> Finding:
    """D115."""
    return Finding(
        code="D115",
        what=f"the row has {n_cells} cells and the header {n_columns}",
        where=where,
        remedy="put cells that hold a comma in double quotes",
    )


def bad_schema(where: str, why: str) -> Finding:
    """D116."""
    return Finding(
        code="D116",
        what=f"the schema cannot be used: {why}",
        where=where,
        remedy="take datapackage.json from the installed version and change only the tables",
    )


def bad_table(where: str, why: str) -> Finding:
    """D117."""
    return Finding(
        code="D117",
        what=f"the file is not a well-formed table: {why}",
        where=where,
        remedy="save it anew as CSV UTF-8 with commas",
    )


def bad_weekdays(where: str, value: str) -> Finding:
    """D118."""
    return Finding(
        code="D118",
        what="the weekdays cannot be read",
        where=where,
        value=show_value(value),
        remedy="write digits 1 (Monday) to 7 (Sunday), each once, such as 135",
    )


def bad_breaks(where: str, value: str, why: str) -> Finding:
    """D119."""
    return Finding(
        code="D119",
        what=f"the weight breaks cannot be read: {why}",
        where=where,
        value=show_value(value),
        remedy="write from_kg:rate pairs with rising weights, such as 45:18.5;100:15",
    )


def unknown_timezone(where: str, value: str) -> Finding:
    """D120."""
    return Finding(
        code="D120",
        what="the time zone is unknown",
        where=where,
        value=show_value(value),
        remedy="use an IANA name such as Asia/Shanghai",
    )


def sequence_gap(where: str, numbers: str, wanted: str) -> Finding:
    """D121."""
    return Finding(
        code="D121",
        what="the sequence has a gap",
        where=where,
        value=show_value(numbers),
        remedy=f"number the rows {wanted}",
    )


def missing_parameter(where: str, name: str) -> Finding:
    """D122."""
    return Finding(
        code="D122",
        what=f"the parameter {name} is missing",
        where=where,
        remedy=f"add a row with the name {name}",
    )


def validity_reversed(where: str, value: str) -> Finding:
    """D123."""
    return Finding(
        code="D123",
        what="valid_to is before valid_from",
        where=where,
        value=show_value(value),
        remedy="swap the dates or correct one",
    )


def crossing_country(where: str, facility_id: str, country: str) -> Finding:
    """D124."""
    return Finding(
        code="D124",
        what=f"the facility is not in {country}",
        where=where,
        value=show_value(facility_id),
        remedy="correct the facility, or the country of the crossing",
    )


def missing_rate(where: str, currency: str, known: str) -> Finding:
    """T401."""
    return Finding(
        code="T401",
        what="the currency has no exchange rate",
        where=where,
        value=show_value(currency),
        remedy=f"add it to fx.csv, which has {known}",
    )


def old_rate(where: str, age_days: int, limit_days: int) -> Finding:
    """T402."""
    return Finding(
        code="T402",
        what=f"the exchange rate is {age_days} days older than a tariff that uses it",
        where=where,
        remedy=f"add a rate to fx.csv that is at most {limit_days} days older",
    )
