"""Stock as arrays: lots in the order in which they are issued, by SKU, warehouse and status."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from optimizer.domain.stock import CustomsStatus, Sku, StockData, Warehouse
from optimizer.models.allocation.offers import NEVER

STATUSES = tuple(CustomsStatus)
STATUS_INDEX = {status: at for at, status in enumerate(STATUSES)}
N_STATUSES = len(STATUSES)
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Board:
    """
    Stock of all warehouses.

    Parameters
    ----------
    unit_g, unit_cm3, value_fen, pack_units
        (n_skus,) of one unit; ``pack_units`` is 1 where packs may be broken.
    pick_units_per_day, storage_dm3, order_fen, unit_fen
        (n_warehouses,).
    lot_units
        (n_lots,) free: on hand or on its way, reservations subtracted. Changes as units are taken.
    lot_available_min
        (n_lots,) clock minute from which it can be picked; very early for what is there.
    lot_last_min
        (n_lots,) first clock minute at which it may not be handed over any more.
    cell_first
        (n_skus * n_warehouses * 4 + 1,) first lot of each cell. The cell of a SKU, warehouse and
        status is ``(sku * n_warehouses + warehouse) * 4 + status``, and its lots are in FEFO order:
        first expired, first available, least id.
    """

    skus: tuple[str, ...]
    warehouses: tuple[str, ...]
    sku_index: dict[str, int]
    warehouse_index: dict[str, int]
    unit_g: Ints
    unit_cm3: Ints
    value_fen: Ints
    pack_units: Ints
    sku_rows: tuple[Sku, ...]
    warehouse_rows: tuple[Warehouse, ...]
    pick_units_per_day: Ints
    storage_dm3: Ints
    order_fen: Ints
    unit_fen: Ints
    lot_ids: tuple[str, ...]
    lot_index: dict[str, int]
    lot_sku: Ints
    lot_warehouse: Ints
    lot_status: Ints
    lot_units: Ints
    lot_available_min: Ints
    lot_last_min: Ints
    cell_first: Ints

    @property
    def n_warehouses(self) -> int:
        """Number of warehouses."""
        return len(self.warehouses)

    def cell(self, sku: int, warehouse: int, status: int) -> int:
        """Cell of a SKU in a warehouse with a status."""
        return (sku * len(self.warehouses) + warehouse) * N_STATUSES + status

    def lots_of(self, cell: int) -> range:
        """Lots of a cell in FEFO order."""
        return range(self.cell_first.item(cell), self.cell_first.item(cell + 1))

    def cells_of(self, sku: int) -> list[int]:
        """Bounds of the lots of a SKU: item ``4 * warehouse + status`` and the one after it."""
        width = len(self.warehouses) * N_STATUSES
        return self.cell_first[sku * width : (sku + 1) * width + 1].tolist()


def build_board(
    stock: StockData,
    *,
    minute_of: Callable[[datetime], int],
    zone_of: Mapping[str, str],
    reserved_units: Mapping[str, int] | None = None,
    now: datetime | None = None,
) -> Board:
    """
    Arrays of a stock.

    Parameters
    ----------
    minute_of
        Clock minute of a moment.
    zone_of
        IANA zone by warehouse.
    reserved_units
        Units taken by lot; by default those of the stock's own reservations that hold at ``now``.
    now
        Needed where ``reserved_units`` is not given and there are reservations.
    """
    skus, warehouses = tuple(sorted(stock.skus)), tuple(sorted(stock.warehouses))
    sku_index = {sku: at for at, sku in enumerate(skus)}
    warehouse_index = {one: at for at, one in enumerate(warehouses)}
    taken = reserved_units if reserved_units is not None else units_reserved(stock, now)
    zones = {one: ZoneInfo(zone_of[one]) for one in warehouses}
    last: dict[tuple[str, date], int] = {}
    rows: list[tuple[int, int, int, str]] = []
    for lot in stock.lots.values():
        key = (sku_index[lot.sku] * len(warehouses) + warehouse_index[lot.warehouse_id]) * 4
        key += STATUS_INDEX[lot.customs_status]
        last_min = NEVER
        if lot.expires_on is not None:
            at = (lot.warehouse_id, lot.expires_on)
            if at not in last:
                day = lot.expires_on + timedelta(days=1)
                midnight = datetime(day.year, day.month, day.day, tzinfo=zones[lot.warehouse_id])
                last[at] = minute_of(midnight.astimezone(UTC))
            last_min = last[at]
        available = -NEVER if lot.available_at is None else minute_of(lot.available_at)
        rows.append((key, last_min, available, lot.lot_id))
    rows.sort()
    ids = tuple(row[3] for row in rows)
    cells = np.array([row[0] for row in rows], dtype=np.int64)
    n_cells = len(skus) * len(warehouses) * N_STATUSES
    sku_rows = tuple(stock.skus[sku] for sku in skus)
    warehouse_rows = tuple(stock.warehouses[one] for one in warehouses)
    free = [max(0, stock.lots[lot_id].units - taken.get(lot_id, 0)) for lot_id in ids]
    return Board(
        skus=skus,
        warehouses=warehouses,
        sku_index=sku_index,
        warehouse_index=warehouse_index,
        unit_g=_ints([sku.unit_g for sku in sku_rows]),
        unit_cm3=_ints([sku.unit_cm3 for sku in sku_rows]),
        value_fen=_ints([sku.value_fen for sku in sku_rows]),
        pack_units=_ints([1 if sku.breaks_pack else sku.pack_units for sku in sku_rows]),
        sku_rows=sku_rows,
        warehouse_rows=warehouse_rows,
        pick_units_per_day=_ints([one.pick_units_per_day for one in warehouse_rows]),
        storage_dm3=_ints([one.storage_dm3 for one in warehouse_rows]),
        order_fen=_ints([one.order_fen for one in warehouse_rows]),
        unit_fen=_ints([one.unit_fen for one in warehouse_rows]),
        lot_ids=ids,
        lot_index={lot_id: at for at, lot_id in enumerate(ids)},
        lot_sku=cells // (len(warehouses) * N_STATUSES) if len(cells) else cells,
        lot_warehouse=cells // N_STATUSES % max(1, len(warehouses)),
        lot_status=cells % N_STATUSES,
        lot_units=_ints(free),
        lot_available_min=_ints([row[2] for row in rows]),
        lot_last_min=_ints([row[1] for row in rows]),
        cell_first=np.searchsorted(cells, np.arange(n_cells + 1)).astype(np.int64),
    )


def units_reserved(stock: StockData, now: datetime | None) -> dict[str, int]:
    """Units by lot of the reservations that hold at a moment; confirmed ones always do."""
    taken: dict[str, int] = {}
    for one in stock.reservations:
        if one.is_confirmed or (now is None or now < one.expires_at):
            taken[one.lot_id] = taken.get(one.lot_id, 0) + one.units
    return taken


def _ints(values: list[int]) -> Ints:
    return np.array(values, dtype=np.int64)
