"""What keeps a person's plan from being timed at all; everything softer is left to the checks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise

from optimizer.domain.network_data import NetworkData
from optimizer.domain.service import LOOSE
from optimizer.domain.shipment import Shipment
from optimizer.errors import Finding, show_value
from optimizer.replan.hand_plan import HandLoad, HandPlan, HandRide, HandWay
from optimizer.units import MINUTES_PER_DAY

MAX_DAYS = 400
"""A departure further from the epoch is a slip of the pen, and no network is built for it."""


def find_hand_faults(data: NetworkData, hand: HandPlan) -> list[Finding]:
    """
    All that is wrong with a person's plan beyond broken rules.

    Returns
    -------
    list of Finding
        P770 unknown shipment, P771 unknown service, lane, load unit or load, P772 unknown place,
        P773 a departure far away, P774 legs that do not connect, P775 a service or lane that does
        not go there, P778 loads that wait for each other.
    """
    loads = {load.load_id: load for load in hand.loads}
    found: list[Finding] = []
    for load in hand.loads:
        found += _load_faults(data, hand, load)
    for way in hand.ways:
        shipment = hand.shipments.get(way.shipment_id)
        if shipment is None:
            found.append(_unknown_shipment(way.shipment_id, "itineraries"))
        else:
            found += _way_faults(data, way, shipment, loads)
    for entry in hand.unassigned:
        if entry.shipment_id not in hand.shipments:
            found.append(_unknown_shipment(entry.shipment_id, "unassigned"))
    return found or _circles(hand, loads)


def _unknown_shipment(shipment_id: str, where: str) -> Finding:
    return Finding(
        code="P770",
        what="unknown shipment",
        where=where,
        value=show_value(shipment_id),
        remedy="name a shipment of the list",
    )


def _load_faults(data: NetworkData, hand: HandPlan, load: HandLoad) -> list[Finding]:
    where = f"load {load.load_id}"
    found = [
        _unknown_shipment(part.shipment_id, where)
        for part in load.contents
        if part.shipment_id not in hand.shipments
    ]
    if load.load_unit not in data.load_units:
        found.append(_unknown("load unit", where, load.load_unit, data.load_units))
    if not load.rides:
        found.append(_broken(where, "has no legs"))
        return found
    for ride in load.rides:
        ends = [end for end in (ride.from_id, ride.to_id) if end not in data.facilities]
        found += [_unknown("facility", ride.where, end, ()) for end in ends]
        if not ends:
            found += _ride_faults(data, ride)
    return found + _chain_faults(load.rides, load.rides[0].from_id, load.rides[-1].to_id)


def _way_faults(
    data: NetworkData, way: HandWay, shipment: Shipment, loads: dict[str, HandLoad]
) -> list[Finding]:
    where = f"shipment {way.shipment_id}"
    if not way.steps:
        return [_broken(where, "has no legs")]
    points = {shipment.origin.label, shipment.destination.label}
    found: list[Finding] = []
    rides: list[HandRide] = []
    for step in way.steps:
        if isinstance(step, str):
            if step not in loads:
                found.append(_unknown("load", where, step, loads))
                return found
            rides += loads[step].rides
            continue
        rides.append(step)
        if step.load_unit != LOOSE and step.load_unit not in data.load_units:
            codes = [LOOSE, *data.load_units]
            found.append(_unknown("load unit", step.where, step.load_unit, codes))
        ends = step.from_id, step.to_id
        strange = [end for end in ends if end not in data.facilities and end not in points]
        found += [_unknown("place", step.where, end, ()) for end in strange]
        if not strange:
            found += _ride_faults(data, step)
    ends = shipment.origin.label, shipment.destination.label
    return found + _chain_faults(rides, *ends, where)


def _ride_faults(data: NetworkData, ride: HandRide) -> list[Finding]:
    if ride.departs_min is not None and abs(ride.departs_min) > MAX_DAYS * MINUTES_PER_DAY:
        days = f"{ride.departs_min // MINUTES_PER_DAY} days from it"
        remedy = f"state a time within {MAX_DAYS} days of the plan"
        what = "departs far away from the start of the plan"
        return [Finding(code="P773", what=what, where=ride.where, value=days, remedy=remedy)]
    ends = f"{ride.from_id} - {ride.to_id}"
    if not ride.ref:
        if ride.from_id in data.facilities or ride.to_id in data.facilities:
            return []
        return [_not_there(ride, "a connector joins a facility and another place", ends)]
    service, lane = data.services.get(ride.ref), data.truck_lanes.get(ride.ref)
    if service is not None:
        calls = service.calls
        joins = any(
            boards.facility_id == ride.from_id
            and boards.depart_min >= 0
            and any(c.facility_id == ride.to_id and c.arrive_min >= 0 for c in calls[at + 1 :])
            for at, boards in enumerate(calls)
        )
        called = " ".join(call.facility_id for call in calls)
        return [] if joins else [_not_there(ride, f"{ride.ref} calls at {called}", ends)]
    if lane is not None:
        way = lane.from_facility_id, lane.to_facility_id
        joins = way == (ride.from_id, ride.to_id)
        return [] if joins else [_not_there(ride, f"{ride.ref} joins {way[0]} - {way[1]}", ends)]
    remedy = "`teahorse network show services` and `trucks` list them"
    return [_unknown("service or truck lane", ride.where, ride.ref, (), remedy)]


def _chain_faults(
    rides: Sequence[HandRide], from_id: str, to_id: str, where: str = ""
) -> list[Finding]:
    found: list[Finding] = []
    expected = from_id
    for ride in rides:
        if ride.from_id != expected:
            what = f"leg starts at {ride.from_id or 'no place'}, the cargo is at {expected}"
            found.append(_broken(ride.where, what))
        expected = ride.to_id
    if expected != to_id:
        found.append(_broken(where or rides[-1].where, f"ends at {expected}, not at {to_id}"))
    return found


def _circles(hand: HandPlan, loads: dict[str, HandLoad]) -> list[Finding]:
    """Loads without a stated departure that wait for riders who come from each other."""
    before: dict[str, set[str]] = {name: set() for name in loads}
    for way in hand.ways:
        ridden = [step for step in way.steps if isinstance(step, str)]
        for earlier, later in pairwise(ridden):
            if loads[later].rides[0].departs_min is None:
                before[later].add(earlier)
    while True:
        ready = {name for name, waits in before.items() if not waits & before.keys()}
        if not ready:
            break
        before = {name: waits for name, waits in before.items() if name not in ready}
    if not before:
        return []
    return [
        Finding(
            code="P778",
            what="loads wait for each other",
            where="loads",
            value=", ".join(sorted(before)),
            remedy="state departs_at of one of them",
        )
    ]


def _unknown(what: str, where: str, value: str, known: Iterable[str], remedy: str = "") -> Finding:
    names = sorted(known)
    listed = f"one of {', '.join(names[:10])}" if names else "an id of the network"
    return Finding(
        code="P772" if what in {"facility", "place"} else "P771",
        what=f"unknown {what}",
        where=where,
        value=show_value(value),
        remedy=remedy or listed,
    )


def _not_there(ride: HandRide, remedy: str, ends: str) -> Finding:
    what = "does not go from there to there"
    return Finding(code="P775", what=what, where=ride.where, value=ends, remedy=remedy)


def _broken(where: str, what: str) -> Finding:
    remedy = "name legs that follow each other from the origin to the destination"
    return Finding(code="P774", what=what, where=where, remedy=remedy)
