"""SKUs, warehouses, lots and reservations from their tables, with all findings at once."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TypeVar

from optimizer.datasets.collect import Findings
from optimizer.datasets.flat_table import MORE_CODE, Columns, Row, read_rows
from optimizer.datasets.shipment_cells import plain
from optimizer.domain.network_data import NetworkData
from optimizer.domain.stock import CustomsStatus, Lot, Reservation, Sku, StockData, Warehouse
from optimizer.errors import DemandError
from optimizer.units import MINUTES_PER_DAY

SKU_COLUMNS = Columns(
    ("sku", "cargo_class", "unit_g", "unit_cm3", "value_cny"),
    ("name", "goods_class", "pack_units", "breaks_pack", "incompatible_with"),
)
WAREHOUSE_COLUMNS = Columns(
    ("warehouse_id", "pick_units_per_day", "storage_dm3", "pick_min", "order_cny", "unit_cny"),
    ("waves",),
)
STOCK_COLUMNS = Columns(
    ("lot_id", "sku", "warehouse_id", "customs_status", "units"),
    ("expires_on", "available_at", "inbound_ref"),
)
RESERVATION_COLUMNS = Columns(
    ("reservation_id", "order_id", "lot_id", "units", "expires_at"), ("is_confirmed",)
)
MAX_G, MAX_CM3 = 5_000_000, 50_000_000
DEFAULT_WAVES = (12 * 60, 18 * 60)
_CLOCK = re.compile(r"([01]\d|2[0-3]):([0-5]\d)", re.ASCII)
_T = TypeVar("_T")


def read_stock(
    stock_file: Path,
    data: NetworkData,
    *,
    skus_file: Path | None = None,
    warehouses_file: Path | None = None,
    reservations_file: Path | None = None,
) -> StockData:
    """
    Read the stock of a cloud warehouse.

    Parameters
    ----------
    stock_file
        Lots; the other files are looked for beside it, ``skus.csv``, ``warehouses.csv`` and, if
        there is one, ``reservations.csv``.

    Raises
    ------
    DemandError
        With all findings A8xx of all files.
    """
    folder, findings = stock_file.parent, Findings(MORE_CODE)
    skus_file = skus_file or folder / "skus.csv"
    warehouses_file = warehouses_file or folder / "warehouses.csv"
    classes, facilities = sorted(data.cargo_classes), frozenset(data.facilities)
    skus = _read(skus_file, SKU_COLUMNS, "sku", findings, lambda row: _sku(row, classes))
    warehouses = _read(
        warehouses_file,
        WAREHOUSE_COLUMNS,
        "warehouse_id",
        findings,
        lambda row: _warehouse(row, facilities),
    )
    lots = _read(
        stock_file,
        STOCK_COLUMNS,
        "lot_id",
        findings,
        lambda row: _lot(row, skus, warehouses),
    )
    held = reservations_file or folder / "reservations.csv"
    reservations: dict[str, Reservation] = {}
    if reservations_file is not None or held.exists():
        reservations = _read(
            held, RESERVATION_COLUMNS, "reservation_id", findings, lambda r: _reservation(r, lots)
        )
    if findings:
        raise DemandError(findings.listed())
    return StockData(
        skus=skus,
        lots=lots,
        warehouses=warehouses,
        reservations=tuple(reservations.values()),
    )


def expired_lots(stock: StockData, on: date) -> tuple[str, ...]:
    """A sentence for each lot that has expired before a day."""
    return tuple(
        f"lot {lot.lot_id} expired on {lot.expires_on} and is not used"
        for lot in stock.lots.values()
        if lot.expires_on is not None and lot.expires_on < on
    )


def _read(
    path: Path, columns: Columns, key: str, findings: Findings, make: Callable[[Row], _T]
) -> dict[str, _T]:
    """Rows by id; A816 for one that occurs twice. A row with findings still lends its id."""
    found: dict[str, _T] = {}
    for row in read_rows(path, columns, findings):
        made = make(row)
        text = row.cells.get(key, "")
        if text in found:
            row.add("A816", key, "the id is used already", "give every row an id of its own")
        if text:
            found[text] = made
        findings.extend(row.findings)
    return found


def _sku(row: Row, classes: list[str]) -> Sku:
    pack = row.count("pack_units", 1, default=1)
    incompatible = plain(row.text("incompatible_with", required=False))
    return Sku(
        sku=row.text("sku"),
        name=row.text("name", required=False),
        cargo_class=row.known("cargo_class", "A821", "the cargo class is unknown", classes),
        goods_class=row.text("goods_class", required=False),
        unit_g=row.count("unit_g", 1, MAX_G),
        unit_cm3=row.count("unit_cm3", 1, MAX_CM3),
        value_fen=row.money_fen("value_cny"),
        pack_units=pack,
        breaks_pack=row.flag("breaks_pack", default=True),
        incompatible_with=frozenset(one.strip() for one in incompatible.split(";") if one.strip()),
    )


def _warehouse(row: Row, facilities: frozenset[str]) -> Warehouse:
    what = "the warehouse is no facility of the network"
    return Warehouse(
        warehouse_id=row.known("warehouse_id", "A844", what, facilities),
        pick_units_per_day=row.count("pick_units_per_day", 0),
        storage_dm3=row.count("storage_dm3", 0),
        pick_min=row.count("pick_min", 0, 7 * MINUTES_PER_DAY),
        order_fen=row.money_fen("order_cny"),
        unit_fen=row.money_fen("unit_cny"),
        waves_local_min=_waves(row),
    )


def _waves(row: Row) -> tuple[int, ...]:
    text = plain(row.text("waves", required=False))
    if not text:
        return DEFAULT_WAVES
    matches = [_CLOCK.fullmatch(part.strip()) for part in text.split(";")]
    if not all(matches):
        row.add("A846", "waves", "the waves cannot be read", "write them like 12:00;18:00")
        return DEFAULT_WAVES
    return tuple(sorted({int(m[1]) * 60 + int(m[2]) for m in matches if m}))


def _lot(row: Row, skus: dict[str, Sku], warehouses: dict[str, Warehouse]) -> Lot:
    sku = row.known("sku", "A840", "the SKU is unknown", skus)
    text = plain(row.cells.get("units", ""))
    if text.startswith("-"):
        row.add("A841", "units", "the stock is negative", "count the lot again; 0 is the least")
        units = 0
    else:
        units = row.count("units", 0)
    status = row.member("customs_status", CustomsStatus)
    return Lot(
        lot_id=row.text("lot_id"),
        sku=sku,
        warehouse_id=row.known("warehouse_id", "A844", "the warehouse is unknown", warehouses),
        customs_status=status or CustomsStatus.DUTY_PAID,
        units=units,
        expires_on=row.day("expires_on"),
        available_at=row.moment("available_at"),
        inbound_ref=row.text("inbound_ref", required=False),
    )


def _reservation(row: Row, lots: dict[str, Lot]) -> Reservation:
    expires_at = row.moment("expires_at", required=True)
    lot_id = row.known("lot_id", "A847", "the lot is unknown", lots)
    return Reservation(
        reservation_id=row.text("reservation_id"),
        order_id=row.text("order_id"),
        lot_id=lot_id,
        units=row.count("units", 1),
        expires_at=expires_at or datetime.min.replace(tzinfo=UTC),
        is_confirmed=row.flag("is_confirmed", default=False),
    )
