"""Allocations and opportunity prices as files: JSON with all of it, CSV for people and engines."""

from __future__ import annotations

import csv
import io
import json
import os
import tempfile
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from pathlib import Path

from optimizer.domain.network_data import NetworkData
from optimizer.domain.stock import CustomsStatus
from optimizer.errors import DemandError, Finding, show_value
from optimizer.plan.allocation import (
    Allocation,
    BatchResult,
    CapacityPrice,
    Parcel,
    StockPrice,
)
from optimizer.plan.io import itinerary_to_json
from optimizer.units import cny_from_fen

STOCK_HEAD = ("sku", "warehouse_id", "customs_status", "week", "price_fen")
CAPACITY_HEAD = ("warehouse_id", "week", "what", "price_fen")
LINE_HEAD = (
    "order_id",
    "status",
    "parcel_id",
    "warehouse_id",
    "sku",
    "lot_id",
    "customs_status",
    "units",
    "hand_over_at",
    "departure",
    "promise_at",
    "confidence",
    "parcel_cost_cny",
    "parcel_co2e_g",
    "reason",
)
SEQUENTIAL = "sequential"
Json = dict[str, object]


def allocation_to_json(data: NetworkData, one: Allocation) -> Json:
    """JSON form of one answer."""
    runner_up = one.runner_up
    return {
        "order_id": one.order_id,
        "status": one.status.value,
        "cost_fen": one.cost_fen,
        "cost_cny": cny_from_fen(one.cost_fen),
        "opportunity_fen": one.opportunity_fen,
        "co2e_g": one.co2e_g,
        "promise_at": _moment(one.promise_at),
        "parcels": [_parcel(data, parcel, one.epoch_at) for parcel in one.parcels],
        "backorders": [
            {
                "sku": missing.sku,
                "units": missing.units,
                "reasons": [
                    {"code": why.code, "text": why.text, "resource": why.resource}
                    for why in missing.reasons
                ],
                "repairs": [
                    {
                        "kind": repair.kind,
                        "change": repair.change,
                        "cost_fen": repair.cost_fen,
                        "promise_at": _moment(repair.promise_at),
                    }
                    for repair in missing.repairs
                ],
            }
            for missing in one.backorders
        ],
        "runner_up": None
        if runner_up is None
        else {
            "warehouse_ids": list(runner_up.warehouse_ids),
            "cost_fen": runner_up.cost_fen,
            "opportunity_fen": runner_up.opportunity_fen,
            "promise_at": _moment(runner_up.promise_at),
            "co2e_g": runner_up.co2e_g,
            "why": runner_up.why,
        },
        "reservation_ids": list(one.reservation_ids),
        "warnings": list(one.warnings),
    }


def batch_to_json(data: NetworkData, result: BatchResult) -> Json:
    """JSON form of a batch."""
    return {
        "status": result.status,
        "objective_fen": result.objective_fen,
        "bound_fen": result.bound_fen,
        "gap": round(result.gap, 6),
        "stop_reason": result.stop_reason,
        "solve_seconds": round(result.solve_seconds, 3),
        "seed": result.seed,
        "n_threads": result.n_threads,
        "versions": result.versions,
        "input_hashes": result.input_hashes,
        "allocations": [allocation_to_json(data, one) for one in result.allocations],
        "prices": {
            "stock": [
                dict(zip(STOCK_HEAD, _stock_row(row), strict=True)) for row in result.stock_prices
            ],
            "capacity": [
                dict(zip(CAPACITY_HEAD, _capacity_row(row), strict=True))
                for row in result.capacity_prices
            ],
        },
    }


def write_batch(data: NetworkData, result: BatchResult, folder: Path) -> list[Path]:
    """Write ``allocation.json``, ``allocation.csv`` and, of a batch, the two tables of prices."""
    folder.mkdir(parents=True, exist_ok=True)
    text = json.dumps(batch_to_json(data, result), ensure_ascii=False, indent=1, allow_nan=False)
    files = [
        _write(folder / "allocation.json", text + "\n"),
        _write(folder / "allocation.csv", _csv(LINE_HEAD, _lines(result.allocations))),
    ]
    if result.stop_reason == SEQUENTIAL:
        # It makes no prices, and those that it was given may lie in the same folder.
        return files
    stock = [_stock_row(row) for row in result.stock_prices]
    capacity = [_capacity_row(row) for row in result.capacity_prices]
    return [
        *files,
        _write(folder / "prices.csv", _csv(STOCK_HEAD, stock)),
        _write(folder / "capacity_prices.csv", _csv(CAPACITY_HEAD, capacity)),
    ]


