"""
Ruin and recreate for lane consolidation: take shipments off, put each where it adds least, accept.

Arrays only, int64 throughout. A plan is explicit: every open unit has a type and members, so each
plan met is packed and within every resource, and a move costs what it touches. A shipment pays
what it adds: nothing where a unit has room, the difference where a larger type would hold it, a
new unit otherwise. A shared unit pays only once several ride, so some moves open a *door*: a
bucket in which everybody pays for the share they fill, as long as the move lasts.
Ruin and recreate after Christiaens and Vanden Berghe (2020), doi:10.1287/trsc.2019.0914, with an
annealing rule of acceptance; doors are ours.

Sums of prices stay far below 2**62: ``UNPAYABLE`` is no price, and is never added up.
"""

# pyright: reportArgumentType=false, reportReturnType=false, reportAssignmentType=false

from __future__ import annotations

from math import exp, log
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit

Longs = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

NONE = -1
UNPAYABLE = 1 << 60
"""Fen, more than anything costs."""
COST, N_FREE, N_JOURNAL, RNG = 0, 1, 2, 3
"""Places in ``Plan.numbers``: fen, closed units on the stack, entries of the journal, generator."""
SET_COLUMN, SET_OPTION, OPEN, CLOSE, JOIN, LEAVE = 0, 1, 2, 3, 4, 5
"""Kinds of entries in the journal."""
MODULUS, MULTIPLIER = 2147483647, 48271
"""Park and Miller's generator; products stay below 2**47, so int64 cannot overflow."""
OPEN_DOOR, EMPTY_UNIT = 0.45, 0.8
"""Up to where a draw opens a door, or empties a unit; beyond, it takes apart what is near."""
EVEN = 0.5
BLINKS = 64
"""One column in so many is overlooked, which keeps moves from repeating themselves."""
BY_SIZE, BY_MASS = 0.4, 0.6
"""Up to where a draw inserts the most voluminous first, or the heaviest; else in random order."""


class Lanes(NamedTuple):
    """
    The problem. Columns of a shipment (``first`` (K + 1,)) by ascending price; ``bucket`` (P, W)
    the buckets of a column or ``NONE``; ``draw_*`` what the shipment draws. Options are numbered
    bucket by bucket (``option_first`` (B + 1,)) by ascending price. ``rider_first`` (B + 1,),
    ``rider`` list the shipments that a bucket could carry.
    """

    kg: Longs
    dm3: Longs
    unserved: Longs
    first: Longs
    fen: Longs
    bucket: Longs
    draw_first: Longs
    draw_resource: Longs
    draw_amount: Longs
    option_first: Longs
    option_fen: Longs
    option_kg: Longs
    option_dm3: Longs
    option_most: Longs
    unit_draw_first: Longs
    unit_draw_resource: Longs
    unit_draw_amount: Longs
    rider_first: Longs
    rider: Longs


class Plan(NamedTuple):
    """
    A plan, modified in place. ``column`` (K,); ``unit`` (K, W) the unit of each of its buckets;
    ``next_rider``, ``last_rider`` (K * W,) lists of members. By unit (U,): ``option`` or ``NONE``,
    ``kg``, ``dm3``, ``n_riders``, ``head`` first member, ``next_unit``, ``last_unit`` of its
    bucket. ``unit_head`` (B,); ``n_units`` (O,); ``free`` (R,) what is left; ``stack`` (U,) closed
    units; ``journal`` (J, 3); ``numbers`` (4,).
    """

    column: Longs
    unit: Longs
    next_rider: Longs
    last_rider: Longs
    option: Longs
    kg: Longs
    dm3: Longs
    n_riders: Longs
    head: Longs
    next_unit: Longs
    last_unit: Longs
    unit_head: Longs
    n_units: Longs
    free: Longs
    stack: Longs
    journal: Longs
    numbers: Longs


class Scratch(NamedTuple):
    """``chosen`` (K,), ``is_chosen`` (K,); ``choice`` (W, 2) unit and option found last."""

    chosen: Longs
    is_chosen: Bools
    choice: Longs


