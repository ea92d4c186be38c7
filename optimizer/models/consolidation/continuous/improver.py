"""The order in which better plans are sought: neighbourhoods of growing size, while they help."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from optimizer.models.consolidation.continuous.neighbourhood import Neighbours, choose_again
from optimizer.models.consolidation.continuous.search import Search
from optimizer.models.consolidation.continuous.ways import Way

_FIRST_SIZE = 10
_LEAST_SIZE = 6
_SHRINK = 0.85
_PATIENCE = 12
"""Neighbourhoods in a row without a better plan before they grow."""
_GROWTH = 6
_MAX_STEP_S = 20.0


@dataclass(slots=True)
class Improver:
    """
    Lowers the cost of the best plan step by step.

    Parameters
    ----------
    size
        Commodities that choose again together.
    """

    search: Search
    rng: np.random.Generator
    neighbours: Neighbours = field(init=False)
    size: int = _FIRST_SIZE
    _failures: int = 0

    def __post_init__(self) -> None:
        self.neighbours = Neighbours.of(self.search.design, self.search.ways)

    def step(self) -> bool:
        """One neighbourhood; whether it gave a better plan."""
        search = self.search
        best, upper = search.require_best(), search.upper_fen
        freed: dict[int, list[Way]] = {}
        for k in self.neighbours.draw(self.rng, self.size):
            # The way in use may have been dropped since by the bound; it stays a choice.
            ways = search.ways_of[k]
            freed[k] = ways if best.ways[k] in ways else [*ways, best.ways[k]]
        grouping, fen, is_complete = choose_again(
            search.design,
            search.prices,
            best,
            freed,
            time_s=min(_MAX_STEP_S, max(0.01, search.deadline.left_s)),
            seed=search.limits.seed,
            should_stop=search.is_interrupted,
        )
        if fen == upper:
            search.replace_plan(best, grouping)
        is_better = fen < upper and search.offer_plan(grouping)
        self._resize(is_better=is_better, is_complete=is_complete)
        return is_better

    def _resize(self, *, is_better: bool, is_complete: bool) -> None:
        """Small neighbourhoods are quick: grow only where they have stopped to help."""
        self._failures = 0 if is_better else self._failures + 1
        if not is_complete:
            self.size = max(_LEAST_SIZE, int(self.size * _SHRINK))
        elif self._failures >= _PATIENCE:
            self._failures = 0
            self.size = min(len(self.search.ways_of), self.size + 1 + self.size // _GROWTH)
