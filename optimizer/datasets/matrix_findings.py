"""One function per code of a finding about a matrix query."""

from __future__ import annotations

from optimizer.errors import Finding, show_value

CODES: dict[str, str] = {
    "S370": "no place is named",
    "S371": "a time is outside of the horizon",
    "S372": "a generalized cost is too large",
    "S373": "the weights cannot be read",
    "S374": "the load cannot be read",
    "S375": "a zone has no facilities",
    "S376": "options contradict each other",
    "S377": "the matrix is too large",
    "S378": "a list of places cannot be read",
    "S379": "the file type is not written",
}


def no_places(where: str) -> Finding:
    """S370."""
    return Finding(
        code="S370",
        what="no place is named",
        where=where,
        remedy="name facilities, lat,lon, country:TH, territory:EU, zone:NAME=ID+ID or all",
    )


def bad_weights(value: str, why: str) -> Finding:
    """S373."""
    return Finding(
        code="S373",
        what=f"the weights cannot be read: {why}",
        where="weights",
        value=show_value(value),
        remedy="write cost=1,time=20,co2e=100: a factor, CNY per hour, CNY per tonne",
    )


def bad_load(value: str, why: str) -> Finding:
    """S374."""
    return Finding(
        code="S374",
        what=f"the load cannot be read: {why}",
        where="load",
        value=show_value(value),
        remedy="write '1200kg 6m3' for loose cargo, or '40HQ 18000kg' or '2x40HQ 30000kg'",
    )


def empty_zone(where: str, value: str, remedy: str) -> Finding:
    """S375."""
    return Finding(
        code="S375",
        what="the zone has no facilities",
        where=where,
        value=show_value(value),
        remedy=remedy,
    )


def contradiction(where: str, what: str, remedy: str) -> Finding:
    """S376."""
    return Finding(code="S376", what=what, where=where, remedy=remedy)


def too_large(n_cells: int, limit: int) -> Finding:
    """S377."""
    return Finding(
        code="S377",
        what="the matrix is too large",
        where="from, to",
        value=f"{n_cells} pairs of places",
        remedy=f"at most {limit}; ask for it in parts",
    )


def bad_list(where: str, value: str, why: str) -> Finding:
    """S378."""
    return Finding(
        code="S378",
        what=f"the list of places cannot be read: {why}",
        where=where,
        value=show_value(value),
        remedy="give a UTF-8 text file with one place or zone a line",
    )


def unknown_file_type(value: str, known: str) -> Finding:
    """S379."""
    return Finding(
        code="S379",
        what="the file type is not written",
        where="out",
        value=show_value(value),
        remedy=f"end the name in {known}",
    )
