"""
The bound: a linear relaxation that grows linking rows and unit price cuts where it is broken.

The bound never rests on a solver's word. It is computed from the multipliers by weak duality
(``solvers.highs.dual_bound``), so any stop, at any time, leaves a valid one.
"""

from __future__ import annotations

from dataclasses import replace
from math import ceil

import numpy as np

from optimizer.models.consolidation.envelope import (
    MAX_SUPPORT,
    EnvelopeSeparator,
    UnitPriceCut,
    set_prices,
    subset_sums,
)
from optimizer.models.consolidation.formulation import (
    FEN_PER_UNIT,
    build,
    define_linking,
    layout,
)
from optimizer.models.consolidation.index import Index
from optimizer.models.consolidation.menu import Menus
from optimizer.models.consolidation.problem import UNSERVED, BoolArray, IntArray, LongArray, Problem
from optimizer.models.consolidation.state import State
from optimizer.solvers.highs_lp import GrowingLp
from optimizer.solvers.limits import Deadline
from optimizer.solvers.linear import (
    FloatArray,
    LinearModel,
    Rows,
    count_weighted,
    dual_bound,
    row_products,
    rows_from_triplets,
    stack_rows,
)
from optimizer.solvers.status import SolverStatus

_BROKEN = 1e-5
_FAR_FROM_TIGHT = 0.2
_ROUNDING_FEN = 0.05
"""Allowance for the rounding of sums of floats before a bound is rounded up to whole fen."""


