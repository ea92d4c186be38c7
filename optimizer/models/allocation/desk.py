"""What one warehouse can do for one order: lots, waves, parcels."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from optimizer.domain.order import LEGAL_STATUSES, Order
from optimizer.models.allocation.board import N_STATUSES, STATUS_INDEX, Board
from optimizer.models.allocation.offers import NEVER, Lanes, Offer
from optimizer.models.allocation.parcelling import groups, mass_and_volume
from optimizer.models.allocation.price_table import PriceTable
from optimizer.models.allocation.scoring import parcel_fen
from optimizer.models.allocation.waves import monday_of

MAX_WAVES = 4
MAX_PICK_DAYS = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class Take:
    """Units of a lot for a line of the order."""

    line: int
    lot: int
    units: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A parcel that could be sent."""

    offer: Offer
    takes: tuple[Take, ...]
    gross_kg: int
    volume_dm3: int
    cargo_class: str
    release_fen: int
    cost_fen: int
    opportunity_fen: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """
    An answer to an order.

    Parameters
    ----------
    left
        Units of each line that it does not serve.
    """

    parts: tuple[Part, ...]
    left: tuple[int, ...]

    @property
    def score(self) -> tuple[int, int, int, tuple[int, ...]]:
        """Units left; cost and opportunity value; last promise; warehouses."""
        return (
            sum(self.left),
            sum(part.cost_fen + part.opportunity_fen for part in self.parts),
            max((part.offer.promise_min for part in self.parts), default=0),
            self.warehouses,
        )

    @property
    def warehouses(self) -> tuple[int, ...]:
        """Warehouses that it comes from, rising."""
        return tuple(sorted({part.offer.warehouse for part in self.parts}))


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """
    One order at one warehouse.

    Parameters
    ----------
    wanted
        SKU number and units by line.
    legal
        Numbers of the customs statuses that may serve it.
    release_min, release_fen
        Customs before hand-over.
    placed_min, due_min
        Clock minutes; ``NEVER`` without a due time.
    is_full
        Whether picking so many units more on a day is too much.
    """

    board: Board
    lanes: Lanes
    prices: PriceTable
    order: Order
    wanted: tuple[tuple[int, int], ...]
    legal: tuple[int, ...]
    warehouse: int
    release_min: int
    release_fen: int
    placed_min: int
    due_min: int
    is_full: Callable[[int, int, int], bool]

    def has_any(self) -> bool:
        """Whether there are lots that the law lets the order take, usable or not."""
        for sku, _ in self.wanted:
            base = self.board.cell(sku, self.warehouse, 0)
            firsts = self.board.cell_first[base : base + N_STATUSES + 1].tolist()
            if any(firsts[status] < firsts[status + 1] for status in self.legal):
                return True
        return False

    def best(self, lines: Sequence[int], taken: Mapping[int, int]) -> Choice | None:
        """
        The best parcels for some lines, over waves that bring more stock.

        Parameters
        ----------
        taken
            Units of lines that others serve already.
        """
        best: Choice | None = None
        wave = self.lanes.hand_over(self.warehouse, self.placed_min, self.release_min)
        later = iter(self._inbound_waves(lines, wave))
        while wave < NEVER:
            one = self._at(lines, wave, taken)
            if one is not None and (best is None or one.score < best.score):
                best = one
            if one is not None and not any(one.left[line] for line in lines):
                break
            wave = next(later, NEVER)
        return best

    def usable(self, sku: int, status: int, wave: int) -> list[tuple[int, int]]:
        """Lots of a cell that can leave at a wave, in FEFO order, with their free units."""
        board, found = self.board, []
        for lot in board.lots_of(board.cell(sku, self.warehouse, status)):
            free = board.lot_units.item(lot)
            if free <= 0 or wave >= board.lot_last_min.item(lot):
                continue
            available = board.lot_available_min.item(lot)
            if available > self.placed_min:
                first = self.lanes.hand_over(self.warehouse, available, self.release_min)
                if first > wave:
                    continue
            found.append((lot, free))
        return found

    def _inbound_waves(self, lines: Sequence[int], wave: int) -> list[int]:
        """Waves after the first at which stock that is on its way can leave."""
        board = self.board
        available = {
            board.lot_available_min.item(lot)
            for line in lines
            for status in self.legal
            for lot in board.lots_of(board.cell(self.wanted[line][0], self.warehouse, status))
        }
        waves = {
            self.lanes.hand_over(self.warehouse, minute, self.release_min)
            for minute in available
            if minute > self.placed_min
        }
        return sorted(one for one in waves if one > wave)[: MAX_WAVES - 1]

    def _at(self, lines: Sequence[int], wave: int, taken: Mapping[int, int]) -> Choice | None:
        """The parcels at a wave, or on a later day where picking is full."""
        for _ in range(MAX_PICK_DAYS):
            day = self.lanes.wave_day(self.warehouse, wave)
            takes, left, value = self._takes(lines, wave, monday_of(day), taken)
            units = sum(one.units for one in takes)
            if not units:
                return None
            if not self.is_full(self.warehouse, day, units):
                parts = self._parts(takes, value, wave, monday_of(day))
                return None if parts is None else Choice(parts=parts, left=tuple(left))
            wave = self.lanes.next_day(self.warehouse, wave)
            if wave >= NEVER:
                return None
        return None

    def _takes(
        self, lines: Sequence[int], wave: int, week: date, taken: Mapping[int, int]
    ) -> tuple[list[Take], list[int], dict[int, int]]:
        """Lots, cheapest status first, then FEFO; units left and opportunity value by line."""
        board = self.board
        takes: list[Take] = []
        left = [units - taken.get(line, 0) for line, (_, units) in enumerate(self.wanted)]
        value = dict.fromkeys(lines, 0)
        drawn: dict[int, int] = {}
        for line in lines:
            sku, units = self.wanted[line][0], left[line]
            pack = board.pack_units.item(sku)
            cells: list[tuple[int, int, list[tuple[int, int]]]] = []
            for status in self.legal:
                lots = self.usable(sku, status, wave)
                free = sum(have for _, have in lots)
                if free:
                    price = self.prices.unit_fen(
                        board,
                        sku,
                        self.warehouse,
                        status,
                        week,
                        free=free,
                        take=min(units, free),
                    )
                    cells.append((price, status, lots))
            for price, _, lots in sorted(cells):
                for lot, have in lots:
                    n_units = min(left[line], have - drawn.get(lot, 0)) // pack * pack
                    if n_units > 0:
                        takes.append(Take(line=line, lot=lot, units=n_units))
                        drawn[lot] = drawn.get(lot, 0) + n_units
                        left[line] -= n_units
                        value[line] += price * n_units
        return takes, left, value

    def _parts(
        self, takes: Sequence[Take], value: Mapping[int, int], wave: int, week: date
    ) -> tuple[Part, ...] | None:
        """The cheapest way of each parcel; ``None`` where one has none."""
        lines = sorted({one.line for one in takes})
        parts: list[Part] = []
        for group in groups(self.board, [self.wanted[line][0] for line in lines]):
            mine = {lines[at] for at in group}
            inside = tuple(one for one in takes if one.line in mine)
            worth = sum(value[line] for line in mine)
            part = self._part(inside, worth, wave, week)
            if part is None:
                return None
            parts.append(part)
        return tuple(parts)

    def _part(self, takes: tuple[Take, ...], value: int, wave: int, week: date) -> Part | None:
        board = self.board
        content = [(self.wanted[one.line][0], one.units) for one in takes]
        gross_kg, volume_dm3 = mass_and_volume(board, content)
        units = sum(one.units for one in takes)
        cargo_class = board.sku_rows[content[0][0]].cargo_class
        warehouse_id = board.warehouses[self.warehouse]
        base = value + units * self.prices.pick_fen(warehouse_id, week)
        best: Part | None = None
        offers = self.lanes.offers(
            self.warehouse,
            self.order,
            gross_kg=gross_kg,
            volume_dm3=volume_dm3,
            cargo_class=cargo_class,
            hand_over_min=wave,
        )
        least = 0
        for offer in offers:
            cost = parcel_fen(
                board,
                self.order,
                offer,
                units=units,
                release_fen=self.release_fen,
                due_min=self.due_min,
            )
            worth = base + gross_kg * sum(
                self.prices.departure_fen(warehouse_id, week, draw) for draw in offer.draws
            )
            if best is None or cost + worth < least:
                least = cost + worth
                best = Part(
                    offer=offer,
                    takes=takes,
                    gross_kg=gross_kg,
                    volume_dm3=volume_dm3,
                    cargo_class=cargo_class,
                    release_fen=self.release_fen,
                    cost_fen=cost,
                    opportunity_fen=worth,
                )
        return best


def legal_statuses(order: Order) -> tuple[int, ...]:
    """Numbers of the customs statuses that may serve an order; none for an unknown mode."""
    return tuple(
        sorted(STATUS_INDEX[status] for status in LEGAL_STATUSES.get(order.customs_mode, ()))
    )
