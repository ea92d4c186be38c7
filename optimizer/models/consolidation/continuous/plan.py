"""Explicit plans from groupings: minutes, legs and load units."""

from __future__ import annotations

from collections import defaultdict

from optimizer.models.consolidation.continuous.loads import LoadPrices
from optimizer.models.consolidation.continuous.timing import Grouping, find_times
from optimizer.models.consolidation.network_design import NetworkDesign
from optimizer.models.consolidation.network_design_plan import DesignPlan, Dispatch, Leg


def as_plan(design: NetworkDesign, prices: LoadPrices, grouping: Grouping) -> DesignPlan:
    """
    Every group leaves at its earliest minute; groups that meet there share load units.

    The grouping must be timely.
    """
    minute = find_times(design, grouping).first_min
    legs: list[tuple[tuple[Leg, ...], ...]] = []
    loads: dict[tuple[int, int, int], list[int]] = defaultdict(lambda: [0, 0])
    for k in range(design.n_commodities):
        way = grouping.ways[k]
        kg = int(design.commodity_kg[k])
        path = []
        for i, arc in enumerate(way.arcs):
            departs = minute[grouping.group_of[k, i]]
            path.append(Leg(arc=arc, departs_min=departs, kg=float(kg)))
            load = loads[arc, departs, int(design.commodity_pool[k])]
            load[0] += kg
            load[1] += int(design.commodity_dm3[k])
        legs.append((tuple(path),) if path else ())
    dispatches = [
        Dispatch(option=option, departs_min=departs, pool=pool, units=n)
        for (arc, departs, pool), (kg, dm3) in sorted(loads.items())
        for option, n in prices.units(arc, kg, dm3)
    ]
    return DesignPlan(legs=tuple(legs), dispatches=tuple(dispatches))


def merge_simultaneous(design: NetworkDesign, grouping: Grouping) -> None:
    """Join groups, in place, that leave one place at one minute: load units can only be saved."""
    minute = find_times(design, grouping).first_min
    at: dict[tuple[int, int, int], int] = {}
    for group in sorted(grouping.place):
        arc, pool = grouping.place[group]
        first = at.setdefault((arc, pool, minute[group]), group)
        if first != group:
            for rider in grouping.riders[group]:
                grouping.put(rider, first)
            del grouping.riders[group], grouping.place[group]