# -------------------------------------------------------------------- elementary changes


@njit(cache=True, nogil=True, inline="always")
def _uniform(plan: Plan) -> float:
    plan.numbers[RNG] = plan.numbers[RNG] * MULTIPLIER % MODULUS
    return plan.numbers[RNG] / MODULUS


@njit(cache=True, nogil=True, inline="always")
def _note(plan: Plan, kind: int, what: int, old: int) -> None:
    at = plan.numbers[N_JOURNAL]
    plan.journal[at, 0] = kind
    plan.journal[at, 1] = what
    plan.journal[at, 2] = old
    plan.numbers[N_JOURNAL] = at + 1


@njit(cache=True, nogil=True)
def _pay_unit(lanes: Lanes, plan: Plan, o: int, sign: int) -> None:
    plan.numbers[COST] += sign * lanes.option_fen[o]
    plan.n_units[o] += sign
    for i in range(lanes.unit_draw_first[o], lanes.unit_draw_first[o + 1]):
        plan.free[lanes.unit_draw_resource[i]] -= sign * lanes.unit_draw_amount[i]


@njit(cache=True, nogil=True)
def _pay_column(lanes: Lanes, plan: Plan, k: int, q: int, sign: int) -> None:
    if q == NONE:
        plan.numbers[COST] += sign * lanes.unserved[k]
        return
    plan.numbers[COST] += sign * lanes.fen[q]
    for i in range(lanes.draw_first[q], lanes.draw_first[q + 1]):
        plan.free[lanes.draw_resource[i]] -= sign * lanes.draw_amount[i]


@njit(cache=True, nogil=True)
def _set_column(lanes: Lanes, plan: Plan, k: int, q: int) -> None:
    _pay_column(lanes, plan, k, plan.column[k], -1)
    _pay_column(lanes, plan, k, q, 1)
    plan.column[k] = q


@njit(cache=True, nogil=True)
def _set_option(lanes: Lanes, plan: Plan, u: int, o: int) -> None:
    _pay_unit(lanes, plan, plan.option[u], -1)
    _pay_unit(lanes, plan, o, 1)
    plan.option[u] = o


@njit(cache=True, nogil=True)
def _link_unit(lanes: Lanes, plan: Plan, u: int, b: int, o: int) -> None:
    plan.option[u] = o
    plan.kg[u] = plan.dm3[u] = plan.n_riders[u] = 0
    plan.head[u] = NONE
    after = plan.unit_head[b]
    plan.next_unit[u] = after
    plan.last_unit[u] = -2 - b
    if after != NONE:
        plan.last_unit[after] = u
    plan.unit_head[b] = u
    _pay_unit(lanes, plan, o, 1)


@njit(cache=True, nogil=True)
def _unlink_unit(lanes: Lanes, plan: Plan, u: int) -> None:
    _pay_unit(lanes, plan, plan.option[u], -1)
    before, after = plan.last_unit[u], plan.next_unit[u]
    if before >= 0:
        plan.next_unit[before] = after
    else:
        plan.unit_head[-2 - before] = after
    if after != NONE:
        plan.last_unit[after] = before
    plan.option[u] = NONE


@njit(cache=True, nogil=True)
def _link_rider(lanes: Lanes, plan: Plan, node: int, u: int) -> None:
    width = plan.unit.shape[1]
    k = node // width
    plan.unit[k, node % width] = u
    after = plan.head[u]
    plan.next_rider[node] = after
    plan.last_rider[node] = NONE
    if after != NONE:
        plan.last_rider[after] = node
    plan.head[u] = node
    plan.kg[u] += lanes.kg[k]
    plan.dm3[u] += lanes.dm3[k]
    plan.n_riders[u] += 1


@njit(cache=True, nogil=True)
def _unlink_rider(lanes: Lanes, plan: Plan, node: int) -> int:
    width = plan.unit.shape[1]
    k = node // width
    u = plan.unit[k, node % width]
    before, after = plan.last_rider[node], plan.next_rider[node]
    if before != NONE:
        plan.next_rider[before] = after
    else:
        plan.head[u] = after
    if after != NONE:
        plan.last_rider[after] = before
    plan.kg[u] -= lanes.kg[k]
    plan.dm3[u] -= lanes.dm3[k]
    plan.n_riders[u] -= 1
    plan.unit[k, node % width] = NONE
    return u


