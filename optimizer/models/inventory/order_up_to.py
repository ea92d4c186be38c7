"""Periodic review (s, S) by cost: exact on whole units, and the power approximation."""

from __future__ import annotations

from math import sqrt
from typing import NamedTuple

import numpy as np

from optimizer.errors import ModelError
from optimizer.models.inventory.economic_order import require_positive
from optimizer.models.inventory.lattice import Floats, losses, moments, normal_pmf


class OrderUpTo(NamedTuple):
    """Order up to S when the position is at or below s; cost per period."""

    reorder_point: float
    order_up_to: float
    cost: float


def discrete_exact(
    fixed_cost: float, holding_cost: float, stockout_cost: float, demand: Floats
) -> OrderUpTo:
    """
    Optimal whole (s, S) without lead time: order, demand, costs of the period's end.

    Notes
    -----
    Zheng and Federgruen, Operations Research 39 (1991) 654. For one S the best s is found by
    letting it fall while G(s) is above the cost; S then rises from the best base-stock level until
    G(S) alone exceeds the best cost.
    """
    require_positive(fixed_cost=fixed_cost, holding_cost=holding_cost, stockout_cost=stockout_cost)
    mean, _ = moments(demand)
    if mean <= 0:
        raise ModelError("M666 (s, S) needs demand")

    def period_cost(y: int) -> float:
        loss = float(losses(demand, y))
        return holding_cost * (y - mean) + (holding_cost + stockout_cost) * loss

    level = 0
    while period_cost(level + 1) < period_cost(level):
        level += 1
    cycle = _Cycle(fixed_cost, demand, period_cost)
    point, up = level - 1, level
    while cycle.cost(point, up) > period_cost(point):
        point -= 1
    best = OrderUpTo(point, up, cycle.cost(point, up))
    up += 1
    while period_cost(up) <= best.cost:
        if cycle.cost(int(best.reorder_point), up) < best.cost:
            point = int(best.reorder_point)
            while cycle.cost(point, up) <= period_cost(point + 1):
                point += 1
            best = OrderUpTo(point, up, cycle.cost(point, up))
        up += 1
    return best


class _Cycle:
    """Cost of (s, S): (K + sum m(j) G(S - j)) / sum m(j) over j < S - s; the m grow on demand."""

    def __init__(self, fixed_cost: float, demand: Floats, period_cost) -> None:  # noqa: ANN001
        self.fixed_cost = fixed_cost
        self.demand = demand
        self.visits = np.array([1.0 / (1.0 - demand[0])])
        self.period_cost = period_cost
        self.known: dict[int, float] = {}

    def _visits(self, n: int) -> Floats:
        while len(self.visits) < n:
            j = len(self.visits)
            reach = min(j, len(self.demand) - 1)
            one = self.demand[1 : reach + 1] @ self.visits[j - reach : j][::-1]
            self.visits = np.append(self.visits, one / (1.0 - self.demand[0]))
        return self.visits[:n]

    def _price(self, y: int) -> float:
        if y not in self.known:
            self.known[y] = self.period_cost(y)
        return self.known[y]

    def cost(self, point: int, up: int) -> float:
        """Mean cost of a period."""
        visits = self._visits(up - point)
        prices = np.array([self._price(up - j) for j in range(up - point)])
        return (self.fixed_cost + float(visits @ prices)) / float(visits.sum())


def normal_exact(
    fixed_cost: float,
    holding_cost: float,
    stockout_cost: float,
    mean: float,
    sd: float,
    *,
    step: float = 0.0,
) -> OrderUpTo:
    """As :func:`discrete_exact` for normal demand on a grid of ``step`` units (0: sd / 40)."""
    require_positive(mean=mean, sd=sd)
    step = step or sd / 40
    found = discrete_exact(
        fixed_cost, holding_cost * step, stockout_cost * step, normal_pmf(mean / step, sd / step)
    )
    return OrderUpTo(found.reorder_point * step, found.order_up_to * step, found.cost)


def power_approximation(
    fixed_cost: float, holding_cost: float, stockout_cost: float, mean: float, sd: float
) -> OrderUpTo:
    """
    Closed form by regression; the cost is not part of it (not a number).

    Ehrhardt and Mosier, Management Science 30 (1984) 618, for no lead time, without their rule for
    lots below one and a half periods of demand.
    """
    require_positive(mean=mean, sd=sd, fixed_cost=fixed_cost)
    quantity = 1.30 * mean**0.494 * (fixed_cost / holding_cost) ** 0.506
    quantity *= (1 + (sd / mean) ** 2) ** 0.116
    z = sqrt(quantity * holding_cost / (sd * stockout_cost))
    point = 0.973 * mean + sd * (0.183 / z + 1.063 - 2.192 * z)
    return OrderUpTo(point, point + quantity, float("nan"))


def normal_cost(  # noqa: PLR0917  (a policy, its costs, its demand)
    fixed_cost: float,
    holding_cost: float,
    stockout_cost: float,
    mean: float,
    sd: float,
    reorder_point: float,
    order_up_to: float,
    *,
    step: float = 0.0,
) -> float:
    """Cost per period of a given (s, S) under normal demand, on a grid of ``step`` units."""
    step = step or sd / 40
    demand = normal_pmf(mean / step, sd / step)
    average, _ = moments(demand)

    def period_cost(y: int) -> float:
        loss = float(losses(demand, y))
        return step * (holding_cost * (y - average) + (holding_cost + stockout_cost) * loss)

    cycle = _Cycle(fixed_cost, demand, period_cost)
    return cycle.cost(round(reorder_point / step), round(order_up_to / step))
