"""Every cost line from the rates, every total from its parts, every share (C1 to C7)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from optimizer.costs.rating import RateBook
from optimizer.costs.rating_events import (
    carbon_fen,
    customs_fen,
    inspection_fen,
    lateness_fen,
    storage_fen,
    stuffing_fen,
)
from optimizer.domain.network_data import NetworkData
from optimizer.domain.service import LOOSE
from optimizer.domain.shipment import Shipment
from optimizer.plan.checks.codes import breach
from optimizer.plan.checks.facts import Facts, carriage
from optimizer.plan.checks.parts import Move, Ride, Stop, Way
from optimizer.plan.checks.sequence import due_lateness_min
from optimizer.plan.itinerary import Itinerary, StorageEvent
from optimizer.plan.load import Load
from optimizer.plan.plan import Plan, Violation

OF_LEGS = frozenset({"line_haul", "connector", "surcharge", "handling", "border"})


def check_leg_costs(data: NetworkData, plan: Plan) -> list[Violation]:
    """Cost lines of every paid leg (P727), and that it is sold at all (P734)."""
    facts = Facts(data, plan)
    book = RateBook(data)
    found: list[Violation] = []
    for move in facts.moves():
        lines = _leg_lines(facts, book, move)
        if lines is None:
            found.append(breach("P734", move.where, 1, detail=move.leg.load_unit))
        else:
            found += _line_faults("P727", move.where, move.leg.cost_lines_fen, lines)
    return found


def _leg_lines(facts: Facts, book: RateBook, move: Move) -> dict[str, int] | None:
    leg = move.leg
    if leg.load_unit == LOOSE:
        shipment = move.shipment
        if shipment is None:
            return None
        return book.loose_lines(carriage(facts, move), shipment.gross_kg, shipment.volume_dm3)
    unit = facts.data.load_units.get(leg.load_unit)
    return None if unit is None else book.unit_lines(carriage(facts, move), unit, leg.n_units)


def _line_faults(
    code: str, where: str, got_fen: Mapping[str, int], wanted_fen: Mapping[str, int]
) -> list[Violation]:
    found: list[Violation] = []
    for key in sorted(got_fen.keys() | wanted_fen.keys()):
        got, wanted = got_fen.get(key, 0), wanted_fen.get(key, 0)
        if got != wanted:
            detail = f"{got} instead of {wanted}"
            found.append(
                breach(code, f"{where} line {key}", got - wanted, detail=detail, unit="fen")
            )
    return found


def _sum_lines(parts: Iterable[Mapping[str, int]]) -> dict[str, int]:
    total: dict[str, int] = {}
    for lines in parts:
        for key, amount in lines.items():
            total[key] = total.get(key, 0) + amount
    return total


def _split_lines(lines: Mapping[str, int]) -> tuple[dict[str, int], dict[str, int]]:
    of_legs = {key: fen for key, fen in lines.items() if key in OF_LEGS}
    return of_legs, {key: fen for key, fen in lines.items() if key not in OF_LEGS}


def check_itinerary_costs(data: NetworkData, plan: Plan) -> list[Violation]:
    """Storage, customs, inspection, stuffing, lateness, and totals (P727, P729, P736)."""
    facts = Facts(data, plan)
    found: list[Violation] = []
    for itinerary, shipment in facts.served():
        where = f"shipment {shipment.shipment_id}"
        rides = facts.rides(itinerary)
        stops = facts.stops(itinerary, shipment, rides)
        waits = _waits(facts, shipment, rides, stops)
        found += _storage_faults(where, itinerary, waits)
        extras = _extras(facts, itinerary, shipment, rides, stops)
        extras["storage"] = sum(wait.cost_fen for wait in waits)
        of_legs, others = _split_lines(itinerary.cost_lines_fen)
        found += _line_faults("P727", where, others, extras)
        summed = _sum_lines(leg.cost_lines_fen for leg in itinerary.legs)
        found += _line_faults("P729", where, of_legs, summed)
        gap_g = itinerary.co2e_g - sum(leg.co2e_g for leg in itinerary.legs)
        if gap_g:
            found.append(breach("P729", f"{where} co2e", gap_g, unit="g"))
    return found


def _extras(
    facts: Facts, itinerary: Itinerary, shipment: Shipment, rides: list[Ride], stops: list[Stop]
) -> dict[str, int]:
    data = facts.data
    ways = [facts.way(leg, shipment) for leg in itinerary.legs]
    crossings = [crossing for way in ways if isinstance(way, Way) for crossing in way.crossings]
    mode = data.customs_modes.get(shipment.customs_mode)
    ends = [
        (data.facilities.get(ride.load.from_id), data.facilities.get(ride.load.to_id))
        for ride in rides
        if ride.load is not None
    ]
    lateness_min = due_lateness_min(facts, shipment, stops[-1].ready_min)
    return {
        "customs": customs_fen(mode, 2) if mode and facts.is_international(shipment) else 0,
        "inspection": inspection_fen(data.inspections, shipment, crossings),
        "stuffing": sum(
            stuffing_fen(origin, destination, shipment.gross_kg)
            for origin, destination in ends
            if origin is not None and destination is not None
        ),
        "lateness": lateness_fen(lateness_min, shipment.late_fen_per_hour),
        "carbon": carbon_fen(data.parameters, itinerary.co2e_g),
    }


def _waits(
    facts: Facts, shipment: Shipment, rides: list[Ride], stops: list[Stop]
) -> list[StorageEvent]:
    """Waits at facilities before each ride, with what they cost (C4)."""
    waits: list[StorageEvent] = []
    for number, ride in enumerate(rides):
        stop, facility = stops[number], facts.data.facilities.get(stops[number].label)
        if facility is None or ride.departs_min <= stop.available_min:
            continue
        volume_dm3 = shipment.volume_dm3
        if number:
            volume_dm3 = _stored_dm3(facts, shipment, rides[number - 1], ride)
        wait_min = ride.departs_min - stop.available_min
        waits.append(
            StorageEvent(
                facility_id=facility.facility_id,
                from_min=stop.available_min,
                until_min=ride.departs_min,
                cost_fen=storage_fen(facility, wait_min, volume_dm3),
            )
        )
    return waits


def _stored_dm3(facts: Facts, shipment: Shipment, before: Ride, after: Ride) -> int:
    """Room taken between rides: of own units that stay packed, or of the goods."""
    arrives, departs = before.legs[-1], after.legs[0]
    unit = facts.data.load_units.get(arrives.load_unit)
    stays_packed = (
        unit is not None
        and not (arrives.load_id or departs.load_id)
        and arrives.load_unit == departs.load_unit
    )
    return unit.usable_dm3 * arrives.n_units if unit and stays_packed else shipment.volume_dm3


def _storage_faults(where: str, itinerary: Itinerary, waits: list[StorageEvent]) -> list[Violation]:
    """Listed waits are waits that happen, and those that cost something are listed."""
    found: list[Violation] = []
    missing = list(waits)
    for number, event in enumerate(itinerary.storages):
        if event in missing:
            missing.remove(event)
            continue
        close = [
            wait
            for wait in missing
            if wait.facility_id == event.facility_id
            and (wait.from_min == event.from_min or wait.until_min == event.until_min)
        ]
        amount = event.cost_fen
        if close:
            missing.remove(close[0])
            amount -= close[0].cost_fen
        found.append(breach("P736", f"{where} storage {number}", amount))
    found += [
        breach("P736", f"{where} at {wait.facility_id}", wait.cost_fen, detail="not listed")
        for wait in missing
        if wait.cost_fen
    ]
    return found


def check_load_costs(data: NetworkData, plan: Plan) -> list[Violation]:
    """Totals of loads and their storage on the way (P727, P729)."""
    found: list[Violation] = []
    for load in plan.loads:
        where = f"load {load.load_id}"
        of_legs, others = _split_lines(load.cost_lines_fen)
        found += _line_faults("P727", where, others, {"storage": _load_storage_fen(data, load)})
        summed = _sum_lines(leg.cost_lines_fen for leg in load.legs)
        found += _line_faults("P729", where, of_legs, summed)
        gap_g = load.co2e_g - sum(leg.co2e_g for leg in load.legs)
        if gap_g:
            found.append(breach("P729", f"{where} co2e", gap_g, unit="g"))
    return found


def _load_storage_fen(data: NetworkData, load: Load) -> int:
    unit = data.load_units.get(load.load_unit)
    total_fen = 0
    for before, after in zip(load.legs, load.legs[1:], strict=False):
        facility = data.facilities.get(before.to_id)
        wait_min = after.departs_min - before.available_min
        if unit is not None and facility is not None and wait_min > 0:
            total_fen += storage_fen(facility, wait_min, unit.usable_dm3)
    return total_fen
