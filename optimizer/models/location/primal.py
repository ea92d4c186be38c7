"""Plans from levels: exact transport for chosen levels, and the best plan seen so far."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from optimizer.kernels.transport import transport
from optimizer.models.location.paths import cheapest_levels
from optimizer.models.location.problem import Bools, Floats, Ints, LocationProblem
from optimizer.models.location.relaxation import SAME
from optimizer.models.location.result import LocationPlan

_REPAIRS, _GROWTH = 60, 1.3
_HALF = 0.5


@dataclass(slots=True)
class Pricer:
    """
    Costs of levels; every transport problem is solved once.

    Two threads may use it: what they store is the same whoever comes first.
    """

    problem: LocationProblem
    _known: dict[tuple[int, bytes], float] = field(default_factory=dict)

    def cost(self, levels: Ints) -> float:
        """Cost of levels, (n, T) int32, with the cheapest flows; infinite if too little."""
        problem = self.problem
        total = problem.fixed_cost(levels)
        if not np.isfinite(total):
            return float("inf")
        for t in range(problem.n_periods):
            for g in range(problem.n_classes):
                total += self._group_cost(t, g, levels[:, t])
                if total == float("inf"):
                    return total
        return total

    def _group_cost(self, t: int, g: int, level: Ints) -> float:
        problem = self.problem
        if problem.group_demand[t, g] == 0:
            return 0.0
        sizes = problem.capacity[np.arange(problem.n_facilities), level, g]
        if sizes.sum() < problem.group_demand[t, g] * (1 - SAME):
            return float("inf")
        key = (t * problem.n_classes + g, sizes.tobytes())
        found = self._known.get(key)
        if found is None:
            found = self._known[key] = self.flows(t, g, level)[1]
        return found

    def serves(self, levels: Ints) -> bool:
        """Whether all demand can be served by levels, (n, T) int32, whatever they cost."""
        groups = np.ndindex(self.problem.n_periods, self.problem.n_classes)
        return all(np.isfinite(self._group_cost(t, g, levels[:, t])) for t, g in groups)

    def flows(self, t: int, g: int, level: Ints) -> tuple[tuple[Ints, Floats], float]:
        """
        Cheapest flows of a period and class.

        Returns
        -------
        The open facilities, (k,) int32, and their flows in units, (k, rows); and the cost.
        """
        problem = self.problem
        sizes = problem.capacity[np.arange(problem.n_facilities), level, g]
        who = np.flatnonzero(sizes > 0).astype(np.int32)
        q = t * problem.n_classes + g
        first, last = problem.group_first[q], problem.group_first[q + 1]
        flow, rent = np.zeros((len(who), last - first)), np.zeros(len(who))
        demand = problem.demand[first:last]
        cost = transport(problem.group_units[q][who], demand, sizes[who], flow, rent)
        return (who, flow), float(cost)

    def trim(self, levels: Ints) -> Ints:
        """Levels without those of a single period that nothing flows through."""
        problem = self.problem
        if problem.n_periods > 1 or problem.n_classes > 1:
            return levels
        (who, flow), _ = self.flows(0, 0, levels[:, 0])
        trimmed = levels.copy()
        trimmed[who[flow.sum(axis=1) <= 0], 0] = 0
        return trimmed

    def plan(self, levels: Ints) -> LocationPlan:
        """Levels with their cheapest flows."""
        problem = self.problem
        facility: list[Ints] = []
        row: list[Ints] = []
        units: list[Floats] = []
        for t in range(problem.n_periods):
            for g in range(problem.n_classes):
                if problem.group_demand[t, g] == 0:
                    continue
                (who, flow), _ = self.flows(t, g, levels[:, t])
                k, r = np.nonzero(flow > 0)
                facility.append(who[k])
                row.append((r + problem.group_first[t * problem.n_classes + g]).astype(np.int32))
                units.append(flow[k, r])
        return LocationPlan(
            levels=levels.copy(),
            facility=np.concatenate(facility),
            row=np.concatenate(row),
            units=np.concatenate(units),
        )


def round_mean(problem: LocationProblem, mean: Floats, allowed: Bools) -> list[Ints]:
    """
    Levels near average ones that hold all demand.

    Parameters
    ----------
    mean
        (n, T, L) float64, how often each level was chosen.

    Returns
    -------
    Up to two candidates, (n, T) int32 each.
    """
    if problem.need > 0:
        return _round_single(problem, mean[:, 0, 1], allowed)
    found = repair(problem, -mean, allowed)
    return [] if found is None else [found]


def _round_single(problem: LocationProblem, mean: Floats, allowed: Bools) -> list[Ints]:
    """Open facilities by falling mean: as many as demand needs, and all above one half."""
    must, may = ~allowed[:, 0, 0], allowed[:, 0, 1]
    order = np.argsort(-np.where(must, 2.0, mean), kind="stable")
    order = order[may[order]]
    sums = np.cumsum(problem.capacity[order, 1, 0])
    least = int(np.searchsorted(sums, problem.need * (1 - SAME))) + 1
    half = int((np.where(must, 2.0, mean)[order] > _HALF).sum())
    found: list[Ints] = []
    for count in sorted({least, max(least, half)}):
        if count <= len(order):
            levels = np.zeros((problem.n_facilities, 1), dtype=np.int32)
            levels[order[:count], 0] = 1
            found.append(levels)
    return found


def repair(problem: LocationProblem, value: Floats, allowed: Bools) -> Ints | None:
    """
    Levels of small value that hold the demand of every period and class.

    A price for capacity rises wherever there is too little, until there is enough.

    Parameters
    ----------
    value
        (n, T, L) float64, of holding a level; any unit.
    """
    capacity, demand = problem.capacity, problem.group_demand
    scale = max(1e-9, float(np.ptp(value)))
    sizes = np.maximum(capacity.max(axis=(0, 1)), 1e-9)
    price = np.zeros(demand.shape)
    step = scale / 16
    everyone = np.arange(problem.n_facilities)[:, None]
    for _ in range(_REPAIRS):
        worth = np.einsum("tg,nlg->ntl", price / sizes, capacity)
        levels = cheapest_levels(problem, value - worth, allowed)
        short = demand * (1 - SAME) > capacity[everyone, levels].sum(axis=0)
        if not short.any():
            return levels if np.isfinite(problem.fixed_cost(levels)) else None
        price[short] += step
        step *= _GROWTH
    return None
