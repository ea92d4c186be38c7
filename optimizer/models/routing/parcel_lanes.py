"""
Ways of parcels, searched once for many of them and priced exactly for each.

The ways of a loose parcel between two places depend on its mass only through their prices. So the
Pareto front is searched for the top of a weight band and kept by origin, destination, customs
mode, cargo class, credit class, band and ready time; the cost of each of its ways is then rebuilt
from the rate cards for the parcel's own mass and volume. From ``UNITS_FROM_KG`` on load units of
its own are among the ways; their price is by the unit. Heavier parcels than the last band have a
search of their own.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from threading import Lock
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from optimizer.costs.charges import loose_charges
from optimizer.costs.events import n_own_units, storage_fen
from optimizer.costs.price_book import card_scopes, price_book
from optimizer.costs.tables import LegPrices, cost_tables
from optimizer.domain.service import LOOSE
from optimizer.domain.shipment import Place, Shipment
from optimizer.models.routing.ends import connector_tariff, place_reach
from optimizer.models.routing.evaluate import N_SAMPLES, sample_delivered_min, with_punctuality
from optimizer.models.routing.itineraries import build_itinerary
from optimizer.models.routing.legs import loose_product, offer_row
from optimizer.models.routing.problem import build_request, products_of
from optimizer.models.routing.quote import MAX_ITINERARIES, spread
from optimizer.models.routing.search import Search, Way
from optimizer.network.network import Network
from optimizer.plan.itinerary import Itinerary, LegKind
from optimizer.units import MFEN_PER_FEN, round_half_up_div

BAND_TOPS_KG = (5, 20, 100, 500, 1000)
AIR_KG_PER_M3, GROUND_KG_PER_M3 = 167, 333
"""Usual volumetric factors; bands only choose what is searched, prices use those of the cards."""
UNITS_FROM_KG = 100
"""Bands that end here or higher are searched with load units of their own, too."""
MAX_LANES = 20_000
MAX_PRICES = 2_048

_AT = -(-np.arange(101) * (N_SAMPLES - 1) // 100)
"""Positions of whole percentiles among sorted samples."""
_K = TypeVar("_K")
_V = TypeVar("_V")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LaneWay:
    """
    A way that parcels of a band can take.

    Parameters
    ----------
    percentiles_min
        (101,) int32 percentiles of sampled deliveries, the higher of two neighbours.
    rows
        Rows of prices of the legs of loose cargo between facilities.
    offers
        Offers of all legs between facilities, for emissions.
    final
        Facility from which loose cargo leaves on its last mile, -1 without one.
    final_on
        Local date of the last mile.
    final_g_per_kg
        Emissions of a last mile.
    storage_mfen_per_dm3
        By wait that costs the parcel's own volume: rate times days.
    fixed_fen
        What does not depend on mass and volume: customs, inspections, and load units.
    """

    way: Way
    departs_min: int
    departure: str
    draws: tuple[str, ...]
    delivered_min: int
    percentiles_min: NDArray[np.int32]
    rows: tuple[int, ...]
    offers: tuple[int, ...]
    final: int
    final_on: date
    final_g_per_kg: float
    storage_mfen_per_dm3: tuple[int, ...]
    fixed_fen: int

    def promise_min(self, percent: int) -> int:
        """
        Delivered by then in so many percent of samples, and not before the plan.

        ``UNREACHED`` where more samples than that miss the last departure that is known.
        """
        return max(self.percentiles_min.item(percent), self.delivered_min)


class ParcelLanes:
    """
    Ways of parcels over one network, kept; threads may share it.

    Parameters
    ----------
    network
        Compiled over the horizon of the answers.
    """

    def __init__(self, network: Network) -> None:
        self.network = network
        self.quantile = network.data.parameters["planning_quantile"]
        self._tables = cost_tables(network)
        self._book = price_book(network)
        self._fronts: OrderedDict[tuple[object, ...], tuple[LaneWay, ...]] = OrderedDict()
        self._totals: OrderedDict[tuple[int, int], list[int]] = OrderedDict()
        self._grams: OrderedDict[int, list[int]] = OrderedDict()
        self._finals: OrderedDict[tuple[object, ...], list[int]] = OrderedDict()
        self._card_at: dict[tuple[str, date], int] = {}
        self._cards: list[object] = []
        self._lock = Lock()
        self.n_searches = 0

    def ways(self, parcel: Shipment) -> tuple[LaneWay, ...]:
        """The front of a parcel's band; :meth:`cost_fen` prices its ways for the parcel."""
        band = band_of(parcel.gross_kg, parcel.volume_dm3)
        key = (
            parcel.origin,
            parcel.destination,
            parcel.customs_mode,
            parcel.cargo_class,
            parcel.credit_class,
            band,
            parcel.ready_at,
        )
        known = self._fronts.get(key)
        if known is None:
            known = self._search(parcel, band)
            self.n_searches += 1
            with self._lock:
                _keep(self._fronts, key, known, MAX_LANES)
        return known

    def cost_fen(self, way: LaneWay, parcel: Shipment) -> int:
        """Exact cost of a way for a parcel; -1 where it cannot take it."""
        kg, dm3 = parcel.gross_kg, parcel.volume_dm3
        product = way.way.product
        if product.load_unit != LOOSE:
            unit = self.network.data.load_units[product.load_unit]
            if n_own_units(unit, kg, dm3) != product.n_units:
                return -1
        fen = way.fixed_fen
        if way.rows:
            totals = self._row_totals(kg, dm3)
            for row in way.rows:
                fen += totals[row]
        for mfen in way.storage_mfen_per_dm3:
            fen += round_half_up_div(mfen * dm3, MFEN_PER_FEN)
        if way.final >= 0:
            last = self._final_fen(parcel.destination, way.final_on, kg, dm3)[way.final]
            if last < 0:
                return -1
            fen += last
        return fen

    def grams(self, way: LaneWay, parcel: Shipment) -> int:
        """Emissions of a way, each leg rounded from a float; the itinerary has the exact ones."""
        known = self._grams.get(parcel.gross_kg)
        if known is None:
            known = self._tables.co2e_g(parcel.gross_kg).tolist()
            with self._lock:
                _keep(self._grams, parcel.gross_kg, known, MAX_PRICES)
        last_g = int(way.final_g_per_kg * parcel.gross_kg + 0.5)
        return last_g + sum(known[offer] for offer in way.offers)

    def itinerary(self, way: LaneWay, parcel: Shipment) -> Itinerary | None:
        """The exact itinerary of a way for a parcel."""
        request = build_request(self.network, parcel, quantile=self.quantile)
        load_unit = way.way.product.load_unit
        if load_unit == LOOSE:
            prices = self._tables.loose_prices(parcel.gross_kg, parcel.volume_dm3)
            own = replace(way.way, product=loose_product(parcel.volume_dm3), prices=prices)
        else:
            own = replace(way.way, prices=self._tables.unit_prices(load_unit))
        built = build_itinerary(request, own)
        return None if built is None else with_punctuality(self.network, parcel, built)

    def _search(self, parcel: Shipment, band: tuple[int, int]) -> tuple[LaneWay, ...]:
        kg, dm3 = band
        stand_in = replace(parcel, gross_kg=kg, volume_dm3=dm3)
        request = build_request(self.network, stand_in, quantile=self.quantile)
        products = [loose_product(dm3)]
        if kg >= UNITS_FROM_KG:
            products = products_of(self.network, stand_in)
        found: list[LaneWay] = []
        for way in spread(Search(request).front(products), MAX_ITINERARIES):
            itinerary = build_itinerary(request, way)
            if itinerary is None or not itinerary.legs:
                continue
            samples = np.sort(sample_delivered_min(self.network, stand_in, itinerary))
            percentiles = samples[_AT].astype(np.int32)
            found.append(self._lane_way(way, itinerary, percentiles, parcel.destination.country))
        return tuple(found)

    def _lane_way(
        self, way: Way, itinerary: Itinerary, percentiles: NDArray[np.int32], country: str
    ) -> LaneWay:
        network = self.network
        is_loose = way.product.load_unit == LOOSE
        lines, last = itinerary.cost_lines_fen, itinerary.legs[-1]
        has_last_mile = last.to_id not in network.facility_index
        final, final_on, final_g_per_kg = -1, date.min, 0.0
        if has_last_mile:
            rate = self._tables.rates.connector(country, last.distance_m)
            final_g_per_kg = float(rate)
        if has_last_mile and is_loose:
            final = network.facility_index[last.from_id]
            zone = network.data.facilities[last.from_id].timezone
            final_on = network.local_date(zone, last.departs_min)
        # A parcel in units of its own pays for its volume only until they are loaded.
        waits = [
            event
            for event in itinerary.storages
            if is_loose or event.until_min == itinerary.legs[0].departs_min
        ]
        fixed_fen = lines.get("customs", 0) + lines.get("inspection", 0)
        if not is_loose:
            fixed_fen = sum(lines.values()) - sum(event.cost_fen for event in waits)
        return LaneWay(
            way=replace(way, prices=_NO_PRICES),
            departs_min=itinerary.legs[0].departs_min,
            departure=_departure(network, itinerary),
            draws=_draws(itinerary),
            delivered_min=itinerary.delivered_min,
            percentiles_min=percentiles,
            rows=tuple(self._rows(way)) if is_loose else (),
            offers=tuple(step.made_by for step in way.steps if step.made_by >= 0),
            final=final,
            final_on=final_on,
            final_g_per_kg=final_g_per_kg,
            storage_mfen_per_dm3=tuple(
                rate
                for event in waits
                if (rate := self._storage_rate(event.facility_id, event.until_min - event.from_min))
            ),
            fixed_fen=fixed_fen,
        )

    def _rows(self, way: Way) -> Iterator[int]:
        """Rows of prices of the legs between facilities."""
        for step in way.steps:
            if step.made_by >= self.network.trucks.offer_from:
                yield offer_row(self._tables, step.made_by, step.departs_min)
            elif step.made_by >= 0:
                yield int(self._tables.rides.row[step.ride])

    def _row_totals(self, kg: int, dm3: int) -> list[int]:
        known = self._totals.get((kg, dm3))
        if known is None:
            known = self._tables.loose_prices(kg, dm3).total_fen.tolist()
            with self._lock:
                _keep(self._totals, (kg, dm3), known, MAX_PRICES)
        return known

    def _storage_rate(self, facility_id: str, wait_min: int) -> int:
        """Milli-fen per dm3 of a wait: what a thousand dm3 pay in fen."""
        return storage_fen(self.network.data.facilities[facility_id], wait_min, 1000)

    def _final_fen(self, place: Place, on: date, kg: int, dm3: int) -> list[int]:
        """(n_facilities,) last mile of loose cargo to a place, -1 where it is not sold."""
        key = (place, self._card_number(place.country, on), kg, dm3)
        known = self._finals.get(key)
        if known is None:
            prices = np.full(self.network.n_facilities, -1, dtype=np.int64)
            tariff = connector_tariff(self.network, place.country, LOOSE, on)
            if tariff.sold[0]:
                reach = place_reach(self.network, place)
                prices[reach.facilities] = loose_charges(
                    tariff, reach.distance_m, gross_kg=kg, volume_dm3=dm3
                )[0]
            known = prices.tolist()
            with self._lock:
                _keep(self._finals, key, known, 4 * MAX_PRICES)
        return known

    def _card_number(self, country: str, on: date) -> int:
        """Number of the connector card of a country on a date: equal cards, equal number."""
        number = self._card_at.get((country, on))
        if number is None:
            card = self._book.card(card_scopes("", country), LOOSE, on)
            if card not in self._cards:
                self._cards.append(card)
            number = self._cards.index(card)
            self._card_at[country, on] = number
        return number


