"""Results of network-design solvers as outcomes, checked."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from benchmarks.families.family import Case, Outcome, Task, Tell
from optimizer.models.consolidation.network_design import NetworkDesign
from optimizer.models.consolidation.network_design_plan import DesignPlan, DesignResult
from optimizer.solvers.limits import SolveLimits

_SOLVERS = {"full-highs": "highs", "full-scip": "scip", "full-cpsat": "cp_sat"}

_SAME = 1e-6
"""Relative difference of costs that sums of floats explain."""


def outcome_of(
    result: DesignResult,
    check: Callable[[DesignPlan], tuple[float, list[str]]],
    read_s: float,
) -> Outcome:
    """
    An outcome whose upper bound is the checker's.

    Parameters
    ----------
    check
        From a plan to its cost and its violations, recomputed from the text.
    read_s
        Seconds of reading, reported apart.
    """
    violations: tuple[str, ...] | None = None
    upper = result.upper_bound
    if result.plan is not None:
        cost, found = check(result.plan)
        if abs(cost - upper) > _SAME * max(1.0, abs(cost)):
            found.append(f"the solver says {upper}, the plan costs {cost}")
        if result.lower_bound > cost + _SAME * max(1.0, abs(cost)):
            found.append(f"the lower bound {result.lower_bound} is above the cost {cost}")
        violations, upper = tuple(found), cost
    note = f"read {read_s:.2f} s"
    return Outcome(
        lower_bound=result.lower_bound,
        upper_bound=upper,
        first_incumbent_s=result.first_incumbent_s,
        seconds=result.seconds,
        status=str(result.status),
        violations=violations,
        note="; ".join([note, *result.messages]),
    )


def run_design(
    case: Case,
    task: Task,
    tell: Tell,
    *,
    read: Callable[[Path], NetworkDesign],
    check: Callable[[Path, DesignPlan], tuple[float, list[str]]],
    solve: Callable[..., DesignResult],
    solve_full: Callable[..., DesignResult],
) -> Outcome:
    """
    Read, solve, check from the text.

    Parameters
    ----------
    solve, solve_full
        Ours, and the full model as a peer gets it; one pair for each family.
    """
    path, began = Path(case.source), time.monotonic()
    design = read(path)
    read_s = time.monotonic() - began
    limits = SolveLimits(time_s=task.time_s, gap=task.gap, seed=task.seed, n_threads=task.n_threads)
    if task.method == "ours":
        result = solve(
            design,
            limits,
            progress=lambda p: tell(p.lower_bound, p.upper_bound, p.seconds),
        )
    else:
        result = solve_full(design, _SOLVERS[task.method], limits)
    return outcome_of(result, lambda plan: check(path, plan), read_s)
