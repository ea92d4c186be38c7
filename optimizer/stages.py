"""The stages of a plan, in the order in which :mod:`optimizer.planner` calls them."""

from __future__ import annotations

import platform
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from importlib.metadata import version
from typing import TYPE_CHECKING

from optimizer.domain.network_data import NetworkData
from optimizer.domain.shipment import Shipment
from optimizer.errors import Finding
from optimizer.models.consolidation.assemble import assemble
from optimizer.models.consolidation.columns import ColumnSet, build_columns
from optimizer.models.consolidation.problem import LongArray
from optimizer.models.consolidation.solve import solve as solve_consolidation
from optimizer.models.consolidation.unserved import binding_resource, resource_use
from optimizer.models.load_waits import with_waits
from optimizer.models.routing.connector import connector_leg
from optimizer.models.routing.estimates import estimate_refs
from optimizer.models.routing.evaluate import with_punctuality
from optimizer.models.routing.itineraries import crossing_warnings
from optimizer.models.routing.lane_pairs import wanted_pairs
from optimizer.models.routing.lanes import build_lanes
from optimizer.models.routing.quote import QuoteResult, quote
from optimizer.network.network import Network
from optimizer.plan.itinerary import Itinerary
from optimizer.plan.kpis import summarize
from optimizer.plan.load import LaneDeparture, Load
from optimizer.plan.plan import Incumbent, Plan, PlanResult, Unassigned, Violation
from optimizer.plan.reasons import unassigned
from optimizer.plan.sharing import Sharing, share_loads
from optimizer.plan.sharing_rules import ShareRule, UnitOffer
from optimizer.solvers.limits import SolveLimits
from optimizer.units import MINUTES_PER_DAY

if TYPE_CHECKING:
    from optimizer.models.consolidation.solution import Solution

OnProgress = Callable[[str, Incumbent | None], None]

_LANE_TAIL_MIN = 5 * MINUTES_PER_DAY
"""Lanes may leave this long after the last shipment is ready."""

_CODE_OF_RESOURCE = {"svc": "U812", "quota": "U813", "border": "U814"}
_PACKAGES = ("teahorse", "ortools", "highspy", "numba", "numpy", "holidays", "tzdata")


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanOptions:
    """
    How a plan is made.

    Parameters
    ----------
    planned_at
        Nothing is booked before.
    time_s, gap
        Limits of the solver: seconds, and the relative gap that is good enough.
    n_threads
        Solver threads; one is deterministic.
    truck_departures_local_min
        Minutes since local midnight at which shared trucks may leave.
    share_rule
        How the cost of a shared load is split where limits leave a choice.
    explain_s
        Seconds for repairs of shipments that are not served; 0: none.
    """

    planned_at: datetime
    time_s: float = 60.0
    gap: float = 0.01
    seed: int = 7
    n_threads: int = 1
    planning_quantile: float = 0.5
    truck_departures_local_min: tuple[int, ...] = (20 * 60,)
    share_rule: ShareRule = ShareRule.PROPORTIONAL
    explain_s: float = 20.0


def quote_all(
    network: Network,
    shipments: Sequence[Shipment],
    options: PlanOptions,
    on_progress: OnProgress,
) -> dict[str, QuoteResult]:
    """What each shipment would pay if it travelled alone, by shipment id."""
    quotes: dict[str, QuoteResult] = {}
    for done, shipment in enumerate(shipments):
        if done % 20 == 0:
            on_progress(f"quoting each shipment alone {done}/{len(shipments)}", None)
        not_before = max(shipment.booked_at, options.planned_at)
        quotes[shipment.shipment_id] = quote(
            network,
            replace(shipment, booked_at=not_before),
            quantile=options.planning_quantile,
        )
    return quotes


def build_problem(
    network: Network,
    shipments: Sequence[Shipment],
    quotes: dict[str, QuoteResult],
    options: PlanOptions,
    on_progress: OnProgress,
    *,
    more_lanes: Sequence[LaneDeparture] = (),
    capacity_of: Callable[[str], int] | None = None,
) -> ColumnSet:
    """
    Lane departures between the hubs in reach, and the consolidation problem on them.

    Parameters
    ----------
    more_lanes
        Offered beside those that are built, such as room in loads that stay.
    capacity_of
        What a resource has, where that is not what the network says.
    """
    on_progress("building lane departures", None)
    lanes = _lanes_for(network, shipments, options) if shipments else []
    on_progress(f"pricing ways over {len(lanes)} lane departures", None)
    return build_columns(
        network,
        shipments,
        [*lanes, *more_lanes],
        {shipment_id: result.itineraries for shipment_id, result in quotes.items()},
        connector_leg=connector_leg,
        quantile=options.planning_quantile,
        planned_min=network.minute(options.planned_at),
        capacity_of=capacity_of,
    )


