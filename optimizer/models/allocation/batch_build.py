"""From orders, stock and the network's offers to the arrays of a batch."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import numpy as np

from optimizer.domain.order import LEGAL_STATUSES, Order
from optimizer.models.allocation.batch_problem import (
    CM3,
    PARCELS,
    PIECES,
    BatchProblem,
    LongArray,
)
from optimizer.models.allocation.board import STATUS_INDEX, Board
from optimizer.models.allocation.offers import NEVER, Lanes, Offer
from optimizer.models.allocation.parcelling import groups, mass_and_volume
from optimizer.models.allocation.scoring import lateness_fen, unserved_fen

PICK, STORAGE = "pick", "storage"
_MOST_WAVES = 4
_MOST_PAIRED = 3
"""Lines up to which all subsets are quoted."""
_MOST_OFFERS = 2
"""Ways kept for one content and wave: the cheapest, lateness included, and the next."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchRules:
    """
    How a batch is built.

    Parameters
    ----------
    minute_of
        Clock minute of a moment.
    n_days
        Days with a wave that an order may leave on: 1 is the first; inbound stock adds its own.
    storage_over_mfen
        Milli-fen of each cm3 that is over the room of a warehouse after the batch; 0 does not
        count it.
    """

    minute_of: Callable[[datetime], int]
    n_days: int = 2
    storage_over_mfen: int = 0


@dataclass(frozen=True, slots=True)
class Shipping:
    """An offer of the batch: the network's way, what leaves when, and for which parcel."""

    offer: Offer
    release_min: int
    release_fen: int
    quoted_kg: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BuiltBatch:
    """
    The arrays, and what their positions mean.

    Parameters
    ----------
    line_skus
        SKU number of each line; equal SKUs of an order are one line.
    shippings
        By offer of the problem.
    cell_lots
        Lots of each cell, in FEFO order: equal in everything but their number.
    resources
        By resource: warehouse, day (ordinal, or the minute of departure) and what.
    """

    problem: BatchProblem
    line_skus: tuple[int, ...]
    shippings: tuple[Shipping, ...]
    cell_lots: tuple[tuple[int, ...], ...]
    resources: tuple[tuple[int, int, str], ...]


@dataclass(slots=True)
class _Lists:
    """Arrays in the making."""

    order_line_ptr: list[int] = field(default_factory=lambda: [0])
    order_offer_ptr: list[int] = field(default_factory=lambda: [0])
    line_ids: list[str] = field(default_factory=list[str])
    line_skus: list[int] = field(default_factory=list[int])
    line_units: list[int] = field(default_factory=list[int])
    line_unserved_fen: list[int] = field(default_factory=list[int])
    shippings: list[Shipping] = field(default_factory=list[Shipping])
    offer_fen: list[int] = field(default_factory=list[int])
    offer_draw_ptr: list[int] = field(default_factory=lambda: [0])
    offer_draw_resource: list[int] = field(default_factory=list[int])
    offer_draw_booked: list[int] = field(default_factory=list[int])
    offer_arc_ptr: list[int] = field(default_factory=lambda: [0])
    arc_line: list[int] = field(default_factory=list[int])
    arc_cell: list[int] = field(default_factory=list[int])
    arc_unit_fen: list[int] = field(default_factory=list[int])
    resources: dict[tuple[int, int, str], int] = field(
        default_factory=dict[tuple[int, int, str], int]
    )
    resource_measure: list[int] = field(default_factory=list[int])
    resource_capacity: list[int] = field(default_factory=list[int])
    resource_least: list[int] = field(default_factory=list[int])


