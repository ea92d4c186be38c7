"""Load units: what fits, what may share, what a carrier takes (L1, L3, L4, C7)."""

from __future__ import annotations

from itertools import groupby

from optimizer.costs.rating_events import n_own_units
from optimizer.domain.border import Interchange
from optimizer.domain.location import Mode
from optimizer.domain.network_data import NetworkData
from optimizer.domain.service import LOOSE, Service
from optimizer.domain.shipment import Shipment
from optimizer.plan.checks.codes import breach
from optimizer.plan.checks.facts import Facts
from optimizer.plan.checks.parts import Move
from optimizer.plan.itinerary import Leg
from optimizer.plan.load import Load
from optimizer.plan.plan import Plan, Violation


def check_room(data: NetworkData, plan: Plan) -> list[Violation]:
    """Loads are neither too heavy nor too large, and say so rightly (P716, P717, P752)."""
    found: list[Violation] = []
    for load in plan.loads:
        where, unit = f"load {load.load_id}", data.load_units.get(load.load_unit)
        if unit is None or not load.legs:
            continue
        payload_kg = min(unit.payload_kg.get(leg.mode, 0) for leg in load.legs)
        if load.payload_kg != payload_kg:
            gap_kg = load.payload_kg - payload_kg
            found.append(breach("P752", f"{where} payload", gap_kg, unit="kg"))
        if load.usable_dm3 != unit.usable_dm3:
            gap_dm3 = load.usable_dm3 - unit.usable_dm3
            found.append(breach("P752", f"{where} volume", gap_dm3, unit="dm3"))
        if load.gross_kg > payload_kg:
            found.append(breach("P716", where, load.gross_kg - payload_kg))
        if load.volume_dm3 > unit.usable_dm3:
            found.append(breach("P717", where, load.volume_dm3 - unit.usable_dm3))
    return found


def check_pools(data: NetworkData, plan: Plan) -> list[Violation]:
    """A load holds one customs pool and one cargo pool (P721)."""
    facts = Facts(data, plan)
    found: list[Violation] = []
    for load in plan.loads:
        for content in load.contents:
            shipment = plan.shipments.get(content.shipment_id)
            if shipment is None:
                continue
            pools = _pools(facts, shipment, load)
            for name, pool, wanted in zip(
                ("customs", "cargo"), pools, (load.customs_pool, load.cargo_pool), strict=True
            ):
                if pool != wanted:
                    where = f"load {load.load_id} content {content.shipment_id}"
                    detail = f"{name} pool {pool}, load {wanted}"
                    found.append(breach("P721", where, 1, detail=detail))
    return found


def _pools(facts: Facts, shipment: Shipment, load: Load) -> tuple[str, str]:
    mode = facts.data.customs_modes.get(shipment.customs_mode)
    cargo = facts.data.cargo_classes.get(shipment.cargo_class)
    # A domestic shipment may have no customs mode at all: it goes with any pool.
    return mode.pool if mode else load.customs_pool, cargo.pool if cargo else load.cargo_pool


def check_carried(data: NetworkData, plan: Plan) -> list[Violation]:
    """Carriers take the class and the unit; cold cargo rides in cold units (P723, P724, P735)."""
    facts = Facts(data, plan)
    found: list[Violation] = []
    for move in facts.moves():
        found += _unit_faults(facts, move)
        if isinstance(move.way.product, Service):
            found += _gauge_faults(facts, move, move.way.product)
        if move.shipment is not None:
            found += _cargo_faults(facts, move, move.shipment)
            continue
        for content in move.load.contents if move.load else ():
            shipment = plan.shipments.get(content.shipment_id)
            if shipment is not None:
                found += _cargo_faults(facts, move, shipment)
    return found


def _unit_faults(facts: Facts, move: Move) -> list[Violation]:
    code, product = move.leg.load_unit, move.way.product
    unit = facts.data.load_units.get(code)
    is_carried = product is None or code in product.load_units
    has_mode = code == LOOSE or (unit is not None and move.way.mode in unit.modes)
    if is_carried and has_mode:
        return []
    return [breach("P724", f"{move.where} load_unit", 1, detail=code)]


def _cargo_faults(facts: Facts, move: Move, shipment: Shipment) -> list[Violation]:
    where = f"{move.where} cargo of {shipment.shipment_id}"
    found: list[Violation] = []
    product = move.way.product
    if product is not None and shipment.cargo_class not in product.cargo_classes:
        found.append(breach("P724", where, 1, detail=shipment.cargo_class))
    cargo = facts.data.cargo_classes.get(shipment.cargo_class)
    unit = facts.data.load_units.get(move.leg.load_unit)
    if cargo is not None and cargo.refrigerated and unit is not None and not unit.refrigerated:
        found.append(breach("P723", where, max(1, move.leg.n_units), detail=unit.code))
    return found


def _gauge_faults(facts: Facts, move: Move, service: Service) -> list[Violation]:
    """Terminals before the first change of gauge have the gauge of the service."""
    if service.mode is not Mode.RAIL or service.gauge_mm <= 0:
        return []
    found: list[Violation] = []
    gauge_changes = [
        position
        for position, call in enumerate(service.calls)
        for section in call.sections
        if section.crossing_id
        and facts.data.crossings[section.crossing_id].interchange is Interchange.GAUGE_CHANGE
    ]
    for position, end in (
        (move.leg.from_call, move.way.origin),
        (move.leg.to_call, move.way.destination),
    ):
        gauges = end.facility.gauges_mm if end.facility else frozenset[int]()
        if not gauges or service.gauge_mm in gauges:
            continue
        if not any(change <= position for change in gauge_changes):
            gap_mm = min(abs(gauge - service.gauge_mm) for gauge in gauges)
            found.append(breach("P735", f"{move.where} at {end.label}", gap_mm))
    return found


def check_own_units(data: NetworkData, plan: Plan) -> list[Violation]:
    """A shipment that travels in units of its own has as many as it needs (P733)."""
    facts = Facts(data, plan)
    found: list[Violation] = []
    for itinerary, shipment in facts.served():
        numbered = enumerate(itinerary.legs)
        runs = groupby(numbered, key=lambda item: (item[1].load_id, item[1].load_unit))
        for (load_id, code), run in runs:
            unit = data.load_units.get(code)
            legs = list(run)
            if load_id or unit is None:
                continue
            needed = n_own_units(
                unit, [leg.mode for _, leg in legs], shipment.gross_kg, shipment.volume_dm3
            )
            most = n_own_units(unit, unit.modes, shipment.gross_kg, shipment.volume_dm3)
            found += _count_faults(shipment, legs, needed, most)
    return found


def _count_faults(
    shipment: Shipment, legs: list[tuple[int, Leg]], needed: int | None, most: int | None
) -> list[Violation]:
    if needed is None:  # a mode that does not take the type is reported as P724
        return []
    n_first = legs[0][1].n_units
    found: list[Violation] = []
    for position, leg in legs:
        where = f"shipment {shipment.shipment_id} leg {position}"
        if leg.n_units < needed:
            found.append(breach("P733", where, needed - leg.n_units, detail="too few"))
        elif leg.n_units > (most or needed):
            found.append(breach("P733", where, leg.n_units - (most or needed), detail="too many"))
        elif leg.n_units != n_first:
            found.append(breach("P733", where, leg.n_units - n_first, detail="changes on the way"))
    return found
