"""Once for each timetable: slots for voyages that overlap, and which nodes reach each other."""

from __future__ import annotations

import numpy as np
from numba import njit

from optimizer.kernels.arrays import Int32s

NONE = -1


@njit(cache=True, nogil=True)
def assign_slots(voyage: Int32s, n_hops: Int32s, link: Int32s) -> int:
    """
    Give voyages slots so that two that overlap in the scan differ.

    Parameters
    ----------
    voyage
        (n_connections,) by departure.
    n_hops
        (n_voyages,) hops of each voyage.
    link
        (n_connections,) modified in place, see ``Timetable``.

    Returns
    -------
    int
        Number of slots, at least one.
    """
    slot_of = np.full(n_hops.shape[0], NONE, dtype=np.int32)
    passed = np.zeros(n_hops.shape[0], dtype=np.int32)
    free = np.empty(n_hops.shape[0], dtype=np.int32)
    n_free = 0
    n_slots = 1
    for c in range(voyage.shape[0]):
        v = voyage[c]
        if n_hops[v] == 1:
            link[c] = 0
            continue
        first = passed[v] == 0
        if first:
            if n_free > 0:
                n_free -= 1
                slot_of[v] = free[n_free]
            else:
                slot_of[v] = n_slots
                n_slots += 1
        link[c] = 2 * slot_of[v] + (0 if first else 1)
        passed[v] += 1
        if passed[v] == n_hops[v]:
            free[n_free] = slot_of[v]
            n_free += 1
    return n_slots


@njit(cache=True, nogil=True)
def strong_parts(first_out: Int32s, heads: Int32s, part: Int32s) -> int:
    """
    Strongly connected parts of a graph, numbered so that arcs lead to equal or smaller numbers.

    Parameters
    ----------
    first_out, heads
        (n_nodes + 1,), (n_arcs,) adjacency.
    part
        (n_nodes,) modified in place.

    Returns
    -------
    int
        Number of parts.

    Notes
    -----
    Tarjan (1972), doi:10.1137/0201010, without recursion.
    """
    n_nodes = part.shape[0]
    order = np.full(n_nodes, NONE, dtype=np.int32)
    low = np.zeros(n_nodes, dtype=np.int32)
    at = np.zeros(n_nodes, dtype=np.int32)
    path = np.empty(n_nodes, dtype=np.int32)
    stack = np.empty(n_nodes, dtype=np.int32)
    part[:] = NONE
    n_parts, n_seen, n_stack = 0, 0, 0
    for root in range(n_nodes):
        if order[root] != NONE:
            continue
        depth = 0
        path[0] = root
        while depth >= 0:
            node = path[depth]
            if order[node] == NONE:
                order[node] = low[node] = n_seen
                at[node] = first_out[node]
                n_seen += 1
                stack[n_stack] = node
                n_stack += 1
            deeper = False
            while at[node] < first_out[node + 1]:
                head = heads[at[node]]
                if order[head] == NONE:
                    depth += 1
                    path[depth] = head
                    deeper = True
                    break
                if part[head] == NONE:
                    low[node] = min(low[node], low[head])
                at[node] += 1
            if deeper:
                continue
            if low[node] == order[node]:
                while True:
                    n_stack -= 1
                    part[stack[n_stack]] = n_parts
                    if stack[n_stack] == node:
                        break
                n_parts += 1
            depth -= 1
    return n_parts
