"""Why an order is not served, and what would help: each repair is tried on the same stock."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from optimizer.domain.order import LEGAL_STATUSES, Order, OrderLine
from optimizer.models.allocation.board import N_STATUSES, STATUSES, Board
from optimizer.models.allocation.desk import Choice, legal_statuses
from optimizer.models.allocation.single import Engine
from optimizer.plan.allocation import AllocationReason, AllocationRepair, Backorder

MANY_PARCELS = 99


def backorders(
    engine: Engine,
    order: Order,
    left: tuple[int, ...],
    moment_of: Callable[[int], datetime],
    *,
    with_repairs: bool,
) -> tuple[Backorder, ...]:
    """What is not served of an order, by line."""
    repairs = find_repairs(engine, order, moment_of) if with_repairs else ()
    return tuple(
        Backorder(
            sku=line.sku,
            units=units,
            reasons=line_reasons(engine, order, at),
            repairs=repairs,
        )
        for at, (line, units) in enumerate(zip(order.lines, left, strict=True))
        if units
    )


def line_reasons(engine: Engine, order: Order, at: int) -> tuple[AllocationReason, ...]:
    """
    Reasons of one line, the first that explains it.

    B901 no stock at all; B902 stock only of other customs statuses; B903 only expired or not in
    time for a wave; B904 no warehouse has it that the customs mode fits; B905 too little everywhere
    and together; B906 whole packs; B907 no way of the network or no picking left; B908 the line is
    held back by the rest of the order.
    """
    board, line = engine.board, order.lines[at]
    sku = board.sku_index[line.sku]
    by_status = _free_by_status(board, sku)
    legal = legal_statuses(order)
    names = ", ".join(STATUSES[status].value for status in legal)
    if not any(by_status[status] for status in legal):
        if not any(by_status):
            return (_reason("B901", f"no warehouse has free units of {line.sku}", line.sku),)
        have = ", ".join(
            f"{units} {STATUSES[status].value}" for status, units in enumerate(by_status) if units
        )
        text = f"customs mode {order.customs_mode} takes {names} stock; there are {have} units"
        return (_reason("B902", text, line.sku),)
    pack = board.pack_units.item(sku)
    if line.units % pack:
        return (_reason("B906", f"{line.sku} is issued in packs of {pack}", line.sku),)
    own = replace(order, lines=(line,), max_parcels=MANY_PARCELS, is_partial_allowed=True)
    own = replace(own, min_units=0)
    desks = engine.desks(own)
    if not desks:
        text = (
            f"the warehouses with {names} stock of {line.sku} cannot serve mode "
            f"{order.customs_mode} to {order.destination.country}"
        )
        return (_reason("B904", text, line.sku),)
    found, _ = engine.best(own)
    return (_no_way(board, sku, legal, line.sku) if found is None else _short(line, found),)


def _short(line: OrderLine, found: Choice) -> AllocationReason:
    """B905 where units are missing, else B908."""
    code, text = "B908", f"{line.sku} alone could be served; other lines or the parcels bind"
    if found.left[0]:
        code = "B905"
        can = line.units - found.left[0]
        text = f"{line.units} units of {line.sku} are wanted and {can} can be had"
    return _reason(code, text, line.sku)


def _no_way(board: Board, sku: int, legal: tuple[int, ...], name: str) -> AllocationReason:
    """B903 where all lots have run out, else B907."""
    width = board.n_warehouses * N_STATUSES
    lots = range(board.cell_first.item(sku * width), board.cell_first.item((sku + 1) * width))
    mine = [
        lot for lot in lots if board.lot_status.item(lot) in legal and board.lot_units.item(lot) > 0
    ]
    last = max(board.lot_last_min.item(lot) for lot in mine)
    if last <= 0:
        return _reason("B903", f"all lots of {name} have expired", board.lot_ids[mine[0]])
    return _reason(
        "B907",
        f"no wave of a warehouse with {name} catches a way to the destination before the lots "
        "expire, the horizon ends, or picking is full for a week",
        board.warehouses[board.lot_warehouse.item(mine[0])],
    )


def find_repairs(
    engine: Engine, order: Order, moment_of: Callable[[int], datetime]
) -> tuple[AllocationRepair, ...]:
    """Changes after which the order is served, cheapest first."""
    tried: list[tuple[str, str, Order]] = []
    if order.max_parcels < engine.board.n_warehouses:
        more = replace(order, max_parcels=MANY_PARCELS)
        tried.append(("split", "let it come from several warehouses", more))
    if not order.is_partial_allowed or order.min_units > 1:
        part = replace(order, is_partial_allowed=True, min_units=0)
        tried.append(("partial", "deliver what there is and back-order the rest", part))
        many = replace(part, max_parcels=MANY_PARCELS)
        tried.append(("partial", "deliver what there is, from several warehouses", many))
    tried.extend(
        ("mode", f"declare it under customs mode {mode}", replace(order, customs_mode=mode))
        for mode in LEGAL_STATUSES
        if mode != order.customs_mode
    )
    found: list[tuple[int, AllocationRepair]] = []
    seen: set[tuple[str, int]] = set()
    for kind, change, other in tried:
        choice, _ = engine.best(other)
        if choice is None:
            continue
        n_left = sum(choice.left)
        cost = sum(part.cost_fen for part in choice.parts)
        if (kind, n_left) in seen and kind == "partial":
            continue
        seen.add((kind, n_left))
        text = f"{change}; {n_left} units are still missing" if n_left else change
        found.append(
            (
                n_left,
                AllocationRepair(
                    kind=kind,
                    change=text,
                    cost_fen=cost,
                    promise_at=moment_of(_promise(choice)),
                ),
            )
        )
    found.sort(key=lambda one: (one[0], one[1].cost_fen))
    return tuple(repair for _, repair in found)


def _promise(choice: Choice) -> int:
    return max(part.offer.promise_min for part in choice.parts)


def _free_by_status(board: Board, sku: int) -> list[int]:
    firsts = board.cells_of(sku)
    totals = [0] * N_STATUSES
    for cell in range(len(firsts) - 1):
        for lot in range(firsts[cell], firsts[cell + 1]):
            totals[cell % N_STATUSES] += board.lot_units.item(lot)
    return totals


def _reason(code: str, text: str, resource: str) -> AllocationReason:
    return AllocationReason(code=code, text=text, resource=resource)
