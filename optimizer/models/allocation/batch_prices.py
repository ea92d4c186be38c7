"""Opportunity prices of a batch, as the rule engine's tables have them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from optimizer.kernels.order_allocation import Prices
from optimizer.models.allocation.batch_build import STORAGE, BuiltBatch
from optimizer.models.allocation.board import STATUSES, Board
from optimizer.models.allocation.waves import monday_of
from optimizer.plan.allocation import CapacityPrice, StockPrice


def stock_prices(
    built: BuiltBatch, board: Board, prices: Prices, day_of: Callable[[int, int], int]
) -> tuple[StockPrice, ...]:
    """
    Price of a unit by SKU, warehouse, status and week of leaving, those above zero.

    Parameters
    ----------
    prices
        Lagrangian multipliers at the best bound, fen a pack of each cell.
    day_of
        Ordinal of the local date of a warehouse's wave.

    Notes
    -----
    Several lots may serve a week: the cheapest of them is what one more unit is worth.
    """
    problem = built.problem
    found: dict[tuple[int, int, int, date], int] = {}
    arc_offer = problem.arc_offer
    for a in range(problem.n_arcs):
        cell, lot = problem.arc_cell.item(a), built.cell_lots[problem.arc_cell.item(a)][0]
        offer = built.shippings[arc_offer.item(a)].offer
        week = monday_of(day_of(offer.warehouse, offer.hand_over_min))
        pack = problem.line_pack.item(problem.arc_line.item(a))
        key = (board.lot_sku.item(lot), offer.warehouse, board.lot_status.item(lot), week)
        fen = round(prices.cell.item(cell) / pack)
        found[key] = min(fen, found.get(key, fen))
    return tuple(
        StockPrice(
            sku=board.skus[sku],
            warehouse_id=board.warehouses[w],
            customs_status=STATUSES[status],
            week=week,
            price_fen=fen,
        )
        for (sku, w, status, week), fen in sorted(found.items())
        if fen > 0
    )


def capacity_prices(
    built: BuiltBatch, board: Board, prices: Prices, day_of: Callable[[int, int], int]
) -> tuple[CapacityPrice, ...]:
    """
    Price of a picked unit, a kilogram on a hop, a dm3 of storage, those above zero.

    Picking is priced by day; a week has its dearest day. A price of storage is what a dm3 of room
    would save.
    """
    problem = built.problem
    found: dict[tuple[str, date, str], int] = {}
    for f, shipping in enumerate(built.shippings):
        w = shipping.offer.warehouse
        week = monday_of(day_of(w, shipping.offer.hand_over_min))
        first, last = problem.offer_draw_ptr[f], problem.offer_draw_ptr[f + 1]
        for r in problem.offer_draw_resource[first:last].tolist():
            _, _, what = built.resources[r]
            price = prices.resource.item(r)
            fen = round(-1000 * price) if what == STORAGE else round(price)
            key = (board.warehouses[w], week, what)
            found[key] = max(fen, found.get(key, 0))
    return tuple(
        CapacityPrice(warehouse_id=w, week=week, what=what, price_fen=fen)
        for (w, week, what), fen in sorted(found.items())
        if fen > 0
    )
