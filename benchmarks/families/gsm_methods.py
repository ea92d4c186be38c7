"""Which function of ours answers which kind of inventory instance."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from benchmarks.instances.inventory_json import chain_of, guaranteed_network
from optimizer.models.inventory import (
    assembly,
    economic_order,
    joint_replenishment,
    lot_sizing,
    newsvendor,
    order_up_to,
    reorder_quantity,
    serial_system,
)
from optimizer.models.inventory.guaranteed_network import solve_network
from optimizer.models.inventory.lattice import checked_pmf, normal_pmf, poisson_pmf
from optimizer.solvers.limits import SolveLimits

Data = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Answer:
    """
    A decision with its cost.

    Parameters
    ----------
    decision
        Named numbers, enough for the checker to price it.
    bound
        Lower bound, minus infinity for a heuristic.
    """

    decision: dict[str, Any] = field(default_factory=dict)
    cost: float
    bound: float
    status: str = "optimal"

    @property
    def text(self) -> str:
        """The decision on one line."""
        return ", ".join(f"{name} {_show(value)}" for name, value in self.decision.items())


def _show(value: Any) -> str:  # noqa: ANN401
    if isinstance(value, float):
        return f"{value:.6g}"
    if isinstance(value, (list, tuple)):
        return "(" + " ".join(_show(one) for one in value) + ")"
    if isinstance(value, dict):
        return "(" + " ".join(f"{key}:{_show(one)}" for key, one in value.items()) + ")"
    return str(value)


def _optimal(cost: float, **decision: Any) -> Answer:  # noqa: ANN401
    return Answer(decision=decision, cost=cost, bound=cost)


def _heuristic(cost: float, bound: float, **decision: Any) -> Answer:  # noqa: ANN401
    return Answer(decision=decision, cost=cost, bound=bound, status="feasible")


def _order(found: economic_order.OrderQuantity) -> Answer:
    return _optimal(found.cost, Q=found.quantity)


def _backorders(data: Data) -> Answer:
    found = economic_order.with_backorders(**data)
    return _optimal(found.cost, Q=found.quantity, x=found.waiting_share)


def _discounts(data: Data) -> tuple[Any, ...]:
    keys = ("fixed_cost", "holding_cost_rate", "demand_rate", "breakpoints", "unit_costs")
    return tuple(data[key] for key in keys)


def _yield(data: Data) -> Answer:
    # The format tells additive from multiplicative yield only by the share it can be: a mean
    # between 0 and 1.2 and a spread below it is a share of the order.
    is_share = 0 < data["yield_mean"] <= 1.2 and data["yield_sd"] < data["yield_mean"]
    solve = (
        economic_order.with_multiplicative_yield if is_share else economic_order.with_additive_yield
    )
    found = solve(**data)
    return _optimal(found.cost, Q=found.quantity, of_order="Z Q" if is_share else "Q + Y")


def _lot_sizes(data: Data) -> Answer:
    n = data["num_periods"]
    rows = (data["fixed_cost"], data["holding_cost"], data.get("purchase_cost", 0))
    fixed, holding, price = (list(row) if isinstance(row, list) else [row] * n for row in rows)
    found = lot_sizing.wagner_whitin(data["demand"], fixed, holding, price)
    return _optimal(found.cost, Q=found.orders)


def _items(data: Data) -> list[joint_replenishment.JointItem]:
    keys = ("individual_fixed_costs", "holding_costs", "demand_rates")
    rows = zip(*(data[key] for key in keys), strict=True)
    return [joint_replenishment.JointItem(*row) for row in rows]


def _joint(solve: Callable[..., joint_replenishment.JointPlan]) -> Callable[[Data], Answer]:
    def answer(data: Data) -> Answer:
        found = solve(data["shared_fixed_cost"], _items(data))
        bound = joint_replenishment.relaxed_bound(data["shared_fixed_cost"], _items(data))
        return Answer(
            decision={"T": found.base_cycle, "k": found.multiples, "Q": found.quantities},
            cost=found.cost, bound=bound, status="feasible",
        )  # fmt: skip

    return answer


def _level(found: newsvendor.Level) -> Answer:
    return _optimal(found.cost, S=found.level)


def _pmf(data: Data) -> Answer:
    raw = {int(key): float(value) for key, value in data["demand_pmf"].items()}
    pmf = checked_pmf([raw.get(at, 0.0) for at in range(max(raw) + 1)])
    return _level(newsvendor.newsvendor_discrete(data["holding_cost"], data["stockout_cost"], pmf))


def _costs(data: Data) -> tuple[float, float, float]:
    return data["fixed_cost"], data["holding_cost"], data["stockout_cost"]


def _up_to(found: order_up_to.OrderUpTo) -> Answer:
    return _optimal(found.cost, s=found.reorder_point, S=found.order_up_to)


def _power(data: Data) -> Answer:
    fields = (*_costs(data), data["demand_mean"], data["demand_sd"])
    found = order_up_to.power_approximation(*fields)
    cost = order_up_to.normal_cost(*fields, found.reorder_point, found.order_up_to)
    bound = order_up_to.normal_exact(*fields).cost
    return _heuristic(cost, bound, s=found.reorder_point, S=found.order_up_to)


def _normal_demand(data: Data) -> reorder_quantity.NormalDemand:
    return reorder_quantity.NormalDemand(data["demand_mean"], data["demand_sd"], data["lead_time"])


def _reorder(found: reorder_quantity.ReorderQuantity) -> Answer:
    return _optimal(found.cost, r=found.reorder_point, Q=found.quantity)


def _expected_level(data: Data) -> Answer:
    # Another cost model: stock-outs cost by the unit, so the exact optimum bounds nothing.
    found = reorder_quantity.expected_level(*_costs(data), _normal_demand(data))
    return _heuristic(found.cost, -np.inf, r=found.reorder_point, Q=found.quantity)


def _closed_form(data: Data) -> Answer:
    found = economic_order.with_disruptions(**data, is_approximate=True)
    return _heuristic(found.cost, economic_order.with_disruptions(**data).cost, Q=found.quantity)


def _horizon(data: Data) -> Answer:
    costs = lot_sizing.HorizonCosts(
        data["holding_cost"], data["stockout_cost"], data["terminal_holding_cost"],
        data["terminal_stockout_cost"], data["purchase_cost"], data["fixed_cost"],
    )  # fmt: skip
    pmf = normal_pmf(data["demand_mean"], data["demand_sd"])
    found = lot_sizing.finite_horizon(
        [pmf] * data["num_periods"],
        costs,
        discount=data["discount_factor"],
        initial=int(data["initial_inventory_level"]),
    )
    return _optimal(found.cost, s=found.reorder_points, S=found.order_up_to)


def _single(data: Data) -> Answer:
    node = data["_nodes"][0]
    demand = node["demand_source"]
    return _level(
        newsvendor.newsvendor_normal(
            node["local_holding_cost"], node["stockout_cost"], demand["mean"],
            demand["standard_deviation"], review=node["shipment_lead_time"] or 1,
        )
    )  # fmt: skip


def serial_arguments(data: Data) -> tuple[Any, ...]:
    """Echelon holding, lead times, stock-out cost and demand, the customers' stage first."""
    chain = chain_of(data)
    local = [node["local_holding_cost"] for node in chain]
    echelon = [node["echelon_holding_cost"] for node in chain]
    if None in echelon:
        echelon = [a - b for a, b in zip(local, [*local[1:], 0], strict=True)]
    times = [node["shipment_lead_time"] or 0 for node in chain]
    return echelon, times, chain[0]["stockout_cost"], _demand(chain[0])


