"""
The front door of inventory planning: files in, policies, echelon stock and shared containers out.

Lead times come from the freight network: an order of every day of some weeks is quoted like any
shipment, takes one way by a stated rule, and its delivery is sampled with the delays of that way.
"""

from __future__ import annotations

import hashlib
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from math import ceil
from pathlib import Path
from typing import TYPE_CHECKING, Any

from optimizer.datasets.inventory_files import read_inventory
from optimizer.domain.inventory import DemandHistory, Echelon, StockedItem
from optimizer.domain.network_data import NetworkData
from optimizer.errors import DemandError, Finding, show_value
from optimizer.plan.inventory import (
    ContainerLane,
    ContainerRow,
    InventoryPlan,
    ItemRow,
    LaneLead,
    Unplanned,
)

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from optimizer.models.inventory.item_policy import ItemAnswer
    from optimizer.models.routing.lane_leads import Lane, LaneLeads

OnProgress = Callable[[str], None]

WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
UNIT_TYPE = "40HQ"
"""Container that items of a lane share."""
_HORIZON_AFTER_DAYS = 60
_MOST_WEEKS, _LAST_HOUR = 26, 23
_REPLICATIONS = (2, 5_000)
_DAYS = (30, 10_000)


@dataclass(frozen=True, slots=True, kw_only=True)
class InventoryOptions:
    """
    How inventory is planned.

    Parameters
    ----------
    service
        Target where an item has none of its own.
    first_order_on
        Monday of the first week that orders are quoted in; the one after the history if None.
    n_weeks
        Weeks of order days.
    order_hour
        Local hour at the source at which orders are ready.
    way_rule
        ``cheapest``, ``fastest`` or ``generalized`` with ``value_cny_per_hour``.
    n_replications, n_days
        Of each simulation; ``n_days`` after a warm-up of 180.
    demand_model
        ``auto``, ``normal`` or ``empirical``.
    """

    service: float = 0.95
    seed: int = 1
    first_order_on: datetime | None = None
    n_weeks: int = 4
    order_hour: int = 10
    way_rule: str = "cheapest"
    value_cny_per_hour: int = 20
    n_replications: int = 200
    n_days: int = 730
    demand_model: str = "auto"


@dataclass(frozen=True, slots=True, kw_only=True)
class InventoryInputs:
    """What was read, and hashes of the files."""

    data: NetworkData
    items: list[StockedItem]
    history: DemandHistory
    echelons: list[Echelon]
    hashes: dict[str, str] = field(default_factory=dict[str, str])


def load(
    items: Path, demand: Path, echelons: Path | None = None, data_dir: Path | None = None
) -> InventoryInputs:
    """Read all files; all findings of all of them at once, in one ``DataError``."""
    from optimizer.road_source import read_data

    data = read_data(data_dir)
    rows, history, stages = read_inventory(items, demand, echelons, data)
    files = {"skus": items, "demand": demand} | ({"network": echelons} if echelons else {})
    hashes = {name: hashlib.sha256(path.read_bytes()).hexdigest() for name, path in files.items()}
    return InventoryInputs(
        data=data,
        items=rows,
        history=history,
        echelons=stages,
        hashes=hashes | {"freight_network": data.fingerprint},
    )


def check_options(options: InventoryOptions) -> None:
    """
    Refuse options that make no sense.

    Raises
    ------
    DemandError
        S370, one finding an option.
    """
    rules = (
        ("service", 0 < options.service < 1, options.service, "a share between 0 and 1"),
        ("seed", options.seed >= 0, options.seed, "0 or more"),
        ("weeks", 1 <= options.n_weeks <= _MOST_WEEKS, options.n_weeks, "1 to 26"),
        ("order hour", 0 <= options.order_hour <= _LAST_HOUR, options.order_hour, "0 to 23"),
        (
            "replications", _REPLICATIONS[0] <= options.n_replications <= _REPLICATIONS[1],
            options.n_replications, "2 to 5000",
        ),
        ("days", _DAYS[0] <= options.n_days <= _DAYS[1], options.n_days, "30 to 10000"),
        (
            "way rule", options.way_rule in ("cheapest", "fastest", "generalized"),
            options.way_rule, "cheapest, fastest or generalized",
        ),
        (
            "demand model", options.demand_model in ("auto", "normal", "empirical"),
            options.demand_model, "auto, normal or empirical",
        ),
    )  # fmt: skip
    findings = [
        Finding(
            code="S370", what="the option is out of range", where=name, value=show_value(value),
            remedy=f"give {wanted}",
        )
        for name, is_right, value, wanted in rules
        if not is_right
    ]  # fmt: skip
    if findings:
        raise DemandError(findings)


