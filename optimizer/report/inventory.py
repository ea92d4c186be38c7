"""An inventory plan as files and on the terminal."""

from __future__ import annotations

import csv
import io
import json
import os
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

from optimizer.plan.inventory import (
    ContainerLane,
    ContainerRow,
    EchelonRow,
    EchelonTotal,
    InventoryPlan,
    ItemRow,
    LaneLead,
    Unplanned,
)

_TABLES: tuple[tuple[str, str, type], ...] = (
    ("items", "policies.csv", ItemRow),
    ("lanes", "lead_times.csv", LaneLead),
    ("echelons", "echelon_stock.csv", EchelonRow),
    ("echelon_totals", "echelon_totals.csv", EchelonTotal),
    ("containers", "container_cycles.csv", ContainerRow),
    ("container_lanes", "container_lanes.csv", ContainerLane),
    ("unplanned", "unplanned.csv", Unplanned),
)
_DIGITS = 6


def to_dict(plan: InventoryPlan) -> dict[str, Any]:
    """The whole plan as plain values."""
    return asdict(plan)


def write_inventory(plan: InventoryPlan, folder: Path) -> list[Path]:
    """
    Write the tables and ``inventory.json``; each file appears whole or not at all.

    Returns
    -------
    list of Path
        In the order written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    texts = {file: _csv(getattr(plan, name), kind) for name, file, kind in _TABLES}
    texts["inventory.json"] = json.dumps(to_dict(plan), ensure_ascii=False, indent=1)
    written: list[Path] = []
    for name, text in texts.items():
        target = folder / name
        handle, beside = tempfile.mkstemp(dir=folder, prefix=f".{name}.")
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
            file.write(text)
        Path(beside).chmod(0o644)
        Path(beside).replace(target)
        written.append(target)
    return written


def _csv(rows: Sequence[Any], kind: type) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    names = [field.name for field in fields(kind)]
    writer.writerow(names)
    for row in rows:
        writer.writerow([_cell(getattr(row, name)) for name in names])
    return text.getvalue()


def _cell(value: object) -> str:
    if isinstance(value, float):
        return f"{value:.{_DIGITS}g}"
    if isinstance(value, tuple):
        return "; ".join(str(one) for one in value)
    if isinstance(value, bool):
        return str(value).lower()
    return str(value)


def lines_of(plan: InventoryPlan) -> list[str]:
    """The plan as text for a terminal."""
    found = ["lead times (days, wait for the departure included)"]
    found += [
        f"  {lane.source_id} > {lane.warehouse_id} {lane.customs_mode:5} "
        f"p50 {lane.p50_days:5.1f}  p90 {lane.p90_days:5.1f}  {lane.by}"
        for lane in plan.lanes
    ]
    found.append(
        f"policies ({len(plan.items)} items; service promised / simulated with 95 % interval)"
    )
    found += [_item_line(row) for row in plan.items]
    if plan.echelon_totals:
        found.append("echelons (guaranteed service: days promised, safety stock)")
        found += [
            f"  {row.sku:10} {row.echelon_id:10} in {row.inbound_days:2d}  own "
            f"{row.processing_days:2d}  out {row.outbound_days:2d}  stock {row.safety_stock:9.1f}"
            for row in plan.echelons
        ]
        cost = sum(row.cost_fen_per_year for row in plan.echelon_totals)
        apart = sum(row.all_hold_fen_per_year for row in plan.echelon_totals)
        found.append(
            f"  safety stock costs {cost / 100:,.0f} CNY a year, "
            f"{apart / 100:,.0f} if every echelon promised at once"
        )
    for lane in plan.container_lanes:
        found.append(
            f"containers {lane.source_id} > {lane.warehouse_id}: {lane.mean_containers:.2f} "
            f"{lane.unit_type} a departure, {100 * lane.mean_fill_share:.0f} % full, "
            f"{lane.cost_fen_per_year / 100:,.0f} CNY a year "
            f"(no policy below {lane.bound_fen_per_year / 100:,.0f})"
        )
    found += [
        f"not planned: {one.sku} in {one.warehouse_id}: {'; '.join(one.reasons)}"
        for one in plan.unplanned
    ]
    found += [f"note: {one}" for one in plan.notes]
    return found


def _item_line(row: ItemRow) -> str:
    is_cycle = row.service_kind == "cycle"
    promised = row.promised_cycle_service if is_cycle else row.promised_fill_rate
    simulated = row.simulated_cycle_service if is_cycle else row.simulated_fill_rate
    half = row.simulated_cycle_half if is_cycle else row.simulated_fill_half
    return (
        f"  {row.sku:10} {row.warehouse_id:10} {row.pattern:12} mean {row.demand_mean:7.1f}  "
        f"{row.policy:10} s {row.reorder_point:6d}  S {row.order_up_to:6d}  "
        f"safety {row.safety_stock:8.1f}  {row.service_kind:5} {promised:.3f} / {simulated:.3f} "
        f"+- {half:.3f}{'' if row.is_confirmed else '  NOT CONFIRMED'}"
    )
