"""A cloud warehouse small enough for arithmetic: two warehouses, one customer, lanes by table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from optimizer.domain.order import Order, OrderLine
from optimizer.domain.shipment import Place
from optimizer.domain.stock import CustomsStatus, Lot, Sku, StockData, Warehouse
from optimizer.models.allocation.board import build_board
from optimizer.models.allocation.offers import NEVER, Offer
from optimizer.models.allocation.price_table import PriceTable
from optimizer.models.allocation.single import Engine

EPOCH = datetime(2026, 9, 14, tzinfo=UTC)
"""A Monday."""
NEAR, FAR = "NEAR", "WIDE"
HOME = Place(facility_id="", lat=25.0, lon=102.7, country="CN")


def minute(at: datetime) -> int:
    return int((at - EPOCH).total_seconds() // 60)


def sku(name: str, **fields: object) -> Sku:
    given = {
        "cargo_class": "parcels",
        "goods_class": name.lower(),
        "unit_g": 400,
        "unit_cm3": 900,
        "value_fen": 40_000,
    }
    return Sku(sku=name, name=name, **{**given, **fields})  # type: ignore[arg-type]


def lot(
    lot_id: str,
    of: str,
    at: str,
    units: int,
    status: CustomsStatus = CustomsStatus.DUTY_PAID,
    *,
    expires: date | None = None,
    available: datetime | None = None,
) -> Lot:
    return Lot(
        lot_id=lot_id,
        sku=of,
        warehouse_id=at,
        customs_status=status,
        units=units,
        expires_on=expires,
        available_at=available,
    )


def stock(skus: Sequence[Sku], lots: Sequence[Lot], pick: int = 100) -> StockData:
    warehouses = (
        Warehouse(
            warehouse_id=name,
            pick_units_per_day=pick,
            storage_dm3=10_000,
            pick_min=60,
            order_fen=300,
            unit_fen=50,
        )
        for name in (FAR, NEAR)
    )
    return StockData(
        skus={one.sku: one for one in skus},
        lots={one.lot_id: one for one in lots},
        warehouses={one.warehouse_id: one for one in warehouses},
    )


def order(*lines: tuple[str, int], mode: str = "9710", **fields: object) -> Order:
    given = {"order_id": "O1", "destination": HOME, "placed_at": EPOCH.replace(hour=8)}
    made = tuple(OrderLine(sku=name, units=units) for name, units in lines)
    return Order(lines=made, customs_mode=mode, **{**given, **fields})  # type: ignore[arg-type]


@dataclass
class TableLanes:
    """
    One wave a day at 12:00 UTC; NEAR costs 1000 fen and a day, WIDE 3000 fen and two.

    A kilogram more costs 100 fen more.
    """

    base_fen: dict[int, int] = field(default_factory=lambda: {0: 1000, 1: 3000})
    days: dict[int, int] = field(default_factory=lambda: {0: 1, 1: 2})

    def release(self, warehouse: int, order: Order) -> tuple[int, int] | None:
        del warehouse
        return (0, 0) if order.customs_mode != "9810" else None

    def hand_over(self, warehouse: int, from_min: int, release_min: int) -> int:
        del warehouse
        ready = from_min + 60 + release_min
        wave = 720 + 1440 * max(0, -(-(ready - 720) // 1440))
        return wave if wave < 40 * 1440 else NEVER

    def wave_day(self, warehouse: int, hand_over_min: int) -> int:
        del warehouse
        return EPOCH.date().toordinal() + hand_over_min // 1440

    def next_day(self, warehouse: int, hand_over_min: int) -> int:
        del warehouse
        return hand_over_min + 1440

    def offers(
        self,
        warehouse: int,
        order: Order,
        *,
        gross_kg: int,
        volume_dm3: int,
        cargo_class: str,
        hand_over_min: int,
    ) -> Sequence[Offer]:
        del order, volume_dm3, cargo_class
        arrives = hand_over_min + 1440 * self.days[warehouse]
        return [
            Offer(
                warehouse=warehouse,
                hand_over_min=hand_over_min,
                departs_min=hand_over_min,
                departure="connector",
                delivered_min=arrives,
                promise_min=arrives,
                cost_fen=self.base_fen[warehouse] + 100 * gross_kg,
                co2e_g=10,
            )
        ]

    def capacity_kg(self, draw: str) -> int:
        del draw
        return NEVER


def engine(data: StockData, prices: PriceTable | None = None) -> Engine:
    board = build_board(data, minute_of=minute, zone_of={NEAR: "UTC", FAR: "UTC"})
    return Engine(
        board=board,
        lanes=TableLanes(),
        prices=prices or PriceTable(has_stock=True),
        minute_of=minute,
    )
