"""Whether a plan is about the right things: every shipment once, known ids, connected legs."""

from __future__ import annotations

from collections import Counter

from optimizer.domain.network_data import NetworkData
from optimizer.domain.service import LOOSE
from optimizer.plan.checks.codes import breach
from optimizer.plan.checks.facts import Facts
from optimizer.plan.checks.parts import Way
from optimizer.plan.itinerary import Leg, LegKind
from optimizer.plan.plan import Plan, Violation
from optimizer.plan.reasons import REASONS


def check_assignment(data: NetworkData, plan: Plan) -> list[Violation]:
    """Every shipment is served or listed exactly once, with a known reason (P701, P702)."""
    facts = Facts(data, plan)
    found: list[Violation] = []
    served = Counter(itinerary.shipment_id for itinerary in plan.itineraries)
    listed = Counter(entry.shipment_id for entry in plan.unassigned)
    for shipment_id in sorted(plan.shipments):
        times = served[shipment_id] + listed[shipment_id]
        if times != 1:
            found.append(breach("P701", f"shipment {shipment_id}", times - 1))
    unknown = sorted((served + listed).keys() - plan.shipments.keys())
    found += [breach("P702", f"shipment {shipment_id}", 1) for shipment_id in unknown]
    for load_id, times in sorted(Counter(load.load_id for load in plan.loads).items()):
        if times > 1:
            found.append(breach("P701", f"load {load_id}", times - 1))
    for entry in plan.unassigned:
        where = f"unassigned {entry.shipment_id}"
        if entry.code not in REASONS:
            found.append(breach("P702", f"{where} code", 1, detail="reason code"))
        shipment = plan.shipments.get(entry.shipment_id)
        price_fen = shipment.unserved_fen if shipment else 0
        if entry.penalty_fen < 0 or (price_fen and entry.penalty_fen != price_fen):
            found.append(breach("P742", where, entry.penalty_fen - price_fen))
    for shipment_id, shipment in sorted(plan.shipments.items()):
        where = f"shipment {shipment_id}"
        known = {
            "cargo_class": shipment.cargo_class in data.cargo_classes,
            "customs_mode": shipment.customs_mode in data.customs_modes
            or not facts.is_international(shipment),
        }
        for name, is_known in known.items():
            if not is_known:
                found.append(breach("P702", f"{where} {name}", 1))
    return found


def check_legs(data: NetworkData, plan: Plan) -> list[Violation]:
    """Each leg names things that exist and that agree with each other (P702, P739)."""
    facts = Facts(data, plan)
    found: list[Violation] = []
    for itinerary in plan.itineraries:
        shipment = plan.shipments.get(itinerary.shipment_id)
        for position, leg in enumerate(itinerary.legs):
            where = f"shipment {itinerary.shipment_id} leg {position}"
            found += _leg_faults(facts, where, leg, facts.way(leg, shipment))
            if leg.load_id and leg.load_id not in facts.loads:
                found.append(breach("P702", f"{where} load_id", 1))
            if leg.load_id and leg.cost_lines_fen:
                fields = len(leg.cost_lines_fen)
                detail = "the load pays, not the leg"
                found.append(breach("P739", f"{where} cost_lines_fen", fields, detail=detail))
    for load in plan.loads:
        for position, leg in enumerate(load.legs):
            where = f"load {load.load_id} leg {position}"
            found += _leg_faults(facts, where, leg, facts.way(leg, None))
            if leg.load_unit != load.load_unit or leg.n_units != 1:
                found.append(breach("P739", f"{where} load_unit", 1, detail="one of the load"))
            if leg.load_id not in {"", load.load_id}:
                found.append(breach("P739", f"{where} load_id", 1))
        if load.load_unit not in data.load_units:
            found.append(breach("P702", f"load {load.load_id} load_unit", 1))
        for content in load.contents:
            if content.shipment_id not in plan.shipments:
                where = f"load {load.load_id} content {content.shipment_id}"
                found.append(breach("P702", where, 1))
    return found


def _leg_faults(facts: Facts, where: str, leg: Leg, way: Way | str) -> list[Violation]:
    found: list[Violation] = []
    is_loose = leg.load_unit == LOOSE
    if not is_loose and leg.load_unit not in facts.data.load_units:
        found.append(breach("P702", f"{where} load_unit", 1))
    if is_loose != (leg.n_units == 0) or leg.n_units < 0:
        found.append(breach("P739", f"{where} n_units", 1))
    if isinstance(way, str):
        return [*found, breach(way, where, 1)]
    if leg.mode is not way.mode:
        found.append(breach("P739", f"{where} mode", 1, detail=f"is {way.mode}"))
    if leg.kind is not LegKind.SERVICE:
        extra = (leg.voyage_on is not None) + (leg.from_call != -1) + (leg.to_call != -1)
        if extra:
            found.append(breach("P739", where, extra, detail="has a voyage but no service"))
    wanted = tuple(crossing.crossing_id for crossing in way.crossings)
    got = tuple(passage.crossing_id for passage in leg.passages)
    if wanted != got:
        n_wrong = len(set(wanted) ^ set(got)) or 1
        detail = f"way crosses {', '.join(wanted) or 'no border'}"
        found.append(breach("P739", f"{where} passages", n_wrong, detail=detail))
    if leg.kind is LegKind.SERVICE:
        timed = sum((p.enters_min != -1) + (p.leaves_min != -1) for p in leg.passages)
        if timed:
            detail = "the timetable contains the border"
            found.append(breach("P739", f"{where} passages", timed, detail=detail))
    return found


def check_connected(data: NetworkData, plan: Plan) -> list[Violation]:
    """Legs join the origin to the destination without a hole (P707, P745)."""
    del data
    found: list[Violation] = []
    for itinerary in plan.itineraries:
        where = f"shipment {itinerary.shipment_id}"
        shipment = plan.shipments.get(itinerary.shipment_id)
        if not itinerary.legs:
            found.append(breach("P707", where, 1, detail="no legs"))
        elif shipment is not None:
            ends = (shipment.origin.label, shipment.destination.label)
            found += _holes(where, itinerary.legs, *ends)
    for load in plan.loads:
        where = f"load {load.load_id}"
        if not load.legs:
            found.append(breach("P707", where, 1, detail="no legs"))
        else:
            found += _holes(where, load.legs, load.from_id, load.to_id)
    return found


def _holes(where: str, legs: tuple[Leg, ...], from_id: str, to_id: str) -> list[Violation]:
    found: list[Violation] = []
    expected = from_id
    for position, leg in enumerate(legs):
        if leg.from_id != expected:
            detail = f"{leg.from_id} after {expected}"
            found.append(breach("P707", f"{where} leg {position}", 1, detail=detail))
        expected = leg.to_id
        before = legs[position - 1] if position else None
        if (
            before is not None
            and before.load_id == leg.load_id
            and before.kind is leg.kind is LegKind.CONNECTOR
        ):
            found.append(breach("P745", f"{where} leg {position}", 1))
    if expected != to_id:
        found.append(breach("P707", where, 1, detail=f"ends at {expected}, not {to_id}"))
    return found
