"""A plan as flat rows: what the page and the workbook both show, computed once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from optimizer.domain.network_data import NetworkData
from optimizer.domain.service import LOOSE
from optimizer.domain.shipment import Shipment
from optimizer.plan.itinerary import Itinerary, Leg, LegKind
from optimizer.plan.load import Load
from optimizer.plan.plan import Plan
from optimizer.report.places import Gazetteer, Spot

CONNECTOR = "connector"
NO_MODE = "facility"
MODE_KEYS: tuple[str, ...] = ("rail", "road", "air", CONNECTOR)
"""Modes as the report tells them apart: short road moves are not line haul."""


def mode_key(leg: Leg) -> str:
    """``rail``, ``road``, ``air``, or ``connector`` for first and last miles and drayage."""
    return CONNECTOR if leg.kind is LegKind.CONNECTOR else leg.mode.value


@dataclass(frozen=True, slots=True, kw_only=True)
class LegRow:
    """
    One leg with local times.

    Parameters
    ----------
    owner
        Load id for a leg of a load, shipment id for a leg of a shipment.
    carried_as
        ``loose``, ``2 × 40HQ``, or ``in L-001 (40HQ)``.
    """

    owner: str
    position: int
    mode: str
    ref: str
    name: str
    start: Spot
    end: Spot
    departs: datetime
    arrives: datetime
    available: datetime
    distance_km: float
    carried_as: str
    load_id: str
    crossings: tuple[Spot, ...]
    cost_fen: int
    co2e_g: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ShipmentRow:
    """One served shipment."""

    shipment: Shipment
    itinerary: Itinerary
    start: Spot
    end: Spot
    legs: tuple[LegRow, ...]
    chain: tuple[str, ...]
    main_mode: str
    load_ids: tuple[str, ...]
    ready: datetime
    departs: datetime
    delivered: datetime
    due: datetime | None
    saving_fen: int
    """Against travelling alone; 0 where that is not known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadRow:
    """One shared load unit."""

    load: Load
    start: Spot
    end: Spot
    legs: tuple[LegRow, ...]
    chain: tuple[str, ...]
    closes: datetime
    departs: datetime
    arrives: datetime
    released: datetime
    mass_share: float
    volume_share: float
    shippers: tuple[str, ...]

    @property
    def fill(self) -> float:
        """Fill in the dimension that is fuller."""
        return max(self.mass_share, self.volume_share)

    @property
    def fen_per_m3(self) -> float:
        """Cost of one cubic metre that rides."""
        return self.load.cost_fen * 1000 / max(1, self.load.volume_dm3)


def carried_as(leg: Leg) -> str:
    """How the cargo of a leg is packed, in words."""
    if leg.load_id:
        return f"in {leg.load_id} ({leg.load_unit})"
    return "loose" if leg.load_unit == LOOSE else f"{leg.n_units} × {leg.load_unit}"


def service_name(leg: Leg, data: NetworkData) -> str:
    """Name of what carries a leg."""
    if leg.ref in data.services:
        return data.services[leg.ref].name_en
    return "Truck" if leg.kind is LegKind.TRUCK else "Short road move"


def leg_row(leg: Leg, owner: str, position: int, data: NetworkData, places: Gazetteer) -> LegRow:
    """Row of one leg."""
    return LegRow(
        owner=owner,
        position=position,
        mode=mode_key(leg),
        ref=leg.ref,
        name=service_name(leg, data),
        start=places.spot(leg.from_id),
        end=places.spot(leg.to_id),
        departs=places.local(leg.from_id, leg.departs_min),
        arrives=places.local(leg.to_id, leg.arrives_min),
        available=places.local(leg.to_id, leg.available_min),
        distance_km=leg.distance_m / 1000,
        carried_as=carried_as(leg),
        load_id=leg.load_id,
        crossings=tuple(places.spot(passage.crossing_id) for passage in leg.passages),
        cost_fen=leg.cost_fen,
        co2e_g=leg.co2e_g,
    )


def _rows(legs: tuple[Leg, ...], owner: str, data: NetworkData, places: Gazetteer) -> tuple:
    return tuple(leg_row(leg, owner, i, data, places) for i, leg in enumerate(legs, start=1))


