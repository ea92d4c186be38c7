"""What a solver of network designs hands back: an explicit plan, and how good it is proved."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum


class DesignStatus(StrEnum):
    """How a solve of a network design ended."""

    OPTIMAL = "optimal"
    """The gap is at most what the limits ask for."""
    FEASIBLE = "feasible"
    """There is a plan, and time or a cancel ended the search."""
    INFEASIBLE = "infeasible"
    """No plan serves everything that must be served."""
    NO_SOLUTION = "no_solution"
    """Nothing was found before the end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Leg:
    """Part of a commodity on one dispatch: ``kg`` leaves on ``arc`` at ``departs_min``."""

    arc: int
    departs_min: int
    kg: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Dispatch:
    """``units`` load units of one option that leave together with the goods of one pool."""

    option: int
    departs_min: int
    pool: int
    units: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DesignPlan:
    """
    An explicit plan of a network design.

    Parameters
    ----------
    legs
        For every commodity its paths, each a tuple of legs in order; no path if it is not served.
        An unsplit commodity has one path. All legs of a path carry the same mass.
    dispatches
        Load units that run, at most one entry for an option, minute and pool.
    """

    legs: tuple[tuple[tuple[Leg, ...], ...], ...]
    dispatches: tuple[Dispatch, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DesignProgress:
    """State of a running solve: cost and bound in the objective's unit, infinite if unknown."""

    upper_bound: float
    lower_bound: float
    gap: float
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class DesignResult:
    """
    Answer of a solver of network designs.

    Parameters
    ----------
    lower_bound
        No plan costs less; 0 if nothing better is known, infinite if there is no plan.
    upper_bound
        Cost of ``plan``, infinite without.
    first_incumbent_s
        Seconds to the first plan, or None.
    messages
        Why there is no plan, or what limited the search.
    """

    status: DesignStatus
    lower_bound: float
    upper_bound: float
    plan: DesignPlan | None
    first_incumbent_s: float | None
    seconds: float
    seed: int
    messages: tuple[str, ...] = ()

    @property
    def gap(self) -> float:
        """(upper - lower) / upper, 1 without a plan."""
        return relative_gap(self.upper_bound, self.lower_bound)


ProgressListener = Callable[[DesignProgress], None]


def relative_gap(upper_bound: float, lower_bound: float) -> float:
    """Share of the upper bound that is not proved; 1 if either is unknown."""
    if not upper_bound < float("inf") or lower_bound == -float("inf"):
        return 1.0
    if upper_bound <= lower_bound:
        return 0.0
    return min(1.0, (upper_bound - lower_bound) / max(1e-9, abs(upper_bound)))
