"""Which data rows an itinerary rests on that are our own estimates."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from functools import lru_cache
from typing import NamedTuple

from optimizer.costs.price_book import (
    card_scopes,
    price_book,
    surcharge_scopes,
)
from optimizer.domain.location import Mode
from optimizer.domain.provenance import Provenance
from optimizer.domain.shipment import Shipment
from optimizer.network.clearances import clearance_row
from optimizer.network.network import Network
from optimizer.plan.itinerary import ClearanceEvent, Leg

Row = tuple[str, str, Provenance]


class Carriage(NamedTuple):
    """A leg apart from its date: product, mode, load unit, and its ends that are facilities."""

    ref: str
    mode: Mode
    load_unit: str
    facility_ids: tuple[str, ...]


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
    refs: list[str] = []
    for leg in legs:
        refs.extend(_leg_refs(network, *_named(network, leg)))
    for event in clearances:
        country = network.data.facilities[event.facility_id].country
        rows = _clearance_rows(network, country, event.direction, shipment.customs_mode)
        refs.extend(_estimates(rows))
    return tuple(dict.fromkeys(refs))


def _estimates(rows: Iterable[Row]) -> tuple[str, ...]:
    return tuple(f"{table}:{key}" for table, key, origin in rows if origin.is_estimate)


def _named(network: Network, leg: Leg) -> tuple[Carriage, tuple[str, ...], date]:
    """What the rows of a leg depend on: the same few come up in quote after quote."""
    ends = [end for end in (leg.from_id, leg.to_id) if end in network.facility_index]
    zone = network.data.facilities[ends[0]].timezone
    return (
        Carriage(leg.ref, leg.mode, leg.load_unit, tuple(ends)),
        tuple(passage.crossing_id for passage in leg.passages),
        network.local_date(zone, leg.departs_min),
    )


@lru_cache(maxsize=16_384)
def _leg_refs(
    network: Network, carriage: Carriage, crossing_ids: tuple[str, ...], on: date
) -> tuple[str, ...]:
    return _estimates(_leg_rows(network, carriage, crossing_ids, on))


def _leg_rows(
    network: Network, carriage: Carriage, crossing_ids: tuple[str, ...], on: date
) -> Iterable[Row]:
    data = network.data
    ends = [data.facilities[end] for end in carriage.facility_ids]
    for facility in ends:
        yield "facilities", facility.facility_id, facility.provenance
    if carriage.ref in data.services:
        yield "services", carriage.ref, data.services[carriage.ref].provenance
    if carriage.ref in data.truck_lanes:
        yield "truck_lanes", carriage.ref, data.truck_lanes[carriage.ref].provenance
    for crossing_id in crossing_ids:
        yield "borders", crossing_id, data.crossings[crossing_id].provenance
    book = price_book(network)
    card = book.card(card_scopes(carriage.ref, ends[0].country), carriage.load_unit, on)
    if card is not None:
        yield "rate_cards", card.rate_id, card.provenance
    for surcharge in book.surcharges(surcharge_scopes(carriage.ref, carriage.mode), on):
        yield "surcharges", surcharge.surcharge_id, surcharge.provenance
    unit = data.load_units.get(carriage.load_unit)
    if unit is not None:
        yield "load_units", unit.code, unit.provenance


def _clearance_rows(
    network: Network, country: str, direction: str, customs_mode: str
) -> Iterable[Row]:
    row = clearance_row(network.clearance_rows, country, direction, customs_mode)
    if row is not None:
        yield "clearances", f"{row.country}/{row.direction}/{row.customs_mode}", row.provenance
