"""
Attributes along shortest paths, from a table of distances and the arcs.

Arrays only. The path to a node enters by the arc of least index that is tight (distance of its tail
plus its weight is the distance of its head), so results are equal on all machines. The caller
promises that every cycle has a positive weight; then following tight arcs backwards ends at the
source.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from optimizer.kernels.arrays import Ints

UNREACHED = 2**31 - 1
NONE = -1


@njit(cache=True)
def _tight_arc(
    node: int, tail: Ints, weight: Ints, first_in: Ints, arc_in: Ints, distance: Ints
) -> int:
    """Arc of least index on a shortest path into a node, or ``NONE``."""
    here = distance[node]
    for at in range(first_in[node], first_in[node + 1]):
        arc = arc_in[at]
        if weight[arc] == UNREACHED or distance[tail[arc]] == UNREACHED:
            continue
        if np.int64(distance[tail[arc]]) + weight[arc] == here:
            return int(arc)
    return NONE


@njit(cache=True, nogil=True)
def path_arc_sums(
    tail: Ints,
    weight: Ints,
    first_in: Ints,
    arc_in: Ints,
    values: Ints,
    sources: Ints,
    targets: Ints,
    distances: Ints,
    sums: Ints,
) -> int:
    """
    Sum values of arcs along the shortest paths of all pairs.

    Parameters
    ----------
    tail, weight
        (n_arcs,); weights as the distances were made with, ``UNREACHED`` where closed.
    first_in, arc_in
        Arcs by head.
    values
        (n_arcs, n_values).
    sources, targets
        Nodes.
    distances
        (n_sources, n_nodes), ``UNREACHED`` where there is no path.
    sums
        (n_sources, n_targets, n_values). Modified in place; ``NONE`` where there is no path.

    Returns
    -------
    int
        Number of pairs whose path did not lead back to the source: 0, unless distances and weights
        do not belong together.
    """
    n_nodes, n_values = distances.shape[1], values.shape[1]
    known = np.empty((n_nodes, n_values), dtype=np.int64)
    # Row of the source that a node's sums belong to, so that nothing is cleared between sources.
    row_of = np.full(n_nodes, NONE, dtype=np.int64)
    stack = np.empty(n_nodes, dtype=np.int64)
    enters = np.empty(n_nodes, dtype=np.int64)
    n_lost = 0
    for row in range(sources.shape[0]):
        distance = distances[row]
        known[sources[row], :] = 0
        row_of[sources[row]] = row
        for column in range(targets.shape[0]):
            node = targets[column]
            depth = 0
            lost = distance[node] == UNREACHED
            # Back to the first node whose sums are known, then forward again.
            while not lost and row_of[node] != row:
                arc = _tight_arc(node, tail, weight, first_in, arc_in, distance)
                lost = arc == NONE or depth == n_nodes
                if lost:
                    n_lost += 1
                else:
                    stack[depth], enters[depth] = node, arc
                    depth += 1
                    node = tail[arc]
            if lost:
                sums[row, column, :] = NONE
                continue
            while depth > 0:
                depth -= 1
                below = tail[enters[depth]]
                node = stack[depth]
                for value in range(n_values):
                    known[node, value] = known[below, value] + values[enters[depth], value]
                row_of[node] = row
            for value in range(n_values):
                sums[row, column, value] = known[targets[column], value]
    return n_lost


@njit(cache=True, nogil=True)
def path_arcs(
    tail: Ints,
    weight: Ints,
    first_in: Ints,
    arc_in: Ints,
    distance: Ints,
    source: int,
    target: int,
    arcs: Ints,
) -> int:
    """
    Arcs of one path, the one that :func:`path_arc_sums` sums over.

    Parameters
    ----------
    distance
        (n_nodes,) from the source.
    arcs
        (n,) modified in place, from the source to the target.

    Returns
    -------
    int
        Number of arcs, ``NONE`` where there is no path.
    """
    if distance[target] == UNREACHED:
        return NONE
    n_found, node = 0, target
    while node != source:
        arc = _tight_arc(node, tail, weight, first_in, arc_in, distance)
        if arc == NONE or n_found == arcs.shape[0]:
            return NONE
        arcs[n_found] = arc
        n_found += 1
        node = tail[arc]
    for at in range(n_found // 2):
        other = n_found - 1 - at
        arcs[at], arcs[other] = arcs[other], arcs[at]
    return n_found