_NO_PRICES = LegPrices(
    sold=np.empty(0, dtype=bool),
    lines_fen=np.empty((0, 0), dtype=np.int64),
    total_fen=np.empty(0, dtype=np.int64),
)


def band_of(gross_kg: int, volume_dm3: int) -> tuple[int, int]:
    """
    Kilograms and dm3 that a parcel's ways are searched for; its own above the last band.

    The band is that of its chargeable mass by air; the volume that of dense cargo where the band
    of its chargeable mass on the ground is the same, else twice as much.
    """
    by_air = max(gross_kg, -(-volume_dm3 * AIR_KG_PER_M3 // 1000))
    by_ground = max(gross_kg, -(-volume_dm3 * GROUND_KG_PER_M3 // 1000))
    for top in BAND_TOPS_KG:
        if by_ground <= top:
            return top, top * 1000 // GROUND_KG_PER_M3
        if by_air <= top:
            return top, top * 1000 // AIR_KG_PER_M3
    return gross_kg, volume_dm3


def _keep(kept: OrderedDict[_K, _V], key: _K, value: _V, limit: int) -> None:
    kept[key] = value
    if len(kept) > limit:
        kept.popitem(last=False)


def _departure(network: Network, itinerary: Itinerary) -> str:
    for leg in itinerary.legs:
        if leg.kind is LegKind.SERVICE:
            return f"svc:{leg.ref}:{leg.voyage_on}:{leg.from_call}"
        if leg.kind is LegKind.TRUCK:
            zone = network.data.facilities[leg.from_id].timezone
            return f"lane:{leg.ref}:{network.local_date(zone, leg.departs_min)}"
    return "connector"


def _draws(itinerary: Itinerary) -> tuple[str, ...]:
    return tuple(
        f"svc:{leg.ref}:{leg.voyage_on}:{call}"
        for leg in itinerary.legs
        if leg.kind is LegKind.SERVICE
        for call in range(leg.from_call, leg.to_call)
    )
