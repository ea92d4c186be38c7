"""
Least cost of serving demand from given capacities: successive shortest paths between facilities.

Arrays only. Every demand begins at its cheapest facility. Facilities that hold more than their
capacity push the excess along shortest paths of moves: a move takes a demand, or part of it, from
one facility to another, and between two facilities the cheapest move counts. Prices keep all moves
nonnegative (Edmonds and Karp 1972, doi:10.1145/321694.321699), so each path is one dense Dijkstra
over the facilities. The result is an optimal basic solution up to rounding.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from numba import njit

Ints = npt.NDArray[np.int32]
Floats = npt.NDArray[np.float64]

DUST = 1e-9
"""Share of a capacity or demand that counts as nothing."""


@njit(cache=True, nogil=True)
def _refresh(unit: Floats, flow: Floats, i: int, to: int, move: Floats, by: Ints) -> None:
    """Find again the cheapest move from facility i to another."""
    least, who = np.inf, -1
    for r in range(flow.shape[1]):
        if flow[i, r] > 0.0:
            cost = unit[to, r] - unit[i, r]
            if cost < least:
                least, who = cost, r
    move[i, to] = least
    by[i, to] = who


@njit(cache=True, nogil=True)
def _add(unit: Floats, flow: Floats, i: int, r: int, amount: float, move: Floats, by: Ints) -> None:
    """Give demand r an amount at facility i, and look whether that offers cheaper moves."""
    is_new = flow[i, r] == 0.0
    flow[i, r] += amount
    if is_new:
        for to in range(unit.shape[0]):
            cost = unit[to, r] - unit[i, r]
            if to != i and cost < move[i, to]:
                move[i, to] = cost
                by[i, to] = r


@njit(cache=True, nogil=True)
def _take(
    unit: Floats, flow: Floats, i: int, r: int, amount: float, move: Floats, by: Ints
) -> None:
    """Take an amount of demand r from facility i; moves that it carried are found again."""
    flow[i, r] -= amount
    if flow[i, r] > 0.0:
        return
    flow[i, r] = 0.0
    for to in range(unit.shape[0]):
        if by[i, to] == r:
            _refresh(unit, flow, i, to, move, by)


@njit(cache=True, nogil=True)
def _search(
    move: Floats, height: Floats, excess: Floats, dust: float, far: Floats, came: Ints
) -> int:
    """Dijkstra from all facilities with excess to the nearest with room; -1 if there is none."""
    n = move.shape[0]
    done = np.zeros(n, dtype=np.bool_)
    for i in range(n):
        far[i] = 0.0 if excess[i] > dust else np.inf
        came[i] = -1
    while True:
        at, least = -1, np.inf
        for i in range(n):
            if not done[i] and far[i] < least:
                at, least = i, far[i]
        if at < 0 or excess[at] < -dust:
            return at
        done[at] = True
        for to in range(n):
            if not done[to] and move[at, to] < np.inf:
                # Rounding may leave a move a hair below zero.
                cost = least + max(0.0, move[at, to] + height[at] - height[to])
                if cost < far[to]:
                    far[to] = cost
                    came[to] = at


@njit(cache=True, nogil=True)
def transport(unit: Floats, demand: Floats, capacity: Floats, flow: Floats, rent: Floats) -> float:
    """
    Serve every demand at least cost.

    Parameters
    ----------
    unit
        (n, R) float64, cost of a unit of demand r at facility i; infinite where it may not be.
    demand, capacity
        (R,) and (n,) float64.
    flow
        (n, R) float64, modified in place: units of r at i.
    rent
        (n,) float64, modified in place: what a unit more of capacity would save.

    Returns
    -------
    Cost; infinite if the capacities do not suffice. Ties go to the lower index.
    """
    n, n_rows = unit.shape
    flow[:, :] = 0.0
    rent[:] = 0.0
    move = np.full((n, n), np.inf)
    by = np.full((n, n), -1, dtype=np.int32)
    excess = -capacity
    total = 0.0
    for r in range(n_rows):
        at, least = -1, np.inf
        for i in range(n):
            if capacity[i] > 0.0 and unit[i, r] < least:
                at, least = i, unit[i, r]
        if at < 0:
            return np.inf
        flow[at, r] = demand[r]
        excess[at] += demand[r]
        total += demand[r]
    dust = DUST * max(1.0, total / max(1, n_rows))
    any_excess = False
    for i in range(n):
        any_excess |= excess[i] > dust
    if any_excess:
        for i in range(n):
            for to in range(n):
                if to != i and capacity[to] > 0.0:
                    _refresh(unit, flow, i, to, move, by)
        far, came = np.zeros(n), np.zeros(n, dtype=np.int32)
        height = np.zeros(n)
        while True:
            short = False
            for i in range(n):
                short |= excess[i] > dust
            if not short:
                break
            end = _search(move, height, excess, dust, far, came)
            if end < 0:
                return np.inf
            for i in range(n):
                height[i] += min(far[i], far[end])
            amount, at = -excess[end], end
            while came[at] >= 0:
                source = came[at]
                amount = min(amount, flow[source, by[source, at]])
                at = source
            amount = min(amount, excess[at])
            excess[at] -= amount
            excess[end] += amount
            at = end
            while came[at] >= 0:
                source = came[at]
                r = by[source, at]
                _take(unit, flow, source, r, amount, move, by)
                if capacity[at] > 0.0:
                    _add(unit, flow, at, r, amount, move, by)
                at = source
        top = height.max()
        for i in range(n):
            rent[i] = top - height[i]
    cost = 0.0
    for i in range(n):
        for r in range(n_rows):
            if flow[i, r] > 0.0:
                cost += flow[i, r] * unit[i, r]
    return cost
