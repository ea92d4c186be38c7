"""Orders that a cloud warehouse serves, and which stock the law lets them take."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from optimizer.domain.border import CreditClass
from optimizer.domain.shipment import Place
from optimizer.domain.stock import CustomsStatus

DOMESTIC = "domestic"
"""Customs mode of an order that is delivered in the warehouse's own country."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderLine:
    """Units of one SKU."""

    sku: str
    units: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """
    What one customer wants from stock.

    Parameters
    ----------
    customs_mode
        ``1210`` bonded stock, ``9610`` direct mail, ``9710`` and ``9810`` B2B and overseas
        warehouse, or ``domestic``; it decides which stock may serve the order.
    placed_at, due_at
        With zone. ``due_at`` is soft and costs ``late_fen_per_day`` per started day.
    priority
        Larger is more urgent.
    unserved_fen
        Price of a unit that is not served; 0 lets the planner choose one above any way of serving.
    max_parcels
        From how many warehouses it may come at most.
    is_partial_allowed
        Whether some units may be back-ordered while others leave.
    min_units
        Least units of a partial delivery.
    """

    order_id: str
    destination: Place
    customs_mode: str
    lines: tuple[OrderLine, ...]
    placed_at: datetime
    due_at: datetime | None = None
    late_fen_per_day: int = 0
    priority: int = 1
    unserved_fen: int = 0
    max_parcels: int = 1
    is_partial_allowed: bool = False
    min_units: int = 0
    credit_class: CreditClass = CreditClass.ORDINARY

    @property
    def units(self) -> int:
        """Units of all lines together."""
        return sum(line.units for line in self.lines)


LEGAL_STATUSES: dict[str, frozenset[CustomsStatus]] = {
    "1210": frozenset({CustomsStatus.BONDED}),
    "9610": frozenset({CustomsStatus.DUTY_PAID, CustomsStatus.TRANSIT}),
    "9710": frozenset({CustomsStatus.DUTY_PAID, CustomsStatus.BONDED}),
    "9810": frozenset({CustomsStatus.DUTY_PAID, CustomsStatus.BONDED}),
    DOMESTIC: frozenset({CustomsStatus.DUTY_PAID}),
}
"""Which stock may serve an order of a customs mode; display goods are never sold from stock."""
