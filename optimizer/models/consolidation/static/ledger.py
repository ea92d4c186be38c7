"""What is known during a solve: the best routing, the bound, and who is told."""

from __future__ import annotations

import threading
from collections.abc import Callable

from optimizer.models.consolidation.network_design_plan import (
    DesignProgress,
    ProgressListener,
    relative_gap,
)
from optimizer.models.consolidation.static.flows import is_complete
from optimizer.models.consolidation.static.links import LinkNetwork
from optimizer.models.consolidation.static.paths import Routing
from optimizer.solvers.limits import Deadline, SolveLimits

_PROVED = 1e-7
"""Relative distance of bound and cost that rounding explains."""
_N_ELITE = 6


class Ledger:
    """
    Best routing and bound; routings and bounds may come from two threads.

    Parameters
    ----------
    progress
        Told of what is new by ``tell``, from the thread that calls it.
    """

    def __init__(
        self,
        network: LinkNetwork,
        limits: SolveLimits,
        progress: ProgressListener | None,
        should_stop: Callable[[], bool] | None,
    ) -> None:
        self.network, self.limits = network, limits
        self.deadline = Deadline(limits.time_s)
        self.best: Routing | None = None
        self.elite: list[Routing] = []
        self.bound = 0.0
        self.first_s: float | None = None
        self._progress, self._should_stop = progress, should_stop
        self._lock = threading.Lock()
        self._is_cancelled = False
        self._told: tuple[float, float] = (float("inf"), 0.0)

    @property
    def cost(self) -> float:
        """Of the best routing, infinite without."""
        return self.best.cost if self.best is not None else float("inf")

    @property
    def is_proved(self) -> bool:
        """Whether the gap is what the limits ask for."""
        return self.best is not None and (
            relative_gap(self.cost, self.bound) <= max(self.limits.gap, _PROVED)
        )

    @property
    def is_over(self) -> bool:
        """Whether to stop: time, cancel, or nothing left to prove."""
        if self._should_stop is not None and not self._is_cancelled:
            self._is_cancelled = self._should_stop()
        return self._is_cancelled or self.deadline.is_over or self.is_proved

    def offer(self, routing: Routing | None) -> bool:
        """Take a routing if it is complete and the best so far; says whether it was."""
        if routing is None or not is_complete(self.network, routing):
            return False
        with self._lock:
            if routing.cost < self.cost - 1e-7 * abs(routing.cost):
                self.best = routing
                if self.first_s is None:
                    self.first_s = self.deadline.elapsed_s
                self._remember(routing)
                return True
            self._remember(routing)
            return False

    def _remember(self, routing: Routing) -> None:
        """Keep the cheapest few routings of different cost."""
        if all(abs(routing.cost - other.cost) > 1e-7 * other.cost for other in self.elite):
            self.elite = sorted([*self.elite, routing], key=lambda one: one.cost)[:_N_ELITE]

    def raise_bound(self, bound: float) -> None:
        """Take a lower bound of all routings, or of all better than the best."""
        with self._lock:
            self.bound = max(self.bound, min(bound, self.cost))

    def tell(self) -> None:
        """Report what is new since the last call."""
        state = (self.cost, self.bound)
        if self._progress is not None and state != self._told:
            self._told = state
            self._progress(
                DesignProgress(
                    upper_bound=self.cost,
                    lower_bound=self.bound,
                    gap=relative_gap(self.cost, self.bound),
                    seconds=self.deadline.elapsed_s,
                )
            )
