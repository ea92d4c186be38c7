"""One period, one order: newsvendor levels for any demand, and base stock over a lead time."""

from __future__ import annotations

from math import sqrt
from typing import NamedTuple

import numpy as np
from scipy import stats

from optimizer.models.inventory.economic_order import require_positive
from optimizer.models.inventory.lattice import Floats, losses, quantile


class Level(NamedTuple):
    """Units of stock after ordering, and expected cost of the period."""

    level: float
    cost: float


def normal_loss(z: float) -> float:
    """E max(0, Z - z) of a standard normal Z: phi(z) - z (1 - Phi(z))."""
    return float(stats.norm.pdf(z) - z * stats.norm.sf(z))


def newsvendor_normal(
    holding_cost: float,
    stockout_cost: float,
    mean: float,
    sd: float,
    *,
    lead_time: float = 0.0,
    review: float = 1.0,
) -> Level:
    """
    S = mean + z sd over lead time plus one review period, z at p / (p + h).

    Base-stock levels are newsvendor levels for the demand of lead time and review together.
    """
    require_positive(holding_cost=holding_cost, stockout_cost=stockout_cost, sd=sd)
    span = lead_time + review
    z = float(stats.norm.ppf(stockout_cost / (stockout_cost + holding_cost)))
    cost = (holding_cost + stockout_cost) * float(stats.norm.pdf(z)) * sd * sqrt(span)
    return Level(mean * span + z * sd * sqrt(span), cost)


def newsvendor_lognormal(
    holding_cost: float, stockout_cost: float, mu: float, sigma: float
) -> Level:
    """Demand exp(N(mu, sigma^2))."""
    require_positive(holding_cost=holding_cost, stockout_cost=stockout_cost, sigma=sigma)
    ratio = stockout_cost / (stockout_cost + holding_cost)
    z = float(stats.norm.ppf(ratio))
    level = float(np.exp(mu + sigma * z))
    mean = float(np.exp(mu + sigma**2 / 2))
    loss = mean * float(stats.norm.cdf(sigma - z)) - level * (1 - ratio)
    return Level(level, holding_cost * (level - mean) + (holding_cost + stockout_cost) * loss)


def newsvendor_discrete(holding_cost: float, stockout_cost: float, pmf: Floats) -> Level:
    """Least whole level with P(D <= S) >= p / (p + h)."""
    require_positive(holding_cost=holding_cost, stockout_cost=stockout_cost)
    level = quantile(pmf, stockout_cost / (stockout_cost + holding_cost))
    mean = float(pmf @ np.arange(len(pmf)))
    loss = float(losses(pmf, level))
    return Level(level, holding_cost * (level - mean) + (holding_cost + stockout_cost) * loss)


def newsvendor_explicit(
    revenue: float, purchase_cost: float, salvage_value: float, mean: float, sd: float
) -> Level:
    """Profit for costs: underage r - c, overage c - v; the cost is minus the expected profit."""
    over, under = purchase_cost - salvage_value, revenue - purchase_cost
    found = newsvendor_normal(over, under, mean, sd)
    return Level(found.level, found.cost - under * mean)


def newsvendor_disruptions(
    holding_cost: float,
    stockout_cost: float,
    demand: float,
    disruption_share: float,
    recovery_share: float,
) -> Level:
    """
    Known demand, a supplier that fails and recovers with given probabilities a period.

    Notes
    -----
    Stock covers whole periods: S = d (n + 1) with the least n whose share of times, with at most n
    periods of disruption behind, reaches p / (p + h). Tomlin (2006).
    """
    require_positive(disruption_share=disruption_share, recovery_share=recovery_share)
    ratio = stockout_cost / (stockout_cost + holding_cost)
    down = disruption_share / (disruption_share + recovery_share)
    stay = 1 - recovery_share
    n = 0
    while 1 - down * stay**n < ratio:
        n += 1
    # Geometric tail: beyond n periods, each further one as likely as the last times stay.
    level = demand * (n + 1)
    cost = holding_cost * (1 - down) * (level - demand)
    for k in range(1, n + 1):
        cost += down * recovery_share * stay ** (k - 1) * holding_cost * (level - (k + 1) * demand)
    cost += stockout_cost * demand * down * stay**n / recovery_share
    return Level(level, cost)


def newsvendor_additive_yield(
    holding_cost: float, stockout_cost: float, demand: float, low: float, high: float
) -> Level:
    """Known demand, deliveries off by a uniform Y: S = d - F^-1(h / (h + p))."""
    require_positive(holding_cost=holding_cost, stockout_cost=stockout_cost, spread=high - low)
    share = holding_cost / (holding_cost + stockout_cost)
    at = low + share * (high - low)
    above = (high - at) ** 2 / (2 * (high - low))
    below = (at - low) ** 2 / (2 * (high - low))
    return Level(demand - at, stockout_cost * below + holding_cost * above)
