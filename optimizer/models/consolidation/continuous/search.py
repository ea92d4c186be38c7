"""State of a running solve: best plan, best bound, what is left of ways and time."""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from optimizer.errors import ModelError
from optimizer.models.consolidation.continuous.loads import LoadPrices
from optimizer.models.consolidation.continuous.plan import merge_simultaneous
from optimizer.models.consolidation.continuous.slots import Slots
from optimizer.models.consolidation.continuous.timing import Grouping, grouping_fen
from optimizer.models.consolidation.continuous.ways import Way
from optimizer.models.consolidation.network_design import NetworkDesign
from optimizer.models.consolidation.network_design_plan import (
    DesignProgress,
    ProgressListener,
    relative_gap,
)
from optimizer.solvers.limits import Deadline, SolveLimits

_ROUNDING = 1e-6
"""Bounds are integers in truth; this much is noise of floating-point sums."""


@dataclass(slots=True)
class Search:
    """
    Everything that the parts of a solve share.

    Parameters
    ----------
    ways
        Ways that a plan cheaper than the best one may use.
    slots
        Of the relaxation. The search for plans keeps its own.
    lower_fen, upper_fen
        Proved bound, and cost of ``best``, a grouping that is never changed in place.
    is_closed
        The answer has been read; what a thread still offers is ignored.
    """

    design: NetworkDesign
    prices: LoadPrices
    ways: list[Way]
    slots: Slots
    limits: SolveLimits
    deadline: Deadline
    progress: ProgressListener | None = None
    should_stop: Callable[[], bool] | None = None
    lower_fen: float = 0.0
    upper_fen: float = float("inf")
    best: Grouping | None = None
    first_incumbent_s: float | None = None
    ways_of: dict[int, list[Way]] = field(default_factory=dict)
    is_closed: bool = False
    _lock: threading.RLock = field(default_factory=threading.RLock)

    def __post_init__(self) -> None:
        self.set_ways(self.ways)

    def set_ways(self, ways: list[Way]) -> None:
        """Go on with fewer ways."""
        grouped: dict[int, list[Way]] = defaultdict(list)
        for way in ways:
            grouped[way.commodity].append(way)
        self.ways, self.ways_of = ways, dict(grouped)

    @property
    def gap(self) -> float:
        """Share of the best plan's cost that is not proved."""
        return relative_gap(self.upper_fen, self.lower_fen)

    def require_best(self) -> Grouping:
        """
        The best plan; there is one from the start.

        Raises
        ------
        ModelError
            There is none.
        """
        if self.best is None:
            raise ModelError("M613 no plan was found")
        return self.best

    def is_done(self) -> bool:
        """Whether the gap is small enough, the time is over, or somebody cancelled."""
        return self.gap <= self.limits.gap or self.is_interrupted()

    def is_interrupted(self) -> bool:
        """Whether the time is over or somebody cancelled."""
        return (
            self.is_closed
            or self.deadline.is_over
            or (self.should_stop is not None and self.should_stop())
        )

    def offer_plan(self, grouping: Grouping) -> bool:
        """Take a timely grouping as the best one if it is; whether it is better."""
        merge_simultaneous(self.design, grouping)
        fen = grouping_fen(self.design, self.prices, grouping)
        with self._lock:
            if fen >= self.upper_fen or self.is_closed:
                return False
            self.upper_fen, self.best = float(fen), grouping.copy()
            if self.first_incumbent_s is None:
                self.first_incumbent_s = self.deadline.elapsed_s
            self.report()
        return True

    def replace_plan(self, old: Grouping, equal: Grouping) -> None:
        """Go on from another grouping of the same cost, unless a better one came meanwhile."""
        with self._lock:
            if self.best is old and not self.is_closed:
                self.best = equal

    def offer_bound(self, bound: float) -> None:
        """Take a lower bound; costs are integers, so it is rounded up."""
        rounded = float(np.ceil(bound - max(1.0, abs(bound)) * _ROUNDING))
        with self._lock:
            rounded = min(rounded, self.upper_fen)
            if rounded > self.lower_fen and not self.is_closed:
                self.lower_fen = rounded
                self.report()

    def close(self) -> None:
        """Take nothing more."""
        with self._lock:
            self.is_closed = True

    def report(self) -> None:
        """Tell the listener how things stand."""
        if self.progress is not None:
            self.progress(
                DesignProgress(
                    upper_bound=self.upper_fen,
                    lower_bound=self.lower_fen,
                    gap=self.gap,
                    seconds=self.deadline.elapsed_s,
                )
            )
