"""A person's plan priced softly: objective, every broken rule with its amount, and one figure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from optimizer import stages
from optimizer.domain.network_data import NetworkData
from optimizer.errors import ModelError
from optimizer.models.consolidation.columns import unserved_price_fen
from optimizer.models.routing.estimates import estimate_refs
from optimizer.models.routing.evaluate import service_pairs
from optimizer.models.routing.itineraries import crossing_warnings
from optimizer.models.routing.quote import QuoteResult
from optimizer.network.network import Network
from optimizer.network.timetable import RUNNING
from optimizer.plan.checks.run import run_checks
from optimizer.plan.itinerary import Itinerary, LegKind
from optimizer.plan.load import Load
from optimizer.plan.plan import Plan, Unassigned
from optimizer.plan.reasons import unassigned
from optimizer.plan.sharing import share_loads
from optimizer.plan.sharing_rules import ShareRule, UnitOffer
from optimizer.replan.apply import offers_of
from optimizer.replan.hand_plan import HandLoad, HandPlan, HandRide, HandWay
from optimizer.replan.hand_times import Timed, time_plan
from optimizer.replan.soft_price import Penalty, SoftPrices, price_violations
from optimizer.stages import OnProgress, PlanOptions


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluated:
    """
    A person's plan, carried out on paper.

    Parameters
    ----------
    plan
        Timed, priced and shared anew.
    penalties
        Broken rules in the order of the checks, each with its price.
    notes
        What was decided for the person: shipments left out, and why.
    """

    plan: Plan
    penalties: tuple[Penalty, ...]
    notes: tuple[str, ...]

    @property
    def penalty_fen(self) -> int:
        """Price of all broken rules."""
        return sum(one.penalty_fen for one in self.penalties)

    @property
    def soft_price_fen(self) -> int:
        """Objective and penalties: what two plans are compared by."""
        return self.plan.objective_fen + self.penalty_fen


def used_refs(hand: HandPlan) -> set[str]:
    """Services and truck lanes that a person's plan uses."""
    own = {s.ref for way in hand.ways for s in way.steps if isinstance(s, HandRide)}
    return (own | {ride.ref for load in hand.loads for ride in load.rides}) - {""}


def with_running(data: NetworkData, refs: set[str]) -> NetworkData:
    """Facts in which the services and lanes named run; the same object where all of them do."""
    services = {
        key: replace(one, status=RUNNING)
        for key, one in data.services.items()
        if key in refs and one.status != RUNNING
    }
    lanes = {
        key: replace(one, status=RUNNING)
        for key, one in data.truck_lanes.items()
        if key in refs and one.status != RUNNING
    }
    if not services and not lanes:
        return data
    return replace(data, services=data.services | services, truck_lanes=data.truck_lanes | lanes)


def evaluate_plan(
    network: Network,
    hand: HandPlan,
    *,
    soft_network: Network | None = None,
    prices: SoftPrices | None = None,
    on_progress: OnProgress = lambda _stage, _incumbent: None,
) -> Evaluated:
    """
    Time, price, share and check a person's plan; broken rules do not stop it.

    Parameters
    ----------
    network
        As it is: for quotes and checks.
    soft_network
        The same with all that the plan uses running (see :func:`with_running`), if that differs.

    Notes
    -----
    A shipment from whose way there is no departure any more inside the horizon is left out, with a
    note; the others are carried out without it.
    """
    hand, timed, notes = _timed(soft_network or network, hand)
    options = PlanOptions(
        planned_at=hand.planned_at,
        planning_quantile=hand.planning_quantile,
        share_rule=ShareRule(hand.share_rule),
    )
    quotes = stages.quote_all(network, list(hand.shipments.values()), options, on_progress)
    on_progress("sharing loads and checking", None)
    unserved_fen = {key: _unserved_fen(hand, key, quotes[key]) for key in hand.shipments}
    draft = Plan(
        epoch_at=hand.epoch_at,
        planned_at=hand.planned_at,
        shipments=hand.shipments,
        itineraries=timed.itineraries,
        loads=timed.loads,
        unassigned=_left_out(hand, quotes, unserved_fen),
        planning_quantile=hand.planning_quantile,
        share_rule=hand.share_rule,
    )
    plan = _finished(soft_network or network, draft, quotes, hand.warnings)
    violations = run_checks(network.data, plan)
    penalties = price_violations(plan, violations, unserved_fen, prices or SoftPrices())
    return Evaluated(plan=plan, penalties=tuple(penalties), notes=tuple(notes))


def _timed(network: Network, hand: HandPlan) -> tuple[HandPlan, Timed, list[str]]:
    """The plan timed, without those who find no departure any more."""
    notes: list[str] = []
    while True:
        timed = time_plan(network, hand)
        if not timed.stuck:
            return hand, timed, notes
        notes += [
            f"{shipment_id} has no departure any more from {place}: counted as not served"
            for shipment_id, place in timed.stuck.items()
        ]
        hand = _without(hand, set(timed.stuck), timed.stuck)


