"""Exact legs of the plan from what a search chose: clock times, passages, cost lines, grams."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np

from optimizer.costs.emissions import grams
from optimizer.costs.price_book import CONNECTOR
from optimizer.costs.tables import LINES, CostTables, LegPrices, cost_tables
from optimizer.domain.location import Mode
from optimizer.domain.service import LOOSE
from optimizer.domain.shipment import Place
from optimizer.kernels.arrays import Ints
from optimizer.models.routing.ends import NOT_SOLD, place_reach, point_connector_fen
from optimizer.models.routing.problem import Product
from optimizer.network.network import UNREACHED, Network
from optimizer.plan.itinerary import BorderPassage, Leg, LegKind

MAX_PASSAGES = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Rider:
    """
    What rides a leg and pays for it.

    Parameters
    ----------
    prices
        Of the product, by row of the cost tables.
    gross_kg
        Mass that emissions are counted for; 0 for an empty lane.
    dwell_min
        (n_places,) at crossings.
    """

    product: Product
    prices: LegPrices
    gross_kg: int
    volume_dm3: int
    dwell_min: Ints

    @property
    def multiple(self) -> int:
        """Load units paid for; loose cargo pays its lines once."""
        return max(1, self.product.n_units)


def cost_lines(rider: Rider, row: int, *, connector: bool) -> dict[str, int]:
    """Cost lines of a row, those above zero."""
    amounts = (rider.prices.lines_fen[:, row] * rider.multiple).tolist()
    named = zip((CONNECTOR if connector else LINES[0], *LINES[1:]), amounts, strict=True)
    return {name: fen for name, fen in named if fen}


def service_leg(network: Network, pair: int, ride: int, rider: Rider) -> Leg:
    """The leg of a departure of a service."""
    tables = cost_tables(network)
    offer, rides = network.offers[pair], tables.rides
    arrives = int(rides.arrives_min[ride])
    return Leg(
        kind=LegKind.SERVICE,
        mode=offer.mode,
        ref=offer.ref,
        from_id=network.facility_ids[offer.tail],
        to_id=network.facility_ids[offer.head],
        departs_min=int(rides.departs_min[ride]),
        arrives_min=arrives,
        available_min=arrives + int(rides.availability_min[pair]),
        distance_m=offer.distance_m,
        voyage_on=date.fromordinal(int(network.ride_voyage[ride])),
        from_call=offer.from_call,
        to_call=offer.to_call,
        passages=tuple(BorderPassage(crossing_id=one) for one in offer.crossing_ids),
        load_unit=rider.product.load_unit,
        n_units=rider.product.n_units,
        cost_lines_fen=cost_lines(rider, int(rides.row[ride]), connector=False),
        co2e_g=tables.leg_co2e_g(pair, rider.gross_kg),
    )


def offer_row(tables: CostTables, offer: int, departs_min: int) -> int:
    """Row of prices of a truck or connector that departs at a moment."""
    span = slice(tables.row_first[offer], tables.row_first[offer + 1])
    later = int(np.searchsorted(tables.row_from_min[span], departs_min, side="right")) - 1
    return int(tables.row_first[offer]) + max(later, 0)


def truck_leg(network: Network, offer_at: int, departs_min: int, rider: Rider) -> Leg | None:
    """The leg of a truck that departs at a moment, or ``None`` if a border never opens again."""
    from optimizer.kernels.timetabled_labels import truck_run

    tables, trucks = cost_tables(network), network.trucks
    offer, lane = network.offers[offer_at], offer_at - network.trucks.offer_from
    passages = np.empty((MAX_PASSAGES, 2), dtype=np.int64)
    arrives = int(truck_run(network.places, trucks, lane, departs_min, rider.dwell_min, passages))
    if arrives == UNREACHED:
        return None
    opens = network.next_open_facility(network.facility_ids[offer.head], arrives)
    if opens == UNREACHED:
        return None
    row = offer_row(tables, offer_at, departs_min)
    return Leg(
        kind=LegKind.TRUCK,
        mode=offer.mode,
        ref=offer.ref,
        from_id=network.facility_ids[offer.tail],
        to_id=network.facility_ids[offer.head],
        departs_min=departs_min,
        arrives_min=arrives,
        available_min=opens + int(trucks.loading_min[lane]),
        distance_m=offer.distance_m,
        passages=tuple(
            BorderPassage(crossing_id=one, enters_min=enters, leaves_min=leaves)
            for one, (enters, leaves) in zip(offer.crossing_ids, passages.tolist(), strict=False)
        ),
        load_unit=rider.product.load_unit,
        n_units=rider.product.n_units,
        cost_lines_fen=cost_lines(rider, row, connector=False),
        co2e_g=tables.leg_co2e_g(offer_at, rider.gross_kg),
    )


def facility_connector_leg(
    network: Network, offer_at: int, departs_min: int, rider: Rider
) -> Leg | None:
    """A connector between two facilities, or ``None`` if the far end never opens again."""
    tables, offer = cost_tables(network), network.offers[offer_at]
    arc = offer_at - network.connectors.offer_from
    arrives = departs_min + int(network.connectors.duration_min[arc])
    opens = network.next_open_facility(network.facility_ids[offer.head], arrives)
    if opens == UNREACHED:
        return None
    row = offer_row(tables, offer_at, departs_min)
    return Leg(
        kind=LegKind.CONNECTOR,
        mode=Mode.ROAD,
        ref="",
        from_id=network.facility_ids[offer.tail],
        to_id=network.facility_ids[offer.head],
        departs_min=departs_min,
        arrives_min=arrives,
        available_min=opens,
        distance_m=offer.distance_m,
        load_unit=rider.product.load_unit,
        n_units=rider.product.n_units,
        cost_lines_fen=cost_lines(rider, row, connector=True),
        co2e_g=tables.leg_co2e_g(offer_at, rider.gross_kg),
    )


def point_leg(
    network: Network,
    place: Place,
    facility: int,
    *,
    outbound: bool,
    departs_min: int,
    product: Product,
    gross_kg: int,
    volume_dm3: int,
) -> Leg | None:
    """
    A connector between a point and a facility.

    Parameters
    ----------
    outbound
        From the facility to the point, otherwise towards the facility.

    Returns
    -------
    Leg or None
        ``None`` where the facility is out of reach, the product not sold, or it never opens again.
    """
    reach = place_reach(network, place)
    at = np.flatnonzero(reach.facilities == facility)
    if not len(at):
        return None
    metres = int(reach.distance_m[at[0]])
    arrives = departs_min + int(reach.duration_min[at[0]])
    facility_id = network.facility_ids[facility]
    fen = point_connector_fen(
        network,
        place,
        facility,
        metres,
        departs_min=departs_min,
        product=product,
        gross_kg=gross_kg,
        volume_dm3=volume_dm3,
    )
    available = arrives if outbound else network.next_open_facility(facility_id, arrives)
    if fen == NOT_SOLD or available == UNREACHED:
        return None
    ends = (facility_id, place.label) if outbound else (place.label, facility_id)
    rate = cost_tables(network).rates.connector(place.country, metres)
    return Leg(
        kind=LegKind.CONNECTOR,
        mode=Mode.ROAD,
        ref="",
        from_id=ends[0],
        to_id=ends[1],
        departs_min=departs_min,
        arrives_min=arrives,
        available_min=available,
        distance_m=metres,
        load_unit=product.load_unit,
        n_units=product.n_units,
        cost_lines_fen={CONNECTOR: fen} if fen else {},
        co2e_g=grams(rate, gross_kg),
    )


def loose_product(volume_dm3: int) -> Product:
    """Loose cargo as a product."""
    return Product(load_unit=LOOSE, n_units=0, storage_dm3=volume_dm3)