def _demand(node: Data) -> serial_system.SerialDemand:
    demand = node["demand_source"]
    sd = None if demand["type"] == "P" else demand["standard_deviation"]
    return serial_system.SerialDemand(demand["mean"], sd)


def _serial(data: Data) -> Answer:
    found = serial_system.serial_exact(*serial_arguments(data))
    return _optimal(found.cost, S=found.levels)


def _assembly(data: Data) -> Answer:
    nodes = {str(node["_index"]): node for node in data["_nodes"]}
    customer = {
        key: str(node["_successor_indices"][0])
        for key, node in nodes.items()
        if node["_successor_indices"]
    }
    serial = assembly.as_serial(
        customer,
        {key: node["shipment_lead_time"] or 0 for key, node in nodes.items()},
        {key: node["local_holding_cost"] or 0.0 for key, node in nodes.items()},
    )
    end = nodes[serial.members[0][0]]
    found = serial_system.serial_exact(
        serial.echelon_holding, serial.lead_time, end["stockout_cost"], _demand(end)
    )
    return _optimal(found.cost, S=found.levels)


def guaranteed(data: Data, limits: SolveLimits) -> Answer:
    """Service times of a guaranteed-service instance."""
    network = guaranteed_network(data)
    found = solve_network(network, limits)
    ids = [stage.stage_id for stage in network.stages]
    decision = {
        "CST": dict(zip(ids, found.outbound.tolist(), strict=True)),
        "SI": dict(zip(ids, found.inbound.tolist(), strict=True)),
    }
    return Answer(decision=decision, cost=found.cost, bound=found.bound, status=found.status)