def _without(hand: HandPlan, gone: set[str], resource_of: Mapping[str, str]) -> HandPlan:
    loads: list[HandLoad] = []
    for load in hand.loads:
        rest = tuple(part for part in load.contents if part.shipment_id not in gone)
        if rest or not load.contents:
            loads.append(replace(load, contents=rest))
    kept = {load.load_id for load in loads}

    def leads_on(way: HandWay) -> bool:
        return all(step in kept for step in way.steps if isinstance(step, str))

    ways = [way for way in hand.ways if way.shipment_id not in gone and leads_on(way)]
    return replace(
        hand,
        ways=tuple(ways),
        loads=tuple(loads),
        unassigned=(
            *hand.unassigned,
            *(
                unassigned(one, "U810", penalty_fen=0, resource=resource_of.get(one, ""))
                for one in sorted(gone)
            ),
        ),
    )


def _unserved_fen(hand: HandPlan, shipment_id: str, quoted: QuoteResult) -> int:
    """Its own price; else what the plan's list says, or the planner's rule over its ways alone."""
    own_fen = hand.shipments[shipment_id].unserved_fen
    if own_fen:
        return own_fen
    for entry in hand.unassigned:
        if entry.shipment_id == shipment_id and entry.penalty_fen > 0:
            return entry.penalty_fen
    dearest_fen = max((one.own_cost_fen for one in quoted.itineraries), default=0)
    return unserved_price_fen(dearest_fen)


def _left_out(
    hand: HandPlan, quotes: Mapping[str, QuoteResult], unserved_fen: Mapping[str, int]
) -> tuple[Unassigned, ...]:
    """Those listed as unserved, then those that nobody mentioned."""
    listed = {entry.shipment_id: entry for entry in hand.unassigned}
    served = {way.shipment_id for way in hand.ways}
    found = [replace(one, penalty_fen=unserved_fen[key]) for key, one in listed.items()]
    for shipment_id in hand.shipments.keys() - served - listed.keys():
        reasons = quotes[shipment_id].reasons
        no_way = reasons[0] if reasons and not quotes[shipment_id].itineraries else None
        found.append(
            unassigned(
                shipment_id,
                no_way.code if no_way else "U819",
                penalty_fen=unserved_fen[shipment_id],
                resource=no_way.resource if no_way else "",
                detail=no_way.detail if no_way else "",
            )
        )
    order = {key: at for at, key in enumerate(hand.shipments)}
    return tuple(sorted(found, key=lambda one: order[one.shipment_id]))


def _finished(
    network: Network, draft: Plan, quotes: Mapping[str, QuoteResult], warnings: Sequence[str]
) -> Plan:
    """Shares, prices alone, punctuality, estimates and warnings."""
    loads = {load.load_id: load for load in draft.loads}
    limits = {
        one.shipment_id: stages.stand_alone_fen(quotes[one.shipment_id]) - one.own_cost_fen
        for one in draft.itineraries
        if quotes[one.shipment_id].itineraries
    }
    sharing = share_loads(
        draft.loads,
        limits,
        offers={load.load_id: _offers(network, draft, load) for load in draft.loads},
        rule=ShareRule(draft.share_rule),
    )
    itineraries = tuple(
        replace(
            _finish_one(network, draft, one, loads),
            share_fen=sharing.share_fen.get(one.shipment_id, 0),
            stand_alone_fen=stages.stand_alone_fen(quotes[one.shipment_id]),
        )
        for one in draft.itineraries
    )
    noted = [*warnings, *(warning for one in itineraries for warning in one.warnings)]
    return replace(
        draft,
        itineraries=itineraries,
        share_groups=sharing.groups,
        warnings=tuple(dict.fromkeys(noted)),
    )


def _offers(network: Network, plan: Plan, load: Load) -> list[UnitOffer]:
    """Other units of the departure; none where the network does not have the departure."""
    try:
        return offers_of(network, plan, load)
    except ModelError:
        return []


def _finish_one(
    network: Network, plan: Plan, itinerary: Itinerary, loads: dict[str, Load]
) -> Itinerary:
    shipment = plan.shipments[itinerary.shipment_id]
    pairs = service_pairs(network)
    if all(
        leg.kind is not LegKind.SERVICE or (leg.ref, leg.from_call, leg.to_call) in pairs
        for leg in itinerary.legs
    ):
        return stages.sampled(network, shipment, itinerary, loads)
    # A service without a voyage in the horizon has no next one to fall back on.
    limit = shipment.due_at or shipment.latest_at
    in_time = limit is None or itinerary.delivered_min <= network.minute(limit)
    return replace(
        itinerary,
        on_time_share=float(in_time),
        delivered_p90_min=itinerary.delivered_min,
        estimate_refs=estimate_refs(network, shipment, itinerary.legs, itinerary.clearances),
        warnings=crossing_warnings(network, itinerary.legs),
    )
