"""
Prices decisions of inventory instances from the file's text, without reader or solver.

Slow and plain on purpose: dictionaries, loops, sums over days. Decisions that claim to be optimal
are also moved a little each way, which may not make them cheaper.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable
from math import inf, isfinite, sqrt
from pathlib import Path
from typing import Any

from benchmarks.instances.check_gsm_costs import COSTS, pmf_of

Data = dict[str, Any]
Decision = dict[str, Any]

_MOVES = (0.98, 0.995, 1.005, 1.02)
_MOVED = ("Q", "S", "T")

TOLERANCES = {"s_S_normal": 3e-3, "serial": 3e-3, "assembly": 3e-3, "r_Q_normal": 1e-5}
"""Relative: these are priced on a grid of the checker's own."""


def check(
    path: Path, name: str, kind: str, variant: str, decision: Decision
) -> tuple[float, list[str]]:
    """
    Cost of a decision, and what is wrong with it.

    Parameters
    ----------
    kind, variant
        What the instance asks for, and which published approximation answered, if any.
    decision
        Named numbers; service times as ``CST`` and ``SI`` by node.
    """
    listed = json.loads(path.read_text(encoding="utf-8"))["instances"]
    data = next(one["data"] for one in listed if one["name"] == name)
    if kind == "guaranteed":
        return _guaranteed(data, decision)
    if kind in ("serial", "assembly"):
        return _echelons(data, decision), []
    price = COSTS[f"{kind}/{variant}" if f"{kind}/{variant}" in COSTS else kind]
    cost = price(data, decision)
    least = 1e-4 if kind in TOLERANCES else 1e-9
    wrong = [] if variant else _moves(price, data, decision, cost, least)
    return cost, wrong


def _moves(
    price: Callable[[Data, Decision], float],
    data: Data,
    decision: Decision,
    cost: float,
    least: float,
) -> list[str]:
    wrong: list[str] = []
    for name in _MOVED:
        value = decision.get(name)
        if not isinstance(value, (int, float)):
            continue
        for factor in _MOVES:
            moved = value * factor
            if isinstance(value, int):
                moved = value + (1 if factor > 1 else -1)
            other = {**decision, name: moved}
            found = price(data, other)
            if found < cost - least * max(1.0, abs(cost)):
                wrong.append(f"{name} {moved} costs {found}, less than {cost}")
    return wrong


def _guaranteed(data: Data, decision: Decision) -> tuple[float, list[str]]:
    nodes = {str(node["_index"]): node for node in data["_nodes"]}
    wrong: list[str] = []
    customers = {
        key: [str(one) for one in node["_successor_indices"]] for key, node in nodes.items()
    }
    sinks = [node for key, node in nodes.items() if not customers[key]]
    factors = [one["demand_bound_constant"] for one in sinks if one["demand_bound_constant"]]
    total = 0.0
    for key, node in nodes.items():
        inbound, outbound = decision["SI"][key], decision["CST"][key]
        net = inbound + (node["processing_time"] or 0) - outbound
        promised = node["external_outbound_cst"]
        if outbound < 0 or (promised is not None and outbound > promised):
            wrong.append(f"stage {key} promises {outbound}, outside 0 to {promised}")
        if inbound < (node["external_inbound_cst"] or 0):
            wrong.append(f"stage {key} is supplied in {inbound}, its supplier needs longer")
        if net < 0:
            wrong.append(f"stage {key} promises {outbound}, later than it can ever be late")
        wrong += [
            f"stage {one} is supplied in {decision['SI'][one]}, its supplier {key} says {outbound}"
            for one in customers[key]
            if decision["SI"][one] < outbound
        ]
        factor = node["demand_bound_constant"]
        factor = (factors[0] if factors else 1.0) if factor is None else factor
        spread = sqrt(_variance(nodes, customers, key))
        total += (node["local_holding_cost"] or 0.0) * factor * spread * sqrt(max(0, net))
    return total, wrong


def _variance(nodes: Data, customers: dict[str, list[str]], key: str) -> float:
    """Variance of demand at a stage: each external customer, times its squared number of ways."""
    ways: dict[str, int] = defaultdict(int)
    open_ways = [key]
    while open_ways:
        at = open_ways.pop()
        ways[at] += 1
        open_ways += customers[at]
    found = 0.0
    for at, n in ways.items():
        sd = (nodes[at]["demand_source"] or {}).get("standard_deviation") or 0.0
        found += (n * sd) ** 2
    return found


def _echelons(data: Data, decision: Decision) -> float:
    """
    Cost of echelon base-stock levels, by following the distribution of stock down the chain.

    A stage's position is its level, or what its supplier's echelon has left; a lead time later the
    demand of that time is gone.
    """
    nodes = {node["_index"]: node for node in data["_nodes"]}
    end = next(node for node in nodes.values() if not node["_successor_indices"])
    remaining: dict[Any, float] = {}
    for key, node in nodes.items():
        at, total = node, node["shipment_lead_time"] or 0
        while at["_successor_indices"]:
            at = nodes[at["_successor_indices"][0]]
            total += at["shipment_lead_time"] or 0
        remaining[key] = total
    echelon = {key: _echelon_cost(nodes, key) for key in nodes}
    totals = sorted(set(remaining.values()))
    stages = [
        (sum(echelon[key] for key in nodes if remaining[key] == one), one - before)
        for one, before in zip(totals, [0.0, *totals[:-1]], strict=True)
    ]
    penalty = end["stockout_cost"] + sum(cost for cost, _ in stages)
    demand = end["demand_source"]
    is_poisson = demand["type"] == "P"
    spread = sqrt(demand["mean"]) if is_poisson else demand["standard_deviation"]
    step = 1.0 if is_poisson else spread * sqrt(min(t for _, t in stages if t > 0)) / 16
    levels = decision["S"]
    position: dict[int, float] = {}
    total = 0.0
    for j in range(len(stages) - 1, -1, -1):
        top = inf if not isfinite(levels[j]) else round(levels[j] / step)
        if not position:
            position = {int(top): 1.0}
        else:
            shared: dict[int, float] = defaultdict(float)
            for at, share in position.items():
                shared[int(min(at, top))] += share
            position = dict(shared)
        holding, time = stages[j]
        pmf = pmf_of(demand["mean"] * time, None if is_poisson else spread * sqrt(time), step)
        after: dict[int, float] = defaultdict(float)
        for at, share in position.items():
            for gone, chance in pmf.items():
                after[at - gone] += share * chance
        position = {at: share for at, share in after.items() if share > 1e-13}
        total += holding * sum(at * step * share for at, share in position.items())
    return total + penalty * sum(max(0, -at) * step * share for at, share in position.items())


def _echelon_cost(nodes: Data, key: Any) -> float:  # noqa: ANN401
    node = nodes[key]
    given = [one["echelon_holding_cost"] for one in nodes.values()]
    if None not in given:
        return node["echelon_holding_cost"]
    before = sum(nodes[one]["local_holding_cost"] or 0.0 for one in node["_predecessor_indices"])
    return (node["local_holding_cost"] or 0.0) - before
