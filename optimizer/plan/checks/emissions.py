"""CO2e of every leg from the factors (E1)."""

from __future__ import annotations

from optimizer.costs.rating_emissions import EmissionBook
from optimizer.domain.network_data import NetworkData
from optimizer.plan.checks.codes import breach
from optimizer.plan.checks.facts import Facts
from optimizer.plan.checks.parts import Way
from optimizer.plan.plan import Plan, Violation


def check_emissions(data: NetworkData, plan: Plan) -> list[Violation]:
    """Grams of each leg: for the shipment on an itinerary, for all contents on a load (P728)."""
    facts = Facts(data, plan)
    book = EmissionBook(data)
    found: list[Violation] = []
    for itinerary, shipment in facts.served():
        for position, leg in enumerate(itinerary.legs):
            way = facts.way(leg, shipment)
            if isinstance(way, Way):
                where = f"shipment {shipment.shipment_id} leg {position}"
                wanted_g = _leg_g(book, way, leg.distance_m, shipment.gross_kg)
                found += _faults(where, leg.co2e_g, wanted_g)
    for load in plan.loads:
        for position, leg in enumerate(load.legs):
            way = facts.way(leg, None)
            if isinstance(way, Way):
                parts = [
                    _leg_g(book, way, leg.distance_m, content.gross_kg) for content in load.contents
                ]
                known = [part for part in parts if part is not None]
                wanted_g = sum(known) if len(known) == len(parts) else None
                found += _faults(f"load {load.load_id} leg {position}", leg.co2e_g, wanted_g)
    return found


def _leg_g(book: EmissionBook, way: Way, distance_m: int, gross_kg: int) -> int | None:
    country = way.origin.country
    if way.product is None:
        return book.connector_g(country, distance_m, gross_kg)
    return book.leg_g(way.mode, way.sections, gross_kg, country)


def _faults(where: str, got_g: int, wanted_g: int | None) -> list[Violation]:
    if wanted_g is None:
        return [breach("P728", where, got_g, detail="no emission factor")]
    if got_g == wanted_g:
        return []
    return [breach("P728", where, got_g - wanted_g)]
