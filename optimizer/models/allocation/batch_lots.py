"""From packs on arcs to lots: first expired, first out, over all orders of a batch."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from optimizer.models.allocation.batch_build import BuiltBatch
from optimizer.models.allocation.batch_problem import IntArray, LongArray
from optimizer.models.allocation.board import Board
from optimizer.models.allocation.offers import Lanes


@dataclass(slots=True)
class Pick:
    """Units of a lot on an offer for a line of the batch; made better in place."""

    offer: int
    line: int
    lot: int
    units: int


def assign_lots(
    built: BuiltBatch, board: Board, lanes: Lanes, arc_packs: IntArray, placed_min: LongArray
) -> list[Pick]:
    """
    Lots of a plan.

    Parameters
    ----------
    arc_packs
        (A,) packs.
    placed_min
        (O,) clock minute from which each order may be picked.

    Notes
    -----
    Lots of one cell are alike, so any of them will do. Then units move to lots that expire earlier,
    are usable at the hand-over and have a whole pack left; each move lowers the rank of a unit, so
    this ends, and no such lot is left over.
    """
    problem = built.problem
    free = board.lot_units.copy()
    arc_offer, offer_order = problem.arc_offer, problem.offer_order
    picks: list[Pick] = []
    for a in np.flatnonzero(arc_packs).tolist():
        line = problem.arc_line.item(a)
        pack = problem.line_pack.item(line)
        left = arc_packs.item(a) * pack
        for lot in built.cell_lots[problem.arc_cell.item(a)]:
            taken = min(left, free.item(lot) // pack * pack)
            if taken > 0:
                picks.append(Pick(arc_offer.item(a), line, lot, taken))
                free[lot] -= taken
                left -= taken
    moved = True
    while moved:
        moved = False
        for pick in picks.copy():
            moved |= _move(pick, picks, built, board, lanes, free, placed_min, offer_order)
    return _joined(picks)


def _move(  # noqa: PLR0917
    pick: Pick, picks: list[Pick], built: BuiltBatch, board: Board, lanes: Lanes, free: LongArray,
    placed_min: LongArray, offer_order: LongArray,
) -> bool:  # fmt: skip
    """Move units of a pick to the first usable lot before its own; whether any moved."""
    lot, pack = pick.lot, built.problem.line_pack.item(pick.line)
    shipping = built.shippings[pick.offer]
    wave, w = shipping.offer.hand_over_min, shipping.offer.warehouse
    cell = board.cell(board.lot_sku.item(lot), w, board.lot_status.item(lot))
    placed = placed_min.item(offer_order.item(pick.offer))
    for earlier in board.lots_of(cell):
        if board.lot_last_min[earlier] >= board.lot_last_min[lot]:
            return False
        ready = max(placed, board.lot_available_min.item(earlier))
        room = min(pick.units, free.item(earlier) // pack * pack)
        usable = wave < board.lot_last_min[earlier]
        if room > 0 and usable and lanes.hand_over(w, ready, shipping.release_min) <= wave:
            free[earlier] -= room
            free[lot] += room
            pick.units -= room
            picks.append(Pick(pick.offer, pick.line, earlier, room))
            if pick.units == 0:
                picks.remove(pick)
            return True
    return False


def _joined(picks: list[Pick]) -> list[Pick]:
    """One pick for each offer, line and lot, in that order."""
    units: dict[tuple[int, int, int], int] = {}
    for pick in picks:
        key = (pick.offer, pick.line, pick.lot)
        units[key] = units.get(key, 0) + pick.units
    return [Pick(*key, n) for key, n in sorted(units.items())]