@njit(cache=True, nogil=True)
def undo(lanes: Lanes, plan: Plan) -> None:
    """Take back everything in the journal, the last change first."""
    while plan.numbers[N_JOURNAL] > 0:
        plan.numbers[N_JOURNAL] -= 1
        at = plan.numbers[N_JOURNAL]
        kind, what, old = plan.journal[at, 0], plan.journal[at, 1], plan.journal[at, 2]
        if kind == SET_COLUMN:
            _set_column(lanes, plan, what, old)
        elif kind == SET_OPTION:
            _set_option(lanes, plan, what, old)
        elif kind == OPEN:
            _unlink_unit(lanes, plan, what)
            plan.stack[plan.numbers[N_FREE]] = what
            plan.numbers[N_FREE] += 1
        elif kind == CLOSE:
            plan.numbers[N_FREE] -= 1
            u = plan.stack[plan.numbers[N_FREE]]
            _link_unit(lanes, plan, u, what, old)
        elif kind == JOIN:
            _unlink_rider(lanes, plan, what)
        else:
            _link_rider(lanes, plan, what, old)


# -------------------------------------------------------------------- shipments


@njit(cache=True, nogil=True)
def _can_change(lanes: Lanes, plan: Plan, old: int, new: int) -> bool:
    """Whether a unit of option ``new`` can be had in place of one of ``old``, or of nothing."""
    if plan.n_units[new] >= lanes.option_most[new]:
        return False
    for i in range(lanes.unit_draw_first[new], lanes.unit_draw_first[new + 1]):
        r = lanes.unit_draw_resource[i]
        room = plan.free[r]
        if old != NONE:
            for j in range(lanes.unit_draw_first[old], lanes.unit_draw_first[old + 1]):
                if lanes.unit_draw_resource[j] == r:
                    room += lanes.unit_draw_amount[j]
        if lanes.unit_draw_amount[i] > room:
            return False
    return True


@njit(cache=True, nogil=True)
def _take_off(lanes: Lanes, plan: Plan, k: int) -> None:
    """Leave k unserved; units it leaves empty are closed, others become as cheap as they can."""
    q = plan.column[k]
    if q == NONE:
        return
    width = plan.unit.shape[1]
    for j in range(width):
        if lanes.bucket[q, j] == NONE:
            break
        node = k * width + j
        u = _unlink_rider(lanes, plan, node)
        _note(plan, LEAVE, node, u)
        if plan.n_riders[u] == 0:
            _note(plan, CLOSE, lanes.bucket[q, j], plan.option[u])
            _unlink_unit(lanes, plan, u)
            plan.stack[plan.numbers[N_FREE]] = u
            plan.numbers[N_FREE] += 1
            continue
        now = plan.option[u]
        for o in range(lanes.option_first[lanes.bucket[q, j]], now):
            if (
                plan.kg[u] <= lanes.option_kg[o]
                and plan.dm3[u] <= lanes.option_dm3[o]
                and lanes.option_fen[o] < lanes.option_fen[now]
                and _can_change(lanes, plan, now, o)
            ):
                _note(plan, SET_OPTION, u, now)
                _set_option(lanes, plan, u, o)
                break
    _note(plan, SET_COLUMN, k, q)
    _set_column(lanes, plan, k, NONE)


