"""
Street networks by OSMnx: from a file or from the map servers to arrays. The only importer of it.

OSMnx makes the directed graph (one-way streets, roundabouts) and simplifies it (Boeing 2025,
doi:10.1111/tgis.70037): crossings and ends stay, bends go into the length. Truck rules, speeds and
the cut at the rim are ours.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from optimizer.datasets import street_findings as say
from optimizer.datasets.osm_file import read_osm, write_xml
from optimizer.datasets.truck_rules import USED_TAGS, TruckSpeeds, barred
from optimizer.domain.streets import MAIN_RANK, RANK_OF_HIGHWAY, StreetPatch
from optimizer.errors import DataError

MAX_PLACE_KM2 = 2_500.0
"""One request to Overpass as OSMnx divides them: 50 km by 50 km."""

_SECONDS_PER_REQUEST = 60
_M_PER_KM = 1000
_KM_PER_H_TO_M_PER_S = 3.6
_OUTSIDE = 0
"""Number of the virtual node that stands for the world outside; OpenStreetMap starts at 1."""


CountryAt = Callable[[float, float], str]
"""ISO 3166 alpha-2 code at (lat, lon) in degrees."""


def streets_of_file(
    path: Path, *, name: str, country_at: CountryAt, speeds: TruckSpeeds, gross_kg: int
) -> StreetPatch:
    """
    Streets for trucks of an OpenStreetMap file.

    Parameters
    ----------
    path
        ``.osm``, ``.osm.gz``, ``.osm.bz2`` or ``.osm.pbf``.
    name
        Name of the patch; :func:`patch_name` makes one of any text.
    country_at
        Asked for the middle of the streets: the country whose truck speeds hold.
    speeds
        Table of truck speeds.
    gross_kg
        Mass of the truck that the roads must bear.

    Raises
    ------
    DataError
        D131 to D134, see :func:`optimizer.datasets.osm_file.read_osm`.
    """
    streets = read_osm(path, gross_kg=gross_kg)
    osmnx = _osmnx()
    with _settings(osmnx), TemporaryDirectory() as folder:
        xml = Path(folder) / "streets.osm"
        write_xml(streets, xml)
        graph = osmnx.graph_from_xml(xml, simplify=False, retain_all=True)
        about = _About(name, f"OpenStreetMap file {path.name}", country_at, speeds, gross_kg)
        return _patch(graph, set(streets.rim), dict(streets.counts), about)


def streets_of_place(
    place: str, *, name: str, country_at: CountryAt, speeds: TruckSpeeds, gross_kg: int
) -> StreetPatch:
    """
    Streets for trucks of a named place, from Nominatim and Overpass.

    Raises
    ------
    DataError
        D133 a place without streets, D134 one that is too large, D135 without internet, D136 an
        unknown place, D137 where a server refuses.
    """
    osmnx = _osmnx()
    errors = osmnx._errors  # noqa: SLF001, the exceptions have no public name
    with _settings(osmnx), _server_findings(osmnx, place):
        try:
            area = osmnx.geocode_to_gdf(place)
        except TypeError:
            # So OSMnx says that the place is a point without an outline.
            raise DataError(say.unknown_place(place, " as an area")) from None
        km2 = float(area.to_crs(area.estimate_utm_crs()).area.iloc[0]) / _M_PER_KM**2
        if km2 > MAX_PLACE_KM2:
            limit = f"{MAX_PLACE_KM2:,.0f} km2"
            raise DataError(say.too_large(place, f"{km2:,.0f} km2", limit))
        polygon = area.geometry.iloc[0]
        classes = "|".join(RANK_OF_HIGHWAY)
        try:
            graph = osmnx.graph_from_polygon(
                polygon,
                simplify=False,
                retain_all=True,
                truncate_by_edge=True,
                custom_filter=f'["highway"~"^({classes})$"]["area"!~"yes"]',
            )
        except errors.ResponseStatusCodeError:
            raise
        except ValueError as error:
            # No roads in the answer, or none left inside the outline.
            raise DataError(say.no_streets(place, str(error))) from None
        rim = _outside(graph, polygon)
        source = f"OpenStreetMap, {place}, by Overpass"
        about = _About(name, source, country_at, speeds, gross_kg)
        return _patch(graph, rim, {"clipped roads": len(rim)}, about)


def patch_name(text: str) -> str:
    """Name for files and lists of any text: lower case, digits and hyphens, at most 60 long."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    name = re.sub(r"[^\w]+|_", "-", plain).strip("-")[:60].strip("-")
    return name or "streets"


