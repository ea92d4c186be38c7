"""
Checks a plan of a location instance from its text: nothing here comes from reader or solver.

Slow and plain on purpose: dictionaries and loops.
"""

from __future__ import annotations

from collections import defaultdict
from typing import Any

_TOLERANCE = 1e-6
"""Share of a capacity or demand that the arithmetic of floats may be off by."""


def check(
    text: str,
    plan: Any,  # noqa: ANN401
    *,
    capacity: float | None = None,
    is_single: bool = False,
) -> tuple[float, list[str]]:
    """
    Cost of a plan, and what it breaks.

    Parameters
    ----------
    plan
        With ``levels``, for each facility a row of one number, 1 if it is open; and ``facility``,
        ``row``, ``units``: who serves how much of which customer. All count from 0.
    capacity
        What the word ``capacity`` in the text stands for.

    Returns
    -------
    cost
        Fixed costs of open facilities, and each customer's costs by the shares served.
    violations
        One line each: demand not met, capacity exceeded, facility not open, customer split.
    """
    words = iter(text.split())
    n, n_customers = int(next(words)), int(next(words))
    sites: list[tuple[float, float]] = []
    for _ in range(n):
        size = next(words)
        sites.append(
            (float(capacity or 0) if size == "capacity" else float(size), float(next(words)))
        )
    demand: list[float] = []
    costs: list[list[float]] = []
    for _ in range(n_customers):
        demand.append(float(next(words)))
        costs.append([float(next(words)) for _ in range(n)])
    found: list[str] = []
    is_open = [int(row[0]) == 1 for row in plan.levels]
    if len(is_open) != n:
        found.append(f"the plan has {len(is_open)} facilities, the file {n}")
    cost = sum(sites[i][1] for i in range(n) if is_open[i])
    load: dict[int, float] = defaultdict(float)
    served: dict[int, float] = defaultdict(float)
    servers: dict[int, set[int]] = defaultdict(set)
    for parts in zip(plan.facility, plan.row, plan.units, strict=True):
        i, r, units = int(parts[0]), int(parts[1]), float(parts[2])
        if not (0 <= i < n and 0 <= r < n_customers) or units < 0:
            found.append(f"facility {i} serves {units} of customer {r}")
            continue
        load[i] += units
        served[r] += units
        servers[r].add(i)
        cost += costs[r][i] * units / demand[r]
    for r in range(n_customers):
        if abs(served[r] - demand[r]) > _TOLERANCE * max(1.0, demand[r]):
            found.append(f"customer {r} gets {served[r]} of {demand[r]}")
        if is_single and len(servers[r]) > 1:
            found.append(f"customer {r} is served by {len(servers[r])} facilities")
    for i, amount in load.items():
        if amount > 0 and not is_open[i]:
            found.append(f"facility {i} is closed and serves {amount}")
        if amount > sites[i][0] + _TOLERANCE * max(1.0, sites[i][0]):
            found.append(f"facility {i} serves {amount} with a capacity of {sites[i][0]}")
    return cost, found
