"""
One order at once: which warehouses and lots serve it best, and what comes second.

The score of an answer is its cost, lateness included, plus the opportunity value of what it takes:
stock, picking and departures that later orders may need more.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import combinations

from optimizer.domain.order import Order
from optimizer.models.allocation.board import Board
from optimizer.models.allocation.desk import Choice, Desk, legal_statuses
from optimizer.models.allocation.offers import NEVER, Lanes
from optimizer.models.allocation.price_table import PriceTable

MAX_SPLIT_LINES = 4
"""Up to so many lines all ways to deal them out to warehouses are tried."""


@dataclass(slots=True, kw_only=True)
class Engine:
    """
    Answers orders from a board.

    Parameters
    ----------
    picked_units
        Units handed over already by warehouse and day; grows as answers are taken.
    """

    board: Board
    lanes: Lanes
    prices: PriceTable
    minute_of: Callable[[datetime], int]
    picked_units: dict[tuple[int, int], int] = field(default_factory=dict[tuple[int, int], int])

    def best(self, order: Order) -> tuple[Choice | None, Choice | None]:
        """The best answer and the best one from other warehouses; ``None`` where there is none."""
        n_lines = len(order.lines)
        lines = range(n_lines)
        splits = order.max_parcels > 1 and 1 < n_lines <= MAX_SPLIT_LINES
        choices: list[Choice] = []
        by_mask: dict[int, Choice] = {}
        desks = {desk.warehouse: desk for desk in self.desks(order)}
        for desk in desks.values():
            found = desk.best(lines, {})
            if found is not None:
                choices.append(found)
            if splits:
                _keep_subsets(desk, n_lines, by_mask)
        if splits:
            choices.extend(_dealt(by_mask, n_lines, order.max_parcels))
        if order.max_parcels > 1 and all(any(one.left) for one in choices):
            joined = _filled_up(desks, order, choices)
            choices.extend([joined] if joined is not None else [])
        allowed = [one for one in choices if is_allowed(order, one)]
        allowed.sort(key=lambda one: one.score)
        if not allowed:
            return None, None
        others = (one for one in allowed[1:] if one.warehouses != allowed[0].warehouses)
        return allowed[0], next(others, None)

    def desks(self, order: Order) -> list[Desk]:
        """Warehouses whose mode fits and that hold stock the order may take."""
        wanted = tuple((self.board.sku_index[line.sku], line.units) for line in order.lines)
        placed = self.minute_of(order.placed_at)
        due = NEVER if order.due_at is None else self.minute_of(order.due_at)
        found: list[Desk] = []
        for warehouse in range(self.board.n_warehouses):
            release = self.lanes.release(warehouse, order)
            if release is None:
                continue
            desk = Desk(
                board=self.board,
                lanes=self.lanes,
                prices=self.prices,
                order=order,
                wanted=wanted,
                legal=legal_statuses(order),
                warehouse=warehouse,
                release_min=release[0],
                release_fen=release[1],
                placed_min=placed,
                due_min=due,
                is_full=self._is_full,
            )
            if desk.has_any():
                found.append(desk)
        return found

    def take(self, choice: Choice) -> None:
        """Take an answer's units off the board, and count them against picking."""
        for part in choice.parts:
            offer = part.offer
            day = (offer.warehouse, self.lanes.wave_day(offer.warehouse, offer.hand_over_min))
            units = sum(one.units for one in part.takes)
            self.picked_units[day] = self.picked_units.get(day, 0) + units
            for one in part.takes:
                self.board.lot_units[one.lot] -= one.units

    def _is_full(self, warehouse: int, day: int, units: int) -> bool:
        room = self.board.pick_units_per_day.item(warehouse)
        return self.picked_units.get((warehouse, day), 0) + units > room


def is_allowed(order: Order, choice: Choice) -> bool:
    """Whether an answer serves enough of an order."""
    n_left = sum(choice.left)
    if not n_left:
        return True
    served = order.units - n_left
    return order.is_partial_allowed and served >= max(1, order.min_units)


def _keep_subsets(desk: Desk, n_lines: int, by_mask: dict[int, Choice]) -> None:
    """The best answers for some of the lines, by mask; only those that serve their lines whole."""
    for size in range(1, n_lines):
        for lines in combinations(range(n_lines), size):
            part = desk.best(lines, {})
            if part is None or any(part.left[line] for line in lines):
                continue
            mask = sum(1 << line for line in lines)
            if mask not in by_mask or _worth(part) < _worth(by_mask[mask]):
                by_mask[mask] = part


def _worth(choice: Choice) -> tuple[int, ...]:
    return (choice.score[1], choice.score[2], *choice.warehouses)


def _dealt(by_mask: Mapping[int, Choice], n_lines: int, n_most: int) -> list[Choice]:
    """The two best ways to deal the lines out to two or more warehouses."""
    whole = (1 << n_lines) - 1
    found = [
        Choice(
            parts=tuple(part for mask in masks for part in by_mask[mask].parts),
            left=(0,) * n_lines,
        )
        for size in range(2, min(n_most, n_lines) + 1)
        for masks in combinations(sorted(by_mask), size)
        if sum(masks) == whole and _are_apart(masks)
    ]
    return sorted(found, key=lambda one: one.score)[:2]


def _are_apart(masks: Sequence[int]) -> bool:
    seen = 0
    for mask in masks:
        if seen & mask:
            return False
        seen |= mask
    return True


def _filled_up(desks: Mapping[int, Desk], order: Order, choices: Sequence[Choice]) -> Choice | None:
    """Greedy: the warehouse that serves most, then what is left from the next ones."""
    ranked = sorted((one for one in choices if len(one.warehouses) == 1), key=lambda one: one.score)
    if not ranked:
        return None
    parts, left = list(ranked[0].parts), list(ranked[0].left)
    n_warehouses = 1
    for other in ranked[1:]:
        if not any(left) or n_warehouses >= order.max_parcels:
            break
        lines = [line for line, units in enumerate(left) if units]
        taken = {line: order.lines[line].units - left[line] for line in lines}
        more = desks[other.warehouses[0]].best(lines, taken)
        if more is None:
            continue
        n_warehouses += 1
        parts.extend(more.parts)
        for line in lines:
            left[line] = more.left[line]
    return Choice(parts=tuple(parts), left=tuple(left))
