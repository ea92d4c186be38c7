"""Small linear models with known answers."""

from __future__ import annotations

import numpy as np

from optimizer.solvers.linear import Columns, LinearModel, rows_from_triplets


def knapsack() -> LinearModel:
    """
    Take items of mass 3, 4, 5 and worth 4, 5, 7 into 7 kg.

    Best is 3 + 4 kg worth 9; the relaxation takes item 3 and a half of item 2 or 2/3 of item 1
    (7 + 2 * 4/3 = 9 2/3 by worth per kilogram 1.33, 1.25, 1.4).
    """
    return LinearModel(
        columns=Columns(
            cost=np.array([-4.0, -5.0, -7.0]),
            lower=np.zeros(3),
            upper=np.ones(3),
            is_integer=np.ones(3, dtype=np.bool_),
            names=("a", "b", "c"),
        ),
        rows=rows_from_triplets(
            np.zeros(3, dtype=int),
            np.arange(3),
            np.array([3, 4, 5]),
            lower=np.array([-np.inf]),
            upper=np.array([7.0]),
            names=("mass",),
        ),
    )


def random_mip(seed: int, n: int = 8, m: int = 5) -> LinearModel:
    """A feasible covering and packing model with integers; zero satisfies the packing rows."""
    rng = np.random.default_rng(seed)
    dense = rng.integers(0, 6, (m, n)).astype(float)
    dense[rng.random((m, n)) < 0.4] = 0.0
    row, col = np.nonzero(dense)
    upper = dense.sum(axis=1) * rng.uniform(0.4, 0.9, m)
    return LinearModel(
        columns=Columns(
            cost=rng.integers(-20, 5, n).astype(float),
            lower=np.zeros(n),
            upper=rng.integers(1, 4, n).astype(float),
            is_integer=np.ones(n, dtype=np.bool_),
        ),
        rows=rows_from_triplets(
            row, col, dense[row, col], lower=np.full(m, -np.inf), upper=np.floor(upper)
        ),
        offset=3.0,
    )
