"""
Items that share an order: integer multiples of a common cycle, exactly, with a bound.

A joint order costs something once, and something for each item in it. Every item is ordered at a
whole multiple of the base cycle.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import floor, inf, sqrt
from typing import NamedTuple

from optimizer.errors import ModelError
from optimizer.models.inventory.economic_order import require_positive

POWER_OF_TWO_BOUND = 1.0607
"""An optimal power-of-two policy costs at most 3 / (2 sqrt 2) times the bound."""


class JointItem(NamedTuple):
    """Cost of having the item in an order, holding cost of a unit, units of demand; per time."""

    fixed_cost: float
    holding_cost: float
    demand_rate: float

    @property
    def half_holding(self) -> float:
        """Holding cost of a cycle of one unit of time."""
        return self.holding_cost * self.demand_rate / 2


class JointPlan(NamedTuple):
    """Time between orders, each item's multiple, units of each item's orders, cost, lower bound."""

    base_cycle: float
    multiples: tuple[int, ...]
    quantities: tuple[float, ...]
    cost: float
    bound: float


def plan_cost(
    shared_cost: float, items: Sequence[JointItem], cycle: float, k: Sequence[int]
) -> float:
    """Cost of a base cycle and multiples, per unit of time."""
    fixed = shared_cost + sum(item.fixed_cost / m for item, m in zip(items, k, strict=True))
    held = sum(item.half_holding * m for item, m in zip(items, k, strict=True))
    return fixed / cycle + held * cycle


def relaxed_bound(shared_cost: float, items: Sequence[JointItem]) -> float:
    """
    Lower bound over all policies: cycles need not be multiples, only not below the base cycle.

    Jackson, Maxwell and Muckstadt, AIIE Transactions 17 (1985) 25. Items whose own best cycle is
    short join the base cycle, in order of that cycle.
    """
    ordered = sorted(items, key=lambda item: item.fixed_cost / item.half_holding)
    fixed, held, joined = shared_cost, 0.0, 0
    for item in ordered:
        if held and item.fixed_cost / item.half_holding >= fixed / held:
            break
        fixed, held, joined = fixed + item.fixed_cost, held + item.half_holding, joined + 1
    alone = sum(2 * sqrt(item.fixed_cost * item.half_holding) for item in ordered[joined:])
    return 2 * sqrt(fixed * held) + alone


def integer_multiples(shared_cost: float, items: Sequence[JointItem]) -> JointPlan:
    """
    The best base cycle and multiples, exactly.

    Notes
    -----
    For a given cycle the best multiple of an item is the k with k (k - 1) < a / (h T^2) <= k (k +
    1): the multiples change at known cycles only, and between two changes the best cycle is a
    square root. All pieces are looked at between the shortest and the longest cycle that can cost
    as little as the best plan known (Wildeman, Frenk and Dekker, EJOR 99 (1997) 433).
    """
    _check(shared_cost, items)
    bound = relaxed_bound(shared_cost, items)
    best = silver(shared_cost, items)
    held = sum(item.half_holding for item in items)
    # A cycle T costs at least held T, and at least shared / T plus what the items cost alone.
    longest = best.cost / held
    alone = sum(2 * sqrt(item.fixed_cost * item.half_holding) for item in items)
    shortest = shared_cost / max(best.cost - alone, 1e-300) if shared_cost else 0.0
    changes = sorted(_changes(items, shortest, longest))
    for low, high in zip([shortest, *changes], [*changes, longest], strict=True):
        middle = (low + high) / 2
        if middle <= 0:
            continue
        k = tuple(_multiple(item, middle) for item in items)
        fixed = shared_cost + sum(item.fixed_cost / m for item, m in zip(items, k, strict=True))
        whole = sum(item.half_holding * m for item, m in zip(items, k, strict=True))
        cycle = sqrt(fixed / whole)
        cost = 2 * sqrt(fixed * whole)
        if cost < best.cost - 1e-12 * best.cost:
            best = _plan(items, cycle, k, cost, bound)
    return best._replace(bound=bound)


def _changes(items: Sequence[JointItem], shortest: float, longest: float) -> list[float]:
    """Cycles at which some item's multiple changes; without a shared cost none is too short."""
    found: list[float] = []
    for item in items:
        if item.fixed_cost == 0:
            continue
        ratio = sqrt(item.fixed_cost / item.half_holding)
        least = max(shortest, ratio / _MAX_MULTIPLE)
        k = 1
        while (cycle := ratio / sqrt(k * (k + 1))) > least:
            if cycle < longest:
                found.append(cycle)
            k += 1
    return found


