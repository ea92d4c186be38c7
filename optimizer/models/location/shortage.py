"""Why no choice of levels serves all demand, and the cheapest capacity that would."""

from __future__ import annotations

import numpy as np

from optimizer.models.location.problem import LocationProblem
from optimizer.models.location.root import largest_levels, possible_levels


def describe_shortage(problem: LocationProblem) -> tuple[str, ...]:
    """
    One line for each cause found: rows that nobody may serve, periods with too little capacity.

    A repair is priced with the cheapest enlargement seen in the input: the least cost of holding a
    unit of capacity of the class for a period.
    """
    lines = [
        f"{problem.row_names[r]}: no facility has a way to it"
        for r in np.flatnonzero(~np.isfinite(problem.cost).any(axis=0))
    ]
    levels = largest_levels(problem, possible_levels(problem))
    who = np.arange(problem.n_facilities)
    for t in range(problem.n_periods):
        sizes = problem.capacity[who, levels[:, t]]
        for g in range(problem.n_classes):
            missing = float(problem.group_demand[t, g] - sizes[:, g].sum())
            if missing > 0:
                facility, fen = _cheapest_unit(problem, t, g)
                repair = (
                    f"; cheapest repair: {missing:g} more at {problem.facility_ids[facility]}, "
                    f"about {missing * fen:.0f} a period"
                    if facility >= 0
                    else ""
                )
                lines.append(
                    f"period {t + 1}, class {g + 1}: demand {problem.group_demand[t, g]:g}, "
                    f"capacity at most {sizes[:, g].sum():g}, {missing:g} missing{repair}"
                )
    if not lines:
        lines.append(
            "capacity suffices in sum, but facilities with room have no way to all demand, cannot "
            "serve it whole, or may not change level in time"
        )
    return tuple(lines)


def _cheapest_unit(problem: LocationProblem, t: int, g: int) -> tuple[int, float]:
    """Facility where a unit of capacity of a class costs least to hold, and that cost."""
    sizes = problem.capacity[:, 1:, g]
    with np.errstate(divide="ignore", invalid="ignore"):
        unit = np.where(sizes > 0, problem.holding[:, t, 1:] / sizes, np.inf)
    facility, level = np.unravel_index(int(np.argmin(unit)), unit.shape)
    if not np.isfinite(unit[facility, level]):
        return -1, float("inf")
    return int(facility), float(unit[facility, level])
