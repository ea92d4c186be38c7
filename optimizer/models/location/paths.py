"""Cheapest paths of all facilities through their levels, all facilities at once."""

from __future__ import annotations

import numpy as np

from optimizer.models.location.problem import Bools, Floats, Ints, LocationProblem


def cheapest_levels(problem: LocationProblem, value: Floats, allowed: Bools) -> Ints:
    """
    (n, T) int32: the levels of least value plus cost of change, ties to the lower level.

    Parameters
    ----------
    value
        (n, T, L) float64, of holding a level in a period.
    allowed
        (n, T, L) bool.
    """
    n, n_periods, _ = value.shape
    reach = _forward(problem, value, allowed)
    levels = np.zeros((n, n_periods), dtype=np.int32)
    levels[:, -1] = np.argmin(reach[:, -1], axis=1)
    everyone = np.arange(n)
    for t in range(n_periods - 1, 0, -1):
        into = problem.change[everyone, t, :, levels[:, t]]
        levels[:, t - 1] = np.argmin(reach[:, t - 1] + into, axis=1)
    return levels


def extra_costs(problem: LocationProblem, value: Floats, allowed: Bools) -> tuple[float, Floats]:
    """
    What the cheapest paths cost together, and how much more a path through each level costs.

    Returns
    -------
    total
        Infinite if a facility has no path.
    extra
        (n, T, L) float64, infinite where there is no path.
    """
    n, n_periods, n_levels = value.shape
    forward = _forward(problem, value, allowed)
    backward = np.zeros((n, n_periods, n_levels))
    for t in range(n_periods - 2, -1, -1):
        held = np.where(allowed[:, t + 1], value[:, t + 1], np.inf) + backward[:, t + 1]
        backward[:, t] = (problem.change[:, t + 1] + held[:, None, :]).min(axis=2)
    through = forward + backward
    least = through[:, 0].min(axis=1)
    total = float(least.sum())
    if not np.isfinite(total):
        return float("inf"), np.full(value.shape, np.inf)
    return total, np.maximum(through - least[:, None, None], 0.0)


def _forward(problem: LocationProblem, value: Floats, allowed: Bools) -> Floats:
    """(n, T, L): the cheapest path up to and with each level."""
    held = np.where(allowed, value, np.inf)
    reach = np.empty(value.shape)
    everyone = np.arange(len(value))
    reach[:, 0] = problem.change[everyone, 0, problem.initial] + held[:, 0]
    for t in range(1, value.shape[1]):
        reach[:, t] = (reach[:, t - 1][:, :, None] + problem.change[:, t]).min(axis=1)
        reach[:, t] += held[:, t]
    return reach
