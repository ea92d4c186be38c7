"""
The front door of the cloud warehouse: one order, a what-if, or a batch.

:mod:`optimizer.planner` knows how goods move; this module decides which stock serves whom.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import RLock
from typing import TYPE_CHECKING

from optimizer.domain.network_data import NetworkData
from optimizer.domain.order import Order
from optimizer.domain.stock import Reservation, StockData
from optimizer.plan.allocation import (
    Allocation,
    AllocationStatus,
    BatchResult,
    CapacityPrice,
    Parcel,
    StockPrice,
)
from optimizer.plan.ledger import Ledger
from optimizer.plan.plan import Violation
from optimizer.plan.reservations import Claim, ReservationError
from optimizer.planner import Inputs, load, read

if TYPE_CHECKING:
    from optimizer.models.allocation.desk import Choice

HOLD_MIN = 30
"""Minutes that a reservation holds without confirmation."""
MAX_TRIES = 3
HORIZON_DAYS = 40
EPOCH_LEAD_DAYS = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Prices:
    """Opportunity prices as rows; see ``plan.allocation_io``."""

    stock: tuple[StockPrice, ...] = ()
    capacity: tuple[CapacityPrice, ...] = ()


def epoch_of(orders: Sequence[Order]) -> datetime:
    """Midnight UTC two days before the first order: waves and zones then fit the horizon."""
    first = min(order.placed_at for order in orders).astimezone(UTC)
    return first.replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(
        days=EPOCH_LEAD_DAYS
    )


def open_allocator(
    data: NetworkData,
    stock: StockData,
    orders: Sequence[Order],
    *,
    confidence: float = 0.9,
    prices: Prices | None = None,
    journal: Path | None = None,
) -> Allocator:
    """An allocator over the network around some orders."""
    inputs = load(epoch_at=epoch_of(orders), horizon_days=HORIZON_DAYS, data=data)
    ledger = Ledger(
        {lot.lot_id: lot.units for lot in stock.lots.values()},
        journal=journal,
        reservations=stock.reservations,
    )
    return Allocator(inputs, stock, confidence=confidence, prices=prices, ledger=ledger)


class Allocator:
    """
    Answers orders from a stock; threads may share it.

    Parameters
    ----------
    inputs
        Network over the horizon of the answers.
    confidence
        Share of sampled deliveries that keep a promise, in whole percents.
    prices
        Opportunity prices; the rule of thumb without.
    ledger
        Who holds what; one in memory without.
    """

    def __init__(
        self,
        inputs: Inputs,
        stock: StockData,
        *,
        confidence: float = 0.9,
        prices: Prices | None = None,
        ledger: Ledger | None = None,
    ) -> None:
        from optimizer.models.allocation.board import build_board
        from optimizer.models.allocation.price_table import PriceTable
        from optimizer.models.allocation.single import Engine
        from optimizer.models.network_lanes import NetworkLanes

        self.inputs, self.stock, self.confidence = inputs, stock, confidence
        network = inputs.network
        self.ledger = ledger or Ledger(
            {lot.lot_id: lot.units for lot in stock.lots.values()},
            reservations=stock.reservations,
        )
        table = prices or Prices()
        zones = {one: inputs.data.facilities[one].timezone for one in stock.warehouses}
        self.board = build_board(
            stock,
            minute_of=network.minute,
            zone_of=zones,
            reserved_units=self.ledger.reserved_units(),
        )
        self.lanes = NetworkLanes(network, self.board.warehouse_rows, confidence=confidence)
        self.engine = Engine(
            board=self.board,
            lanes=self.lanes,
            prices=PriceTable.from_prices(table.stock, table.capacity),
            minute_of=network.minute,
        )
        self._lock = RLock()
        self._next_expiry = min(
            (one.expires_at for one in self.ledger.held() if not one.is_confirmed), default=None
        )

    def what_if(self, order: Order) -> Allocation:
        """The answer to an order without holding anything."""
        with self._lock:
            self._give_back()
            return self._answer(order)[0]

    def answer(self, order: Order, *, hold_min: int = HOLD_MIN) -> Allocation:
        """
        The answer to an order, its units held until confirmed or ``hold_min`` have passed.

        Raises
        ------
        ReservationError
            The order holds units already, or others took the units again and again.
        """
        with self._lock:
            for attempt in range(MAX_TRIES):
                self._give_back()
                found, choice = self._answer(order)
                if choice is None:
                    return found
                try:
                    return self._hold(found, choice, hold_min)
                except ReservationError:
                    # Somebody else writes to the same ledger: look at it again.
                    if attempt == MAX_TRIES - 1:
                        raise
                    self._refresh()
        raise AssertionError("unreachable")

    def confirm(self, found: Allocation) -> None:
        """Make the units of an answer its own for good."""
        self.ledger.confirm(found.reservation_ids)

    def release(self, found: Allocation) -> None:
        """Give the units of an answer back."""
        with self._lock:
            self._put_back(self.ledger.release(found.reservation_ids))

    def sequence(self, orders: Sequence[Order]) -> BatchResult:
        """Orders one after the other, by priority and time, each taking its units: no bound."""
        started = time.perf_counter()
        found: dict[str, Allocation] = {}
        with self._lock:
            for order in sorted(orders, key=lambda one: (-one.priority, one.placed_at)):
                answer, choice = self._answer(order)
                if choice is not None:
                    self.engine.take(choice)
                found[order.order_id] = answer
        allocations = tuple(found[order.order_id] for order in orders)
        objective = sum(one.cost_fen for one in allocations) + self._unserved_fen(orders, found)
        return BatchResult(
            allocations=allocations,
            status="feasible",
            objective_fen=objective,
            bound_fen=0,
            solve_seconds=time.perf_counter() - started,
            stop_reason="sequential",
        )

    def check(self, orders: Sequence[Order], result: BatchResult) -> list[Violation]:
        """What an independent look at the answers finds; nothing, unless there is a defect."""
        from optimizer.plan.checks.allocation import check_allocations

        return check_allocations(
            self.inputs.data, self.stock, orders, result.allocations, self.ledger.now()
        )

    def batch(
        self,
        orders: Sequence[Order],
        *,
        time_s: float = 60.0,
        gap: float = 0.01,
        seed: int = 7,
        n_threads: int = 1,
        should_stop: Callable[[], bool] | None = None,
    ) -> BatchResult:
        """
        Orders decided together, with a bound, opportunity prices, and explained back-orders.

        Nothing is reserved.

        Parameters
        ----------
        time_s
            Of deciding; the quotes before it are not counted.
        should_stop
            Asked while deciding; the best answer so far is given.
        """
        from optimizer.models.allocation.batch_answer import Moments, answer_batch
        from optimizer.solvers.limits import SolveLimits

        network = self.inputs.network
        with self._lock:
            self._give_back()
            return answer_batch(
                self.board,
                self.lanes,
                orders,
                Moments(
                    epoch_at=network.epoch_at,
                    minute_of=network.minute,
                    moment_of=network.moment,
                ),
                confidence=self.confidence,
                limits=SolveLimits(time_s=time_s, gap=gap, seed=seed, n_threads=n_threads),
                picked_units=self.engine.picked_units,
                should_stop=should_stop,
            )

    def _unserved_fen(self, orders: Sequence[Order], found: dict[str, Allocation]) -> int:
        from optimizer.models.allocation.scoring import unserved_fen

        return sum(
            one.units * unserved_fen(self.board, order, self.board.sku_index[one.sku])
            for order in orders
            for one in found[order.order_id].backorders
        )

    def _answer(self, order: Order) -> tuple[Allocation, Choice | None]:
        choice, other = self.engine.best(order)
        return self._allocation(order, choice, other), choice

    def _allocation(self, order: Order, choice: Choice | None, other: Choice | None) -> Allocation:
        from optimizer.models.allocation.assemble import make_runner_up
        from optimizer.models.allocation.reasons import backorders

        network = self.inputs.network
        left = choice.left if choice else tuple(line.units for line in order.lines)
        status = AllocationStatus.PARTIAL if any(left) else AllocationStatus.SERVED
        parcels = self.parcels(order, choice) if choice else ()
        return Allocation(
            order_id=order.order_id,
            status=status if choice else AllocationStatus.BACKORDERED,
            epoch_at=network.epoch_at,
            parcels=parcels,
            backorders=(
                backorders(self.engine, order, left, network.moment, with_repairs=True)
                if any(left)
                else ()
            ),
            runner_up=(
                make_runner_up(self.board, choice, other, network.moment) if choice else None
            ),
            warnings=tuple(sorted({text for one in parcels for text in one.itinerary.warnings})),
        )

    def parcels(self, order: Order, choice: Choice) -> tuple[Parcel, ...]:
        """Parcels of an answer, priced and routed exactly."""
        from optimizer.models.allocation.assemble import make_parcel

        network = self.inputs.network
        return tuple(
            make_parcel(
                self.board,
                self.lanes,
                order,
                part,
                number=number,
                confidence=self.confidence,
                minute_of=network.minute,
                moment_of=network.moment,
            )
            for number, part in enumerate(choice.parts, start=1)
        )

    def _hold(self, found: Allocation, choice: Choice, hold_min: int) -> Allocation:
        lines = [line for parcel in found.parcels for line in parcel.lines]
        claims = [
            Claim(
                reservation_id=f"{found.order_id}#{at}",
                order_id=found.order_id,
                lot_id=line.lot_id,
                units=line.units,
            )
            for at, line in enumerate(lines, start=1)
        ]
        expires_at = self.ledger.now() + timedelta(minutes=hold_min)
        made = self.ledger.reserve(claims, expires_at=expires_at)
        self.engine.take(choice)
        if self._next_expiry is None or expires_at < self._next_expiry:
            self._next_expiry = expires_at
        return replace(found, reservation_ids=tuple(one.reservation_id for one in made))

    def _give_back(self) -> None:
        """Put the units of expired reservations back on the board."""
        if self._next_expiry is None or self.ledger.now() < self._next_expiry:
            return
        self._put_back(self.ledger.expire())
        self._next_expiry = min(
            (one.expires_at for one in self.ledger.held() if not one.is_confirmed), default=None
        )

    def _put_back(self, gone: Sequence[Reservation]) -> None:
        for one in gone:
            self.board.lot_units[self.board.lot_index[one.lot_id]] += one.units

    def _refresh(self) -> None:
        taken = self.ledger.reserved_units()
        for at, lot_id in enumerate(self.board.lot_ids):
            self.board.lot_units[at] = max(0, self.stock.lots[lot_id].units - taken.get(lot_id, 0))


def read_all(
    stock_file: Path,
    *,
    orders_file: Path | None = None,
    order_file: Path | None = None,
    skus_file: Path | None = None,
    warehouses_file: Path | None = None,
    reservations_file: Path | None = None,
    data_dir: Path | None = None,
) -> tuple[NetworkData, StockData, list[Order]]:
    """
    Network data, stock and orders, or one order from JSON.

    Raises
    ------
    DemandError
        With all findings A8xx of the stock's files, else of the orders.
    """
    from optimizer.datasets.orders import read_order_file, read_orders
    from optimizer.datasets.stock import expired_lots, read_stock

    data = read(data_dir)
    stock = read_stock(
        stock_file,
        data,
        skus_file=skus_file,
        warehouses_file=warehouses_file,
        reservations_file=reservations_file,
    )
    if order_file is not None:
        orders = [read_order_file(order_file, data, stock.skus)]
    elif orders_file is not None:
        orders = read_orders(orders_file, data, stock.skus)
    else:
        raise ValueError("a file of orders, or of one order, is needed")
    first = epoch_of(orders).date() + timedelta(days=EPOCH_LEAD_DAYS)
    return data, replace(stock, warnings=expired_lots(stock, first)), orders


def prices_from(path: Path) -> Prices:
    """Opportunity prices from ``prices.csv`` and ``capacity_prices.csv`` beside it."""
    from optimizer.plan.allocation_io import read_prices

    stock, capacity = read_prices(path)
    return Prices(stock=stock, capacity=capacity)
