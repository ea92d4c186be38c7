"""
Ruin and recreate for fixed-charge network design: take commodities off, route them again, accept.

Arrays only. A commodity's flow is a list of (arc, amount), several paths one after the other.
Routing charges the variable cost of an arc and, where nothing uses it yet, its fixed cost.
Ruin and recreate after Christiaens and Vanden Berghe (2020), doi:10.1287/trsc.2019.0914, with an
annealing rule of acceptance; splitting at the residual capacity is ours.
"""

from __future__ import annotations

from math import exp
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit

Ints = npt.NDArray[np.int32]
Longs = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

NONE = -1
FAR = 1e300
"""Cost of what cannot be reached; never added to."""
NOTHING = 1e-7
"""Amount that is not worth a path."""
SEEN, DONE = 1, 2
"""Marks of nodes in a search."""
SPLITS_SHARE, BY_DEMAND_SHARE = 0.1, 0.33
"""Insertions that may split from the start; moves that insert the largest demand first."""
CLOSE_ARC, CLOSE_AT_NODE, BLUR_SHARE, DOOR_SHARE = 0.35, 0.7, 0.5, 0.3
"""Up to where a draw closes one arc, or several at a node; moves with random biases; moves that
let one arc open for nothing."""
MAX_SPLITS = 24
"""Paths of one commodity in one insertion; more is a failure, and the move is undone."""
MODULUS, MULTIPLIER = 2147483647, 48271
"""Park and Miller's generator; products stay below 2**47, so int64 cannot overflow."""


class Design(NamedTuple):
    """
    The network and what must flow: ``out_ptr``, ``out_arc`` list arcs by tail; floats per arc
    and commodity; ``forbidden`` (m, K), which holds every arc into a commodity's origin.
    """

    tail: Ints
    head: Ints
    out_ptr: Longs
    out_arc: Ints
    variable: Floats
    fixed: Floats
    capacity: Floats
    origin: Ints
    destination: Ints
    demand: Floats
    forbidden: Bools


class Flow(NamedTuple):
    """
    A solution. ``load`` and ``n_on`` (m,): amount and commodities' entries on an arc. ``arc`` and
    ``amount`` (K, width): entries of each commodity, the first ``n_used`` are in use.
    """

    load: Floats
    n_on: Longs
    arc: Ints
    amount: Floats
    n_used: Longs


class Scratch(NamedTuple):
    """Work space: per node, per arc, per commodity, and the random state (one int64)."""

    distance: Floats
    via: Ints
    mark: Longs
    reached: Ints
    bias: Floats
    chosen: Ints
    is_chosen: Bools
    rng: Longs


@njit(cache=True, nogil=True, inline="always")
def _uniform(rng: Longs) -> float:
    rng[0] = rng[0] * MULTIPLIER % MODULUS
    return rng[0] / MODULUS


@njit(cache=True, nogil=True)
def _search(design: Design, flow: Flow, k: int, amount: float, scratch: Scratch) -> bool:
    """
    Dijkstra from the origin of k over arcs with room; ``scratch.via`` holds the tree.

    ``amount`` > 0: arcs with that much room, cost of the whole amount. ``amount`` <= 0: arcs with
    any room, cost per unit when up to -amount units are sent. Ties go to the lower node.
    """
    whole = amount > 0.0
    least = amount if whole else NOTHING
    distance, via, mark, reached = scratch.distance, scratch.via, scratch.mark, scratch.reached
    distance[:] = FAR
    mark[:] = 0
    source, target = design.origin[k], design.destination[k]
    distance[source] = 0.0
    via[source] = NONE
    reached[0] = source
    n_reached = 1
    while n_reached > 0:
        at = 0
        for i in range(1, n_reached):
            if distance[reached[i]] < distance[reached[at]]:
                at = i
        n = reached[at]
        if n == target:
            return True
        n_reached -= 1
        reached[at] = reached[n_reached]
        mark[n] = DONE
        for place in range(design.out_ptr[n], design.out_ptr[n + 1]):
            a = design.out_arc[place]
            room = design.capacity[a] - flow.load[a]
            to = design.head[a]
            if room < least or mark[to] == DONE or design.forbidden[a, k]:
                continue
            opening = design.fixed[a] * scratch.bias[a] if flow.n_on[a] == 0 else 0.0
            if whole:
                step = design.variable[a] * amount + opening
            else:
                step = design.variable[a] + opening / min(-amount, room)
            if distance[n] + step < distance[to]:
                distance[to] = distance[n] + step
                via[to] = a
                if mark[to] == 0:
                    mark[to] = SEEN
                    reached[n_reached] = to
                    n_reached += 1
    return False


