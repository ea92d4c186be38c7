"""
Inventory instances in the JSON format of the package stockpyl (MIT, L. V. Snyder).

A file holds named instances: plain parameters, or a network of nodes. What an instance asks for is
told by the parameters it has.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from optimizer.errors import DataError, Finding, show_value
from optimizer.models.inventory.guaranteed_service import (
    NO_LIMIT,
    ServiceNetwork,
    Stage,
    network_of,
)

KINDS: dict[str, frozenset[str]] = {
    name: frozenset(fields.split())
    for name, fields in {
        "eoq": "fixed_cost holding_cost demand_rate",
        "eoq_backorders": "fixed_cost holding_cost stockout_cost demand_rate",
        "epq": "fixed_cost holding_cost demand_rate production_rate",
        "eoq_discounts": "fixed_cost holding_cost_rate demand_rate breakpoints unit_costs",
        "eoq_disruptions": (
            "holding_cost stockout_cost fixed_cost demand_rate disruption_rate recovery_rate"
        ),
        "eoq_yield": "holding_cost fixed_cost demand_rate yield_mean yield_sd",
        "lot_sizes": "num_periods holding_cost fixed_cost demand",
        "lot_sizes_prices": "num_periods holding_cost fixed_cost demand purchase_cost",
        "joint": "shared_fixed_cost individual_fixed_costs holding_costs demand_rates",
        "newsvendor_normal": "holding_cost stockout_cost demand_mean demand_sd",
        "newsvendor_poisson": "holding_cost stockout_cost demand_mean",
        "newsvendor_pmf": "holding_cost stockout_cost demand_pmf",
        "newsvendor_lognormal": "holding_cost stockout_cost mu sigma",
        "newsvendor_explicit": "revenue purchase_cost salvage_value demand_mean demand_sd",
        "newsvendor_disruptions": (
            "holding_cost stockout_cost demand disruption_prob recovery_prob"
        ),
        "newsvendor_yield": "holding_cost stockout_cost demand yield_lo yield_hi",
        "base_stock": "holding_cost stockout_cost demand_mean demand_sd lead_time",
        "s_S_poisson": "holding_cost stockout_cost fixed_cost demand_mean",
        "s_S_normal": "holding_cost stockout_cost fixed_cost demand_mean demand_sd",
        "r_Q_normal": "holding_cost stockout_cost fixed_cost demand_mean demand_sd lead_time",
        "r_Q_poisson": "holding_cost stockout_cost fixed_cost demand_mean lead_time",
        "horizon": (
            "num_periods holding_cost stockout_cost terminal_holding_cost terminal_stockout_cost "
            "purchase_cost fixed_cost demand_mean demand_sd discount_factor "
            "initial_inventory_level"
        ),
    }.items()
}


def names(path: Path) -> list[str]:
    """
    Instances of a file, in its order.

    Raises
    ------
    DataError
        The file is not of this format.
    """
    return [one["name"] for one in _instances(path)]


def read(path: Path, name: str) -> dict[str, Any]:
    """Parameters of an instance."""
    return next(one["data"] for one in _instances(path) if one["name"] == name)


def _instances(path: Path) -> list[dict[str, Any]]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))["instances"]
        if all(isinstance(one["name"], str) and isinstance(one["data"], dict) for one in found):
            return found
        problem = "an instance has no name or no data"
    except (OSError, ValueError, KeyError, TypeError) as error:
        problem = f"{type(error).__name__}: {error}"
    raise DataError(
        Finding(
            code="D181", what="not a file of inventory instances", where=str(path),
            value=show_value(problem), remedy="give a JSON file with a list of instances",
        )
    )  # fmt: skip


def kind_of(data: dict[str, Any]) -> str:
    """What an instance asks for; ``policy`` or ``unknown`` if there is nothing to optimise."""
    if "_nodes" in data:
        return _network_kind(data["_nodes"])
    fields = frozenset(key for key, value in data.items() if value is not None)
    return next((kind for kind, wanted in KINDS.items() if wanted == fields), "unknown")


def _network_kind(nodes: list[dict[str, Any]]) -> str:
    if any(node.get("processing_time") is not None for node in nodes):
        return "guaranteed"
    holding = [node.get("local_holding_cost") or node.get("echelon_holding_cost") for node in nodes]
    one_each = all(len(node["_successor_indices"]) <= 1 for node in nodes)
    if all(holding) and one_each and sum(not node["_successor_indices"] for node in nodes) == 1:
        is_chain = all(len(node["_predecessor_indices"]) <= 1 for node in nodes)
        return "single" if len(nodes) == 1 else "serial" if is_chain else "assembly"
    return "policy"


def guaranteed_network(data: dict[str, Any]) -> ServiceNetwork:
    """A guaranteed-service instance; its time unit is that of the file."""
    nodes = data["_nodes"]
    sinks = [node for node in nodes if not node["_successor_indices"]]
    factors = [one["demand_bound_constant"] for one in sinks if one["demand_bound_constant"]]
    stages = [_stage(node, factors[0] if factors else 1.0) for node in nodes]
    arcs = [
        (str(node["_index"]), str(successor))
        for node in nodes
        for successor in node["_successor_indices"]
    ]
    return network_of(stages, arcs)


def _stage(node: dict[str, Any], factor: float) -> Stage:
    demand = node["demand_source"] or {}
    promised = node["external_outbound_cst"]
    own_factor = node["demand_bound_constant"]
    return Stage(
        stage_id=str(node["_index"]),
        processing=_whole(node["processing_time"] or 0),
        holding_cost=float(node["local_holding_cost"] or 0.0),
        demand_mean=float(demand.get("mean") or 0.0),
        demand_sd=float(demand.get("standard_deviation") or 0.0),
        bound_factor=factor if own_factor is None else float(own_factor),
        inbound_least=_whole(node["external_inbound_cst"] or 0),
        outbound_most=NO_LIMIT if promised is None else _whole(promised),
    )


def _whole(number: float) -> int:
    if number != int(number):
        raise DataError(
            Finding(
                code="D182", what="a service time is not a whole number", value=show_value(number),
                remedy="give times in a finer unit",
            )
        )  # fmt: skip
    return int(number)


def chain_of(data: dict[str, Any]) -> list[dict[str, Any]]:
    """Nodes of a serial instance, the customers' one first."""
    nodes = {node["_index"]: node for node in data["_nodes"]}
    at = next(node for node in nodes.values() if not node["_successor_indices"])
    chain = [at]
    while at["_predecessor_indices"]:
        at = nodes[at["_predecessor_indices"][0]]
        chain.append(at)
    return chain