@njit(cache=True, nogil=True)
def _find_unit(
    lanes: Lanes, plan: Plan, k: int, b: int, limit: int, door: int, choice: Longs
) -> int:
    """Least that k adds in a bucket, below a limit; which unit and option goes into ``choice``."""
    kg, dm3 = lanes.kg[k], lanes.dm3[k]
    first, last = lanes.option_first[b], lanes.option_first[b + 1]
    best = limit
    choice[0] = choice[1] = NONE
    tightest = UNPAYABLE
    u = plan.unit_head[b]
    while u != NONE:
        now = plan.option[u]
        with_kg, with_dm3 = plan.kg[u] + kg, plan.dm3[u] + dm3
        if with_kg <= lanes.option_kg[now] and with_dm3 <= lanes.option_dm3[now]:
            slack = lanes.option_dm3[now] - with_dm3
            if best > 0 or slack < tightest:
                best, tightest = 0, slack
                choice[0], choice[1] = u, now
        elif best > 0:
            for o in range(now + 1, last):
                added = lanes.option_fen[o] - lanes.option_fen[now]
                if added >= best:
                    break
                if (
                    with_kg <= lanes.option_kg[o]
                    and with_dm3 <= lanes.option_dm3[o]
                    and _can_change(lanes, plan, now, o)
                ):
                    best = added
                    choice[0], choice[1] = u, o
                    break
        u = plan.next_unit[u]
    if best > 0:
        for o in range(first, last):
            added = lanes.option_fen[o]
            if b == door:
                fill = max(kg / lanes.option_kg[o], dm3 / lanes.option_dm3[o])
                added = int(min(1.0, 1.1 * fill) * added)
            elif added >= best:
                break
            if (
                added < best
                and kg <= lanes.option_kg[o]
                and dm3 <= lanes.option_dm3[o]
                and _can_change(lanes, plan, NONE, o)
            ):
                best = added
                choice[0], choice[1] = NONE, o
    if choice[1] == NONE:
        return UNPAYABLE
    return best


@njit(cache=True, nogil=True)
def _put_on(lanes: Lanes, plan: Plan, k: int, q: int, door: int, choice: Longs) -> bool:
    """Serve k on a column, each bucket where it adds least; false where a resource is short."""
    width = plan.unit.shape[1]
    for i in range(lanes.draw_first[q], lanes.draw_first[q + 1]):
        if lanes.draw_amount[i] > plan.free[lanes.draw_resource[i]]:
            return False
    _note(plan, SET_COLUMN, k, plan.column[k])
    _set_column(lanes, plan, k, q)
    for j in range(width):
        b = lanes.bucket[q, j]
        if b == NONE:
            break
        if _find_unit(lanes, plan, k, b, UNPAYABLE, door, choice) == UNPAYABLE:
            return False
        u, o = choice[0], choice[1]
        if u == NONE:
            plan.numbers[N_FREE] -= 1
            u = plan.stack[plan.numbers[N_FREE]]
            _link_unit(lanes, plan, u, b, o)
            _note(plan, OPEN, u, b)
        elif o != plan.option[u]:
            _note(plan, SET_OPTION, u, plan.option[u])
            _set_option(lanes, plan, u, o)
        node = k * width + j
        _link_rider(lanes, plan, node, u)
        _note(plan, JOIN, node, u)
    return True


@njit(cache=True, nogil=True)
def _insert(
    lanes: Lanes, plan: Plan, k: int, door: int, closed: int, blinks: bool, choice: Longs
) -> bool:
    """Serve k where it adds least, or leave it; false where the plan has to be undone."""
    best, best_q = lanes.unserved[k], NONE
    for q in range(lanes.first[k], lanes.first[k + 1]):
        if lanes.fen[q] >= best:
            break
        if blinks and _uniform(plan) * BLINKS < 1.0:
            continue
        fen = lanes.fen[q]
        for i in range(lanes.draw_first[q], lanes.draw_first[q + 1]):
            if lanes.draw_amount[i] > plan.free[lanes.draw_resource[i]]:
                fen = UNPAYABLE
        for j in range(plan.unit.shape[1]):
            b = lanes.bucket[q, j]
            if b == NONE or fen >= best:
                break
            if b == closed:
                fen = UNPAYABLE
                break
            fen += _find_unit(lanes, plan, k, b, best - fen, door, choice)
        if fen < best:
            best, best_q = fen, q
    return best_q == NONE or _put_on(lanes, plan, k, best_q, door, choice)


# -------------------------------------------------------------------- moves


