"""
Which parcels serve an order best under prices of stock and capacity, for one order or for all.

Arrays only. With prices on stock cells and resources the batch falls apart by orders (Lagrangian
relaxation, Geoffrion 1974); each order is then solved exactly by depth-first search over sets of
offers with a bound. With the stock and the room that are left, the same search is a best response.

Ties are broken by index: offers, then arcs, in their order. Tables are few and wide, because every
array of a named tuple costs compile time.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit

Ints = npt.NDArray[np.int32]
Longs = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

PARCELS = 0
NOTHING = 1e-7
"""Fen by which a way must be cheaper to be called cheaper."""

FIRST_LINE, FIRST_OFFER, MAX_WAREHOUSES, IS_PARTIAL, MIN_UNITS, IS_PACKED_WHOLE, IS_LOOSE = range(7)
"""Columns of ``order``; ``IS_PACKED_WHOLE`` is 0 where some line is no whole number of packs,
``IS_LOOSE`` is 1 where every pack is one piece."""
PACKS, PACK_PIECES, UNSERVED_FEN, REST_FEN, AMOUNT = range(5)
"""Columns of ``line``: packs wanted; pieces of a pack; price of a pack not served; price of the
pieces that make no pack; from ``AMOUNT`` on what a pack draws, by measure."""
FIRST_DRAW, FIRST_ARC, WAREHOUSE, OFFER_FEN = range(4)
"""Columns of ``offer``."""
RESOURCE, MEASURE, BOOKED = range(3)
"""Columns of ``draw``; the last is what a parcel takes of a resource that counts parcels."""
LINE, CELL, ARC_FEN = range(3)
"""Columns of ``arc``; the price is for a pack."""
MINUS, ZERO, ONE = np.int64(-1), np.int64(0), np.int64(1)
"""Typed, because numba compiles a function again for every literal that is passed to it."""
ARC, TAKEN = range(2)
"""Rows of ``trial`` and ``chosen``: arcs and the packs on them."""


class OrderTables(NamedTuple):
    """
    The batch in packs, int64: see ``models/allocation/batch_problem.py``.

    ``order`` (O + 1, 7) and ``offer`` (F + 1, 4) have a last row for the ends of their ranges;
    ``line`` (L, 8), ``draw`` (D, 3), ``arc`` (A, 3).
    """

    order: Longs
    line: Longs
    offer: Longs
    draw: Longs
    arc: Longs


class Room(NamedTuple):
    """What is left: ``cell`` (C,) packs, ``resource`` (R,) in its measure."""

    cell: Longs
    resource: Longs


class Prices(NamedTuple):
    """``cell`` (C,) fen a pack, ``resource`` (R,) fen a unit; negative where use is wanted."""

    cell: Floats
    resource: Floats


class Work(NamedTuple):
    """
    Buffers, modified in place, as long as the largest order needs.

    ``arc_price`` (arcs,); ``fixed`` (2, offers + 1): price of an offer, and the least from a place
    on; ``best``, ``suffix`` (offers + 1, lines): least price of a line from an offer, and from a
    place on; ``stack`` (2, offers): candidates, and places on the stack; ``trial``, ``chosen``
    (2, arcs + 1); ``drawn`` (R,), all zero between calls; ``size`` (2,): of trial and chosen.
    """

    arc_price: Floats
    fixed: Floats
    best: Floats
    suffix: Floats
    stack: Longs
    trial: Longs
    chosen: Longs
    drawn: Longs
    size: Longs


Whole = int | np.signedinteger
"""Numbers of arrays are numpy's own where there is no compiler."""


