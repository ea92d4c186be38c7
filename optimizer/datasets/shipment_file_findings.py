"""One function per code of a finding about a file of shipments as a whole."""

from __future__ import annotations

from optimizer.errors import Finding, show_value


def unreadable(where: str, why: str) -> Finding:
    """S301."""
    return Finding(
        code="S301",
        what=f"the file cannot be read: {why}",
        where=where,
        remedy="check the path and the permissions",
    )


def no_shipments(where: str) -> Finding:
    """S302."""
    return Finding(
        code="S302",
        what="the file has no shipments",
        where=where,
        remedy="add one row per shipment below the header row",
    )


def wrong_encoding(where: str) -> Finding:
    """S303."""
    return Finding(
        code="S303",
        what="the file is neither UTF-8 nor GB18030 text",
        where=where,
        remedy='save it as "CSV UTF-8", or as an Excel workbook',
    )


def missing_column(where: str, column: str) -> Finding:
    """S304."""
    return Finding(
        code="S304",
        what=f"column {column} is missing",
        where=where,
        remedy=f"add a column with the header {column}",
    )


def unknown_column(where: str, column: str, hint: str) -> Finding:
    """S305."""
    return Finding(
        code="S305",
        what="the column is unknown",
        where=where,
        value=show_value(column),
        remedy=hint or "remove it, or correct its name; `teahorse template` shows all columns",
    )


def wrong_unit(where: str, column: str, right: str, factor: str) -> Finding:
    """S306."""
    return Finding(
        code="S306",
        what="the column is in another unit",
        where=where,
        value=show_value(column),
        remedy=f"use the column {right}: {factor}",
    )


def bad_table(where: str, why: str) -> Finding:
    """S327."""
    return Finding(
        code="S327",
        what=f"the file is not a well-formed table: {why}",
        where=where,
        remedy='save it as "CSV UTF-8" with commas, or as an Excel workbook',
    )


def too_many_cells(where: str, n_cells: int, n_columns: int) -> Finding:
    """S328."""
    return Finding(
        code="S328",
        what=f"the row has {n_cells} cells and the header {n_columns}",
        where=where,
        remedy="put cells that hold a comma in double quotes, such as lat,lon",
    )


def duplicate_column(where: str, column: str) -> Finding:
    """S329."""
    return Finding(
        code="S329",
        what="the column occurs twice",
        where=where,
        value=show_value(column),
        remedy="remove one of the columns",
    )


def too_large(where: str, what: str) -> Finding:
    """S330."""
    return Finding(
        code="S330",
        what=f"the file is too large: {what}",
        where=where,
        remedy="split it into several files",
    )


def unknown_type(where: str, remedy: str) -> Finding:
    """S331."""
    return Finding(
        code="S331",
        what="this type of file is not read",
        where=where,
        remedy=remedy,
    )


def refused_workbook(where: str, why: str, remedy: str = "") -> Finding:
    """S332."""
    return Finding(
        code="S332",
        what=f"the workbook is refused: {why}",
        where=where,
        remedy=remedy
        or "copy the shipments into a new workbook, such as `teahorse template` writes",
    )


def not_json(where: str, why: str) -> Finding:
    """S333."""
    return Finding(
        code="S333",
        what=f"the file is not JSON: {why}",
        where=where,
        remedy="check it with a JSON tool",
    )


def duplicate_key(where: str, key: str) -> Finding:
    """S334."""
    return Finding(
        code="S334",
        what="a key occurs twice in one object",
        where=where,
        value=show_value(key),
        remedy="keep one of the two",
    )


def not_finite(where: str, value: str) -> Finding:
    """S335."""
    return Finding(
        code="S335",
        what="the file holds a number that is not finite",
        where=where,
        value=show_value(value),
        remedy="write a number, or null for a value that is not known",
    )


def wrong_shape(where: str, why: str) -> Finding:
    """S336."""
    return Finding(
        code="S336",
        what=f"the JSON has another shape: {why}",
        where=where,
        remedy="write a list of objects with text and numbers, or such a list under shipments",
    )
