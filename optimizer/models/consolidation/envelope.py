"""
Cuts that price a bucket's load units by who rides in it.

Let c(S) be the least price of units whose payloads and volumes hold the shipments S in sum. For any
``alpha >= 0, gamma >= 0`` with ``alpha(S) - gamma <= c(S)`` for all S, every plan satisfies

    sum_o fen[o] y[o]  >=  sum_k alpha[k] z[k,b] - gamma,

where ``z[k,b]`` is 1 if k rides in b. The strongest such row at a fractional point is the dual of
writing that point as a mixture of sets S at least cost: the convex envelope of c. The rows take the
linear relaxation of one bucket to its convex hull in (z, price), which linking rows do not.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from optimizer.models.consolidation.menu import Menu
from optimizer.models.consolidation.problem import LongArray
from optimizer.solvers.highs_lp import SmallLp
from optimizer.solvers.linear import FloatArray

Number = TypeVar("Number", np.int64, np.float64)

MAX_SUPPORT = 11
"""Shipments in a bucket over whose subsets a row is found; 2 to that power are looked at."""
_MAX_LIFTED = 12
"""Shipments over whose subsets the row is then extended."""
_MOST_NEW_SETS = 12
_MAX_PASSES = 30
_TOLERANCE = 1e-3


@dataclass(frozen=True, slots=True)
class UnitPriceCut:
    """
    A row ``price of units >= alpha z - gamma`` of one bucket.

    Parameters
    ----------
    bucket
        Which.
    pairs
        Pairs of the index with a coefficient.
    alpha
        Coefficient of each, yuan.
    gamma
        Constant, yuan.
    """

    bucket: int
    pairs: LongArray
    alpha: FloatArray
    gamma: float


def subset_sums(values: npt.NDArray[Number]) -> npt.NDArray[Number]:
    """(2**n,) sums over all subsets; bit i of the position tells whether ``values[i]`` is in."""
    total = np.zeros(1, dtype=values.dtype)
    for value in values:
        total = np.concatenate((total, total + value), dtype=values.dtype)
    return total


def set_prices(menu: Menu, kg: LongArray, dm3: LongArray) -> FloatArray:
    """
    Least price of units that hold each mass and volume, yuan; infinite where no units do.

    Parameters
    ----------
    kg, dm3
        (n,) int64, of the contents.
    """
    prices = np.full(len(kg), np.inf)
    open_places = np.arange(len(kg))
    best_kg = best_dm3 = -1
    for i in range(len(menu.fen)):
        capacity_kg, capacity_dm3 = int(menu.kg[i]), int(menu.dm3[i])
        if capacity_kg <= best_kg and capacity_dm3 <= best_dm3:
            continue  # a cheaper combination held at least as much of both
        best_kg, best_dm3 = max(best_kg, capacity_kg), max(best_dm3, capacity_dm3)
        held = (kg[open_places] <= capacity_kg) & (dm3[open_places] <= capacity_dm3)
        prices[open_places[held]] = menu.fen[i] / 100
        open_places = open_places[~held]
        if len(open_places) == 0:
            break
    return prices


class EnvelopeSeparator:
    """
    Finds the unit price cut that a fractional point of a bucket breaks most.

    Parameters
    ----------
    seed
        Of the small linear programs.
    """

    def __init__(self, seed: int = 1) -> None:
        self._lp = SmallLp(seed)
        self._bits = [
            ((np.arange(1 << n)[:, None] >> np.arange(n)) & 1).astype(np.float64)
            for n in range(MAX_SUPPORT + 1)
        ]

    def multipliers(
        self, prices: FloatArray, z: FloatArray, price_now: float
    ) -> tuple[FloatArray, float] | None:
        """
        ``alpha`` and ``gamma`` of a row broken by ``z`` at ``price_now``, or None if there is none.

        Parameters
        ----------
        prices
            (2**n,) yuan, price of each subset.
        z
            (n,) shares between 0 and 1, falling.
        price_now
            What the relaxation pays for the bucket's units, yuan.
        """
        n = len(z)
        bits = self._bits[n]
        finite = np.isfinite(prices)
        chain = (1 << np.arange(1, n + 1)) - 1  # the n' largest shares together, for all n'
        first = np.unique(np.concatenate(([0], chain, 1 << np.arange(n))))
        known = first[finite[first]]
        needed = price_now + max(0.01, _TOLERANCE * price_now)
        for _ in range(_MAX_PASSES):
            solved = self._lp.mixture(prices[known], bits[known], z)
            if solved is None:
                return None
            value, alpha, gamma = solved
            if value <= needed:
                return None  # even with too few sets the point costs no more than it pays
            excess = np.where(finite, bits @ alpha - gamma - prices, -np.inf)
            worst = float(excess.max())
            if value - max(0.0, worst) > price_now + 0.9 * (value - price_now):
                # Raising gamma by the worst excess makes the row valid for every subset.
                return alpha, gamma + max(0.0, worst)
            order = np.argsort(-excess, kind="stable")[:_MOST_NEW_SETS]
            fresh = np.setdiff1d(order[excess[order] > 0], known)
            if len(fresh) == 0:
                return alpha, gamma + max(0.0, worst)
            known = np.concatenate((known, fresh))
        return None

    @staticmethod
    def lift(
        menu: Menu,
        inside: tuple[LongArray, LongArray, FloatArray, float],
        outside_kg: LongArray,
        outside_dm3: LongArray,
    ) -> FloatArray:
        """
        Largest coefficients, one after the other, for shipments outside a row's support.

        Parameters
        ----------
        menu
            Of the bucket.
        inside
            kg, dm3, alpha of the support, and gamma.
        outside_kg, outside_dm3
            (m,) int64, in the order in which they are lifted.

        Returns
        -------
        (m,) coefficients in yuan.
        """
        kg, dm3, alpha, gamma = inside
        sum_kg, sum_dm3 = subset_sums(kg), subset_sums(dm3)
        worth = subset_sums(alpha) - gamma
        coefficients = np.zeros(len(outside_kg))
        n = len(kg)
        for place, (add_kg, add_dm3) in enumerate(zip(outside_kg, outside_dm3, strict=True)):
            if n >= _MAX_LIFTED:
                break
            prices = set_prices(menu, sum_kg + add_kg, sum_dm3 + add_dm3)
            coefficient = float(np.min(prices - worth))
            if np.isfinite(coefficient) and coefficient > 0.01:  # noqa: PLR2004
                coefficients[place] = coefficient
                sum_kg = np.concatenate((sum_kg, sum_kg + add_kg))
                sum_dm3 = np.concatenate((sum_dm3, sum_dm3 + add_dm3))
                worth = np.concatenate((worth, worth + coefficient))
                n += 1
        return coefficients