@njit(cache=True, nogil=True)
def _prepare(
    o: Whole, tables: OrderTables, prices: Prices, room: Room, hard: bool, work: Work
) -> None:
    """Prices of the order's offers and arcs, and the least price of each line by offer."""
    first_offer, last_offer = tables.order[o, FIRST_OFFER], tables.order[o + 1, FIRST_OFFER]
    first_line, last_line = tables.order[o, FIRST_LINE], tables.order[o + 1, FIRST_LINE]
    n_lines = last_line - first_line
    first_arc = tables.offer[first_offer, FIRST_ARC]
    for i in range(last_offer - first_offer):
        f = first_offer + i
        first_draw, last_draw = tables.offer[f, FIRST_DRAW], tables.offer[f + 1, FIRST_DRAW]
        fixed = float(tables.offer[f, OFFER_FEN])
        for d in range(first_draw, last_draw):
            if tables.draw[d, MEASURE] == PARCELS:
                r = tables.draw[d, RESOURCE]
                fixed += prices.resource[r] * tables.draw[d, BOOKED]
                if hard and room.resource[r] < tables.draw[d, BOOKED]:
                    fixed = np.inf
        work.fixed[0, i] = fixed
        for j in range(n_lines):
            work.best[i, j] = np.inf
        for a in range(tables.offer[f, FIRST_ARC], tables.offer[f + 1, FIRST_ARC]):
            line, cell = tables.arc[a, LINE], tables.arc[a, CELL]
            price = tables.arc[a, ARC_FEN] + prices.cell[cell]
            for d in range(first_draw, last_draw):
                amount = tables.line[line, AMOUNT + tables.draw[d, MEASURE]]
                price += prices.resource[tables.draw[d, RESOURCE]] * amount
            work.arc_price[a - first_arc] = price
            if room.cell[cell] > 0:
                work.best[i, line - first_line] = min(work.best[i, line - first_line], price)


