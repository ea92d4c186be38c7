"""Whether itineraries and loads tell the same story, and whether shipments are whole (L2)."""

from __future__ import annotations

from dataclasses import replace

from optimizer.domain.network_data import NetworkData
from optimizer.domain.shipment import Shipment
from optimizer.plan.checks.codes import breach
from optimizer.plan.checks.facts import Facts
from optimizer.plan.checks.parts import Ride
from optimizer.plan.itinerary import Leg
from optimizer.plan.load import Content, Load
from optimizer.plan.plan import Plan, Violation

LegKey = tuple[object, ...]
DepartureKey = tuple[str, tuple[LegKey, ...]]


def leg_key(leg: Leg) -> LegKey:
    """All of a leg but who pays, what it costs and what it emits."""
    return (
        *(leg.kind, leg.mode, leg.ref, leg.from_id, leg.to_id, leg.departs_min, leg.arrives_min),
        *(leg.available_min, leg.distance_m, leg.voyage_on, leg.from_call, leg.to_call),
        *(leg.passages, leg.load_unit, leg.n_units),
    )


def departure_key(load: Load) -> DepartureKey:
    """Equal for the loads of one lane departure, whatever their load-unit types."""
    return load.lane_id, tuple(leg_key(replace(leg, load_unit="", n_units=0)) for leg in load.legs)


def check_contents(data: NetworkData, plan: Plan) -> list[Violation]:
    """What itineraries say about loads is what the loads say (P722, P744, P750, P751)."""
    facts = Facts(data, plan)
    keys = {load.load_id: departure_key(load) for load in plan.loads}
    departures: dict[DepartureKey, list[Load]] = {}
    for load in plan.loads:
        departures.setdefault(keys[load.load_id], []).append(load)
    found: list[Violation] = []
    ridden: set[tuple[str, str]] = set()
    for itinerary in plan.itineraries:
        shipment = plan.shipments.get(itinerary.shipment_id)
        for ride in facts.rides(itinerary) if itinerary.legs else ():
            if ride.load is None or shipment is None:
                continue
            together = departures[keys[ride.load.load_id]]
            ridden.update((load.load_id, shipment.shipment_id) for load in together)
            found += _ride_faults(shipment, ride, ride.load)
            found += _part_faults(shipment, ride.load, together)
    for load in plan.loads:
        where = f"load {load.load_id}"
        if not load.contents:
            found.append(breach("P750", where, 1))
        strangers = {
            content.shipment_id
            for content in load.contents
            if (load.load_id, content.shipment_id) not in ridden
        }
        found += [
            breach("P751", f"{where} content {stranger}", 1) for stranger in sorted(strangers)
        ]
    return found


def _ride_faults(shipment: Shipment, ride: Ride, load: Load) -> list[Violation]:
    where = f"shipment {shipment.shipment_id} leg"
    found = [
        breach("P744", f"{where} {ride.first + position}", 1)
        for position, (ours, theirs) in enumerate(zip(ride.legs, load.legs, strict=False))
        if leg_key(ours) != leg_key(theirs)
    ]
    if len(ride.legs) != len(load.legs):
        found.append(breach("P744", f"{where} {ride.first}", len(ride.legs) - len(load.legs)))
    return found


def _part_faults(shipment: Shipment, load: Load, together: list[Load]) -> list[Violation]:
    where = f"shipment {shipment.shipment_id} in {load.load_id}"
    parts: list[Content] = [
        content
        for other in together
        for content in other.contents
        if content.shipment_id == shipment.shipment_id
    ]
    if any(part.gross_kg < 0 or part.volume_dm3 < 0 for part in parts):
        return [breach("P741", where, 1, detail="negative part", unit="parts")]
    missing_kg = shipment.gross_kg - sum(part.gross_kg for part in parts)
    missing_dm3 = shipment.volume_dm3 - sum(part.volume_dm3 for part in parts)
    if missing_kg:
        return [breach("P722", where, missing_kg, detail="parts do not sum")]
    if missing_dm3:
        return [breach("P722", where, missing_dm3, detail="parts do not sum", unit="dm3")]
    holders = [
        other
        for other in together
        if any(content.shipment_id == shipment.shipment_id for content in other.contents)
    ]
    if len(parts) > 1 and any(
        shipment.gross_kg <= holder.payload_kg and shipment.volume_dm3 <= holder.usable_dm3
        for holder in holders
    ):
        elsewhere_kg = shipment.gross_kg - max(part.gross_kg for part in parts)
        return [breach("P722", where, elsewhere_kg, detail="fits one unit")]
    return []
