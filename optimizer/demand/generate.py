"""
Synthetic shipments. NOT observed: no shipper, price or volume here is anybody's.

A week is drawn from a :class:`~optimizer.demand.profile.Profile`, by default that of Kunming. Only
ends that the network joins are drawn: the customs mode is offered near both ends and some chain of
running services and open crossings takes the class. One in forty is a hard case on purpose, so that
a plan has somebody to turn down or to deliver late.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from optimizer.demand.kunming import KUNMING_WEEK
from optimizer.demand.profile import Profile
from optimizer.demand.reach import nearest_facility
from optimizer.demand.sampling import Sampler
from optimizer.demand.trades import Trade, TradeDrawer
from optimizer.domain.border import CreditClass
from optimizer.domain.network_data import NetworkData
from optimizer.domain.shipment import Place, Shipment
from optimizer.units import (
    FEN_PER_CNY,
    chargeable_kg,
    demand_dm3_from_m3,
    demand_kg,
    fen_from_cny,
)

DEFAULT_SEED = 38
DEFAULT_N_SHIPMENTS = 560
DEFAULT_WEEK_START = date(2026, 9, 14)

HARD_EVERY, HARD_OFFSET = 40, 13
"""Shipments ``13, 53, 93, ...`` are hard cases."""

PLANNED_AT = time(6, 0)
"""Local time at home on the first day; nothing is booked before."""
DUE_AT = time(18, 0)
SIGMA_DENSITY, SIGMA_VALUE = 0.15, 0.5
VOLUMETRIC_KG_PER_M3 = 167
SHORT_NOTICE_SHARE = 0.3
LATEST_SHARE = 0.6


class Hard(StrEnum):
    """What makes a hard case hard."""

    ROAD_ONLY = "too large to fly to where trucks may not go"
    MUST_SOON = "must be there within hours"
    SHOULD_SOON = "should be there on the next day"


class _Generator:
    def __init__(self, data: NetworkData, profile: Profile, seed: int, week_start: date) -> None:
        self._data = data
        self._profile = profile
        self._seed = seed
        self._week_start = week_start
        self._trades = TradeDrawer(data, profile)
        home = nearest_facility(data, profile.home_lat, profile.home_lon)
        self._planned_at = datetime.combine(week_start, PLANNED_AT, ZoneInfo(home.timezone))
        n_shippers = profile.credit_by_rank[-1][0]
        # Shippers are as unequal as firms are: the weight falls with the rank.
        self._shippers = {str(rank): 1.0 / (rank + 4) for rank in range(1, n_shippers + 1)}

    def shipment(self, number: int) -> Shipment:
        """Shipment ``number``, which depends on the seed and its number only."""
        sampler = Sampler(self._seed, number)
        hard = None
        if number % HARD_EVERY == HARD_OFFSET:
            hard = tuple(Hard)[number // HARD_EVERY % len(Hard)]
        if hard is Hard.ROAD_ONLY:
            trade = self._trades.road_only(sampler)
            if trade is not None:
                return self._filled(sampler, number, trade, hard)
            hard = None
        return self._filled(sampler, number, self._trades.joined(sampler, number), hard)

    def _zone(self, place: Place) -> ZoneInfo:
        facility = self._data.facilities.get(place.facility_id)
        return ZoneInfo((facility or nearest_facility(self._data, place.lat, place.lon)).timezone)

    def _filled(self, sampler: Sampler, number: int, trade: Trade, hard: Hard | None) -> Shipment:
        product = trade.product
        volume_m3 = sampler.lognormal(product.median_m3, product.sigma_m3)
        # The road-only truckload is too large for its market on purpose.
        market_most_m3 = product.most_m3 if hard is Hard.ROAD_ONLY else trade.market.most_m3
        volume_m3 = min(max(volume_m3, product.least_m3), product.most_m3, market_most_m3)
        kg = demand_kg(volume_m3 * sampler.lognormal(product.kg_per_m3, SIGMA_DENSITY))
        dm3 = demand_dm3_from_m3(volume_m3)
        value_cny = max(500, round(kg * sampler.lognormal(product.cny_per_kg, SIGMA_VALUE), -2))
        rank = int(sampler.choice(self._shippers))
        credit = next(name for last, name in self._profile.credit_by_rank if rank <= last)
        ready_at = self._ready_at(sampler, trade)
        due_at, latest_at = self._due_and_latest(sampler, trade, ready_at, volume_m3, hard)
        notice = timedelta(hours=sampler.whole(6, 48))
        if sampler.happens(SHORT_NOTICE_SHARE):
            booked_at = max(ready_at - notice, self._planned_at)
        else:
            booked_at = self._planned_at
        return Shipment(
            shipment_id=f"S{number:04d}",
            shipper=f"shipper-{rank:02d}",
            origin=trade.origin,
            destination=trade.destination,
            gross_kg=kg,
            volume_dm3=dm3,
            n_packages=max(1, round(volume_m3 / product.package_m3)),
            value_cny=int(value_cny),
            cargo_class=product.cargo_class,
            customs_mode=trade.customs_mode,
            credit_class=CreditClass(credit),
            ready_at=ready_at,
            booked_at=booked_at,
            due_at=due_at,
            latest_at=latest_at,
            late_fen_per_hour=max(
                2 * FEN_PER_CNY, fen_from_cny(value_cny * product.late_share_per_day / 24)
            ),
            unserved_fen=_unserved_fen(kg, dm3),
        )

    def _ready_at(self, sampler: Sampler, trade: Trade) -> datetime:
        weekend = trade.product.weekend_weight
        days = {str(day): 1.0 for day in range(5)} | {"5": weekend, "6": weekend / 2}
        on = self._week_start + timedelta(days=int(sampler.choice(days)))
        quarter = sampler.whole(9 * 4, 18 * 4)
        at = time(quarter // 4, quarter % 4 * 15)
        return datetime.combine(on, at, self._zone(trade.origin))

    def _due_and_latest(
        self,
        sampler: Sampler,
        trade: Trade,
        ready_at: datetime,
        volume_m3: float,
        hard: Hard | None,
    ) -> tuple[datetime, datetime | None]:
        zone = self._zone(trade.destination)
        wants_express = sampler.happens(trade.product.express_share)
        is_express = wants_express and volume_m3 <= trade.market.express_most_m3
        span = trade.market.express_days if is_express else trade.market.standard_days
        days, grace_days = (
            sampler.whole(*span),
            sampler.whole(2, 5) if is_express else sampler.whole(4, 10),
        )
        has_latest = sampler.happens(LATEST_SHARE)
        if hard is Hard.MUST_SOON:
            soon_at = (ready_at + timedelta(hours=sampler.whole(10, 20))).astimezone(zone)
            return soon_at, soon_at
        if hard is Hard.SHOULD_SOON:
            days, has_latest = 1, False
        on = ready_at.astimezone(zone).date() + timedelta(days=days)
        due_at = datetime.combine(on, DUE_AT, zone)
        return due_at, due_at + timedelta(days=grace_days) if has_latest else None


def _unserved_fen(kg: int, dm3: int) -> int:
    """More than any way of carrying it should cost: 5000 CNY, 40 a kilogram, 5 above a tonne."""
    paying_kg = chargeable_kg(kg, dm3, VOLUMETRIC_KG_PER_M3)
    small_kg = min(paying_kg, 1000)
    return FEN_PER_CNY * (5000 + 40 * small_kg + 5 * (paying_kg - small_kg))


def generate_week(
    data: NetworkData,
    *,
    seed: int = DEFAULT_SEED,
    n_shipments: int = DEFAULT_N_SHIPMENTS,
    week_start: date = DEFAULT_WEEK_START,
    profile: Profile = KUNMING_WEEK,
) -> list[Shipment]:
    """
    A synthetic week of shipments.

    Deterministic on every platform. A shipment depends on the seed and its number only: the first
    100 of 560 are the 100 of 100.

    Parameters
    ----------
    data
        Network; only ends that it joins are drawn.
    week_start
        First local day on which shipments may be ready, a Monday for the weekday weights to fit.

    Raises
    ------
    DemandError
        S359, the network lacks the facilities of the profile.
    """
    generator = _Generator(data, profile, seed, week_start)
    return [generator.shipment(number) for number in range(1, n_shipments + 1)]
