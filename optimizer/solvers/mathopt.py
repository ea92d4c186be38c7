"""
Linear and mixed-integer models through OR-Tools MathOpt: HiGHS, SCIP, GLOP, PDLP, CP-SAT.

Models go over as arrays in a proto; adding variables one by one takes ten times as long. HiGHS
behind MathOpt refuses a number of threads, and may overrun a time limit: use ``solve_in_child``
where a deadline matters.
"""

from __future__ import annotations

import time
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import numpy as np

from optimizer.errors import ModelError
from optimizer.solvers.child import ChildDied, run_in_child
from optimizer.solvers.limits import SolveLimits
from optimizer.solvers.linear import FloatArray, LinearModel
from optimizer.solvers.status import SolverResult, SolverStatus, failed

if TYPE_CHECKING:
    from ortools.math_opt import model_pb2

SOLVERS = ("highs", "scip", "glop", "pdlp", "cp_sat")
_NO_THREADS = ("highs", "glop")
_LP_ONLY = ("glop", "pdlp")
_GRACE_S = 1.0


def to_proto(model: LinearModel) -> model_pb2.ModelProto:
    """The model as a MathOpt proto; names are left out unless the model has them."""
    from ortools.math_opt import model_pb2

    proto = model_pb2.ModelProto()
    columns, rows = model.columns, model.rows
    variables = proto.variables
    variables.ids.extend(range(columns.n_columns))
    variables.lower_bounds.extend(columns.lower.tolist())
    variables.upper_bounds.extend(columns.upper.tolist())
    variables.integers.extend(columns.is_integer.tolist())
    variables.names.extend(columns.names)
    proto.objective.offset = model.offset
    priced = np.flatnonzero(columns.cost)
    proto.objective.linear_coefficients.ids.extend(priced.tolist())
    proto.objective.linear_coefficients.values.extend(columns.cost[priced].tolist())
    constraints = proto.linear_constraints
    constraints.ids.extend(range(rows.n_rows))
    constraints.lower_bounds.extend(rows.lower.tolist())
    constraints.upper_bounds.extend(rows.upper.tolist())
    constraints.names.extend(rows.names)
    row = np.repeat(np.arange(rows.n_rows), np.diff(rows.ptr))
    order = np.lexsort((rows.col, row))
    matrix = proto.linear_constraint_matrix
    matrix.row_ids.extend(row[order].tolist())
    matrix.column_ids.extend(rows.col[order].tolist())
    matrix.coefficients.extend(rows.value[order].tolist())
    return proto


def solve_mathopt(
    model: LinearModel,
    solver: str = "highs",
    limits: SolveLimits | None = None,
    *,
    start: FloatArray | None = None,
) -> SolverResult:
    """
    Solve in this process.

    Parameters
    ----------
    solver
        One of ``SOLVERS``. GLOP and PDLP solve the continuous relaxation.
    start
        (n,) float64, a point to begin from, given as a hint.

    Raises
    ------
    ModelError
        The solver is unknown, refuses the model, or the model is malformed.
    """
    from ortools.math_opt.python import mathopt

    if solver not in SOLVERS:
        raise ModelError(f"M615 there is no solver {solver!r}: use one of {', '.join(SOLVERS)}")
    limits = limits or SolveLimits()
    proto = to_proto(model)
    if solver in _LP_ONLY:
        del proto.variables.integers[:]
        proto.variables.integers.extend([False] * model.columns.n_columns)
    mathopt_model = mathopt.Model.from_model_proto(proto)
    type_name = "GSCIP" if solver == "scip" else solver.upper()
    parameters = _parameters(mathopt, solver, limits)
    hints = mathopt.ModelSolveParameters()
    if start is not None and solver not in _LP_ONLY:
        values = {mathopt_model.get_variable(j): float(v) for j, v in enumerate(start)}
        hints.solution_hints.append(mathopt.SolutionHint(variable_values=values))
    began = time.monotonic()
    try:
        result = mathopt.solve(
            mathopt_model,
            getattr(mathopt.SolverType, type_name),
            params=parameters,
            model_params=hints,
        )
    except (AttributeError, RuntimeError, ValueError) as error:
        # MathOpt raises AttributeError over its own StatusNotOk; the reason is in the context.
        raise ModelError(
            f"M616 {solver} refused the model: {error.__context__ or error}"
        ) from error
    return _read(mathopt, result, model, time.monotonic() - began)


def _parameters(mathopt: Any, solver: str, limits: SolveLimits) -> Any:  # noqa: ANN401
    parameters = mathopt.SolveParameters(
        time_limit=timedelta(seconds=limits.time_s), random_seed=limits.seed
    )
    if solver not in _LP_ONLY:
        parameters.relative_gap_tolerance = limits.gap
        parameters.absolute_gap_tolerance = 1e-6
    if solver not in _NO_THREADS:
        parameters.threads = limits.n_threads
    return parameters


def _read(mathopt: Any, result: Any, model: LinearModel, seconds: float) -> SolverResult:  # noqa: ANN401
    reason = result.termination.reason
    ends = mathopt.TerminationReason
    if not result.has_primal_feasible_solution():
        status = {
            ends.INFEASIBLE: SolverStatus.INFEASIBLE,
            ends.INFEASIBLE_OR_UNBOUNDED: SolverStatus.INFEASIBLE,
            ends.UNBOUNDED: SolverStatus.UNBOUNDED,
        }.get(reason, SolverStatus.NO_SOLUTION)
        return failed(status, seconds, float(result.termination.objective_bounds.dual_bound))
    point = result.variable_values()
    values = np.fromiter(
        (value for _, value in sorted((v.id, x) for v, x in point.items())),
        dtype=np.float64,
        count=model.columns.n_columns,
    )
    duals = None
    if result.has_dual_feasible_solution():
        by_row = {row.id: value for row, value in result.dual_values().items()}
        duals = np.array([by_row[i] for i in range(model.rows.n_rows)])
    optimal = reason == ends.OPTIMAL
    return SolverResult(
        status=SolverStatus.OPTIMAL if optimal else SolverStatus.FEASIBLE,
        values=values,
        objective=model.objective(values),
        bound=float(result.termination.objective_bounds.dual_bound),
        seconds=seconds,
        row_duals=duals,
    )


def solve_in_child(
    model: LinearModel,
    solver: str = "highs",
    limits: SolveLimits | None = None,
    *,
    start: FloatArray | None = None,
) -> SolverResult:
    """
    Solve in a process of its own that is killed a second after the limit; see ``solve_mathopt``.

    A killed or crashed solve gives ``NO_SOLUTION``.

    Raises
    ------
    ModelError
        As ``solve_mathopt``.
    """
    limits = limits or SolveLimits()
    began = time.monotonic()
    try:
        return run_in_child(
            _solve_for_parent, (model, solver, limits, start), time_s=limits.time_s + _GRACE_S
        )
    except ChildDied:
        return failed(SolverStatus.NO_SOLUTION, time.monotonic() - began)


def _solve_for_parent(
    model: LinearModel, solver: str, limits: SolveLimits, start: FloatArray | None
) -> SolverResult:
    return solve_mathopt(model, solver, limits, start=start)
