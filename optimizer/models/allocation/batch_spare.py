"""A board with an empty lot wherever more stock could help, to be filled for a trial."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

import numpy as np

from optimizer.domain.order import Order
from optimizer.models.allocation.board import N_STATUSES, STATUSES, Board
from optimizer.models.allocation.desk import Choice, legal_statuses
from optimizer.models.allocation.offers import NEVER
from optimizer.models.allocation.single import Engine


class Spare:
    """
    Empty lots that are there at once, keep for ever and are issued last.

    Parameters
    ----------
    skus
        SKU numbers that get an empty lot in every warehouse and status.
    """

    def __init__(self, board: Board, skus: Iterable[int]) -> None:
        width = board.n_warehouses * N_STATUSES
        chosen = np.array(sorted(skus), dtype=np.int64)
        cells = (chosen[:, None] * width + np.arange(width)).ravel()
        at = board.cell_first[cells + 1]
        # Lots before an inserted one keep their place, those from it on move up.
        self._place = np.arange(len(board.lot_ids)) + np.searchsorted(
            at, np.arange(len(board.lot_ids)), side="right"
        )
        self._empty = dict(zip(cells.tolist(), (at + np.arange(len(at))).tolist(), strict=True))
        ids = [""] * (len(board.lot_ids) + len(cells))
        for old, new in enumerate(self._place.tolist()):
            ids[new] = board.lot_ids[old]
        n_before = np.searchsorted(cells, np.arange(len(board.cell_first)), side="left")
        self.board = replace(
            board,
            lot_ids=tuple(ids),
            lot_sku=np.insert(board.lot_sku, at, cells // width),
            lot_warehouse=np.insert(board.lot_warehouse, at, cells // N_STATUSES % (width // 4)),
            lot_status=np.insert(board.lot_status, at, cells % N_STATUSES),
            lot_units=np.insert(board.lot_units, at, 0),
            lot_available_min=np.insert(board.lot_available_min, at, -NEVER),
            lot_last_min=np.insert(board.lot_last_min, at, NEVER),
            cell_first=board.cell_first + n_before,
        )

    def answers(self, engine: Engine, order: Order) -> Iterator[tuple[str, str, Choice]]:
        """
        Answers from one warehouse with as much more stock as it needs.

        Yields
        ------
        The stock that is added in words, the same as a resource, and the answer.
        """
        board, legal = self.board, legal_statuses(order)
        if not legal:
            return
        board.lot_units[self._place] = engine.board.lot_units
        trial = replace_board(engine, board)
        lines = range(len(order.lines))
        for desk in trial.desks(order):
            filled: list[int] = []
            for line in order.lines:
                sku = board.sku_index[line.sku]
                pack = board.pack_units.item(sku)
                lot = self._empty[board.cell(sku, desk.warehouse, legal[0])]
                board.lot_units[lot] += -(-line.units // pack) * pack
                filled.append(lot)
            made = desk.best(lines, {})
            board.lot_units[filled] = 0
            if made is None:
                continue
            added: dict[int, int] = {}
            for part in made.parts:
                for one in part.takes:
                    if one.lot in filled:
                        added[one.lot] = added.get(one.lot, 0) + one.units
            if added:
                named = [(units, self._name(lot)) for lot, units in sorted(added.items())]
                text = " and ".join(f"{units} more units of {name}" for units, name in named)
                yield f"stock {text}", named[0][1], made

    def _name(self, lot: int) -> str:
        board = self.board
        status = STATUSES[board.lot_status.item(lot)].value
        warehouse = board.warehouses[board.lot_warehouse.item(lot)]
        return f"{board.skus[board.lot_sku.item(lot)]} ({status}) at {warehouse}"


def replace_board(engine: Engine, board: Board) -> Engine:
    """The same engine over another board."""
    return Engine(
        board=board,
        lanes=engine.lanes,
        prices=engine.prices,
        minute_of=engine.minute_of,
        picked_units=engine.picked_units,
    )
