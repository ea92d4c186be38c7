"""
A customizable contraction hierarchy: order to structure, weights to metric. Arrays only.

Nodes are numbered by **position**: 0 is contracted last, every node comes after its parent in the
elimination tree, and positions follow that tree depth first. So all up-neighbours of a node lie on
its path to the root, and are told apart by their **level**, the number of nodes above them. A sweep
needs one row a level and not one a node (``sweeps.py``).

The structure depends on the arcs only (chordal completion of the undirected graph). A metric is one
weight up and one down per up-arc: least lengths over paths through lower nodes. Dibbelt, Strasser
and Wagner, Customizable contraction hierarchies, doi:10.1145/2886843.

Weights are int32 in [0, ``FAR``]. ``FAR + FAR`` fits int32, and every stored value is a minimum
with ``FAR``, so sums never overflow; a finite value below ``FAR`` is exact.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

Ints = NDArray[np.int32]
Longs = NDArray[np.int64]

FAR = 2**30 - 1
"""No path; also where a longer path would be. Twice this fits int32."""
UNREACHED = 2**31 - 1
"""A closed arc, in weights as given."""
NONE = -1


@njit(cache=True, nogil=True)
def elimination_parents(
    first: Longs, neighbour: Ints, order: Ints, rank: Ints, parent: Ints
) -> None:
    """
    Parents in the elimination tree: the lowest up-neighbour of each node.

    Parameters
    ----------
    first, neighbour
        (n + 1,), (m,) undirected graph without loops, by node.
    order, rank
        (n,) nodes from first to last contracted, and its inverse.
    parent
        (n,) by rank, rank of the parent or ``NONE``, modified in place.

    Notes
    -----
    Path compression over virtual ancestors (Liu, doi:10.1137/0611010).
    """
    n = order.shape[0]
    above = np.full(n, NONE, np.int32)
    for r in range(n):
        parent[r] = NONE
        v = order[r]
        for a in range(first[v], first[v + 1]):
            u = rank[neighbour[a]]
            while u != NONE and u < r:
                following = above[u]
                above[u] = r
                if following == NONE:
                    parent[u] = r
                u = following


@njit(cache=True, nogil=True)
def preorder(parent: Ints, position: Ints) -> None:
    """
    Depth-first positions of the elimination forest; among siblings the last contracted comes first.

    Parameters
    ----------
    parent
        (n,) by rank.
    position
        (n,) by rank, modified in place.
    """
    n = parent.shape[0]
    size = np.ones(n, np.int32)
    for r in range(n):
        if parent[r] != NONE:
            size[parent[r]] += size[r]
    free = np.empty(n, np.int32)
    next_root = 0
    for r in range(n - 1, -1, -1):
        if parent[r] == NONE:
            position[r] = next_root
            next_root += size[r]
        else:
            position[r] = free[parent[r]]
            free[parent[r]] += size[r]
        free[r] = position[r] + 1


@njit(cache=True, nogil=True)
def completion_sizes(first: Longs, neighbour: Ints, parent: Ints, n_up: Ints) -> None:
    """
    Numbers of up-arcs of the chordal completion, without building it.

    Parameters
    ----------
    first, neighbour
        Undirected graph by position.
    parent
        (n,) by position.
    n_up
        (n,) modified in place.

    Notes
    -----
    A node x has u as up-neighbour if u has a neighbour in the subtree of x: row subtrees, each
    walked once from its leaves (the simple variant of Gilbert, Ng, Peyton,
    doi:10.1137/S0895479892236921).
    """
    n = parent.shape[0]
    seen = np.full(n, NONE, np.int32)
    for u in range(n):
        n_up[u] = 0
    for u in range(n):
        seen[u] = u
        for a in range(first[u], first[u + 1]):
            x = neighbour[a]
            while x > u and seen[x] != u:
                seen[x] = u
                n_up[x] += 1
                x = parent[x]


@njit(cache=True, nogil=True)
def complete(
    first: Longs,
    neighbour: Ints,
    parent: Ints,
    up_first: Longs,
    up_head: Ints,
) -> None:
    """
    The chordal completion as up-arcs, heads falling: the nearest ancestor first.

    Parameters
    ----------
    up_first
        (n + 1,) from ``completion_sizes``.
    up_head
        (n_up_arcs,) positions, modified in place.

    Notes
    -----
    Heads enter in rising order, because u rises; they are filled in from the end.
    """
    n = parent.shape[0]
    seen = np.full(n, NONE, np.int32)
    free = up_first[1:].copy()
    for u in range(n):
        seen[u] = u
        for a in range(first[u], first[u + 1]):
            x = neighbour[a]
            while x > u and seen[x] != u:
                seen[x] = u
                free[x] -= 1
                up_head[free[x]] = u
                x = parent[x]


@njit(cache=True, nogil=True)
def levels(parent: Ints, level: Ints) -> None:
    """Numbers of nodes above each position, ``level`` (n,) modified in place."""
    for v in range(parent.shape[0]):
        level[v] = 0 if parent[v] == NONE else level[parent[v]] + 1


@njit(cache=True, nogil=True)
def triangles(up_first: Longs, up_head: Ints, opposite: Ints) -> None:
    """
    The third arc of every lower triangle, in the order in which ``customize`` meets them.

    Node v with up-neighbours x, y (x nearer) makes a triangle; its third arc is x to y.

    Parameters
    ----------
    opposite
        (n_triangles,) indices of up-arcs, modified in place.
    """
    k = 0
    for v in range(up_first.shape[0] - 2, -1, -1):
        end = up_first[v + 1]
        for i in range(up_first[v], end):
            third = up_first[up_head[i]]
            for j in range(i + 1, end):
                while up_head[third] != up_head[j]:
                    third += 1
                opposite[k] = third
                k += 1


@njit(cache=True, nogil=True)
def place_arcs(tail: Ints, head: Ints, up_first: Longs, up_head: Ints, slot: Ints) -> None:
    """
    Where each input arc goes: twice its up-arc, plus 1 for a way down; ``NONE`` for loops.

    Parameters
    ----------
    tail, head
        (n_arcs,) positions.
    slot
        (n_arcs,) modified in place.
    """
    for a in range(tail.shape[0]):
        if tail[a] == head[a]:
            slot[a] = NONE
            continue
        low, high = max(tail[a], head[a]), min(tail[a], head[a])
        left, right = up_first[low], up_first[low + 1] - 1
        while left < right:
            middle = (left + right) // 2
            if up_head[middle] > high:
                left = middle + 1
            else:
                right = middle
        slot[a] = 2 * left + (1 if tail[a] == high else 0)


@njit(cache=True, nogil=True)
def narrow(given: Longs, weight: Ints) -> bool:
    """
    Take weights as the kernels need them, in one pass.

    Parameters
    ----------
    given
        (n_arcs,) int32 or int64.
    weight
        (n_arcs,) modified in place, ``FAR`` for ``UNREACHED``.

    Returns
    -------
    bool
        Whether every one was in [0, ``FAR``) or ``UNREACHED``.
    """
    n_wrong = 0
    for a in range(given.shape[0]):
        value = np.int64(given[a])
        n_wrong += (value < 0) | ((value >= FAR) & (value != UNREACHED))
        weight[a] = np.int32(min(value, FAR))
    return n_wrong == 0


@njit(cache=True, nogil=True)
def respect(slot: Ints, weight: Ints, both: Ints) -> None:
    """
    Weights of input arcs onto up-arcs, the least of parallel ones.

    Parameters
    ----------
    weight
        (n_arcs,) at most ``FAR``.
    both
        (n_up_arcs, 2) up and down, modified in place.
    """
    flat = both.reshape(-1)
    flat[:] = FAR
    for a in range(slot.shape[0]):
        at = slot[a]
        if at != NONE and weight[a] < flat[at]:
            flat[at] = weight[a]


@njit(cache=True, nogil=True)
def customize(up_first: Longs, opposite: Ints, both: Ints) -> None:
    """
    Least weights over lower triangles, from the lowest node up.

    Parameters
    ----------
    opposite
        (n_triangles,) from ``triangles``.
    both
        (n_up_arcs, 2) after ``respect``, modified in place.
    """
    k = 0
    for v in range(up_first.shape[0] - 2, -1, -1):
        end = up_first[v + 1]
        for i in range(up_first[v], end):
            i_up, i_down = both[i, 0], both[i, 1]
            for j in range(i + 1, end):
                third = opposite[k]
                k += 1
                # x to v to y, and y to v to x
                there = np.int32(i_down + both[j, 0])
                back = np.int32(both[j, 1] + i_up)
                both[third, 0] = min(there, both[third, 0])
                both[third, 1] = min(back, both[third, 1])


@njit(cache=True, nogil=True)
def split(both: Ints, up_offset: Ints, rising: Ints, falling: Ints) -> None:
    """
    Arcs as climbs and sweeps read them.

    Parameters
    ----------
    up_offset
        (n_up_arcs,) level of the head times the lanes of a row.
    rising, falling
        (n_up_arcs, 2) offset, and weight up or down; modified in place.
    """
    for a in range(up_offset.shape[0]):
        rising[a, 0] = falling[a, 0] = up_offset[a]
        rising[a, 1] = both[a, 0]
        falling[a, 1] = both[a, 1]


@njit(cache=True, nogil=True)
def farthest(
    parent: Ints,
    up_first: Longs,
    up_head: Ints,
    both: Ints,
    to_root: Ints,
    from_root: Ints,
) -> int:
    """
    Upper bound of every distance, or ``FAR`` where this argument gives none.

    In a component where each node reaches the root and is reached from it, no distance exceeds the
    longest way to the root plus the longest from it.

    Parameters
    ----------
    to_root, from_root
        (n,) modified in place.

    Returns
    -------
    int
        A bound below ``FAR``, or ``FAR``.
    """
    worst_to = worst_from = 0
    worst = 0
    for v in range(parent.shape[0]):
        if parent[v] == NONE:
            worst = max(worst, worst_to + worst_from)
            worst_to = worst_from = 0
            to_root[v] = from_root[v] = 0
            continue
        near = far = np.int32(FAR)
        for a in range(up_first[v], up_first[v + 1]):
            u = up_head[a]
            near = min(near, np.int32(both[a, 0] + to_root[u]))
            far = min(far, np.int32(both[a, 1] + from_root[u]))
        to_root[v] = near
        from_root[v] = far
        worst_to = max(worst_to, near)
        worst_from = max(worst_from, far)
    return int(min(FAR, max(worst, worst_to + worst_from)))
