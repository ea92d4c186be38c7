"""Customs: crossings that may be used, and clearances where and when they must be (T7)."""

from __future__ import annotations

from optimizer.domain.border import ANY, BorderStatus, Duration
from optimizer.domain.network_data import NetworkData
from optimizer.domain.shipment import Shipment
from optimizer.plan.checks.clock import duration_min
from optimizer.plan.checks.codes import breach
from optimizer.plan.checks.facts import Facts
from optimizer.plan.checks.parts import Stop, Way
from optimizer.plan.itinerary import ClearanceEvent, Itinerary
from optimizer.plan.plan import Plan, Violation


def check_crossings(data: NetworkData, plan: Plan) -> list[Violation]:
    """Crossings are open for use and offer the customs mode (P710, P712, P738, P749)."""
    facts = Facts(data, plan)
    found: list[Violation] = []
    for itinerary, shipment in facts.served():
        is_international = facts.is_international(shipment)
        for position, leg in enumerate(itinerary.legs):
            way = facts.way(leg, shipment)
            if not isinstance(way, Way):
                continue
            where = f"shipment {shipment.shipment_id} leg {position}"
            if way.crosses_border and not is_international:
                found.append(breach("P749", where, 1))
            for crossing in way.crossings:
                place = f"{where} at {crossing.crossing_id}"
                if crossing.status is BorderStatus.CLOSED:
                    found.append(breach("P710", place, 1))
                if is_international and shipment.customs_mode not in crossing.customs_modes:
                    found.append(breach("P712", place, 1, detail=shipment.customs_mode))
                if crossing.status is BorderStatus.RESTRICTED and not any(
                    crossing.crossing_id in text for text in (*itinerary.warnings, *plan.warnings)
                ):
                    found.append(breach("P738", place, 1))
    for load in plan.loads:
        for position, leg in enumerate(load.legs):
            way = facts.way(leg, None)
            crossings = way.crossings if isinstance(way, Way) else ()
            found += [
                breach("P710", f"load {load.load_id} leg {position} at {crossing.crossing_id}", 1)
                for crossing in crossings
                if crossing.status is BorderStatus.CLOSED
            ]
    return found


def clearance_duration(
    data: NetworkData, country: str, direction: str, customs_mode: str
) -> Duration | None:
    """Clearance time by the most specific row; ``None`` where there is no row at all."""
    wanted = ((country, customs_mode), (country, ANY), (ANY, customs_mode), (ANY, ANY))
    for key in wanted:
        for row in data.clearances:
            if row.direction == direction and (row.country, row.customs_mode) == key:
                return row.duration
    return None


def check_clearances(data: NetworkData, plan: Plan) -> list[Violation]:
    """International shipments are cleared at both ends of the border, others never (P713)."""
    facts = Facts(data, plan)
    found: list[Violation] = []
    for itinerary, shipment in facts.served():
        if facts.is_international(shipment):
            found += _clearance_faults(facts, itinerary, shipment)
            continue
        found += [
            breach(
                "P713",
                f"shipment {shipment.shipment_id} clearance {number}",
                event.ends_min - event.starts_min,
                detail="domestic",
            )
            for number, event in enumerate(itinerary.clearances)
        ]
    return found


def _clearance_faults(facts: Facts, itinerary: Itinerary, shipment: Shipment) -> list[Violation]:
    where = f"shipment {shipment.shipment_id}"
    rides = facts.rides(itinerary)
    stops = facts.stops(itinerary, shipment, rides)
    crossing_rides = [
        number
        for number, ride in enumerate(rides)
        for way in (facts.way(leg, shipment) for leg in ride.legs)
        if isinstance(way, Way) and way.crosses_border
    ]
    if not crossing_rides:
        return []
    allowed = {
        "export": (stops[: crossing_rides[0] + 1], shipment.origin.country),
        "import": (stops[crossing_rides[-1] + 1 :], shipment.destination.country),
    }
    found: list[Violation] = []
    for direction, (places, country) in allowed.items():
        events = [event for event in itinerary.clearances if event.direction == direction]
        if len(events) != 1:
            missing = clearance_duration(facts.data, country, direction, shipment.customs_mode)
            amount = duration_min(missing, facts.plan.planning_quantile) if missing else 1
            detail = f"{len(events)} {direction} clearances instead of one"
            found.append(breach("P713", f"{where} {direction}", amount, detail=detail))
        for event in events:
            found += _event_faults(facts, shipment, event, places, country)
    for event in itinerary.clearances:
        if event.direction not in allowed:
            found.append(breach("P713", where, 1, detail=f"direction {event.direction}"))
    return found


def _event_faults(
    facts: Facts,
    shipment: Shipment,
    event: ClearanceEvent,
    places: list[Stop],
    country: str,
) -> list[Violation]:
    where = f"shipment {shipment.shipment_id} {event.direction}"
    facility = facts.data.facilities.get(event.facility_id)
    if facility is None:
        return [breach("P702", f"{where} facility", 1)]
    found: list[Violation] = []
    taken_min = event.ends_min - event.starts_min
    stops = [stop for stop in places if event in stop.clearances]
    if not stops or facts.data.territory(facility.country) != facts.data.territory(country):
        detail = f"not possible at {event.facility_id}"
        found.append(breach("P713", where, taken_min, detail=detail))
    if shipment.customs_mode not in facility.customs_modes:
        found.append(breach("P712", f"{where} at {facility.facility_id}", 1))
    needed = clearance_duration(
        facts.data, facility.country, event.direction, shipment.customs_mode
    )
    needed_min = duration_min(needed, facts.plan.planning_quantile) if needed else None
    if taken_min != needed_min:
        gap = 1 if needed_min is None else taken_min - needed_min
        found.append(breach("P713", where, gap, detail="duration"))
    early_min = stops[0].available_min - event.starts_min if stops else 0
    if early_min > 0:
        found.append(breach("P713", where, early_min, detail="starts before availability"))
    return found


def check_load_customs(data: NetworkData, plan: Plan) -> list[Violation]:
    """Both ends of a load that crosses a border offer the customs mode of its contents (P712)."""
    facts = Facts(data, plan)
    found: list[Violation] = []
    for load in plan.loads:
        ways = [facts.way(leg, None) for leg in load.legs]
        if not any(isinstance(way, Way) and way.crosses_border for way in ways):
            continue
        for facility_id in (load.from_id, load.to_id):
            facility = data.facilities.get(facility_id)
            for content in load.contents:
                shipment = plan.shipments.get(content.shipment_id)
                if facility is None or shipment is None:
                    continue
                if shipment.customs_mode not in facility.customs_modes:
                    where = f"load {load.load_id} content {content.shipment_id} at {facility_id}"
                    found.append(breach("P712", where, 1, detail=shipment.customs_mode))
    return found
