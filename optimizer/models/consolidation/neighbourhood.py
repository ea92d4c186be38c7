"""
Large neighbourhoods: most of the plan stands, a related part is solved as a mixed-integer model.

Which part: shipments that compete for the same buckets, or those on whose columns the relaxation
disagrees with the plan most. Which columns: for each free shipment those with the least reduced
costs, and its present one.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from optimizer.models.consolidation.exact import read_point, write_point
from optimizer.models.consolidation.formulation import build, layout
from optimizer.models.consolidation.problem import UNSERVED, BoolArray, LongArray
from optimizer.models.consolidation.relaxation import Relaxation
from optimizer.models.consolidation.state import State
from optimizer.solvers.highs import solve_mip
from optimizer.solvers.limits import Deadline
from optimizer.solvers.linear import (
    FloatArray,
    LinearModel,
    count_weighted,
    restrict,
    stack_rows,
)
from optimizer.solvers.status import SolverResult, SolverStatus

_FIRST_SIZE = 40
_LEAST_SIZE = 12
_COLUMNS_EACH = 12
_GAP = 0.002
_MAX_NODES = 60
_TIME_S = 6.0
_COMBINE_S = 10.0
_SCARCE_SHARE = 0.3
_RESOURCE_SHARE = 0.1


@dataclass(slots=True)
class _Guide:
    """What the relaxation said last: reduced costs, shares, and the model with its cuts."""

    reduced: FloatArray
    values: FloatArray
    model: LinearModel


class Neighbourhoods:
    """
    Improves a state by solving parts of it.

    Parameters
    ----------
    state
        Changed in place; its cost never rises.
    seed
        Of the choice of parts.
    """

    def __init__(self, state: State, seed: int) -> None:
        self.state = state
        self.rng = np.random.default_rng(seed)
        self.size = min(_FIRST_SIZE, state.problem.n_shipments)
        self.columns_each = _COLUMNS_EACH
        self._full = build(state.problem)
        self._place = layout(state.problem)
        self._guide = _Guide(self._full.columns.cost, np.zeros(self._place.n), self._full)

    def follow(self, relaxation: Relaxation) -> None:
        """Take the reduced costs, the point and the cuts of a relaxation as a guide."""
        if relaxation.values is None:
            return
        model = self._full
        cuts = list(relaxation.cuts)
        if cuts:
            rows = stack_rows([model.rows, relaxation.cut_rows(cuts)])
            model = LinearModel(columns=model.columns, rows=rows)
        self._guide = _Guide(relaxation.reduced.copy(), relaxation.values.copy(), model)

    def step(self, deadline: Deadline) -> bool:
        """Solve one neighbourhood; whether the plan became cheaper."""
        before = self.state.cost_fen
        result = self._solve(self._free_variables(self._choose()), _TIME_S, deadline)
        self._resize(result.status is SolverStatus.OPTIMAL)
        return self.state.cost_fen < before

    def combine(self, plans: list[list[int]], deadline: Deadline) -> bool:
        """Solve over the columns of several plans and of the state's; whether it became cheaper."""
        before, place = self.state.cost_fen, self._place
        is_free = np.zeros(place.n, dtype=np.bool_)
        is_free[place.u : place.y] = True
        for columns in (*plans, self.state.column):
            is_free[[q for q in columns if q != UNSERVED]] = True
        self._free_units(is_free)
        self._solve(is_free, _COMBINE_S, deadline)
        return self.state.cost_fen < before

    def _solve(self, is_free: BoolArray, time_s: float, deadline: Deadline) -> SolverResult:
        point = write_point(self.state)
        part = restrict(self._guide.model, is_free, point)
        result = solve_mip(
            part.model,
            time_s=min(time_s, deadline.left_s),
            gap=_GAP,
            seed=int(self.rng.integers(1 << 20)),
            start=point[part.free],
            max_nodes=_MAX_NODES,
            should_stop=lambda: deadline.is_over,
        )
        if result.values is not None and not deadline.is_over:
            self._adopt(part.expand(result.values, point))
        return result

    def _adopt(self, values: FloatArray) -> None:
        state = self.state
        columns, units = read_point(state, values)
        moved = {k: q for k, q in columns.items() if q != state.column[k]}
        before = state.cost_fen
        state.begin()
        if not state.adopt(moved, units) or state.cost_fen >= before:
            state.undo()

    def _resize(self, is_solved: bool) -> None:
        """Grow what is solved within the limits: more shipments, then more columns of each."""
        n = self.state.problem.n_shipments
        if not is_solved:
            self.size = max(_LEAST_SIZE, int(self.size * 0.8))
        elif self.size < n:
            self.size = min(n, int(self.size * 1.2) + 1)
        else:
            # No shipment has more columns than there are; unbounded, it would overflow in time.
            self.columns_each = min(self.state.problem.n_columns, int(self.columns_each * 1.5))
            self.size = max(_LEAST_SIZE, n // 2)

    # ---------------------------------------------------------------- what is free

    def _choose(self) -> LongArray:
        """Shipments to set free: a seed, and those who have most to do with those chosen."""
        n = self.state.problem.n_shipments
        if self.size >= n:
            return np.arange(n)
        index, rng = self.state.index, self.rng
        weight, scarce = self._pair_weight(), self._scarce()
        chosen = np.zeros(n, dtype=np.bool_)
        chosen[self._seed()] = True
        while int(chosen.sum()) < self.size:
            mass = self._bucket_mass(weight * chosen[index.pair_shipment], scarce)
            affinity = count_weighted(index.pair_shipment, mass[index.pair_bucket] * weight, n)
            affinity = np.where(chosen, -1.0, affinity * rng.uniform(0.3, 1.0, n))
            n_more = max(1, min(self.size - int(chosen.sum()), int(chosen.sum())))
            best = np.argsort(-affinity, kind="stable")[:n_more]
            best = best[affinity[best] > 0]
            if len(best) == 0:
                others = np.flatnonzero(~chosen)
                best = rng.choice(others, size=min(n_more, len(others)), replace=False)
            chosen[best] = True
        return np.flatnonzero(chosen)

    def _scarce(self) -> BoolArray:
        """(R,) bool, resources of which little is left."""
        capacity = self.state.problem.resource_capacity
        return np.asarray(self.state.free, dtype=np.int64) < _SCARCE_SHARE * capacity

    def _bucket_mass(self, pair_mass: FloatArray, scarce: BoolArray) -> FloatArray:
        """(B,) how much the shipments chosen have to do with each bucket, or with its resources."""
        p, index = self.state.problem, self.state.index
        mass = count_weighted(index.pair_bucket, pair_mass, p.n_buckets)
        option = np.repeat(np.arange(p.n_options), np.diff(p.option_draw_ptr))
        bucket, resource = p.option_bucket[option], p.option_draw_resource
        through = scarce[resource] & (p.option_draw_amount > 0)
        bucket, resource = bucket[through], resource[through]
        shared = count_weighted(resource, mass[bucket], p.n_resources)
        return mass + _RESOURCE_SHARE * count_weighted(bucket, shared[resource], p.n_buckets)

    def _seed(self) -> int:
        """A shipment, the likelier the dearer its column is in the eyes of the relaxation."""
        state = self.state
        reduced = np.array(
            [
                self._guide.reduced[column if column != UNSERVED else self._place.u + k]
                for k, column in enumerate(state.column)
            ]
        )
        regret = np.maximum(0.0, reduced) + 1.0
        regret += 0.3 * float(regret.mean())
        return int(self.rng.choice(len(regret), p=regret / regret.sum()))

    def _pair_weight(self) -> FloatArray:
        """(L,) how much a shipment and a bucket have to do with each other."""
        state, index = self.state, self.state.index
        share = count_weighted(
            index.entry_pair, self._guide.values[index.entry_col], len(index.pair_bucket)
        )
        now = np.array(
            [
                k in state.members[b]
                for k, b in zip(
                    index.pair_shipment.tolist(), index.pair_bucket.tolist(), strict=True
                )
            ]
        )
        return share + now + 0.02

    def _free_variables(self, shipments: LongArray) -> BoolArray:
        """Columns worth a look of the free shipments, and the units of all buckets they touch."""
        state, place = self.state, self._place
        is_free = np.zeros(place.n, dtype=np.bool_)
        for k in shipments.tolist():
            columns = np.asarray(state.shipment_cols[k], dtype=np.int64)
            is_free[place.u + k] = True
            if len(columns) == 0:
                continue
            order = np.argsort(self._guide.reduced[columns], kind="stable")
            is_free[columns[order[: self.columns_each]]] = True
            if state.column[k] != UNSERVED:
                is_free[state.column[k]] = True
        self._free_units(is_free)
        return is_free

    def _free_units(self, is_free: BoolArray) -> None:
        """Set free, in place, the units of all buckets that a free column rides in."""
        index, problem = self.state.index, self.state.problem
        touched = np.zeros(problem.n_buckets, dtype=np.bool_)
        touched[index.entry_bucket[is_free[index.entry_col]]] = True
        is_free[self._place.y :] = touched[problem.option_bucket]
