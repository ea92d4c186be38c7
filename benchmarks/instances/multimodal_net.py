"""
A synthetic multimodal network without clocks: terminals on a map, four modes, three criteria.

A node is a terminal in a mode (road, rail, barge, sea). In each mode a terminal is joined to its
nearest ones that have the mode; inside a terminal a change of mode costs, takes time and emits. The
rates are round numbers of the order of real ones; nothing here is data.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]

MAP_KM = (8000.0, 4000.0)


class ModeRates(NamedTuple):
    """Share of terminals with the mode, neighbours, detour, and rates with what a leg adds."""

    share: float
    n_neighbours: int
    detour: float
    usd_per_km: float
    km_per_h: float
    least_h: int
    kg_per_km: float


MODES = (
    ModeRates(1.0, 7, 1.25, 1.10, 60.0, 1, 0.90),
    ModeRates(0.6, 6, 1.30, 0.45, 35.0, 12, 0.25),
    ModeRates(0.25, 5, 1.50, 0.25, 14.0, 16, 0.28),
    ModeRates(0.2, 9, 1.15, 0.12, 28.0, 30, 0.10),
)


class Net(NamedTuple):
    """A terminal's node by road is four times its number; weights are dollars, half hours, kg."""

    n_nodes: int
    tail: Ints
    head: Ints
    weights: Ints


def make_net(n_terminals: int, seed: int) -> Net:
    """The network of a seed: ``4 * n_terminals`` node numbers, not all with arcs."""
    rng = np.random.default_rng(seed)
    place = rng.random((n_terminals, 2)) * MAP_KM
    has = rng.random((n_terminals, len(MODES))) < [mode.share for mode in MODES]
    has[:, 0] = True
    arcs = [_hauls(rng, place, np.flatnonzero(has[:, at]), at) for at in range(len(MODES))]
    arcs.append(_changes(rng, has))
    table = np.concatenate(arcs)
    return Net(len(MODES) * n_terminals, table[:, 0], table[:, 1], table[:, 2:].copy())


def _hauls(rng: np.random.Generator, place: NDArray[np.float64], terminals: Ints, at: int) -> Ints:
    mode = MODES[at]
    n_neighbours = min(mode.n_neighbours, len(terminals) - 1)
    if n_neighbours < 1:
        return np.empty((0, 5), dtype=np.int64)
    apart = np.hypot(*(place[terminals, None] - place[None, terminals]).transpose(2, 0, 1))
    nearest = np.argsort(apart, axis=1, kind="stable")[:, 1 : n_neighbours + 1]
    tail = np.repeat(np.arange(len(terminals)), n_neighbours)
    head = nearest.ravel()
    km = apart[tail, head] * mode.detour
    spread = rng.uniform(0.8, 1.25, (3, len(km)))
    usd = (km * mode.usd_per_km * spread[0]).astype(np.int64) + 5
    half_hours = (km / mode.km_per_h * 2 * spread[1]).astype(np.int64) + mode.least_h
    kg = (km * mode.kg_per_km * spread[2]).astype(np.int64) + 2
    ends = [terminals[end] * len(MODES) + at for end in (tail, head)]
    return np.stack([*ends, usd, half_hours, kg], axis=1)


def _changes(rng: np.random.Generator, has: NDArray[np.bool_]) -> Ints:
    pairs = [
        (terminal * len(MODES) + one, terminal * len(MODES) + other)
        for terminal, modes in enumerate(has)
        for one in np.flatnonzero(modes)
        for other in np.flatnonzero(modes)
        if one != other
    ]
    ends = np.array(pairs, dtype=np.int64)
    price = [rng.integers(low, high, len(ends)) for low, high in ((60, 220), (8, 60), (5, 25))]
    return np.column_stack([ends, *price])
