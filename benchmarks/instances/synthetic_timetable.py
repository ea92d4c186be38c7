"""
A seeded freight timetable: hubs, terminals round them, lines of several calls that run in periods.

Nothing in it is real. Terminals lie round hubs on a plane of 9,000 by 4,000 km; a line walks to
near, middling and far terminals and often back to a hub, at the speed of a truck, a train, a fast
train or a slow train, and runs every six hours to every week.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from optimizer.kernels.arrays import Ints
from optimizer.network.schedule import Hops

DAY_MIN = 1440
N_HUBS = 60
PLANE_KM = (9000.0, 4000.0)
SPREAD_KM = 350.0
CIRCUITY = 1.25
SPEEDS_KM_PER_H = (30, 40, 60, 80)
PERIODS_MIN = (360, 720, 1440, 2880, 5040, 10080)
PERIOD_SHARES = (0.05, 0.15, 0.35, 0.2, 0.15, 0.1)
NEIGHBOURS = (8, 30, 150, 600)
LEAST_RIDE_MIN = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class SyntheticTimetable:
    """``xy_km`` is (n_terminals, 2); hops as in ``optimizer.network.schedule``, no cut-offs."""

    n_terminals: int
    xy_km: NDArray[np.float64]
    hops: Hops


def make_timetable(
    *, n_terminals: int = 2000, n_departures: int = 200_000, days: int = 28, seed: int = 38
) -> SyntheticTimetable:
    """
    Exactly ``n_departures`` hops that leave within ``days``.

    Cargo may board until the voyage leaves and is ready when it arrives: the semantics that the
    peers share.
    """
    rng = np.random.default_rng(seed)
    n_hubs = min(N_HUBS, n_terminals)
    hubs = rng.random((n_hubs, 2)) * PLANE_KM
    round_hubs = hubs[rng.integers(n_hubs, size=n_terminals - n_hubs)]
    xy_km = np.concatenate((hubs, round_hubs + rng.normal(0, SPREAD_KM, round_hubs.shape)))
    nearest = np.argsort(np.hypot(*(xy_km[:, None] - xy_km[None]).transpose(2, 0, 1)), axis=1)
    parts: list[Ints] = []
    n_made, n_voyages = 0, 0
    while n_made < n_departures:
        calls = _line(rng, nearest, n_hubs)
        if len(calls) < 2:
            continue
        part = _voyages(rng, xy_km, np.array(calls), days * DAY_MIN, n_voyages)
        part = part[part[:, 2] < days * DAY_MIN]
        if not len(part):
            continue
        n_voyages += int(part[:, 4].max()) + 1 - n_voyages
        parts.append(part)
        n_made += len(part)
    tail, head, departs, arrives, voyage, hop = np.concatenate(parts)[:n_departures].T
    return SyntheticTimetable(
        n_terminals=n_terminals,
        xy_km=xy_km,
        hops=Hops(tail, head, departs, departs, arrives, arrives, voyage, hop),
    )


def _line(rng: np.random.Generator, nearest: Ints, n_hubs: int) -> list[int]:
    """Calls of a line, each terminal once."""
    n_terminals = len(nearest)
    calls = [int(rng.integers(n_hubs if rng.random() < 0.5 else n_terminals))]
    for _ in range(int(rng.integers(2, 9))):
        reach = min(int(rng.choice(NEIGHBOURS)), n_terminals - 1)
        to_hub = rng.random() < 0.25
        call = rng.integers(n_hubs) if to_hub else nearest[calls[-1], rng.integers(1, reach + 1)]
        if int(call) not in calls:
            calls.append(int(call))
    return calls


def _voyages(
    rng: np.random.Generator, xy_km: NDArray[np.float64], calls: Ints, ends_min: int, first: int
) -> Ints:
    """Rows tail, head, departs, arrives, voyage, hop of all voyages of a line, by voyage."""
    km_per_min = rng.choice(SPEEDS_KM_PER_H) / 60
    km = np.hypot(*(xy_km[calls[1:]] - xy_km[calls[:-1]]).T) * CIRCUITY
    ride_min = np.maximum(LEAST_RIDE_MIN, km / km_per_min).astype(np.int64)
    dwell_min = rng.integers(30, 360, len(calls) - 1)
    period_min = int(rng.choice(PERIODS_MIN, p=PERIOD_SHARES))
    starts = np.arange(int(rng.integers(period_min)), ends_min, period_min)
    after = np.concatenate(([0], np.cumsum(ride_min + dwell_min)[:-1]))
    departs = starts[:, None] + after
    hop = np.arange(len(calls) - 1)
    columns = np.broadcast_arrays(
        calls[:-1],
        calls[1:],
        departs,
        departs + ride_min,
        first + np.arange(len(starts))[:, None],
        hop,
    )
    return np.stack([column.reshape(-1) for column in columns], axis=1)