class Relaxation:
    """
    The linear relaxation of a problem, and what it proves.

    Parameters
    ----------
    problem, index, menus
        Of the consolidation model.
    seed
        Of the solver.

    Attributes
    ----------
    bound_fen
        No plan costs less than this, or than the cost that ``fix`` was told.
    values
        (n,) last point, in the layout of the formulation; None before ``solve``.
    reduced
        (n,) yuan, reduced costs of the best bound.
    """

    def __init__(self, problem: Problem, index: Index, menus: Menus, seed: int = 1) -> None:
        self.problem, self.index, self.menus = problem, index, menus
        self.place = layout(problem)
        self.all_links = define_linking(problem, index)
        model = build(problem)
        self._n_base = model.rows.n_rows - self.all_links.n_rows
        self._lp = GrowingLp(model, seed)
        self._linked = np.ones(self.all_links.n_rows, dtype=np.bool_)
        self._separator = EnvelopeSeparator(seed)
        self.cuts: list[UnitPriceCut] = []
        self.bound_fen = 0
        self.values: FloatArray | None = None
        self.reduced = np.zeros(self.place.n)
        self._best = -np.inf
        self._pair_col, self._pair_col_ptr = _pair_columns(index)
        order = np.argsort(index.pair_bucket, kind="stable")
        ends = np.searchsorted(index.pair_bucket[order], np.arange(problem.n_buckets + 1))
        self._bucket_pairs = [order[ends[b] : ends[b + 1]] for b in range(problem.n_buckets)]
        self._duals = np.zeros(model.rows.n_rows)

    # ---------------------------------------------------------------- solving

    def solve_root(self, deadline: Deadline) -> bool:
        """Solve with all linking rows, then keep those near their limit; whether it was solved."""
        if not self._solve(deadline) or self.values is None:
            return False
        near = -row_products(self.all_links, self.values) < _FAR_FROM_TIGHT
        self._linked = (self._duals[self._n_base :] != 0) | (near & (self.shares() > _BROKEN))
        kept = np.ones(self._lp.model.rows.n_rows, dtype=np.bool_)
        kept[self._n_base :] = self._linked
        self._lp.keep_rows(kept)
        return True

    def tighten(self, deadline: Deadline) -> bool:
        """
        One round: separate rows that the last point breaks, add them, solve again.

        Returns
        -------
        Whether anything was broken and there was time; False ends the loop.
        """
        if self.values is None:
            return False
        activity = row_products(self.all_links, self.values)
        broken = np.flatnonzero((activity > _BROKEN) & ~self._linked)
        cuts = self._unit_price_cuts(deadline)
        if len(broken) == 0 and not cuts:
            return False
        self._linked[broken] = True
        self.cuts.extend(cuts)
        rows = [define_linking(self.problem, self.index, broken)] if len(broken) else []
        rows += [self.cut_rows(cuts)] if cuts else []
        self._lp.add_rows(stack_rows(rows))
        return self._solve(deadline)

    def _solve(self, deadline: Deadline) -> bool:
        self._lp.should_stop = lambda: deadline.is_cancelled
        result = self._lp.solve(deadline.left_s)
        if result.row_duals is None or result.values is None:
            return False
        bound, reduced = dual_bound(self._lp.model, result.row_duals)
        if bound > self._best:
            self._best, self.reduced = bound, reduced
            proved_fen = ceil(bound * FEN_PER_UNIT - _ROUNDING_FEN)
            self.bound_fen = max(self.bound_fen, proved_fen)
        if result.status is not SolverStatus.OPTIMAL:
            return False
        self.values, self._duals = result.values, result.row_duals
        return True

    # ---------------------------------------------------------------- using it

    def may_improve(self, cost_fen: int) -> BoolArray:
        """
        (n,) bool, variables that can be positive in a plan that costs less than ``cost_fen``.

        A variable whose reduced cost lifts the bound to the cost is out: weak duality again.
        """
        room = (cost_fen - 1 + _ROUNDING_FEN) / FEN_PER_UNIT - self._best
        return self.reduced <= room

    def fix(self, cost_fen: int) -> None:
        """Leave out of the relaxation what cannot be in a plan cheaper than ``cost_fen``."""
        columns = self._lp.model.columns
        upper = np.where(self.may_improve(cost_fen), columns.upper, 0.0)
        self._lp.change_bounds(columns.lower, upper)

    def cancel(self) -> None:
        """Ask a solve in another thread to end."""
        self._lp.cancel()

    def exact_model(self, cost_fen: int, state: State) -> LinearModel:
        """
        The formulation without columns that cannot be in a plan cheaper than ``cost_fen``.

        The state's own columns stay, so that it is a feasible start. The cuts are in.
        """
        full = build(self.problem)
        useful = self.may_improve(cost_fen)
        useful[self.place.u :] = True
        useful[[q for q in state.column if q != UNSERVED]] = True
        upper = np.where(useful, full.columns.upper, 0.0)
        rows = [full.rows, self.cut_rows(self.cuts)] if self.cuts else [full.rows]
        return LinearModel(columns=replace(full.columns, upper=upper), rows=stack_rows(rows))

    @property
    def model(self) -> LinearModel:
        """The relaxation as it stands: base rows, the linking rows that matter, the cuts."""
        return self._lp.model

    def shares(self) -> FloatArray:
        """(L,) share of each pair of the index in the last point."""
        if self.values is None:
            return np.zeros(len(self.index.pair_bucket))
        index = self.index
        return count_weighted(
            index.entry_pair, self.values[index.entry_col], len(index.pair_bucket)
        )

    # ---------------------------------------------------------------- cuts

    def _unit_price_cuts(self, deadline: Deadline) -> list[UnitPriceCut]:
        if self.values is None:
            return []
        z, units = self.shares(), self.values[self.place.y :]
        prices = self.problem.option_fen / FEN_PER_UNIT
        fraction = np.abs(units - np.round(units)) > _BROKEN
        bucket = self.problem.option_bucket
        active = count_weighted(bucket, fraction, self.problem.n_buckets) > 0
        paid = count_weighted(bucket, prices * units, self.problem.n_buckets)
        found = []
        for b in np.flatnonzero(active).tolist():
            if deadline.is_over:
                break
            cut = self._cut(b, z, float(paid[b]))
            if cut is not None:
                found.append(cut)
        return found

    def _cut(self, bucket: int, z: FloatArray, paid: float) -> UnitPriceCut | None:
        p, pairs = self.problem, self._bucket_pairs[bucket]
        support = pairs[z[pairs] > _BROKEN]
        support = support[np.argsort(-z[support], kind="stable")][:MAX_SUPPORT]
        if len(support) == 0:
            return None
        riders = self.index.pair_shipment[support]
        kg, dm3 = p.kg[riders], p.dm3[riders]
        menu = self.menus.of(bucket, int(kg.sum()), int(dm3.sum()))
        prices = set_prices(menu, subset_sums(kg), subset_sums(dm3))
        found = self._separator.multipliers(prices, np.minimum(1.0, z[support]), paid)
        if found is None:
            return None
        alpha, gamma = found
        others = self._liftable(np.setdiff1d(pairs, support))
        riders = self.index.pair_shipment[others]
        more = self._separator.lift(menu, (kg, dm3, alpha, gamma), p.kg[riders], p.dm3[riders])
        pairs, alpha = np.concatenate((support, others)), np.concatenate((alpha, more))
        kept = alpha > 0
        return UnitPriceCut(bucket, pairs[kept], alpha[kept], gamma)

    def _liftable(self, pairs: LongArray) -> LongArray:
        """Pairs that could enter the relaxation, the likeliest first."""
        least = np.array(
            [
                self.reduced[
                    self._pair_col[self._pair_col_ptr[i] : self._pair_col_ptr[i + 1]]
                ].min()
                for i in pairs
            ]
        )
        return pairs[np.argsort(least, kind="stable")] if len(pairs) else pairs

    def cut_rows(self, cuts: list[UnitPriceCut]) -> Rows:
        """Rows of unit price cuts, each divided by its largest unit price."""
        row: list[LongArray] = []
        col: list[LongArray | IntArray] = []
        value: list[FloatArray] = []
        lower = np.zeros(len(cuts))
        for i, cut in enumerate(cuts):
            options = np.asarray(self.menus.options[cut.bucket])
            prices = self.problem.option_fen[options] / FEN_PER_UNIT
            scale = max(1.0, float(prices.max(initial=0.0)))
            counts = np.diff(self._pair_col_ptr)[cut.pairs]
            columns = np.concatenate(
                [
                    self._pair_col[self._pair_col_ptr[j] : self._pair_col_ptr[j + 1]]
                    for j in cut.pairs
                ]
            )
            col += [self.place.y + options, columns]
            value += [prices / scale, -np.repeat(cut.alpha, counts) / scale]
            row.append(np.full(len(options) + len(columns), i))
            lower[i] = -cut.gamma / scale
        return rows_from_triplets(
            np.concatenate(row),
            np.concatenate(col),
            np.concatenate(value),
            lower=lower,
            upper=np.full(len(cuts), np.inf),
        )


def _pair_columns(index: Index) -> tuple[IntArray, LongArray]:
    """Columns of each pair, and pointers into them."""
    order = np.argsort(index.entry_pair, kind="stable")
    counts = np.bincount(index.entry_pair, minlength=len(index.pair_bucket))
    return index.entry_col[order], np.concatenate(([0], np.cumsum(counts))).astype(np.int64)
