"""The time that a shipment has, and the least that it needs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from math import floor

from optimizer.demand.reach import distance_km
from optimizer.domain.network_data import NetworkData
from optimizer.domain.shipment import Shipment
from optimizer.network.clearances import clearance_min, clearance_rows
from optimizer.network.durations import MEDIAN
from optimizer.units import MINUTES_PER_HOUR, minutes_since

JET_KM_PER_H = 900.0
"""No leg is faster than a jet on the great circle."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """
    When a shipment may be on the way.

    Parameters
    ----------
    opens_at
        Ready, and not before the plan is decided.
    closes_at
        Latest delivery; ``None`` without a hard limit.
    needs_min
        Minutes of a jet on the great circle and of median clearance at both ends. Every plan at
        the median or above takes longer.
    """

    opens_at: datetime
    closes_at: datetime | None
    needs_min: int

    @property
    def spare_min(self) -> int | None:
        """Minutes left over, negative if delivery in time is impossible; ``None`` without limit."""
        if self.closes_at is None:
            return None
        return minutes_since(self.opens_at, self.closes_at) - self.needs_min


def window_of(data: NetworkData, shipment: Shipment, *, planned_at: datetime) -> Window:
    """The window of a shipment in a plan decided at ``planned_at``."""
    flown_km = distance_km(shipment.origin, shipment.destination)
    needs_min = floor(flown_km / JET_KM_PER_H * MINUTES_PER_HOUR)
    ends = (("export", shipment.origin.country), ("import", shipment.destination.country))
    if data.territory(ends[0][1]) != data.territory(ends[1][1]):
        rows = clearance_rows(data)
        needs_min += sum(
            max(0, clearance_min(rows, country, direction, shipment.customs_mode, MEDIAN))
            for direction, country in ends
        )
    return Window(
        opens_at=max(shipment.ready_at, planned_at),
        closes_at=shipment.latest_at,
        needs_min=needs_min,
    )
