"""
Shortest paths for small questions: climbs in scalars, path unpacking, plain Dijkstra. Arrays only.

Positions, levels and up-arcs are those of ``hierarchy.py``; large tables are in ``sweeps.py``.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

Ints = NDArray[np.int32]
Longs = NDArray[np.int64]

FAR = 2**30 - 1
"""No path. Twice this fits int32; every stored value is at most this."""
UNREACHED = 2**31 - 1
"""No path, in results. Never added to."""
NONE = -1
UP, DOWN = 0, 1
LANES = 16
PARENT, LEVEL, UP_FROM, UP_TO = 0, 1, 2, 3
"""Columns of nodes; with ``LANES`` as in ``sweeps.py``."""


class Origins(NamedTuple):
    """
    What an up-arc is made of.

    ``up_tail`` (n_up_arcs,) positions; ``down_first`` (n + 1,), ``down_arc``: up-arcs by head.
    ``input_first`` (2 * n_up_arcs + 1,), ``input_arc``: input arcs by ``2 * up-arc + direction``,
    rising; ``input_weight`` (n_arcs,) at most ``FAR``.
    """

    up_tail: Ints
    down_first: Longs
    down_arc: Ints
    input_first: Longs
    input_arc: Ints
    input_weight: Ints


@njit(cache=True, nogil=True)
def climb(ends: Ints, nodes: Ints, arcs: Ints, path: Ints, distance: Ints) -> None:
    """
    Distances over up-arcs from each end to the nodes of its path to the root.

    Parameters
    ----------
    ends
        (n_ends,) positions.
    nodes, arcs
        Of ``sweeps.Tree``; ``rising`` for sources, ``falling`` for targets.
    path, distance
        (n_ends, n_levels) position, or ``NONE``, and distance by level, modified in place.
    """
    for i in range(ends.shape[0]):
        found, way = distance[i], path[i]
        found[:] = FAR
        way[:] = NONE
        v = ends[i]
        high = nodes[v, LEVEL]
        found[high] = 0
        while high >= 0:
            way[high] = v
            here = found[high]
            if here < FAR:
                for a in range(nodes[v, UP_FROM], nodes[v, UP_TO]):
                    u = arcs[a, 0] // LANES
                    # min without a branch, which would be guessed wrong half of the time; the
                    # difference of two numbers from 0 fits, and its sign bit spread is 0 or all.
                    more = np.int32(here + arcs[a, 1] - found[u])
                    found[u] += more & (more >> 31)
            v = nodes[v, PARENT]
            high -= 1


@njit(cache=True, nogil=True)
def _n_common(one: Ints, other: Ints) -> int:
    """Number of levels that two paths share: they part once and for good."""
    low, high = 0, one.shape[0]
    while low < high:
        middle = (low + high) // 2
        if one[middle] == other[middle] and one[middle] != NONE:
            low = middle + 1
        else:
            high = middle
    return low


@njit(cache=True, nogil=True)
def meet(
    source_path: Ints, source_distance: Ints, target_path: Ints, target_distance: Ints, table: Ints
) -> None:
    """
    Table of distances from the climbs of both sides, ``table`` (n_sources, n_targets) in place.

    Every shortest path has a highest node, and that lies on both paths to the root.
    """
    for i in range(table.shape[0]):
        for j in range(table.shape[1]):
            least = np.int32(FAR)
            there, back = source_distance[i], target_distance[j]
            for high in range(_n_common(source_path[i], target_path[j])):
                least = min(least, np.int32(there[high] + back[high]))
            table[i, j] = UNREACHED if least >= FAR else least


@njit(cache=True, nogil=True)
def _trace(
    end: int, top: int, nodes: Ints, arcs: Ints, path: Ints, distance: Ints, taken: Ints
) -> int:
    """Up-arcs of a climb from ``end`` that reach level ``top``, the highest first; how many."""
    n = 0
    high = top
    bottom = nodes[end, LEVEL]
    while high != bottom:
        found = False
        for low in range(high + 1, bottom + 1):
            v = path[low]
            if distance[low] >= FAR:
                continue
            for a in range(nodes[v, UP_FROM], nodes[v, UP_TO]):
                if arcs[a, 0] == high * LANES and distance[low] + arcs[a, 1] == distance[high]:
                    taken[n] = a
                    n += 1
                    high = low
                    found = True
                    break
            if found:
                break
    return n


@njit(cache=True, nogil=True)
def _up_arc(nodes: Ints, up_head: Ints, tail: int, head: int) -> int:
    """The up-arc between two nodes, or ``NONE``."""
    left, right = nodes[tail, UP_FROM], nodes[tail, UP_TO] - 1
    while left < right:
        middle = (left + right) // 2
        if up_head[middle] > head:
            left = middle + 1
        else:
            right = middle
    return left if up_head[left] == head else NONE


@njit(cache=True, nogil=True)
def _halves(
    slot: int, nodes: Ints, up_head: Ints, rising: Ints, falling: Ints, origins: Origins
) -> tuple[int, int]:
    """The two arcs below an up-arc that are as long together, in order of travel."""
    arc, direction = slot // 2, slot % 2
    length = rising[arc, 1] if direction == UP else falling[arc, 1]
    head, tail = int(up_head[arc]), int(origins.up_tail[arc])
    for at in range(origins.down_first[tail], origins.down_first[tail + 1]):
        to_tail = origins.down_arc[at]
        to_head = _up_arc(nodes, up_head, int(origins.up_tail[to_tail]), head)
        if to_head == NONE:
            continue
        if direction == UP and falling[to_tail, 1] + rising[to_head, 1] == length:
            return 2 * to_tail + DOWN, 2 * to_head + UP
        if direction == DOWN and falling[to_head, 1] + rising[to_tail, 1] == length:
            return 2 * to_head + DOWN, 2 * to_tail + UP
    return NONE, NONE


@njit(cache=True, nogil=True)
def unpack(
    ends: Ints,
    nodes: Ints,
    up_head: Ints,
    rising: Ints,
    falling: Ints,
    origins: Origins,
    path: Ints,
    distance: Ints,
) -> Ints:
    """
    Input arcs of a shortest path, in order.

    Parameters
    ----------
    ends
        (2,) positions of source and target.
    nodes, rising, falling
        Of ``sweeps.Tree``.
    path, distance
        (2, n_levels) from ``climb``: of the source up, of the target down.

    Returns
    -------
    Ints
        Input arcs; empty where source and target are one node or no path exists.

    Notes
    -----
    Of equal ways the one with the highest meeting node, the nearest arcs and the first input arc is
    taken. With cycles of length 0 a node may occur twice.
    """
    top, least = NONE, FAR
    for high in range(_n_common(path[0], path[1])):
        if distance[0, high] + distance[1, high] < least:
            top, least = high, distance[0, high] + distance[1, high]
    out = np.empty(16, np.int32)
    if top == NONE:
        return out[:0]
    n_levels = distance.shape[1]
    taken = np.empty(n_levels, np.int32)
    # A stack entry is 2 * up-arc + direction; what is popped first comes first on the path.
    stack = np.empty(4 * n_levels + 4, np.int32)
    n_stack = 0
    n = _trace(ends[1], top, nodes, falling, path[1], distance[1], taken)
    for i in range(n - 1, -1, -1):
        stack[n_stack] = 2 * taken[i] + DOWN
        n_stack += 1
    n = _trace(ends[0], top, nodes, rising, path[0], distance[0], taken)
    for i in range(n):
        stack[n_stack] = 2 * taken[i] + UP
        n_stack += 1
    n = 0
    while n_stack > 0:
        n_stack -= 1
        slot = stack[n_stack]
        length = rising[slot // 2, 1] if slot % 2 == UP else falling[slot // 2, 1]
        whole = NONE
        for at in range(origins.input_first[slot], origins.input_first[slot + 1]):
            if origins.input_weight[origins.input_arc[at]] == length:
                whole = origins.input_arc[at]
                break
        if whole == NONE:
            stack[n_stack + 1], stack[n_stack] = _halves(
                slot, nodes, up_head, rising, falling, origins
            )
            n_stack += 2
            continue
        if n == out.shape[0]:
            larger = np.empty(2 * n, np.int32)
            larger[:n] = out
            out = larger
        out[n] = whole
        n += 1
    return out[:n]


@njit(cache=True, nogil=True)
def _push(heap: Longs, n: int, key: np.int64 | int) -> int:
    at = n
    while at > 0 and heap[(at - 1) // 2] > key:
        heap[at] = heap[(at - 1) // 2]
        at = (at - 1) // 2
    heap[at] = key
    return n + 1


@njit(cache=True, nogil=True)
def _pop(heap: Longs, n: int) -> int:
    """Remove the least key, which the caller has read; returns the new size."""
    key = heap[n - 1]
    n -= 1
    at = 0
    while 2 * at + 1 < n:
        child = 2 * at + 1
        if child + 1 < n and heap[child + 1] < heap[child]:
            child += 1
        if heap[child] >= key:
            break
        heap[at] = heap[child]
        at = child
    heap[at] = key
    return n


@njit(cache=True, nogil=True)
def search(
    first: Longs,
    head: Ints,
    weight: Ints,
    source: int,
    targets: Ints,
    distance: Longs,
    by_arc: Ints,
    heap: Longs,
) -> bool:
    """
    Dijkstra from one node until all targets are settled; from all if there are none.

    Parameters
    ----------
    first, head, weight
        Arcs by tail; weights from ``FAR`` on are closed.
    distance, by_arc
        (n,) int64 distance, ``UNREACHED`` if none or not yet; arc (its place here) that reached the
        node, or ``NONE``. Modified in place. Nodes that are not settled may hold upper bounds.
    heap
        (n_arcs + 1,) keys, modified in place.

    Returns
    -------
    bool
        Whether a path was given up because it is ``FAR`` or longer; what is unreached may be so
        because of that.

    Notes
    -----
    A key is distance and node in one number, so ties go to the lower node; distances below 2^30
    leave room for both.
    """
    too_long = False
    distance[:] = UNREACHED
    by_arc[:] = NONE
    wanted = np.zeros(distance.shape[0], np.uint8)
    n_wanted = 0
    for t in targets:
        if wanted[t] == 0:
            wanted[t] = 1
            n_wanted += 1
    left = n_wanted if targets.shape[0] > 0 else NONE
    distance[source] = 0
    n = _push(heap, 0, np.int64(source))
    while n > 0:
        key = heap[0]
        n = _pop(heap, n)
        v, here = key & 0xFFFFFFFF, key >> 32
        if here > distance[v]:
            continue
        if wanted[v] == 1:
            wanted[v] = 0
            left -= 1
            if left == 0:
                return too_long
        for a in range(first[v], first[v + 1]):
            if weight[a] >= FAR:
                continue
            there = here + weight[a]
            if there >= FAR:
                too_long = True
            elif there < distance[head[a]]:
                distance[head[a]] = there
                by_arc[head[a]] = a
                n = _push(heap, n, (there << 32) | np.int64(head[a]))
    return too_long
