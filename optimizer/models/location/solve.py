"""Solve a location problem: bound, plan, gap."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from optimizer.models.location.ledger import Ledger
from optimizer.models.location.primal import Pricer
from optimizer.models.location.problem import LocationProblem
from optimizer.models.location.result import (
    LocationResult,
    LocationStatus,
    OnProgress,
)
from optimizer.models.location.root import climb_root, local_search
from optimizer.models.location.tree import search
from optimizer.solvers.limits import SolveLimits


def solve(
    problem: LocationProblem,
    limits: SolveLimits | None = None,
    *,
    progress: OnProgress | None = None,
    should_stop: Callable[[], bool] | None = None,
) -> LocationResult:
    """
    Decide levels and flows.

    The bound is that of Lagrangian branch and bound, exact when the search ends by itself: each
    node's bound is proved by its prices, whatever they are. Plans come from rounding, neighbours
    and leaves, each with flows of an exact transport problem. The answer does not depend on the
    number of threads as long as the time does not run out.

    Parameters
    ----------
    progress
        Told whenever the bound or the plan is better.
    should_stop
        Asked between the steps of the search.
    """
    ledger = Ledger(limits or SolveLimits(), progress, should_stop, worst=problem.worst_cost)
    if problem.is_single:
        from optimizer.models.location.single import solve_single

        return solve_single(problem, ledger)
    pricer = Pricer(problem)
    root = climb_root(problem, pricer, ledger)
    if not np.isfinite(root.bound) and ledger.levels is None:
        return _infeasible(problem, ledger)
    if not ledger.is_proved:
        local_search(problem, pricer, ledger, root)
        if root.forbid(ledger.target):
            search(problem, pricer, ledger, root)
        else:
            ledger.raise_bound(ledger.cost)
    if ledger.levels is None:
        if ledger.is_stopped:
            return _result(ledger, LocationStatus.NO_SOLUTION, pricer)
        return _infeasible(problem, ledger)
    status = LocationStatus.OPTIMAL if ledger.is_proved else LocationStatus.FEASIBLE
    return _result(ledger, status, pricer)


def _result(ledger: Ledger, status: LocationStatus, pricer: Pricer) -> LocationResult:
    plan = None if ledger.levels is None else pricer.plan(ledger.levels)
    return LocationResult(
        status=status,
        lower_bound=min(ledger.bound, ledger.cost),
        upper_bound=ledger.cost,
        plan=plan,
        first_incumbent_s=ledger.first_s,
        seconds=ledger.deadline.elapsed_s,
        seed=ledger.limits.seed,
        n_threads=ledger.limits.n_threads,
        n_nodes=ledger.n_nodes,
    )


def _infeasible(problem: LocationProblem, ledger: Ledger) -> LocationResult:
    from optimizer.models.location.shortage import describe_shortage

    return LocationResult(
        status=LocationStatus.INFEASIBLE,
        lower_bound=float("inf"),
        upper_bound=float("inf"),
        plan=None,
        first_incumbent_s=None,
        seconds=ledger.deadline.elapsed_s,
        seed=ledger.limits.seed,
        n_threads=ledger.limits.n_threads,
        n_nodes=ledger.n_nodes,
        messages=describe_shortage(problem),
    )
