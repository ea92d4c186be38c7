"""The order in which better plans are sought: neighbourhoods of growing size, while they help."""

from __future__ import annotations

import copy
from dataclasses import dataclass, field

import numpy as np

from optimizer.models.consolidation.continuous.neighbourhood import Neighbours, choose_again
from optimizer.models.consolidation.continuous.search import Search
from optimizer.models.consolidation.continuous.slots import Slots
from optimizer.models.consolidation.continuous.ways import Way

_FIRST_SIZE = 25
_LEAST_SIZE = 8
_SHRINK = 0.85
_MAX_STEP_S = 20.0


@dataclass(slots=True)
class Improver:
    """
    Lowers the cost of the best plan step by step.

    Parameters
    ----------
    slots
        Its own: what it learns is too particular for the relaxation.
    size
        Commodities that choose again together.
    """

    search: Search
    rng: np.random.Generator
    slots: Slots = field(init=False)
    neighbours: Neighbours = field(init=False)
    size: int = _FIRST_SIZE

    def __post_init__(self) -> None:
        self.slots = copy.deepcopy(self.search.slots)
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
            self.slots,
            time_s=min(_MAX_STEP_S, max(0.01, search.deadline.left_s)),
            seed=search.limits.seed,
            should_stop=search.is_interrupted,
        )
        if is_complete:
            self.size = min(len(search.ways_of), self.size + 1)
        else:
            self.size = max(_LEAST_SIZE, int(self.size * _SHRINK))
        if fen == upper:
            search.replace_plan(best, grouping)
            return False
        return search.offer_plan(grouping)
