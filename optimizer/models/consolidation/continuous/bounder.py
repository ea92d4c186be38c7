"""The order in which bounds are sought: linear relaxations first, then branch and bound."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from optimizer.models.consolidation.continuous.bounding import (
    current_model,
    drop_ways,
    learn_from_point,
    solve_integer,
    solve_linear,
)
from optimizer.models.consolidation.continuous.search import Search

_FEW_SLOTS = 2
"""A linear relaxation that teaches no more slots than this is left for branch and bound."""
_LEAST_RISE = 5e-4
"""Nor is one that lifts the bound by a smaller share of it."""
_NODE_GROWTH = 4
_GAP_PARTS = 4
"""Branch and bound stops at this part of the gap: its point teaches more than its last digits."""
_N_DRAWS = 2
"""Roundings by chance of each fractional point: more of them cost columns, fewer cost rounds."""


@dataclass(slots=True)
class Bounder:
    """
    Raises the lower bound step by step; each step also gives plans.

    Parameters
    ----------
    max_nodes
        Of the next branch and bound. It grows when the last one ended at it and taught nothing.
    """

    search: Search
    is_linear: bool = True
    max_nodes: int = 1
    _bound: float = 0.0
    _upper_at_drop: float = float("inf")
    _rng: np.random.Generator = field(init=False)

    def __post_init__(self) -> None:
        self._rng = np.random.default_rng(self.search.limits.seed)

    def step(self) -> None:
        """One linear relaxation, or one branch and bound."""
        if self.is_linear:
            bound_before = self._bound
            taught = self._linear()
            rise = self._bound - bound_before
            self.is_linear = taught > _FEW_SLOTS and rise > _LEAST_RISE * self._bound
            return
        if self.search.upper_fen < self._upper_at_drop:
            self._linear()
            if self.search.is_done():
                return
        slots_before = self.search.slots.n_slots
        solve_integer(
            self.search,
            current_model(self.search),
            max_nodes=self.max_nodes,
            gap=max(self.search.limits.gap / 2, self.search.gap / _GAP_PARTS),
        )
        if self.search.slots.n_slots == slots_before:
            self.max_nodes *= _NODE_GROWTH

    def _linear(self) -> int:
        """Slots that a linear relaxation taught."""
        model = current_model(self.search)
        relaxed = solve_linear(self.search, model)
        if relaxed is None:
            return 0
        self._bound = relaxed.bound
        taught = learn_from_point(self.search, model, relaxed.values, self._rng, _N_DRAWS)
        self._upper_at_drop = self.search.upper_fen
        drop_ways(self.search, model, relaxed)
        return taught