def _lanes_for(
    network: Network, shipments: Sequence[Shipment], options: PlanOptions
) -> list[LaneDeparture]:
    ready_min = [network.minute(shipment.ready_at) for shipment in shipments]
    return build_lanes(
        network,
        pairs=wanted_pairs(network, shipments),
        load_units=sorted(network.data.load_units),
        from_min=min(ready_min),
        until_min=max(ready_min) + _LANE_TAIL_MIN,
        truck_departures_local_min=options.truck_departures_local_min,
        quantile=options.planning_quantile,
    )


def solve(
    column_set: ColumnSet,
    options: PlanOptions,
    on_progress: OnProgress,
    start: Solution | None = None,
    should_stop: Callable[[], bool] | None = None,
) -> Solution:
    """Choose ways and load units; progress carries incumbent and bound; stops when it is told."""
    limits = SolveLimits(
        time_s=options.time_s, gap=options.gap, seed=options.seed, n_threads=options.n_threads
    )
    return solve_consolidation(
        column_set.problem,
        limits,
        on_progress=lambda incumbent: on_progress("consolidating", incumbent),
        start=start,
        should_stop=should_stop,
        released_min=[bucket.lane.released_min for bucket in column_set.buckets],
    )


def make_plan(
    network: Network,
    column_set: ColumnSet,
    solution: Solution,
    quotes: dict[str, QuoteResult],
    options: PlanOptions,
    *,
    warnings: Sequence[str] = (),
) -> Plan:
    """
    Itineraries with shares and on-time probability, loads, and who is not served and why.

    Its warnings are those given, then one for each restricted crossing that anything passes.
    """
    itineraries, loads, unserved = assemble(
        network, column_set, solution, connector_leg=connector_leg
    )
    sharing = _share(column_set, itineraries, loads, quotes, options.share_rule)
    used = resource_use(column_set.problem, solution)
    by_id = {shipment.shipment_id: shipment for shipment in column_set.shipments}
    load_by_id = {load.load_id: load for load in loads}
    finished = tuple(
        finish(
            network,
            by_id[itinerary.shipment_id],
            itinerary,
            shares=sharing.share_fen,
            loads=load_by_id,
            quoted=quotes[itinerary.shipment_id],
        )
        for itinerary in itineraries
    )
    return Plan(
        epoch_at=network.epoch_at,
        planned_at=options.planned_at,
        shipments=by_id,
        itineraries=finished,
        loads=tuple(loads),
        unassigned=tuple(
            why_unassigned(column_set, used, shipment_id, quotes[shipment_id])
            for shipment_id in unserved
        ),
        planning_quantile=options.planning_quantile,
        warnings=tuple(dict.fromkeys([*warnings, *(w for one in finished for w in one.warnings)])),
        share_rule=options.share_rule,
        share_groups=sharing.groups,
    )


def _share(
    column_set: ColumnSet,
    itineraries: Sequence[Itinerary],
    loads: Sequence[Load],
    quotes: dict[str, QuoteResult],
    rule: ShareRule,
) -> Sharing:
    """Split the loads, knowing what each rider would pay alone and what else the lanes offer."""
    limits = {
        itinerary.shipment_id: stand_alone_fen(quotes[itinerary.shipment_id])
        - itinerary.own_cost_fen
        for itinerary in itineraries
        if quotes[itinerary.shipment_id].itineraries
    }
    offers: dict[tuple[str, str, str], list[UnitOffer]] = defaultdict(list)
    for lane in column_set.options:
        offers[lane.lane_id, lane.customs_pool, lane.cargo_pool].append(UnitOffer.of(lane))
    return share_loads(
        loads,
        limits,
        offers={
            load.load_id: offers[load.lane_id, load.customs_pool, load.cargo_pool] for load in loads
        },
        rule=rule,
    )