@njit(cache=True, nogil=True, inline="always")
def _choose(k: int, n: int, scratch: Scratch) -> int:
    if scratch.is_chosen[k]:
        return n
    scratch.is_chosen[k] = True
    scratch.chosen[n] = k
    return n + 1


@njit(cache=True, nogil=True)
def _choose_riders(plan: Plan, u: int, most: int, n: int, scratch: Scratch) -> int:
    width = plan.unit.shape[1]
    node = plan.head[u]
    while node != NONE and n < most:
        n = _choose(node // width, n, scratch)
        node = plan.next_rider[node]
    return n


@njit(cache=True, nogil=True)
def _any_bucket(lanes: Lanes, plan: Plan, k: int) -> int:
    """A bucket that k could ride in, by a random column."""
    n = lanes.first[k + 1] - lanes.first[k]
    for _ in range(4):
        if n == 0:
            break
        q = lanes.first[k] + int(_uniform(plan) * n)
        width = 1
        while width < plan.unit.shape[1] and lanes.bucket[q, width] != NONE:
            width += 1
        b = lanes.bucket[q, int(_uniform(plan) * width)]
        if b != NONE:
            return int(b)
    return NONE


@njit(cache=True, nogil=True)
def _ruin(
    lanes: Lanes, plan: Plan, most: int, hints: Longs, scratch: Scratch
) -> tuple[int, int, int]:
    """Choose shipments; how many, the bucket with a door and the one that is closed, or none."""
    n_shipments = lanes.kg.shape[0]
    k = int(_uniform(plan) * n_shipments)
    n, kind = _choose(k, 0, scratch), _uniform(plan)
    if kind < OPEN_DOOR:
        b = _any_bucket(lanes, plan, k)
        if hints.shape[0] > 0 and _uniform(plan) < EVEN:
            b = hints[int(_uniform(plan) * hints.shape[0])]
        if b == NONE:
            return n, NONE, NONE
        low, high = lanes.rider_first[b], lanes.rider_first[b + 1]
        start = int(_uniform(plan) * (high - low))
        skips = 0.5 * _uniform(plan)
        for place in range(high - low):
            if n >= most:
                break
            at = low + (start + place) % (high - low)
            if _uniform(plan) >= skips:
                n = _choose(lanes.rider[at], n, scratch)
        return n, b, NONE
    q = plan.column[k]
    u = NONE
    if q != NONE and lanes.bucket[q, 0] != NONE:
        u = plan.unit[k, 0]
    if kind < EMPTY_UNIT and u != NONE:
        b = lanes.bucket[q, 0]
        n = _choose_riders(plan, u, most, n, scratch)
        if _uniform(plan) < EVEN:
            return n, NONE, b
    # What rides where k could ride too.
    for _ in range(12):
        if n >= most:
            break
        b = _any_bucket(lanes, plan, k)
        if b == NONE:
            break
        other = plan.unit_head[b]
        while other != NONE and n < most:
            n = _choose_riders(plan, other, most, n, scratch)
            other = plan.next_unit[other]
    door = NONE
    if _uniform(plan) < EVEN:
        door = _any_bucket(lanes, plan, scratch.chosen[int(_uniform(plan) * n)])
    return n, door, NONE


@njit(cache=True, nogil=True)
def _order(lanes: Lanes, plan: Plan, n: int, scratch: Scratch) -> None:
    """Shuffle the chosen, then perhaps sort them by size, downwards."""
    chosen = scratch.chosen
    for i in range(n - 1, 0, -1):
        j = int(_uniform(plan) * (i + 1))
        chosen[i], chosen[j] = chosen[j], chosen[i]
    kind = _uniform(plan)
    if kind >= BY_MASS:
        return
    size = lanes.dm3 if kind < BY_SIZE else lanes.kg
    for i in range(1, n):
        k = chosen[i]
        j = i - 1
        while j >= 0 and size[chosen[j]] < size[k]:
            chosen[j + 1] = chosen[j]
            j -= 1
        chosen[j + 1] = k


@njit(cache=True, nogil=True)
def copy(source: Plan, target: Plan) -> None:
    """Make ``target`` equal to ``source``, in place, its generator and journal apart."""
    rng = target.numbers[RNG]
    target.column[:] = source.column
    target.unit[:] = source.unit
    target.next_rider[:] = source.next_rider
    target.last_rider[:] = source.last_rider
    target.option[:] = source.option
    target.kg[:] = source.kg
    target.dm3[:] = source.dm3
    target.n_riders[:] = source.n_riders
    target.head[:] = source.head
    target.next_unit[:] = source.next_unit
    target.last_unit[:] = source.last_unit
    target.unit_head[:] = source.unit_head
    target.n_units[:] = source.n_units
    target.free[:] = source.free
    target.stack[:] = source.stack
    target.numbers[:] = source.numbers
    target.numbers[RNG] = rng
    target.numbers[N_JOURNAL] = 0


@njit(cache=True, nogil=True)
def load_plan(
    lanes: Lanes, plan: Plan, column: Longs, option: Longs, first: Longs, member: Longs
) -> None:
    """
    Serve nobody's plan as given, in place: ``column`` (K,), units with members in CSR.

    A shipment rides in at most one unit of each bucket of its column, and with it in all of them.
    """
    width = plan.unit.shape[1]
    for k in range(column.shape[0]):
        if column[k] != NONE:
            _set_column(lanes, plan, k, column[k])
    for i in range(option.shape[0]):
        b = np.searchsorted(lanes.option_first, option[i], side="right") - 1
        plan.numbers[N_FREE] -= 1
        u = plan.stack[plan.numbers[N_FREE]]
        _link_unit(lanes, plan, u, b, option[i])
        for j in range(first[i], first[i + 1]):
            k = member[j]
            for w in range(width):
                if lanes.bucket[column[k], w] == b:
                    _link_rider(lanes, plan, k * width + w, u)


@njit(cache=True, nogil=True)
def insert_all(lanes: Lanes, plan: Plan, scratch: Scratch, order: Longs) -> None:
    """Serve unserved shipments one after the other, each where it adds least."""
    for i in range(order.shape[0]):
        k = order[i]
        if plan.column[k] == NONE:
            plan.numbers[N_JOURNAL] = 0
            if not _insert(lanes, plan, k, NONE, NONE, False, scratch.choice):
                undo(lanes, plan)
    plan.numbers[N_JOURNAL] = 0


@njit(cache=True, nogil=True)
def anneal(
    lanes: Lanes,
    plan: Plan,
    best: Plan,
    scratch: Scratch,
    hints: Longs,
    n_moves: int,
    heat: npt.NDArray[np.float64],
    most: int,
) -> int:
    """
    Ruin and recreate; ``plan`` and ``best`` are modified in place.

    Parameters
    ----------
    hints
        (n,) buckets whose doors are worth opening more often.
    heat
        (2,) float64, first and last temperature, fen.
    most
        Shipments taken off in one move at most.

    Returns
    -------
    How many moves were kept.
    """
    n_kept = 0
    cooling = exp(log(heat[1] / heat[0]) / max(1, n_moves))
    temperature = heat[0]
    for _ in range(n_moves):
        temperature *= cooling
        size = 2 + int(_uniform(plan) * (most - 1))
        plan.numbers[N_JOURNAL] = 0
        before = plan.numbers[COST]
        n, door, closed = _ruin(lanes, plan, min(size, lanes.kg.shape[0]), hints, scratch)
        _order(lanes, plan, n, scratch)
        for i in range(n):
            scratch.is_chosen[scratch.chosen[i]] = False
            _take_off(lanes, plan, scratch.chosen[i])
        fits = True
        for i in range(n):
            if fits:
                k = scratch.chosen[i]
                fits = _insert(lanes, plan, k, door, closed, True, scratch.choice)
        after = plan.numbers[COST]
        if fits and after <= before - temperature * log(_uniform(plan)):
            n_kept += 1
            if after < best.numbers[COST]:
                copy(plan, best)
        else:
            undo(lanes, plan)
    return n_kept
