"""Guaranteed service for one item over the echelons of a supply network, in whole days."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from optimizer.domain.inventory import DemandHistory, Echelon, StockedItem
from optimizer.models.inventory.guaranteed_network import cost_of, solve_network
from optimizer.models.inventory.guaranteed_service import (
    NO_LIMIT,
    ServiceNetwork,
    ServiceTimes,
    Stage,
    network_of,
)
from optimizer.plan.inventory import EchelonRow, EchelonTotal
from optimizer.solvers.limits import SolveLimits

Ints = NDArray[np.int64]

_DAYS_PER_YEAR = 365.0

PROCESSING_QUANTILE = 0.95
"""Later than this a replenishment is out of the guarantee; the samples are cut there."""


@dataclass(frozen=True, kw_only=True)
class EchelonPlan:
    """
    Service times of one item.

    Parameters
    ----------
    stages
        Echelons that the item passes, in the order of ``times``.
    all_hold
        Cost per day if every echelon promised at once.
    """

    network: ServiceNetwork
    times: ServiceTimes
    all_hold: float


def plan_echelons(  # noqa: PLR0917  (who, how much, how long, worth, cover, limits)
    echelons: Sequence[Echelon],
    demand: Mapping[str, tuple[float, float]],
    processing_days: Mapping[str, Ints],
    value_fen: float,
    bound_factor: float,
    limits: SolveLimits | None = None,
) -> EchelonPlan:
    """
    Where an item's safety stock should stand.

    Parameters
    ----------
    demand
        Mean and standard deviation a day by echelon with customers of its own.
    processing_days
        Whole days by echelon, one or many samples; cut at ``PROCESSING_QUANTILE``.
    bound_factor
        Standard deviations that the stock covers.

    Notes
    -----
    Echelons that lead to no demand are left out. An echelon with customers and no promise of its
    own serves them at once.
    """
    used = set(_upstream(echelons, demand))
    stages = [
        _stage(
            one,
            demand.get(one.echelon_id),
            processing_days[one.echelon_id],
            value_fen,
            bound_factor,
        )
        for one in echelons
        if one.echelon_id in used
    ]
    arcs = [(one.supplier_id, one.echelon_id) for one in echelons if one.echelon_id in used]
    network = network_of(stages, [arc for arc in arcs if arc[0]])
    least = np.array([stage.inbound_least for stage in stages], dtype=np.int64)
    return EchelonPlan(
        network=network,
        times=solve_network(network, limits),
        all_hold=cost_of(network, least, np.zeros(len(stages), dtype=np.int64)),
    )


def _stage(
    echelon: Echelon,
    demand: tuple[float, float] | None,
    days: Ints,
    value_fen: float,
    bound_factor: float,
) -> Stage:
    most = int(np.ceil(np.quantile(days, PROCESSING_QUANTILE)))
    mean, sd = demand or (0.0, 0.0)
    promise = echelon.promise_days
    if promise is None:
        promise = NO_LIMIT if demand is None else 0
    is_random = int(days.min()) < most
    return Stage(
        stage_id=echelon.echelon_id,
        processing=most,
        holding_cost=value_fen * echelon.holding_share / 365.0,
        demand_mean=mean,
        demand_sd=sd,
        bound_factor=bound_factor,
        inbound_least=echelon.inbound_days,
        outbound_most=promise,
        processing_samples=tuple(np.minimum(days.ravel(), most).tolist()) if is_random else (),
    )


def plan_all(
    echelons: Sequence[Echelon],
    items: Sequence[StockedItem],
    history: DemandHistory,
    processing_days: Mapping[str, Ints],
    service: float,
) -> tuple[list[EchelonRow], list[EchelonTotal], list[str]]:
    """
    Rows of an inventory plan for all SKUs, and remarks on those that are left out.

    Parameters
    ----------
    processing_days
        As in :func:`plan_echelons`; an echelon that is missing has no lead time.
    service
        Share of days on which demand stays in its bound; below one half nothing is covered.
    """
    at_facility = {one.facility_id: one.echelon_id for one in echelons}
    by_sku: dict[str, list[StockedItem]] = defaultdict(list)
    notes: list[str] = []
    for item in items:
        if item.warehouse_id in at_facility:
            by_sku[item.sku].append(item)
        else:
            notes.append(f"{item.sku}: no echelon stands at {item.warehouse_id}")
    rows: list[EchelonRow] = []
    totals: list[EchelonTotal] = []
    factor = max(0.0, NormalDist().inv_cdf(service))
    for sku, stocked in by_sku.items():
        demand: dict[str, tuple[float, float]] = {}
        for item in stocked:
            units = np.array(history.units[item.key], dtype=np.float64)
            sd = float(units.std(ddof=1)) if len(units) > 1 else 0.0
            demand[at_facility[item.warehouse_id]] = (float(units.mean()), sd)
        missing = [one for one in _upstream(echelons, demand) if one not in processing_days]
        if missing:
            notes.append(f"{sku}: no lead time into {', '.join(missing)}")
            continue
        found = plan_echelons(echelons, demand, processing_days, stocked[0].value_fen, factor)
        rows += _rows(echelons, sku, found)
        totals.append(
            EchelonTotal(
                sku=sku,
                status=found.times.status,
                cost_fen_per_year=round(found.times.cost * _DAYS_PER_YEAR),
                bound_fen_per_year=round(found.times.bound * _DAYS_PER_YEAR),
                all_hold_fen_per_year=round(found.all_hold * _DAYS_PER_YEAR),
            )
        )
    return rows, totals, notes


def _upstream(echelons: Sequence[Echelon], demand: Mapping[str, tuple[float, float]]) -> list[str]:
    """Echelons with demand and all that supply them."""
    supplier = {one.echelon_id: one.supplier_id for one in echelons}
    found: dict[str, None] = {}
    for one in demand:
        at = one
        while at and at not in found:
            found[at] = None
            at = supplier[at]
    return list(found)


def _rows(echelons: Sequence[Echelon], sku: str, found: EchelonPlan) -> list[EchelonRow]:
    facility = {one.echelon_id: one.facility_id for one in echelons}
    mean, sd = found.network.demand
    net = found.times.net_replenishment(found.network)
    stock = found.times.safety_stock(found.network)
    return [
        EchelonRow(
            sku=sku,
            echelon_id=stage.stage_id,
            facility_id=facility[stage.stage_id],
            demand_mean=float(mean[k]),
            demand_sd=float(sd[k]),
            processing_days=stage.processing,
            inbound_days=int(found.times.inbound[k]),
            outbound_days=int(found.times.outbound[k]),
            net_days=int(net[k]),
            safety_stock=float(stock[k]),
            base_stock=float(mean[k] * net[k] + stock[k]),
            cost_fen_per_year=round(stage.holding_cost * float(stock[k]) * _DAYS_PER_YEAR),
        )
        for k, stage in enumerate(found.network.stages)
    ]
