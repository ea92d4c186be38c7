"""Drawing what moves between which ends, so that the network joins them."""

from __future__ import annotations

from dataclasses import dataclass
from math import cos, pi, radians, sin, sqrt

from optimizer.demand.profile import ADDRESS, Flow, Market, Product, Profile
from optimizer.demand.reach import (
    Reachability,
    nearest_facility,
    offers_near,
    place_at,
    runs_the_right_way,
)
from optimizer.demand.sampling import Sampler, choose
from optimizer.domain.network_data import NetworkData
from optimizer.domain.shipment import Place
from optimizer.errors import DemandError, Finding

ROAD_ONLY_END = "MMRGN-RDH"
"""Yangon: a truckload is too large to fly, and trucks were barred when last heard of (R65)."""
GOLDEN = 0.6180339887498949
KM_PER_DEGREE = 111.195
MAX_DRAWS = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Trade:
    """What moves between which ends, before sizes and times are drawn."""

    product: Product
    customs_mode: str
    market: Market
    origin: Place
    destination: Place


class TradeDrawer:
    """
    Draws trades of a profile in a network.

    Parameters
    ----------
    data
        Network; only ends that it joins are drawn.
    """

    def __init__(self, data: NetworkData, profile: Profile) -> None:
        self._data = data
        self._profile = profile
        self._reaches: dict[tuple[str, str, bool], Reachability] = {}

    def joined(self, sampler: Sampler, number: int) -> Trade:
        """
        Ends that the network joins, of shipment ``number``.

        Raises
        ------
        DemandError
            S359, the network lacks the facilities of the profile.
        """
        # The golden ratio spreads the flows evenly over the numbers, so that any n has the shares.
        flow = Flow(
            choose({f.value: w for f, w in self._profile.flows.items()}, number * GOLDEN % 1)
        )
        products = {str(i): p.weight for i, p in enumerate(self._profile.products[flow])}
        for _ in range(MAX_DRAWS):
            product = self._profile.products[flow][int(sampler.choice(products))]
            trade = self._trade(sampler, flow, product)
            if trade is not None and self._is_legal(trade):
                return trade
        raise DemandError(
            Finding(
                code="S359",
                what=f"the network joins no ends of the profile's {flow} products",
                where=f"shipment {number}",
                remedy="generate with a network that has the facilities of the profile",
            )
        )

    def _trade(self, sampler: Sampler, flow: Flow, product: Product) -> Trade | None:
        market = self._profile.markets[sampler.choice(product.markets)]
        near = self._end(sampler, product.near_ends, is_home=True)
        far = self._end(sampler, market.facilities, is_home=False)
        if near is None or far is None:
            return None
        origin, destination = (near, far) if flow is Flow.EXPORT else (far, near)
        mode = sampler.choice(product.modes)
        return Trade(
            product=product,
            customs_mode=mode,
            market=market,
            origin=origin,
            destination=destination,
        )

    def road_only(self, sampler: Sampler) -> Trade | None:
        """
        A truckload to :data:`ROAD_ONLY_END`, whether or not a truck may go there.

        ``None`` where the network or the profile does not know that end.
        """
        products = self._profile.products.get(Flow.EXPORT)
        markets = [m for m in self._profile.markets.values() if ROAD_ONLY_END in m.facilities]
        if not products or not markets or ROAD_ONLY_END not in self._data.facilities:
            return None
        # The bulkiest product, so that no aircraft takes it whole.
        product = max(products, key=lambda p: p.median_m3)
        near = self._end(sampler, product.near_ends, is_home=True)
        if near is None:
            return None
        return Trade(
            product=product,
            customs_mode=next(iter(product.modes)),
            market=markets[0],
            origin=near,
            destination=place_at(self._data, ROAD_ONLY_END),
        )

    def _end(self, sampler: Sampler, weights: dict[str, float], *, is_home: bool) -> Place | None:
        """A facility or an address; ``None`` if the one drawn is not in the network."""
        profile = self._profile
        drawn = sampler.choice(weights)
        # Drawn in any case, so that both kinds of end take the same number of draws.
        becomes_address = sampler.happens(0.0 if is_home else profile.market_address_share)
        bearing, reach = sampler.between(0, 2 * pi), sampler.share()
        if drawn == ADDRESS:
            # Squared: most addresses are in and near the city.
            return self._point(
                profile.home_lat, profile.home_lon, bearing, profile.home_radius_km * reach**2
            )
        if drawn not in self._data.facilities:
            return None
        place = place_at(self._data, drawn)
        if not becomes_address:
            return place
        point = self._point(place.lat, place.lon, bearing, profile.market_radius_km * sqrt(reach))
        return point if point.country == place.country else place

    def _point(self, lat: float, lon: float, bearing: float, away_km: float) -> Place:
        north = away_km * cos(bearing) / KM_PER_DEGREE
        east = away_km * sin(bearing) / (KM_PER_DEGREE * cos(radians(lat)))
        lat, lon = round(lat + north, 4), round(lon + east, 4)
        country = nearest_facility(self._data, lat, lon).country
        return Place(facility_id="", lat=lat, lon=lon, country=country)

    def _is_legal(self, trade: Trade) -> bool:
        data = self._data
        crosses = trade.origin.country != trade.destination.country
        if trade.origin == trade.destination or trade.customs_mode not in data.customs_modes:
            return False
        if not runs_the_right_way(data, trade.origin, trade.destination, trade.customs_mode):
            return False
        if crosses and not (
            offers_near(data, trade.origin, trade.customs_mode)
            and offers_near(data, trade.destination, trade.customs_mode)
        ):
            return False
        key = (trade.customs_mode, trade.product.cargo_class, crosses)
        if key not in self._reaches:
            self._reaches[key] = Reachability(
                data, customs_mode=key[0], cargo_class=key[1], crosses_borders=crosses
            )
        return self._reaches[key].joins(trade.origin, trade.destination)
