"""Which data rows an itinerary rests on that are our own estimates."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from optimizer.costs.price_book import (
    card_scopes,
    price_book,
    surcharge_scopes,
)
from optimizer.domain.provenance import Provenance
from optimizer.domain.shipment import Shipment
from optimizer.network.clearances import clearance_row
from optimizer.network.network import Network
from optimizer.plan.itinerary import ClearanceEvent, Leg

Row = tuple[str, str, Provenance]


def estimate_refs(
    network: Network,
    shipment: Shipment,
    legs: Sequence[Leg],
    clearances: Sequence[ClearanceEvent],
) -> tuple[str, ...]:
    """
    ``table:key`` of the rows with confidence ``estimate``, in the order of the way.

    Facilities, services, truck lanes, crossings, rate cards, surcharges, clearances and load units
    are looked at.
    """
    rows: list[Row] = []
    for leg in legs:
        rows.extend(_leg_rows(network, leg))
    for event in clearances:
        country = network.data.facilities[event.facility_id].country
        rows.extend(_clearance_rows(network, country, event.direction, shipment.customs_mode))
    return tuple(
        dict.fromkeys(f"{table}:{key}" for table, key, origin in rows if origin.is_estimate)
    )


def _leg_rows(network: Network, leg: Leg) -> Iterable[Row]:
    data = network.data
    ends = [data.facilities[end] for end in (leg.from_id, leg.to_id) if end in data.facilities]
    for facility in ends:
        yield "facilities", facility.facility_id, facility.provenance
    if leg.ref in data.services:
        yield "services", leg.ref, data.services[leg.ref].provenance
    if leg.ref in data.truck_lanes:
        yield "truck_lanes", leg.ref, data.truck_lanes[leg.ref].provenance
    for passage in leg.passages:
        yield "borders", passage.crossing_id, data.crossings[passage.crossing_id].provenance
    book = price_book(network)
    on = network.local_date(ends[0].timezone, leg.departs_min)
    card = book.card(card_scopes(leg.ref, ends[0].country), leg.load_unit, on)
    if card is not None:
        yield "rate_cards", card.rate_id, card.provenance
    for surcharge in book.surcharges(surcharge_scopes(leg.ref, leg.mode), on):
        yield "surcharges", surcharge.surcharge_id, surcharge.provenance
    unit = data.load_units.get(leg.load_unit)
    if unit is not None:
        yield "load_units", unit.code, unit.provenance


def _clearance_rows(
    network: Network, country: str, direction: str, customs_mode: str
) -> Iterable[Row]:
    row = clearance_row(network.clearance_rows, country, direction, customs_mode)
    if row is not None:
        yield "clearances", f"{row.country}/{row.direction}/{row.customs_mode}", row.provenance
