"""A candidate carried out: the plan with one more shipment, its loads and shares made anew."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from optimizer import stages
from optimizer.domain.shipment import Shipment
from optimizer.models.consolidation.assemble import Meter, load_of, shared_itinerary
from optimizer.models.routing.connector import connector_leg
from optimizer.models.routing.lane_units import in_load_units
from optimizer.network.network import Network
from optimizer.plan.itinerary import Itinerary, Leg
from optimizer.plan.load import Content, Load
from optimizer.plan.plan import Plan, ShareGroup
from optimizer.plan.sharing import share_loads
from optimizer.plan.sharing_rules import ShareRule, UnitOffer
from optimizer.replan.board import Board
from optimizer.replan.insert import Candidate, Insertion
from optimizer.replan.seats import SeatKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Applied:
    """
    A plan with one more shipment.

    Parameters
    ----------
    itinerary
        Of the shipment, complete with share and punctuality.
    loads
        Those that it rides in.
    share_change_fen
        What co-loaders pay more (less, where negative) than before, by shipment.
    """

    plan: Plan
    itinerary: Itinerary
    loads: tuple[Load, ...]
    share_change_fen: dict[str, int]


def apply(board: Board, insertion: Insertion, candidate: Candidate) -> Applied:
    """
    Carry out a candidate.

    Nobody else's way or time changes; riders of the same group of loads share its cost anew.
    """
    network, plan, shipment = board.network, board.plan, insertion.shipment
    meter = Meter(network.data)
    ridden, loads = _loads_with(meter, plan, shipment, candidate)
    own = itinerary_of(board, insertion, candidate, loads=ridden, meter=meter)
    own = replace(own, stand_alone_fen=insertion.stand_alone_fen)
    others = rides_again(meter, plan, [load.load_id for load in ridden], loads)
    draft = replace(
        plan,
        shipments={**plan.shipments, shipment.shipment_id: shipment},
        itineraries=(*others, own),
        loads=tuple(loads.values()),
        unassigned=tuple(u for u in plan.unassigned if u.shipment_id != shipment.shipment_id),
    )
    shared = share_again(network, draft, {load.load_id for load in ridden})
    mine = stages.sampled(network, shipment, shared.itineraries[-1], loads)
    before = {itinerary.shipment_id: itinerary.share_fen for itinerary in plan.itineraries}
    after = {itinerary.shipment_id: itinerary.share_fen for itinerary in shared.itineraries[:-1]}
    return Applied(
        plan=replace(
            shared,
            itineraries=(*shared.itineraries[:-1], mine),
            warnings=tuple(dict.fromkeys([*plan.warnings, *mine.warnings])),
        ),
        itinerary=mine,
        loads=tuple(ridden),
        share_change_fen={
            rider: after[rider] - before[rider] for rider in before if after[rider] != before[rider]
        },
    )


def itinerary_of(
    board: Board, insertion: Insertion, candidate: Candidate, *, loads: Sequence[Load], meter: Meter
) -> Itinerary:
    """The itinerary of a candidate through loads, before shares and sampling."""
    if candidate.column.itinerary is not None:
        return candidate.column.itinerary
    assert candidate.column.way is not None  # noqa: S101  (a column is one or the other)
    return shared_itinerary(
        board.network,
        insertion.shipment,
        candidate.column.way,
        loads=loads,
        connector_leg=connector_leg,
        meter=meter,
    )


def remove(board: Board, shipment_id: str) -> Board:
    """
    The plan without a shipment that it serves; a load that it had to itself goes too.

    Its co-loaders keep their ways and share their loads anew.
    """
    plan, meter = board.plan, Meter(board.network.data)
    loads: dict[str, Load] = {}
    touched: set[str] = set()
    for load in plan.loads:
        rest = tuple(part for part in load.contents if part.shipment_id != shipment_id)
        if len(rest) == len(load.contents):
            loads[load.load_id] = load
        elif rest:
            touched.add(load.load_id)
            loads[load.load_id] = join_load(meter, replace(load, contents=rest), ())
    others = tuple(one for one in plan.itineraries if one.shipment_id != shipment_id)
    draft = replace(plan, itineraries=others, loads=tuple(loads.values()))
    draft = replace(draft, itineraries=tuple(rides_again(meter, draft, sorted(touched), loads)))
    gone = {group for group in plan.share_groups if shipment_id in group.shipment_ids}
    draft = replace(
        draft, share_groups=tuple(group for group in plan.share_groups if group not in gone)
    )
    again = {load_id for group in gone for load_id in group.load_ids if load_id in loads}
    return Board.of(board.network, share_again(board.network, draft, again))


def join_load(meter: Meter, load: Load, more: Sequence[Content]) -> Load:
    """A load with more contents, its emissions made anew."""
    contents = tuple(sorted((*load.contents, *more), key=lambda part: part.shipment_id))
    legs = tuple(
        replace(leg, co2e_g=sum(meter.grams(leg, part.gross_kg) for part in contents))
        for leg in load.legs
    )
    return replace(load, contents=contents, legs=legs, co2e_g=sum(leg.co2e_g for leg in legs))


def _loads_with(
    meter: Meter, plan: Plan, shipment: Shipment, candidate: Candidate
) -> tuple[list[Load], dict[str, Load]]:
    """Loads that the shipment rides in, and all loads of the plan with them."""
    loads = {load.load_id: load for load in plan.loads}
    content = Content(
        shipment_id=shipment.shipment_id,
        gross_kg=shipment.gross_kg,
        volume_dm3=shipment.volume_dm3,
    )
    ridden: list[Load] = []
    for seat in candidate.seats:
        if seat.kind is SeatKind.BESIDE:
            load_id, contents = _new_id(loads), (content,)
        else:
            load_id = seat.load.load_id
            contents = tuple(
                sorted((*seat.load.contents, content), key=lambda part: part.shipment_id)
            )
        loads[load_id] = load_of(meter, seat.unit, contents, load_id)
        ridden.append(loads[load_id])
    return ridden, loads


def _new_id(loads: dict[str, Load]) -> str:
    numbers = [int(name[1:]) for name in loads if name[:1] == "L" and name[1:].isdigit()]
    return f"L{max(numbers, default=0) + 1:04d}"


def rides_again(
    meter: Meter, plan: Plan, load_ids: Sequence[str], loads: dict[str, Load]
) -> list[Itinerary]:
    """Itineraries of a plan on the legs of loads that may have changed, by load id."""
    changed = set(load_ids)
    found: list[Itinerary] = []
    for itinerary in plan.itineraries:
        if not any(leg.load_id in changed for leg in itinerary.legs):
            found.append(itinerary)
            continue
        gross_kg = plan.shipments[itinerary.shipment_id].gross_kg
        position: dict[str, int] = {}
        legs: list[Leg] = []
        for leg in itinerary.legs:
            if leg.load_id not in changed:
                legs.append(leg)
                continue
            at = position[leg.load_id] = position.get(leg.load_id, -1) + 1
            there = loads[leg.load_id].legs[at]
            legs.append(replace(there, cost_lines_fen={}, co2e_g=meter.grams(there, gross_kg)))
        found.append(replace(itinerary, legs=tuple(legs)))
    return found


def share_again(network: Network, plan: Plan, changed: set[str]) -> Plan:
    """Shares of the groups that hold changed loads; the others keep theirs."""
    if not changed:
        return plan
    riders = {
        c.shipment_id for load in plan.loads if load.load_id in changed for c in load.contents
    }
    touched = set(changed)
    for group in plan.share_groups:
        if touched & set(group.load_ids) or riders & set(group.shipment_ids):
            touched |= set(group.load_ids)
    loads = [load for load in plan.loads if load.load_id in touched]
    sharing = share_loads(
        loads,
        {
            itinerary.shipment_id: itinerary.stand_alone_fen - itinerary.own_cost_fen
            for itinerary in plan.itineraries
            if itinerary.stand_alone_fen
        },
        offers={load.load_id: offers_of(network, plan, load) for load in loads},
        rule=ShareRule(plan.share_rule),
    )
    kept = [group for group in plan.share_groups if not touched & set(group.load_ids)]
    groups: tuple[ShareGroup, ...] = (*kept, *sharing.groups)
    return replace(
        plan,
        itineraries=tuple(
            replace(itinerary, share_fen=sharing.share_fen[itinerary.shipment_id])
            if itinerary.shipment_id in sharing.share_fen
            else itinerary
            for itinerary in plan.itineraries
        ),
        share_groups=groups,
    )


def offers_of(network: Network, plan: Plan, load: Load) -> list[UnitOffer]:
    """Every load unit that the departure of a load offers."""
    units = in_load_units(network, load, network.data.load_units, quantile=plan.planning_quantile)
    return [UnitOffer.of(unit) for unit in units]
