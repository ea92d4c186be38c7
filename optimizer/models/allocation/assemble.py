"""From a choice to the answer that leaves: parcels, back-orders, the runner-up and why it lost."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Protocol

from optimizer.domain.order import Order
from optimizer.domain.shipment import Shipment
from optimizer.models.allocation.board import STATUSES, Board
from optimizer.models.allocation.desk import Choice, Part
from optimizer.models.allocation.offers import NEVER, Lanes, Offer
from optimizer.models.allocation.scoring import parcel_lines_fen
from optimizer.plan.allocation import AllocationLine, Parcel, RunnerUp
from optimizer.plan.itinerary import Itinerary
from optimizer.units import FEN_PER_CNY


class Carrier(Lanes, Protocol):
    """Lanes that also build the exact itinerary of an offer."""

    def shipment(
        self,
        parcel_id: str,
        warehouse: int,
        order: Order,
        *,
        gross_kg: int,
        volume_dm3: int,
        cargo_class: str,
        hand_over_min: int,
        value_cny: int = 0,
    ) -> Shipment:
        """What the network sees of a parcel."""
        ...

    def itinerary(self, offer: Offer, parcel: Shipment) -> Itinerary | None:
        """The exact itinerary of an offer."""
        ...


def make_parcel(
    board: Board,
    carrier: Carrier,
    order: Order,
    part: Part,
    *,
    number: int,
    confidence: float,
    minute_of: Callable[[datetime], int],
    moment_of: Callable[[int], datetime],
) -> Parcel:
    """
    The parcel of a part of an answer.

    Parameters
    ----------
    number
        Position among the order's parcels, from 1.

    Raises
    ------
    ValueError
        The offer has no itinerary, or one of another price: a defect of the lanes.
    """
    offer = part.offer
    parcel_id = f"{order.order_id}/{number}"
    shipment = carrier.shipment(
        parcel_id,
        offer.warehouse,
        order,
        gross_kg=part.gross_kg,
        volume_dm3=part.volume_dm3,
        cargo_class=part.cargo_class,
        hand_over_min=offer.hand_over_min,
        value_cny=_value_cny(board, part),
    )
    itinerary = carrier.itinerary(offer, shipment)
    if itinerary is None or itinerary.own_cost_fen != offer.cost_fen:
        raise ValueError(f"{parcel_id}: the offer's price is not that of its itinerary")
    due = NEVER if order.due_at is None else minute_of(order.due_at)
    units = sum(one.units for one in part.takes)
    lines = dict(itinerary.cost_lines_fen)
    lines.update(
        parcel_lines_fen(
            board, order, offer, units=units, release_fen=part.release_fen, due_min=due
        )
    )
    return Parcel(
        parcel_id=parcel_id,
        order_id=order.order_id,
        warehouse_id=board.warehouses[offer.warehouse],
        lines=_lines(board, order, part),
        gross_kg=part.gross_kg,
        volume_dm3=part.volume_dm3,
        cargo_class=part.cargo_class,
        hand_over_at=moment_of(offer.hand_over_min),
        departs_at=moment_of(offer.departs_min),
        departure=offer.departure,
        delivered_at=moment_of(offer.delivered_min),
        promise_at=moment_of(offer.promise_min),
        confidence=confidence,
        cost_lines_fen=lines,
        co2e_g=itinerary.co2e_g,
        opportunity_fen=part.opportunity_fen,
        itinerary=itinerary,
    )


def _lines(board: Board, order: Order, part: Part) -> tuple[AllocationLine, ...]:
    return tuple(
        AllocationLine(
            order_id=order.order_id,
            sku=board.skus[_sku(board, one.lot)],
            lot_id=board.lot_ids[one.lot],
            warehouse_id=board.warehouses[part.offer.warehouse],
            customs_status=STATUSES[board.lot_status.item(one.lot)],
            units=one.units,
        )
        for one in part.takes
    )


def _value_cny(board: Board, part: Part) -> int:
    """Value of a parcel's goods, whole CNY."""
    worth = sum(one.units * board.value_fen.item(_sku(board, one.lot)) for one in part.takes)
    return worth // FEN_PER_CNY


def _sku(board: Board, lot: int) -> int:
    return board.lot_sku.item(lot)


def make_runner_up(
    board: Board, winner: Choice, other: Choice | None, moment_of: Callable[[int], datetime]
) -> RunnerUp | None:
    """What comes second, and what it loses by."""
    if other is None:
        return None
    cost, worth = _sums(other)
    return RunnerUp(
        warehouse_ids=tuple(board.warehouses[one] for one in other.warehouses),
        cost_fen=cost,
        opportunity_fen=worth,
        promise_at=moment_of(_promise(other)),
        co2e_g=sum(part.offer.co2e_g for part in other.parts),
        why=why_lost(winner, other),
    )


def why_lost(winner: Choice, other: Choice) -> str:
    """A sentence on what made the difference."""
    more_left = sum(other.left) - sum(winner.left)
    if more_left > 0:
        return f"it leaves {more_left} more units without stock"
    (cost, worth), (other_cost, other_worth) = _sums(winner), _sums(other)
    dearer, scarcer = other_cost - cost, other_worth - worth
    hours = (_promise(other) - _promise(winner)) / 60
    when = f"promised {abs(hours):.0f} h {'later' if hours > 0 else 'earlier'}"
    if dearer > 0 and scarcer > 0:
        return (
            f"it costs {dearer / FEN_PER_CNY:.2f} CNY more and takes stock or capacity worth "
            f"{scarcer / FEN_PER_CNY:.2f} CNY more to later orders; {when}"
        )
    if dearer > 0:
        spared = f", which the {-scarcer / FEN_PER_CNY:.2f} CNY of scarcer stock that it spares do "
        return f"it costs {dearer / FEN_PER_CNY:.2f} CNY more" + (
            f"{spared}not make up for; {when}" if scarcer < 0 else f"; {when}"
        )
    if scarcer > 0:
        return (
            f"it takes stock or capacity worth {scarcer / FEN_PER_CNY:.2f} CNY more to later "
            f"orders and saves only {-dearer / FEN_PER_CNY:.2f} CNY; {when}"
        )
    return f"it costs the same; {when}"


def _sums(choice: Choice) -> tuple[int, int]:
    return (
        sum(part.cost_fen for part in choice.parts),
        sum(part.opportunity_fen for part in choice.parts),
    )


def _promise(choice: Choice) -> int:
    return max(part.offer.promise_min for part in choice.parts)
