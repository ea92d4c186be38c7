"""
Random capacitated location after Cornuejols, Sridharan and Thizy (EJOR 50 (1991) 280).

Facilities and customers are points of the unit square; a unit costs ten times the distance; demand
is 5 to 35, capacity 10 to 160, scaled so that all capacity is a given multiple of all demand; the
fixed cost grows with the root of the capacity drawn. The text is that of the OR-Library.
"""

from __future__ import annotations

import numpy as np


def make(n_facilities: int, n_customers: int, ratio: float, seed: int) -> str:
    """
    The text of an instance.

    Parameters
    ----------
    ratio
        All capacity over all demand, at least 1.
    """
    rng = np.random.default_rng([seed, n_facilities, n_customers])
    sites, customers = rng.random((n_facilities, 2)), rng.random((n_customers, 2))
    demand = rng.integers(5, 36, n_customers)
    size = rng.integers(10, 161, n_facilities).astype(np.float64)
    fixed = rng.integers(0, 91, n_facilities) + rng.integers(100, 111, n_facilities) * np.sqrt(size)
    capacity = np.ceil(size * ratio * demand.sum() / size.sum()).astype(np.int64)
    distance = np.sqrt(((customers[:, None] - sites[None]) ** 2).sum(axis=2))
    cost = 10.0 * distance * demand[:, None]
    lines = [f"{n_facilities} {n_customers}"]
    lines += [f"{c} {f:.0f}" for c, f in zip(capacity, fixed, strict=True)]
    lines += [
        f"{d} " + " ".join(f"{one:.3f}" for one in row)
        for d, row in zip(demand, cost.tolist(), strict=True)
    ]
    return "\n".join(lines) + "\n"
