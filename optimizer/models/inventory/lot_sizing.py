"""Lot sizes over a finite horizon, for known demand (Wagner and Whitin) and for random demand."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from optimizer.errors import ModelError
from optimizer.models.inventory.lattice import Floats


class LotPlan(NamedTuple):
    """Units ordered in each period, and total cost."""

    orders: tuple[float, ...]
    cost: float


def wagner_whitin(
    demand: Sequence[float],
    fixed_cost: Sequence[float],
    holding_cost: Sequence[float],
    purchase_cost: Sequence[float],
) -> LotPlan:
    """
    Orders of least cost when the demand of every period is known and met.

    Parameters
    ----------
    demand, fixed_cost, holding_cost, purchase_cost
        One number a period; holding cost of a unit that stays to the end of the period.

    Notes
    -----
    Wagner and Whitin, Management Science 5 (1958) 89. Ties go to the earlier next order.
    """
    n = len(demand)
    rows = (demand, fixed_cost, holding_cost, purchase_cost)
    if not n or any(len(row) != n for row in rows) or any(one < 0 for row in rows for one in row):
        raise ModelError("M668 lot sizes need one number >= 0 a period in every row")
    best, following = [0.0] * (n + 1), [0] * n
    for t in range(n - 1, -1, -1):
        best[t] = float("inf")
        cost, held = fixed_cost[t], 0.0
        for last in range(t, n):
            cost += demand[last] * (purchase_cost[t] + held)
            held += holding_cost[last]
            if cost + best[last + 1] < best[t]:
                best[t], following[t] = cost + best[last + 1], last + 1
    orders = [0.0] * n
    t = 0
    while t < n:
        orders[t] = float(sum(demand[t : following[t]]))
        t = following[t]
    return LotPlan(tuple(orders), best[0])


class HorizonPolicy(NamedTuple):
    """(s, S) of each period, and expected discounted cost from the initial stock."""

    reorder_points: tuple[int, ...]
    order_up_to: tuple[int, ...]
    cost: float


class HorizonCosts(NamedTuple):
    """Of a unit: held or waiting at a period's end and at the very end, bought; of an order."""

    holding: float
    stockout: float
    terminal_holding: float
    terminal_stockout: float
    purchase: float
    fixed: float


def finite_horizon(
    demand: Sequence[Floats],
    costs: HorizonCosts,
    *,
    discount: float = 1.0,
    initial: int = 0,
) -> HorizonPolicy:
    """
    Order-up-to policies for random demand in each of a number of periods, no lead time.

    Parameters
    ----------
    demand
        Probabilities of each period's demand.
    discount
        Worth of a cost one period later.
    initial
        Stock before the first period.

    Notes
    -----
    theta_t(x) = min over y >= x of K [y > x] + c (y - x) + E cost(y - D) + gamma E theta(y - D).
    Scarf (1960). The states end where all demand to come is in stock, and where everything waits.
    """
    if not demand or not 0 < discount <= 1:
        raise ModelError("M668 a horizon needs periods, and a discount above 0 and up to 1")
    reach = sum(len(pmf) - 1 for pmf in demand)
    low, high = min(initial, 0) - reach, max(initial, reach)
    levels = np.arange(low, high + 1)
    following = np.where(
        levels >= 0, costs.terminal_holding * levels, -costs.terminal_stockout * levels
    ).astype(np.float64)
    points: list[int] = []
    ups: list[int] = []
    for pmf in reversed(demand):
        ends = np.where(levels >= 0, costs.holding * levels, -costs.stockout * levels)
        worth = ends + discount * following
        # Below the lowest state everything that follows is linear: another unit short costs slope.
        slope = worth[0] - worth[1]
        padded = np.concatenate((worth[0] + slope * np.arange(len(pmf) - 1, 0, -1), worth))
        after = np.convolve(padded, pmf, mode="valid") + costs.purchase * levels
        # Best y >= x, from above.
        back = np.minimum.accumulate(after[::-1])[::-1]
        best = int(np.argmin(after))
        orders = costs.fixed + back < after - 1e-12
        orders[best:] = False
        points.append(int(levels[np.flatnonzero(orders)[-1]]) if orders.any() else int(low) - 1)
        ups.append(int(levels[best]))
        following = np.minimum(after, costs.fixed + back) - costs.purchase * levels
    return HorizonPolicy(tuple(points[::-1]), tuple(ups[::-1]), float(following[initial - low]))
