"""
The model solved exactly: mixed-integer optimum, packing question, and rows for what does not pack.

The aggregate model says only that mass and volume suffice in sum. Its optimum is packed; contents S
of a bucket that a constraint search cannot pack into the units chosen are excluded by

    sum_o delta[o]  >=  sum_{k in S} z[k,b] - |S| + 1,     y[o] >= (y*[o] + 1) delta[o],

which says: not all of S, or more units of some type. Every plan satisfies it, since fewer units
cannot pack what these do not. Then the model is solved again.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from optimizer.models.consolidation.formulation import FEN_PER_UNIT, build, layout
from optimizer.models.consolidation.packing import Packer, PackingUnknown
from optimizer.models.consolidation.problem import UNSERVED
from optimizer.models.consolidation.state import State, Units
from optimizer.solvers.limits import Deadline, SolveLimits
from optimizer.solvers.linear import (
    Columns,
    FloatArray,
    LinearModel,
    Rows,
    rows_from_triplets,
    stack_rows,
)
from optimizer.solvers.mathopt import solve_in_child, solve_mathopt
from optimizer.solvers.status import SolverResult, SolverStatus

MipSolver = Callable[[LinearModel, FloatArray, float], SolverResult]
"""Model, feasible start, seconds -> result."""

_HALF = 0.5


def mathopt_solver(name: str, limits: SolveLimits, *, in_child: bool = True) -> MipSolver:
    """A solver of MathOpt, ``highs`` or ``scip``, for ``solve_exactly``."""

    def run(model: LinearModel, start: FloatArray, time_s: float) -> SolverResult:
        within = SolveLimits(
            time_s=max(0.1, time_s), gap=0.0, seed=limits.seed, n_threads=limits.n_threads
        )
        solver = solve_in_child if in_child else solve_mathopt
        return solver(model, name, within, start=start)

    return run


def solve_exactly(
    state: State,
    run: MipSolver,
    deadline: Deadline,
    *,
    model: LinearModel | None = None,
    on_improved: Callable[[], None] | None = None,
) -> float:
    """
    Bring a state to the optimum of its problem, or as near as time allows.

    Parameters
    ----------
    state
        Changed in place; its cost never rises.
    run
        Solves one mixed-integer model.
    model
        The formulation, with bounds and rows that no better plan breaks; by default all of it.
    on_improved
        Called when the state became cheaper.

    Returns
    -------
    Fen that no plan costs less than; minus infinity if nothing was proved.
    """
    model = model or build(state.problem)
    n_base = model.columns.n_columns
    proved = -np.inf
    while not deadline.is_over:
        start = _extended_start(state, model, n_base)
        result = run(model, start, deadline.left_s)
        if np.isfinite(result.bound):
            proved = max(proved, result.bound * FEN_PER_UNIT)
        if result.values is None:
            # The state itself is feasible, so a proof of infeasibility means: nothing is better.
            return state.cost_fen if result.status is SolverStatus.INFEASIBLE else proved
        before = state.cost_fen
        adopt_point(state, result.values[:n_base])
        if state.cost_fen < before and on_improved is not None:
            on_improved()
        if proved > state.cost_fen - 1 + _HALF / 10:
            return min(proved, state.cost_fen)
        if result.status is not SolverStatus.OPTIMAL:
            return proved
        try:
            extended = exclude_unpackable(model, state, result.values)
        except PackingUnknown:
            return proved
        if extended is None:
            return proved
        model = extended
    return proved


def read_point(state: State, values: FloatArray) -> tuple[dict[int, int], dict[int, Units]]:
    """Column of each shipment and units of each bucket in a point of the formulation."""
    place = layout(state.problem)
    columns = dict.fromkeys(range(state.problem.n_shipments), UNSERVED)
    for q in np.flatnonzero(values[: place.u] > _HALF).tolist():
        columns[state.col_shipment[q]] = q
    units: dict[int, Units] = {}
    counts = np.rint(values[place.y : place.n]).astype(np.int64)
    for o in np.flatnonzero(counts > 0).tolist():
        b = int(state.problem.option_bucket[o])
        units[b] = (*units.get(b, ()), *([o] * int(counts[o])))
    return columns, units


def write_point(state: State) -> FloatArray:
    """(n,) the state in the layout of the formulation."""
    place = layout(state.problem)
    values = np.zeros(place.n)
    for k, column in enumerate(state.column):
        values[column if column != UNSERVED else place.u + k] = 1.0
    for units in state.units:
        for o in units:
            values[place.y + o] += 1.0
    return values


def adopt_point(state: State, values: FloatArray) -> None:
    """Take over a point of the formulation if it packs and lowers the cost."""
    columns, units = read_point(state, values)
    before = state.cost_fen
    state.begin()
    try:
        if not state.adopt(columns, units, exactly=True) or state.cost_fen >= before:
            state.undo()
    except PackingUnknown:
        state.undo()


def _extended_start(state: State, model: LinearModel, n_base: int) -> FloatArray:
    """The state as a start; indicators of later rows are set wherever they may be."""
    values = np.zeros(model.columns.n_columns)
    values[:n_base] = write_point(state)
    for i in range(n_base, model.columns.n_columns):
        indicator = np.flatnonzero((model.rows.col == i) & (model.rows.value < -_HALF))
        row = int(np.searchsorted(model.rows.ptr, indicator[0], side="right")) - 1
        span = slice(model.rows.ptr[row], model.rows.ptr[row + 1])
        columns, coefficients = model.rows.col[span], model.rows.value[span]
        others = columns != i
        have = float(coefficients[others] @ values[columns[others]])
        values[i] = float(have >= -float(coefficients[~others][0]))
    return values


def exclude_unpackable(model: LinearModel, state: State, values: FloatArray) -> LinearModel | None:
    """
    The model with rows and indicators against what its point cannot pack; None if all packs.

    Raises
    ------
    PackingUnknown
        It could not be decided for some bucket.
    """
    packer = state.packer
    columns, units = read_point(state, values)
    contents: dict[int, list[int]] = {}
    for k, q in columns.items():
        for b in state.col_buckets[q] if q != UNSERVED else ():
            contents.setdefault(b, []).append(k)
    found = []
    for b, inside in sorted(contents.items()):
        chosen = units.get(b, ())
        if packer.exact(sorted(inside), chosen) is None:
            found.append((b, _smallest_unpackable(packer, sorted(inside), chosen), chosen))
    if not found:
        return None
    for b, inside, chosen in found:
        model = _exclude(state, model, b, inside, chosen)
    return model


def _smallest_unpackable(packer: Packer, inside: list[int], units: Units) -> list[int]:
    """A subset that still does not pack, from which nobody can be left out."""
    for k in list(inside):
        rest = [j for j in inside if j != k]
        if rest and packer.exact(rest, units) is None:
            inside = rest
    return inside


def _exclude(
    state: State, model: LinearModel, bucket: int, inside: list[int], units: Units
) -> LinearModel:
    place, columns = layout(state.problem), model.columns
    options = state.menus.options[bucket]
    counts = {o: units.count(o) for o in options}
    raisable = [o for o in options if columns.upper[place.y + o] > counts[o]]
    n, m = columns.n_columns, len(raisable)
    row: list[int] = []
    col: list[int] = []
    value: list[float] = []
    for i, o in enumerate(raisable):  # y - (y* + 1) delta >= 0
        row += [i, i]
        col += [place.y + o, n + i]
        value += [1.0, -float(counts[o] + 1)]
    riding = [q for k in inside for q in state.shipment_cols[k] if bucket in state.col_buckets[q]]
    row += [m] * (m + len(riding))  # sum delta - sum z >= 1 - |S|
    col += [n + i for i in range(m)] + riding
    value += [1.0] * m + [-1.0] * len(riding)
    lower = np.zeros(m + 1)
    lower[m] = 1.0 - len(inside)
    rows = rows_from_triplets(
        np.array(row), np.array(col), np.array(value), lower=lower, upper=np.full(m + 1, np.inf)
    )
    return LinearModel(
        columns=_with_indicators(columns, m),
        rows=stack_rows([_without_names(model.rows), rows]),
        offset=model.offset,
    )


def _without_names(rows: Rows) -> Rows:
    return Rows(ptr=rows.ptr, col=rows.col, value=rows.value, lower=rows.lower, upper=rows.upper)


def _with_indicators(columns: Columns, n_more: int) -> Columns:
    return Columns(
        cost=np.append(columns.cost, np.zeros(n_more)),
        lower=np.append(columns.lower, np.zeros(n_more)),
        upper=np.append(columns.upper, np.ones(n_more)),
        is_integer=np.append(columns.is_integer, np.ones(n_more, dtype=np.bool_)),
    )
