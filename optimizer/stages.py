"""The stages of a plan, in the order in which :mod:`optimizer.planner` calls them."""

from __future__ import annotations

import platform
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from importlib.metadata import version
from typing import TYPE_CHECKING

from optimizer.domain.location import Mode
from optimizer.domain.network_data import NetworkData
from optimizer.domain.shipment import Place, Shipment
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
from optimizer.models.routing.lanes import build_lanes
from optimizer.models.routing.quote import QuoteResult, quote
from optimizer.network.connectors import reach_of
from optimizer.network.network import Network
from optimizer.plan.itinerary import Itinerary
from optimizer.plan.kpis import summarize
from optimizer.plan.load import Load
from optimizer.plan.plan import Incumbent, Plan, PlanResult, Unassigned, Violation
from optimizer.plan.reasons import unassigned
from optimizer.plan.sharing import share_loads
from optimizer.solvers.limits import SolveLimits
from optimizer.units import MINUTES_PER_DAY

if TYPE_CHECKING:
    from optimizer.models.consolidation.solution import Solution

OnProgress = Callable[[str, Incumbent | None], None]

_LANE_TAIL_MIN = 5 * MINUTES_PER_DAY
"""Lanes may leave this long after the last shipment is ready."""

_SAME_CITY_KM = 60
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
    """

    planned_at: datetime
    time_s: float = 60.0
    gap: float = 0.01
    seed: int = 7
    n_threads: int = 1
    planning_quantile: float = 0.5
    truck_departures_local_min: tuple[int, ...] = (20 * 60,)


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


def wanted_pairs(
    network: Network, shipments: Sequence[Shipment]
) -> dict[tuple[str, str], set[tuple[str, str]]]:
    """
    Between which hubs shared loads make sense.

    Returns
    -------
    dict
        Pool (customs pool, cargo pool) -> pairs of consolidating facilities that at least two
        shipments of the pool have near their origin and near their destination. Near: the place
        itself, all that carriers call at in its city, and the nearest for each mode; only those
        that offer the customs mode.
    """
    data = network.data
    near = _NearHubs(network)
    counts: dict[tuple[str, str], Counter[tuple[str, str]]] = defaultdict(Counter)
    for shipment in shipments:
        pool = (
            data.customs_modes[shipment.customs_mode].pool,
            data.cargo_classes[shipment.cargo_class].pool,
        )
        is_cleared = data.territory(shipment.origin.country) != data.territory(
            shipment.destination.country
        )
        mode = shipment.customs_mode if is_cleared else ""
        counts[pool].update(
            (tail, head)
            for tail in near.of(shipment.origin, mode)
            for head in near.of(shipment.destination, mode)
            if tail != head
        )
    return {
        pool: {pair for pair, n_shipments in counter.items() if n_shipments > 1}
        for pool, counter in sorted(counts.items())
    }


class _NearHubs:
    """Consolidating facilities near places, looked up once for each place and customs mode."""

    def __init__(self, network: Network) -> None:
        self._network = network
        self._known: dict[tuple[Place, str], tuple[str, ...]] = {}
        data = network.data
        # A hub serves a mode where a service or truck lane calls, whatever else it is fit for.
        self._served: dict[str, set[Mode]] = defaultdict(set)
        for service in data.services.values():
            for call in service.calls:
                self._served[call.facility_id].add(service.mode)
        for lane in data.truck_lanes.values():
            self._served[lane.from_facility_id].add(Mode.ROAD)
            self._served[lane.to_facility_id].add(Mode.ROAD)

    def of(self, place: Place, customs_mode: str) -> tuple[str, ...]:
        """Facility ids; the customs mode is not asked for where it is empty."""
        key = (place, customs_mode)
        if key not in self._known:
            self._known[key] = tuple(self._find(place, customs_mode))
        return self._known[key]

    def _find(self, place: Place, customs_mode: str) -> Iterator[str]:
        data = self._network.data
        reach = reach_of(data, place)
        by_distance = [
            (int(metres), self._network.facility_ids[int(index)])
            for index, metres in zip(reach.facilities, reach.distance_m, strict=True)
        ]
        if place.facility_id:
            by_distance.append((0, place.facility_id))
        missing = set(Mode)
        for metres, facility_id in sorted(by_distance):
            facility = data.facilities[facility_id]
            fits = facility.consolidates and (
                not customs_mode or customs_mode in facility.customs_modes
            )
            served = self._served[facility_id]
            is_local = metres <= _SAME_CITY_KM * 1000 and served
            if fits and (not metres or is_local or served & missing):
                missing -= served
                yield facility_id


def build_problem(
    network: Network,
    shipments: Sequence[Shipment],
    quotes: dict[str, QuoteResult],
    options: PlanOptions,
    on_progress: OnProgress,
) -> ColumnSet:
    """Lane departures between the hubs in reach, and the consolidation problem on them."""
    data = network.data
    on_progress("building lane departures", None)
    ready_min = [network.minute(shipment.ready_at) for shipment in shipments]
    lanes = build_lanes(
        network,
        pairs=wanted_pairs(network, shipments),
        load_units=sorted(data.load_units),
        from_min=min(ready_min),
        until_min=max(ready_min) + _LANE_TAIL_MIN,
        truck_departures_local_min=options.truck_departures_local_min,
        quantile=options.planning_quantile,
    )
    on_progress(f"pricing ways over {len(lanes)} lane departures", None)
    return build_columns(
        network,
        shipments,
        lanes,
        {shipment_id: result.itineraries for shipment_id, result in quotes.items()},
        connector_leg=connector_leg,
        quantile=options.planning_quantile,
        planned_min=network.minute(options.planned_at),
    )


def solve(column_set: ColumnSet, options: PlanOptions, on_progress: OnProgress) -> Solution:
    """Choose ways and load units; progress carries incumbent and bound."""
    limits = SolveLimits(
        time_s=options.time_s, gap=options.gap, seed=options.seed, n_threads=options.n_threads
    )
    return solve_consolidation(
        column_set.problem,
        limits,
        on_progress=lambda incumbent: on_progress("consolidating", incumbent),
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
    shares = share_loads(loads)
    used = resource_use(column_set.problem, solution)
    by_id = {shipment.shipment_id: shipment for shipment in column_set.shipments}
    load_by_id = {load.load_id: load for load in loads}
    finished = tuple(
        _finish(
            network,
            by_id[itinerary.shipment_id],
            itinerary,
            shares=shares,
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
            _unassigned(column_set, used, shipment_id, quotes[shipment_id])
            for shipment_id in unserved
        ),
        planning_quantile=options.planning_quantile,
        warnings=tuple(dict.fromkeys([*warnings, *(w for one in finished for w in one.warnings)])),
    )


def _finish(
    network: Network,
    shipment: Shipment,
    itinerary: Itinerary,
    *,
    shares: dict[str, int],
    loads: dict[str, Load],
    quoted: QuoteResult,
) -> Itinerary:
    """Add the share of loads, the price alone, punctuality and the estimates behind it."""
    sampled = with_punctuality(
        network, shipment, replace(itinerary, legs=with_waits(network.data, itinerary, loads))
    )
    return replace(
        itinerary,
        share_fen=shares.get(shipment.shipment_id, 0),
        stand_alone_fen=min((alone.own_cost_fen for alone in quoted.itineraries), default=0),
        on_time_share=sampled.on_time_share,
        delivered_p90_min=sampled.delivered_p90_min,
        estimate_refs=estimate_refs(network, shipment, itinerary.legs, itinerary.clearances),
        warnings=crossing_warnings(network, itinerary.legs),
    )


def _unassigned(
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