@njit(cache=True, nogil=True)
def _push(design: Design, flow: Flow, k: int, limit: float, scratch: Scratch) -> float:
    """Send up to ``limit`` along the tree found; returns the amount, 0 where lists are full."""
    room, length = limit, 0
    n = design.destination[k]
    while scratch.via[n] != NONE:
        a = scratch.via[n]
        room = min(room, design.capacity[a] - flow.load[a])
        length += 1
        n = design.tail[a]
    if flow.n_used[k] + length > flow.arc.shape[1]:
        return 0.0
    n = design.destination[k]
    while scratch.via[n] != NONE:
        a = scratch.via[n]
        place = flow.n_used[k]
        flow.arc[k, place] = a
        flow.amount[k, place] = room
        flow.n_used[k] = place + 1
        flow.load[a] += room
        flow.n_on[a] += 1
        n = design.tail[a]
    return float(room)


@njit(cache=True, nogil=True)
def _take_off(flow: Flow, k: int) -> None:
    for place in range(flow.n_used[k]):
        a = flow.arc[k, place]
        flow.n_on[a] -= 1
        flow.load[a] -= flow.amount[k, place]
        if flow.n_on[a] == 0:
            flow.load[a] = 0.0  # no drift stays behind
    flow.n_used[k] = 0


@njit(cache=True, nogil=True)
def _put_on(flow: Flow, k: int, arcs: Ints, amounts: Floats, n_used: int) -> None:
    for place in range(n_used):
        a = arcs[place]
        flow.arc[k, place] = a
        flow.amount[k, place] = amounts[place]
        flow.n_on[a] += 1
        flow.load[a] += amounts[place]
    flow.n_used[k] = n_used


@njit(cache=True, nogil=True)
def _insert(design: Design, flow: Flow, k: int, splits: bool, scratch: Scratch) -> bool:
    """Route a commodity that carries nothing; whole first unless ``splits``, else in parts."""
    left = design.demand[k]
    for _ in range(MAX_SPLITS):
        if left <= NOTHING:
            return True
        sent = 0.0
        found = not splits and _search(design, flow, k, left, scratch)
        if found or _search(design, flow, k, -left, scratch):
            sent = _push(design, flow, k, left, scratch)
        if sent <= 0.0:
            return False
        left -= sent
    return left <= NOTHING


@njit(cache=True, nogil=True)
def _cost(design: Design, flow: Flow) -> float:
    total = 0.0
    for a in range(design.tail.shape[0]):
        if flow.n_on[a] > 0:
            total += design.fixed[a] + design.variable[a] * flow.load[a]
    return total


@njit(cache=True, nogil=True)
def construct(design: Design, flow: Flow, scratch: Scratch, order: Ints) -> int:
    """
    Route all commodities from nothing, in an order.

    Returns
    -------
    Number of commodities that did not fit; they carry nothing.
    """
    flow.load[:], flow.n_on[:], flow.n_used[:] = 0.0, 0, 0
    failed = 0
    for k in order:
        if not _insert(design, flow, k, False, scratch):
            _take_off(flow, k)
            failed += 1
    return failed


@njit(cache=True, nogil=True)
def _add(k: int, n_chosen: int, scratch: Scratch) -> int:
    if scratch.is_chosen[k]:
        return n_chosen
    scratch.is_chosen[k] = True
    scratch.chosen[n_chosen] = k
    return n_chosen + 1


@njit(cache=True, nogil=True)
def _choose_on_arc(flow: Flow, a: int, most: int, n_chosen: int, scratch: Scratch) -> int:
    """Add the commodities on an arc, beginning at a random one, until ``most`` are chosen."""
    n_commodities = flow.n_used.shape[0]
    first = int(_uniform(scratch.rng) * n_commodities) % n_commodities
    for i in range(n_commodities):
        if n_chosen >= most:
            break
        k = (first + i) % n_commodities
        for place in range(flow.n_used[k]):
            if flow.arc[k, place] == a:
                n_chosen = _add(k, n_chosen, scratch)
                break
    return n_chosen


@njit(cache=True, nogil=True)
def _random_open_arc(flow: Flow, scratch: Scratch) -> int:
    n_arcs = flow.load.shape[0]
    a = int(_uniform(scratch.rng) * n_arcs) % n_arcs
    for _ in range(n_arcs):
        if flow.n_on[a] > 0:
            return a
        a = (a + 1) % n_arcs
    return NONE


