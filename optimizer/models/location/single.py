"""Single sourcing: the bound of the split problem rules out cells, HiGHS solves what is left."""

from __future__ import annotations

import numpy as np

from optimizer.models.location.formulation import build, levels_of
from optimizer.models.location.full_model import single_plan
from optimizer.models.location.ledger import Ledger
from optimizer.models.location.primal import Pricer
from optimizer.models.location.problem import Floats, Ints, LocationProblem
from optimizer.models.location.relaxation import SAME, Relaxation
from optimizer.models.location.result import LocationPlan, LocationResult, LocationStatus
from optimizer.models.location.root import climb_root
from optimizer.solvers.highs import solve_mip
from optimizer.solvers.limits import SolveLimits
from optimizer.solvers.linear import LinearModel
from optimizer.solvers.status import SolverStatus

_FIRST_SHARE = 0.02


def solve_single(problem: LocationProblem, ledger: Ledger) -> LocationResult:
    """
    Bound by the relaxation, a first plan from its cheapest cells, then all cells that may pay.

    A cell whose reduced cost lifts the bound above a known plan is in no better plan, so the last
    model proves the optimum of the whole problem.
    """
    split = Ledger(ledger.limits, None, ledger.should_stop, worst=problem.worst_cost)
    root = climb_root(problem, Pricer(problem), split)
    if not np.isfinite(root.bound):
        return _infeasible(problem, ledger)
    root.allowed[:] = True
    bound, reduced = reduced_cells(problem, root)
    ledger.raise_bound(max(bound, root.bound))
    plan: LocationPlan | None = None
    known = float("inf")
    width = _FIRST_SHARE * max(abs(bound), 1.0)
    while True:
        # Wider and wider sets of cells until one holds a plan; all that could beat it at the end.
        usable = reduced < min(width, known - bound)
        is_last = bool((usable == (reduced < known - bound)).all())
        model, layout = build(problem, usable)
        start = None if plan is None else _start(problem, layout, plan, model)
        result = solve_mip(
            model,
            time_s=max(0.01, ledger.deadline.left_s),
            gap=ledger.limits.gap,
            seed=ledger.limits.seed,
            n_threads=ledger.limits.n_threads,
            start=start,
            should_stop=ledger.should_stop,
        )
        if result.values is not None:
            levels = levels_of(problem, layout, result.values)
            shares = np.where(layout.x >= 0, result.values[layout.x], 0.0)
            made, cost = single_plan(problem, levels, np.argmax(shares, axis=0))
            if cost < known * (1 - SAME):
                plan, known = made, cost
                ledger.offer(cost, levels)
        if is_last:
            ended = result.status in (SolverStatus.OPTIMAL, SolverStatus.INFEASIBLE)
            ledger.raise_bound(known if ended and not ledger.limits.gap else result.bound)
            break
        if ledger.is_stopped:
            break
        if plan is None:
            width *= 4
        else:
            width = known - bound + 1.0
    return _result(problem, ledger, plan)


def reduced_cells(problem: LocationProblem, root: Relaxation) -> tuple[float, Floats]:
    """
    A bound, and by how much serving a whole row from a facility would raise it.

    Returns
    -------
    bound
        Of the split problem.
    reduced
        (n, R) float64, at least 0.
    """
    bound, extra = root.extra()
    dual = root.dual
    critical = dual.critical.reshape(
        problem.n_facilities, problem.n_periods, problem.n_classes, problem.n_levels
    )
    period, group = problem.row_period, problem.row_class
    reduced = np.full(problem.cost.shape, np.inf)
    margin = problem.cost - root.price
    for level in range(1, problem.n_levels):
        serves = problem.capacity[:, level][:, group] >= problem.demand
        ratio = critical[:, :, :, level][:, period, group]
        held = extra[:, :, level][:, period]
        one = held + np.maximum(margin - ratio * problem.demand, 0.0)
        reduced = np.minimum(reduced, np.where(serves, one, np.inf))
    return bound, reduced


def _start(
    problem: LocationProblem, layout: object, plan: LocationPlan, model: LinearModel
) -> Floats | None:
    """The plan as a point of the model; None where it has changes of level over periods."""
    if problem.n_periods > 1:
        return None
    point = np.zeros(model.columns.n_columns)
    held: Ints = plan.levels
    for i, level in enumerate(held[:, 0].tolist()):
        if level:
            point[layout.z[i, 0, level]] = 1.0  # type: ignore[attr-defined]
    cells = layout.x[plan.facility, plan.row]  # type: ignore[attr-defined]
    if (cells < 0).any():
        return None
    point[cells] = 1.0
    return point


def _infeasible(problem: LocationProblem, ledger: Ledger) -> LocationResult:
    from optimizer.models.location.shortage import describe_shortage

    return _made(ledger, LocationStatus.INFEASIBLE, None, float("inf"), describe_shortage(problem))


def _result(problem: LocationProblem, ledger: Ledger, plan: LocationPlan | None) -> LocationResult:
    if plan is not None:
        status = LocationStatus.OPTIMAL if ledger.is_proved else LocationStatus.FEASIBLE
        return _made(ledger, status, plan, min(ledger.bound, ledger.cost), ())
    if ledger.is_stopped:
        return _made(ledger, LocationStatus.NO_SOLUTION, None, ledger.bound, ())
    return _infeasible(problem, ledger)


def _made(
    ledger: Ledger,
    status: LocationStatus,
    plan: LocationPlan | None,
    lower: float,
    messages: tuple[str, ...],
) -> LocationResult:
    limits: SolveLimits = ledger.limits
    return LocationResult(
        status=status,
        lower_bound=lower,
        upper_bound=ledger.cost,
        plan=plan,
        first_incumbent_s=ledger.first_s,
        seconds=ledger.deadline.elapsed_s,
        seed=limits.seed,
        n_threads=limits.n_threads,
        messages=messages,
    )
