"""Offers of the network to parcels of a cloud warehouse: ways from the warehouse's waves."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from datetime import UTC
from threading import Lock

from optimizer.costs.events import declaration_fen
from optimizer.domain.border import ANY
from optimizer.domain.order import DOMESTIC, Order
from optimizer.domain.shipment import Place, Shipment
from optimizer.domain.stock import Warehouse
from optimizer.models.allocation.offers import NEVER, Offer
from optimizer.models.allocation.waves import Waves
from optimizer.models.routing.parcel_lanes import LaneWay, ParcelLanes
from optimizer.network.capacity import capacity
from optimizer.network.clearances import clearance_min
from optimizer.network.network import UNREACHED, Network
from optimizer.plan.itinerary import Itinerary
from optimizer.units import TEU_C

BONDED_MODE = "1210"
DOMESTIC_SHIPMENT_MODE = "0110"
"""A shipment inside one territory is never declared; general trade stands for it."""
ZONE_DEG = 0.05
"""Addresses are served from the middle of a cell of so many degrees, some five kilometres."""
MAX_OFFERS = 200_000
PERCENT = 100


class NetworkLanes:
    """
    The :class:`~optimizer.models.allocation.offers.Lanes` of a network; threads may share it.

    Parameters
    ----------
    confidence
        Share of samples that keep a promise, in whole percents.
    """

    def __init__(
        self, network: Network, warehouses: Sequence[Warehouse], *, confidence: float
    ) -> None:
        self.network = network
        self.percent = round(confidence * PERCENT)
        self.parcels = ParcelLanes(network)
        data = network.data
        self._facilities = [data.facilities[one.warehouse_id] for one in warehouses]
        self._places = [
            Place(facility_id=one.facility_id, lat=one.lat, lon=one.lon, country=one.country)
            for one in self._facilities
        ]
        self._territories = [data.territory(one.country) for one in self._facilities]
        self._waves = [Waves(network, one) for one in warehouses]
        self._release = [self._release_of(at) for at in range(len(warehouses))]
        self._offers: OrderedDict[tuple[object, ...], tuple[Offer, ...]] = OrderedDict()
        self._zones: dict[Place, tuple[Place, str]] = {}
        self._lock = Lock()

    def release(self, warehouse: int, order: Order) -> tuple[int, int] | None:
        """Minutes and fen of customs before hand-over; see :class:`Lanes`."""
        is_inside = self._territories[warehouse] == self.zone(order.destination)[1]
        if order.customs_mode == DOMESTIC:
            return (0, 0) if is_inside else None
        if order.customs_mode == BONDED_MODE:
            return self._release[warehouse] if is_inside else (0, 0)
        return None if is_inside else (0, 0)

    def hand_over(self, warehouse: int, from_min: int, release_min: int) -> int:
        """First wave after picking; see :class:`Lanes`."""
        return self._waves[warehouse].first(from_min, release_min)

    def wave_day(self, warehouse: int, hand_over_min: int) -> int:
        """Ordinal of the local date of a wave."""
        return self._waves[warehouse].day(hand_over_min)

    def next_day(self, warehouse: int, hand_over_min: int) -> int:
        """First wave on a later date, or ``NEVER``."""
        return self._waves[warehouse].next_day(hand_over_min)

    def offers(
        self,
        warehouse: int,
        order: Order,
        *,
        gross_kg: int,
        volume_dm3: int,
        cargo_class: str,
        hand_over_min: int,
    ) -> tuple[Offer, ...]:
        """Ways by rising cost, none beaten in promise and cost; see :class:`Lanes`."""
        zone, _ = self.zone(order.destination)
        key = (
            warehouse,
            zone,
            order.customs_mode,
            order.credit_class,
            cargo_class,
            gross_kg,
            volume_dm3,
            hand_over_min,
        )
        known = self._offers.get(key)
        if known is None:
            parcel = self.shipment(
                order.order_id,
                warehouse,
                order,
                gross_kg=gross_kg,
                volume_dm3=volume_dm3,
                cargo_class=cargo_class,
                hand_over_min=hand_over_min,
            )
            known = self._make(warehouse, parcel, hand_over_min)
            with self._lock:
                self._offers[key] = known
                if len(self._offers) > MAX_OFFERS:
                    self._offers.popitem(last=False)
        return known

    def capacity_kg(self, draw: str) -> int:
        """Kilograms that may be booked on a hop; mass at the density of loose cargo on trains."""
        kilograms = capacity(self.network, f"{draw}:kg")
        teu_c = capacity(self.network, f"{draw}:teu")
        if teu_c < NEVER:
            per_teu = self.network.data.parameters["loose_teu_kg"]
            kilograms = min(kilograms, int(teu_c * per_teu) // TEU_C)
        return kilograms

    def shipment(
        self,
        parcel_id: str,
        warehouse: int,
        order: Order,
        *,
        gross_kg: int,
        volume_dm3: int,
        cargo_class: str,
        hand_over_min: int,
        value_cny: int = 0,
    ) -> Shipment:
        """What the network sees of a parcel."""
        mode = order.customs_mode
        ready_at = self.network.moment(hand_over_min).astimezone(UTC)
        return Shipment(
            shipment_id=parcel_id,
            shipper=self._places[warehouse].facility_id,
            origin=self._places[warehouse],
            destination=self.zone(order.destination)[0],
            gross_kg=gross_kg,
            volume_dm3=volume_dm3,
            n_packages=1,
            value_cny=value_cny,
            cargo_class=cargo_class,
            customs_mode=DOMESTIC_SHIPMENT_MODE if mode == DOMESTIC else mode,
            credit_class=order.credit_class,
            ready_at=ready_at,
            booked_at=ready_at,
        )

    def itinerary(self, offer: Offer, parcel: Shipment) -> Itinerary | None:
        """The exact itinerary of an offer that was made for such a parcel."""
        token = offer.token
        if not isinstance(token, LaneWay):
            raise TypeError("the offer was not made by these lanes")
        return self.parcels.itinerary(token, parcel)

    def zone(self, place: Place) -> tuple[Place, str]:
        """Middle of the delivery zone of a place, and its customs territory."""
        known = self._zones.get(place)
        if known is None:
            known = (zone_of(place), self.network.data.territory(place.country))
            if len(self._zones) < MAX_OFFERS:
                self._zones[place] = known
        return known

    def _make(self, warehouse: int, parcel: Shipment, hand_over_min: int) -> tuple[Offer, ...]:
        if parcel.origin == parcel.destination:
            return ()
        found: list[Offer] = []
        for way in self.parcels.ways(parcel):
            cost_fen = self.parcels.cost_fen(way, parcel)
            promise_min = way.promise_min(self.percent)
            if cost_fen < 0 or promise_min >= UNREACHED:
                continue
            found.append(
                Offer(
                    warehouse=warehouse,
                    hand_over_min=hand_over_min,
                    departs_min=way.departs_min,
                    departure=way.departure,
                    delivered_min=way.delivered_min,
                    promise_min=promise_min,
                    cost_fen=cost_fen,
                    co2e_g=self.parcels.grams(way, parcel),
                    draws=way.draws,
                    token=way,
                )
            )
        return undominated(found)

    def _release_of(self, warehouse: int) -> tuple[int, int] | None:
        """Import clearance of bonded goods that stay in the warehouse's territory."""
        data, facility = self.network.data, self._facilities[warehouse]
        if BONDED_MODE not in {ANY, *facility.customs_modes}:
            return None
        minutes = clearance_min(
            self.network.clearance_rows,
            facility.country,
            "import",
            BONDED_MODE,
            self.parcels.quantile,
        )
        return (minutes, declaration_fen(data, BONDED_MODE)) if minutes >= 0 else None


def undominated(offers: Sequence[Offer]) -> tuple[Offer, ...]:
    """Offers by rising cost, each promised earlier than all that are cheaper."""
    kept: list[Offer] = []
    for offer in sorted(offers, key=lambda one: (one.cost_fen, one.promise_min, one.co2e_g)):
        if not kept or offer.promise_min < kept[-1].promise_min:
            kept.append(offer)
    return tuple(kept)


def zone_of(place: Place) -> Place:
    """Middle of the delivery zone of a place; a facility is a zone of its own."""
    if place.facility_id:
        return place
    return Place(
        facility_id="",
        lat=round(round(place.lat / ZONE_DEG) * ZONE_DEG, 4),
        lon=round(round(place.lon / ZONE_DEG) * ZONE_DEG, 4),
        country=place.country,
    )