_NV = newsvendor
SOLVERS: dict[str, Callable[[Data], Answer]] = {
    "eoq": lambda d: _order(economic_order.economic_order_quantity(**d)),
    "eoq_backorders": _backorders,
    "epq": lambda d: _order(economic_order.production_quantity(**d)),
    "eoq_discounts": lambda d: _order(economic_order.with_all_units_discounts(*_discounts(d))),
    "eoq_disruptions": lambda d: _order(economic_order.with_disruptions(**d)),
    "eoq_yield": _yield,
    "lot_sizes": _lot_sizes,
    "lot_sizes_prices": _lot_sizes,
    "joint": _joint(joint_replenishment.integer_multiples),
    "newsvendor_normal": lambda d: _level(
        _NV.newsvendor_normal(
            d["holding_cost"], d["stockout_cost"], d["demand_mean"], d["demand_sd"]
        )
    ),
    "newsvendor_poisson": lambda d: _level(
        _NV.newsvendor_discrete(
            d["holding_cost"], d["stockout_cost"], poisson_pmf(d["demand_mean"])
        )
    ),
    "newsvendor_pmf": _pmf,
    "newsvendor_lognormal": lambda d: _level(_NV.newsvendor_lognormal(**d)),
    "newsvendor_explicit": lambda d: _level(
        _NV.newsvendor_explicit(
            d["revenue"], d["purchase_cost"], d["salvage_value"], d["demand_mean"], d["demand_sd"]
        )
    ),
    "newsvendor_disruptions": lambda d: _level(
        _NV.newsvendor_disruptions(
            d["holding_cost"], d["stockout_cost"], d["demand"], d["disruption_prob"],
            d["recovery_prob"],
        )
    ),
    "newsvendor_yield": lambda d: _level(
        _NV.newsvendor_additive_yield(
            d["holding_cost"], d["stockout_cost"], d["demand"], d["yield_lo"], d["yield_hi"]
        )
    ),
    "base_stock": lambda d: _level(
        _NV.newsvendor_normal(
            d["holding_cost"], d["stockout_cost"], d["demand_mean"], d["demand_sd"],
            lead_time=d["lead_time"],
        )
    ),
    "s_S_poisson": lambda d: _up_to(
        order_up_to.discrete_exact(*_costs(d), poisson_pmf(d["demand_mean"]))
    ),
    "s_S_normal": lambda d: _up_to(
        order_up_to.normal_exact(*_costs(d), d["demand_mean"], d["demand_sd"])
    ),
    "r_Q_normal": lambda d: _reorder(reorder_quantity.normal_exact(*_costs(d), _normal_demand(d))),
    "r_Q_poisson": lambda d: _reorder(
        reorder_quantity.poisson_exact(*_costs(d), d["demand_mean"], d["lead_time"])
    ),
    "horizon": _horizon,
    "single": _single,
    "serial": _serial,
    "assembly": _assembly,
}  # fmt: skip

VARIANTS: dict[tuple[str, str], Callable[[Data], Answer]] = {
    ("eoq_discounts", "incremental"): lambda d: _order(
        economic_order.with_incremental_discounts(*_discounts(d))
    ),
    ("eoq_disruptions", "closed-form"): _closed_form,
    ("joint", "silver"): _joint(joint_replenishment.silver),
    ("joint", "power-of-two"): _joint(joint_replenishment.power_of_two),
    ("s_S_normal", "power"): _power,
    ("r_Q_normal", "expected-level"): _expected_level,
}
"""Published approximations, and another reading of the same numbers."""
