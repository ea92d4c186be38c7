"""Orders, stock and offers in; who gets what from which lot, bound, prices and reasons out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from optimizer.domain.order import Order
from optimizer.models.allocation.batch_build import BatchRules, BuiltBatch, build_batch
from optimizer.models.allocation.batch_core import Progress, solve_core
from optimizer.models.allocation.batch_lots import Pick, assign_lots
from optimizer.models.allocation.batch_prices import capacity_prices, stock_prices
from optimizer.models.allocation.batch_tables import resource_use, short_fen
from optimizer.models.allocation.board import Board
from optimizer.models.allocation.offers import Lanes
from optimizer.plan.allocation import CapacityPrice, StockPrice
from optimizer.plan.plan import Incumbent
from optimizer.solvers.limits import SolveLimits


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchSolution:
    """
    Answer to a batch.

    Parameters
    ----------
    built
        The arrays; picks name its offers and lines.
    picks
        Lots by offer and line.
    objective_fen, bound_fen
        In the batch's prices: a parcel costs what its quoted content costs.
    short_fen
        The part of the objective that is for stock over the room of its warehouse.
    stop_reason
        As in ``CoreSolution``.
    """

    built: BuiltBatch
    picks: tuple[Pick, ...]
    objective_fen: int
    bound_fen: int
    short_fen: int
    status: str
    stop_reason: str
    seconds: float
    stock_prices: tuple[StockPrice, ...]
    capacity_prices: tuple[CapacityPrice, ...]
    incumbents: tuple[Incumbent, ...]


def solve_batch(
    board: Board,
    orders: Sequence[Order],
    lanes: Lanes,
    rules: BatchRules,
    *,
    limits: SolveLimits | None = None,
    taken: Mapping[tuple[int, int, str], int] | None = None,
    on_progress: Progress | None = None,
    should_stop: Callable[[], bool] | None = None,
) -> BatchSolution:
    """
    Decide about all orders together.

    Parameters
    ----------
    orders
        Of known SKUs and legal customs modes.
    rules
        How the arrays are built.
    taken
        What is used already of resources; see ``build_batch``.

    Raises
    ------
    ModelError
        The arrays contradict each other: costs too large, for instance.
    """
    built = build_batch(board, orders, lanes, rules, taken=taken)
    core = solve_core(built.problem, limits, on_progress, should_stop)
    placed = np.array([rules.minute_of(order.placed_at) for order in orders], dtype=np.int64)
    picks = assign_lots(built, board, lanes, core.arc_packs, placed)
    return BatchSolution(
        built=built,
        picks=tuple(picks),
        objective_fen=core.objective_fen,
        bound_fen=core.bound_fen,
        short_fen=short_fen(built.problem, resource_use(built.problem, core.arc_packs)),
        status=core.status,
        stop_reason=core.stop_reason,
        seconds=core.seconds,
        stock_prices=stock_prices(built, board, core.prices, lanes.wave_day),
        capacity_prices=capacity_prices(built, board, core.prices, lanes.wave_day),
        incumbents=core.incumbents,
    )
