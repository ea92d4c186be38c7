"""
What an explicit plan of a network design costs, and which rules it breaks.

Written from the problem statement in ``network_design.py`` alone: it shares nothing with the
solvers, so that their errors cannot hide.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from optimizer.models.consolidation.network_design import NetworkDesign
from optimizer.models.consolidation.network_design_plan import DesignPlan, Leg

_DAY_MIN = 1440
_HOUR_MIN = 60
_TOLERANCE = 1e-6

Loads = dict[tuple[int, int, int], list[float]]
"""(arc, minute, pool) to mass and volume."""


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Cost of a plan as it stands, and one sentence for every rule that it breaks."""

    fen: float
    violations: tuple[str, ...]


def evaluate_plan(design: NetworkDesign, plan: DesignPlan) -> Evaluation:
    """Walk every path, add up every dispatch, and hold both against the instance."""
    violations: list[str] = []
    loads: Loads = defaultdict(lambda: [0.0, 0.0])
    fen = 0.0
    if len(plan.legs) != design.n_commodities:
        text = f"the plan has {len(plan.legs)} commodities, not {design.n_commodities}"
        return Evaluation(fen=0.0, violations=(text,))
    for k, paths in enumerate(plan.legs):
        fen += _commodity(design, k, paths, loads, violations)
    fen += _dispatches(design, plan, loads, violations)
    violations.extend(_resources(design, plan))
    return Evaluation(fen=fen, violations=tuple(violations))


def _commodity(
    design: NetworkDesign,
    k: int,
    paths: tuple[tuple[Leg, ...], ...],
    loads: Loads,
    violations: list[str],
) -> float:
    name, kg = design.commodity_ids[k], int(design.commodity_kg[k])
    if not paths:
        if design.commodity_must_serve[k]:
            violations.append(f"commodity {name} is not served")
            return 0.0
        return float(design.commodity_unserved_fen[k])
    if len(paths) > 1 and not design.commodity_may_split[k]:
        violations.append(f"commodity {name} has {len(paths)} paths, but may not split")
    carried = sum(path[0].kg for path in paths if path)
    if abs(carried - kg) > _TOLERANCE * kg:
        violations.append(f"commodity {name} moves {carried} kg, not {kg}")
    forbidden = set(design.forbidden_arc[design.forbidden_commodity == k].tolist())
    fen = 0.0
    for path in paths:
        fen += _path(design, k, path, violations)
        for leg in path:
            if leg.arc in forbidden:
                violations.append(f"commodity {name} uses arc {leg.arc}, which it may not")
            load = loads[leg.arc, leg.departs_min, int(design.commodity_pool[k])]
            load[0] += leg.kg
            load[1] += int(design.commodity_dm3[k]) * leg.kg / kg
    return fen


def _path(design: NetworkDesign, k: int, path: tuple[Leg, ...], violations: list[str]) -> float:
    name = design.commodity_ids[k]
    node, clock = int(design.commodity_origin[k]), int(design.commodity_release_min[k])
    fen = 0.0
    for leg in path:
        if int(design.arc_tail[leg.arc]) != node:
            violations.append(f"commodity {name} is at node {node}, where arc {leg.arc} is not")
        if leg.departs_min < clock:
            violations.append(
                f"commodity {name} leaves node {node} at {leg.departs_min}, before {clock}"
            )
        if abs(leg.kg - path[0].kg) > _TOLERANCE * path[0].kg:
            violations.append(f"commodity {name} changes mass on the way, at arc {leg.arc}")
        fen += leg.kg * int(design.arc_fen_per_kg[leg.arc])
        fen += _waiting(design, k, node, leg.departs_min - clock, leg.kg)
        node = int(design.arc_head[leg.arc])
        clock = leg.departs_min + int(design.arc_travel_min[leg.arc])
    if node != int(design.commodity_destination[k]):
        violations.append(f"commodity {name} ends at node {node}, not at its destination")
    if clock > int(design.commodity_latest_min[k]):
        violations.append(f"commodity {name} arrives at {clock}, after its latest minute")
    late_h = -(-max(0, clock - int(design.commodity_due_min[k])) // _HOUR_MIN)
    return fen + late_h * int(design.commodity_late_fen_per_hour[k])


def _waiting(design: NetworkDesign, k: int, node: int, minutes: int, kg: float) -> float:
    days = -(-max(0, minutes - int(design.node_free_min[node])) // _DAY_MIN)
    dm3 = int(design.commodity_dm3[k]) * kg / int(design.commodity_kg[k])
    rate = (
        int(design.node_hold_fen_per_kg[node]) * kg + int(design.node_hold_fen_per_dm3[node]) * dm3
    )
    return days * rate


def _dispatches(
    design: NetworkDesign, plan: DesignPlan, loads: Loads, violations: list[str]
) -> float:
    room: Loads = defaultdict(lambda: [0.0, 0.0])
    minute_units: dict[tuple[int, int], int] = defaultdict(int)
    departure_units: dict[tuple[int, int], int] = defaultdict(int)
    fen = 0.0
    for dispatch in plan.dispatches:
        option, at = dispatch.option, dispatch.departs_min
        arc = int(design.option_arc[option])
        space = room[arc, at, dispatch.pool]
        space[0] += int(design.option_kg[option]) * dispatch.units
        space[1] += int(design.option_dm3[option]) * dispatch.units
        minute_units[option, at] += dispatch.units
        departure_units[arc, at] += dispatch.units
        fen += int(design.option_fen[option]) * dispatch.units
    for (arc, at, pool), (kg, dm3) in sorted(loads.items()):
        space = room[arc, at, pool]
        if kg > space[0] + _TOLERANCE * kg or dm3 > space[1] + _TOLERANCE * dm3:
            violations.append(
                f"arc {arc} at {at} carries {kg} kg and {dm3} dm3 of pool {pool} in load units for "
                f"{space[0]} kg and {space[1]} dm3"
            )
    for (option, at), units in sorted(minute_units.items()):
        if units > int(design.option_max_units[option]):
            violations.append(f"option {option} runs {units} units at {at}, more than it may")
    violations.extend(_departures(design, departure_units))
    return fen


def _departures(design: NetworkDesign, running: dict[tuple[int, int], int]) -> Iterator[str]:
    timetable: dict[int, dict[int, int]] = defaultdict(dict)
    for arc, at, least in zip(
        design.departure_arc.tolist(),
        design.departure_min.tolist(),
        design.departure_min_units.tolist(),
        strict=True,
    ):
        timetable[arc][at] = least
    for (arc, at), units in sorted(running.items()):
        if arc not in timetable or units == 0:
            continue
        if at not in timetable[arc]:
            yield f"arc {arc} runs at {at}, which is not among its departures"
        elif units < timetable[arc][at]:
            yield f"arc {arc} runs {units} units at {at}, fewer than {timetable[arc][at]}"


def _resources(design: NetworkDesign, plan: DesignPlan) -> Iterator[str]:
    drawn = [0] * design.n_resources
    for w in range(len(design.draw_resource)):
        first, until = int(design.draw_from_min[w]), int(design.draw_until_min[w])
        for dispatch in plan.dispatches:
            if dispatch.option == int(design.draw_option[w]) and (
                first <= dispatch.departs_min < until
            ):
                drawn[int(design.draw_resource[w])] += int(design.draw_amount[w]) * dispatch.units
    for r, amount in enumerate(drawn):
        if amount > int(design.resource_capacity[r]):
            yield (
                f"resource {design.resource_names[r]} is drawn to {amount}, above "
                f"{int(design.resource_capacity[r])}"
            )
