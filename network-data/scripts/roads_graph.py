"""
A road or rail graph while it is being built: cropping, splitting, joining, ordering.

Edges are undirected. Every operation returns a new graph, and depends on its input only.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from roads_country import great_circle_m
from roads_source import SourceGraph
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

IntArray = npt.NDArray[np.int64]
StrArray = npt.NDArray[np.str_]
BoolArray = npt.NDArray[np.bool_]

NO_BORDER = ""
LINK, TRANSFER = 1, 2
"""Indices of `optimizer.network.roads.ARC_KINDS`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """
    Graph with what is known of its nodes and edges.

    Attributes
    ----------
    lat_mdeg, lon_mdeg
        (n_nodes,) int64, thousandths of a degree.
    country
        (n_nodes,) ISO 3166 alpha-2.
    tail, head
        (n_edges,) int64, node indices.
    raw_m
        (n_edges,) int64, metres.
    kind
        (n_edges,) int64: 0 source graph, 1 link, 2 transfer.
    crossing
        (n_edges,) border id, empty inside a country.
    gauge_mm
        (n_edges,) int64, 0 on roads.
    """

    lat_mdeg: IntArray
    lon_mdeg: IntArray
    country: StrArray
    tail: IntArray
    head: IntArray
    raw_m: IntArray
    kind: IntArray
    crossing: StrArray
    gauge_mm: IntArray

    @property
    def n_nodes(self) -> int:
        """Number of nodes."""
        return len(self.lat_mdeg)

    @property
    def n_edges(self) -> int:
        """Number of edges."""
        return len(self.tail)

    def is_border(self) -> BoolArray:
        """(n_edges,) mask: the ends lie in different countries."""
        return self.country[self.tail] != self.country[self.head]


def _text(n: int) -> StrArray:
    return np.full(n, NO_BORDER, dtype="U64")


def from_source(source: SourceGraph, country: StrArray, is_kept: BoolArray) -> Draft:
    """Draft of the nodes to keep; ``country`` is of all nodes of the source."""
    number = np.cumsum(is_kept) - 1
    is_inside = is_kept[source.tail] & is_kept[source.head]
    n_edges = int(is_inside.sum())
    return Draft(
        lat_mdeg=np.rint(source.lat_deg[is_kept] * 1000).astype(np.int64),
        lon_mdeg=np.rint(source.lon_deg[is_kept] * 1000).astype(np.int64),
        country=country[is_kept],
        tail=number[source.tail[is_inside]],
        head=number[source.head[is_inside]],
        raw_m=source.length_m[is_inside],
        kind=np.zeros(n_edges, dtype=np.int64),
        crossing=_text(n_edges),
        gauge_mm=np.zeros(n_edges, dtype=np.int64),
    )


def distance_m(draft: Draft, nodes: IntArray, lat_deg: float, lon_deg: float) -> npt.NDArray:
    """Great-circle metres from nodes to a point."""
    return great_circle_m(
        draft.lat_mdeg[nodes] / 1000, draft.lon_mdeg[nodes] / 1000, lat_deg, lon_deg
    )


def nearest(draft: Draft, lat_deg: float, lon_deg: float, country: str = "") -> tuple[int, float]:
    """
    Nearest node, in a country if one is named, and how many metres away; the first of equal ones.

    Raises
    ------
    ValueError
        The graph has no node there.
    """
    is_there = draft.country == country if country else np.ones(draft.n_nodes, dtype=bool)
    nodes = np.flatnonzero(is_there)
    if not len(nodes):
        raise ValueError(f"no node in {country or 'the graph'}")
    away_m = distance_m(draft, nodes, lat_deg, lon_deg)
    best = int(np.argmin(away_m))
    return int(nodes[best]), float(away_m[best])


def add_node(draft: Draft, lat_deg: float, lon_deg: float, country: str) -> tuple[Draft, int]:
    """Graph with one more node, which is the last, and its index."""
    more = replace(
        draft,
        lat_mdeg=np.append(draft.lat_mdeg, round(lat_deg * 1000)),
        lon_mdeg=np.append(draft.lon_mdeg, round(lon_deg * 1000)),
        country=np.append(draft.country, country).astype(draft.country.dtype),
    )
    return more, draft.n_nodes


def add_edges(
    draft: Draft,
    tail: npt.ArrayLike,
    head: npt.ArrayLike,
    raw_m: npt.ArrayLike,
    *,
    kind: int = 0,
    crossing: str = NO_BORDER,
    gauge_mm: int = 0,
) -> Draft:
    """Graph with more edges, all of one kind."""
    n = len(np.atleast_1d(np.asarray(tail)))
    return replace(
        draft,
        tail=np.append(draft.tail, tail),
        head=np.append(draft.head, head),
        raw_m=np.append(draft.raw_m, np.maximum(np.asarray(raw_m), 1)),
        kind=np.append(draft.kind, np.full(n, kind)),
        crossing=np.append(draft.crossing, np.full(n, crossing, dtype="U64")),
        gauge_mm=np.append(draft.gauge_mm, np.full(n, gauge_mm)),
    )


