"""
The batch as a choice of one way for every order: restricted master of a column generation.

A *way* is a set of packs on an order's arcs. The master picks one way of each order, or none,
within stock and capacity. Its linear relaxation gives prices; ways are added from the relaxation
until none has a negative reduced cost, and then bound and master agree.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from optimizer.kernels.order_allocation import AMOUNT, ARC_FEN, UNSERVED_FEN, Prices
from optimizer.models.allocation.batch_problem import PARCELS, IntArray, LongArray
from optimizer.models.allocation.batch_tables import Batch, FloatArray
from optimizer.solvers.highs_columns import NewColumns
from optimizer.solvers.linear import Columns, LinearModel, rows_from_triplets


@dataclass(frozen=True, slots=True)
class Ways:
    """Some ways of orders: ``order`` (k,); arcs and packs in compressed rows."""

    order: LongArray
    ptr: LongArray
    arc: LongArray
    packs: LongArray

    @property
    def n(self) -> int:
        """How many."""
        return len(self.order)


def join_ways(parts: list[Ways]) -> Ways:
    """All ways of several lists, in order."""
    counts = np.concatenate([np.diff(part.ptr) for part in parts])
    return Ways(
        np.concatenate([part.order for part in parts]),
        np.concatenate(([0], np.cumsum(counts))).astype(np.int64),
        np.concatenate([part.arc for part in parts]),
        np.concatenate([part.packs for part in parts]),
    )


def select_ways(ways: Ways, kept: npt.NDArray[np.bool_]) -> Ways:
    """The ways where ``kept``, (k,) bool, is true."""
    counts = np.diff(ways.ptr)
    entries = np.repeat(kept, counts)
    ptr = np.concatenate(([0], np.cumsum(counts[kept]))).astype(np.int64)
    return Ways(ways.order[kept], ptr, ways.arc[entries], ways.packs[entries])


_TAKEN = 0.5
"""Values above are 1."""


class Pool:
    """Different ways seen so far."""

    def __init__(self, batch: Batch) -> None:
        self.batch = batch
        self._arc_order = batch.problem.offer_order[batch.problem.arc_offer]
        self._seen: list[set[bytes]] = [set() for _ in range(batch.problem.n_orders)]

    def new_ways(self, arc_packs: IntArray) -> Ways:
        """Ways of a plan, (A,) packs, that were not seen before; now they are."""
        used = np.flatnonzero(arc_packs)
        order, packs = self._arc_order[used], arc_packs[used].astype(np.int64)
        owners, first, counts = np.unique(order, return_index=True, return_counts=True)
        keys = np.stack((used, packs), axis=1)
        fresh = np.zeros(len(owners), dtype=np.bool_)
        for k, (o, at, n) in enumerate(
            zip(owners.tolist(), first.tolist(), counts.tolist(), strict=True)
        ):
            mark = keys[at : at + n].tobytes()
            if mark not in self._seen[o]:
                self._seen[o].add(mark)
                fresh[k] = True
        kept = np.repeat(fresh, counts)
        ptr = np.concatenate(([0], np.cumsum(counts[fresh]))).astype(np.int64)
        return Ways(owners[fresh].astype(np.int64), ptr, used[kept].astype(np.int64), packs[kept])


class Rows:
    """Row numbers of the master: orders, then cells that may bind, then resources."""

    def __init__(self, batch: Batch) -> None:
        problem = batch.problem
        self.batch = batch
        self.cells = np.flatnonzero(batch.cell_may_bind)
        self._cell_row = np.full(problem.n_cells, -1)
        self._cell_row[self.cells] = problem.n_orders + np.arange(len(self.cells))
        self.first_resource = problem.n_orders + len(self.cells)
        self.wanted = np.flatnonzero(problem.resource_least > 0)
        self.first_least = self.first_resource + problem.n_resources
        self._least_row = np.full(problem.n_resources, -1)
        self._least_row[self.wanted] = self.first_least + np.arange(len(self.wanted))
        self.n = self.first_least + len(self.wanted)
        self._arc_offer = problem.arc_offer

    def empty_master(self) -> LinearModel:
        """Nobody is served; only missing use of resources is in the columns."""
        problem, n = self.batch.problem, len(self.wanted)
        lower = np.full(self.n, -np.inf)
        upper = np.ones(self.n)
        upper[problem.n_orders : self.first_resource] = self.batch.cell_packs[self.cells]
        upper[self.first_resource : self.first_least] = problem.resource_capacity
        lower[self.first_least :] = problem.resource_least[self.wanted]
        upper[self.first_least :] = np.inf
        return LinearModel(
            columns=Columns(
                cost=problem.resource_short_mfen[self.wanted] / 1000,
                lower=np.zeros(n),
                upper=np.full(n, np.inf),
                is_integer=np.zeros(n, dtype=np.bool_),
            ),
            rows=rows_from_triplets(
                self.first_least + np.arange(n), np.arange(n), np.ones(n), lower=lower, upper=upper
            ),
            offset=float((problem.line_units * problem.line_unserved_fen).sum()),
        )

    def columns(self, ways: Ways) -> NewColumns:
        """Cost of each way over not serving its order, and what it takes."""
        row, col, value = self.entries(ways)
        key = col * self.n + row
        places, back = np.unique(key, return_inverse=True)
        sums = np.bincount(back, value, len(places))
        counts = np.bincount(places // self.n, minlength=ways.n)
        return NewColumns(
            cost=self.costs(ways),
            upper=np.ones(ways.n),
            ptr=np.concatenate(([0], np.cumsum(counts))).astype(np.int64),
            row=(places % self.n).astype(np.int32),
            value=sums.astype(np.float64),
        )

    def costs(self, ways: Ways) -> FloatArray:
        """(k,) fen."""
        tables, problem = self.batch.tables, self.batch.problem
        line = problem.arc_line[ways.arc]
        rate = tables.arc[ways.arc, ARC_FEN] - tables.line[line, UNSERVED_FEN]
        way = np.repeat(np.arange(ways.n), np.diff(ways.ptr))
        cost = np.bincount(way, rate * ways.packs, ways.n)
        pairs = np.unique(way * np.int64(problem.n_offers) + self._arc_offer[ways.arc])
        owner, offer = np.divmod(pairs, max(1, problem.n_offers))
        total = cost + np.bincount(owner, problem.offer_fen[offer], ways.n)
        return total.astype(np.float64)

    def entries(self, ways: Ways) -> tuple[LongArray, LongArray, FloatArray]:
        """Row, way and coefficient of what ways take; equal places are to be added."""
        problem, tables = self.batch.problem, self.batch.tables
        way = np.repeat(np.arange(ways.n), np.diff(ways.ptr))
        cell = self._cell_row[problem.arc_cell[ways.arc]]
        kept = cell >= 0
        offer = self._arc_offer[ways.arc]
        is_first = np.concatenate(([True], (offer[1:] != offer[:-1]) | (way[1:] != way[:-1])))
        n_draws = np.diff(problem.offer_draw_ptr)[offer]
        of = np.repeat(np.arange(len(offer)), n_draws)
        within = np.arange(len(of)) - np.repeat(np.cumsum(n_draws) - n_draws, n_draws)
        draw = problem.offer_draw_ptr[offer[of]] + within
        resource = problem.offer_draw_resource[draw]
        measure = problem.resource_measure[resource]
        amount = tables.line[problem.arc_line[ways.arc[of]], AMOUNT + measure] * ways.packs[of]
        amount = np.where(
            measure == PARCELS, is_first[of] * problem.offer_draw_booked[draw], amount
        )
        least = self._least_row[resource]
        return (
            np.concatenate(
                (ways.order, cell[kept], self.first_resource + resource, least[least >= 0])
            ).astype(np.int64),
            np.concatenate((np.arange(ways.n), way[kept], way[of], way[of][least >= 0])),
            np.concatenate((np.ones(ways.n), ways.packs[kept], amount, amount[least >= 0])).astype(
                np.float64
            ),
        )

    def prices(self, duals: FloatArray) -> Prices:
        """Prices of cells and resources from the rows' multipliers."""
        problem = self.batch.problem
        cell = np.zeros(problem.n_cells)
        cell[self.cells] = np.maximum(0.0, -duals[problem.n_orders : self.first_resource])
        resource = np.maximum(0.0, -duals[self.first_resource : self.first_least])
        resource[self.wanted] -= np.maximum(0.0, duals[self.first_least :])
        return Prices(cell=cell, resource=resource)

    def whole_master(self, ways: Ways) -> LinearModel:
        """The master with some ways, each taken or not."""
        base = self.empty_master()
        row, col, value = self.entries(ways)
        n_short, n = base.columns.n_columns, base.columns.n_columns + ways.n
        is_integer = np.ones(n, dtype=np.bool_)
        is_integer[:n_short] = False
        own = np.repeat(np.arange(self.n), np.diff(base.rows.ptr))
        return LinearModel(
            columns=Columns(
                cost=np.concatenate((base.columns.cost, self.costs(ways))),
                lower=np.zeros(n),
                upper=np.concatenate((base.columns.upper, np.ones(ways.n))),
                is_integer=is_integer,
            ),
            rows=rows_from_triplets(
                np.concatenate((own, row)),
                np.concatenate((base.rows.col, col + n_short)),
                np.concatenate((base.rows.value, value)),
                lower=base.rows.lower,
                upper=base.rows.upper,
            ),
            offset=base.offset,
        )

    def fitting(self, columns: NewColumns, sequence: LongArray) -> npt.NDArray[np.bool_]:
        """(k,) ways that fit, taken in a sequence, one of an order, within stock and capacity."""
        upper = self.empty_master().rows.upper
        left = np.where(np.isfinite(upper), upper, np.inf)
        taken = np.zeros(len(columns.cost), dtype=np.bool_)
        for k in sequence.tolist():
            inside = slice(columns.ptr[k], columns.ptr[k + 1])
            row, amount = columns.row[inside], columns.value[inside]
            if bool(np.all(amount <= left[row])):
                left[row] -= amount
                taken[k] = True
        return taken

    def reduced_costs(self, ways: Ways, prices: Prices, value: FloatArray) -> FloatArray:
        """(k,) what a plan costs at least more than the bound if it has the way."""
        problem = self.batch.problem
        nothing = np.bincount(
            problem.line_order, problem.line_units * problem.line_unserved_fen, problem.n_orders
        )
        duals = np.zeros(self.n)
        duals[: problem.n_orders] = value - nothing
        duals[problem.n_orders : self.first_resource] = -prices.cell[self.cells]
        duals[self.first_resource : self.first_least] = -np.maximum(0.0, prices.resource)
        duals[self.first_least :] = np.maximum(0.0, -prices.resource[self.wanted])
        row, col, amount = self.entries(ways)
        return self.costs(ways) - np.bincount(col, duals[row] * amount, ways.n)

    def plan_of(self, ways: Ways, values: FloatArray) -> IntArray:
        """(A,) packs of the ways that are taken at a point of :meth:`whole_master`."""
        taken = values[len(self.wanted) :] > _TAKEN
        chosen = select_ways(ways, taken)
        arc_packs = self.batch.no_plan()
        arc_packs[chosen.arc] = chosen.packs
        return arc_packs

    def point_of(self, is_taken: npt.NDArray[np.bool_], missing: LongArray) -> FloatArray:
        """A point of :meth:`whole_master` from the ways taken and the missing use, (R,)."""
        return np.concatenate((missing[self.wanted], is_taken)).astype(np.float64)
