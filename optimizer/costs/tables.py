"""
Cost of every leg that can be bought, as arrays for one class of cargo.

A *row* is an offer (see ``network.Offer``) in a span of dates in which no card or surcharge
changes. Prices are computed by row, never by departure, so that a class costs well under two
milliseconds.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from optimizer.costs.charges import (
    Tariffs,
    fen_from_mfen,
    loose_charges,
    tariffs_of,
    unit_charges,
)
from optimizer.costs.emissions import EmissionRates, grams
from optimizer.costs.price_book import (
    PriceBook,
    card_scopes,
    offer_country,
    price_book,
    surcharge_scopes,
)
from optimizer.domain.location import Mode
from optimizer.domain.service import LOOSE
from optimizer.kernels.arrays import Ints, Rides
from optimizer.network.network import Network, Offer

LINES = ("line_haul", "surcharge", "handling", "border")
"""Cost lines of a leg; ``line_haul`` of a connector is named ``connector``."""
MODES = tuple(Mode)


@dataclass(frozen=True, slots=True, kw_only=True)
class LegPrices:
    """
    Prices by row for one load unit of a type, or for a loose shipment.

    Parameters
    ----------
    sold
        (n_rows,) bool.
    lines_fen
        (4, n_rows) by :data:`LINES`, fen; meaningless where not sold.
    total_fen
        (n_rows,) sum of the lines.
    """

    sold: NDArray[np.bool_]
    lines_fen: Ints
    total_fen: Ints


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CostTables:
    """
    Rows of a network and what their prices depend on.

    Parameters
    ----------
    row_first
        (n_offers + 1,) first row of each offer.
    row_offer, row_from_min
        (n_rows,) offer; clock minute of departure from which the row holds.
    row_version
        (n_rows,) position in ``versions``.
    versions
        (scopes of cards, scopes of surcharges, date) of each product and span of dates.
    rides
        The network's rides with ``row`` filled in.
    crossing_loose_mfen
        (n_rows, m) by crossing on the way, milli-fen per kilogram.
    n_crossings
        (n_offers, 3) crossings by mode.
    co2e_g_per_kg
        (n_offers,) float64.
    """

    network: Network
    row_first: Ints
    row_offer: Ints
    row_from_min: Ints
    row_version: Ints
    versions: tuple[tuple[tuple[str, ...], tuple[str, ...], date], ...]
    rides: Rides
    distance_m: Ints
    loose_handling_mfen: Ints
    unit_handling_mfen: Ints
    crossing_unit_fen: Ints
    crossing_loose_mfen: Ints
    n_crossings: Ints
    co2e_g_per_kg: NDArray[np.float64]
    rates: EmissionRates
    _tariffs: dict[str, Tariffs] = field(default_factory=dict[str, Tariffs])
    _units: dict[str, LegPrices] = field(default_factory=dict[str, LegPrices])
    _g_per_kg: dict[int, Fraction] = field(default_factory=dict[int, Fraction])

    def _tariff(self, load_unit: str) -> Tariffs:
        known = self._tariffs.get(load_unit)
        if known is None:
            book = price_book(self.network)
            by_version = tariffs_of(
                [book.card(cards, load_unit, on) for cards, _, on in self.versions],
                [book.surcharges(scopes, on) for _, scopes, on in self.versions],
            )
            known = by_version.take(self.row_version)
            self._tariffs[load_unit] = known
        return known

    def unit_prices(self, load_unit: str) -> LegPrices:
        """Prices of one load unit of a type; kept."""
        known = self._units.get(load_unit)
        if known is None:
            tariffs = self._tariff(load_unit)
            carriage, surcharge = unit_charges(tariffs, self.distance_m)
            teu_c = self.network.data.load_units[load_unit].teu_c
            handling = fen_from_mfen(self.unit_handling_mfen * teu_c).sum(axis=0)
            lines = np.stack([carriage, surcharge, handling, self.crossing_unit_fen])
            known = LegPrices(sold=tariffs.sold, lines_fen=lines, total_fen=lines.sum(axis=0))
            self._units[load_unit] = known
        return known

    def loose_prices(self, gross_kg: int, volume_dm3: int) -> LegPrices:
        """Prices of a loose shipment."""
        tariffs = self._tariff(LOOSE)
        carriage, surcharge = loose_charges(
            tariffs, self.distance_m, gross_kg=gross_kg, volume_dm3=volume_dm3
        )
        handling = fen_from_mfen(self.loose_handling_mfen * gross_kg).sum(axis=0)
        border = fen_from_mfen(self.crossing_loose_mfen * gross_kg).sum(axis=1)
        lines = np.stack([carriage, surcharge, handling, border])
        return LegPrices(sold=tariffs.sold, lines_fen=lines, total_fen=lines.sum(axis=0))

    def leg_co2e_g(self, offer: int, gross_kg: int) -> int:
        """Exact grams of a mass on an offer, rounded half up once."""
        if offer not in self._g_per_kg:
            self._g_per_kg[offer] = offer_g_per_kg(self.network, self.rates, offer)
        return grams(self._g_per_kg[offer], gross_kg)

    def co2e_g(self, gross_kg: int) -> Ints:
        """(n_offers,) grams of a mass, rounded; exact grams are made with the itinerary."""
        return np.floor(self.co2e_g_per_kg * gross_kg + 0.5).astype(np.int64)


def offer_g_per_kg(network: Network, rates: EmissionRates, offer: int) -> Fraction:
    """Grams CO2e per kilogram of an offer."""
    sold = network.offers[offer]
    country = offer_country(network, sold)
    if sold.ref:
        return rates.leg(sold.mode, sold.sections, country)
    return rates.connector(country, sold.distance_m)


def _versions_of(
    network: Network, book: PriceBook, offer: Offer
) -> tuple[tuple[str, ...], tuple[str, ...], tuple[int, ...]]:
    cards = card_scopes(offer.ref, offer_country(network, offer))
    surcharges = surcharge_scopes(offer.ref, offer.mode)
    first = network.epoch_at.date().toordinal() - 1
    last = first + network.horizon_min // 1440 + 3
    turns = book.turning_days(cards) | book.turning_days(surcharges)
    return cards, surcharges, (first, *sorted(day for day in turns if first < day <= last))


@lru_cache(maxsize=8)
def cost_tables(network: Network) -> CostTables:
    """The cost tables of a network, made once."""
    book = price_book(network)
    rates = EmissionRates(network.data)
    facilities = tuple(network.data.facilities.values())
    version_index: dict[tuple[tuple[str, ...], tuple[str, ...], date], int] = {}
    by_product: dict[tuple[str, str], tuple[tuple[int, ...], list[int]]] = {}
    row_first: list[int] = [0]
    row_offer: list[int] = []
    row_version: list[int] = []
    row_from_min: list[int] = []
    days_of: list[tuple[int, ...]] = []
    for at, offer in enumerate(network.offers):
        country = facilities[offer.tail].country
        product = (offer.ref, "" if offer.ref else country)
        if product not in by_product:
            cards, surcharges, days = _versions_of(network, book, offer)
            positions = [
                version_index.setdefault(
                    (cards, surcharges, date.fromordinal(day)), len(version_index)
                )
                for day in days
            ]
            by_product[product] = (days, positions)
        days, positions = by_product[product]
        days_of.append(days)
        clock = network.clock(facilities[offer.tail].timezone)
        row_offer.extend([at] * len(days))
        row_version.extend(positions)
        row_from_min.extend(clock.minute(day, 0) for day in days)
        row_first.append(len(row_offer))
    offers = network.offers
    rows = np.array(row_offer, dtype=np.int64)
    return CostTables(
        network=network,
        row_first=np.array(row_first, dtype=np.int64),
        row_offer=rows,
        row_from_min=np.array(row_from_min, dtype=np.int64),
        row_version=np.array(row_version, dtype=np.int64),
        versions=tuple(version_index),
        rides=network.rides._replace(row=_ride_rows(network, row_first, days_of)),
        distance_m=np.array([offer.distance_m for offer in offers], dtype=np.int64)[rows],
        loose_handling_mfen=_handling(network, "loose_handling_mfen_per_kg")[:, rows],
        unit_handling_mfen=_handling(network, "unit_handling_mfen_per_teu_c")[:, rows],
        crossing_unit_fen=fen_from_mfen(_crossings(network, "unit_cost_mfen")).sum(axis=1)[rows],
        crossing_loose_mfen=_crossings(network, "loose_cost_mfen_per_kg")[rows],
        n_crossings=_count_crossings(network),
        co2e_g_per_kg=np.array(
            [float(offer_g_per_kg(network, rates, at)) for at in range(len(offers))]
        ),
        rates=rates,
    )


def _ride_rows(network: Network, row_first: list[int], days_of: list[tuple[int, ...]]) -> Ints:
    rides = network.rides
    rows = np.empty(network.n_departures, dtype=np.int64)
    for pair in range(len(rides.head)):
        span = slice(rides.first[pair], rides.first[pair + 1])
        later = np.searchsorted(days_of[pair], network.ride_on[span], side="right") - 1
        rows[span] = row_first[pair] + np.maximum(later, 0)
    return rows


def _handling(network: Network, name: str) -> Ints:
    """(2, n_offers) at both ends; nothing on connectors."""
    rates = [getattr(facility, name) for facility in network.data.facilities.values()]
    return np.array(
        [
            [rates[offer.tail] if offer.ref else 0 for offer in network.offers],
            [rates[offer.head] if offer.ref else 0 for offer in network.offers],
        ],
        dtype=np.int64,
    )


def _crossings(network: Network, name: str) -> Ints:
    """(n_offers, m) an amount of each crossing on the way."""
    width = max((len(offer.crossing_ids) for offer in network.offers), default=0)
    table = np.zeros((len(network.offers), max(1, width)), dtype=np.int64)
    for at, offer in enumerate(network.offers):
        for column, crossing_id in enumerate(offer.crossing_ids):
            table[at, column] = getattr(network.data.crossings[crossing_id], name)
    return table


def _count_crossings(network: Network) -> Ints:
    table = np.zeros((len(network.offers), len(MODES)), dtype=np.int64)
    for at, offer in enumerate(network.offers):
        for crossing_id in offer.crossing_ids:
            table[at, MODES.index(network.data.crossings[crossing_id].mode)] += 1
    return table
