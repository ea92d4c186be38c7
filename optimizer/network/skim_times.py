"""Mean time and paid storage of every offer over the ready times of a week."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache

import numpy as np

from optimizer.errors import DemandError, Finding
from optimizer.kernels.arrays import Ints
from optimizer.network.network import Network
from optimizer.units import MINUTES_PER_DAY, MINUTES_PER_HOUR

WEEK_MIN = 7 * MINUTES_PER_DAY
MARGIN_DAYS = 28
"""A network that averages a week knows departures this long after the week's Monday."""
NEVER = -1


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferTimes:
    """
    Means over a week, by offer.

    Parameters
    ----------
    minutes
        (n_offers,) from ready at the tail to available at the head, rounded half up; ``NEVER``
        where an offer does not run, or not at every ready time of the week.
    storage_days
        (n_offers,) started days of paid storage before departure, summed over ``n_ready`` times.
    n_ready
        (n_offers,) ready times that the sum is over.
    """

    minutes: Ints
    storage_days: Ints
    n_ready: Ints


def week_start_min(network: Network, week: date) -> int:
    """
    Clock minute of the Monday, midnight UTC, that a week starts at.

    Raises
    ------
    DemandError
        The compiled network does not cover the week.
    """
    start = network.minute(
        datetime(week.year, week.month, week.day, tzinfo=network.epoch_at.tzinfo)
    )
    if start < 0 or start + WEEK_MIN > network.horizon_min:
        raise DemandError(
            Finding(
                code="S371",
                what="the week is outside of the horizon that the network was compiled for",
                where="week",
                value=week.isoformat(),
                remedy="load the network with an epoch before the week and a longer horizon",
            )
        )
    return start


@lru_cache(maxsize=16)
def offer_times(network: Network, week_min: int, dwell: tuple[int, ...]) -> OfferTimes:
    """
    Mean times of all offers.

    Parameters
    ----------
    week_min
        Clock minute at which the week starts.
    dwell
        (n_places,) minutes at crossings, for a customs mode and a quantile.

    Notes
    -----
    Services are exact over all 10,080 minutes of the week. Trucks and gates, whose hours change on
    the hour nearly always, are taken at the middle of each of its 168 hours.
    """
    from optimizer.kernels.skim_times import empty_sums, sum_opening_waits, sum_rides, sum_trucks

    rides, trucks, connectors = network.rides, network.trucks, network.connectors
    ride_min, ride_days = empty_sums(len(rides.head)), empty_sums(len(rides.head))
    sum_rides(network.places, rides, week_min, WEEK_MIN, ride_min, ride_days)
    hours = np.arange(WEEK_MIN // MINUTES_PER_HOUR, dtype=np.int64) * MINUTES_PER_HOUR
    ready = week_min + hours + MINUTES_PER_HOUR // 2
    truck_min, truck_days = empty_sums(len(trucks.head)), empty_sums(len(trucks.head))
    sum_trucks(
        network.places, trucks, ready, np.array(dwell, dtype=np.int64), truck_min, truck_days
    )
    waits = empty_sums(network.n_facilities)
    sum_opening_waits(network.places, ready, waits)
    n_hours = len(ready)
    at_gate = _mean(waits, n_hours)[connectors.head]
    by_road = np.where(at_gate == NEVER, NEVER, connectors.duration_min + at_gate)
    sizes = (len(rides.head), len(trucks.head), len(connectors.head))
    return OfferTimes(
        minutes=np.concatenate([_mean(ride_min, WEEK_MIN), _mean(truck_min, n_hours), by_road]),
        storage_days=np.concatenate([ride_days, truck_days, np.zeros(sizes[2], dtype=np.int64)]),
        n_ready=np.repeat(np.array([WEEK_MIN, n_hours, n_hours], dtype=np.int64), sizes),
    )


def gate_waits(network: Network, week_min: int) -> Ints:
    """(n_facilities,) mean wait for a facility's gate, rounded half up; ``NEVER`` if it is shut."""
    from optimizer.kernels.skim_times import empty_sums, sum_opening_waits

    hours = np.arange(WEEK_MIN // MINUTES_PER_HOUR, dtype=np.int64) * MINUTES_PER_HOUR
    waits = empty_sums(network.n_facilities)
    sum_opening_waits(network.places, week_min + hours + MINUTES_PER_HOUR // 2, waits)
    return _mean(waits, len(hours))


def _mean(sums: Ints, n: int) -> Ints:
    """Half up; ``NEVER`` stays."""
    return np.where(sums == NEVER, NEVER, (2 * sums + n) // (2 * n))
