"""
Opportunity prices of stock from a forecast, and the rule that uses them without calling us.

The rule: *score = cost + price*. Of all ways to serve an order, take the one with the least cost of
its parcels plus the price of every unit it takes. A unit's price is what one more unit in its
warehouse would save later orders: the multiplier of the stock in a transportation problem of the
expected demand until the next replenishment (Acimovic and Graves 2015, doi:10.1287/msom.2014.0505).

Multipliers jump with single units of demand; so they are averaged over sampled demand.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from optimizer.kernels.transport import transport

FloatArray = npt.NDArray[np.float64]
LongArray = npt.NDArray[np.int64]


def forecast_prices(  # noqa: PLR0917
    stock: LongArray,
    demand: FloatArray,
    unit_fen: FloatArray,
    unserved_fen: float,
    rng: np.random.Generator,
    n_samples: int = 12,
) -> FloatArray:
    """
    Price of a unit by SKU and warehouse.

    Parameters
    ----------
    stock
        (S, W) int64, units on hand of each SKU in each warehouse.
    demand
        (S, R) float64, expected units by region until the next replenishment.
    unit_fen
        (W, R) float64, cost of a unit from a warehouse to a region.
    unserved_fen
        Price of a unit that is not served.
    rng, n_samples
        Poisson demand is sampled so often; 0 takes the expectation alone.

    Returns
    -------
    (S, W) float64, fen; 0 where there is plenty.
    """
    n_warehouses, n_regions = unit_fen.shape
    # The last row serves what stock does not.
    unit = np.vstack((unit_fen, np.full(n_regions, unserved_fen)))
    flow, rent = np.zeros_like(unit), np.zeros(n_warehouses + 1)
    prices = np.zeros(stock.shape)
    for s in range(len(stock)):
        capacity = np.append(stock[s].astype(np.float64), 1e12)
        samples = rng.poisson(demand[s], (n_samples, n_regions)) if n_samples else demand[s][None]
        for sample in samples.astype(np.float64):
            transport(unit, sample, capacity, flow, rent)
            prices[s] += rent[:n_warehouses]
    return prices / max(1, n_samples)


def best_way(cost_fen: FloatArray, price_fen: FloatArray) -> int:
    """
    The rule: position of the way with the least cost plus price; ties go to the first.

    Parameters
    ----------
    cost_fen
        (n,) what each way costs.
    price_fen
        (n,) sum of the prices of the units that each way takes.
    """
    return int(np.argmin(cost_fen + price_fen))
