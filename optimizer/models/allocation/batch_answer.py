"""From a decided batch to the answers that leave: parcels as they are, back-orders, prices."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from optimizer.domain.order import Order
from optimizer.models.allocation.assemble import Carrier, make_parcel
from optimizer.models.allocation.batch_build import PICK, BatchRules
from optimizer.models.allocation.batch_core import Progress
from optimizer.models.allocation.batch_lots import Pick
from optimizer.models.allocation.batch_repairs import Others, backorders_of
from optimizer.models.allocation.batch_room import Bookings
from optimizer.models.allocation.batch_solve import BatchSolution, solve_batch
from optimizer.models.allocation.board import Board
from optimizer.models.allocation.desk import Choice, Part, Take
from optimizer.models.allocation.offers import NEVER, Lanes
from optimizer.models.allocation.parcelling import mass_and_volume
from optimizer.models.allocation.price_table import PriceTable
from optimizer.models.allocation.scoring import parcel_fen, unserved_fen
from optimizer.models.allocation.waves import monday_of
from optimizer.plan.allocation import Allocation, AllocationStatus, Backorder, BatchResult
from optimizer.solvers.limits import SolveLimits

REPAIRS_S = 10.0
"""Seconds for trying repairs of back-orders after the solve."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Moments:
    """The clock of the answer: zero, and from minutes to moments with zone and back."""

    epoch_at: datetime
    minute_of: Callable[[datetime], int]
    moment_of: Callable[[int], datetime]


def answer_batch(
    board: Board,
    carrier: Carrier,
    orders: Sequence[Order],
    moments: Moments,
    *,
    confidence: float = 0.9,
    limits: SolveLimits | None = None,
    picked_units: Mapping[tuple[int, int], int] | None = None,
    repairs_s: float = REPAIRS_S,
    on_progress: Progress | None = None,
    should_stop: Callable[[], bool] | None = None,
) -> BatchResult:
    """
    Decide about all orders together and answer each.

    Parameters
    ----------
    board
        Stock; not changed.
    orders
        Of known SKUs and customs modes.
    confidence
        Share of samples that keep a promise, as the carrier has it.
    picked_units
        Units handed over already, by warehouse and day.
    repairs_s
        Seconds for repairs of back-orders, dearest first; those after it have reasons only.

    Returns
    -------
    Answers in the order of ``orders``. The solve prices a parcel at the content it was quoted for;
    a parcel that carries less is priced and routed again as it is. What that saves is taken off
    objective and bound alike, so their distance stays the one that was proved.

    Raises
    ------
    ModelError
        The costs are too large for exact arithmetic.
    ValueError
        The carrier contradicts its own offers.
    """
    began, limits = time.perf_counter(), limits or SolveLimits()
    taken = {(w, day, PICK): units for (w, day), units in (picked_units or {}).items()}
    solution = solve_batch(
        board, orders, carrier, BatchRules(minute_of=moments.minute_of), limits=limits,
        taken=taken, on_progress=on_progress, should_stop=should_stop,
    )  # fmt: skip
    choices = choices_of(solution, board, orders, carrier, moments.minute_of)
    others = Others.after(board, carrier, choices, moments.minute_of, picked_units or {})
    missing = backorders_of(others, orders, choices, moments.moment_of, repairs_s, should_stop)
    found: list[Allocation] = []
    objective_fen = solution.short_fen
    for order, choice, backorders in zip(orders, choices, missing, strict=True):
        found.append(_answer(order, choice, backorders, board, carrier, moments, confidence))
        objective_fen += found[-1].cost_fen + sum(
            one.units * unserved_fen(board, order, board.sku_index[one.sku]) for one in backorders
        )
    saved_fen = solution.objective_fen - objective_fen
    return BatchResult(
        allocations=tuple(found),
        status=solution.status,
        objective_fen=objective_fen,
        bound_fen=max(0, min(objective_fen, solution.bound_fen - saved_fen)),
        solve_seconds=time.perf_counter() - began,
        stop_reason=solution.stop_reason,
        seed=limits.seed,
        n_threads=limits.n_threads,
        stock_prices=solution.stock_prices,
        capacity_prices=solution.capacity_prices,
    )


