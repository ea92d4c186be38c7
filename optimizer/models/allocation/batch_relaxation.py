"""
Lower bounds for the batch: Lagrangian relaxation of stock and capacity, order by order.

Any prices give a valid bound, whoever proposes them: cells and resources are priced, each order is
then solved exactly and alone. Prices rise and fall with the averaged use (the volume algorithm,
Barahona and Anbil 2000, doi:10.1007/s101070050002), on rows scaled by what is wanted of them.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from optimizer.kernels.order_allocation import Prices, Room, allocate_orders
from optimizer.models.allocation.batch_problem import IntArray
from optimizer.models.allocation.batch_tables import Batch, FloatArray

_SAFE_FEN = 1e-6
"""By which the bound of one order is lowered: the kernel compares in floats."""
_FIRST_STEP, _LEAST_STEP = 1.0, 1e-3
_PATIENCE = 6
"""Rounds without a better bound before the step is halved."""
_AVERAGING = 0.3


@dataclass(frozen=True, slots=True, kw_only=True)
class Priced:
    """
    All orders at some prices.

    Parameters
    ----------
    bound_fen
        No plan is cheaper.
    arc_packs
        (A,) int32, each order's best way, alone.
    value
        (O,) float64, bounds of the orders' prices.
    """

    bound_fen: float
    prices: Prices
    arc_packs: IntArray
    value: FloatArray
    use: Room


class Relaxation:
    """
    Prices and the bound they prove.

    Parameters
    ----------
    n_threads
        Orders are parted among them; the result does not depend on it.
    """

    def __init__(self, batch: Batch, n_threads: int = 1) -> None:
        self.batch = batch
        n = batch.problem.n_orders
        self._parts = [p for p in np.array_split(np.arange(n), max(1, n_threads)) if len(p)]
        self._works = [batch.work() for _ in self._parts]
        self._pool = ThreadPoolExecutor(len(self._parts)) if len(self._parts) > 1 else None
        self._room = batch.full_room()
        self._arc_packs = batch.no_plan()
        self._most_short = batch.problem.resource_short_mfen / 1000
        self.best: Priced | None = None

    @property
    def bound_fen(self) -> float:
        """The best so far; minus infinity at first."""
        return self.best.bound_fen if self.best is not None else -np.inf

    def price(self, prices: Prices) -> Priced:
        """Solve every order at prices, which are first brought into their ranges."""
        problem = self.batch.problem
        cell = np.where(self.batch.cell_may_bind, np.maximum(0.0, prices.cell), 0.0)
        resource = np.maximum(-self._most_short, prices.resource)
        within = Prices(cell=cell, resource=resource)
        value = np.zeros(problem.n_orders)
        taken = [self.batch.no_use() for _ in self._parts]
        if self._pool is None:
            for k in range(len(self._parts)):
                self._run(k, within, value, taken[k])
        else:
            jobs = [
                self._pool.submit(self._run, k, within, value, taken[k])
                for k in range(len(self._parts))
            ]
            for job in jobs:
                job.result()
        use = self.batch.no_use()
        for part in taken:
            use.cell[:] -= part.cell
            use.resource[:] -= part.resource
        charged = np.where(resource > 0, problem.resource_capacity, problem.resource_least)
        bound = float(value.sum()) - float(cell @ self._room.cell) - float(resource @ charged)
        found = Priced(
            bound_fen=bound - _SAFE_FEN * problem.n_orders,
            prices=within,
            arc_packs=self._arc_packs.copy(),
            value=value,
            use=use,
        )
        if found.bound_fen > self.bound_fen:
            self.best = found
        return found

    def _run(
        self, k: int, prices: Prices, value: FloatArray, taken: Room,
    ) -> None:  # fmt: skip
        allocate_orders(
            self._parts[k], self.batch.tables, prices, self._room, self._arc_packs, True,
            value, taken, self._works[k],
        )  # fmt: skip

    def close(self) -> None:
        """End the threads."""
        if self._pool is not None:
            self._pool.shutdown()


class Ascent:
    """One step after the other towards better prices."""

    def __init__(self, relaxation: Relaxation) -> None:
        problem, batch = relaxation.batch.problem, relaxation.batch
        self.relaxation = relaxation
        self.step = _FIRST_STEP
        self._failures = 0
        self._average: FloatArray | None = None
        wanted = np.maximum(1, batch.cell_demand_packs).astype(np.float64)
        self._scale = 1 / np.concatenate((wanted, np.maximum(1.0, problem.resource_capacity)))
        self._capacity = np.concatenate((batch.cell_packs, problem.resource_capacity))
        self._least = np.concatenate((np.zeros(problem.n_cells), problem.resource_least))
        self._free = np.concatenate(
            (~batch.cell_may_bind, np.zeros(problem.n_resources, dtype=np.bool_))
        )

    def round(self, target_fen: float) -> Priced:
        """
        Move the best prices along the averaged use and solve again.

        Parameters
        ----------
        target_fen
            Cost of a plan: how far the bound may still rise.
        """
        relaxation = self.relaxation
        best = relaxation.best
        if best is None or self._average is None:
            first = relaxation.price(relaxation.batch.true_prices())
            self._average = _joined(first.use)
            return first
        price = np.concatenate((best.prices.cell, best.prices.resource))
        over = self._over(price, self._average)
        norm = float((over**2 * self._scale).sum())
        if norm <= 0:
            return best
        move = self.step * max(1.0, 1.02 * target_fen - best.bound_fen) / norm
        moved = price + move * self._scale * over
        n_cells = len(best.prices.cell)
        before = relaxation.bound_fen
        found = relaxation.price(Prices(cell=moved[:n_cells], resource=moved[n_cells:]))
        self._average = (1 - _AVERAGING) * self._average + _AVERAGING * _joined(found.use)
        if found.bound_fen > before:
            self._failures = 0
            self.step = min(2.0, 1.1 * self.step)
        else:
            self._failures += 1
            if self._failures >= _PATIENCE:
                self.step, self._failures = max(_LEAST_STEP, 0.5 * self.step), 0
        return found

    def _over(self, price: FloatArray, use: FloatArray) -> FloatArray:
        """By how much rows are overdrawn, or underdrawn where that costs."""
        above, below = use - self._capacity, use - self._least
        over = np.where(price > 0, above, np.where(price < 0, below, 0.0))
        at_rest = price == 0
        over[at_rest] = np.maximum(above, 0)[at_rest] + np.minimum(below, 0)[at_rest]
        over[self._free] = 0.0
        return over


def _joined(use: Room) -> FloatArray:
    return np.concatenate((use.cell, use.resource)).astype(np.float64)