class _Builder:
    """One batch; cells are numbered once, then orders are added."""

    def __init__(
        self,
        board: Board,
        lanes: Lanes,
        rules: BatchRules,
        lot_units: LongArray,
        taken: Mapping[tuple[int, int, str], int],
    ) -> None:
        self.board, self.lanes, self.rules, self.taken = board, lanes, rules, taken
        self.lot_units = lot_units
        self.lists = _Lists()
        self.cells: dict[tuple[int, int, int], list[int]] = {}
        self.cell_lots: list[list[int]] = []
        self._over_cm3 = [
            self._stored_over_cm3(w) if rules.storage_over_mfen else 0
            for w in range(board.n_warehouses)
        ]
        for lot in np.flatnonzero(lot_units >= board.pack_units[board.lot_sku]).tolist():
            self._enter(lot)

    def _enter(self, lot: int) -> None:
        """Put a lot into a cell: those that differ only in their number are one."""
        board = self.board
        key = (board.lot_sku.item(lot), board.lot_warehouse.item(lot), board.lot_status.item(lot))
        cells = self.cells.setdefault(key, [])
        for cell in cells:
            other = self.cell_lots[cell][0]
            if (
                board.lot_available_min[other] == board.lot_available_min[lot]
                and board.lot_last_min[other] == board.lot_last_min[lot]
            ):
                self.cell_lots[cell].append(lot)
                return
        cells.append(len(self.cell_lots))
        self.cell_lots.append([lot])

    def add(self, order: Order) -> None:
        """An order with its lines and all offers that have legal stock."""
        lists, board = self.lists, self.board
        wanted: dict[int, int] = {}
        for line in order.lines:
            sku = board.sku_index[line.sku]
            wanted[sku] = wanted.get(sku, 0) + line.units
        skus, first_line = list(wanted), len(lists.line_skus)
        for sku in skus:
            lists.line_ids.append(f"{order.order_id}/{board.skus[sku]}")
            lists.line_skus.append(sku)
            lists.line_units.append(wanted[sku])
            lists.line_unserved_fen.append(unserved_fen(board, order, sku))
        statuses = sorted(STATUS_INDEX[one] for one in LEGAL_STATUSES[order.customs_mode])
        parcels = groups(board, skus)
        for w in range(board.n_warehouses):
            cells = [
                [c for status in statuses for c in self.cells.get((sku, w, status), ())]
                for sku in skus
            ]
            release = self.lanes.release(w, order) if any(cells) else None
            if release is None:
                continue
            for wave in self._waves(order, w, cells, release[0]):
                usable = [
                    [c for c in of if self._is_usable(c, order, w, wave, release[0])]
                    for of in cells
                ]
                for parcel in parcels:
                    inside = [at for at in parcel if usable[at]]
                    for content in _contents(order, inside):
                        units = [(skus[at], wanted[skus[at]]) for at in content]
                        chosen = [(first_line + at, usable[at]) for at in content]
                        self._add_offers(order, w, wave, release, units, chosen)
        lists.order_line_ptr.append(len(lists.line_skus))
        lists.order_offer_ptr.append(len(lists.offer_fen))

    def _waves(
        self, order: Order, w: int, cells: Sequence[Sequence[int]], release_min: int
    ) -> list[int]:
        """First waves of the order, and the first after each arrival of inbound stock."""
        placed, lanes = self.rules.minute_of(order.placed_at), self.lanes
        first = wave = lanes.hand_over(w, placed, release_min)
        found = {first}
        for _ in range(self.rules.n_days - 1):
            if wave < NEVER:
                wave = lanes.next_day(w, wave)
                found.add(wave)
        for cell in {c for of in cells for c in of}:
            ready = self.board.lot_available_min.item(self.cell_lots[cell][0])
            if ready > placed:
                found.add(lanes.hand_over(w, ready, release_min))
        return sorted(wave for wave in found if wave < NEVER)[:_MOST_WAVES]

    def _is_usable(self, cell: int, order: Order, w: int, wave: int, release_min: int) -> bool:
        lot, board = self.cell_lots[cell][0], self.board
        if wave >= board.lot_last_min[lot]:
            return False
        ready = board.lot_available_min.item(lot)
        placed = self.rules.minute_of(order.placed_at)
        return ready <= placed or self.lanes.hand_over(w, ready, release_min) <= wave

    def _add_offers(  # noqa: PLR0917
        self,
        order: Order,
        w: int,
        wave: int,
        release: tuple[int, int],
        units: Sequence[tuple[int, int]],
        lines: Sequence[tuple[int, Sequence[int]]],
    ) -> None:
        """Ways for one content: cost at the quoted mass, draws on picking and departures."""
        board, lists = self.board, self.lists
        gross_kg, volume_dm3 = mass_and_volume(board, units)
        ways = self.lanes.offers(
            w, order, gross_kg=gross_kg, volume_dm3=volume_dm3,
            cargo_class=board.sku_rows[units[0][0]].cargo_class, hand_over_min=wave,
        )  # fmt: skip
        due = NEVER if order.due_at is None else self.rules.minute_of(order.due_at)
        priced = sorted(
            (way.cost_fen + lateness_fen(order, way.promise_min, due), at)
            for at, way in enumerate(ways)
        )
        for cost_fen, at in priced[:_MOST_OFFERS]:
            way = ways[at]
            lists.shippings.append(Shipping(way, *release, gross_kg))
            lists.offer_fen.append(cost_fen + release[1] + board.order_fen.item(w))
            day = self.lanes.wave_day(w, wave)
            pick_units = board.pick_units_per_day.item(w)
            self._draw((w, day, PICK), PIECES, pick_units, 1)
            for hop in way.draws:
                room_kg = self.lanes.capacity_kg(hop)
                if room_kg < NEVER:
                    self._draw((-1, way.departs_min, hop), PARCELS, room_kg, gross_kg)
            if self._over_cm3[w]:
                self._draw((w, 0, STORAGE), CM3, 2**40, 1)
            lists.offer_draw_ptr.append(len(lists.offer_draw_resource))
            for line, cells in lines:
                for cell in cells:
                    lists.arc_line.append(line)
                    lists.arc_cell.append(cell)
                    lists.arc_unit_fen.append(board.unit_fen.item(w))
            lists.offer_arc_ptr.append(len(lists.arc_line))

    def _draw(self, key: tuple[int, int, str], measure: int, capacity: int, booked: int) -> None:
        """Draw on a resource. A hop is one resource, whichever leg of it is caught first."""
        lists = self.lists
        name = key if key[0] >= 0 else (-1, 0, key[2])
        at = lists.resources.setdefault(name, len(lists.resources))
        if at == len(lists.resource_measure):
            lists.resource_measure.append(measure)
            lists.resource_capacity.append(max(0, capacity - self.taken.get(name, 0)))
            lists.resource_least.append(self._over_cm3[key[0]] if key[2] == STORAGE else 0)
        lists.offer_draw_resource.append(at)
        lists.offer_draw_booked.append(booked)

    def _stored_over_cm3(self, w: int) -> int:
        """What must leave a warehouse for its stock, on hand and on its way, to fit."""
        board = self.board
        here = board.lot_warehouse == w
        stored = int((self.lot_units[here] * board.unit_cm3[board.lot_sku[here]]).sum())
        return max(0, stored - board.storage_dm3.item(w) * 1000)

    def build(self, orders: Sequence[Order]) -> BuiltBatch:
        lists, board = self.lists, self.board
        for order in orders:
            self.add(order)
        skus = np.array(lists.line_skus, dtype=np.int64)
        pack = board.pack_units[board.lot_sku]
        whole = self.lot_units // pack * pack
        problem = BatchProblem.build(
            order_ids=[order.order_id for order in orders],
            line_ids=lists.line_ids,
            offer_ids=range(len(lists.offer_fen)),
            cell_ids=[board.lot_ids[lots[0]] for lots in self.cell_lots],
            resource_ids=["/".join(str(part) for part in key) for key in lists.resources],
            order_line_ptr=lists.order_line_ptr,
            order_offer_ptr=lists.order_offer_ptr,
            order_max_warehouses=[order.max_parcels for order in orders],
            order_is_partial=[order.is_partial_allowed for order in orders],
            order_min_units=[order.min_units for order in orders],
            line_units=lists.line_units,
            line_pack=board.pack_units[skus] if len(skus) else [],
            line_unserved_fen=lists.line_unserved_fen,
            line_unit_g=board.unit_g[skus] if len(skus) else [],
            line_unit_cm3=board.unit_cm3[skus] if len(skus) else [],
            offer_warehouse=[one.offer.warehouse for one in lists.shippings],
            offer_fen=lists.offer_fen,
            offer_draw_ptr=lists.offer_draw_ptr,
            offer_draw_resource=lists.offer_draw_resource,
            offer_draw_booked=lists.offer_draw_booked,
            offer_arc_ptr=lists.offer_arc_ptr,
            arc_line=lists.arc_line,
            arc_cell=lists.arc_cell,
            arc_unit_fen=lists.arc_unit_fen,
            cell_units=[int(whole[lots].sum()) for lots in self.cell_lots],
            resource_measure=lists.resource_measure,
            resource_capacity=lists.resource_capacity,
            resource_least=lists.resource_least,
            resource_short_mfen=[
                self.rules.storage_over_mfen if key[2] == STORAGE else 0 for key in lists.resources
            ],
        )
        return BuiltBatch(
            problem=problem,
            line_skus=tuple(lists.line_skus),
            shippings=tuple(lists.shippings),
            cell_lots=tuple(tuple(lots) for lots in self.cell_lots),
            resources=tuple(lists.resources),
        )