def plan(
    inputs: InventoryInputs,
    options: InventoryOptions | None = None,
    on_progress: OnProgress = lambda _stage: None,
) -> InventoryPlan:
    """
    Policies of all items, stock of all echelons, and containers that items share.

    Raises
    ------
    DemandError
        An option is out of range.
    """
    from optimizer.models.inventory.echelons import plan_all

    options = options or InventoryOptions()
    check_options(options)
    began = time.perf_counter()
    on_progress("sampling lead times")
    first_on = _first_monday(inputs, options)
    leads = _leads(inputs, options, first_on)
    items: list[ItemRow] = []
    unplanned: list[Unplanned] = []
    for at, item in enumerate(inputs.items):
        on_progress(f"item {at + 1}/{len(inputs.items)}")
        days, lane = _lead_days(leads, item)
        if lane is None:
            unplanned.append(Unplanned(sku=item.sku, warehouse_id=item.warehouse_id, reasons=days))
            continue
        answer = _answer(inputs, options, item, days, at)
        items.append(_row(item, answer, lane, options, first_on))
    on_progress("echelons and containers")
    processing, notes = _processing(inputs, leads)
    echelons, totals, left_out = plan_all(
        inputs.echelons, inputs.items if inputs.echelons else [], inputs.history, processing,
        options.service,
    )  # fmt: skip
    containers, container_lanes = _containers(inputs, leads)
    return InventoryPlan(
        service=options.service,
        seed=options.seed,
        history_days=inputs.history.n_days,
        lanes=tuple(leads.rows() if leads else ()),
        items=tuple(items),
        echelons=tuple(echelons),
        echelon_totals=tuple(totals),
        containers=tuple(containers),
        container_lanes=tuple(container_lanes),
        unplanned=tuple(unplanned),
        notes=(*notes, *left_out),
        seconds=time.perf_counter() - began,
        input_hashes=inputs.hashes,
    )


def _first_monday(inputs: InventoryInputs, options: InventoryOptions) -> datetime:
    day = options.first_order_on
    if day is None:
        after = inputs.history.first_on + timedelta(days=inputs.history.n_days)
        day = datetime(after.year, after.month, after.day, tzinfo=UTC)
    return day + timedelta(days=-day.weekday() % 7)


def _leads(
    inputs: InventoryInputs, options: InventoryOptions, first_on: datetime
) -> LaneLeads | None:
    """Lead times over the freight network of the order weeks; None if none is asked for."""
    asks = any(item.lead_days is None for item in inputs.items)
    if not asks and all(one.processing_days is not None for one in inputs.echelons):
        return None
    from optimizer import planner
    from optimizer.models.routing.lane_leads import LaneLeads, LaneQuestion
    from optimizer.models.routing.lead_time import WayRule

    horizon = 7 * options.n_weeks + _HORIZON_AFTER_DAYS
    epoch = first_on - timedelta(days=1)
    network = planner.load(epoch_at=epoch, horizon_days=horizon, data=inputs.data).network
    kg, dm3 = _lane_loads(inputs)
    return LaneLeads(
        network,
        LaneQuestion(
            first_on=first_on,
            n_weeks=options.n_weeks,
            order_hour=options.order_hour,
            rule=WayRule(options.way_rule),
            value_fen_per_hour=100 * options.value_cny_per_hour,
            kg=kg,
            dm3=dm3,
        ),
    )


def _lane_loads(inputs: InventoryInputs) -> tuple[dict[Lane, int], dict[Lane, int]]:
    """Mass and volume of what all items of a lane need in a week, or in their longer reviews."""
    kg: Counter[Lane] = Counter()
    dm3: Counter[Lane] = Counter()
    for item in inputs.items:
        units = inputs.history.units[item.key]
        amount = sum(units) / len(units) * max(item.review_days, 7)
        kg[_lane(item)] += ceil(amount * item.unit_g / 1000)
        dm3[_lane(item)] += ceil(amount * item.unit_cm3 / 1000)
    return dict(kg), dict(dm3)


def _lane(item: StockedItem) -> Lane:
    return item.source_id, item.warehouse_id, item.customs_mode


def _lead_days(leads: LaneLeads | None, item: StockedItem) -> tuple[Any, LaneLead | None]:
    """(n_days, n_samples) whole days with the lane; or the reasons, and None."""
    import numpy as np

    if item.lead_days is None and leads is not None:
        days = leads.days(_lane(item))
        return days, None if isinstance(days, tuple) else leads.row(_lane(item))
    given = float(item.lead_days or 0)
    lane = LaneLead(
        source_id=item.source_id, warehouse_id=item.warehouse_id, customs_mode=item.customs_mode,
        by="given", shipment_kg=0, p50_days=given, p90_days=given, mean_days=given, cost_fen=0,
        ways=(),
    )  # fmt: skip
    return np.full((1, 1), item.lead_days or 0, dtype=np.int64), lane


