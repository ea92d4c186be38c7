"""One function per code of a finding about a street import."""

from __future__ import annotations

from optimizer.errors import Finding, show_value

CODES: dict[str, str] = {
    "D131": "an OpenStreetMap file is missing or cannot be read",
    "D132": "a file is not OpenStreetMap data",
    "D133": "there are no streets for trucks",
    "D134": "a place or a file is too large for a street patch",
    "D135": "no connection to the map servers",
    "D136": "a place was not found",
    "D137": "a map server refused",
    "D138": "a stored street patch cannot be used",
    "D139": "the table of truck speeds lacks a class of road",
}

USE_FILE = "download an extract as .osm.pbf where there is internet and give it with --osm FILE"


def unreadable_file(path: object, why: str) -> Finding:
    """D131."""
    return Finding(
        code="D131",
        what=f"the file cannot be read: {why}",
        where=show_value(path),
        remedy="give the path of an .osm, .osm.gz, .osm.bz2 or .osm.pbf file",
    )


def not_osm(path: object, why: str) -> Finding:
    """D132."""
    return Finding(
        code="D132",
        what="the file is not OpenStreetMap data, or it is damaged",
        where=show_value(path),
        value=show_value(why, 120),
        remedy="give an .osm, .osm.gz, .osm.bz2 or .osm.pbf file; download it again if it was cut",
    )


def no_streets(where: object, why: str) -> Finding:
    """D133."""
    return Finding(
        code="D133",
        what="there are no streets for trucks",
        where=show_value(where),
        value=why,
        remedy="check the extract; for small trucks lower --gross-t",
    )


def too_large(where: object, size: str, limit: str) -> Finding:
    """D134."""
    return Finding(
        code="D134",
        what=f"this is too large for a street patch, at most {limit}",
        where=show_value(where),
        value=size,
        remedy="name a district rather than a province, or cut the file, e.g. with osmium extract",
    )


def no_connection(server: str) -> Finding:
    """D135."""
    return Finding(
        code="D135", what="no connection to the map servers", where=server, remedy=USE_FILE
    )


def unknown_place(place: str, why: str) -> Finding:
    """D136."""
    return Finding(
        code="D136",
        what=f"the place was not found{why}",
        where="--place",
        value=show_value(place),
        remedy="add the city and the country, or use --osm FILE",
    )


def refused(server: str, why: str) -> Finding:
    """D137."""
    return Finding(
        code="D137",
        what="a map server refused",
        where=server,
        value=show_value(why, 120),
        remedy=f"try again later, or {USE_FILE}",
    )


def bad_patch(path: object, why: str) -> Finding:
    """D138."""
    return Finding(
        code="D138",
        what=f"the street patch cannot be used: {why}",
        where=show_value(path),
        remedy="import it again with teahorse network streets",
    )


def no_speed(file: str, highway: str) -> Finding:
    """D139."""
    return Finding(
        code="D139",
        what="a class of road has no truck speed",
        where=file,
        value=highway,
        remedy="add a row for it with the country *",
    )
