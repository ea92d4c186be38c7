"""
From the relaxation to a plan: decide a little, solve again, and so on.

Units that are almost whole are opened; their price is then sunk, so the next solve draws shipments
into what is open, as a planner would fill a booked container. Shipments that the relaxation is
surest about are then held on their column. What comes out is packed and polished.
"""

from __future__ import annotations

from math import inf

import numpy as np

from optimizer.models.consolidation.formulation import layout
from optimizer.models.consolidation.heuristic import Heuristic
from optimizer.models.consolidation.problem import BoolArray, LongArray
from optimizer.models.consolidation.state import State
from optimizer.solvers.highs_lp import GrowingLp
from optimizer.solvers.limits import Deadline
from optimizer.solvers.linear import FloatArray, LinearModel, restrict
from optimizer.solvers.status import SolverStatus

_COLUMNS_EACH = 15
_SURE_UNIT = 0.7
_SHARE_A_STEP = 0.1
_WHOLE = 1e-4


def dive(
    state: State,
    model: LinearModel,
    reduced: FloatArray,
    rng: np.random.Generator,
    deadline: Deadline,
    *,
    noise: float = 0.0,
    opens_units: bool = True,
) -> list[int]:
    """
    Round the relaxation to a plan and keep it if it is cheaper than the state's.

    Parameters
    ----------
    state
        Changed in place; its cost never rises.
    model
        The relaxation with its linking rows and cuts, in the layout of the formulation.
    reduced
        (n,) reduced costs, which say what columns are worth a look.
    rng
        Of the noise.
    noise
        Standard deviation added to fractions before the surest are taken; 0 for none.
    opens_units
        Whether almost whole units are opened; else only shipments are held.

    Returns
    -------
    Column of each shipment in the plan found, also where the state kept its own; empty if none.
    """
    nothing = np.zeros(layout(state.problem).n)
    part = restrict(model, _worth_a_look(state, reduced), nothing)
    steps = _Steps(state, part.free, rng, noise)
    lp = GrowingLp(part.model, int(rng.integers(1 << 20)))
    lp.should_stop = lambda: deadline.is_cancelled
    values: FloatArray | None = None
    while not deadline.is_over:
        result = lp.solve(deadline.left_s)
        if result.status is not SolverStatus.OPTIMAL or result.values is None:
            break  # what is held overdraws a resource: the last point is as far as it goes
        values = result.values
        lower, upper = lp.model.columns.lower.copy(), lp.model.columns.upper.copy()
        if opens_units:
            steps.open_units(values, lower, upper)
        if not steps.hold_shipments(values, lower):
            break
        lp.change_bounds(lower, upper)
    if values is None or deadline.is_over:
        return []
    return _take_over(state, part.expand(values, nothing), rng, deadline)


def _worth_a_look(state: State, reduced: FloatArray) -> BoolArray:
    place, index = layout(state.problem), state.index
    is_free = np.zeros(place.n, dtype=np.bool_)
    is_free[place.u : place.y] = True
    for columns in state.shipment_cols:
        if columns:
            all_columns = np.asarray(columns, dtype=np.int64)
            order = np.argsort(reduced[all_columns], kind="stable")
            is_free[all_columns[order[:_COLUMNS_EACH]]] = True
    touched = np.zeros(state.problem.n_buckets, dtype=np.bool_)
    touched[index.entry_bucket[is_free[index.entry_col]]] = True
    is_free[place.y :] = touched[state.problem.option_bucket]
    return is_free


class _Steps:
    """
    What one step of a dive decides.

    Parameters
    ----------
    state
        For shipments and resources; not changed.
    free
        Positions of the dive's variables in the layout of the formulation.
    rng, noise
        Added to fractions before the surest are taken.
    """

    def __init__(
        self, state: State, free: LongArray, rng: np.random.Generator, noise: float
    ) -> None:
        place, problem = layout(state.problem), state.problem
        self._problem, self._rng, self._noise = problem, rng, noise
        self._columns = np.flatnonzero(free < place.u)
        self._shipment = problem.col_shipment[free[self._columns]]
        self._units = np.flatnonzero(free >= place.y)
        self._draws = [state.option_draws[o] for o in (free[self._units] - place.y).tolist()]

    def open_units(self, values: FloatArray, lower: FloatArray, upper: FloatArray) -> None:
        """Round almost whole units up while resources last; bounds are changed in place."""
        left = self._problem.resource_capacity.tolist()
        for i, at in enumerate(self._units.tolist()):
            for r, amount in self._draws[i] if lower[at] > 0 else ():
                left[r] -= int(lower[at]) * amount
        units = values[self._units]
        fraction = units - np.floor(units + _WHOLE)
        sure = np.flatnonzero((fraction > _SURE_UNIT) & (units < upper[self._units] + _WHOLE))
        for i in sure.tolist():
            at = self._units[i]
            target = min(np.ceil(units[i] - _WHOLE), upper[at])
            more = int(target - lower[at])
            if all(more * amount <= left[r] for r, amount in self._draws[i]):
                lower[at] = target
                for r, amount in self._draws[i]:
                    left[r] -= more * amount

    def hold_shipments(self, values: FloatArray, lower: FloatArray) -> bool:
        """Hold a share of the undecided shipments on their best column; False if none is left."""
        x = values[self._columns]
        by_value = np.argsort(x, kind="stable")
        best = np.full(self._problem.n_shipments, -1)
        best[self._shipment[by_value]] = by_value
        value = np.where(best >= 0, x[best], 0.0)
        undecided = np.flatnonzero((value > _WHOLE) & (value < 1 - _WHOLE))
        if len(undecided) == 0:
            return False
        score = value[undecided] + self._noise * self._rng.standard_normal(len(undecided))
        n_held = max(1, int(_SHARE_A_STEP * len(undecided)))
        held = undecided[np.argsort(-score, kind="stable")[:n_held]]
        lower[self._columns[best[held]]] = 1.0
        return True


def _take_over(
    state: State, values: FloatArray, rng: np.random.Generator, deadline: Deadline
) -> list[int]:
    """Serve everybody as the point says, polish, keep the cheaper plan, and tell the one found."""
    before, saved = state.cost_fen, state.snapshot()
    wanted: dict[int, int] = {}
    for k, columns in enumerate(state.shipment_cols):
        state.take_out(k)
        best = max(columns, key=lambda q: values[q], default=-1)
        if best >= 0 and values[best] > 0.5:  # noqa: PLR2004
            wanted[k] = best
    state.serve(wanted)
    search = Heuristic(state, int(rng.integers(1 << 20)), Deadline(inf))
    left = [k for k, column in enumerate(state.column) if column < 0]
    for k in sorted(left, key=lambda k: (-state.unserved_fen[k], k)):
        search.insert_best(k)
    search.deadline = deadline
    for _ in range(2):
        if not search.relocate_each() + search.empty_each():
            break
    found = list(state.column)
    if state.cost_fen >= before:
        state.restore(saved)
    return found
