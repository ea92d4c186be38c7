"""A board and lanes small enough for a pencil, made by hand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from optimizer.domain.order import Order, OrderLine
from optimizer.domain.shipment import Place, Shipment
from optimizer.domain.stock import CustomsStatus, Lot, Sku, StockData, Warehouse
from optimizer.models.allocation.board import Board, build_board
from optimizer.models.allocation.offers import NEVER, Offer
from optimizer.plan.itinerary import Itinerary

EPOCH = datetime(2026, 3, 2, tzinfo=UTC)
DAY = 24 * 60
WAVE = 18 * 60
CARRIAGE_FEN = {"A": 500, "B": 800, "C": 2_000}
BONDED, PAID = CustomsStatus.BONDED, CustomsStatus.DUTY_PAID


def minute_of(moment: datetime) -> int:
    return int((moment - EPOCH).total_seconds()) // 60


def moment_of(minute: int) -> datetime:
    return EPOCH + timedelta(minutes=minute)


def sku(name: str, **changes: object) -> Sku:
    values: dict[str, object] = {
        "name": name, "cargo_class": "parcels", "goods_class": "toys", "unit_g": 900,
        "unit_cm3": 1_000, "value_fen": 5_000,
    }  # fmt: skip
    return Sku(sku=name, **(values | changes))  # type: ignore[arg-type]


def lot(
    lot_id: str, name: str, warehouse: str, units: int, status: CustomsStatus = PAID,
    *, expires: int = 0, day: int = 0,
) -> Lot:  # fmt: skip
    return Lot(
        lot_id=lot_id, sku=name, warehouse_id=warehouse, customs_status=status, units=units,
        expires_on=date(2026, 3, 1) + timedelta(days=expires - 1) if expires else None,
        available_at=EPOCH + timedelta(days=day) if day else None,
    )  # fmt: skip


def order(order_id: str, *lines: tuple[str, int], **changes: object) -> Order:
    values: dict[str, object] = {
        "destination": Place(facility_id="", lat=25.0, lon=102.0, country="CN"),
        "customs_mode": "domestic", "placed_at": EPOCH + timedelta(hours=8),
        "unserved_fen": 50_000,
    }  # fmt: skip
    made = tuple(OrderLine(sku=name, units=units) for name, units in lines)
    return Order(order_id=order_id, lines=made, **(values | changes))  # type: ignore[arg-type]


def board(
    skus: Sequence[Sku], lots: Sequence[Lot], pick: int = 100, room_dm3: int = 1_000
) -> Board:
    names = sorted({one.warehouse_id for one in lots})
    warehouses = {
        one: Warehouse(
            warehouse_id=one, pick_units_per_day=pick, storage_dm3=room_dm3, pick_min=60,
            order_fen=100, unit_fen=10,
        )
        for one in names
    }  # fmt: skip
    stock = StockData(
        skus={one.sku: one for one in skus}, lots={one.lot_id: one for one in lots},
        warehouses=warehouses,
    )  # fmt: skip
    return build_board(stock, minute_of=minute_of, zone_of=dict.fromkeys(names, "UTC"))


@dataclass
class TableLanes:
    """
    One wave a day at 18:00; a way costs the warehouse's carriage and 100 fen a kilogram.

    A second way is a day faster for 1,000 fen more. Ways draw on a truck of the day.
    """

    names: tuple[str, ...]
    truck_kg: int = NEVER
    days: int = 30
    quoted: list[tuple[int, int]] = field(default_factory=list[tuple[int, int]])

    def release(self, warehouse: int, order: Order) -> tuple[int, int] | None:
        if order.customs_mode == "1210":
            return (0, 300)
        return None if order.customs_mode == "9610" else (0, 0)

    def hand_over(self, warehouse: int, from_min: int, release_min: int) -> int:
        ready = max(0, from_min) + 60 + release_min
        wave = -(-(ready - WAVE) // DAY) * DAY + WAVE
        return wave if wave < self.days * DAY else NEVER

    def wave_day(self, warehouse: int, hand_over_min: int) -> int:
        return moment_of(hand_over_min).toordinal()

    def next_day(self, warehouse: int, hand_over_min: int) -> int:
        return hand_over_min + DAY if hand_over_min + DAY < self.days * DAY else NEVER

    def capacity_kg(self, draw: str) -> int:
        return self.truck_kg

    def offers(
        self, warehouse: int, order: Order, *, gross_kg: int, volume_dm3: int, cargo_class: str,
        hand_over_min: int,
    ) -> Sequence[Offer]:  # fmt: skip
        self.quoted.append((warehouse, gross_kg))
        name = self.names[warehouse]
        hop = f"svc:{name}:{hand_over_min // DAY}:1"
        return [
            Offer(
                warehouse=warehouse, hand_over_min=hand_over_min, departs_min=hand_over_min + 60,
                departure=hop, draws=(hop,), delivered_min=hand_over_min + days * DAY,
                promise_min=hand_over_min + days * DAY + 60, co2e_g=100 * gross_kg,
                cost_fen=CARRIAGE_FEN[name] + 100 * gross_kg + more_fen,
            )
            for days, more_fen in ((2, 0), (1, 1_000))
        ]  # fmt: skip

    def shipment(
        self, parcel_id: str, warehouse: int, order: Order, *, gross_kg: int, volume_dm3: int,
        cargo_class: str, hand_over_min: int, value_cny: int = 0,
    ) -> Shipment:  # fmt: skip
        here = Place(facility_id=self.names[warehouse], lat=25.0, lon=102.0, country="CN")
        return Shipment(
            shipment_id=parcel_id, shipper="x", origin=here, destination=order.destination,
            gross_kg=gross_kg, volume_dm3=volume_dm3, n_packages=1, value_cny=value_cny,
            cargo_class=cargo_class, customs_mode="0110", credit_class=order.credit_class, ready_at=moment_of(hand_over_min),
            booked_at=moment_of(hand_over_min),
        )  # fmt: skip

    def itinerary(self, offer: Offer, parcel: Shipment) -> Itinerary | None:
        return Itinerary(
            shipment_id=parcel.shipment_id, legs=(), delivered_min=offer.delivered_min, cost_lines_fen={"line haul": offer.cost_fen},
            co2e_g=offer.co2e_g,
        )  # fmt: skip
