"""The peer: the strong model, whole, given to a solver as it is."""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from optimizer.models.location.formulation import build, levels_of
from optimizer.models.location.primal import Pricer
from optimizer.models.location.problem import Ints, LocationProblem
from optimizer.models.location.result import LocationPlan, LocationResult, LocationStatus
from optimizer.solvers.highs import solve_mip
from optimizer.solvers.limits import SolveLimits
from optimizer.solvers.mathopt import solve_mathopt
from optimizer.solvers.status import SolverStatus

_ENDS = {
    SolverStatus.OPTIMAL: LocationStatus.OPTIMAL,
    SolverStatus.FEASIBLE: LocationStatus.FEASIBLE,
    SolverStatus.INFEASIBLE: LocationStatus.INFEASIBLE,
}


def solve_full(
    problem: LocationProblem,
    solver: str = "highs",
    limits: SolveLimits | None = None,
    *,
    should_stop: Callable[[], bool] | None = None,
) -> LocationResult:
    """
    Solve the strong model with all linking rows, in this process.

    Parameters
    ----------
    solver
        ``highs`` (highspy) or ``scip`` (through MathOpt).
    should_stop
        Asked by HiGHS only.

    Raises
    ------
    ModelError
        The solver refuses the model.
    """
    limits = limits or SolveLimits()
    began = time.monotonic()
    model, layout = build(problem)
    firsts: list[float] = []
    left_s = max(0.01, limits.time_s - (time.monotonic() - began))
    if solver == "highs":
        result = solve_mip(
            model,
            time_s=left_s,
            gap=limits.gap,
            seed=limits.seed,
            n_threads=limits.n_threads,
            should_stop=should_stop,
            on_point=lambda _: firsts.append(time.monotonic() - began),
        )
    else:
        short = SolveLimits(
            time_s=left_s, gap=limits.gap, seed=limits.seed, n_threads=limits.n_threads
        )
        result = solve_mathopt(model, solver, short)
    seconds = time.monotonic() - began
    plan, upper = None, float("inf")
    if result.values is not None:
        levels = levels_of(problem, layout, result.values)
        if problem.is_single:
            shares = np.where(layout.x >= 0, result.values[layout.x], 0.0)
            plan, upper = single_plan(problem, levels, np.argmax(shares, axis=0))
        else:
            pricer = Pricer(problem)
            plan, upper = pricer.plan(levels), pricer.cost(levels)
    return LocationResult(
        status=_ENDS.get(result.status, LocationStatus.NO_SOLUTION),
        lower_bound=min(result.bound, upper) if np.isfinite(result.bound) else result.bound,
        upper_bound=upper,
        plan=plan,
        first_incumbent_s=firsts[0] if firsts else None,
        seconds=seconds,
        seed=limits.seed,
        n_threads=limits.n_threads,
        messages=(f"{model.columns.n_columns} columns, {model.rows.n_rows} rows",),
    )


def single_plan(
    problem: LocationProblem, levels: Ints, who: npt.NDArray[np.integer]
) -> tuple[LocationPlan, float]:
    """
    Plan and cost where facility ``who[r]`` serves the whole of row r.

    Parameters
    ----------
    levels
        (n, T) int32.
    who
        (R,) int.
    """
    rows = np.arange(problem.n_rows, dtype=np.int32)
    plan = LocationPlan(
        levels=levels.astype(np.int32),
        facility=who.astype(np.int32),
        row=rows,
        units=problem.demand.copy(),
    )
    return plan, problem.fixed_cost(plan.levels) + float(problem.cost[who, rows].sum())