def keep_edges(draft: Draft, is_kept: BoolArray) -> Draft:
    """Graph without the other edges."""
    return replace(
        draft,
        tail=draft.tail[is_kept],
        head=draft.head[is_kept],
        raw_m=draft.raw_m[is_kept],
        kind=draft.kind[is_kept],
        crossing=draft.crossing[is_kept],
        gauge_mm=draft.gauge_mm[is_kept],
    )


def detour_m(draft: Draft, edges: IntArray, lat_deg: float, lon_deg: float) -> npt.NDArray:
    """Metres that a straight way between the ends of edges gets longer by calling at a point."""
    tail, head = draft.tail[edges], draft.head[edges]
    lat, lon = draft.lat_mdeg / 1000, draft.lon_mdeg / 1000
    straight = great_circle_m(lat[tail], lon[tail], lat[head], lon[head])
    via = distance_m(draft, tail, lat_deg, lon_deg) + distance_m(draft, head, lat_deg, lon_deg)
    return via - straight


def split_edge(draft: Draft, edge: int, node: int) -> Draft:
    """Graph in which an edge calls at a node; its length is shared by straight distance."""
    ends = np.array([draft.tail[edge], draft.head[edge]])
    lat, lon = draft.lat_mdeg[node] / 1000, draft.lon_mdeg[node] / 1000
    to_tail, to_head = (max(float(x), 1.0) for x in distance_m(draft, ends, lat, lon))
    whole = int(draft.raw_m[edge])
    first = min(max(round(whole * to_tail / (to_tail + to_head)), 1), max(whole - 1, 1))
    is_kept = np.ones(draft.n_edges, dtype=bool)
    is_kept[edge] = False
    gauge, crossing = int(draft.gauge_mm[edge]), str(draft.crossing[edge])
    return add_edges(
        keep_edges(draft, is_kept),
        [ends[0], node],
        [node, ends[1]],
        [first, whole - first],
        crossing=crossing,
        gauge_mm=gauge,
    )


def labels(draft: Draft) -> IntArray:
    """(n_nodes,) number of the connected component."""
    ones = np.ones(draft.n_edges, dtype=np.int8)
    shape = (draft.n_nodes, draft.n_nodes)
    graph = csr_array((ones, (draft.tail, draft.head)), shape=shape)
    return connected_components(graph, directed=False)[1].astype(np.int64)


def without_small_parts(draft: Draft, min_nodes: int) -> Draft:
    """Graph without components of fewer nodes."""
    label = labels(draft)
    return keep_nodes(draft, np.bincount(label)[label] >= min_nodes)


def keep_nodes(draft: Draft, is_kept: BoolArray) -> Draft:
    """Graph of some nodes and the edges between them."""
    number = np.cumsum(is_kept) - 1
    fewer = keep_edges(draft, is_kept[draft.tail] & is_kept[draft.head])
    return replace(
        fewer,
        lat_mdeg=draft.lat_mdeg[is_kept],
        lon_mdeg=draft.lon_mdeg[is_kept],
        country=draft.country[is_kept],
        tail=number[fewer.tail],
        head=number[fewer.head],
    )


def _hilbert(x: IntArray, y: IntArray, bits: int) -> IntArray:
    x, y, place = x.copy(), y.copy(), np.zeros(len(x), dtype=np.int64)
    for bit in range(bits - 1, -1, -1):
        side = 1 << bit
        right, top = (x & side) > 0, (y & side) > 0
        place += side * side * ((3 * right) ^ top)
        is_flipped = right & ~top
        x[is_flipped], y[is_flipped] = (
            side - 1 - (x[is_flipped] & (side - 1)),
            (side - 1 - (y[is_flipped] & (side - 1))),
        )
        swap = ~top
        x[swap], y[swap] = y[swap], x[swap]
        x, y = x & (side - 1), y & (side - 1)
    return place


def in_order(draft: Draft) -> Draft:
    """
    Graph with nodes along a Hilbert curve and edges by (tail, head), the shortest of equal ones.

    Near nodes get near numbers, which makes files small and searches quick.
    """
    place = _hilbert(draft.lat_mdeg + 90_000, draft.lon_mdeg + 180_000, 19)
    order = np.lexsort((draft.country, draft.lon_mdeg, draft.lat_mdeg, place))
    number = np.empty(draft.n_nodes, dtype=np.int64)
    number[order] = np.arange(draft.n_nodes)
    tail, head = number[draft.tail], number[draft.head]
    tail, head = np.minimum(tail, head), np.maximum(tail, head)
    # Ties after length are broken by what the edge is, not by the order of building.
    by_edge = np.lexsort((draft.crossing, draft.kind, draft.raw_m, head, tail))
    turned = keep_edges(replace(draft, tail=tail, head=head), by_edge)  # pyright: ignore[reportArgumentType]
    is_new = np.ones(turned.n_edges, dtype=bool)
    is_new[1:] = (turned.tail[1:] != turned.tail[:-1]) | (turned.head[1:] != turned.head[:-1])
    turned = keep_edges(turned, is_new & (turned.tail != turned.head))
    return replace(
        turned,
        lat_mdeg=draft.lat_mdeg[order],
        lon_mdeg=draft.lon_mdeg[order],
        country=draft.country[order],
    )
