"""Opportunity prices of stock: from a table of dual values, or a rule of thumb without one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from optimizer.models.allocation.board import STATUSES, Board
from optimizer.plan.allocation import CapacityPrice, StockPrice

COVER_DAYS = 14
"""Stock that lasts so long costs nothing to take, by the rule of thumb."""
SCARCE_SHARE = 0.25
"""Share of a unit's value that the last one is worth to later orders, by the rule of thumb."""
PICK = "pick"


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceTable:
    """
    Opportunity prices.

    Parameters
    ----------
    stock_fen
        By SKU, warehouse, customs status and Monday. A week that is not there takes that of the
        last week before it, else the first after it.
    capacity_fen
        By warehouse, Monday and what, as in :class:`CapacityPrice`.
    units_per_day
        Demand by SKU and status for the rule of thumb; one unit a day where not given.
    has_stock
        Whether there is a table; a cell that it does not name is then worth nothing.

    Notes
    -----
    Rule of thumb: with ``free`` units in the cell before and ``u`` units taken, a unit costs
    ``SCARCE_SHARE * value * max(0, 1 - (free - u) / (COVER_DAYS * units_per_day))``: the last one
    a quarter of its value, nothing where what remains lasts two weeks.
    """

    stock_fen: Mapping[tuple[str, str, str], tuple[tuple[date, int], ...]] = field(
        default_factory=dict[tuple[str, str, str], tuple[tuple[date, int], ...]]
    )
    capacity_fen: Mapping[tuple[str, date, str], int] = field(
        default_factory=dict[tuple[str, date, str], int]
    )
    units_per_day: Mapping[tuple[str, str], float] = field(
        default_factory=dict[tuple[str, str], float]
    )
    has_stock: bool = False

    @classmethod
    def from_prices(
        cls,
        stock: Iterable[StockPrice],
        capacity: Iterable[CapacityPrice] = (),
        units_per_day: Mapping[tuple[str, str], float] | None = None,
    ) -> PriceTable:
        """Table of rows; of equal keys the last one holds."""
        by_cell: dict[tuple[str, str, str], dict[date, int]] = {}
        for row in stock:
            cell = (row.sku, row.warehouse_id, row.customs_status.value)
            by_cell.setdefault(cell, {})[row.week] = row.price_fen
        return cls(
            stock_fen={cell: tuple(sorted(weeks.items())) for cell, weeks in by_cell.items()},
            capacity_fen={(r.warehouse_id, r.week, r.what): r.price_fen for r in capacity},
            units_per_day=units_per_day or {},
            has_stock=bool(by_cell),
        )

    def unit_fen(
        self,
        board: Board,
        sku: int,
        warehouse: int,
        status: int,
        week: date,
        *,
        free: int,
        take: int,
    ) -> int:
        """Price of one of ``take`` units of a cell that has ``free``, in the week of hand-over."""
        if self.has_stock:
            key = (board.skus[sku], board.warehouses[warehouse], STATUSES[status].value)
            return _price_in(self.stock_fen.get(key, ()), week)
        daily = self.units_per_day.get((board.skus[sku], STATUSES[status].value), 1.0)
        scarcity = 1.0 - max(0, free - take) / (COVER_DAYS * max(daily, 1e-9))
        return round(SCARCE_SHARE * board.value_fen.item(sku) * max(0.0, scarcity))

    def pick_fen(self, warehouse_id: str, week: date) -> int:
        """Price of picking a unit in a week."""
        return self.capacity_fen.get((warehouse_id, week, PICK), 0) if self.capacity_fen else 0

    def departure_fen(self, warehouse_id: str, week: date, departure: str) -> int:
        """Price of a kilogram on a departure."""
        if not self.capacity_fen:
            return 0
        return self.capacity_fen.get((warehouse_id, week, departure), 0)


def _price_in(weeks: tuple[tuple[date, int], ...], week: date) -> int:
    if not weeks:
        return 0
    found = weeks[0][1]
    for monday, price in weeks:
        if monday > week:
            break
        found = price
    return found
