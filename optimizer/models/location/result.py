"""What the location model hands back: levels, flows, bounds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from optimizer.models.location.problem import Floats, Ints


class LocationStatus(StrEnum):
    """How a solve ended."""

    OPTIMAL = "optimal"
    """The gap is at most what the limits ask for."""
    FEASIBLE = "feasible"
    """There is a plan, and time or a cancel ended the search."""
    INFEASIBLE = "infeasible"
    """No choice of levels serves all demand."""
    NO_SOLUTION = "no_solution"
    """Nothing was found before the end."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LocationPlan:
    """
    Levels and flows.

    Parameters
    ----------
    levels
        (n, T) int32, level held in each period.
    facility, row
        (m,) int32, who serves what.
    units
        (m,) float64, how much, in the unit of the demand, above 0.
    """

    levels: Ints
    facility: Ints
    row: Ints
    units: Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class LocationProgress:
    """State of a running solve; bounds are infinite where unknown."""

    lower_bound: float
    upper_bound: float
    seconds: float


OnProgress = Callable[[LocationProgress], None]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LocationResult:
    """
    Answer of a solve.

    Parameters
    ----------
    lower_bound
        No plan costs less; infinite if there is no plan at all.
    upper_bound
        Cost of ``plan``, infinite without.
    n_nodes
        Nodes of the search tree.
    messages
        What is short if there is no plan, and remarks.
    """

    status: LocationStatus
    lower_bound: float
    upper_bound: float
    plan: LocationPlan | None
    first_incumbent_s: float | None
    seconds: float
    seed: int
    n_threads: int
    n_nodes: int = 0
    messages: tuple[str, ...] = ()

    @property
    def gap(self) -> float:
        """(upper - lower) / upper, 1 where either is unknown, 0 for costs of nothing."""
        if self.plan is None or self.lower_bound == -float("inf"):
            return 1.0
        if self.upper_bound <= 0:
            return 0.0
        return max(0.0, (self.upper_bound - self.lower_bound) / self.upper_bound)
