"""Skims over the road or railway graph: least weight, and sums of arc values along the way."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import KDTree

from optimizer.cache_folder import cache_folder
from optimizer.errors import ModelError
from optimizer.kernels.arrays import Ints
from optimizer.network.connectors import EARTH_RADIUS_M
from optimizer.network.hierarchy import Hierarchy
from optimizer.network.roads import RoadNetwork, load_railways, load_roads

UNREACHED = 2**31 - 1
FOLDER = "hierarchies"
BATCH = 16
"""Sources whose distances to all nodes are held at a time."""
MAX_WEIGHT = 2**23
"""Most that a way of the longest length weighs."""
CLOSED = 2**24
"""Weight of a closed arc: beyond any open way, but so small that dozens of them can be added."""
LONGEST_M = 30_000_000
"""Longer than any way over the graph."""
USUAL_SHARE = 0.999
"""Of the arcs; the others, borders above all, are dear for their length."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RoadGraph:
    """
    The part of a graph in which every node reaches every other, ready for many skims.

    Parameters
    ----------
    nodes
        (n_nodes,) nodes of the whole graph.
    arcs
        (n_arcs,) arcs of the whole graph, which values and weights are taken from.
    tail
        (n_arcs,) position in ``nodes``.
    first_in, arc_in
        Arcs by head.
    tree
        Nodes on the unit sphere.
    """

    roads: RoadNetwork
    nodes: Ints
    arcs: Ints
    tail: Ints
    first_in: Ints
    arc_in: Ints
    hierarchy: Hierarchy
    tree: KDTree

    def snap(self, lat_deg: Sequence[float], lon_deg: Sequence[float]) -> tuple[Ints, Ints]:
        """(n,) nearest nodes of this graph and great-circle metres to them, rounded up."""
        points = _on_sphere(np.array(lat_deg, dtype=float), np.array(lon_deg, dtype=float))
        chord, nearest = self.tree.query(points)
        metres = 2 * EARTH_RADIUS_M * np.arcsin(np.minimum(chord / 2, 1.0))
        return nearest.astype(np.int64), np.ceil(metres).astype(np.int64)


def _on_sphere(lat_deg: NDArray[np.float64], lon_deg: NDArray[np.float64]) -> NDArray[np.float64]:
    lat, lon = np.radians(lat_deg), np.radians(lon_deg)
    return np.stack((np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)), axis=1)


@cache
def road_graph(mode: str) -> RoadGraph:
    """
    The road or railway graph, contracted once and kept on disk.

    Parameters
    ----------
    mode
        ``road`` or ``rail``.
    """
    return graph_of(load_roads() if mode == "road" else load_railways())


def graph_of(roads: RoadNetwork) -> RoadGraph:
    """The largest strongly connected part of a graph over arcs that are not forbidden."""
    usable = ~roads.closed()
    ones = np.ones(int(usable.sum()), dtype=np.int8)
    matrix = csr_array(
        (ones, (roads.tail[usable], roads.head[usable])), shape=(roads.n_nodes, roads.n_nodes)
    )
    _, part = connected_components(matrix, directed=True, connection="strong")
    inside = part == np.bincount(part).argmax()
    nodes = np.flatnonzero(inside)
    position = np.full(roads.n_nodes, -1, dtype=np.int64)
    position[nodes] = np.arange(len(nodes))
    arcs = np.flatnonzero(usable & inside[roads.tail] & inside[roads.head])
    tail, head = position[roads.tail[arcs]], position[roads.head[arcs]]
    counts = np.bincount(head, minlength=len(nodes))
    return RoadGraph(
        roads=roads,
        nodes=nodes,
        arcs=arcs,
        tail=tail,
        first_in=np.concatenate(([0], np.cumsum(counts))).astype(np.int64),
        arc_in=np.argsort(head, kind="stable").astype(np.int64),
        hierarchy=Hierarchy.cached(len(nodes), tail, head, directory=cache_folder() / FOLDER),
        tree=KDTree(_on_sphere(roads.lat_deg[nodes], roads.lon_deg[nodes])),
    )


def whole_weights(
    exact: NDArray[np.float64], length_m: NDArray[Any], closed: NDArray[np.bool_]
) -> NDArray[Any]:
    """
    Weights of arcs as integers as fine as the longest way allows; ``CLOSED`` where closed.

    Parameters
    ----------
    exact
        (n_arcs,) generalized cost in any unit.

    Notes
    -----
    The unit makes the dearest usual metre, over ``LONGEST_M``, and all unusually dear arcs together
    stay below ``MAX_WEIGHT``. It decides between ways only; what a way costs is summed from exact
    values.
    """
    is_open = ~closed
    weights = np.full(len(exact), CLOSED, dtype=np.int32)
    if not is_open.any():
        return weights
    per_m = exact[is_open] / length_m[is_open]
    usual = float(np.quantile(per_m, USUAL_SHARE))
    rest = float(exact[is_open][per_m > usual].sum())
    unit = max(usual * LONGEST_M + rest, np.finfo(float).tiny) / MAX_WEIGHT
    weights[is_open] = np.maximum(1, np.rint(exact[is_open] / unit)).astype(np.int32)
    return weights


def sums_between(
    graph: RoadGraph, weights: NDArray[Any], values: Ints, sources: Ints, targets: Ints
) -> Ints:
    """
    Values summed along the way of least weight.

    Parameters
    ----------
    weights, values
        (n_arcs,) and (n_arcs, n_values) by arc of this graph.
    sources, targets
        Nodes of this graph; repeated ones are looked at once.

    Returns
    -------
    (n_sources, n_targets, n_values)
        -1 where there is no way.
    """
    from optimizer.kernels.skim_sums import path_arc_sums

    distinct, source_of = np.unique(sources, return_inverse=True)
    ends, target_of = np.unique(targets, return_inverse=True)
    sums = np.empty((len(distinct), len(ends), values.shape[1]), dtype=np.int64)
    for part, distances in _batches(graph, weights, distinct):
        n_lost = path_arc_sums(
            graph.tail,
            weights,
            graph.first_in,
            graph.arc_in,
            values,
            distinct[part],
            ends,
            distances,
            sums[part],
        )
        if n_lost:
            raise ModelError(f"{n_lost} distances of the {graph.roads.mode} graph have no path")
    return sums[np.ix_(source_of, target_of)]


def _batches(
    graph: RoadGraph, weights: NDArray[Any], sources: Ints
) -> Iterator[tuple[slice, NDArray[Any]]]:
    """(n_batch, n_nodes) distances from some sources at a time."""
    metric = graph.hierarchy.customize(weights)
    for first in range(0, len(sources), BATCH):
        part = slice(first, min(first + BATCH, len(sources)))
        rows = metric.one_to_all(sources[part])
        distances = np.stack([rows.of(at) for at in range(part.stop - part.start)])
        yield part, np.where(distances >= CLOSED, np.int32(UNREACHED), distances)
