"""Stock of a cloud warehouse: what it is, where it lies, who has laid a hand on it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum


class CustomsStatus(StrEnum):
    """Under which customs regime goods lie in a warehouse."""

    BONDED = "bonded"
    DUTY_PAID = "duty_paid"
    TRANSIT = "transit"
    DISPLAY = "display"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sku:
    """
    A kind of goods that is stocked, counted in units.

    Parameters
    ----------
    unit_g, unit_cm3
        Gross mass and volume of one unit.
    pack_units
        Units of a pack; stock is issued in whole packs where ``breaks_pack`` is false.
    value_fen
        Customs value of one unit.
    incompatible_with
        Goods classes that may not travel in one parcel with this one.
    """

    sku: str
    name: str
    cargo_class: str
    goods_class: str
    unit_g: int
    unit_cm3: int
    value_fen: int
    pack_units: int = 1
    breaks_pack: bool = True
    incompatible_with: frozenset[str] = field(default_factory=frozenset[str])


@dataclass(frozen=True, slots=True, kw_only=True)
class Lot:
    """
    Units of a SKU in one warehouse with one customs status and one expiry.

    Parameters
    ----------
    units
        On hand, reserved ones included.
    expires_on
        Last day on which it may be issued, in the warehouse's zone; goods that keep have none.
    available_at
        When stock that is still on its way can be picked; now if missing.
    inbound_ref
        Service voyage or shipment that brings it, where it is still on its way.
    """

    lot_id: str
    sku: str
    warehouse_id: str
    customs_status: CustomsStatus
    units: int
    expires_on: date | None = None
    available_at: datetime | None = None
    inbound_ref: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reservation:
    """
    Units of a lot that are kept for an order until they are confirmed or the time runs out.

    Parameters
    ----------
    expires_at
        With zone; from then on the units are free again unless ``is_confirmed``.
    """

    reservation_id: str
    order_id: str
    lot_id: str
    units: int
    expires_at: datetime
    is_confirmed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Warehouse:
    """
    A facility of the network where orders are picked.

    Parameters
    ----------
    warehouse_id
        Id of the facility in the network.
    pick_units_per_day
        Units that can be picked in a day.
    storage_dm3
        Room for stock.
    pick_min
        From an order's arrival to its hand-over, during working hours.
    order_fen, unit_fen
        Handling of a parcel, and of each unit in it.
    waves_local_min
        Minutes since local midnight at which parcels are handed over, on days on which the
        facility is open then; rising.
    """

    warehouse_id: str
    pick_units_per_day: int
    storage_dm3: int
    pick_min: int
    order_fen: int
    unit_fen: int
    waves_local_min: tuple[int, ...] = (12 * 60, 18 * 60)


@dataclass(frozen=True, slots=True, kw_only=True)
class StockData:
    """
    What lies where, by id, and who has laid a hand on it.

    Parameters
    ----------
    warnings
        What is odd about it and does not hinder: expired lots, say.
    """

    skus: dict[str, Sku]
    lots: dict[str, Lot]
    warehouses: dict[str, Warehouse]
    reservations: tuple[Reservation, ...] = ()
    warnings: tuple[str, ...] = ()
