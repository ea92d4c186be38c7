"""First and last mile between a point and facilities: rule T6, priced by rule C1 and C2."""

from __future__ import annotations

from datetime import date
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from optimizer.costs.charges import Tariffs, loose_charges, tariffs_of, unit_charges
from optimizer.costs.price_book import card_scopes, price_book
from optimizer.costs.tables import cost_tables
from optimizer.domain.location import Mode
from optimizer.domain.service import LOOSE
from optimizer.domain.shipment import Place
from optimizer.kernels.arrays import Ints
from optimizer.models.routing.problem import Product, Request
from optimizer.network.connectors import Reach, reach_of
from optimizer.network.network import UNREACHED, Network

NOT_SOLD = -1


@lru_cache(maxsize=1024)
def place_reach(network: Network, place: Place) -> Reach:
    """Facilities within connector reach of a place; kept, because quotes repeat places."""
    return reach_of(network.data, place)


@lru_cache(maxsize=1024)
def connector_tariff(network: Network, country: str, load_unit: str, on: date) -> Tariffs:
    """The card of connectors of a country on a date, as an array of one."""
    card = price_book(network).card(card_scopes("", country), load_unit, on)
    return tariffs_of([card], [[]])


def point_connector_fen(
    network: Network,
    place: Place,
    facility: int,
    distance_m: int,
    *,
    departs_min: int,
    product: Product,
    gross_kg: int,
    volume_dm3: int,
) -> int:
    """Price of a connector between a point and a facility, or -1 where it is not sold."""
    zone = network.data.facilities[network.facility_ids[facility]].timezone
    on = network.local_date(zone, departs_min)
    if product.load_unit != LOOSE and not _rides_road(network, product.load_unit):
        return NOT_SOLD
    tariff = connector_tariff(network, place.country, product.load_unit, on)
    if not tariff.sold[0]:
        return NOT_SOLD
    metres = np.array([distance_m], dtype=np.int64)
    if product.load_unit == LOOSE:
        charges = loose_charges(tariff, metres, gross_kg=gross_kg, volume_dm3=volume_dm3)
        return int(charges[0][0])
    return int(unit_charges(tariff, metres)[0][0]) * product.n_units


def _rides_road(network: Network, load_unit: str) -> bool:
    return network.data.load_units[load_unit].payload_kg.get(Mode.ROAD, 0) > 0


def starts_of(request: Request, product: Product) -> Ints:
    """
    Where and when a shipment can be at a facility for the first time.

    Returns
    -------
    (n, 7)
        Node, layer, after a connector, ready, waiting since, fen, grams: what the kernel takes.
    """
    network, shipment = request.network, request.shipment
    layer = 0 if request.is_international else 2
    ready = request.ready_min
    if shipment.origin.facility_id:
        node = network.facility_index[shipment.origin.facility_id]
        return np.array([[node, layer, 0, ready, ready, 0, 0]], dtype=np.int64)
    reach = place_reach(network, shipment.origin)
    fen = _reach_fen(request, shipment.origin, product)
    opens = _opens(network, shipment.origin, ready)
    rows = [
        (facility, layer, 1, at, at, price, emitted)
        for facility, at, price, emitted in zip(
            reach.facilities.tolist(),
            opens,
            fen.tolist(),
            _reach_g(request, shipment.origin).tolist(),
            strict=True,
        )
        if price != NOT_SOLD and at != UNREACHED
    ]
    return np.array(rows, dtype=np.int64).reshape(-1, 7)


@lru_cache(maxsize=1024)
def _opens(network: Network, place: Place, ready_min: int) -> tuple[int, ...]:
    """When each facility in reach of a place first takes what leaves there at a minute."""
    reach = place_reach(network, place)
    ways = zip(reach.facilities.tolist(), reach.duration_min.tolist(), strict=True)
    return tuple(
        network.next_open_facility(network.facility_ids[facility], ready_min + minutes)
        for facility, minutes in ways
    )


def finals_of(request: Request, product: Product) -> tuple[Ints, Ints, Ints]:
    """
    The way from each facility to the destination.

    Returns
    -------
    minutes, fen, grams
        (n_facilities,), minutes -1 where there is no way. Prices are those of the ready date; the
        itinerary is priced on the date on which it departs.
    """
    network, place = request.network, request.shipment.destination
    minutes = np.full(network.n_facilities, -1, dtype=np.int64)
    fen = np.zeros(network.n_facilities, dtype=np.int64)
    co2e = np.zeros(network.n_facilities, dtype=np.int64)
    if place.facility_id:
        minutes[network.facility_index[place.facility_id]] = 0
        return minutes, fen, co2e
    reach = place_reach(network, place)
    price = _reach_fen(request, place, product)
    sold = price != NOT_SOLD
    at = reach.facilities[sold]
    minutes[at] = reach.duration_min[sold]
    fen[at] = price[sold]
    co2e[at] = _reach_g(request, place)[sold]
    return minutes, fen, co2e


def _reach_fen(request: Request, place: Place, product: Product) -> Ints:
    """Price of the connector to each facility in reach on the ready date, -1 where not sold."""
    network, shipment = request.network, request.shipment
    reach = place_reach(network, place)
    prices = np.full(len(reach.facilities), NOT_SOLD, dtype=np.int64)
    if product.load_unit != LOOSE and not _rides_road(network, product.load_unit):
        return prices
    for on, here in _dates_of(network, place, request.ready_min):
        tariff = connector_tariff(network, place.country, product.load_unit, on)
        if tariff.sold[0]:
            metres = reach.distance_m[here]
            if product.load_unit == LOOSE:
                prices[here] = loose_charges(
                    tariff, metres, gross_kg=shipment.gross_kg, volume_dm3=shipment.volume_dm3
                )[0]
            else:
                prices[here] = unit_charges(tariff, metres)[0] * product.n_units
    return prices if request.rules.prices else np.maximum(prices, 0)


@lru_cache(maxsize=1024)
def _dates_of(
    network: Network, place: Place, minute: int
) -> tuple[tuple[date, NDArray[np.bool_]], ...]:
    """Local dates at the facilities in reach, each with where it holds."""
    zones = [
        network.data.facilities[network.facility_ids[at]].timezone
        for at in place_reach(network, place).facilities
    ]
    by_zone = {zone: network.local_date(zone, minute) for zone in set(zones)}
    dates = [by_zone[zone] for zone in zones]
    return tuple((on, np.array([day == on for day in dates])) for on in sorted(set(dates)))


@lru_cache(maxsize=1024)
def _g_per_kg(network: Network, place: Place) -> NDArray[np.float64]:
    rates = cost_tables(network).rates
    metres = place_reach(network, place).distance_m.tolist()
    return np.array([float(rates.connector(place.country, one)) for one in metres])


def _reach_g(request: Request, place: Place) -> Ints:
    """Grams of the connector to each facility in reach; exact ones are made with the itinerary."""
    exact = _g_per_kg(request.network, place) * request.shipment.gross_kg
    return np.floor(exact + 0.5).astype(np.int64)