@njit(cache=True, nogil=True)
def _ruin(design: Design, flow: Flow, most: int, scratch: Scratch) -> int:
    """
    Choose commodities to take off and bias the fixed costs for their return.

    A third of the moves close one arc, a third close one or two at a node, the rest take
    neighbours of a commodity's path; each opens the door to other arcs by random biases.
    """
    rng, bias = scratch.rng, scratch.bias
    n_arcs = bias.shape[0]
    spread = 0.4 if _uniform(rng) < BLUR_SHARE else 0.0
    bias[:] = 1.0
    if spread > 0.0:
        for a in range(n_arcs):
            bias[a] += spread * (2.0 * _uniform(rng) - 1.0)
    n_chosen, kind = 0, _uniform(rng)
    a = _random_open_arc(flow, scratch)
    if a == NONE:
        return 0
    if kind < CLOSE_ARC:
        n_chosen = _choose_on_arc(flow, a, most, n_chosen, scratch)
        bias[a] = 1.0 + 4.0 * _uniform(rng)
    elif kind < CLOSE_AT_NODE:
        n = design.tail[a] if _uniform(rng) < BLUR_SHARE else design.head[a]
        share = 0.2 + 0.6 * _uniform(rng)
        for b in range(n_arcs):
            if flow.n_on[b] == 0 or (design.tail[b] != n and design.head[b] != n):
                continue
            if b == a or _uniform(rng) < share:
                n_chosen = _choose_on_arc(flow, b, most, n_chosen, scratch)
                bias[b] = 1.0 + 2.0 * _uniform(rng)
    else:
        n_chosen = _choose_on_arc(flow, a, 1, n_chosen, scratch)
        k = scratch.chosen[0]
        for place in range(flow.n_used[k]):
            n_chosen = _choose_on_arc(flow, flow.arc[k, place], most, n_chosen, scratch)
    if _uniform(rng) < DOOR_SHARE:  # a door that was shut opens for nothing
        b = int(_uniform(rng) * n_arcs) % n_arcs
        bias[b] = 0.0
    return n_chosen


@njit(cache=True, nogil=True)
def _order(design: Design, n_chosen: int, scratch: Scratch) -> None:
    """Shuffle the chosen, or sort them by demand downwards with a third of the chance."""
    chosen, rng = scratch.chosen, scratch.rng
    for i in range(n_chosen - 1, 0, -1):
        j = int(_uniform(rng) * (i + 1)) % (i + 1)
        chosen[i], chosen[j] = chosen[j], chosen[i]
    if _uniform(rng) < BY_DEMAND_SHARE:
        for i in range(1, n_chosen):
            k = chosen[i]
            j = i - 1
            while j >= 0 and design.demand[chosen[j]] < design.demand[k]:
                chosen[j + 1] = chosen[j]
                j -= 1
            chosen[j + 1] = k


@njit(cache=True, nogil=True)
def copy(source: Flow, target: Flow) -> None:
    """Make ``target`` equal to ``source``, in place."""
    target.load[:] = source.load
    target.n_on[:] = source.n_on
    target.n_used[:] = source.n_used
    for k in range(source.n_used.shape[0]):
        for place in range(source.n_used[k]):
            target.arc[k, place] = source.arc[k, place]
            target.amount[k, place] = source.amount[k, place]


@njit(cache=True, nogil=True)
def anneal(
    design: Design,
    flow: Flow,
    best: Flow,
    saved: Flow,
    scratch: Scratch,
    n_moves: int,
    heat: Floats,
    most: int,
) -> tuple[float, float]:
    """
    Ruin and recreate; ``flow`` and ``best`` are modified in place, ``saved`` is work space.

    Parameters
    ----------
    heat
        (2,) float64, first and last temperature in units of cost.
    most
        Commodities taken off in one move at most.

    Returns
    -------
    Cost of ``flow`` and of ``best`` at the end.
    """
    cost, best_cost = _cost(design, flow), _cost(design, best)
    cooling = exp(np.log(heat[1] / heat[0]) / max(1, n_moves))
    temperature = heat[0]
    for _ in range(n_moves):
        temperature *= cooling
        size = 1 + int(_uniform(scratch.rng) * most)
        n_chosen = _ruin(design, flow, min(size, flow.n_used.shape[0]), scratch)
        before = _cost(design, flow)
        for i in range(n_chosen):
            k = scratch.chosen[i]
            scratch.is_chosen[k] = False
            saved.n_used[k] = flow.n_used[k]
            for place in range(flow.n_used[k]):
                saved.arc[k, place] = flow.arc[k, place]
                saved.amount[k, place] = flow.amount[k, place]
            _take_off(flow, k)
        _order(design, n_chosen, scratch)
        done, fits = 0, True
        while fits and done < n_chosen:
            splits = _uniform(scratch.rng) < SPLITS_SHARE
            fits = _insert(design, flow, scratch.chosen[done], splits, scratch)
            done += 1
        after = _cost(design, flow)
        if fits and after < before - temperature * np.log(_uniform(scratch.rng)):
            cost = after
            if cost < best_cost - 1e-6:
                best_cost = cost
                copy(flow, best)
        else:
            for i in range(done):
                _take_off(flow, scratch.chosen[i])
            for i in range(n_chosen):
                k = scratch.chosen[i]
                _put_on(flow, k, saved.arc[k], saved.amount[k], int(saved.n_used[k]))
            cost = before
    return cost, best_cost