def choices_of(
    solution: BatchSolution,
    board: Board,
    orders: Sequence[Order],
    lanes: Lanes,
    minute_of: Callable[[datetime], int],
) -> list[Choice]:
    """The answer to each order, one part for each used offer; no part where nobody serves it."""
    built = solution.built
    offer_order = built.problem.offer_order
    table = PriceTable.from_prices(solution.stock_prices, solution.capacity_prices)
    quoting = _Quoting(board, lanes, table, Bookings(lanes), minute_of)
    parcels: dict[int, list[Pick]] = {}
    for pick in solution.picks:
        parcels.setdefault(pick.offer, []).append(pick)
    by_order: dict[int, list[int]] = {}
    for offer in parcels:
        by_order.setdefault(offer_order.item(offer), []).append(offer)
        way = built.shippings[offer]
        quoting.bookings.book(way.offer.draws, way.quoted_kg)
    choices: list[Choice] = []
    for at, order in enumerate(orders):
        parts: list[Part] = []
        left = [line.units for line in order.lines]
        for offer in sorted(by_order.get(at, ())):
            takes = tuple(_take(pick, order, board, left) for pick in parcels[offer])
            way = built.shippings[offer]
            quoting.bookings.book(way.offer.draws, -way.quoted_kg)
            part = quoting.part(order, way.offer.warehouse, way.offer.hand_over_min,
                                (way.release_min, way.release_fen), takes)  # fmt: skip
            quoting.bookings.book(part.offer.draws, part.gross_kg)
            parts.append(part)
        choices.append(Choice(parts=tuple(parts), left=tuple(left)))
    return choices


def _take(pick: Pick, order: Order, board: Board, left: list[int]) -> Take:
    """Units of a pick; lines of one SKU are served in their order."""
    sku = board.skus[board.lot_sku.item(pick.lot)]
    mine = [at for at, line in enumerate(order.lines) if line.sku == sku]
    units = pick.units
    for at in mine:
        served = min(units, left[at])
        left[at] -= served
        units -= served
    return Take(line=mine[0], lot=pick.lot, units=pick.units)


@dataclass(frozen=True, slots=True)
class _Quoting:
    """Prices parcels as they are."""

    board: Board
    lanes: Lanes
    prices: PriceTable
    bookings: Bookings
    minute_of: Callable[[datetime], int]

    def part(
        self, order: Order, w: int, wave: int, release: tuple[int, int], takes: tuple[Take, ...],
    ) -> Part:  # fmt: skip
        """
        The cheapest way of a parcel for which departures have room.

        Raises
        ------
        ValueError
            There is none, though a heavier parcel had one.
        """
        board = self.board
        content = [(board.lot_sku.item(one.lot), one.units) for one in takes]
        gross_kg, volume_dm3 = mass_and_volume(board, content)
        cargo_class = board.sku_rows[content[0][0]].cargo_class
        units = sum(one.units for one in takes)
        due = NEVER if order.due_at is None else self.minute_of(order.due_at)
        ways = self.lanes.offers(
            w, order, gross_kg=gross_kg, volume_dm3=volume_dm3, cargo_class=cargo_class,
            hand_over_min=wave,
        )  # fmt: skip
        priced = [
            (parcel_fen(board, order, one, units=units, release_fen=release[1], due_min=due), at)
            for at, one in enumerate(ways)
            if self.bookings.has_room(one.draws, gross_kg)
        ]
        if not priced:
            raise ValueError(f"{order.order_id}: the lighter parcel of {gross_kg} kg has no way")
        cost_fen, at = min(priced)
        return Part(
            offer=ways[at],
            takes=takes,
            gross_kg=gross_kg,
            volume_dm3=volume_dm3,
            cargo_class=cargo_class,
            release_fen=release[1],
            cost_fen=cost_fen,
            opportunity_fen=self._worth(ways[at].draws, w, wave, takes, gross_kg),
        )

    def _worth(
        self, draws: tuple[str, ...], w: int, wave: int, takes: tuple[Take, ...], gross_kg: int
    ) -> int:
        """Opportunity value of what a parcel takes, at the prices of the batch."""
        board, name = self.board, self.board.warehouses[w]
        week = monday_of(self.lanes.wave_day(w, wave))
        worth = gross_kg * sum(self.prices.departure_fen(name, week, one) for one in draws)
        if not self.prices.has_stock:
            # A batch that leaves everything in plenty has no prices; the rule of thumb is not one.
            return worth
        for one in takes:
            sku, status = board.lot_sku.item(one.lot), board.lot_status.item(one.lot)
            unit = self.prices.unit_fen(board, sku, w, status, week, free=0, take=0)
            worth += one.units * (unit + self.prices.pick_fen(name, week))
        return worth


def _answer(  # noqa: PLR0917
    order: Order, choice: Choice, backorders: tuple[Backorder, ...], board: Board,
    carrier: Carrier, moments: Moments, confidence: float,
) -> Allocation:  # fmt: skip
    """The answer to one order, priced and routed exactly."""
    parcels = tuple(
        make_parcel(
            board, carrier, order, part, number=number, confidence=confidence,
            minute_of=moments.minute_of, moment_of=moments.moment_of,
        )
        for number, part in enumerate(choice.parts, start=1)
    )  # fmt: skip
    status = AllocationStatus.SERVED
    if any(choice.left):
        status = AllocationStatus.PARTIAL if parcels else AllocationStatus.BACKORDERED
    found = Allocation(
        order_id=order.order_id,
        status=status,
        epoch_at=moments.epoch_at,
        parcels=parcels,
        backorders=backorders,
    )
    warnings = {text for parcel in parcels for text in parcel.itinerary.warnings}
    return replace(found, warnings=tuple(sorted(warnings)))
