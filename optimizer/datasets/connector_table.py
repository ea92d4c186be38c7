"""Distances of connectors between facilities over roads, made beforehand: a derived table."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from io import StringIO
from pathlib import Path

from optimizer.datasets import table_findings as say
from optimizer.domain.location import Facility
from optimizer.errors import DataError

CONNECTOR_TABLE = Path("derived") / "osm" / "connectors.csv"
_NAME = CONNECTOR_TABLE.as_posix()
COLUMNS = (
    "facility_id",
    "lat",
    "lon",
    "other_facility_id",
    "other_lat",
    "other_lon",
    "distance_m",
)


def read_connector_table(
    content: bytes, facilities: Mapping[str, Facility]
) -> dict[tuple[str, str], int]:
    """
    Metres over roads by pair of facility ids, in the order of the alphabet.

    Parameters
    ----------
    content
        Of the file that ``network-data/scripts/build_connectors.py`` writes.
    facilities
        By id. A row holds for the coordinates it was made for: where a facility is gone or has
        moved, its rows are left out, and its connectors have no road way until the table is built
        again.

    Raises
    ------
    DataError
        D117, where the file is not such a table.
    """
    known: dict[tuple[str, str], int] = {}
    try:
        header, *lines = csv.reader(StringIO(content.decode("utf-8")), strict=True)
        for one, lat, lon, other, other_lat, other_lon, metres in lines:
            if _is_at(facilities.get(one), lat, lon) and _is_at(
                facilities.get(other), other_lat, other_lon
            ):
                known[(one, other) if one < other else (other, one)] = int(metres)
    except (ValueError, csv.Error) as error:
        raise DataError(say.bad_table(_NAME, str(error))) from None
    if tuple(header) != COLUMNS:
        raise DataError(say.bad_table(_NAME, f"its columns are not {', '.join(COLUMNS)}"))
    return known


def connector_rows(
    pairs_m: Mapping[tuple[str, str], int], facilities: Mapping[str, Facility]
) -> str:
    """Text of the table, sorted by pair."""
    text = StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for (one, other), metres in sorted(pairs_m.items()):
        a, b = facilities[one], facilities[other]
        writer.writerow((one, repr(a.lat), repr(a.lon), other, repr(b.lat), repr(b.lon), metres))
    return text.getvalue()


def _is_at(facility: Facility | None, lat: str, lon: str) -> bool:
    return facility is not None and (facility.lat, facility.lon) == (float(lat), float(lon))
