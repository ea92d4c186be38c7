"""A plan of the batch that grows better: orders choose again from what the others leave."""

from __future__ import annotations

import numpy as np

from optimizer.kernels.order_allocation import Prices, Room, allocate_orders
from optimizer.models.allocation.batch_problem import IntArray, LongArray
from optimizer.models.allocation.batch_tables import (
    Batch,
    FloatArray,
    plan_defects,
    plan_fen,
    resource_use,
)

_PASSES = 4
"""Rounds of best responses; they end earlier when nothing changes."""


class State:
    """
    The best plan found, and the ways to make others.

    Attributes
    ----------
    arc_packs
        (A,) int32.
    cost_fen
        Of it, lateness and missing use included.
    """

    def __init__(self, batch: Batch) -> None:
        self.batch = batch
        self._work = batch.work()
        self.arc_packs: IntArray = batch.no_plan()
        self.cost_fen = plan_fen(batch.problem, self.arc_packs)

    def construct(self, sequence: LongArray, prices: Prices) -> IntArray:
        """Orders in sequence at prices, then best responses at true costs; the plan."""
        plan = self.batch.no_plan()
        self._choose(sequence, prices, plan)
        return self.improve(plan)

    def complete(self, plan: IntArray, sequence: LongArray, prices: Prices) -> IntArray:
        """Orders that a plan does not serve choose in sequence at prices, then as ``improve``."""
        problem = self.batch.problem
        arc_order = problem.offer_order[problem.arc_offer]
        served = np.bincount(arc_order, plan, problem.n_orders) > 0
        self._choose(sequence[~served[sequence]], prices, plan)
        return self.improve(plan)

    def improve(self, plan: IntArray) -> IntArray:
        """Best responses at true costs, dearest orders first, until nothing changes."""
        prices = self.batch.true_prices()
        sequence = np.arange(self.batch.problem.n_orders)
        before = np.inf
        for _ in range(_PASSES):
            value = self._choose(sequence, prices, plan)
            total = float(value.sum())
            if total >= before - 0.5:
                break
            before = total
            sequence = np.argsort(-value, kind="stable")
        return plan

    def adopt(self, plan: IntArray) -> bool:
        """Keep a plan if it is cheaper and breaks nothing."""
        cost_fen = plan_fen(self.batch.problem, plan)
        if cost_fen >= self.cost_fen or plan_defects(self.batch.problem, plan):
            return False
        self.arc_packs, self.cost_fen = plan.copy(), cost_fen
        return True

    def _choose(self, sequence: LongArray, prices: Prices, plan: IntArray) -> FloatArray:
        batch = self.batch
        n = batch.problem.n_orders
        value = np.zeros(n)
        room = room_after(batch, plan)
        allocate_orders(sequence, batch.tables, prices, room, plan, False, value, room, self._work)
        return value


def room_after(batch: Batch, plan: IntArray) -> Room:
    """What a plan leaves of stock and capacity."""
    problem = batch.problem
    taken = np.bincount(problem.arc_cell, plan, problem.n_cells).astype(np.int64)
    return Room(
        cell=batch.cell_packs - taken,
        resource=problem.resource_capacity - resource_use(problem, plan),
    )
