"""Lower bounds: the relaxation over slots, refined by what its own solutions get wrong."""

from __future__ import annotations

import numpy as np

from optimizer.models.consolidation.continuous.refine import add_chains
from optimizer.models.consolidation.continuous.search import Search
from optimizer.models.consolidation.continuous.slot_model import (
    Choice,
    SlotModel,
    add_choices,
    build_model,
    read_choices,
    slot_offers,
    start_point,
)
from optimizer.models.consolidation.continuous.timing import (
    Grouping,
    find_times,
    split_until_timely,
)
from optimizer.solvers.highs import solve_mip
from optimizer.solvers.highs_relaxation import Relaxed, solve_relaxation
from optimizer.solvers.linear import FloatArray

_INTERIOR_COLUMNS = 6000
"""From this size on the interior-point method is faster than simplex."""
_MOST_POINTS = 4
"""Points of one branch and bound that are learnt from; earlier ones are far from good."""


def current_model(search: Search) -> SlotModel:
    """The relaxation over the slots as they are now."""
    return build_model(search.design, search.prices, search.ways, slot_offers(search.slots))


def learn_from_point(
    search: Search,
    model: SlotModel,
    values: FloatArray,
    rng: np.random.Generator | None = None,
    n_draws: int = 0,
) -> int:
    """
    Make plans of a point of the relaxation, and slots of what had to be changed for them.

    Parameters
    ----------
    n_draws
        A fractional point is rounded this many times by chance, besides once to the nearest.

    Returns
    -------
    Number of slots added; 0 if the point can be done as it is.
    """
    added = 0
    for source in (None, *([rng] * n_draws)):
        grouping = Grouping.empty()
        add_choices(search.design, model, read_choices(model, values, source), grouping, {})
        added += add_chains(search.slots, split_until_timely(search.design, grouping))
        search.offer_plan(grouping)
    return added


def solve_linear(search: Search, model: SlotModel) -> Relaxed | None:
    """Bound by the continuous relaxation; ways that cannot beat the best plan are dropped."""
    relaxed = solve_relaxation(
        model.linear,
        time_s=search.deadline.left_s,
        interior=model.linear.columns.n_columns >= _INTERIOR_COLUMNS,
        seed=search.limits.seed,
        should_stop=search.is_interrupted,
    )
    if relaxed is not None:
        search.offer_bound(relaxed.bound)
    return relaxed


def drop_ways(search: Search, model: SlotModel, relaxed: Relaxed) -> int:
    """
    Drop ways whose reduced cost alone lifts the bound above the best plan; how many.

    A way that is taken takes one seat at every position, so the least reduced cost of each
    position counts.
    """
    room = search.upper_fen - relaxed.bound + max(1.0, search.upper_fen * 1e-7)
    kept = []
    used = set(search.best.ways.values()) if search.best is not None else set()
    added = np.maximum(relaxed.reduced, 0.0)
    for way, col, positions in zip(model.ways, model.way_col, model.seats, strict=True):
        lift = float(added[col])
        for seats in positions:
            lift += min(float(added[seat.col]) if seat.col != col else 0.0 for seat in seats)
        if lift <= room or way in used:
            kept.append(way)
    n_dropped = len(search.ways) - len(kept)
    if n_dropped:
        search.set_ways(kept)
    return n_dropped


def best_as_choices(search: Search, model: SlotModel) -> dict[int, Choice]:
    """The best plan in terms of the relaxation."""
    best = search.require_best()
    times = find_times(search.design, best)
    number = {way: w for w, way in enumerate(model.ways)}
    choices: dict[int, Choice] = {}
    for k, way in best.ways.items():
        keys = []
        for i in range(len(way.arcs)):
            group = best.group_of[k, i]
            place = best.place[group]
            keys.append((0, search.slots.index(place, times.first_min[group])))
        choices[k] = (number[way], tuple(keys))
    return choices


def solve_integer(search: Search, model: SlotModel, *, max_nodes: int, gap: float) -> None:
    """
    Bound by branch and bound over the slots.

    The last points that the solver meets are made plans of, and their faults become slots.
    """
    start = start_point(search.design, search.prices, model, best_as_choices(search, model))
    points: list[FloatArray] = []
    result = solve_mip(
        model.linear,
        time_s=max(0.01, search.deadline.left_s),
        gap=gap,
        seed=search.limits.seed,
        start=start,
        max_nodes=max_nodes,
        should_stop=search.is_interrupted,
        on_bound=search.offer_bound,
        on_point=points.append,
    )
    search.offer_bound(result.bound)
    if result.values is not None:
        points.append(result.values)
    for values in points[-_MOST_POINTS:]:
        learn_from_point(search, model, values)
