"""What inventory planning is asked about: items in warehouses, their demand, echelons of supply."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True, kw_only=True)
class StockedItem:
    """
    A SKU in a warehouse, and how it is replenished.

    Parameters
    ----------
    warehouse_id, source_id
        Facilities of the network: where it stands, and where replenishment comes from.
    unit_g, unit_cm3
        Gross mass and volume of one unit.
    value_fen
        Of one unit; holding costs ``holding_share`` of it a year.
    order_fen
        Cost of one order of this item, whatever its size.
    review_days
        Days between reviews of its position.
    policy
        ``base_stock``, ``s_S``, ``s_nQ`` or ``auto``.
    service_kind
        ``cycle`` or ``fill``.
    service
        Target between 0 and 1; None for the plan's.
    lot_units
        Order sizes are whole multiples of it.
    lead_days
        Whole days of a constant lead time; None to take it from the network.
    """

    sku: str
    name: str
    warehouse_id: str
    source_id: str
    customs_mode: str
    unit_g: int
    unit_cm3: int
    value_fen: int
    holding_share: float
    order_fen: int
    review_days: int
    policy: str
    service_kind: str
    service: float | None
    lot_units: int
    lead_days: int | None

    @property
    def holding_fen_per_day(self) -> float:
        """Holding cost of one unit for one day."""
        return self.value_fen * self.holding_share / 365.0

    @property
    def key(self) -> tuple[str, str]:
        """SKU and warehouse."""
        return self.sku, self.warehouse_id


@dataclass(frozen=True, slots=True, kw_only=True)
class DemandHistory:
    """
    Units a day of each SKU in each warehouse.

    Parameters
    ----------
    first_on
        First day.
    units
        By (sku, warehouse), one number a day; days without a row are days without demand.
    """

    first_on: date
    n_days: int
    units: dict[tuple[str, str], tuple[int, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Echelon:
    """
    A place on the way to the customers that may hold stock.

    Parameters
    ----------
    supplier_id
        Echelon that supplies it, or empty for an outside source.
    processing_days
        Whole days from having the goods at the supplier to having them here; None to take them from
        the network.
    inbound_days
        Service time of the outside source.
    promise_days
        Longest service time that its own customers accept; None where it has none.
    holding_share
        Of the unit's value a year, here.
    """

    echelon_id: str
    facility_id: str
    supplier_id: str
    customs_mode: str
    processing_days: int | None
    inbound_days: int
    promise_days: int | None
    holding_share: float
