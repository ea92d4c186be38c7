"""Whether cargo is there when it must leave: cut-offs, booking, loads, delivery (T4 to T9)."""

from __future__ import annotations

from optimizer.domain.network_data import NetworkData
from optimizer.domain.service import Service, TruckLane
from optimizer.domain.shipment import Shipment
from optimizer.plan.checks.codes import breach
from optimizer.plan.checks.facts import Facts
from optimizer.plan.checks.parts import Ride, Stop, Way
from optimizer.plan.itinerary import Itinerary, Leg
from optimizer.plan.load import Load
from optimizer.plan.plan import Plan, Violation


def check_sequence(data: NetworkData, plan: Plan) -> list[Violation]:
    """Shipments reach each departure in time (P705, P706, P708, P725, P726, P731, P732, P743)."""
    facts = Facts(data, plan)
    found: list[Violation] = []
    for itinerary, shipment in facts.served():
        rides = facts.rides(itinerary)
        stops = facts.stops(itinerary, shipment, rides)
        for number, (ride, stop) in enumerate(zip(rides, stops, strict=False)):
            found += _start_faults(facts, shipment, ride, stop, is_first=number == 0)
        found += _booking_faults(facts, itinerary, shipment)
        found += _delivery_faults(facts, itinerary, shipment, stops[-1].ready_min)
    return found


def lead_min(way: Way, leg: Leg) -> int:
    """Minutes for which cargo must be ready before a leg departs (T4, T5); 0 for connectors."""
    facility, product = way.origin.facility, way.product
    if facility is None or product is None:
        return 0
    if isinstance(product, TruckLane):
        return max(product.loading_min, facility.transfer_min)
    call = product.calls[leg.from_call]
    customs_min = call.customs_cutoff_min if way.crosses_border else 0
    return max(call.cargo_cutoff_min, facility.transfer_min, customs_min)


def boarding_faults(where: str, way: Way | str, leg: Leg, ready_min: int) -> list[Violation]:
    """Whether cargo that is ready at a minute makes a leg (P705, P708)."""
    if leg.departs_min < ready_min:
        return [breach("P708", where, ready_min - leg.departs_min)]
    if isinstance(way, Way):
        late_min = ready_min + lead_min(way, leg) - leg.departs_min
        if late_min > 0:
            return [breach("P705", where, late_min)]
    return []


def _start_faults(
    facts: Facts, shipment: Shipment, ride: Ride, stop: Stop, *, is_first: bool
) -> list[Violation]:
    where = f"shipment {shipment.shipment_id} leg {ride.first}"
    if is_first and ride.departs_min < stop.available_min:
        return [breach("P726", where, stop.available_min - ride.departs_min)]
    if ride.load is not None:
        late_min = stop.ready_min - ride.load.closes_min
        return [breach("P732", where, late_min)] if late_min > 0 else []
    leg = ride.legs[0]
    return boarding_faults(where, facts.way(leg, shipment), leg, stop.ready_min)


def _booking_faults(facts: Facts, itinerary: Itinerary, shipment: Shipment) -> list[Violation]:
    found: list[Violation] = []
    booked_min = facts.clock.minute(max(shipment.booked_at, facts.plan.planned_at))
    for position, leg in enumerate(itinerary.legs):
        way = facts.way(leg, shipment)
        if not isinstance(way, Way) or not isinstance(way.product, Service):
            continue
        closes_min = booking_closes_min(facts, way.product, leg)
        if closes_min is not None and booked_min > closes_min:
            where = f"shipment {shipment.shipment_id} leg {position}"
            found.append(breach("P706", where, booked_min - closes_min))
    return found


def booking_closes_min(facts: Facts, service: Service, leg: Leg) -> int | None:
    """When booking of the voyage of a leg ends: before the departure from its first call."""
    if leg.voyage_on is None:
        return None
    first = service.calls[0]
    zone = facts.data.facilities[first.facility_id].timezone
    departs_min = facts.clock.wall_min(zone, leg.voyage_on, first.depart_min)
    return departs_min - service.booking_close_min


def _delivery_faults(
    facts: Facts, itinerary: Itinerary, shipment: Shipment, delivered_min: int
) -> list[Violation]:
    where = f"shipment {shipment.shipment_id}"
    found: list[Violation] = []
    if itinerary.delivered_min != delivered_min:
        found.append(breach("P743", where, itinerary.delivered_min - delivered_min))
    if shipment.latest_at is not None:
        late_min = delivered_min - facts.clock.minute(shipment.latest_at)
        if late_min > 0:
            found.append(breach("P725", where, late_min))
    lateness_min = due_lateness_min(facts, shipment, delivered_min)
    if itinerary.lateness_min != lateness_min:
        found.append(breach("P731", where, itinerary.lateness_min - lateness_min))
    if not 0.0 <= itinerary.on_time_share <= 1.0:
        found.append(breach("P741", f"{where} on_time_share", itinerary.on_time_share))
    return found


def due_lateness_min(facts: Facts, shipment: Shipment, delivered_min: int) -> int:
    """Minutes after the due time; 0 without one (T9)."""
    if shipment.due_at is None:
        return 0
    return max(0, delivered_min - facts.clock.minute(shipment.due_at))


def check_loads(data: NetworkData, plan: Plan) -> list[Violation]:
    """Load units make their own connections, and close and release on time (P705, P708, P748)."""
    facts = Facts(data, plan)
    found: list[Violation] = []
    for load in plan.loads:
        found += _load_faults(facts, load)
    return found


def _load_faults(facts: Facts, load: Load) -> list[Violation]:
    where = f"load {load.load_id}"
    found: list[Violation] = []
    origin = facts.data.facilities.get(load.from_id)
    destination = facts.data.facilities.get(load.to_id)
    for facility, facility_id in ((origin, load.from_id), (destination, load.to_id)):
        if facility is None:
            found.append(breach("P702", f"{where} facility {facility_id}", 1))
        elif not facility.consolidates:
            found.append(breach("P753", f"{where} facility {facility_id}", 1))
    if origin is None or destination is None or not load.legs:
        return found
    for position in range(1, len(load.legs)):
        leg, ready_min = load.legs[position], load.legs[position - 1].available_min
        way = facts.way(leg, None)
        found += boarding_faults(f"{where} leg {position}", way, leg, ready_min)
    first = load.legs[0]
    way = facts.way(first, None)
    if isinstance(way, Way):
        closes_min = first.departs_min - lead_min(way, first) - origin.stuffing_min
        if load.closes_min != closes_min:
            found.append(breach("P748", f"{where} closes", load.closes_min - closes_min))
    released_min = load.legs[-1].available_min + destination.stuffing_min
    if load.released_min != released_min:
        found.append(breach("P748", f"{where} released", load.released_min - released_min))
    return found
