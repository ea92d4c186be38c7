"""What legs take from shared resources (rules R1 to R3), and until when they can be booked."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date

from optimizer.domain.service import LOOSE
from optimizer.domain.shipment import Shipment
from optimizer.network.capacity import loose_teu_c
from optimizer.network.network import UNREACHED, Network
from optimizer.plan.itinerary import Itinerary, Leg, LegKind

Draws = tuple[tuple[str, int], ...]


def unit_draws(network: Network, legs: Sequence[Leg]) -> Draws:
    """
    Draws of the load units on legs, without the mass, which the contents draw.

    Returns
    -------
    tuple of (resource id, amount)
        In the order of the way; each resource once.
    """
    found: dict[str, int] = {}
    for leg in legs:
        if leg.load_unit == LOOSE:
            continue
        for resource, amount in _leg_draws(network, leg):
            found[resource] = found.get(resource, 0) + amount
    return tuple(found.items())


def mass_draws(network: Network, legs: Sequence[Leg], gross_kg: int) -> Draws:
    """Draws on kilograms of the services that limit them."""
    return tuple(
        (f"{hop}:kg", gross_kg)
        for leg in legs
        if leg.kind is LegKind.SERVICE and network.data.services[leg.ref].allotment_kg > 0
        for hop in _hops(leg)
    )


def loose_draws(network: Network, legs: Sequence[Leg], gross_kg: int, volume_dm3: int) -> Draws:
    """Draws of a loose shipment on TEU and kilograms."""
    teu_c = loose_teu_c(network, gross_kg, volume_dm3)
    on_trains = tuple(
        (f"{hop}:teu", teu_c)
        for leg in legs
        if leg.kind is LegKind.SERVICE and network.data.services[leg.ref].allotment_teu_c > 0
        for hop in _hops(leg)
    )
    return on_trains + mass_draws(network, legs, gross_kg)


def itinerary_draws(network: Network, itinerary: Itinerary, shipment: Shipment) -> dict[str, int]:
    """Draws of a shipment that travels alone, resource id -> amount."""
    own = [leg for leg in itinerary.legs if leg.load_unit != LOOSE]
    loose = [leg for leg in itinerary.legs if leg.load_unit == LOOSE]
    drawn: dict[str, int] = defaultdict(int)
    for resource, amount in (
        *unit_draws(network, own),
        *mass_draws(network, own, shipment.gross_kg),
        *loose_draws(network, loose, shipment.gross_kg, shipment.volume_dm3),
    ):
        drawn[resource] += amount
    return dict(drawn)


def book_by_min(network: Network, legs: Sequence[Leg]) -> int:
    """Latest minute at which every service of the legs can still be booked."""
    latest = UNREACHED
    for leg in legs:
        if leg.kind is LegKind.SERVICE:
            service = network.data.services[leg.ref]
            clock = network.clock(network.data.facilities[service.calls[0].facility_id].timezone)
            day = date.toordinal(leg.voyage_on) if leg.voyage_on else 0
            starts = clock.minute(day, service.calls[0].depart_min)
            latest = min(latest, starts - service.booking_close_min)
    return latest


def _hops(leg: Leg) -> list[str]:
    return [f"svc:{leg.ref}:{leg.voyage_on}:{call}" for call in range(leg.from_call, leg.to_call)]


def _leg_draws(network: Network, leg: Leg) -> list[tuple[str, int]]:
    data = network.data
    unit = data.load_units[leg.load_unit]
    if leg.kind is LegKind.SERVICE:
        service = data.services[leg.ref]
        amounts = (
            ("teu", service.allotment_teu_c, unit.teu_c * leg.n_units),
            ("pos", service.allotment_positions, unit.positions * leg.n_units),
        )
        return [
            (f"{hop}:{measure}", amount)
            for hop in _hops(leg)
            for measure, allotment, amount in amounts
            if allotment > 0 and amount > 0
        ]
    if leg.kind is LegKind.CONNECTOR:
        return []
    draws: list[tuple[str, int]] = []
    if data.truck_lanes[leg.ref].quota_per_day > 0:
        on = network.local_date(data.facilities[leg.from_id].timezone, leg.departs_min)
        draws.append((f"quota:{leg.ref}:{on}", leg.n_units))
    for passage in leg.passages:
        zone = data.crossings[passage.crossing_id].timezone
        on = network.local_date(zone, passage.enters_min)
        draws.append((f"border:{passage.crossing_id}:{on}", leg.n_units))
    return draws
