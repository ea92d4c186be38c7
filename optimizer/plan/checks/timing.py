"""Minutes of each leg against timetables, driving times, opening hours and borders (T3 to T6)."""

from __future__ import annotations

from fractions import Fraction
from math import ceil

from optimizer.domain.border import ANY, Crossing
from optimizer.domain.network_data import NetworkData
from optimizer.domain.service import Section, Service, TruckLane
from optimizer.plan.checks.clock import duration_min
from optimizer.plan.checks.codes import breach
from optimizer.plan.checks.facts import Facts
from optimizer.plan.checks.parts import Move, great_circle_m
from optimizer.plan.itinerary import Leg
from optimizer.plan.plan import Plan, Violation


def check_timing(data: NetworkData, plan: Plan) -> list[Violation]:
    """Each paid leg keeps the clock of its carrier (P703, P704, P709, P711, P714-P715, P737...)."""
    facts = Facts(data, plan)
    found: list[Violation] = []
    for move in facts.moves():
        product = move.way.product
        if isinstance(product, Service):
            found += _service_faults(facts, move, product)
        elif isinstance(product, TruckLane):
            found += _truck_faults(facts, move, product)
        else:
            found += _connector_faults(facts, move)
    return found


def _service_faults(facts: Facts, move: Move, service: Service) -> list[Violation]:
    leg, day = move.leg, move.leg.voyage_on
    if day is None:
        return []
    found = _distance_faults(move, sum(section.distance_m for section in move.way.sections))
    runs = day.weekday() in service.weekdays and service.valid_from <= day <= service.valid_to
    if not runs or service.status != "running":
        detail = f"{service.service_id} on {day}"
        found.append(breach("P703", move.where, 1, detail=detail))
    boards, leaves = service.calls[leg.from_call], service.calls[leg.to_call]
    zones = [facts.data.facilities[call.facility_id].timezone for call in (boards, leaves)]
    departs = facts.clock.wall_min(zones[0], day, boards.depart_min)
    arrives = facts.clock.wall_min(zones[1], day, leaves.arrive_min)
    if leg.departs_min != departs:
        found.append(breach("P704", f"{move.where} departs", leg.departs_min - departs))
    if leg.arrives_min != arrives:
        found.append(breach("P704", f"{move.where} arrives", leg.arrives_min - arrives))
    found += _closure_faults(facts, move, service)
    available = leg.arrives_min + leaves.availability_min
    return found + _available_faults(move, available)


def _closure_faults(facts: Facts, move: Move, service: Service) -> list[Violation]:
    """No stretch between two calls overlaps a dated closure of a crossing on it."""
    found: list[Violation] = []
    leg, day = move.leg, move.leg.voyage_on
    if day is None:
        return found
    for number in range(leg.from_call, leg.to_call):
        before, after = service.calls[number], service.calls[number + 1]
        zones = [facts.data.facilities[call.facility_id].timezone for call in (before, after)]
        leaves_at = before.depart_min if before.depart_min >= 0 else before.arrive_min
        leaves = facts.clock.wall_min(zones[0], day, leaves_at)
        arrives = facts.clock.wall_min(zones[1], day, after.arrive_min)
        for section in after.sections:
            crossing = facts.data.crossings.get(section.crossing_id)
            for closure in crossing.closures if crossing else ():
                first, last = (
                    facts.clock.minute(closure.from_at),
                    facts.clock.minute(closure.until_at),
                )
                shared_min = min(arrives, last) - max(leaves, first)
                if shared_min > 0:
                    where = f"{move.where} at {section.crossing_id}"
                    found.append(breach("P757", where, shared_min))
    return found


def _truck_faults(facts: Facts, move: Move, lane: TruckLane) -> list[Violation]:
    leg = move.leg
    found = _distance_faults(move, sum(section.distance_m for section in move.way.sections))
    if lane.status != "running":
        found.append(breach("P703", move.where, 1, detail=lane.lane_id))
    origin, destination = move.way.origin.facility, move.way.destination.facility
    if origin is None or destination is None:
        return found
    opens = facts.clock.facility_opens(origin, leg.departs_min)
    if opens != leg.departs_min:
        wait = 1 if opens is None else opens - leg.departs_min
        found.append(breach("P709", f"{move.where} departs", wait, detail=origin.facility_id))
    crossings = [section.crossing_id for section in lane.sections if section.crossing_id]
    if crossings == [passage.crossing_id for passage in leg.passages]:
        found += _driving_faults(facts, move, lane)
    opens = facts.clock.facility_opens(destination, leg.arrives_min)
    return found + _available_faults(move, None if opens is None else opens + lane.loading_min)


