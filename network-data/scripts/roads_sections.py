"""
Which section an edge belongs to: the country, a zone of it, or a named corridor.

A section calibrates lengths and gives the speed of a loaded truck. Rows of
``inputs/road_sections.csv`` go from wide to narrow, and a later row beats an earlier one: a country
(``*`` is any), a zone (a box inside a country), a corridor (the shortest way by ``via`` points).
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import numpy.typing as npt
from roads_graph import Draft, IntArray, nearest
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra
from table_io import INPUTS, Row, read_rows

ANY = "*"
UNREACHED_NODE = -9999
"""SciPy's mark of a node without predecessor."""


def sections(mode: str) -> list[Row]:
    """Rows of ``inputs/road_sections.csv`` of a mode."""
    return [row for row in read_rows(INPUTS / "road_sections.csv") if row["mode"] == mode]


def points(text: str) -> list[tuple[float, float]]:
    """``lat lon; lat lon`` as pairs of degrees."""
    return [
        (float(lat), float(lon)) for lat, lon in (one.split() for one in text.split(";") if one)
    ]


def way(
    draft: Draft,
    weight_m: IntArray,
    via: list[tuple[float, float]],
    name: str,
    country: str = "",
) -> IntArray:
    """
    Edges of the shortest way by some points, in order, each snapped to the nearest node.

    The nodes are looked for in one country only where one is named.

    Raises
    ------
    ValueError
        Two points are not joined.
    """
    nodes = [nearest(draft, lat, lon, country)[0] for lat, lon in via]
    shape = (draft.n_nodes, draft.n_nodes)
    graph = csr_array((weight_m.astype(float), (draft.tail, draft.head)), shape=shape)
    key = np.minimum(draft.tail, draft.head) * draft.n_nodes + np.maximum(draft.tail, draft.head)
    by_key = {int(one): edge for edge, one in enumerate(key.tolist())}
    found: list[int] = []
    for start, end in pairwise(nodes):
        before = dijkstra(graph, directed=False, indices=start, return_predecessors=True)[1]
        node = end
        while node != start:
            previous = int(before[node])
            if previous == UNREACHED_NODE:
                raise ValueError(f"{name}: no way between its points {nodes}")
            low, high = min(node, previous), max(node, previous)
            found.append(by_key[low * draft.n_nodes + high])
            node = previous
    return np.array(found, dtype=np.int64)


def assign(draft: Draft, rows: list[Row]) -> IntArray:
    """
    (n_edges,) index into the rows.

    An edge between two countries follows its tail; such edges are short, except at open borders.

    Raises
    ------
    ValueError
        An edge has no row, or a corridor's points are not joined.
    """
    index = np.full(draft.n_edges, -1, dtype=np.int64)
    code = draft.country[draft.tail]
    middle = tuple(
        (axis[draft.tail] + axis[draft.head]) / 2000 for axis in (draft.lat_mdeg, draft.lon_mdeg)
    )
    for number, row in enumerate(rows):
        is_in = (code == row["country"]) | (row["country"] == ANY)
        if row["south"]:
            south, west, north, east = (float(row[k]) for k in ("south", "west", "north", "east"))
            is_in &= (middle[0] >= south) & (middle[0] < north)
            is_in &= (middle[1] >= west) & (middle[1] < east)
        if row["via"]:
            on_way = np.zeros(draft.n_edges, dtype=bool)
            on_way[way(draft, draft.raw_m, points(row["via"]), row["name"])] = True
            is_in &= on_way
        index[is_in] = number
    if (index < 0).any():
        raise ValueError(f"{(index < 0).sum()} edges have no section")
    return index


def banned(draft: Draft, mode: str) -> npt.NDArray[np.bool_]:
    """(n_edges,) mask of edges that trucks may not use: ways in ``inputs/road_bans.csv``."""
    is_banned = np.zeros(draft.n_edges, dtype=bool)
    for row in read_rows(INPUTS / "road_bans.csv"):
        if row["mode"] == mode:
            via = points(row["via"])
            is_banned[way(draft, draft.raw_m, via, row["name"], row["country"])] = True
    return is_banned
