"""
OpenStreetMap files, cleaned for OSMnx: only roads for trucks, no references to absent nodes.

An extract is cut out of the world file, so that ways at its edge name nodes that are not in it.
OSMnx refuses such ways. Here they are cut into the pieces that are there, and the ends of the
pieces are remembered: there the road goes on outside.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.sax.saxutils import quoteattr

from optimizer.datasets import street_findings as say
from optimizer.datasets.truck_rules import USED_TAGS, barred
from optimizer.errors import DataError

MAX_STREET_NODES = 600_000
"""OSMnx keeps about 2 kB a node in Python objects; this is a city of several million people."""


@dataclass(slots=True)
class Way:
    """A road: its id, the nodes it passes, and the tags that matter here."""

    way_id: int
    nodes: list[int]
    tags: dict[str, str]


@dataclass(frozen=True, slots=True)
class CleanStreets:
    """
    What a file holds for trucks.

    Parameters
    ----------
    ways
        Pieces with at least two nodes, all of which are in ``locations``. Pieces of one way share
        its id.
    locations
        (lat, lon) in degrees by node.
    rim
        Nodes next to a reference that was dropped.
    counts
        What was read and left out.
    """

    ways: list[Way]
    locations: dict[int, tuple[float, float]]
    rim: frozenset[int]
    counts: dict[str, int]


def read_osm(path: Path, *, gross_kg: int) -> CleanStreets:
    """
    Read the roads for trucks of an OpenStreetMap file, by pyosmium.

    Parameters
    ----------
    path
        ``.osm``, ``.osm.gz``, ``.osm.bz2`` or ``.osm.pbf``.
    gross_kg
        Mass of the truck that the roads must bear.

    Raises
    ------
    DataError
        D131 a file that cannot be read, D132 one that is not OpenStreetMap data, D133 one without
        streets for trucks, D134 one that is too large.
    """
    try:
        with path.open("rb") as file:
            file.read(1)
    except OSError as error:
        raise DataError(say.unreadable_file(path, error.strerror or str(error))) from None
    counts = {"ways read": 0, "barred by access": 0, "barred by mass": 0}
    ways = _truck_ways(path, gross_kg, counts)
    named = {node for way in ways for node in way.nodes}
    if len(named) > MAX_STREET_NODES:
        limit = f"{MAX_STREET_NODES:,} street nodes"
        raise DataError(say.too_large(path, f"{len(named):,} street nodes", limit))
    if not ways:
        raise DataError(say.no_streets(path, f"{counts['ways read']} ways with a highway tag"))
    locations = _locations(path, named)
    pieces, rim = _pieces(ways, locations, counts)
    if not pieces:
        raise DataError(say.no_streets(path, "the nodes of all streets are missing"))
    return CleanStreets(pieces, locations, frozenset(rim), counts)


def write_xml(streets: CleanStreets, path: Path) -> None:
    """Write the streets as OpenStreetMap XML that OSMnx reads."""
    used = sorted({node for way in streets.ways for node in way.nodes})
    with path.open("w", encoding="utf-8") as file:
        file.write('<?xml version="1.0" encoding="UTF-8"?>\n<osm version="0.6">\n')
        for node in used:
            lat, lon = streets.locations[node]
            file.write(f'<node id="{node}" lat="{lat!r}" lon="{lon!r}"/>\n')
        # OSMnx keeps one way per id, so that pieces of a cut way are numbered anew.
        for number, way in enumerate(streets.ways, start=1):
            file.write(f'<way id="{number}">\n')
            file.writelines(f'<nd ref="{node}"/>\n' for node in way.nodes)
            for key, value in way.tags.items():
                file.write(f"<tag k={quoteattr(key)} v={quoteattr(value)}/>\n")
            file.write("</way>\n")
        file.write("</osm>\n")


def _osmium() -> Any:  # noqa: ANN401, as its stubs know neither submodules nor what a filter leaves
    import osmium

    return osmium


def _truck_ways(path: Path, gross_kg: int, counts: dict[str, int]) -> list[Way]:
    osmium = _osmium()
    ways: list[Way] = []
    try:
        reader = osmium.FileProcessor(str(path), osmium.osm.WAY)
        for way in reader.with_filter(osmium.filter.KeyFilter("highway")):
            counts["ways read"] += 1
            tags = {key: way.tags[key] for key in USED_TAGS if key in way.tags}
            reason = barred(tags, gross_kg)
            if reason:
                if reason != "class":
                    counts[f"barred by {reason}"] += 1
                continue
            if tags["highway"] == "motorway":
                # Implied by the class, and OSMnx does not know it.
                tags.setdefault("oneway", "yes")
            ways.append(Way(way.id, [node.ref for node in way.nodes], tags))
    except RuntimeError as error:
        raise DataError(say.not_osm(path, str(error))) from None
    return ways


def _locations(path: Path, named: set[int]) -> dict[int, tuple[float, float]]:
    osmium = _osmium()
    try:
        reader = osmium.FileProcessor(str(path), osmium.osm.NODE)
        return {
            node.id: (node.location.lat, node.location.lon)
            for node in reader.with_filter(osmium.filter.IdFilter(named))
            if node.location.valid()
        }
    except RuntimeError as error:
        raise DataError(say.not_osm(path, str(error))) from None


def _pieces(
    ways: list[Way], locations: dict[int, tuple[float, float]], counts: dict[str, int]
) -> tuple[list[Way], set[int]]:
    """Ways without absent nodes, cut where one was, and the nodes at the cuts."""
    pieces: list[Way] = []
    rim: set[int] = set()
    counts |= {"roads for trucks": len(ways), "clipped roads": 0, "references dropped": 0}
    for way in ways:
        runs, n_dropped = _runs(way.nodes, locations)
        if n_dropped:
            counts["clipped roads"] += 1
            counts["references dropped"] += n_dropped
            first, last = way.nodes[0], way.nodes[-1]
            rim |= {run[0] for run in runs if run[0] != first}
            rim |= {run[-1] for run in runs if run[-1] != last}
        pieces += [Way(way.way_id, run, way.tags) for run in runs if len(run) > 1]
    return pieces, rim


def _runs(
    nodes: list[int], locations: dict[int, tuple[float, float]]
) -> tuple[list[list[int]], int]:
    """Longest runs of nodes that are there, and how many are not."""
    runs: list[list[int]] = []
    n_dropped, is_open = 0, False
    for node in nodes:
        if node not in locations:
            n_dropped, is_open = n_dropped + 1, False
        elif is_open:
            runs[-1].append(node)
        else:
            runs.append([node])
            is_open = True
    return runs, n_dropped
