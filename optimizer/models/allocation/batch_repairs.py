"""
Why units of a batch are not served, and changes after which they are, tried and priced.

Each repair is tried by answering the order alone with the change, while all others keep the stock,
picking and departures that the batch gave them. So its price can be had; moving others as well may
be cheaper.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from optimizer.domain.order import LEGAL_STATUSES, Order
from optimizer.models.allocation.batch_room import Bookings, LanesLeft
from optimizer.models.allocation.batch_spare import Spare
from optimizer.models.allocation.board import Board
from optimizer.models.allocation.desk import Choice
from optimizer.models.allocation.offers import Lanes
from optimizer.models.allocation.price_table import PriceTable
from optimizer.models.allocation.reasons import MANY_PARCELS, line_reasons
from optimizer.models.allocation.scoring import unserved_fen
from optimizer.models.allocation.single import Engine, is_allowed
from optimizer.plan.allocation import AllocationReason, AllocationRepair, Backorder

MOST_STOCK_REPAIRS = 3
ADDS = ("stock", "capacity")
"""Kinds of repairs that add something: the cheapest of them names what binds."""


@dataclass(frozen=True, slots=True)
class Tried:
    """A repair with what is still missing after it, and the resource it adds to."""

    n_left: int
    repair: AllocationRepair
    resource: str


class Others:
    """
    What all orders of a batch leave to one more.

    Parameters
    ----------
    engine
        Over the stock, picking and departures that are left; stock has no opportunity price.
    """

    def __init__(self, engine: Engine, lanes: LanesLeft) -> None:
        self.engine, self.lanes = engine, lanes

    @classmethod
    def after(
        cls,
        board: Board,
        lanes: Lanes,
        choices: Sequence[Choice],
        minute_of: Callable[[datetime], int],
        picked_units: Mapping[tuple[int, int], int],
    ) -> Others:
        """What is left after some answers."""
        left = LanesLeft(lanes, Bookings(lanes))
        engine = Engine(
            board=replace(board, lot_units=board.lot_units.copy()),
            lanes=left,
            prices=PriceTable(has_stock=True),
            minute_of=minute_of,
            picked_units=dict(picked_units),
        )
        found = cls(engine, left)
        for choice in choices:
            found.take(choice)
        return found

    def take(self, choice: Choice, sign: int = 1) -> None:
        """Take what an answer needs; give it back with sign -1."""
        engine = self.engine
        for part in choice.parts:
            offer = part.offer
            day = (offer.warehouse, self.lanes.wave_day(offer.warehouse, offer.hand_over_min))
            units = sum(one.units for one in part.takes)
            engine.picked_units[day] = engine.picked_units.get(day, 0) + sign * units
            self.lanes.bookings.book(offer.draws, sign * part.gross_kg)
            for one in part.takes:
                engine.board.lot_units[one.lot] -= sign * one.units


def backorders_of(  # noqa: PLR0917
    others: Others,
    orders: Sequence[Order],
    choices: Sequence[Choice],
    moment_of: Callable[[int], datetime],
    time_s: float,
    should_stop: Callable[[], bool] | None = None,
) -> list[tuple[Backorder, ...]]:
    """
    What is not served of each order, with reasons, and repairs as long as the time lasts.

    Parameters
    ----------
    others
        What is left after all answers.
    time_s
        For repairs of all orders; those that lose most by not being served come first.
    """
    deadline = time.monotonic() + time_s
    board = others.engine.board
    lost = {
        at: sum(
            units * unserved_fen(board, orders[at], board.sku_index[line.sku])
            for line, units in zip(orders[at].lines, choice.left, strict=True)
        )
        for at, choice in enumerate(choices)
        if any(choice.left)
    }
    wanted = {board.sku_index[line.sku] for at in lost for line in orders[at].lines}
    spare = Spare(board, wanted) if lost else None
    found: list[tuple[Backorder, ...]] = [()] * len(orders)
    for at in sorted(lost, key=lambda one: (-lost[one], one)):
        order, choice = orders[at], choices[at]
        others.take(choice, -1)
        repairs: list[Tried] = []
        in_time = time.monotonic() < deadline and not (should_stop is not None and should_stop())
        if spare is not None and in_time:
            repairs = find_repairs(others, spare, order, choice, moment_of)
        reasons = [line_reasons(others.engine, order, line) for line in range(len(order.lines))]
        others.take(choice)
        found[at] = tuple(
            Backorder(
                sku=line.sku,
                units=units,
                reasons=(*_binding(repairs), *reasons[number]),
                repairs=tuple(one.repair for one in repairs),
            )
            for number, (line, units) in enumerate(zip(order.lines, choice.left, strict=True))
            if units
        )
    return found


def _binding(repairs: Sequence[Tried]) -> tuple[AllocationReason, ...]:
    """B909: what the cheapest repair that adds stock or capacity adds to."""
    for one in repairs:
        if one.repair.kind in ADDS:
            text = f"what binds first is {one.repair.kind} of {one.resource}"
            return (AllocationReason(code="B909", text=text, resource=one.resource),)
    return ()


def find_repairs(
    others: Others,
    spare: Spare,
    order: Order,
    choice: Choice,
    moment_of: Callable[[int], datetime],
) -> list[Tried]:
    """
    Changes after which more of an order is served, what serves most and is cheapest first.

    Parameters
    ----------
    others
        What is left, with what the order has given back.
    """
    n_left = sum(choice.left)
    found: list[Tried] = []
    seen: set[tuple[object, ...]] = set()
    plain, _ = others.engine.best(order)
    same = (sum(plain.left), plain.score) if plain is not None else None
    tries = (
        _as_it_is(others, order, plain, moment_of),
        _of_the_order(others, order),
        _of_capacity(others, order),
        _of_stock(others, spare, order),
    )
    for kind, change, resource, made in (one for each in tries for one in each):
        is_new = kind in {"late", "wait"} or (sum(made.left), made.score) != same
        mark = (kind, resource, made.score)
        # Leave to come from more warehouses may change nothing beside a partial delivery.
        if sum(made.left) < n_left and is_new and not (kind == "partial" and mark in seen):
            seen.add(mark)
            found.append(_tried(kind, change, resource, made, moment_of))
    found.sort(key=lambda one: (one.n_left, one.repair.cost_fen, one.repair.change))
    return found


Try = tuple[str, str, str, Choice]
"""Kind, change in words, resource, and the answer after it."""


def _as_it_is(
    others: Others, order: Order, plain: Choice | None, moment_of: Callable[[int], datetime]
) -> Iterator[Try]:
    """Later waves than the batch looked at, or a price that the batch would not pay."""
    if plain is None:
        return
    board, placed = others.engine.board, others.engine.minute_of(order.placed_at)
    inbound = [
        one.lot
        for part in plain.parts
        for one in part.takes
        if board.lot_available_min.item(one.lot) > placed
    ]
    if inbound:
        lot = max(inbound, key=lambda one: (board.lot_available_min.item(one), one))
        when = moment_of(board.lot_available_min.item(lot)).isoformat()
        yield "wait", f"wait for lot {board.lot_ids[lot]} at {when}", board.lot_ids[lot], plain
        return
    last = max(part.offer.hand_over_min for part in plain.parts)
    yield "late", f"hand it over at {moment_of(last).isoformat()}", order.order_id, plain


def _of_the_order(others: Others, order: Order) -> Iterator[Try]:
    """Split, partial delivery, other customs modes, which open stock of other status."""
    changed: list[tuple[str, str, Order]] = []
    if order.max_parcels < others.engine.board.n_warehouses:
        more = replace(order, max_parcels=MANY_PARCELS)
        changed.append(("split", "let it come from several warehouses", more))
    if not order.is_partial_allowed or order.min_units > 1:
        part = replace(order, is_partial_allowed=True, min_units=0)
        changed.append(("partial", "deliver what there is and back-order the rest", part))
        many = replace(part, max_parcels=MANY_PARCELS)
        changed.append(("partial", "deliver what there is, from several warehouses", many))
    changed += [
        ("mode", f"declare it under customs mode {mode}", replace(order, customs_mode=mode))
        for mode in LEGAL_STATUSES
        if mode != order.customs_mode
    ]
    for kind, change, other in changed:
        made, _ = others.engine.best(other)
        if made is not None:
            yield kind, change, order.order_id, made


def _of_capacity(others: Others, order: Order) -> Iterator[Try]:
    """More picking on the days that are full, and more room on departures."""
    engine, lanes = others.engine, others.lanes
    picked = dict(engine.picked_units)
    full: dict[int, int] = {}
    for (w, _), units in picked.items():
        if units + order.units > engine.board.pick_units_per_day.item(w):
            full[w] = 1
    for w in sorted(full):
        engine.picked_units = {key: units for key, units in picked.items() if key[0] != w}
        made, _ = engine.best(order)
        if made is not None:
            over = _picked_over(engine, lanes, made, picked)
            if over is not None:
                n_units, day, name = over
                change = f"pick {n_units} more units at {name} on {day.isoformat()}"
                yield "capacity", change, f"picking at {name}", made
    engine.picked_units = picked
    lanes.is_unlimited = True
    made, _ = engine.best(order)
    lanes.is_unlimited = False
    if made is not None:
        short = {
            hop: lanes.bookings.missing_kg(hop, part.gross_kg)
            for part in made.parts
            for hop in part.offer.draws
        }
        short = {hop: kilograms for hop, kilograms in short.items() if kilograms}
        if short:
            text = ", ".join(f"{kilograms} kg on {hop}" for hop, kilograms in short.items())
            yield "capacity", f"book {text} more", next(iter(short)), made


def _picked_over(
    engine: Engine, lanes: Lanes, made: Choice, picked: Mapping[tuple[int, int], int]
) -> tuple[int, date, str] | None:
    """Units over a day's picking that an answer needs, the day and the warehouse."""
    for part in made.parts:
        w = part.offer.warehouse
        day = lanes.wave_day(w, part.offer.hand_over_min)
        units = sum(
            one.units
            for other in made.parts
            if other.offer.warehouse == w and lanes.wave_day(w, other.offer.hand_over_min) == day
            for one in other.takes
        )
        over = picked.get((w, day), 0) + units - engine.board.pick_units_per_day.item(w)
        if over > 0:
            return over, date.fromordinal(day), engine.board.warehouses[w]
    return None


def _of_stock(others: Others, spare: Spare, order: Order) -> Iterator[Try]:
    """More units in one warehouse, so that it serves the whole order; the cheapest few."""
    found = [
        (made.score, change, resource, made)
        for change, resource, made in spare.answers(others.engine, order)
        if is_allowed(order, made)
    ]
    found.sort(key=lambda one: (one[0], one[1]))
    for _, change, resource, made in found[:MOST_STOCK_REPAIRS]:
        yield "stock", change, resource, made


def _tried(
    kind: str, change: str, resource: str, made: Choice, moment_of: Callable[[int], datetime]
) -> Tried:
    n_left = sum(made.left)
    repair = AllocationRepair(
        kind=kind,
        change=f"{change}; {n_left} units are still missing" if n_left else change,
        cost_fen=sum(part.cost_fen for part in made.parts),
        promise_at=moment_of(max(part.offer.promise_min for part in made.parts)),
    )
    return Tried(n_left, repair, resource)
