"""Continuous review (r, Q) by cost: exact for normal and Poisson demand, and an approximation."""

from __future__ import annotations

from collections.abc import Callable
from math import sqrt
from typing import NamedTuple

import numpy as np
from scipy import optimize, stats

from optimizer.errors import ModelError
from optimizer.models.inventory.economic_order import (
    economic_order_quantity,
    require_positive,
    with_backorders,
)
from optimizer.models.inventory.lattice import losses, poisson_pmf
from optimizer.models.inventory.newsvendor import newsvendor_normal, normal_loss

_MAX_ROUNDS = 1_000


class ReorderQuantity(NamedTuple):
    """Position at which to order, units of an order, cost per unit of time."""

    reorder_point: float
    quantity: float
    cost: float


class NormalDemand(NamedTuple):
    """Demand of one unit of time, and the lead time in that unit."""

    mean: float
    sd: float
    lead_time: float

    @property
    def lead_mean(self) -> float:
        """Of demand in a lead time."""
        return self.mean * self.lead_time

    @property
    def lead_sd(self) -> float:
        """Of demand in a lead time."""
        return self.sd * sqrt(self.lead_time)


def _second_loss(z: float) -> float:
    """Integral of the standard normal loss from z on."""
    return 0.5 * ((z * z + 1) * float(stats.norm.sf(z)) - z * float(stats.norm.pdf(z)))


def _root(function: Callable[[float], float], low: float, high: float) -> float:
    """Where a function changes its sign."""
    return float(optimize.root_scalar(function, bracket=(low, high), xtol=1e-12).root)


def normal_cost(  # noqa: PLR0917  (a policy, its costs, its demand)
    reorder_point: float,
    quantity: float,
    fixed_cost: float,
    holding_cost: float,
    stockout_cost: float,
    demand: NormalDemand,
) -> float:
    """
    Exact cost of (r, Q); ``stockout_cost`` is per unit and unit of time.

    (K d + integral of G from r to r + Q) / Q, G the newsvendor cost of a position.
    """
    mean, sd = demand.lead_mean, demand.lead_sd
    a, b = (reorder_point - mean) / sd, (reorder_point + quantity - mean) / sd
    over = quantity * (reorder_point + quantity / 2 - mean)
    short = sd * sd * (_second_loss(a) - _second_loss(b))
    whole = holding_cost * over + (holding_cost + stockout_cost) * short
    return (fixed_cost * demand.mean + whole) / quantity


def normal_exact(
    fixed_cost: float, holding_cost: float, stockout_cost: float, demand: NormalDemand
) -> ReorderQuantity:
    """Optimal (r, Q): G(r) = G(r + Q) = cost. Zheng, Management Science 38 (1992) 87."""
    require_positive(
        fixed_cost=fixed_cost, holding_cost=holding_cost, stockout_cost=stockout_cost,
        mean=demand.mean, sd=demand.lead_sd,
    )  # fmt: skip
    mean, sd = demand.lead_mean, demand.lead_sd

    def period_cost(y: float) -> float:
        z = (y - mean) / sd
        return holding_cost * (y - mean) + (holding_cost + stockout_cost) * sd * normal_loss(z)

    least = newsvendor_normal(holding_cost, stockout_cost, mean, sd).level
    width = with_backorders(fixed_cost, holding_cost, stockout_cost, demand.mean).quantity

    def point_for(quantity: float) -> float:
        return _root(lambda r: period_cost(r) - period_cost(r + quantity), least - quantity, least)

    def excess(quantity: float) -> float:
        point = point_for(quantity)
        cost = normal_cost(point, quantity, fixed_cost, holding_cost, stockout_cost, demand)
        return cost - period_cost(point)

    high = width
    while excess(high) > 0:
        high *= 2
    low = width
    while excess(low) < 0:
        low /= 2
    quantity = _root(excess, low, high) if low < high else high
    point = point_for(quantity)
    cost = normal_cost(point, quantity, fixed_cost, holding_cost, stockout_cost, demand)
    return ReorderQuantity(point, quantity, cost)


def expected_level(
    fixed_cost: float, holding_cost: float, stockout_cost: float, demand: NormalDemand
) -> ReorderQuantity:
    """
    Expected-inventory-level approximation; ``stockout_cost`` is per unit that waits at all.

    Q = sqrt(2 d (K + p n(r)) / h) and 1 - F(r) = Q h / (p d) in turns, n the expected shortage.
    Whitin (1953), Hadley and Whitin (1963).

    Raises
    ------
    ModelError
        M669: stock-outs are so cheap that no reorder point balances them.
    """
    require_positive(stockout_cost=stockout_cost)
    quantity = economic_order_quantity(fixed_cost, holding_cost, demand.mean).quantity
    mean, sd = demand.lead_mean, demand.lead_sd
    point = shortage = 0.0
    for _ in range(_MAX_ROUNDS):
        share = quantity * holding_cost / (stockout_cost * demand.mean)
        if share >= 1:
            raise ModelError("M669 stock-outs cost too little for this approximation")
        point = float(stats.norm.isf(share, mean, sd))
        shortage = sd * normal_loss((point - mean) / sd)
        last = quantity
        quantity = sqrt(2 * demand.mean * (fixed_cost + stockout_cost * shortage) / holding_cost)
        if abs(quantity - last) < 1e-12 * quantity:
            break
    cost = holding_cost * (point - mean + quantity / 2)
    cost += (fixed_cost + stockout_cost * shortage) * demand.mean / quantity
    return ReorderQuantity(point, quantity, cost)


def poisson_cost(  # noqa: PLR0917  (a policy, its costs, its demand)
    reorder_point: int,
    quantity: int,
    fixed_cost: float,
    holding_cost: float,
    stockout_cost: float,
    demand_rate: float,
    lead_time: float,
) -> float:
    """Exact cost of whole (r, Q) under Poisson demand: (K d + sum of G over r + 1 .. r + Q) / Q."""
    y = np.arange(reorder_point + 1, reorder_point + quantity + 1)
    levels = _poisson_levels(holding_cost, stockout_cost, demand_rate * lead_time, y)
    return (fixed_cost * demand_rate + float(levels.sum())) / quantity


def poisson_exact(
    fixed_cost: float,
    holding_cost: float,
    stockout_cost: float,
    demand_rate: float,
    lead_time: float,
) -> ReorderQuantity:
    """
    Optimal whole (r, Q). Federgruen and Zheng, Operations Research 40 (1992) 808.

    Positions are added from the best one outwards, cheapest next, as long as the mean falls.
    """
    require_positive(
        fixed_cost=fixed_cost, holding_cost=holding_cost, stockout_cost=stockout_cost,
        demand_rate=demand_rate, lead_time=lead_time,
    )  # fmt: skip
    mean = demand_rate * lead_time

    def period_cost(y: int) -> float:
        return float(_poisson_levels(holding_cost, stockout_cost, mean, np.array([y]))[0])

    high = 0
    while period_cost(high + 1) < period_cost(high):
        high += 1
    low, total, quantity = high - 1, fixed_cost * demand_rate + period_cost(high), 1
    while True:
        below, above = period_cost(low), period_cost(high + 1)
        if min(below, above) >= total / quantity:
            return ReorderQuantity(low, quantity, total / quantity)
        total += min(below, above)
        quantity += 1
        if below <= above:
            low -= 1
        else:
            high += 1


def _poisson_levels(
    holding_cost: float, stockout_cost: float, mean: float, y: np.ndarray
) -> np.ndarray:
    pmf = poisson_pmf(mean)
    return holding_cost * (y - mean) + (holding_cost + stockout_cost) * losses(pmf, y)
