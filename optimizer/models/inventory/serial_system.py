"""
Echelon base stock in a serial system with random demand and stock-out cost (stochastic service).

Clark and Scarf, Management Science 6 (1960) 475; recursion of Chen and Zheng, Management Science 40
(1994) 1426; bounds of Shang and Song, Management Science 49 (2003) 618.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from scipy import stats

from optimizer.errors import ModelError
from optimizer.models.inventory.lattice import Floats, poisson_pmf

_SDS = 6.5
_TAIL = 1e-13


class SerialDemand(NamedTuple):
    """Demand of one unit of time: normal, or Poisson where ``sd`` is None."""

    mean: float
    sd: float | None

    def in_time(self, time: float) -> tuple[float, float]:
        """Mean and standard deviation of demand in a span of time."""
        mean = self.mean * time
        return mean, (mean if self.sd is None else self.sd**2 * time) ** 0.5


class EchelonStock(NamedTuple):
    """Echelon base-stock levels, the customers' stage first, and cost per unit of time."""

    levels: tuple[float, ...]
    cost: float


def serial_exact(
    echelon_holding: Sequence[float],
    lead_time: Sequence[float],
    stockout_cost: float,
    demand: SerialDemand,
    *,
    steps_per_sd: int = 60,
) -> EchelonStock:
    """
    Optimal levels.

    Parameters
    ----------
    echelon_holding, lead_time
        One number a stage, the customers' stage first. A stage's echelon holding cost is its local
        one less that of its supplier; where it is not positive the level is infinite.
    stockout_cost
        Of a unit that waits, per unit of time.
    steps_per_sd
        Grid of normal demand, in steps of the smallest lead-time standard deviation; Poisson
        demand is exact on whole units.

    Notes
    -----
    c_0(x) = (p + sum h) max(0, -x); for each stage c(y) = E[h (y - D) + c_before(min(S_before,
    y - D))], S its minimum. Beyond the grid the costs are linear and continued so.
    """
    n = len(echelon_holding)
    local = np.cumsum(echelon_holding[::-1])
    if not n or len(lead_time) != n or bool(np.any(local <= 0)) or stockout_cost <= 0:
        raise ModelError("M668 a serial system needs positive local holding and stock-out costs")
    if demand.mean <= 0 or any(time < 0 for time in lead_time) or sum(lead_time) <= 0:
        raise ModelError("M668 a serial system needs demand and lead times")
    step = 1.0
    if demand.sd is not None:
        step = demand.sd * min(t for t in lead_time if t > 0) ** 0.5 / steps_per_sd
    mean, sd = demand.in_time(sum(lead_time))
    low = -int(np.ceil((mean + 2 * _SDS * sd) / step)) - 2
    high = int(np.ceil((mean + _SDS * sd) / step)) + 2
    x = np.arange(low, high + 1)
    below = (stockout_cost + sum(echelon_holding)) * np.maximum(0.0, -x * step)
    levels: list[float] = []
    cost = float("inf")
    for holding, time in zip(echelon_holding, lead_time, strict=True):
        first, pmf = _span_pmf(demand, time, step)
        value = holding * x * step + below
        after = _expected(value, first, pmf)
        best = int(np.argmin(after))
        # Holding that gets no dearer downstream is no reason to keep stock here.
        levels.append(float(x[best] * step) if best < len(x) - 1 else float("inf"))
        cost = float(after[best])
        below = after[np.minimum(np.arange(len(x)), best)]
    return EchelonStock(tuple(levels), cost)


def _span_pmf(demand: SerialDemand, time: float, step: float) -> tuple[int, Floats]:
    """First grid point and probabilities of demand in a span."""
    if time == 0:
        return 0, np.ones(1)
    mean, sd = demand.in_time(time)
    if demand.sd is None:
        return 0, poisson_pmf(mean)
    reach = int(np.ceil(_SDS * sd / step))
    middle = round(mean / step)
    edges = (np.arange(middle - reach, middle + reach + 2) - 0.5) * step
    pmf = np.diff(stats.norm.cdf(edges, mean, sd))
    return middle - reach, pmf / pmf.sum()


def _expected(value: Floats, first: int, pmf: Floats) -> Floats:
    """E value(y - D) for all y of the grid, D on first, first + 1, ...; ends continued linearly."""
    n, n_demand = len(value), len(pmf)
    left = max(0, first + n_demand - 1)
    right = max(0, -first)
    down = value[0] - value[1]
    up = value[-1] - value[-2]
    padded = np.concatenate(
        (
            value[0] + down * np.arange(left, 0, -1),
            value,
            value[-1] + up * np.arange(1, right + 1),
        )
    )
    # padded[left + i] is value[i]; y - D runs over a window of n_demand points.
    whole = np.convolve(padded, pmf, mode="full")
    start = left - first
    return whole[start : start + n]


def shang_song(
    echelon_holding: Sequence[float],
    lead_time: Sequence[float],
    stockout_cost: float,
    demand: SerialDemand,
) -> EchelonStock:
    """
    Heuristic levels: for each stage the mean of two newsvendor levels that enclose the optimum.

    The demand of all lead times down to the customer, at ratios (p + sum of the holding costs
    upstream) / (p + sum of all), with the stage's downstream holding costs summed, or its own only.
    The cost is not part of it (not a number).
    """
    total = stockout_cost + sum(echelon_holding)
    levels: list[float] = []
    for j in range(len(echelon_holding)):
        upstream = stockout_cost + sum(echelon_holding[j + 1 :])
        mean, sd = demand.in_time(sum(lead_time[: j + 1]))
        ratios = (upstream / total, upstream / (upstream + echelon_holding[j]))
        if demand.sd is None:
            both = [float(stats.poisson.ppf(ratio, mean)) for ratio in ratios]
            levels.append(float(np.floor(sum(both) / 2)))
        else:
            levels.append(sum(mean + sd * float(stats.norm.ppf(ratio)) for ratio in ratios) / 2)
    return EchelonStock(tuple(levels), float("nan"))