def _osmnx() -> Any:  # noqa: ANN401, as its settings are module attributes
    import osmnx

    return osmnx


@contextmanager
def _settings(osmnx: Any) -> Iterator[None]:  # noqa: ANN401
    """OSMnx keeps its settings in a module: set ours, and put the caller's back."""
    ours = {
        "useful_tags_way": list(USED_TAGS),
        "useful_tags_node": [],
        "use_cache": False,
        "log_console": False,
        "log_file": False,
        "all_oneway": False,
        "requests_timeout": _SECONDS_PER_REQUEST,
    }
    before = {key: getattr(osmnx.settings, key) for key in ours}
    try:
        for key, value in ours.items():
            setattr(osmnx.settings, key, value)
        yield
    finally:
        for key, value in before.items():
            setattr(osmnx.settings, key, value)


@contextmanager
def _server_findings(osmnx: Any, place: str) -> Iterator[None]:  # noqa: ANN401
    """Errors of the network and the servers as findings."""
    import requests

    servers = f"{osmnx.settings.nominatim_url} and {osmnx.settings.overpass_url}"
    errors = osmnx._errors  # noqa: SLF001, the exceptions have no public name
    try:
        yield
    except (requests.ConnectionError, requests.Timeout):
        raise DataError(say.no_connection(servers)) from None
    except errors.InsufficientResponseError:
        raise DataError(say.unknown_place(place, "")) from None
    except (errors.ResponseStatusCodeError, requests.RequestException) as error:
        raise DataError(say.refused(servers, str(error))) from None


def _outside(graph: Any, polygon: Any) -> set[int]:  # noqa: ANN401
    """Nodes outside an area: the far ends of roads that cross its edge."""
    import shapely

    nodes = list(graph.nodes)
    points = shapely.points(
        [graph.nodes[node]["x"] for node in nodes], [graph.nodes[node]["y"] for node in nodes]
    )
    shapely.prepare(polygon)
    inside = shapely.contains(polygon, points)
    return {node for node, is_in in zip(nodes, inside, strict=True) if not is_in}


@dataclass(frozen=True, slots=True)
class _About:
    """What a patch is made for; fields as in :func:`streets_of_file`."""

    name: str
    source: str
    country_at: CountryAt
    speeds: TruckSpeeds
    gross_kg: int


def _patch(
    graph: Any,  # noqa: ANN401
    rim: set[int],
    counts: dict[str, int],
    about: _About,
) -> StreetPatch:
    """Arrays of a directed graph of streets with tags: bar, time, connect, simplify, number."""
    n_nodes = len(graph)
    middle = [sum(graph.nodes[node][axis] for node in graph) / n_nodes for axis in ("y", "x")]
    country = about.country_at(middle[0], middle[1])
    graph = _drivable(graph, country, about)
    n_before = len(graph)
    rim = {node for node in rim if node in graph and _is_main(graph, node)}
    if not rim:
        rim = {node for node in graph if _is_main_end(graph, node)}
    graph = _connected(graph, rim)
    if graph.number_of_edges() == 0:
        raise DataError(say.no_streets(about.source, "nothing is left that trucks can reach"))
    counts["nodes off the network"] = n_before - len(graph)
    for node in rim & set(graph.nodes):
        graph.nodes[node]["rim"] = True
    merge: dict[str, Callable[[list[Any]], Any]] = {"length": sum, "drive_s": sum, "rank": min}
    graph = _osmnx().simplify_graph(
        graph, node_attrs_include=["rim"], edge_attr_aggs=merge, remove_rings=False
    )
    return _arrays(graph, counts, about, country)