@njit(cache=True, nogil=True)
def _free(a: Whole, f: Whole, tables: OrderTables, room: Room, hard: bool, work: Work) -> Whole:
    """Packs that arc ``a`` of offer ``f`` can still take in the trial that is being filled."""
    cell = tables.arc[a, CELL]
    free = room.cell[cell]
    for k in range(work.size[0]):
        if work.trial[ARC, k] == a:
            return 0
        if tables.arc[work.trial[ARC, k], CELL] == cell:
            free -= work.trial[TAKEN, k]
    if hard:
        line = tables.arc[a, LINE]
        for d in range(tables.offer[f, FIRST_DRAW], tables.offer[f + 1, FIRST_DRAW]):
            amount = tables.line[line, AMOUNT + tables.draw[d, MEASURE]]
            if amount > 0:
                r = tables.draw[d, RESOURCE]
                free = min(free, (room.resource[r] - work.drawn[r]) // amount)
    return int(max(0, free))


@njit(cache=True, nogil=True)
def _take(a: Whole, f: Whole, packs: Whole, tables: OrderTables, work: Work) -> None:
    """Put packs on an arc of the trial and note what they draw."""
    n = work.size[0]
    work.trial[ARC, n], work.trial[TAKEN, n] = a, packs
    work.size[0] = n + 1
    for d in range(tables.offer[f, FIRST_DRAW], tables.offer[f + 1, FIRST_DRAW]):
        amount = tables.line[tables.arc[a, LINE], AMOUNT + tables.draw[d, MEASURE]]
        work.drawn[tables.draw[d, RESOURCE]] += packs * amount


@njit(cache=True, nogil=True)
def _fill(
    o: Whole, depth: Whole, goal: Whole, tables: OrderTables, room: Room, hard: bool, work: Work
) -> float:
    """
    Add packs to the trial from the offers on the stack, least loss against not serving first.

    With a negative ``goal`` every pack is added that pays, or that a whole delivery needs; else
    packs are added until ``goal`` pieces more are in. Gives the change of price; infinite if a
    goal, or a whole delivery, is out of reach.
    """
    first_line, last_line = tables.order[o, FIRST_LINE], tables.order[o + 1, FIRST_LINE]
    first_offer = tables.order[o, FIRST_OFFER]
    first_arc = tables.offer[first_offer, FIRST_ARC]
    whole = tables.order[o, IS_PARTIAL] == 0
    loss, missing = 0.0, goal
    while goal < 0 or missing > 0:
        chosen, least, most, offer = MINUS, np.inf, ZERO, MINUS
        for k in range(depth):
            f = first_offer + work.stack[1, k]
            for a in range(tables.offer[f, FIRST_ARC], tables.offer[f + 1, FIRST_ARC]):
                line = tables.arc[a, LINE]
                rate = work.arc_price[a - first_arc] - tables.line[line, UNSERVED_FEN]
                if goal < 0 and not whole and rate >= 0:
                    continue
                rate /= tables.line[line, PACK_PIECES]
                if rate >= least:
                    continue
                wanted = tables.line[line, PACKS]
                for i in range(work.size[0]):
                    if tables.arc[work.trial[ARC, i], LINE] == line:
                        wanted -= work.trial[TAKEN, i]
                if wanted > 0:
                    wanted = min(wanted, _free(a, f, tables, room, hard, work))
                if wanted > 0:
                    chosen, least, most, offer = a, rate, wanted, f
        if chosen < 0:
            break
        pieces = tables.line[tables.arc[chosen, LINE], PACK_PIECES]
        if goal >= 0:
            most = min(most, (missing + pieces - 1) // pieces)
        _take(chosen, offer, most, tables, work)
        missing -= most * pieces
        loss += most * pieces * least
    if goal >= 0:
        return loss if missing <= 0 else np.inf
    if whole:
        packs = np.int64(0)
        for i in range(work.size[0]):
            packs += work.trial[TAKEN, i]
        for line in range(first_line, last_line):
            packs -= tables.line[line, PACKS]
        return loss if packs == 0 else np.inf
    return loss


@njit(cache=True, nogil=True)
def _nothing(o: Whole, tables: OrderTables) -> float:
    """Price of not serving the order."""
    cost = 0.0
    for line in range(tables.order[o, FIRST_LINE], tables.order[o + 1, FIRST_LINE]):
        cost += tables.line[line, PACKS] * tables.line[line, UNSERVED_FEN]
        cost += tables.line[line, REST_FEN]
    return cost


@njit(cache=True, nogil=True)
def _try(
    o: Whole, depth: Whole, tables: OrderTables, room: Room, hard: bool, work: Work
) -> tuple[float, float]:
    """Price of serving the order from the offers on the stack, and a bound of it."""
    work.size[0] = 0
    cost = _nothing(o, tables)
    for k in range(depth):
        cost += work.fixed[0, work.stack[1, k]]
    cost += _fill(o, depth, MINUS, tables, room, hard, work)
    low = cost
    if tables.order[o, IS_PARTIAL] == 1 and tables.order[o, MIN_UNITS] > 0:
        served, wanted = np.int64(0), np.int64(0)
        for i in range(work.size[0]):
            line = tables.arc[work.trial[ARC, i], LINE]
            served += work.trial[TAKEN, i] * tables.line[line, PACK_PIECES]
        for line in range(tables.order[o, FIRST_LINE], tables.order[o + 1, FIRST_LINE]):
            wanted += tables.line[line, PACKS] * tables.line[line, PACK_PIECES]
        goal = min(tables.order[o, MIN_UNITS], wanted) - served
        if goal > 0:
            cost += _fill(o, depth, goal, tables, room, hard, work)
            # In packs the least delivery is a knapsack: then the bound does without it.
            if tables.order[o, IS_LOOSE] == 1:
                low = cost
    for i in range(work.size[0]):
        a = work.trial[ARC, i]
        for k in range(depth):
            f = tables.order[o, FIRST_OFFER] + work.stack[1, k]
            if tables.offer[f, FIRST_ARC] <= a < tables.offer[f + 1, FIRST_ARC]:
                for d in range(tables.offer[f, FIRST_DRAW], tables.offer[f + 1, FIRST_DRAW]):
                    work.drawn[tables.draw[d, RESOURCE]] = 0
    return cost, low


@njit(cache=True, nogil=True)
def _least(
    o: Whole, depth: Whole, start: Whole, n: Whole, tables: OrderTables, work: Work
) -> float:
    """
    No set is cheaper that has the offers on the stack and at least one candidate from ``start`` on.

    With ``start`` at the end ``n``: no set of just those on the stack.
    """
    cost = work.fixed[1, start] if start < n else 0.0
    first_line = tables.order[o, FIRST_LINE]
    for k in range(depth):
        cost += work.fixed[0, work.stack[1, k]]
    for line in range(first_line, tables.order[o + 1, FIRST_LINE]):
        price = work.suffix[start, line - first_line]
        for k in range(depth):
            price = min(price, work.best[work.stack[1, k], line - first_line])
        if tables.order[o, IS_PARTIAL] == 1:
            price = min(price, float(tables.line[line, UNSERVED_FEN]))
        cost += tables.line[line, PACKS] * price + tables.line[line, REST_FEN]
    return cost


@njit(cache=True, nogil=True)
def _keep(work: Work) -> None:
    """The trial becomes the choice."""
    work.size[1] = work.size[0]
    for k in range(work.size[0]):
        work.chosen[ARC, k] = work.trial[ARC, k]
        work.chosen[TAKEN, k] = work.trial[TAKEN, k]


@njit(cache=True, nogil=True)
def _candidates(
    o: Whole, n: Whole, n_lines: Whole, low: float, tables: OrderTables, work: Work
) -> int:
    """Offers that may be in a better set of two or more, with suffix minima over them."""
    first_line = tables.order[o, FIRST_LINE]
    for j in range(n_lines):
        work.suffix[0, j] = np.inf
        for i in range(n):
            work.suffix[0, j] = min(work.suffix[0, j], work.best[i, j])
    cheapest, second = np.inf, np.inf
    for i in range(n):
        if work.fixed[0, i] < cheapest:
            cheapest, second = work.fixed[0, i], cheapest
        elif work.fixed[0, i] < second:
            second = work.fixed[0, i]
    lines = 0.0
    for j in range(n_lines):
        price = work.suffix[0, j]
        if tables.order[o, IS_PARTIAL] == 1:
            price = min(price, float(tables.line[first_line + j, UNSERVED_FEN]))
        lines += tables.line[first_line + j, PACKS] * price + tables.line[first_line + j, REST_FEN]
    kept = 0
    for i in range(n):
        other = second if work.fixed[0, i] == cheapest else cheapest
        if lines + work.fixed[0, i] + other < low - NOTHING:
            work.stack[0, kept] = i
            kept += 1
    work.fixed[1, kept] = np.inf
    for j in range(n_lines):
        work.suffix[kept, j] = np.inf
    for c in range(kept - 1, -1, -1):
        i = work.stack[0, c]
        work.fixed[1, c] = min(work.fixed[1, c + 1], work.fixed[0, i])
        for j in range(n_lines):
            work.suffix[c, j] = min(work.suffix[c + 1, j], work.best[i, j])
    return kept


@njit(cache=True, nogil=True)
def _n_warehouses(first_offer: Whole, depth: Whole, tables: OrderTables, work: Work) -> int:
    """Warehouses on the stack; an order's offers are grouped by warehouse."""
    n, last = 0, -1
    for k in range(depth):
        warehouse = tables.offer[first_offer + work.stack[1, k], WAREHOUSE]
        n += warehouse != last
        last = warehouse
    return n


@njit(cache=True, nogil=True)
def _serve(
    o: Whole, have: float, tables: OrderTables, prices: Prices, room: Room, hard: bool, work: Work
) -> tuple[float, float]:
    """
    Best way to serve an order, in ``chosen``; its price and a bound of it.

    ``chosen`` has a way to begin with, of price ``have``; it stays unless a cheaper one is found.
    ``hard`` holds the resources' room too; then the filling is greedy and the bound means nothing.
    """
    first_offer = tables.order[o, FIRST_OFFER]
    n = tables.order[o + 1, FIRST_OFFER] - first_offer
    n_lines = tables.order[o + 1, FIRST_LINE] - tables.order[o, FIRST_LINE]
    best = _nothing(o, tables)
    if have > best - NOTHING:
        work.size[1] = 0
    best = min(best, have)
    low = best
    if tables.order[o, IS_PACKED_WHOLE] == 0 and tables.order[o, IS_PARTIAL] == 0:
        return best, low
    _prepare(o, tables, prices, room, hard, work)
    for j in range(n_lines):
        work.suffix[n, j] = np.inf
    for i in range(n):
        work.stack[1, 0] = i
        if _least(o, ONE, n, n, tables, work) < low - NOTHING:
            cost, bound = _try(o, ONE, tables, room, hard, work)
            low = min(low, bound)
            if cost < best - NOTHING:
                best = cost
                _keep(work)
    n = _candidates(o, n, n_lines, low, tables, work)
    # Depth first over sets of two and more: place[k] is a candidate, stack[1, k] its offer.
    depth, c = ZERO, ZERO
    while True:
        if c < n and _least(o, depth, c, n, tables, work) < low - NOTHING:
            work.stack[1, depth] = work.stack[0, c]
            depth += 1
            if _n_warehouses(first_offer, depth, tables, work) > tables.order[o, MAX_WAREHOUSES]:
                depth -= 1
            elif depth > 1 and _least(o, depth, n, n, tables, work) < low - NOTHING:
                cost, bound = _try(o, depth, tables, room, hard, work)
                low = min(low, bound)
                if cost < best - NOTHING:
                    best = cost
                    _keep(work)
            c += 1
        else:
            if depth == 0:
                return best, low
            depth -= 1
            c = ZERO
            while work.stack[0, c] != work.stack[1, depth]:
                c += 1
            c += 1


@njit(cache=True, nogil=True)
def _use(sign: Whole, o: Whole, tables: OrderTables, room: Room, work: Work) -> None:
    """Take (sign 1) or give back (sign -1) what the chosen way needs."""
    for k in range(work.size[1]):
        a, packs = work.chosen[ARC, k], work.chosen[TAKEN, k]
        f = tables.order[o, FIRST_OFFER]
        while tables.offer[f + 1, FIRST_ARC] <= a:
            f += 1
        room.cell[tables.arc[a, CELL]] -= sign * packs
        parcel = 1
        for i in range(k):
            if tables.offer[f, FIRST_ARC] <= work.chosen[ARC, i] < tables.offer[f + 1, FIRST_ARC]:
                parcel = 0
        for d in range(tables.offer[f, FIRST_DRAW], tables.offer[f + 1, FIRST_DRAW]):
            measure = tables.draw[d, MEASURE]
            amount = packs * tables.line[tables.arc[a, LINE], AMOUNT + measure]
            if measure == PARCELS:
                amount = parcel * tables.draw[d, BOOKED]
            room.resource[tables.draw[d, RESOURCE]] -= sign * amount


@njit(cache=True, nogil=True)
def _load(o: Whole, tables: OrderTables, prices: Prices, arc_packs: Ints, work: Work) -> float:
    """The order's present way into ``chosen``, and its price."""
    work.size[1] = 0
    value = _nothing(o, tables)
    for f in range(tables.order[o, FIRST_OFFER], tables.order[o + 1, FIRST_OFFER]):
        is_used = False
        for a in range(tables.offer[f, FIRST_ARC], tables.offer[f + 1, FIRST_ARC]):
            if arc_packs[a] == 0:
                continue
            n = work.size[1]
            work.chosen[ARC, n], work.chosen[TAKEN, n] = a, arc_packs[a]
            work.size[1] = n + 1
            line = tables.arc[a, LINE]
            price = tables.arc[a, ARC_FEN] + prices.cell[tables.arc[a, CELL]]
            price -= tables.line[line, UNSERVED_FEN]
            for d in range(tables.offer[f, FIRST_DRAW], tables.offer[f + 1, FIRST_DRAW]):
                amount = tables.line[line, AMOUNT + tables.draw[d, MEASURE]]
                price += prices.resource[tables.draw[d, RESOURCE]] * amount
            value += arc_packs[a] * price
            is_used = True
        if is_used:
            value += tables.offer[f, OFFER_FEN]
            for d in range(tables.offer[f, FIRST_DRAW], tables.offer[f + 1, FIRST_DRAW]):
                if tables.draw[d, MEASURE] == PARCELS:
                    value += prices.resource[tables.draw[d, RESOURCE]] * tables.draw[d, BOOKED]
    return value


@njit(cache=True, nogil=True)
def allocate_orders(
    sequence: Longs, tables: OrderTables, prices: Prices, room: Room, arc_packs: Ints,
    alone: bool, value: Floats, used: Room, work: Work,
) -> float:  # fmt: skip
    """
    Let orders choose their parcels, each alone with all stock, or one after the other.

    Parameters
    ----------
    sequence
        (n,) orders, each at most once.
    room
        What there is. If not ``alone`` it is what the plan leaves, and modified in place: each
        order gives back what it has and takes the best it finds, or what it had.
    arc_packs
        (A,) int32, modified in place: packs on each arc, the plan. An order that finds nothing
        cheaper keeps its way.
    alone
        True: only cells limit an order, each as if it were alone, and values are lower bounds.
        False: resources limit it too.
    value
        (O,) modified in place: bound or price of the order.
    used
        Modified in place if ``alone``: what the orders take is subtracted.

    Returns
    -------
    Sum of the values of the sequence.
    """
    total = 0.0
    for o in sequence:
        before = _load(o, tables, prices, arc_packs, work)
        if not alone:
            _use(MINUS, o, tables, room, work)
        for k in range(work.size[1]):
            arc_packs[work.chosen[ARC, k]] = 0
        best, low = _serve(o, before, tables, prices, room, not alone, work)
        for k in range(work.size[1]):
            arc_packs[work.chosen[ARC, k]] += work.chosen[TAKEN, k]
        if alone:
            _use(ONE, o, tables, used, work)
            best = low
        else:
            _use(ONE, o, tables, room, work)
        value[o] = best
        total += best
    return total