_MAX_MULTIPLE = 10_000


def _multiple(item: JointItem, cycle: float) -> int:
    ratio = item.fixed_cost / (item.half_holding * cycle * cycle)
    return max(1, floor(0.5 + sqrt(0.25 + ratio) + 1e-12)) if ratio > 0 else 1


def power_of_two(
    shared_cost: float, items: Sequence[JointItem], base: float | None = None
) -> JointPlan:
    """
    Multiples 1, 2, 4, ...: at most 6 % above the bound with a given base, 2 % with the best one.

    Parameters
    ----------
    base
        Calendar unit that cycles are power-of-two multiples of, such as the days between
        departures; free without.
    """
    _check(shared_cost, items)
    bound = relaxed_bound(shared_cost, items)
    best = JointPlan(inf, (), (), inf, bound)
    held = sum(item.half_holding for item in items)
    start = sqrt((shared_cost + sum(item.fixed_cost for item in items)) / held)
    if base is not None:
        cycles = [base * 2.0**m for m in range(60) if base * 2.0**m <= 64 * max(start, base)]
    else:
        cycles = [start * 2 ** (-m / 64) for m in range(-64, 8 * 64)]
    for one in cycles:
        k = tuple(_power(item, one) for item in items)
        fixed = shared_cost + sum(item.fixed_cost / m for item, m in zip(items, k, strict=True))
        whole = sum(item.half_holding * m for item, m in zip(items, k, strict=True))
        cycle = one if base is not None else sqrt(fixed / whole)
        cost = plan_cost(shared_cost, items, cycle, k)
        if cost < best.cost:
            best = _plan(items, cycle, k, cost, bound)
    return best


def _power(item: JointItem, cycle: float) -> int:
    k = 1
    while item.fixed_cost / (2 * k) > item.half_holding * cycle * cycle * k:
        k *= 2
    return k


def silver(shared_cost: float, items: Sequence[JointItem]) -> JointPlan:
    """Silver's heuristic, Management Science 22 (1976) 1351: the start of the exact search."""
    _check(shared_cost, items)
    first = min(items, key=lambda item: item.fixed_cost / item.half_holding)
    scale = first.half_holding / (shared_cost + first.fixed_cost)
    k = tuple(
        1 if item is first else max(1, round(sqrt(item.fixed_cost / item.half_holding * scale)))
        for item in items
    )
    fixed = shared_cost + sum(item.fixed_cost / m for item, m in zip(items, k, strict=True))
    held = sum(item.half_holding * m for item, m in zip(items, k, strict=True))
    return _plan(items, sqrt(fixed / held), k, 2 * sqrt(fixed * held), 0.0)


def _plan(
    items: Sequence[JointItem], cycle: float, k: tuple[int, ...], cost: float, bound: float
) -> JointPlan:
    amounts = tuple(item.demand_rate * m * cycle for item, m in zip(items, k, strict=True))
    return JointPlan(cycle, k, amounts, cost, bound)


def _check(shared_cost: float, items: Sequence[JointItem]) -> None:
    if not items or shared_cost < 0 or any(item.fixed_cost < 0 for item in items):
        raise ModelError("M668 a joint order needs items, and no fixed cost below 0")
    if shared_cost + min(item.fixed_cost for item in items) <= 0:
        raise ModelError("M668 a joint order that costs nothing has no best cycle")
    for item in items:
        require_positive(holding_cost=item.holding_cost, demand_rate=item.demand_rate)