def _processing(
    inputs: InventoryInputs, leads: LaneLeads | None
) -> tuple[dict[str, NDArray[np.int64]], list[str]]:
    """Whole days of supply into each echelon, given or sampled, and remarks."""
    import numpy as np

    facility = {one.echelon_id: one.facility_id for one in inputs.echelons}
    found: dict[str, NDArray[np.int64]] = {}
    notes: list[str] = []
    for one in inputs.echelons:
        if one.processing_days is not None or leads is None:
            found[one.echelon_id] = np.array([one.processing_days or 0], dtype=np.int64)
            continue
        days = leads.days((facility[one.supplier_id], one.facility_id, one.customs_mode))
        if isinstance(days, tuple):
            notes.append(f"echelon {one.echelon_id}: {'; '.join(days)}")
        else:
            found[one.echelon_id] = days
    return found, notes


def _containers(
    inputs: InventoryInputs, leads: LaneLeads | None
) -> tuple[list[ContainerRow], list[ContainerLane]]:
    """Containers of lanes with several items, where the network carries them."""
    from optimizer.models.inventory.container_rows import plan_containers

    if leads is None or UNIT_TYPE not in inputs.data.load_units:
        return [], []
    lanes: dict[Lane, list[StockedItem]] = {}
    for item in inputs.items:
        if item.lead_days is None:
            lanes.setdefault(_lane(item), []).append(item)
    unit = inputs.data.load_units[UNIT_TYPE]
    prices = {
        lane: leads.container_fen(lane, unit) for lane, items in lanes.items() if len(items) > 1
    }
    known = {lane: price for lane, price in prices.items() if price is not None}
    return plan_containers(lanes, known, unit, inputs.history)


def _answer(
    inputs: InventoryInputs,
    options: InventoryOptions,
    item: StockedItem,
    lead_days: NDArray[np.int64],
    at: int,
) -> ItemAnswer:
    from optimizer.models.inventory.item_policy import ItemQuestion, answer
    from optimizer.models.inventory.policy_service import ServiceKind
    from optimizer.models.inventory.simulation import Horizon

    warm_up = 180
    return answer(
        ItemQuestion(
            history=inputs.history.units[item.key],
            lead_days=lead_days,
            service=ServiceKind(item.service_kind),
            target=options.service if item.service is None else item.service,
            review_days=item.review_days,
            policy=item.policy,
            lot_units=item.lot_units,
            order_fen=item.order_fen,
            holding_fen_per_day=item.holding_fen_per_day,
            demand_model=options.demand_model,
        ),
        Horizon(
            n_replications=options.n_replications,
            n_days=options.n_days + warm_up,
            warm_up_days=warm_up,
        ),
        (options.seed, at),
    )


def _row(
    item: StockedItem, found: ItemAnswer, lane: LaneLead, options: InventoryOptions, first: datetime
) -> ItemRow:
    weekday = WEEKDAYS[(first.weekday() + found.first_review) % 7]
    simulated = found.simulated
    return ItemRow(
        sku=item.sku,
        warehouse_id=item.warehouse_id,
        source_id=item.source_id,
        pattern=found.pattern.value,
        demand_model=found.demand_model,
        demand_mean=found.demand_mean,
        demand_sd=found.demand_sd,
        lead_p50_days=lane.p50_days,
        lead_p90_days=lane.p90_days,
        policy=found.policy.kind.value,
        review_days=item.review_days,
        review_weekday=weekday if item.review_days % 7 == 0 else "",
        reorder_point=found.reorder_units,
        order_up_to=found.order_up_to_units,
        order_units=found.policy.span * found.grid_units,
        safety_stock=found.safety_stock,
        normal_safety_stock=found.normal_safety_stock,
        service_kind=item.service_kind,
        service_target=options.service if item.service is None else item.service,
        promised_cycle_service=found.promise.cycle_service,
        simulated_cycle_service=simulated.cycle_service.mean,
        simulated_cycle_half=simulated.cycle_service.half_width,
        promised_fill_rate=found.promise.fill_rate,
        simulated_fill_rate=simulated.fill_rate.mean,
        simulated_fill_half=simulated.fill_rate.half_width,
        is_confirmed=found.is_confirmed,
        raised_units=found.raised_units,
        on_hand=found.promise.on_hand,
        cost_fen_per_year=round(found.cost_fen_per_year),
    )
