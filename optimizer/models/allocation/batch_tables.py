"""A batch in packs, as the allocation kernel takes it, and what a plan of it costs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from optimizer.kernels.order_allocation import (
    FIRST_ARC,
    FIRST_DRAW,
    FIRST_LINE,
    FIRST_OFFER,
    IS_LOOSE,
    IS_PACKED_WHOLE,
    IS_PARTIAL,
    MAX_WAREHOUSES,
    MIN_UNITS,
    OFFER_FEN,
    WAREHOUSE,
    OrderTables,
    Prices,
    Room,
    Work,
)
from optimizer.models.allocation.batch_problem import PARCELS, BatchProblem, IntArray, LongArray

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """
    A problem with its kernel tables.

    Parameters
    ----------
    line_packs
        (L,) whole packs wanted.
    cell_pack
        (C,) pieces of a pack of the cell's SKU.
    cell_demand_packs
        (C,) packs that all lines with a way to the cell want together.
    """

    problem: BatchProblem
    tables: OrderTables
    line_packs: LongArray
    cell_pack: LongArray
    cell_demand_packs: LongArray

    @property
    def cell_packs(self) -> LongArray:
        """(C,) whole packs in each cell."""
        return self.problem.cell_units // self.cell_pack

    @property
    def cell_may_bind(self) -> npt.NDArray[np.bool_]:
        """(C,) whether more may be wanted of a cell than there is."""
        return self.cell_demand_packs > self.cell_packs

    def full_room(self) -> Room:
        """All stock and capacity."""
        return Room(cell=self.cell_packs, resource=self.problem.resource_capacity.copy())

    def no_use(self) -> Room:
        """Zeros, to count use in."""
        return Room(
            cell=np.zeros(self.problem.n_cells, dtype=np.int64),
            resource=np.zeros(self.problem.n_resources, dtype=np.int64),
        )

    def true_prices(self) -> Prices:
        """No price on anything: the plain costs."""
        return Prices(
            cell=np.zeros(self.problem.n_cells), resource=np.zeros(self.problem.n_resources)
        )

    def no_plan(self) -> IntArray:
        """(A,) int32 packs: nobody is served."""
        return np.zeros(self.problem.n_arcs, dtype=np.int32)

    def work(self) -> Work:
        """Buffers for one thread."""
        problem = self.problem
        n_offers = _largest(problem.order_offer_ptr)
        n_lines = _largest(problem.order_line_ptr)
        n_arcs = _largest(problem.offer_arc_ptr[problem.order_offer_ptr])
        return Work(
            arc_price=np.zeros(n_arcs),
            fixed=np.zeros((2, n_offers + 1)),
            best=np.zeros((n_offers + 1, n_lines)),
            suffix=np.zeros((n_offers + 1, n_lines)),
            stack=np.zeros((2, n_offers + 1), dtype=np.int64),
            trial=np.zeros((2, n_arcs + 1), dtype=np.int64),
            chosen=np.zeros((2, n_arcs + 1), dtype=np.int64),
            drawn=np.zeros(problem.n_resources, dtype=np.int64),
            size=np.zeros(2, dtype=np.int64),
        )


def _largest(ptr: LongArray) -> int:
    return max(1, int(np.diff(ptr).max(initial=1)))


def make_batch(problem: BatchProblem) -> Batch:
    """The tables of a valid problem."""
    line_packs = problem.line_units // problem.line_pack
    rest = problem.line_units - line_packs * problem.line_pack
    starts = problem.order_line_ptr[:-1]
    cell_pack = np.ones(problem.n_cells, dtype=np.int64)
    cell_pack[problem.arc_cell] = problem.line_pack[problem.arc_line]
    reached = np.unique(problem.arc_cell.astype(np.int64) * problem.n_lines + problem.arc_line)
    cells, lines = np.divmod(reached, max(1, problem.n_lines))
    demand = np.bincount(cells, line_packs[lines], problem.n_cells).astype(np.int64)
    n_orders, n_offers = problem.n_orders, problem.n_offers
    order = np.zeros((n_orders + 1, 7), dtype=np.int64)
    order[:, FIRST_LINE], order[:, FIRST_OFFER] = problem.order_line_ptr, problem.order_offer_ptr
    order[:n_orders, MAX_WAREHOUSES] = problem.order_max_warehouses
    order[:n_orders, IS_PARTIAL] = problem.order_is_partial
    order[:n_orders, MIN_UNITS] = problem.order_min_units
    order[:n_orders, IS_PACKED_WHOLE] = _all_of(rest == 0, starts)
    order[:n_orders, IS_LOOSE] = _all_of(problem.line_pack == 1, starts)
    line = np.column_stack(
        (
            line_packs,
            problem.line_pack,
            problem.line_pack * problem.line_unserved_fen,
            rest * problem.line_unserved_fen,
            problem.line_amounts * problem.line_pack[:, None],
        )
    )
    offer = np.zeros((n_offers + 1, 4), dtype=np.int64)
    offer[:, FIRST_DRAW], offer[:, FIRST_ARC] = problem.offer_draw_ptr, problem.offer_arc_ptr
    offer[:n_offers, WAREHOUSE], offer[:n_offers, OFFER_FEN] = (
        problem.offer_warehouse,
        problem.offer_fen,
    )
    drawn = problem.offer_draw_resource.astype(np.int64)
    arc_fen = problem.arc_unit_fen * problem.line_pack[problem.arc_line]
    tables = OrderTables(
        order=order,
        line=line,
        offer=offer,
        draw=np.column_stack(
            (drawn, problem.resource_measure[drawn], problem.offer_draw_booked)
        ).astype(np.int64),
        arc=np.column_stack((problem.arc_line, problem.arc_cell, arc_fen)).astype(np.int64),
    )
    return Batch(
        problem=problem,
        tables=tables,
        line_packs=line_packs,
        cell_pack=cell_pack,
        cell_demand_packs=demand,
    )


def _all_of(flag: npt.NDArray[np.bool_], starts: LongArray) -> IntArray:
    if len(starts) == 0:
        return np.zeros(0, dtype=np.int32)
    return np.logical_and.reduceat(flag, starts).astype(np.int32)


def resource_use(problem: BatchProblem, arc_packs: IntArray) -> LongArray:
    """(R,) what a plan takes of each resource, in its measure."""
    pieces = arc_packs * problem.line_pack[problem.arc_line]
    used = np.flatnonzero(pieces)
    offer = problem.arc_offer[used]
    carried = np.zeros((problem.n_offers, 4), dtype=np.int64)
    amounts = problem.line_amounts[problem.arc_line[used]] * pieces[used][:, None]
    np.add.at(carried, offer, amounts)
    carried[np.unique(offer), PARCELS] = 1
    drawn_by = np.repeat(np.arange(problem.n_offers), np.diff(problem.offer_draw_ptr))
    resource = problem.offer_draw_resource
    taken = np.zeros(problem.n_resources, dtype=np.int64)
    amount = carried[drawn_by, problem.resource_measure[resource]]
    booked = problem.resource_measure[resource] == PARCELS
    amount[booked] *= problem.offer_draw_booked[booked]
    np.add.at(taken, resource, amount)
    return taken


def short_fen(problem: BatchProblem, taken: LongArray) -> int:
    """Price of what is missing to the least use of the resources, rounded up by resource."""
    missing = np.maximum(0, problem.resource_least - taken)
    total = 0
    for units, mfen in zip(missing.tolist(), problem.resource_short_mfen.tolist(), strict=True):
        total += -(-units * mfen // 1000)
    return total


def plan_fen(problem: BatchProblem, arc_packs: IntArray) -> int:
    """What a plan costs: parcels, pieces, unserved pieces, missing use."""
    pieces = arc_packs.astype(np.int64) * problem.line_pack[problem.arc_line]
    used = np.flatnonzero(pieces)
    offers = np.unique(problem.arc_offer[used])
    served = np.bincount(problem.arc_line[used], pieces[used], problem.n_lines).astype(np.int64)
    return (
        int(problem.offer_fen[offers].sum())
        + int((problem.arc_unit_fen[used] * pieces[used]).sum())
        + int(((problem.line_units - served) * problem.line_unserved_fen).sum())
        + short_fen(problem, resource_use(problem, arc_packs))
    )


def plan_defects(problem: BatchProblem, arc_packs: IntArray) -> list[str]:
    """What a plan breaks, one sentence each; nothing for a feasible plan."""
    found: list[str] = []
    pieces = arc_packs.astype(np.int64) * problem.line_pack[problem.arc_line]
    if len(pieces) and int(pieces.min()) < 0:
        found.append("an arc carries less than nothing")
    taken = np.bincount(problem.arc_cell, pieces, problem.n_cells).astype(np.int64)
    found += [
        f"cell {problem.cell_ids[c]} gives {taken[c]} of {problem.cell_units[c]}"
        for c in np.flatnonzero(taken > problem.cell_units)
    ]
    use = resource_use(problem, arc_packs)
    found += [
        f"resource {problem.resource_ids[r]} takes {use[r]}, more than its capacity"
        for r in np.flatnonzero(use > problem.resource_capacity)
    ]
    served = np.bincount(problem.arc_line, pieces, problem.n_lines).astype(np.int64)
    found += [
        f"line {problem.line_ids[line]} gets {served[line]} pieces, too many"
        for line in np.flatnonzero(served > problem.line_units)
    ]
    offers = np.unique(problem.arc_offer[pieces > 0])
    pairs = np.unique(np.stack((problem.offer_order, problem.offer_warehouse), 1)[offers], axis=0)
    sources = np.bincount(pairs[:, 0], minlength=problem.n_orders)
    found += [
        f"order {problem.order_ids[o]} comes from {sources[o]} warehouses"
        for o in np.flatnonzero(sources > problem.order_max_warehouses)
    ]
    starts = problem.order_line_ptr[:-1]
    got = np.add.reduceat(served, starts) if len(starts) else served
    want = np.add.reduceat(problem.line_units, starts) if len(starts) else served
    packed = problem.line_units // problem.line_pack * problem.line_pack
    most = np.add.reduceat(packed, starts) if len(starts) else served
    least = np.where(problem.order_is_partial, np.minimum(problem.order_min_units, most), want)
    found += [
        f"order {problem.order_ids[o]} gets {got[o]} pieces, at least {least[o]}"
        for o in np.flatnonzero((got > 0) & (got < least))
    ]
    return found