class _Driver:
    """Position on the time line of a truck, and the driving since the last rest."""

    def __init__(self, departs_min: int, lane: TruckLane, parameters: dict[str, float]) -> None:
        self.now_min = departs_min
        self._driven_min = 0
        self._rests = lane.n_drivers <= 1
        self._limit_min = int(parameters["driver_max_drive_min"])
        self._rest_min = int(parameters["driver_rest_min"])

    def drive(self, section: Section) -> None:
        """Drive a section; a rest is taken when the limit is reached and road remains."""
        # The speed is read as the decimal that was written, not as its nearest binary fraction.
        hours = Fraction(section.distance_m) / (Fraction(str(section.speed_km_per_h)) * 1000)
        left_min = ceil(hours * 60)
        while self._rests and self._driven_min + left_min > self._limit_min:
            stretch_min = self._limit_min - self._driven_min
            self.now_min += stretch_min + self._rest_min
            left_min -= stretch_min
            self._driven_min = 0
        self.now_min += left_min
        self._driven_min += left_min

    def leave(self, leaves_min: int) -> None:
        """Go on from a border at a minute; a long stay was a rest."""
        if leaves_min - self.now_min >= self._rest_min:
            self._driven_min = 0
        self.now_min = leaves_min


def _driving_faults(facts: Facts, move: Move, lane: TruckLane) -> list[Violation]:
    leg = move.leg
    found: list[Violation] = []
    driver = _Driver(leg.departs_min, lane, facts.data.parameters)
    passages = iter(leg.passages)
    for section in lane.sections:
        driver.drive(section)
        if not section.crossing_id:
            continue
        crossing, passage = facts.data.crossings[section.crossing_id], next(passages)
        where = f"{move.where} at {crossing.crossing_id}"
        opens = facts.clock.crossing_opens(crossing, driver.now_min)
        if passage.enters_min < driver.now_min:
            early_min = driver.now_min - passage.enters_min
            found.append(breach("P714", f"{where} enters", early_min))
        elif opens != passage.enters_min:
            gap = 1 if opens is None else opens - passage.enters_min
            found.append(breach("P711", f"{where} enters", gap))
        leaves = passage.enters_min + _dwell_min(facts, move, crossing)
        if leaves != passage.leaves_min:
            found.append(breach("P711", f"{where} leaves", passage.leaves_min - leaves))
        driver.leave(max(passage.leaves_min, driver.now_min))
    if driver.now_min != leg.arrives_min:
        late_min = leg.arrives_min - driver.now_min
        found.append(breach("P714", f"{move.where} arrives", late_min))
    return found


def _dwell_min(facts: Facts, move: Move, crossing: Crossing) -> int:
    """Time at a crossing: of the shipment's customs mode, or the longest of the load's pool."""
    if move.shipment is not None:
        modes = [move.shipment.customs_mode]
    else:
        pool = move.load.customs_pool if move.load else ""
        modes = [
            code
            for code in sorted(crossing.customs_modes)
            if code in facts.data.customs_modes and facts.data.customs_modes[code].pool == pool
        ]
    rows = [crossing.dwell.get(code) or crossing.dwell.get(ANY) for code in modes or [ANY]]
    quantile = facts.plan.planning_quantile
    return max((duration_min(row, quantile) for row in rows if row is not None), default=0)


def _connector_faults(facts: Facts, move: Move) -> list[Violation]:
    leg, way, parameters = move.leg, move.way, facts.data.parameters
    if way.origin.country != way.destination.country:
        return [breach("P747", move.where, 1)]
    found: list[Violation] = []
    has_point = way.origin.facility is None or way.destination.facility is None
    limit_km = parameters["connector_address_max_km" if has_point else "connector_max_km"]
    direct_m = great_circle_m(way.origin, way.destination)
    if direct_m > limit_km * 1000:
        found.append(breach("P715", move.where, direct_m / 1000 - limit_km))
    circuity = parameters.get(f"circuity_{way.origin.country}", parameters["circuity_default"])
    found += _distance_faults(
        move, facts.roads.distance_m(way.origin, way.destination, direct_m, circuity)
    )
    speed = Fraction(str(parameters["connector_speed_km_per_h"]))
    drive_min = ceil(Fraction(leg.distance_m * 60) / (speed * 1000))
    duration = drive_min + int(parameters["connector_fixed_min"])
    if leg.arrives_min - leg.departs_min != duration:
        late_min = leg.arrives_min - leg.departs_min - duration
        found.append(breach("P746", f"{move.where} arrives", late_min))
    destination = way.destination.facility
    if destination is None:
        return found + _available_faults(move, leg.arrives_min)
    return found + _available_faults(move, facts.clock.facility_opens(destination, leg.arrives_min))


def _distance_faults(move: Move, distance_m: int) -> list[Violation]:
    if move.leg.distance_m == distance_m:
        return []
    return [breach("P740", move.where, move.leg.distance_m - distance_m)]


def _available_faults(move: Move, available_min: int | None) -> list[Violation]:
    leg: Leg = move.leg
    if available_min == leg.available_min:
        return []
    gap = 1 if available_min is None else leg.available_min - available_min
    return [breach("P737", f"{move.where} available", gap)]
