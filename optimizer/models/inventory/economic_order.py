"""
How much to order when demand is known and steady: economic order quantities.

Formulas as in Snyder and Shen, Fundamentals of Supply Chain Theory (2nd ed. 2019), chapters 3
and 9. Rates and holding costs share one unit of time; costs are per that unit of time.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from math import exp, inf, sqrt
from typing import NamedTuple

from scipy import optimize

from optimizer.errors import ModelError


class OrderQuantity(NamedTuple):
    """Units of an order, and cost per unit of time."""

    quantity: float
    cost: float


class BackorderQuantity(NamedTuple):
    """Units of an order, share of a cycle's demand that waits, cost per unit of time."""

    quantity: float
    waiting_share: float
    cost: float


def require_positive(**numbers: float) -> None:
    """
    Refuse what is not a finite number above zero.

    Raises
    ------
    ModelError
        M668, with every name that is wrong.
    """
    wrong = [f"{name} {value!r}" for name, value in numbers.items() if not 0 < value < inf]
    if wrong:
        raise ModelError(f"M668 must be finite and above 0: {', '.join(wrong)}")


def economic_order_quantity(
    fixed_cost: float, holding_cost: float, demand_rate: float
) -> OrderQuantity:
    """Q = sqrt(2 K d / h), cost sqrt(2 K d h). Harris (1913)."""
    require_positive(fixed_cost=fixed_cost, holding_cost=holding_cost, demand_rate=demand_rate)
    return OrderQuantity(
        sqrt(2 * fixed_cost * demand_rate / holding_cost),
        sqrt(2 * fixed_cost * demand_rate * holding_cost),
    )


def with_backorders(
    fixed_cost: float, holding_cost: float, stockout_cost: float, demand_rate: float
) -> BackorderQuantity:
    """Q = sqrt(2 K d (h + p) / (h p)), waiting share h / (h + p)."""
    require_positive(stockout_cost=stockout_cost, holding_cost=holding_cost)
    plain = economic_order_quantity(fixed_cost, holding_cost, demand_rate)
    share = holding_cost / (holding_cost + stockout_cost)
    return BackorderQuantity(plain.quantity / sqrt(1 - share), share, plain.cost * sqrt(1 - share))


def production_quantity(
    fixed_cost: float, holding_cost: float, demand_rate: float, production_rate: float
) -> OrderQuantity:
    """Economic production quantity: the order quantity with h (1 - d / v)."""
    require_positive(production_rate=production_rate - demand_rate)
    effective = holding_cost * (1 - demand_rate / production_rate)
    return economic_order_quantity(fixed_cost, effective, demand_rate)


def with_all_units_discounts(
    fixed_cost: float,
    holding_share: float,
    demand_rate: float,
    breakpoints: Sequence[float],
    unit_costs: Sequence[float],
) -> OrderQuantity:
    """
    Every unit costs ``unit_costs[j]`` in orders of ``breakpoints[j]`` or more.

    Parameters
    ----------
    holding_share
        Holding cost as a share of the unit cost.
    breakpoints
        Rising, the first 0.
    """
    _require_discounts(breakpoints, unit_costs)
    best = OrderQuantity(0.0, inf)
    for j, unit_cost in enumerate(unit_costs):
        holding = holding_share * unit_cost
        low = breakpoints[j]
        high = breakpoints[j + 1] if j + 1 < len(breakpoints) else inf
        quantity = max(economic_order_quantity(fixed_cost, holding, demand_rate).quantity, low)
        if quantity < high:
            cost = _discount_cost(fixed_cost, holding, demand_rate, unit_cost, quantity)
            best = min(best, OrderQuantity(quantity, cost), key=lambda one: one.cost)
    return best


