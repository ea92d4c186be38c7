"""Shortest distances over roads from one place to what is near. Arrays only."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

UNREACHED = 2**31 - 1
"""Weight of an arc that is closed; distance of a node that was not reached. Never added to."""


@njit(cache=True, nogil=True)
def _push(heap: NDArray[np.int64], size: int, key: int) -> int:
    at = size
    while at > 0:
        above = (at - 1) >> 1
        if heap[above] <= key:
            break
        heap[at] = heap[above]
        at = above
    heap[at] = key
    return size + 1


@njit(cache=True, nogil=True)
def _pop(heap: NDArray[np.int64], size: int) -> int:
    """Take the least key, which the caller has read at position 0, away; returns the new size."""
    size -= 1
    key = heap[size]
    at, below = 0, 1
    while below < size:
        if below + 1 < size and heap[below + 1] < heap[below]:
            below += 1
        if heap[below] >= key:
            break
        heap[at] = heap[below]
        at, below = below, 2 * below + 1
    heap[at] = key
    return size


@njit(cache=True, nogil=True)
def nearby_distances(
    first_arc: NDArray[np.int32],
    head: NDArray[np.int32],
    weight_m: NDArray[np.int32],
    source: NDArray[np.int32],
    source_m: NDArray[np.int32],
    target: NDArray[np.int32],
    limit_m: int,
) -> NDArray[np.int32]:
    """
    Distance from the nearest of several sources to each target, by Dijkstra's algorithm.

    Parameters
    ----------
    first_arc
        (n_nodes + 1,) int32, arcs of a node.
    head
        (n_arcs,) int32, nodes.
    weight_m
        (n_arcs,) int32, metres from 0 on, ``UNREACHED`` where closed.
    source, source_m
        (n_sources,) int32, nodes and the metres from the place to them.
    target
        (n_targets,) int32, nodes; they may repeat.
    limit_m
        Distances above this are not looked for; below 2**31 - 1.

    Returns
    -------
    (n_targets,) int32, metres, ``UNREACHED`` above the limit or where there is no way.

    Notes
    -----
    Keys of the heap are ``distance * n_nodes + node``: below 2**62, and ties go by node. All sums
    are of int64 and stay below 2**32, as no node above the limit is scanned.
    """
    n_nodes = first_arc.shape[0] - 1
    distance = np.full(n_nodes, UNREACHED, np.int32)
    is_open = np.zeros(n_nodes, np.bool_)
    n_open = 0
    for node in target:
        if not is_open[node]:
            is_open[node] = True
            n_open += 1
    # Every arc is pushed at most once, when its tail is scanned.
    heap = np.empty(head.shape[0] + source.shape[0] + 1, np.int64)
    size = 0
    for i in range(source.shape[0]):
        if source_m[i] <= limit_m and source_m[i] < distance[source[i]]:
            distance[source[i]] = source_m[i]
            size = _push(heap, size, np.int64(source_m[i]) * n_nodes + source[i])
    while size > 0 and n_open > 0:
        key = heap[0]
        size = _pop(heap, size)
        here, node = key // n_nodes, key % n_nodes
        if here > distance[node]:
            continue
        if is_open[node]:
            is_open[node] = False
            n_open -= 1
        for arc in range(first_arc[node], first_arc[node + 1]):
            weight = weight_m[arc]
            if weight == UNREACHED:
                continue
            there = here + weight
            if there <= limit_m and there < distance[head[arc]]:
                distance[head[arc]] = there
                size = _push(heap, size, there * n_nodes + head[arc])
    return distance[target]
