"""Lead times between two facilities from real departures, dwell and delays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from optimizer.domain.shipment import Shipment
from optimizer.models.routing.evaluate import N_SAMPLES, sample_delivered_min
from optimizer.models.routing.quote import quote
from optimizer.models.routing.reasons import Reason
from optimizer.network.network import Network
from optimizer.plan.itinerary import Itinerary

UNREACHED_MIN = 2**31 - 1


class WayRule(StrEnum):
    """Which of the Pareto set of itineraries an order takes."""

    CHEAPEST = "cheapest"
    FASTEST = "fastest"
    GENERALIZED = "generalized"


@dataclass(frozen=True, kw_only=True)
class LeadTimeSamples:
    """
    Lead times of orders on successive days.

    Parameters
    ----------
    minutes
        (n_days, n_samples) int64 from the order to delivery, waiting for the departure included.
        Column s of all days is the same luck: the same delay of the same voyage.
    ways
        Itinerary of each day.
    reasons
        Why a day has no way; then ``minutes`` has no rows.
    """

    minutes: NDArray[np.int64]
    ways: tuple[Itinerary, ...]
    reasons: tuple[Reason, ...] = ()


def sample_lead_times(
    network: Network,
    template: Shipment,
    order_at: Sequence[datetime],
    rule: WayRule = WayRule.CHEAPEST,
    *,
    value_fen_per_hour: int = 0,
) -> LeadTimeSamples:
    """
    Quote an order of each moment, take one way, and sample its delivery.

    Parameters
    ----------
    template
        What is ordered; its times are set to each moment.
    rule
        ``generalized`` weighs an hour with ``value_fen_per_hour`` against cost.

    Notes
    -----
    Samples in which a last departure within the horizon is missed count as the horizon's end.
    """
    rows: list[NDArray[np.int64]] = []
    ways: list[Itinerary] = []
    for moment in order_at:
        shipment = replace(template, ready_at=moment, booked_at=moment)
        found = quote(network, shipment)
        if not found.itineraries:
            return LeadTimeSamples(
                minutes=np.zeros((0, N_SAMPLES), dtype=np.int64), ways=(), reasons=found.reasons
            )
        way = min(found.itineraries, key=lambda one: _price(one, rule, value_fen_per_hour))
        delivered = sample_delivered_min(network, shipment, way)
        last = max(network.horizon_min, way.delivered_min)
        rows.append(np.minimum(delivered, last) - network.minute(moment))
        ways.append(way)
    return LeadTimeSamples(minutes=np.array(rows, dtype=np.int64), ways=tuple(ways))


def _price(way: Itinerary, rule: WayRule, value_fen_per_hour: int) -> tuple[float, int]:
    if rule is WayRule.FASTEST:
        return way.delivered_min, way.cost_fen
    hours = way.delivered_min / 60 * value_fen_per_hour if rule is WayRule.GENERALIZED else 0.0
    return way.cost_fen + hours, way.delivered_min


def days_from(first: datetime, n_days: int) -> list[datetime]:
    """The same clock time on successive days."""
    return [first + timedelta(days=at) for at in range(n_days)]