def stand_alone_fen(quoted: QuoteResult) -> int:
    """The cheapest price alone; 0 without a way."""
    return min((alone.own_cost_fen for alone in quoted.itineraries), default=0)


def finish(
    network: Network,
    shipment: Shipment,
    itinerary: Itinerary,
    *,
    shares: dict[str, int],
    loads: dict[str, Load],
    quoted: QuoteResult,
) -> Itinerary:
    """Add the share of loads, the price alone, punctuality and the estimates behind it."""
    return replace(
        sampled(network, shipment, itinerary, loads),
        share_fen=shares.get(shipment.shipment_id, 0),
        stand_alone_fen=stand_alone_fen(quoted),
    )


def sampled(
    network: Network, shipment: Shipment, itinerary: Itinerary, loads: dict[str, Load]
) -> Itinerary:
    """Add punctuality, the estimates behind the itinerary and warnings of its crossings."""
    waiting = replace(itinerary, legs=with_waits(network.data, itinerary, loads))
    punctual = with_punctuality(network, shipment, waiting)
    return replace(
        itinerary,
        on_time_share=punctual.on_time_share,
        delivered_p90_min=punctual.delivered_p90_min,
        estimate_refs=estimate_refs(network, shipment, itinerary.legs, itinerary.clearances),
        warnings=crossing_warnings(network, itinerary.legs),
    )


def why_unassigned(
    column_set: ColumnSet, used: LongArray, shipment_id: str, quoted: QuoteResult
) -> Unassigned:
    """Why a shipment is not served: no way at all, no room on its ways, or the price."""
    problem = column_set.problem
    k = problem.shipment_ids.index(shipment_id)
    penalty_fen = int(problem.unserved_fen[k])
    if not (problem.col_shipment == k).any():
        reason = quoted.reasons[0] if quoted.reasons else None
        return unassigned(
            shipment_id,
            reason.code if reason else "U802",
            penalty_fen=penalty_fen,
            resource=reason.resource if reason else "",
            detail=reason.detail if reason else "",
        )
    resource = binding_resource(problem, used, k)
    code = _CODE_OF_RESOURCE.get(resource.partition(":")[0], "U815")
    return unassigned(shipment_id, code, penalty_fen=penalty_fen, resource=resource)


def as_findings(violations: Sequence[Violation]) -> list[Finding]:
    """Violations of a plan of our own, as findings of a defect."""
    return [
        Finding(
            code=violation.code,
            what=f"the planner made a plan that breaks a rule: {violation.rule}",
            where=violation.where,
            value=f"{violation.amount:g} {violation.unit}",
            remedy="please report this as a defect, with the scenario",
        )
        for violation in violations
    ]


def make_result(
    data: NetworkData,
    plan: Plan,
    solution: Solution,
    options: PlanOptions,
    *,
    solve_seconds: float,
    shipments_hash: str,
) -> PlanResult:
    """A checked plan with what was proved about it and where it comes from."""
    return PlanResult(
        plan=plan,
        status=solution.status,
        bound_fen=solution.bound_fen,
        solve_seconds=solve_seconds,
        stop_reason=solution.stop_reason,
        seed=options.seed,
        n_threads=options.n_threads,
        versions={
            "python": platform.python_version(),
            **{package: version(package) for package in _PACKAGES},
        },
        input_hashes={"network": data.fingerprint, "shipments": shipments_hash},
        incumbents=solution.incumbents,
        summary=summarize(
            data,
            plan,
            bound_fen=solution.bound_fen,
            solve_seconds=solve_seconds,
            n_violations=0,
        ),
    )


def evaluated_result(
    data: NetworkData, plan: Plan, *, n_violations: int, input_hashes: dict[str, str]
) -> PlanResult:
    """
    A person's plan as a result: priced and checked, nothing proved.

    Its summary says how many rules it breaks, and its bound is 0, which no plan is below.
    """
    return PlanResult(
        plan=plan,
        status="feasible",
        bound_fen=0,
        solve_seconds=0.0,
        stop_reason="evaluated",
        seed=0,
        n_threads=1,
        versions={"python": platform.python_version(), "teahorse": version("teahorse")},
        input_hashes={**input_hashes, "network": data.fingerprint},
        summary=summarize(data, plan, bound_fen=0, solve_seconds=0.0, n_violations=n_violations),
    )
