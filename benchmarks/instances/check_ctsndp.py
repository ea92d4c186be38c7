"""
Checker of plans for continuous-time service network design instances.

Reads the instance text again by itself and recomputes the plan from its explicit moves: it shares
no code with the reader and the solvers, only the plan's fields.
"""

from __future__ import annotations

import math
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from optimizer.models.consolidation.network_design_plan import DesignPlan, Leg


def check(path: Path | str, plan: DesignPlan) -> tuple[int, list[str]]:
    """
    Cost of a plan, and every rule that it breaks.

    Returns
    -------
    cost
        Units times variable cost, and trucks times fixed cost, as the plan itself counts trucks.
    violations
        One sentence each; empty if the plan is valid.
    """
    arcs, commodities = _tables(Path(path).read_text(encoding="utf-8"))
    if len(plan.legs) != len(commodities):
        return 0, [f"the plan has {len(plan.legs)} commodities, not {len(commodities)}"]
    violations: list[str] = []
    cost = 0
    aboard: dict[tuple[int, int], int] = defaultdict(int)
    for k, commodity in enumerate(commodities):
        cost += _follow(k, commodity, arcs, plan.legs[k], aboard, violations)
    trucks: dict[tuple[int, int], int] = defaultdict(int)
    for dispatch in plan.dispatches:
        if not 0 <= dispatch.option < len(arcs) or dispatch.units < 0:
            violations.append(f"dispatch of option {dispatch.option} makes no sense")
            continue
        trucks[dispatch.option, dispatch.departs_min] += dispatch.units
        cost += arcs[dispatch.option][3] * dispatch.units
    for (arc, minute), load in sorted(aboard.items()):
        needed, there = math.ceil(load / arcs[arc][4]), trucks[arc, minute]
        if there < needed:
            violations.append(f"arc {arc} at {minute} has {load} on {there} trucks, not {needed}")
    return cost, violations


def _follow(  # noqa: PLR0917 - one walk over everything that a path touches
    k: int,
    commodity: tuple[int, ...],
    arcs: list[tuple[int, ...]],
    paths: tuple[tuple[Leg, ...], ...],
    aboard: dict[tuple[int, int], int],
    violations: list[str],
) -> int:
    """Variable cost of a commodity; its load and its faults are noted in place."""
    origin, destination, quantity, release, due = commodity
    if len(paths) != 1:
        violations.append(f"commodity {k} has {len(paths)} paths, not 1")
        return 0
    at, clock, cost = origin, release, 0
    for leg in paths[0]:
        if not 0 <= leg.arc < len(arcs):
            violations.append(f"commodity {k} uses arc {leg.arc}, which does not exist")
            return cost
        tail, head, unit_cost, _, _, minutes = arcs[leg.arc]
        if tail != at:
            violations.append(f"commodity {k} is at {at}, but arc {leg.arc} begins at {tail}")
        if leg.departs_min < clock:
            violations.append(f"commodity {k} leaves {tail} at {leg.departs_min}, before {clock}")
        if leg.kg != quantity:
            violations.append(f"commodity {k} moves {leg.kg} on arc {leg.arc}, not {quantity}")
        aboard[leg.arc, leg.departs_min] += quantity
        cost += unit_cost * quantity
        at, clock = head, leg.departs_min + minutes
    if at != destination:
        violations.append(f"commodity {k} ends at {at}, not at {destination}")
    if clock > due:
        violations.append(f"commodity {k} arrives at {clock}, after {due}")
    return cost


def _tables(text: str) -> tuple[list[tuple[int, ...]], list[tuple[int, ...]]]:
    """Arcs (tail, head, unit cost, truck cost, capacity, minutes) and commodities."""
    rows: dict[str, list[tuple[int, ...]]] = {"N": [], "A": [], "C": []}
    kind = "N"
    for line in text.splitlines():
        if line[:1] in rows:
            kind = line[0]
        elif "," in line and kind != "N":
            last = 7 if kind == "A" else 6
            rows[kind].append(tuple(int(float(part)) for part in line.split(",")[1:last]))
    return rows["A"], rows["C"]