def _chain(legs: tuple[LegRow, ...]) -> tuple[str, ...]:
    """Modes in order, without connectors where there is a main leg, repeats merged."""
    modes = [leg.mode for leg in legs if leg.mode != CONNECTOR] or [CONNECTOR]
    return tuple(m for i, m in enumerate(modes) if i == 0 or m != modes[i - 1])


def main_mode(legs: tuple[Leg, ...]) -> str:
    """The mode that carries the shipment furthest."""
    metres = dict.fromkeys(MODE_KEYS, 0)
    for leg in legs:
        metres[mode_key(leg)] += leg.distance_m
    return max(MODE_KEYS, key=lambda mode: metres[mode])


def shipment_rows(plan: Plan, data: NetworkData, places: Gazetteer) -> tuple[ShipmentRow, ...]:
    """Served shipments by id."""
    rides: dict[str, list[str]] = {}
    for load in plan.loads:
        for content in load.contents:
            rides.setdefault(content.shipment_id, []).append(load.load_id)
    rows = []
    for itinerary in sorted(plan.itineraries, key=lambda itinerary: itinerary.shipment_id):
        shipment = plan.shipments[itinerary.shipment_id]
        start, end = places.spot(shipment.origin.label), places.spot(shipment.destination.label)
        legs = _rows(itinerary.legs, shipment.shipment_id, data, places)
        due_at = shipment.due_at or shipment.latest_at
        delivered = places.local(end.label, itinerary.delivered_min)
        known = itinerary.stand_alone_fen > 0
        rows.append(
            ShipmentRow(
                shipment=shipment,
                itinerary=itinerary,
                start=start,
                end=end,
                legs=legs,
                chain=_chain(legs),
                main_mode=main_mode(itinerary.legs),
                load_ids=tuple(rides.get(shipment.shipment_id, ())),
                ready=shipment.ready_at.astimezone(start.zone),
                departs=legs[0].departs if legs else delivered,
                delivered=delivered,
                due=due_at.astimezone(end.zone) if due_at else None,
                saving_fen=itinerary.stand_alone_fen - itinerary.cost_fen if known else 0,
            )
        )
    return tuple(rows)


def load_rows(plan: Plan, data: NetworkData, places: Gazetteer) -> tuple[LoadRow, ...]:
    """Shared load units in order of departure."""
    rows = []
    for load in sorted(plan.loads, key=lambda load: (load.legs[0].departs_min, load.load_id)):
        legs = _rows(load.legs, load.load_id, data, places)
        shippers = (plan.shipments[content.shipment_id].shipper for content in load.contents)
        rows.append(
            LoadRow(
                load=load,
                start=places.spot(load.from_id),
                end=places.spot(load.to_id),
                legs=legs,
                chain=_chain(legs),
                closes=places.local(load.from_id, load.closes_min),
                departs=legs[0].departs,
                arrives=legs[-1].arrives,
                released=places.local(load.to_id, load.released_min),
                mass_share=load.gross_kg / max(1, load.payload_kg),
                volume_share=load.volume_dm3 / max(1, load.usable_dm3),
                shippers=tuple(dict.fromkeys(shippers)),
            )
        )
    return tuple(rows)


def cost_lines(plan: Plan) -> Iterator[tuple[str, str, int]]:
    """
    All costs of a plan as ``(line, mode key, fen)``; they sum to the objective exactly.

    What a leg does not carry (customs, storage, stuffing, lateness) has mode ``facility``; what
    is not served is the line ``unserved``.
    """
    for itinerary in plan.itineraries:
        own = tuple(leg for leg in itinerary.legs if not leg.load_id)
        yield from _split(itinerary.cost_lines_fen, own)
    for load in plan.loads:
        yield from _split(load.cost_lines_fen, load.legs)
    for unassigned in plan.unassigned:
        yield "unserved", NO_MODE, unassigned.penalty_fen


def _split(lines: dict[str, int], legs: tuple[Leg, ...]) -> Iterator[tuple[str, str, int]]:
    rest = dict(lines)
    for leg in legs:
        for line, fen in leg.cost_lines_fen.items():
            yield line, mode_key(leg), fen
            rest[line] = rest.get(line, 0) - fen
    for line, fen in rest.items():
        if fen:
            yield line, NO_MODE, fen
