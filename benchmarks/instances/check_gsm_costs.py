"""Costs of single-stage decisions, one plain formula or sum each; see ``check_gsm``."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from itertools import pairwise
from math import ceil, exp, inf, sqrt
from statistics import NormalDist
from typing import Any

Data = dict[str, Any]
Decision = dict[str, Any]

_NORMAL = NormalDist()


def pmf_of(mean: float, sd: float | None, step: float) -> dict[int, float]:
    """Probabilities of demand on a grid: Poisson on whole units, or normal rounded to steps."""
    if mean == 0:
        return {0: 1.0}
    if sd is None:
        found, chance, at = {}, exp(-mean), 0
        while at < mean or chance > 1e-16:
            found[at] = chance
            at += 1
            chance *= mean / at
        return found
    low, high = round((mean - 6 * sd) / step), round((mean + 6 * sd) / step)
    cut = [_NORMAL.cdf(((at - 0.5) * step - mean) / sd) for at in range(low, high + 2)]
    raw = {low + i: b - a for i, (a, b) in enumerate(pairwise(cut))}
    whole = sum(raw.values())
    return {at: chance / whole for at, chance in raw.items()}


def _loss(y: float, mean: float, sd: float) -> float:
    z = (y - mean) / sd
    return sd * (_NORMAL.pdf(z) - z * (1 - _NORMAL.cdf(z)))


def _normal_period(d: Data, y: float, mean: float, sd: float) -> float:
    short = _loss(y, mean, sd)
    return d["holding_cost"] * (y - mean + short) + d["stockout_cost"] * short


def _pmf_period(d: Data, y: float, pmf: dict[int, float]) -> float:
    return sum(
        chance * (d["holding_cost"] * max(0, y - at) + d["stockout_cost"] * max(0, at - y))
        for at, chance in pmf.items()
    )


def _eoq(d: Data, x: Decision) -> float:
    return d["fixed_cost"] * d["demand_rate"] / x["Q"] + d["holding_cost"] * x["Q"] / 2


def _eoq_backorders(d: Data, x: Decision) -> float:
    q, share = x["Q"], x["x"]
    held = d["holding_cost"] * q * (1 - share) ** 2 / 2
    waits = d["stockout_cost"] * q * share**2 / 2
    return held + waits + d["fixed_cost"] * d["demand_rate"] / q


def _epq(d: Data, x: Decision) -> float:
    slope = 1 - d["demand_rate"] / d["production_rate"]
    return d["fixed_cost"] * d["demand_rate"] / x["Q"] + d["holding_cost"] * slope * x["Q"] / 2


def _all_units(d: Data, x: Decision) -> float:
    at = max(j for j, one in enumerate(d["breakpoints"]) if one <= x["Q"])
    price = d["unit_costs"][at]
    return price * d["demand_rate"] + _eoq({**d, "holding_cost": d["holding_cost_rate"] * price}, x)


def _incremental(d: Data, x: Decision) -> float:
    paid, ends = 0.0, [*d["breakpoints"][1:], inf]
    for low, high, price in zip(d["breakpoints"], ends, d["unit_costs"], strict=True):
        paid += price * max(0.0, min(x["Q"], high) - low)
    per_unit = paid / x["Q"]
    held = d["holding_cost_rate"] * per_unit * x["Q"] / 2
    return d["fixed_cost"] * d["demand_rate"] / x["Q"] + per_unit * d["demand_rate"] + held


def _disruptions(d: Data, x: Decision, *, at_order: bool = True) -> float:
    fails, recovers, rate = d["disruption_rate"], d["recovery_rate"], d["demand_rate"]
    down = fails / (fails + recovers)
    if at_order:
        down *= 1 - exp(-(fails + recovers) * x["Q"] / rate)
    spent = d["fixed_cost"] + d["holding_cost"] * x["Q"] ** 2 / 2 / rate
    spent += d["stockout_cost"] * rate * down / recovers
    return spent / (x["Q"] / rate + down / recovers)


def _yield(d: Data, x: Decision) -> float:
    mean, sd, q = d["yield_mean"], d["yield_sd"], x["Q"]
    if x["of_order"] == "Z Q":
        first, second = q * mean, q * q * (mean**2 + sd**2)
    else:
        first, second = q + mean, (q + mean) ** 2 + sd**2
    rate = d["demand_rate"]
    return (d["fixed_cost"] + d["holding_cost"] * second / 2 / rate) / (first / rate)


def _lot_sizes(d: Data, x: Decision) -> float:
    n = d["num_periods"]
    price = d.get("purchase_cost") or 0
    stock = total = 0.0
    for t in range(n):
        fixed, holding, each = (
            row[t] if isinstance(row, list) else row
            for row in (d["fixed_cost"], d["holding_cost"], price)
        )
        total += (fixed if x["Q"][t] > 0 else 0) + each * x["Q"][t]
        stock += x["Q"][t] - d["demand"][t]
        total += holding * stock if stock > -1e-9 else inf
    return total


def _joint(d: Data, x: Decision) -> float:
    total = d["shared_fixed_cost"] / x["T"]
    rows = zip(
        d["individual_fixed_costs"], d["holding_costs"], d["demand_rates"], x["k"], strict=True
    )
    for fixed, holding, rate, multiple in rows:
        cycle = multiple * x["T"]
        total += fixed / cycle + holding * rate * cycle / 2
    return total


def _lognormal(d: Data, x: Decision) -> float:
    n, total = 40_000, 0.0
    for i in range(n):
        z = -8 + 16 * (i + 0.5) / n
        demand = exp(d["mu"] + d["sigma"] * z)
        over, under = max(0.0, x["S"] - demand), max(0.0, demand - x["S"])
        weight = _NORMAL.pdf(z) * 16 / n
        total += weight * (d["holding_cost"] * over + d["stockout_cost"] * under)
    return total


def _explicit(d: Data, x: Decision) -> float:
    short = _loss(x["S"], d["demand_mean"], d["demand_sd"])
    sold = d["demand_mean"] - short
    left = x["S"] - sold
    return -(d["revenue"] * sold + d["salvage_value"] * left - d["purchase_cost"] * x["S"])


def _newsvendor_disruptions(d: Data, x: Decision) -> float:
    fails, recovers = d["disruption_prob"], d["recovery_prob"]
    total, n, chance = 0.0, 0, recovers / (fails + recovers)
    while chance > 1e-18:
        over = x["S"] - (n + 1) * d["demand"]
        total += chance * (d["holding_cost"] * max(0, over) + d["stockout_cost"] * max(0, -over))
        n += 1
        chance = fails * recovers / (fails + recovers) * (1 - recovers) ** (n - 1)
    return total


def _newsvendor_yield(d: Data, x: Decision) -> float:
    n, total = 20_000, 0.0
    for i in range(n):
        over = (
            x["S"] + d["yield_lo"] + (d["yield_hi"] - d["yield_lo"]) * (i + 0.5) / n - d["demand"]
        )
        total += (d["holding_cost"] * max(0, over) + d["stockout_cost"] * max(0, -over)) / n
    return total


def _s_s(d: Data, x: Decision, pmf: dict[int, float], step: float, n: int) -> float:
    """Cost and length of a cycle from each position s + i steps, i = 1 .. n."""
    cost: dict[int, float] = {}
    length: dict[int, float] = {}
    stays = 1 - pmf.get(0, 0.0)
    for i in range(1, n + 1):
        y = x["s"] + i * step
        now = sum(
            chance
            * (d["holding_cost"] * max(0, y - k * step) + d["stockout_cost"] * max(0, k * step - y))
            for k, chance in pmf.items()
        )
        then = 1.0
        for gone, chance in pmf.items():
            if 0 < gone < i:
                now += chance * cost[i - gone]
                then += chance * length[i - gone]
        cost[i], length[i] = now / stays, then / stays
    return (d["fixed_cost"] + cost[n]) / length[n]


def _s_s_poisson(d: Data, x: Decision) -> float:
    return _s_s(d, x, pmf_of(d["demand_mean"], None, 1), 1, x["S"] - x["s"])


def _s_s_normal(d: Data, x: Decision) -> float:
    n = ceil((x["S"] - x["s"]) / d["demand_sd"] * 30)
    step = (x["S"] - x["s"]) / n
    return _s_s(d, x, pmf_of(d["demand_mean"], d["demand_sd"], step), step, n)


def _r_q_normal(d: Data, x: Decision) -> float:
    mean, sd = d["demand_mean"] * d["lead_time"], d["demand_sd"] * sqrt(d["lead_time"])
    n = 20_000
    spread = sum(_normal_period(d, x["r"] + x["Q"] * (i + 0.5) / n, mean, sd) for i in range(n))
    return d["fixed_cost"] * d["demand_mean"] / x["Q"] + spread / n


def _expected_level(d: Data, x: Decision) -> float:
    mean, sd = d["demand_mean"] * d["lead_time"], d["demand_sd"] * sqrt(d["lead_time"])
    per_order = d["fixed_cost"] + d["stockout_cost"] * _loss(x["r"], mean, sd)
    return d["holding_cost"] * (x["r"] - mean + x["Q"] / 2) + per_order * d["demand_mean"] / x["Q"]


def _r_q_poisson(d: Data, x: Decision) -> float:
    pmf = pmf_of(d["demand_mean"] * d["lead_time"], None, 1)
    whole = sum(_pmf_period(d, x["r"] + 1 + i, pmf) for i in range(x["Q"]))
    return (d["fixed_cost"] * d["demand_mean"] + whole) / x["Q"]


def _horizon(d: Data, x: Decision) -> float:
    mean, sd = d["demand_mean"], d["demand_sd"]
    top = ceil(mean + 7 * sd)
    pmf = {at: _NORMAL.cdf((at + 0.5 - mean) / sd) for at in range(top + 1)}
    pmf = {at: pmf[at] - pmf.get(at - 1, 0.0) for at in pmf}
    stock, total, worth = {int(d["initial_inventory_level"]): 1.0}, 0.0, 1.0
    for point, up in zip(x["s"], x["S"], strict=True):
        after: dict[int, float] = defaultdict(float)
        for at, share in stock.items():
            y = up if at <= point else at
            if y > at:
                total += worth * share * (d["fixed_cost"] + d["purchase_cost"] * (y - at))
            for gone, chance in pmf.items():
                after[y - gone] += share * chance
        stock = after
        total += worth * sum(
            share * (d["holding_cost"] * max(0, at) + d["stockout_cost"] * max(0, -at))
            for at, share in stock.items()
        )
        worth *= d["discount_factor"]
    return total + worth * sum(
        share
        * (d["terminal_holding_cost"] * max(0, at) + d["terminal_stockout_cost"] * max(0, -at))
        for at, share in stock.items()
    )


def _single(d: Data, x: Decision) -> float:
    node = d["_nodes"][0]
    demand, time = node["demand_source"], node["shipment_lead_time"] or 1
    costs = {"holding_cost": node["local_holding_cost"], "stockout_cost": node["stockout_cost"]}
    sd = demand["standard_deviation"] * sqrt(time)
    return _normal_period(costs, x["S"], demand["mean"] * time, sd)


def _base_stock(d: Data, x: Decision) -> float:
    span = d["lead_time"] + 1
    return _normal_period(d, x["S"], d["demand_mean"] * span, d["demand_sd"] * sqrt(span))


COSTS: dict[str, Callable[[Data, Decision], float]] = {
    "eoq": _eoq,
    "eoq_backorders": _eoq_backorders,
    "epq": _epq,
    "eoq_discounts": _all_units,
    "eoq_discounts/incremental": _incremental,
    "eoq_disruptions": _disruptions,
    "eoq_disruptions/closed-form": lambda d, x: _disruptions(d, x, at_order=False),
    "eoq_yield": _yield,
    "lot_sizes": _lot_sizes,
    "lot_sizes_prices": _lot_sizes,
    "joint": _joint,
    "newsvendor_normal": lambda d, x: _normal_period(d, x["S"], d["demand_mean"], d["demand_sd"]),
    "newsvendor_poisson": lambda d, x: _pmf_period(d, x["S"], pmf_of(d["demand_mean"], None, 1)),
    "newsvendor_pmf": lambda d, x: _pmf_period(
        d, x["S"], {int(key): share for key, share in d["demand_pmf"].items()}
    ),
    "newsvendor_lognormal": _lognormal,
    "newsvendor_explicit": _explicit,
    "newsvendor_disruptions": _newsvendor_disruptions,
    "newsvendor_yield": _newsvendor_yield,
    "base_stock": _base_stock,
    "s_S_poisson": _s_s_poisson,
    "s_S_normal": _s_s_normal,
    "r_Q_normal": _r_q_normal,
    "r_Q_normal/expected-level": _expected_level,
    "r_Q_poisson": _r_q_poisson,
    "horizon": _horizon,
    "single": _single,
}