def _drivable(graph: Any, country: str, about: _About) -> Any:  # noqa: ANN401
    """Edges that trucks may use, with length, seconds and rank only."""
    import networkx as nx

    made = nx.MultiDiGraph(crs=graph.graph["crs"])
    made.add_nodes_from((n, {"x": d["x"], "y": d["y"]}) for n, d in graph.nodes(data=True))
    for tail, head, tags in graph.edges(data=True):
        if tail == head or barred(tags, about.gross_kg):
            continue
        metres_per_s = about.speeds.of(tags, country) / _KM_PER_H_TO_M_PER_S
        made.add_edge(
            tail,
            head,
            length=tags["length"],
            drive_s=tags["length"] / metres_per_s,
            rank=RANK_OF_HIGHWAY[tags["highway"]],
        )
    return made


def _is_main(graph: Any, node: int) -> bool:  # noqa: ANN401
    edges = (*graph.in_edges(node, data="rank"), *graph.out_edges(node, data="rank"))
    return any(rank <= MAIN_RANK for _, _, rank in edges)


def _is_main_end(graph: Any, node: int) -> bool:  # noqa: ANN401
    """Whether a main road ends here, which happens where an extract was cut."""
    neighbours = {*graph.predecessors(node), *graph.successors(node)}
    return len(neighbours) == 1 and _is_main(graph, node)


def _connected(graph: Any, rim: set[int]) -> Any:  # noqa: ANN401
    """
    Largest part in which every node reaches every other one, the world outside included.

    The two carriageways of a cut motorway only meet outside. So all rim nodes are tied to one
    virtual node before the part is taken.
    """
    import networkx as nx

    graph.add_edges_from((node, _OUTSIDE) for node in rim)
    graph.add_edges_from((_OUTSIDE, node) for node in rim)
    largest = max(nx.strongly_connected_components(graph), key=lambda part: (len(part), min(part)))
    return nx.MultiDiGraph(graph.subgraph(largest - {_OUTSIDE}))


def _arrays(
    graph: Any,  # noqa: ANN401
    counts: dict[str, int],
    about: _About,
    country: str,
) -> StreetPatch:
    nodes = sorted(graph.nodes)
    index = {node: position for position, node in enumerate(nodes)}
    # Of parallel streets between two nodes the shorter one is enough, then the faster.
    best: dict[tuple[int, int], tuple[int, int]] = {}
    rank = np.full(len(nodes), len(RANK_OF_HIGHWAY), dtype=np.int8)
    for u, v, data in graph.edges(data=True):
        tail, head = index[u], index[v]
        rank[[tail, head]] = np.minimum(rank[[tail, head]], data["rank"])
        street = (max(1, round(data["length"])), max(1, round(data["drive_s"])))
        if tail != head and street < best.get((tail, head), (2**31, 0)):
            best[tail, head] = street
    arcs = sorted(best)
    return StreetPatch(
        name=about.name,
        source=about.source,
        country=country,
        gross_kg=about.gross_kg,
        lat_deg=np.array([graph.nodes[node]["y"] for node in nodes], dtype=np.float64),
        lon_deg=np.array([graph.nodes[node]["x"] for node in nodes], dtype=np.float64),
        rank=rank,
        rim=np.array([graph.nodes[node].get("rim", False) for node in nodes], dtype=np.bool_),
        tail=np.array([tail for tail, _ in arcs], dtype=np.int32),
        head=np.array([head for _, head in arcs], dtype=np.int32),
        length_m=np.array([best[arc][0] for arc in arcs], dtype=np.int32),
        drive_s=np.array([best[arc][1] for arc in arcs], dtype=np.int32),
        counts=counts,
    )