def _contents(order: Order, inside: Sequence[int]) -> list[list[int]]:
    """
    Which lines a parcel is quoted for: all that can be in it; and, where an order may come in
    parts, each subset of two or three lines, or single lines of more.
    """  # fmt: skip
    if not inside:
        return []
    whole = [list(inside)]
    if len(inside) == 1 or (order.max_parcels == 1 and not order.is_partial_allowed):
        return whole
    if len(inside) == _MOST_PAIRED:
        whole += [[inside[0], inside[1]], [inside[0], inside[2]], [inside[1], inside[2]]]
    return whole + [[at] for at in inside]


def build_batch(
    board: Board,
    orders: Sequence[Order],
    lanes: Lanes,
    rules: BatchRules,
    *,
    lot_units: LongArray | None = None,
    taken: Mapping[tuple[int, int, str], int] | None = None,
) -> BuiltBatch:
    """
    The arrays of a batch.

    Parameters
    ----------
    orders
        Of known SKUs and customs modes; the readers see to that.
    lot_units
        Units of each lot instead of the board's.
    taken
        What is used already of a resource, by its key.

    Notes
    -----
    A parcel is priced at the mass and volume of the content that it is quoted for: all lines in
    full, or some of them. One that carries less is priced as quoted, and booked so on departures.
    """
    units = board.lot_units if lot_units is None else lot_units
    return _Builder(board, lanes, rules, units, taken or {}).build(orders)
