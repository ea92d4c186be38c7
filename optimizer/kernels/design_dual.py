"""
Lower bounds for fixed-charge network design: the knapsack relaxation and the volume algorithm.

Arrays only. Flow conservation is relaxed with a potential for every commodity and node. What is
left falls apart by arcs: each arc is a continuous knapsack over the commodities, opened if that
pays. Any potentials give a valid bound. The best of them give the bound of the linear relaxation
with strong linking rows (Gendron, Crainic and Frangioni 1999); the volume algorithm of Barahona
and Anbil (2000), doi:10.1007/s101070050002, comes near it and averages the openings on its way.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit

Ints = npt.NDArray[np.int32]
Longs = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

BOUND, STEP, FAILURES, MIX = 0, 1, 2, 3
"""Places in ``Dual.control``: best bound, step factor, steps in a row without a gain, weight."""
NOTHING = 1e-12
MOST_FAILURES, LEAST_STEP, MOST_STEP = 10, 1e-4, 2.0


class Links(NamedTuple):
    """Network and demands; ``forbidden`` is (m, K): commodity never on that arc."""

    tail: Ints
    head: Ints
    variable: Floats
    fixed: Floats
    capacity: Floats
    origin: Ints
    destination: Ints
    demand: Floats
    forbidden: Bools


class Dual(NamedTuple):
    """
    State, modified in place. ``best``, ``trial``, ``surplus``, ``direction``: (K, N) potentials
    and imbalances; ``opening`` (m,): average opening; ``control``: (4,).
    """

    best: Floats
    trial: Floats
    surplus: Floats
    direction: Floats
    is_open: Floats
    opening: Floats
    control: Floats


@njit(cache=True, nogil=True)
def _knapsack(links: Links, a: int, price: Floats, who: Ints, profit: Floats) -> tuple[float, int]:
    """
    Least of ``sum r x`` on arc a with the reduced prices r of potentials; who fills it, in order.

    Returns
    -------
    Value, at most 0, and how many of ``who`` have a negative reduced price; sorted where the
    capacity binds.
    """
    tail, head, capacity = links.tail[a], links.head[a], links.capacity[a]
    n_who, wanted, value = 0, 0.0, 0.0
    for k in range(links.demand.shape[0]):
        reduced = links.variable[a] + price[k, tail] - price[k, head]
        if reduced < 0.0 and not links.forbidden[a, k]:
            who[n_who] = k
            profit[n_who] = reduced
            n_who += 1
            most = min(links.demand[k], capacity)
            wanted += most
            value += reduced * most
    if wanted <= capacity or links.fixed[a] + value >= 0.0:
        return value, n_who
    order = np.argsort(profit[:n_who])
    by_profit = profit[:n_who].copy()
    by_who = who[:n_who].copy()
    room, value = capacity, 0.0
    for place in range(n_who):
        at = order[place]
        who[place] = by_who[at]
        amount = min(links.demand[by_who[at]], capacity, room)
        value += amount * by_profit[at]
        room -= amount
    return float(value), n_who


@njit(cache=True, nogil=True)
def _evaluate(links: Links, price: Floats, dual: Dual, who: Ints, profit: Floats) -> float:
    """Bound of potentials; the imbalance of its solution and its openings go into ``dual``."""
    surplus, is_open = dual.surplus, dual.is_open
    surplus[:, :] = 0.0
    bound = 0.0
    for k in range(links.demand.shape[0]):
        source, sink, demand = links.origin[k], links.destination[k], links.demand[k]
        bound += demand * (price[k, sink] - price[k, source])
        surplus[k, sink] += demand
        surplus[k, source] -= demand
    for a in range(links.tail.shape[0]):
        value, n_who = _knapsack(links, a, price, who, profit)
        is_open[a] = 0.0
        if links.fixed[a] + value >= 0.0:
            continue
        is_open[a] = 1.0
        bound += links.fixed[a] + value
        room = links.capacity[a]
        for place in range(n_who):
            k = who[place]
            amount = min(links.demand[k], links.capacity[a], room)
            room -= amount
            surplus[k, links.head[a]] -= amount
            surplus[k, links.tail[a]] += amount
    return bound


@njit(cache=True, nogil=True)
def arc_values(links: Links, price: Floats, value: Floats) -> float:
    """
    Bound of potentials and what each arc's opening adds to it.

    Parameters
    ----------
    price
        (K, N) float64, potentials.
    value
        (m,) float64, modified in place: fixed cost plus the knapsack's (negative) value. Opening
        an arc of positive value, or closing one of negative value, raises the bound by its size.
    """
    who = np.zeros(links.demand.shape[0], dtype=np.int32)
    profit = np.zeros(links.demand.shape[0])
    bound = 0.0
    for k in range(links.demand.shape[0]):
        rise = price[k, links.destination[k]] - price[k, links.origin[k]]
        bound += links.demand[k] * rise
    for a in range(links.tail.shape[0]):
        knapsack, _ = _knapsack(links, a, price, who, profit)
        value[a] = links.fixed[a] + knapsack
        bound += min(0.0, value[a])
    return bound


@njit(cache=True, nogil=True)
def start(links: Links, dual: Dual) -> None:
    """Evaluate ``dual.best``; its solution begins the averages."""
    who = np.zeros(links.demand.shape[0], dtype=np.int32)
    profit = np.zeros(links.demand.shape[0])
    dual.control[BOUND] = _evaluate(links, dual.best, dual, who, profit)
    dual.direction[:, :] = dual.surplus
    dual.opening[:] = dual.is_open


@njit(cache=True, nogil=True)
def improve(links: Links, dual: Dual, target: float, n_steps: int) -> float:
    """
    Take steps of the volume algorithm.

    Parameters
    ----------
    target
        A cost that the bound is not expected to exceed; steps are scaled by the distance to it.

    Returns
    -------
    Best bound so far, that of ``dual.best``.
    """
    who = np.zeros(links.demand.shape[0], dtype=np.int32)
    profit = np.zeros(links.demand.shape[0])
    control, direction, surplus = dual.control, dual.direction, dual.surplus
    n_rows, n_nodes = direction.shape
    for _ in range(n_steps):
        norm = 0.0
        for k in range(n_rows):
            for n in range(n_nodes):
                norm += direction[k, n] * direction[k, n]
        if norm <= NOTHING:
            break
        distance = max(target - control[BOUND], 1e-6 * abs(target))
        step = control[STEP] * distance / norm
        for k in range(n_rows):
            for n in range(n_nodes):
                dual.trial[k, n] = dual.best[k, n] + step * direction[k, n]
        bound = _evaluate(links, dual.trial, dual, who, profit)
        across, own = 0.0, 0.0
        for k in range(n_rows):
            for n in range(n_nodes):
                across += surplus[k, n] * direction[k, n]
                own += surplus[k, n] * surplus[k, n]
        # The weight that makes the mixed imbalance shortest, kept small.
        spread = own - 2.0 * across + norm
        mix = control[MIX]
        if spread > NOTHING:
            mix = min(max((norm - across) / spread, 0.1 * mix), mix)
        for k in range(n_rows):
            for n in range(n_nodes):
                direction[k, n] += mix * (surplus[k, n] - direction[k, n])
        for a in range(dual.opening.shape[0]):
            dual.opening[a] += mix * (dual.is_open[a] - dual.opening[a])
        if bound > control[BOUND]:
            if across >= 0.0:
                control[STEP] = min(1.1 * control[STEP], MOST_STEP)
            control[BOUND] = bound
            control[FAILURES] = 0.0
            dual.best[:, :] = dual.trial
        else:
            control[FAILURES] += 1.0
            if control[FAILURES] >= MOST_FAILURES:
                control[STEP] = max(0.66 * control[STEP], LEAST_STEP)
                control[FAILURES] = 0.0
    return control[BOUND]
