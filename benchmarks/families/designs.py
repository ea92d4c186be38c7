"""Results of network-design solvers as outcomes, checked."""

from __future__ import annotations

from collections.abc import Callable

from benchmarks.families.family import Outcome
from optimizer.models.consolidation.network_design_plan import DesignPlan, DesignResult

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