def with_incremental_discounts(
    fixed_cost: float,
    holding_share: float,
    demand_rate: float,
    breakpoints: Sequence[float],
    unit_costs: Sequence[float],
) -> OrderQuantity:
    """Only the units above ``breakpoints[j]`` cost ``unit_costs[j]``; otherwise as above."""
    _require_discounts(breakpoints, unit_costs)
    best, extra = OrderQuantity(0.0, inf), 0.0
    for j, unit_cost in enumerate(unit_costs):
        if j:
            extra += (unit_costs[j - 1] - unit_cost) * breakpoints[j]
        high = breakpoints[j + 1] if j + 1 < len(breakpoints) else inf
        holding = holding_share * unit_cost
        quantity = sqrt(2 * (fixed_cost + extra) * demand_rate / holding)
        if breakpoints[j] <= quantity < high:
            cost = _discount_cost(fixed_cost + extra, holding, demand_rate, unit_cost, quantity)
            cost += holding_share * extra / 2
            best = min(best, OrderQuantity(quantity, cost), key=lambda one: one.cost)
    return best


def _discount_cost(
    fixed_cost: float, holding: float, demand_rate: float, unit_cost: float, quantity: float
) -> float:
    return unit_cost * demand_rate + fixed_cost * demand_rate / quantity + holding * quantity / 2


def _require_discounts(breakpoints: Sequence[float], unit_costs: Sequence[float]) -> None:
    is_rising = all(a < b for a, b in pairwise(breakpoints))
    if len(breakpoints) != len(unit_costs) or not unit_costs or breakpoints[0] != 0:
        raise ModelError("M668 discounts need one unit cost a breakpoint, and 0 as the first")
    if not is_rising:
        raise ModelError("M668 breakpoints have to rise")
    require_positive(**{f"unit_costs[{j}]": cost for j, cost in enumerate(unit_costs)})


def with_disruptions(  # noqa: PLR0917  (the six numbers of the model)
    fixed_cost: float,
    holding_cost: float,
    stockout_cost: float,
    demand_rate: float,
    disruption_rate: float,
    recovery_rate: float,
    *,
    is_approximate: bool = False,
) -> OrderQuantity:
    """
    A supplier that is up and down for exponential times; unmet demand is lost.

    Parameters
    ----------
    stockout_cost
        Of a unit of lost demand.
    is_approximate
        Closed form: a disruption is as likely at each order as at any time.

    Notes
    -----
    Parlar and Berkin (1991), Berk and Arreola-Risa (1994); approximation Snyder (2014).
    """
    require_positive(disruption_rate=disruption_rate, recovery_rate=recovery_rate)
    require_positive(stockout_cost=stockout_cost)
    both = disruption_rate + recovery_rate
    psi = disruption_rate / both
    a, mu = psi * demand_rate * holding_cost, recovery_rate
    inner = fixed_cost * demand_rate * mu + demand_rate**2 * stockout_cost * psi
    quantity = (sqrt(a * a + 2 * holding_cost * mu * inner) - a) / (holding_cost * mu)
    if is_approximate:
        return OrderQuantity(quantity, holding_cost * quantity)

    def cost(q: float) -> float:
        down = psi * (1 - exp(-both * q / demand_rate)) / recovery_rate
        spent = fixed_cost + holding_cost * q * q / (2 * demand_rate)
        return (spent + stockout_cost * demand_rate * down) / (q / demand_rate + down)

    found = optimize.minimize_scalar(
        cost,
        bounds=(quantity / 100, quantity * 100),
        method="bounded",
        options={"xatol": quantity * 1e-10},
    )
    return OrderQuantity(float(found.x), float(found.fun))


def with_additive_yield(
    fixed_cost: float, holding_cost: float, demand_rate: float, yield_mean: float, yield_sd: float
) -> OrderQuantity:
    """An order of Q delivers Q + Y: Q = sqrt(2 K d / h + Var Y) - E Y."""
    require_positive(fixed_cost=fixed_cost, holding_cost=holding_cost, demand_rate=demand_rate)
    delivered = sqrt(2 * fixed_cost * demand_rate / holding_cost + yield_sd**2)
    return OrderQuantity(delivered - yield_mean, holding_cost * delivered)


def with_multiplicative_yield(
    fixed_cost: float, holding_cost: float, demand_rate: float, yield_mean: float, yield_sd: float
) -> OrderQuantity:
    """An order of Q delivers Z Q: Q = sqrt(2 K d / (h E Z^2))."""
    require_positive(yield_mean=yield_mean)
    square = yield_sd**2 + yield_mean**2
    plain = economic_order_quantity(fixed_cost, holding_cost * square, demand_rate)
    return OrderQuantity(plain.quantity, plain.cost / yield_mean)