def read_prices(path: Path) -> tuple[tuple[StockPrice, ...], tuple[CapacityPrice, ...]]:
    """
    Read ``prices.csv`` with ``capacity_prices.csv`` beside it, if it is there.

    Raises
    ------
    DemandError
        A860: with all rows that cannot be read.
    """
    findings: list[Finding] = []
    stock: list[StockPrice] = []
    capacity: list[CapacityPrice] = []
    for where, row in _rows(path, STOCK_HEAD, findings):
        try:
            stock.append(
                StockPrice(
                    sku=row["sku"],
                    warehouse_id=row["warehouse_id"],
                    customs_status=CustomsStatus(row["customs_status"]),
                    week=date.fromisoformat(row["week"]),
                    price_fen=_price(row["price_fen"]),
                )
            )
        except (ValueError, KeyError, TypeError) as error:
            findings.append(_bad(where, str(error)))
    beside = path.with_name("capacity_prices.csv")
    for where, row in _rows(beside, CAPACITY_HEAD, findings) if beside.exists() else ():
        try:
            capacity.append(
                CapacityPrice(
                    warehouse_id=row["warehouse_id"],
                    week=date.fromisoformat(row["week"]),
                    what=row["what"],
                    price_fen=_price(row["price_fen"]),
                )
            )
        except (ValueError, KeyError, TypeError) as error:
            findings.append(_bad(where, str(error)))
    if findings:
        raise DemandError(findings)
    return tuple(stock), tuple(capacity)


def _rows(
    path: Path, head: Sequence[str], findings: list[Finding]
) -> Iterable[tuple[str, dict[str, str]]]:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        findings.append(_bad(path.name, str(error)))
        return
    reader = csv.DictReader(io.StringIO(text, newline=""))
    if list(reader.fieldnames or ()) != list(head):
        findings.append(_bad(path.name, f"the header is not {','.join(head)}"))
        return
    for number, row in enumerate(reader, start=2):
        yield f"{path.name} row {number}", row


def _price(text: str) -> int:
    value = int(text)
    if value < 0 or not text.isascii():
        raise ValueError(f"{show_value(text)} is no price in fen")
    return value


def _bad(where: str, why: str) -> Finding:
    return Finding(
        code="A860",
        what="an opportunity price cannot be read",
        where=where,
        value=show_value(why),
        remedy="use prices.csv as `teahorse allocate` writes it",
    )


def _parcel(data: NetworkData, one: Parcel, epoch_at: datetime) -> Json:
    return {
        "parcel_id": one.parcel_id,
        "warehouse_id": one.warehouse_id,
        "lines": [
            {
                "sku": line.sku,
                "lot_id": line.lot_id,
                "customs_status": line.customs_status.value,
                "units": line.units,
            }
            for line in one.lines
        ],
        "gross_kg": one.gross_kg,
        "volume_dm3": one.volume_dm3,
        "cargo_class": one.cargo_class,
        "hand_over_at": _moment(one.hand_over_at),
        "departs_at": _moment(one.departs_at),
        "departure": one.departure,
        "delivered_at": _moment(one.delivered_at),
        "promise_at": _moment(one.promise_at),
        "confidence": one.confidence,
        "cost_lines_fen": one.cost_lines_fen,
        "cost_fen": one.cost_fen,
        "co2e_g": one.co2e_g,
        "opportunity_fen": one.opportunity_fen,
        "itinerary": itinerary_to_json(data, one.itinerary, epoch_at),
    }


def _lines(allocations: Iterable[Allocation]) -> Iterable[Sequence[object]]:
    for one in allocations:
        for parcel in one.parcels:
            for line in parcel.lines:
                yield (
                    one.order_id,
                    one.status.value,
                    parcel.parcel_id,
                    parcel.warehouse_id,
                    line.sku,
                    line.lot_id,
                    line.customs_status.value,
                    line.units,
                    _moment(parcel.hand_over_at),
                    parcel.departure,
                    _moment(parcel.promise_at),
                    parcel.confidence,
                    f"{cny_from_fen(parcel.cost_fen):.2f}",
                    parcel.co2e_g,
                    "",
                )
        for missing in one.backorders:
            why = "; ".join(f"{reason.code} {reason.text}" for reason in missing.reasons)
            empty = [""] * 6
            yield (
                *(one.order_id, one.status.value, "", "", missing.sku, "", "", missing.units),
                *(*empty, why),
            )


def _stock_row(row: StockPrice) -> tuple[object, ...]:
    week = row.week.isoformat()
    return (row.sku, row.warehouse_id, row.customs_status.value, week, row.price_fen)


def _capacity_row(row: CapacityPrice) -> tuple[object, ...]:
    return (row.warehouse_id, row.week.isoformat(), row.what, row.price_fen)


def _moment(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat()


def _csv(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(head)
    writer.writerows(rows)
    return text.getvalue()


def _write(path: Path, text: str) -> Path:
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
            file.write(text)
        Path(name).chmod(0o644)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    return path
