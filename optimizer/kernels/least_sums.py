"""Least sums of one criterion over a graph, for bounds of ``pareto_labels``. Arrays only."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

Keys = NDArray[np.uint64]

ZERO = np.uint64(0)
LAST = np.uint64(2**63 - 1)
"""No path. Never added to."""


@njit(cache=True, nogil=True)
def least_sums(first: Keys, arc: Keys, other: Keys, weight: Keys, root: int, sums: Keys) -> None:
    """
    Least sums of one criterion between a root and all nodes.

    Parameters
    ----------
    first, arc
        (n_nodes + 1,), (n_arcs,): arcs of a node are ``arc[first[v]:first[v + 1]]``: those that
        leave it for sums from the root, those that enter it for sums to the root.
    other
        (n_arcs,) node at the other end.
    sums
        (n_nodes,) modified in place; ``LAST`` where there is no path.

    Notes
    -----
    Dijkstra with a binary heap of nodes; ties do not matter for sums.
    """
    n_nodes = sums.shape[0]
    heap = np.empty(n_nodes, dtype=np.int64)
    place = np.full(n_nodes, -1, dtype=np.int64)
    for node in range(n_nodes):
        sums[node] = LAST
    sums[root] = ZERO
    heap[0] = root
    place[root] = 0
    size = 1
    while size > 0:
        node = heap[0]
        place[node] = -2
        size -= 1
        if size > 0:
            moved = heap[size]
            at = 0
            while 2 * at + 1 < size:
                below = 2 * at + 1
                if below + 1 < size and sums[heap[below + 1]] < sums[heap[below]]:
                    below += 1
                if sums[heap[below]] >= sums[moved]:
                    break
                heap[at] = heap[below]
                place[heap[at]] = at
                at = below
            heap[at] = moved
            place[moved] = at
        for position in range(first[node], first[node + 1]):
            a = arc[position]
            reached = np.int64(other[a])
            through = sums[node] + weight[a]
            if through >= sums[reached]:
                continue
            sums[reached] = through
            at = place[reached]
            if at == -1:
                at = size
                size += 1
            while at > 0:
                above = (at - 1) // 2
                if sums[heap[above]] <= through:
                    break
                heap[at] = heap[above]
                place[heap[at]] = at
                at = above
            heap[at] = reached
            place[reached] = at
