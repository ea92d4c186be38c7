"""The tables of a cloud warehouse as CSV, each written at once."""

from __future__ import annotations

import csv
import io
import os
import tempfile
from collections.abc import Sequence
from pathlib import Path

from optimizer.domain.order import Order
from optimizer.domain.stock import StockData
from optimizer.units import FEN_PER_CNY

SKU_FIELDS = "sku name cargo_class goods_class unit_g unit_cm3 value_cny pack_units breaks_pack"
LOT_FIELDS = "lot_id sku warehouse_id customs_status units expires_on available_at inbound_ref"


def write_scenario(folder: Path, stock: StockData, orders: Sequence[Order]) -> list[Path]:
    """Write ``skus.csv``, ``warehouses.csv``, ``stock.csv`` and ``orders.csv``, each at once."""
    folder.mkdir(parents=True, exist_ok=True)
    tables = {
        "skus.csv": _sku_table(stock),
        "warehouses.csv": _warehouse_table(stock),
        "stock.csv": _lot_table(stock),
        "orders.csv": _order_table(orders),
    }
    return [_write(folder / name, rows) for name, rows in tables.items()]


def _sku_table(stock: StockData) -> list[list[object]]:
    rows: list[list[object]] = [[*SKU_FIELDS.split(), "incompatible_with"]]
    rows.extend(
        [
            one.sku,
            one.name,
            one.cargo_class,
            one.goods_class,
            one.unit_g,
            one.unit_cm3,
            _cny(one.value_fen),
            one.pack_units,
            str(one.breaks_pack).lower(),
            ";".join(sorted(one.incompatible_with)),
        ]
        for one in stock.skus.values()
    )
    return rows


def _warehouse_table(stock: StockData) -> list[list[object]]:
    head = "warehouse_id pick_units_per_day storage_dm3 pick_min order_cny unit_cny waves"
    rows: list[list[object]] = [[*head.split()]]
    rows.extend(
        [
            one.warehouse_id,
            one.pick_units_per_day,
            one.storage_dm3,
            one.pick_min,
            _cny(one.order_fen),
            _cny(one.unit_fen),
            ";".join(f"{wave // 60:02d}:{wave % 60:02d}" for wave in one.waves_local_min),
        ]
        for one in stock.warehouses.values()
    )
    return rows


def _lot_table(stock: StockData) -> list[list[object]]:
    rows: list[list[object]] = [[*LOT_FIELDS.split()]]
    rows.extend(
        [
            one.lot_id,
            one.sku,
            one.warehouse_id,
            one.customs_status.value,
            one.units,
            one.expires_on or "",
            one.available_at.isoformat() if one.available_at else "",
            one.inbound_ref,
        ]
        for one in stock.lots.values()
    )
    return rows


def _order_table(orders: Sequence[Order]) -> list[list[object]]:
    head = (
        "order_id sku units destination customs_mode placed_at due_at late_cny_per_day priority "
        "max_parcels partial"
    )
    rows: list[list[object]] = [[*head.split()]]
    for order in orders:
        for at, line in enumerate(order.lines):
            first: list[object] = [
                f"{order.destination.lat:g},{order.destination.lon:g}",
                order.customs_mode,
                order.placed_at.isoformat(),
                order.due_at.isoformat() if order.due_at else "",
                _cny(order.late_fen_per_day),
                order.priority,
                order.max_parcels,
                str(order.is_partial_allowed).lower(),
            ]
            rows.append([order.order_id, line.sku, line.units, *(first if at == 0 else [""] * 8)])
    return rows


def _cny(fen: int) -> str:
    return f"{fen / FEN_PER_CNY:.2f}"


def _write(path: Path, rows: Sequence[Sequence[object]]) -> Path:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\n").writerows(rows)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=path.name)
    with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
        file.write(text.getvalue())
    Path(name).chmod(0o644)
    Path(name).replace(path)
    return path
