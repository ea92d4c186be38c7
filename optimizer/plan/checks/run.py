"""All checks of a plan, in one order."""

from __future__ import annotations

from collections.abc import Callable

from optimizer.domain.network_data import NetworkData
from optimizer.plan.checks.border import check_clearances, check_crossings, check_load_customs
from optimizer.plan.checks.contents import check_contents
from optimizer.plan.checks.emissions import check_emissions
from optimizer.plan.checks.money import (
    check_itinerary_costs,
    check_leg_costs,
    check_load_costs,
)
from optimizer.plan.checks.resources import check_resources
from optimizer.plan.checks.sequence import check_loads, check_sequence
from optimizer.plan.checks.shares import check_fairness, check_shares
from optimizer.plan.checks.structure import check_assignment, check_connected, check_legs
from optimizer.plan.checks.summary import check_summary
from optimizer.plan.checks.timing import check_timing
from optimizer.plan.checks.units import check_carried, check_own_units, check_pools, check_room
from optimizer.plan.plan import Plan, PlanResult, Violation

CHECKS: tuple[Callable[[NetworkData, Plan], list[Violation]], ...] = (
    check_assignment,
    check_legs,
    check_connected,
    check_contents,
    check_timing,
    check_sequence,
    check_loads,
    check_crossings,
    check_clearances,
    check_load_customs,
    check_room,
    check_pools,
    check_carried,
    check_own_units,
    check_resources,
    check_leg_costs,
    check_itinerary_costs,
    check_load_costs,
    check_shares,
    check_fairness,
    check_emissions,
)


def run_checks(data: NetworkData, plan: Plan) -> list[Violation]:
    """
    Recompute feasibility, cost and emissions of a plan from the network's tables.

    Shares no code with what makes plans. Each value is checked against the values it follows from,
    as the plan states them, so that one wrong number gives one finding or few.

    Returns
    -------
    list of Violation
        Empty for a plan that breaks no rule; otherwise by rule family, then in plan order.
    """
    return [violation for check in CHECKS for violation in check(data, plan)]


def check_result(data: NetworkData, result: PlanResult) -> list[Violation]:
    """As :func:`run_checks`, and that summary and bound speak of this plan (P729, P741, P754)."""
    found = run_checks(data, result.plan)
    return found + check_summary(data, result, n_violations=len(found))
