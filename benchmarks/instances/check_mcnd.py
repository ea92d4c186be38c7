"""
Checks a plan of a Canad instance from the file's text: nothing here comes from reader or solver.

Slow and plain on purpose: dictionaries and loops.
"""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path
from typing import Any

_TOLERANCE = 1e-6
"""Share of a capacity or demand that the arithmetic of floats may be off by."""


def check(path: Path, plan: Any) -> tuple[float, list[str]]:  # noqa: ANN401
    """
    Cost of a plan, and what it breaks.

    Parameters
    ----------
    plan
        With ``legs``: for each commodity its paths of legs with ``arc`` and ``kg``; and
        ``dispatches`` with ``option`` and ``units``. Arcs and options count from 0 in the order of
        the file.

    Returns
    -------
    cost
        Fixed costs of the dispatched arcs and variable costs of all flow.
    violations
        One line each: path broken, wrong ends, demand not met, capacity exceeded, arc not open.
    """
    numbers = [line.split() for line in path.read_text(encoding="utf-8").split("\n")[1:]]
    rows = [words for words in numbers if words]
    n_arcs, n_commodities = int(rows[0][1]), int(rows[0][2])
    arcs = [tuple(float(word) for word in words[:5]) for words in rows[1 : 1 + n_arcs]]
    goods = [
        tuple(float(word) for word in words[:3])
        for words in rows[1 + n_arcs : 1 + n_arcs + n_commodities]
    ]
    found: list[str] = []
    load: dict[int, float] = defaultdict(float)
    if len(plan.legs) != n_commodities:
        found.append(f"the plan has {len(plan.legs)} commodities, the file {n_commodities}")
    for k, (good, paths) in enumerate(zip(goods, plan.legs, strict=False)):
        found += _check_commodity(k, good, paths, arcs, load)
    opened: dict[int, int] = defaultdict(int)
    for dispatch in plan.dispatches:
        opened[dispatch.option] += dispatch.units
        if not 0 <= dispatch.option < n_arcs:
            found.append(f"arc {dispatch.option} is opened and does not exist")
        elif not 0 <= opened[dispatch.option] <= 1:
            found.append(f"arc {dispatch.option} is opened {opened[dispatch.option]} times")
    for a, amount in load.items():
        capacity = arcs[a][3] * opened.get(a, 0)
        if amount > capacity + _TOLERANCE * max(1.0, arcs[a][3]):
            found.append(f"arc {a} carries {amount} with a capacity of {capacity} open")
    cost = sum(arcs[a][2] * amount for a, amount in load.items())
    cost += sum(arcs[a][4] * n for a, n in opened.items() if 0 <= a < n_arcs)
    return cost, found


def _check_commodity(
    k: int,
    good: tuple[float, ...],
    paths: Any,  # noqa: ANN401
    arcs: list[tuple[float, ...]],
    load: dict[int, float],
) -> list[str]:
    """Follow the paths of one commodity; adds its flow to ``load``, in place."""
    origin, destination, demand = good
    found: list[str] = []
    total = 0.0
    for path in paths:
        at, amounts = origin, [leg.kg for leg in path]
        if any(not 0 <= leg.arc < len(arcs) for leg in path):
            found.append(f"commodity {k} uses an arc that does not exist")
            continue
        if not path or min(amounts) < 0 or max(amounts) > min(amounts):
            found.append(f"commodity {k} has a path that is empty or loses flow: {amounts}")
            continue
        for leg in path:
            if arcs[leg.arc][0] != at:
                found.append(f"commodity {k} is at node {at:g} and cannot take arc {leg.arc}")
            at = arcs[leg.arc][1]
            load[leg.arc] += leg.kg
        if at != destination:
            found.append(f"commodity {k} ends at node {at:g}, not at {destination:g}")
        total += amounts[0]
    if abs(total - demand) > _TOLERANCE * max(1.0, demand):
        found.append(f"commodity {k} sends {total} of {demand}")
    return found
