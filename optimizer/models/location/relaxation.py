"""The Lagrangian relaxation of demand: bounds, average levels, and levels that cannot be."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from optimizer.kernels.location_dual import (
    BOUND,
    FAILURES,
    MULTIPLIER,
    STEP,
    Dual,
    Sites,
    improve,
    refresh,
)
from optimizer.models.location.paths import extra_costs
from optimizer.models.location.problem import Bools, Floats, LocationProblem

SAME = 1e-9
"""Relative difference of costs that sums of floats explain."""
_MIX = 0.1
_WIDE = 1e30


def make_sites(problem: LocationProblem, ceiling: Floats) -> Sites:
    """
    Cells that may pay while no row's price exceeds its ceiling.

    Parameters
    ----------
    ceiling
        (R,) float64, cost of a whole row; infinite to keep all cells.
    """
    n, first = problem.n_facilities, problem.group_first
    kept = problem.cost < ceiling
    n_groups = len(first) - 1
    counts = np.empty((n, n_groups), dtype=np.int64)
    for q in range(n_groups):
        counts[:, q] = kept[:, first[q] : first[q + 1]].sum(axis=1)
    facility, row = np.nonzero(kept)
    return Sites(
        first=np.concatenate(([0], np.cumsum(counts.ravel()))),
        row=row.astype(np.int32),
        unit=problem.unit_cost[facility, row],
        demand=problem.demand,
        ceiling=ceiling,
        capacity=problem.capacity,
        holding=problem.holding,
        change=problem.change,
        initial=problem.initial,
        need=problem.need,
    )


@dataclass(slots=True)
class Relaxation:
    """
    Prices on their way up, under a set of allowed levels.

    Parameters
    ----------
    sites
        Cells; may be shared, nothing in them is modified.
    allowed
        (n, T, L) bool.
    """

    problem: LocationProblem
    sites: Sites
    allowed: Bools
    dual: Dual

    @classmethod
    def begin(
        cls,
        problem: LocationProblem,
        sites: Sites,
        allowed: Bools,
        price: Floats,
        *,
        step: float = 1.0,
    ) -> Relaxation:
        """Evaluate prices, (R,) float64, which are cut at their ceilings."""
        n, n_periods, n_levels = allowed.shape
        n_rows, n_blocks = problem.n_rows, n * n_periods * problem.n_classes
        dual = Dual(
            best=np.minimum(price, sites.ceiling),
            trial=np.zeros(n_rows),
            surplus=np.zeros(n_rows),
            direction=np.zeros(n_rows),
            value=np.zeros((n, n_periods, n_levels)),
            level=np.zeros((n, n_periods), dtype=np.int32),
            mean=np.zeros((n, n_periods, n_levels)),
            critical=np.full((n_blocks, n_levels), -1.0),
            width=np.full((n_blocks, n_levels), _WIDE),
            control=np.array([0.0, step, 0.0, _MIX, 0.0]),
        )
        relaxation = cls(problem, sites, allowed, dual)
        if np.isfinite(refresh(sites, allowed, dual)):
            dual.direction[:] = dual.surplus
            facility, period = np.indices(dual.level.shape)
            dual.mean[facility, period, dual.level] = 1.0
        return relaxation

    @property
    def bound(self) -> float:
        """No choice among the allowed levels costs less; infinite if there is none."""
        return float(self.dual.control[BOUND])

    @property
    def price(self) -> Floats:
        """(R,) float64: the prices of the bound."""
        return self.dual.best

    @property
    def mean(self) -> Floats:
        """(n, T, L) float64: average choice of levels."""
        return self.dual.mean

    def climb(self, n_steps: int, target: float) -> float:
        """Take steps towards a cost that is known to be reached; the new bound."""
        if not np.isfinite(self.bound):
            return self.bound
        return float(improve(self.sites, self.allowed, self.dual, target, n_steps))

    def reheat(self, step: float) -> None:
        """Begin again with long steps."""
        self.dual.control[STEP] = step
        self.dual.control[FAILURES] = 0.0

    def extra(self) -> tuple[float, Floats]:
        """
        A bound, and by how much each level of each facility would raise it.

        The rule of total capacity counts with its multiplier, so the bound may be a little lower
        than ``bound``.
        """
        bound = refresh(self.sites, self.allowed, self.dual)
        value, price = self.dual.value, self.dual.control[MULTIPLIER]
        if not np.isfinite(bound):
            return float("inf"), np.full(value.shape, np.inf)
        if price:
            value = value - price * self.problem.capacity[:, None, :, 0]
        total, extra = extra_costs(self.problem, value, self.allowed)
        return total + float(self.price.sum()) + price * self.problem.need, extra

    def forbid(self, target: float) -> bool:
        """
        Forbid all levels that no plan below the target can hold.

        Returns
        -------
        Whether anything is still allowed.
        """
        if not np.isfinite(target):
            return True
        bound, extra = self.extra()
        if not np.isfinite(bound):
            return False
        self.allowed &= bound + extra < target * (1 - SAME)
        return bool(self.allowed.any(axis=2).all()) and self._is_enough()

    def _is_enough(self) -> bool:
        """Whether the largest allowed levels hold all demand."""
        most = np.where(self.allowed[..., None], self.problem.capacity[:, None], 0.0).max(axis=2)
        return bool((most.sum(axis=0) >= self.problem.group_demand * (1 - SAME)).all())
