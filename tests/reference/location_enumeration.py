"""Tiny location problems by trying every path of levels; flows by scipy's linear programming."""

from __future__ import annotations

from itertools import product

import numpy as np
from scipy.optimize import linprog

from optimizer.models.location.problem import LocationProblem


def random_problem(seed: int) -> LocationProblem:
    """Two or three facilities, up to two periods, levels and classes; some cells forbidden."""
    rng = np.random.default_rng(seed)
    n, n_periods, n_levels, n_classes = (int(rng.integers(low, high)) for low, high in
                                         ((2, 4), (1, 3), (2, 4), (1, 3)))  # fmt: skip
    sizes = np.cumsum(rng.integers(0, 20, (n, n_levels - 1, n_classes)), axis=1)
    capacity = np.concatenate([np.zeros((n, 1, n_classes)), sizes], axis=1)
    holding = np.cumsum(rng.integers(0, 60, (n, n_periods, n_levels)), axis=2).astype(float)
    change = rng.integers(0, 60, (n, n_periods, n_levels, n_levels)).astype(float)
    change[rng.random(change.shape) < 0.1] = np.inf
    for level in range(n_levels):
        change[:, :, level, level] = 0
    row_period = np.repeat(np.arange(n_periods), n_classes * 2).astype(np.int32)
    row_class = np.tile(np.repeat(np.arange(n_classes), 2), n_periods).astype(np.int32)
    demand = rng.integers(1, 12, len(row_period)).astype(float)
    cost = rng.integers(0, 30, (n, len(demand))) * demand
    cost[rng.random(cost.shape) < 0.1] = np.inf
    return LocationProblem(
        facility_ids=tuple(map(str, range(n))),
        row_names=tuple(map(str, range(len(demand)))),
        capacity=capacity.astype(float),
        holding=holding,
        change=change,
        initial=rng.integers(0, n_levels, n).astype(np.int32),
        row_period=row_period,
        row_class=row_class,
        demand=demand,
        cost=cost,
    )


def least_cost(problem: LocationProblem) -> float:
    """Cost of the best plan, infinite if there is none."""
    n, n_periods = problem.n_facilities, problem.n_periods
    flows = [
        {levels: _flow_cost(problem, t, levels)
         for levels in product(range(problem.n_levels), repeat=n)}
        for t in range(n_periods)
    ]  # fmt: skip
    best = float("inf")
    for paths in product(product(range(problem.n_levels), repeat=n), repeat=n_periods):
        total = sum(flows[t][paths[t]] for t in range(n_periods))
        for i in range(n):
            before = int(problem.initial[i])
            for t in range(n_periods):
                level = paths[t][i]
                total += problem.change[i, t, before, level] + problem.holding[i, t, level]
                before = level
        best = min(best, float(total))
    return best


def _flow_cost(problem: LocationProblem, t: int, levels: tuple[int, ...]) -> float:
    total = 0.0
    for g in range(problem.n_classes):
        rows = np.flatnonzero((problem.row_period == t) & (problem.row_class == g))
        n = problem.n_facilities
        unit = problem.cost[:, rows] / problem.demand[rows]
        serve = np.tile(np.eye(len(rows)), n)
        room = np.kron(np.eye(n), np.ones(len(rows)))
        sizes = [problem.capacity[i, levels[i], g] for i in range(n)]
        bounds = [(0, None if np.isfinite(one) else 0) for one in unit.ravel()]
        found = linprog(
            np.where(np.isfinite(unit), unit, 0).ravel(), A_ub=room, b_ub=sizes,
            A_eq=serve, b_eq=problem.demand[rows], bounds=bounds,
        )  # fmt: skip
        if found.status != 0:
            return float("inf")
        total += found.fun
    return total
