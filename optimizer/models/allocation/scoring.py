"""Money of parcels outside of transport, and what an unserved unit counts."""

from __future__ import annotations

from optimizer.domain.order import Order
from optimizer.models.allocation.board import Board
from optimizer.models.allocation.offers import Offer
from optimizer.plan.allocation import LATENESS, PICKING, RELEASE
from optimizer.units import MINUTES_PER_DAY

UNSERVED_FLOOR_FEN = 100_000
"""A thousand CNY, so that no ordinary way of serving a unit costs more than leaving it."""
UNSERVED_VALUES = 3
"""An unserved unit counts at least so many times its value, where the order names no price."""


def picking_fen(board: Board, warehouse: int, units: int) -> int:
    """Handling of a parcel and of its units."""
    return board.order_fen.item(warehouse) + units * board.unit_fen.item(warehouse)


def lateness_fen(order: Order, promise_min: int, due_min: int) -> int:
    """Price of a promise behind the due time, by started days."""
    late_min = promise_min - due_min
    return -(-late_min // MINUTES_PER_DAY) * order.late_fen_per_day if late_min > 0 else 0


def parcel_lines_fen(
    board: Board, order: Order, offer: Offer, *, units: int, release_fen: int, due_min: int
) -> dict[str, int]:
    """Cost lines of a parcel besides those of its itinerary, those above zero."""
    lines = {
        PICKING: picking_fen(board, offer.warehouse, units),
        RELEASE: release_fen,
        LATENESS: lateness_fen(order, offer.promise_min, due_min),
    }
    return {name: fen for name, fen in lines.items() if fen}


def parcel_fen(
    board: Board, order: Order, offer: Offer, *, units: int, release_fen: int, due_min: int
) -> int:
    """Whole cost of a parcel without opportunity value."""
    return (
        offer.cost_fen
        + picking_fen(board, offer.warehouse, units)
        + release_fen
        + lateness_fen(order, offer.promise_min, due_min)
    )


def unserved_fen(board: Board, order: Order, sku: int) -> int:
    """
    Penalty of one unit that is not served, by the order's own price or a rule.

    The rule is ``priority * max(1000 CNY, 3 * value)``.
    """
    if order.unserved_fen:
        return order.unserved_fen
    value = UNSERVED_VALUES * board.value_fen.item(sku)
    return max(1, order.priority) * max(UNSERVED_FLOOR_FEN, value)
