"""Shared capacities: slots, kilograms and positions on services, permits, borders (R1 to R3)."""

from __future__ import annotations

from decimal import ROUND_FLOOR, Decimal
from fractions import Fraction
from math import ceil

from optimizer.domain.network_data import NetworkData
from optimizer.domain.service import LOOSE, Service, TruckLane
from optimizer.plan.checks.codes import breach
from optimizer.plan.checks.facts import Facts
from optimizer.plan.checks.parts import Move
from optimizer.plan.plan import Plan, Violation
from optimizer.units import TEU_C

UNITS = {"teu": "TEU/100", "kg": "kg", "pos": "positions"}


def check_resources(data: NetworkData, plan: Plan) -> list[Violation]:
    """No shared capacity is drawn on beyond what there is (P718, P719, P720)."""
    facts = Facts(data, plan)
    used: dict[str, int] = {}
    room: dict[str, int] = {}
    for move in facts.moves():
        product = move.way.product
        if isinstance(product, Service):
            _draw_service(facts, move, product, used, room)
        elif isinstance(product, TruckLane) and move.leg.load_unit != LOOSE:
            _draw_truck(facts, move, product, used, room)
    codes = {"svc": "P718", "quota": "P719", "border": "P720"}
    return [
        breach(
            codes[resource.partition(":")[0]],
            resource,
            used[resource] - room[resource],
            detail=f"{used[resource]} of {room[resource]}",
            unit=UNITS.get(resource.rpartition(":")[2], "trucks"),
        )
        for resource in sorted(used)
        if used[resource] > room[resource]
    ]


def _draw_service(
    facts: Facts, move: Move, service: Service, used: dict[str, int], room: dict[str, int]
) -> None:
    drawn = {"teu": _teu_c(facts, move), "kg": _gross_kg(move), "pos": _positions(facts, move)}
    allotments = {
        "teu": service.allotment_teu_c,
        "kg": service.allotment_kg,
        "pos": service.allotment_positions,
    }
    for hop in range(move.leg.from_call, move.leg.to_call):
        for measure, allotment in allotments.items():
            if allotment > 0:
                resource = f"svc:{service.service_id}:{move.leg.voyage_on}:{hop}:{measure}"
                used[resource] = used.get(resource, 0) + drawn[measure]
                room[resource] = allotment


def _teu_c(facts: Facts, move: Move) -> int:
    unit = facts.data.load_units.get(move.leg.load_unit)
    if unit is not None:
        return unit.teu_c * move.leg.n_units
    if move.shipment is None or move.leg.load_unit != LOOSE:
        return 0
    parameters = facts.data.parameters
    by_volume = Fraction(move.shipment.volume_dm3) / Fraction(str(parameters["loose_teu_dm3"]))
    by_mass = Fraction(move.shipment.gross_kg) / Fraction(str(parameters["loose_teu_kg"]))
    return ceil(TEU_C * max(by_volume, by_mass))


def _gross_kg(move: Move) -> int:
    if move.load is not None:
        return move.load.gross_kg
    return move.shipment.gross_kg if move.shipment else 0


def _positions(facts: Facts, move: Move) -> int:
    unit = facts.data.load_units.get(move.leg.load_unit)
    return unit.positions * move.leg.n_units if unit else 0


def _draw_truck(
    facts: Facts, move: Move, lane: TruckLane, used: dict[str, int], room: dict[str, int]
) -> None:
    leg = move.leg
    if lane.quota_per_day > 0:
        on = facts.clock.local_date(move.way.timezone, leg.departs_min)
        resource = f"quota:{lane.lane_id}:{on}"
        used[resource] = used.get(resource, 0) + leg.n_units
        room[resource] = lane.quota_per_day
    for passage in leg.passages:
        crossing = facts.data.crossings.get(passage.crossing_id)
        if crossing is None:
            continue
        on = facts.clock.local_date(crossing.timezone, passage.enters_min)
        resource = f"border:{crossing.crossing_id}:{on}"
        used[resource] = used.get(resource, 0) + leg.n_units
        share = Decimal(str(crossing.firm_share))
        firm = (crossing.throughput_per_day * share).to_integral_value(ROUND_FLOOR)
        room[resource] = int(firm)
