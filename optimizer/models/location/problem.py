"""Multi-period capacitated location as arrays: facilities, levels, demand rows, costs."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from optimizer.errors import ModelError

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int32]
Bools = npt.NDArray[np.bool_]

MOST = 2.0**50
"""Sums of whole numbers up to it are exact in float64."""


@dataclass(frozen=True, kw_only=True, eq=False)
class LocationProblem:
    """
    Which level of capacity each facility holds in each period, and who serves which demand.

    Parameters
    ----------
    facility_ids
        n names.
    row_names
        R names of demand rows, one for each place, class and period with demand.
    capacity
        (n, L, G) float64, units of a class that a level can serve in a period. Level 0 is closed
        and has none; capacities of all classes rise with the level.
    holding
        (n, T, L) float64, fixed cost of holding a level for a period.
    change
        (n, T, L, L) float64, cost of going from one level to another as a period begins: opening,
        expansion, closing. Infinite where it may not be.
    initial
        (n,) int32, level before the first period.
    row_period, row_class
        (R,) int32; rows are sorted by period, then class.
    demand
        (R,) float64, units, above 0.
    cost
        (n, R) float64, cost of serving a whole row from a facility, throughput included; infinite
        where it may not be.
    is_single
        Whether every row must be served by one facility.

    Raises
    ------
    ModelError
        M681: shapes or values do not fit together.
    """

    facility_ids: tuple[str, ...]
    row_names: tuple[str, ...]
    capacity: Floats
    holding: Floats
    change: Floats
    initial: Ints
    row_period: Ints
    row_class: Ints
    demand: Floats
    cost: Floats
    is_single: bool = False

    def __post_init__(self) -> None:
        n, n_periods, n_levels = self.holding.shape
        n_classes, n_rows = self.capacity.shape[2], len(self.demand)
        group = self.row_period.astype(np.int64) * n_classes + self.row_class
        tests = (
            (n == len(self.facility_ids) and n_rows == len(self.row_names), "names and arrays"),
            (self.capacity.shape == (n, n_levels, n_classes), "shape of capacity"),
            (self.change.shape == (n, n_periods, n_levels, n_levels), "shape of change"),
            (self.cost.shape == (n, n_rows), "shape of cost"),
            (n > 0 and n_rows > 0 and n_levels > 1, "nothing to decide"),
            (bool((np.diff(group) >= 0).all()), "rows not sorted by period and class"),
            (bool((self.demand > 0).all()), "a demand that is not above 0"),
            (_finite(self.demand, self.capacity, self.holding), "a number that is not finite"),
            (not np.isnan(self.cost).any() and not np.isnan(self.change).any(), "not a number"),
            (bool((self.capacity[:, 0] == 0).all()), "capacity of a closed facility"),
            (bool((np.diff(self.capacity, axis=1) >= 0).all()), "capacities that do not rise"),
            (bool((self.cost >= 0).all()), "a negative cost of serving"),
            (bool(((self.initial >= 0) & (self.initial < n_levels)).all()), "an initial level"),
        )
        wrong = [what for holds, what in tests if not holds]
        if wrong:
            raise ModelError(f"M681 the location problem does not fit: {', '.join(wrong)}")

    @property
    def n_facilities(self) -> int:
        """N."""
        return len(self.facility_ids)

    @property
    def n_periods(self) -> int:
        """T."""
        return self.holding.shape[1]

    @property
    def n_levels(self) -> int:
        """L, the closed one counted."""
        return self.holding.shape[2]

    @property
    def n_classes(self) -> int:
        """G."""
        return self.capacity.shape[2]

    @property
    def n_rows(self) -> int:
        """R."""
        return len(self.demand)

    @cached_property
    def group_first(self) -> Ints:
        """(T * G + 1,) int32: rows of period t and class g begin at ``[t * G + g]``."""
        group = self.row_period.astype(np.int64) * self.n_classes + self.row_class
        return np.searchsorted(group, np.arange(self.n_periods * self.n_classes + 1)).astype(
            np.int32
        )

    @cached_property
    def unit_cost(self) -> Floats:
        """(n, R) float64: cost of one unit of a row from a facility."""
        return self.cost / self.demand

    @cached_property
    def group_units(self) -> tuple[Floats, ...]:
        """Unit costs of each period and class, (n, rows) float64, contiguous."""
        first = self.group_first
        return tuple(
            np.ascontiguousarray(self.unit_cost[:, first[q] : first[q + 1]])
            for q in range(len(first) - 1)
        )

    @cached_property
    def group_demand(self) -> Floats:
        """(T, G) float64: total demand of each period and class."""
        group = self.row_period.astype(np.int64) * self.n_classes + self.row_class
        total = np.bincount(group, self.demand, self.n_periods * self.n_classes)
        return total.astype(np.float64).reshape(self.n_periods, self.n_classes)

    @cached_property
    def need(self) -> float:
        """
        Total capacity that must be open, with one period, class and level above closed; else 0.

        Where all capacities are multiples of a whole number, so is what is open.
        """
        if self.n_periods > 1 or self.n_classes > 1 or self.n_levels > 1 + 1:
            return 0.0
        sizes, total = self.capacity[:, 1, 0], float(self.demand.sum())
        if not np.array_equal(sizes, np.round(sizes)) or sizes.max() > MOST:
            return total
        step = int(np.gcd.reduce(sizes.astype(np.int64)))
        # A hair is left to sums of demands that are not whole.
        return float(np.ceil(total / step * (1 - 1e-12)) * step) if step else total

    @cached_property
    def worst_cost(self) -> float:
        """A cost above that of any plan."""
        served = np.where(np.isfinite(self.cost), self.cost, 0.0).max(axis=0).sum()
        moves = np.where(np.isfinite(self.change), self.change, 0.0).max(axis=(2, 3)).sum()
        return float(1.001 * (served + moves + self.holding.max(axis=2).sum()) + 1.0)

    def fixed_cost(self, levels: Ints) -> float:
        """
        Cost of holding and changing levels.

        Parameters
        ----------
        levels
            (n, T) int32.
        """
        facility, period = np.arange(self.n_facilities)[:, None], np.arange(self.n_periods)
        before = np.concatenate((self.initial[:, None], levels[:, :-1]), axis=1)
        held = self.holding[facility, period, levels]
        return float(held.sum() + self.change[facility, period, before, levels].sum())


def _finite(*arrays: Floats) -> bool:
    return all(bool(np.isfinite(array).all()) for array in arrays)


def single_period(
    *,
    capacity: Floats,
    opening: Floats,
    demand: Floats,
    cost: Floats,
    is_single: bool = False,
) -> LocationProblem:
    """
    The classical problem: one period, one class, open or closed.

    Parameters
    ----------
    capacity, opening
        (n,) float64, units and fixed cost of an open facility.
    demand
        (R,) float64, units.
    cost
        (n, R) float64, of serving a whole row.
    """
    n, n_rows = cost.shape
    sizes = np.zeros((n, 2, 1))
    sizes[:, 1, 0] = capacity
    holding = np.zeros((n, 1, 2))
    holding[:, 0, 1] = opening
    return LocationProblem(
        facility_ids=tuple(str(i + 1) for i in range(n)),
        row_names=tuple(str(r + 1) for r in range(n_rows)),
        capacity=sizes,
        holding=holding,
        change=np.zeros((n, 1, 2, 2)),
        initial=np.zeros(n, dtype=np.int32),
        row_period=np.zeros(n_rows, dtype=np.int32),
        row_class=np.zeros(n_rows, dtype=np.int32),
        demand=demand,
        cost=cost,
        is_single=is_single,
    )
