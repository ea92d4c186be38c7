"""Lead times and container prices of supply lanes, sampled once each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from optimizer.domain.border import CreditClass
from optimizer.domain.equipment import LoadUnitType
from optimizer.domain.shipment import Place, Shipment
from optimizer.models.routing.lead_time import (
    LeadTimeSamples,
    WayRule,
    days_from,
    sample_lead_times,
)
from optimizer.models.routing.quote import quote
from optimizer.network.network import Network
from optimizer.plan.inventory import LaneLead

Lane = tuple[str, str, str]
"""Source, warehouse, customs mode."""

MINUTES_PER_DAY = 1440
_LEAST_KG, _MOST_KG = 100, 20_000
_LEAST_DM3, _MOST_DM3 = 200, 60_000
_FULL_SHARE = 0.9
"""Of payload and volume in the quote of a container, so that it stays one container."""
_WEEK = 7


@dataclass(frozen=True, kw_only=True)
class LaneQuestion:
    """
    Which orders are quoted, and which way they take.

    Parameters
    ----------
    first_on
        Midnight UTC of the Monday on which order days begin.
    order_hour
        Local hour at the source.
    kg, dm3
        Size of an order by lane.
    """

    first_on: datetime
    n_weeks: int
    order_hour: int
    rule: WayRule
    value_fen_per_hour: int
    kg: Mapping[Lane, int]
    dm3: Mapping[Lane, int]


class LaneLeads:
    """
    Lead times by lane.

    Parameters
    ----------
    network
        Over the order days and the longest way after them.
    """

    def __init__(self, network: Network, question: LaneQuestion) -> None:
        self.network, self.question = network, question
        self._sampled: dict[Lane, LeadTimeSamples] = {}

    def samples(self, lane: Lane) -> LeadTimeSamples:
        """Lead times in minutes with the ways taken."""
        if lane not in self._sampled:
            asked = self.question
            self._sampled[lane] = sample_lead_times(
                self.network,
                self._shipment(lane),
                days_from(self._first_order(lane[0]), _WEEK * asked.n_weeks),
                asked.rule,
                value_fen_per_hour=asked.value_fen_per_hour,
            )
        return self._sampled[lane]

    def days(self, lane: Lane) -> NDArray[np.int64] | tuple[str, ...]:
        """
        (n_days, n_samples) whole days, or why there is no way.

        Rounded up: goods that come in the afternoon are sold from the next day on.
        """
        found = self.samples(lane)
        if not len(found.minutes):
            return tuple(str(reason) for reason in found.reasons) or ("no way was found",)
        return -(-found.minutes // MINUTES_PER_DAY)

    def row(self, lane: Lane) -> LaneLead:
        """What is said about a lane that has ways."""
        found = self.samples(lane)
        ways = Counter(" > ".join(leg.ref or "connector" for leg in way.legs) for way in found.ways)
        days = found.minutes / MINUTES_PER_DAY
        return LaneLead(
            source_id=lane[0],
            warehouse_id=lane[1],
            customs_mode=lane[2],
            by="network",
            shipment_kg=self._shipment(lane).gross_kg,
            p50_days=float(np.quantile(days, 0.5)),
            p90_days=float(np.quantile(days, 0.9)),
            mean_days=float(days.mean()),
            cost_fen=round(sum(way.cost_fen for way in found.ways) / len(found.ways)),
            ways=tuple(way for way, _ in ways.most_common()),
        )

    def rows(self) -> list[LaneLead]:
        """Every lane with ways that was asked about, in that order."""
        return [self.row(lane) for lane, found in self._sampled.items() if len(found.minutes)]

    def container_fen(self, lane: Lane, unit: LoadUnitType) -> int | None:
        """Cheapest way of a nearly full container over a week's days; None without one."""
        template = replace(
            self._shipment(lane),
            gross_kg=int(_FULL_SHARE * min(unit.payload_kg.values())),
            volume_dm3=int(_FULL_SHARE * unit.usable_dm3),
        )
        costs: list[int] = []
        for moment in days_from(self._first_order(lane[0]), _WEEK):
            asked = replace(template, ready_at=moment, booked_at=moment)
            costs += [way.cost_fen for way in quote(self.network, asked).itineraries]
        return min(costs, default=None)

    def _first_order(self, facility_id: str) -> datetime:
        zone = ZoneInfo(self.network.data.facilities[facility_id].timezone)
        ahead = self.question.first_on.astimezone(zone).utcoffset() or timedelta()
        return self.question.first_on + timedelta(hours=self.question.order_hour) - ahead

    def _shipment(self, lane: Lane) -> Shipment:
        """An order of the lane; its size is kept within what one quote is about."""
        asked = self.question
        return Shipment(
            shipment_id="REPLENISHMENT",
            shipper="INVENTORY",
            origin=self._place(lane[0]),
            destination=self._place(lane[1]),
            gross_kg=min(_MOST_KG, max(_LEAST_KG, asked.kg.get(lane, 0))),
            volume_dm3=min(_MOST_DM3, max(_LEAST_DM3, asked.dm3.get(lane, 0))),
            n_packages=1,
            value_cny=0,
            cargo_class="general",
            customs_mode=lane[2],
            credit_class=CreditClass.ORDINARY,
            ready_at=asked.first_on,
            booked_at=asked.first_on,
        )

    def _place(self, facility_id: str) -> Place:
        one = self.network.data.facilities[facility_id]
        return Place(facility_id=facility_id, lat=one.lat, lon=one.lon, country=one.country)
