"""The best plan and the bound of a running solve, its clock, and who is told."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from optimizer.models.location.problem import Ints
from optimizer.models.location.relaxation import SAME
from optimizer.models.location.result import LocationProgress, OnProgress
from optimizer.solvers.limits import Deadline, SolveLimits


@dataclass(slots=True)
class Ledger:
    """
    State of a solve.

    Parameters
    ----------
    should_stop
        Asked between steps.
    worst
        Above the cost of any plan: a bound that reaches it proves that there is none.
    """

    limits: SolveLimits
    progress: OnProgress | None = None
    should_stop: Callable[[], bool] | None = None
    worst: float = float("inf")
    cost: float = float("inf")
    bound: float = -float("inf")
    levels: Ints | None = None
    first_s: float | None = None
    n_nodes: int = 0
    deadline: Deadline = field(init=False)

    def __post_init__(self) -> None:
        self.deadline = Deadline(self.limits.time_s)

    def offer(self, cost: float, levels: Ints) -> bool:
        """Take levels, (n, T) int32, if they are better; whether they were."""
        if not cost < self.cost * (1 - SAME):
            return False
        if self.first_s is None:
            self.first_s = self.deadline.elapsed_s
        self.cost, self.levels = cost, levels.copy()
        self.tell()
        return True

    def raise_bound(self, bound: float) -> None:
        """Take a better lower bound."""
        self.bound = max(self.bound, min(bound, self.cost))

    def tell(self) -> None:
        """Report where the solve stands."""
        if self.progress is not None:
            self.progress(
                LocationProgress(
                    lower_bound=self.bound,
                    upper_bound=self.cost,
                    seconds=self.deadline.elapsed_s,
                )
            )

    @property
    def target(self) -> float:
        """A branch whose bound reaches this holds nothing that is asked for."""
        if self.levels is None:
            return self.worst
        return self.cost * (1 - max(SAME, self.limits.gap))

    @property
    def is_proved(self) -> bool:
        """Whether the gap is at most what was asked for."""
        return self.bound >= self.target

    @property
    def is_stopped(self) -> bool:
        """Whether time is over or the caller has had enough."""
        return self.deadline.is_over or (self.should_stop is not None and self.should_stop())
