"""
Why an order of a batch does not get all, and what would help at which price.

Every repair is tried: the order chooses again with the change while all others keep what they have,
and the changed plan is checked against the changed arrays. Its price is therefore one that can be
had; a plan that moves others too may be cheaper.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from optimizer.kernels.order_allocation import IS_PARTIAL, MAX_WAREHOUSES, allocate_orders
from optimizer.models.allocation.batch_problem import PARCELS, BatchProblem, IntArray
from optimizer.models.allocation.batch_state import room_after
from optimizer.models.allocation.batch_tables import (
    Batch,
    make_batch,
    plan_defects,
    plan_fen,
)

_MOST_ORDERS = 20
_MOST_STOCK_REPAIRS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class CoreRepair:
    """
    One change after which the order gets more.

    Parameters
    ----------
    kind
        ``stock``, ``capacity``, ``split`` or ``partial``.
    target
        Position of the cell or resource; -1 for the order itself.
    amount
        Pieces, or units of the resource, or warehouses more.
    cost_fen
        What the plan then costs more without the penalty of what is not served.
    n_pieces
        Pieces that the order gets more.
    """

    kind: str
    target: int
    amount: int
    cost_fen: int
    n_pieces: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Shortage:
    """
    What an order misses.

    Parameters
    ----------
    reason
        ``no_offer``, ``no_stock``, ``stock``, ``capacity``, ``whole``, ``packs`` or ``price``.
    resource
        Id of the cell or resource that binds, by the cheapest repair.
    """

    order: int
    pieces: int
    reason: str
    resource: str
    repairs: tuple[CoreRepair, ...]


def explain(problem: BatchProblem, arc_packs: IntArray) -> tuple[Shortage, ...]:
    """
    All shortages of a plan; repairs for the first twenty, dearest first.

    Parameters
    ----------
    arc_packs
        (A,) a feasible plan.
    """
    pieces = arc_packs * problem.line_pack[problem.arc_line]
    served = np.bincount(problem.arc_line, pieces, problem.n_lines).astype(np.int64)
    missing = problem.line_units - served
    by_order = np.add.reduceat(missing, problem.order_line_ptr[:-1])
    lost_fen = np.add.reduceat(missing * problem.line_unserved_fen, problem.order_line_ptr[:-1])
    short = np.flatnonzero(by_order > 0)
    short = short[np.argsort(-lost_fen[short], kind="stable")]
    found: list[Shortage] = []
    batch = make_batch(problem)
    for rank, o in enumerate(short.tolist()):
        repairs = _repairs(batch, arc_packs, o) if rank < _MOST_ORDERS else ()
        reason, resource = _reason(problem, o, repairs)
        found.append(
            Shortage(
                order=o,
                pieces=by_order.item(o),
                reason=reason,
                resource=resource,
                repairs=repairs,
            )
        )
    return tuple(found)


def _reason(problem: BatchProblem, o: int, repairs: tuple[CoreRepair, ...]) -> tuple[str, str]:
    first, last = problem.order_offer_ptr.item(o), problem.order_offer_ptr.item(o + 1)
    arcs = slice(problem.offer_arc_ptr[first], problem.offer_arc_ptr[last])
    lines = slice(problem.order_line_ptr[o], problem.order_line_ptr[o + 1])
    if first == last:
        return "no_offer", ""
    reached = np.unique(problem.arc_line[arcs])
    if len(reached) < lines.stop - lines.start:
        line = next(k for k in range(lines.start, lines.stop) if k not in reached)
        return "no_stock", problem.line_ids[line]
    if bool(np.any(problem.line_units[lines] % problem.line_pack[lines])):
        return "packs", ""
    return _binding(problem, o, repairs[0]) if repairs else ("price", "")


def _binding(problem: BatchProblem, o: int, repair: CoreRepair) -> tuple[str, str]:
    """What the cheapest repair changes is what binds."""
    names = {"capacity": problem.resource_ids, "stock": problem.cell_ids}
    if repair.kind in names:
        return repair.kind, names[repair.kind][repair.target]
    return "whole", problem.order_ids[o]


def _repairs(batch: Batch, arc_packs: IntArray, o: int) -> tuple[CoreRepair, ...]:
    problem = batch.problem
    first, last = problem.order_offer_ptr.item(o), problem.order_offer_ptr.item(o + 1)
    arcs = np.arange(problem.offer_arc_ptr.item(first), problem.offer_arc_ptr.item(last))
    units = int(problem.line_units[problem.order_line_ptr[o] : problem.order_line_ptr[o + 1]].max())
    left = room_after(batch, arc_packs)
    stock: list[CoreRepair] = []
    other: list[CoreRepair] = []
    for cell in np.unique(problem.arc_cell[arcs]).tolist():
        more = problem.cell_units.copy()
        more[cell] += -(-units // batch.cell_pack.item(cell)) * batch.cell_pack.item(cell)
        changed = replace(problem, cell_units=more)
        stock += _try(batch, changed, arc_packs, o, _change("stock", cell, units))
    draws = slice(problem.offer_draw_ptr[first], problem.offer_draw_ptr[last])
    for r in np.unique(problem.offer_draw_resource[draws]).tolist():
        capacity = problem.resource_capacity.copy()
        amount = _amount(problem, o, r)
        if left.resource[r] >= amount:
            continue
        capacity[r] += amount
        changed = replace(problem, resource_capacity=capacity)
        other += _try(batch, changed, arc_packs, o, _change("capacity", r, amount))
    warehouses = problem.order_max_warehouses.copy()
    warehouses[o] += 1
    changed = replace(problem, order_max_warehouses=warehouses)
    other += _try(batch, changed, arc_packs, o, _change("split", -1, 1))
    if not problem.order_is_partial[o]:
        partial = problem.order_is_partial.copy()
        partial[o] = True
        changed = replace(problem, order_is_partial=partial)
        other += _try(batch, changed, arc_packs, o, _change("partial", -1, 1))
    stock.sort(key=_rank)
    return tuple(sorted(stock[:_MOST_STOCK_REPAIRS] + other, key=_rank))


def _change(kind: str, target: int, amount: int) -> CoreRepair:
    return CoreRepair(kind=kind, target=target, amount=amount, cost_fen=0, n_pieces=0)


def _rank(repair: CoreRepair) -> tuple[int, int, str, int]:
    return (-repair.n_pieces, repair.cost_fen, repair.kind, repair.target)


def _amount(problem: BatchProblem, o: int, r: int) -> int:
    """What the order may need of a resource at most."""
    first = problem.offer_draw_ptr.item(problem.order_offer_ptr.item(o))
    last = problem.offer_draw_ptr.item(problem.order_offer_ptr.item(o + 1))
    draws = np.arange(first, last)
    draws = draws[problem.offer_draw_resource[draws] == r]
    if problem.resource_measure[r] == PARCELS:
        return int(problem.offer_draw_booked[draws].max())
    lines = slice(problem.order_line_ptr[o], problem.order_line_ptr[o + 1])
    amounts = problem.line_amounts[lines, problem.resource_measure[r]]
    return int((amounts * problem.line_units[lines]).sum())


def _try(
    batch: Batch, changed: BatchProblem, arc_packs: IntArray, o: int, repair: CoreRepair
) -> list[CoreRepair]:
    """The order chooses again in the changed problem; nothing if it gets no more."""
    problem, plan = batch.problem, arc_packs.copy()
    room = room_after(batch, arc_packs)
    room.cell[:] += (changed.cell_units - problem.cell_units) // batch.cell_pack
    room.resource[:] += changed.resource_capacity - problem.resource_capacity
    order = batch.tables.order.copy()
    order[o, MAX_WAREHOUSES] = changed.order_max_warehouses[o]
    order[o, IS_PARTIAL] = changed.order_is_partial[o]
    allocate_orders(
        np.array([o]), batch.tables._replace(order=order), batch.true_prices(), room, plan, False,
        np.zeros(problem.n_orders), room, batch.work(),
    )  # fmt: skip
    served = (plan - arc_packs) * problem.line_pack[problem.arc_line]
    gained = int(served.sum())
    if gained <= 0 or plan_defects(changed, plan):
        return []
    cost_fen = plan_fen(changed, plan) - plan_fen(problem, arc_packs)
    cost_fen += int((served * problem.line_unserved_fen[problem.arc_line]).sum())
    return [replace(repair, cost_fen=cost_fen, n_pieces=gained)]
