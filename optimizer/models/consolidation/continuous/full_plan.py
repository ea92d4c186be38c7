"""Explicit plans from the columns of the full model."""

from __future__ import annotations

from collections import defaultdict

import numpy as np

from optimizer.models.consolidation.network_design import NetworkDesign
from optimizer.models.consolidation.network_design_plan import DesignPlan, Dispatch, Leg

_ZERO = 1e-6
_HALF = 0.5


def plan_of_moves(
    design: NetworkDesign,
    moves: tuple[np.ndarray, np.ndarray, np.ndarray],
    share: np.ndarray,
    units: tuple[np.ndarray, np.ndarray, np.ndarray],
    n_units: np.ndarray,
) -> DesignPlan:
    """
    Paths of the flow in (M,) shares of commodities, and dispatches of (U,) numbers of units.

    Parameters
    ----------
    moves
        Commodity, arc and minute of each share.
    units
        Option, minute and pool of each number of units.
    """
    commodity, arc, minute = moves
    moving: dict[int, list[list[float]]] = defaultdict(list)
    for m in np.flatnonzero(share > _ZERO).tolist():
        moving[int(commodity[m])].append([int(minute[m]), int(arc[m]), float(share[m])])
    legs = tuple(_paths(design, k, sorted(moving[k])) for k in range(design.n_commodities))
    option, at, pool = units
    running = np.flatnonzero(n_units[: len(option)] > _HALF)
    dispatches = tuple(
        Dispatch(
            option=int(option[u]),
            departs_min=int(at[u]),
            pool=int(pool[u]),
            units=round(float(n_units[u])),
        )
        for u in running.tolist()
    )
    return DesignPlan(legs=legs, dispatches=dispatches)


def _paths(design: NetworkDesign, k: int, moving: list[list[float]]) -> tuple[tuple[Leg, ...], ...]:
    """First come, first gone: what arrives first takes the first moves that are left."""
    paths = []
    goal, kg = int(design.commodity_destination[k]), float(design.commodity_kg[k])
    while True:
        node, clock = int(design.commodity_origin[k]), -np.inf
        taken: list[list[float]] = []
        while node != goal:
            move = next(
                (
                    entry
                    for entry in moving
                    if entry[2] > _ZERO
                    and design.arc_tail[int(entry[1])] == node
                    and entry[0] >= clock
                    and entry not in taken
                ),
                None,
            )
            if move is None:
                return tuple(paths)
            taken.append(move)
            node = int(design.arc_head[int(move[1])])
            clock = move[0] + float(design.arc_travel_min[int(move[1])])
        share = min(entry[2] for entry in taken)
        for entry in taken:
            entry[2] -= share
        amount = kg if share > 1 - _ZERO else kg * share
        paths.append(tuple(Leg(arc=int(a), departs_min=int(t), kg=amount) for t, a, _ in taken))
