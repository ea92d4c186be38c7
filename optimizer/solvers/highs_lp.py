"""Linear programs in HiGHS that live on: one grows rows, one solves thousands of tiny ones."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from optimizer.solvers.highs import new_highs, pass_model
from optimizer.solvers.linear import (
    BoolArray,
    FloatArray,
    LinearModel,
    Rows,
    dual_bound,
    select_rows,
    stack_rows,
)
from optimizer.solvers.status import SolverResult, SolverStatus, failed


class GrowingLp:
    """
    A linear relaxation that takes more rows and is solved again from where it stood.

    Parameters
    ----------
    model
        Integrality is ignored.
    seed
        Of the simplex perturbation.

    Attributes
    ----------
    should_stop
        Asked while a solve runs, where it is given; true ends that solve.
    """

    def __init__(self, model: LinearModel, seed: int = 1) -> None:
        self._solver = new_highs(seed)
        self._cancelled = threading.Event()
        self.should_stop: Callable[[], bool] | None = None
        self.model = model
        pass_model(self._solver, model, integer=False)
        self._solver.cbSimplexInterrupt.subscribe(self._interrupt)

    def cancel(self) -> None:
        """End the solve that runs in another thread, and every later one at once."""
        self._cancelled.set()

    def _interrupt(self, event: Any) -> None:  # noqa: ANN401
        asked = self.should_stop is not None and self.should_stop()
        if asked or self._cancelled.is_set():
            event.data_in.user_interrupt = True

    def add_rows(self, rows: Rows) -> None:
        """Append rows; the basis stays."""
        if rows.n_rows == 0:
            return
        model = self.model
        self._solver.addRows(
            rows.n_rows,
            rows.lower,
            rows.upper,
            len(rows.col),
            rows.ptr[:-1].astype(np.int32),
            rows.col,
            rows.value,
        )
        self.model = LinearModel(
            columns=model.columns, rows=stack_rows([model.rows, rows]), offset=model.offset
        )

    def keep_rows(self, kept: BoolArray) -> None:
        """Drop all rows where ``kept``, (m,) bool, is false. Meant for rows that are slack."""
        dropped = np.flatnonzero(~kept).astype(np.int32)
        if len(dropped) == 0:
            return
        self._solver.deleteRows(len(dropped), dropped)
        self.model = LinearModel(
            columns=self.model.columns,
            rows=select_rows(self.model.rows, kept),
            offset=self.model.offset,
        )

    def change_bounds(self, lower: FloatArray, upper: FloatArray) -> None:
        """Replace the bounds of all columns, (n,) float64 each."""
        columns = self.model.columns
        changed = (upper != columns.upper) | (lower != columns.lower)
        places = np.flatnonzero(changed).astype(np.int32)
        if len(places) == 0:
            return
        self._solver.changeColsBounds(len(places), places, lower[places], upper[places])
        self.model = replace(self.model, columns=replace(columns, lower=lower, upper=upper))

    def solve(self, time_s: float) -> SolverResult:
        """Solve within seconds; without an optimum the last point and multipliers are given."""
        import highspy

        began = time.monotonic()
        # The limit of HiGHS counts the run time of an instance over all its runs.
        spent = self._solver.getRunTime()
        self._solver.setOptionValue("time_limit", spent + max(0.01, time_s))
        self._solver.run()
        seconds = time.monotonic() - began
        status = self._solver.getModelStatus()
        if status == highspy.HighsModelStatus.kInfeasible:
            return failed(SolverStatus.INFEASIBLE, seconds, float("inf"))
        point = self._solver.getSolution()
        if not point.dual_valid:
            return failed(SolverStatus.NO_SOLUTION, seconds)
        values, duals = np.array(point.col_value), np.array(point.row_dual)
        optimal = status == highspy.HighsModelStatus.kOptimal
        return SolverResult(
            status=SolverStatus.OPTIMAL if optimal else SolverStatus.FEASIBLE,
            values=values,
            objective=self.model.objective(values),
            bound=dual_bound(self.model, duals)[0],
            seconds=seconds,
            row_duals=duals,
        )


class SmallLp:
    """A solver instance that is used again for thousands of tiny linear programs."""

    def __init__(self, seed: int = 1) -> None:
        self._solver = new_highs(seed)
        self._solver.setOptionValue("presolve", "off")

    def mixture(
        self, prices: FloatArray, sets: FloatArray, shares: FloatArray
    ) -> tuple[float, FloatArray, float] | None:
        """
        Cheapest mixture of sets that covers shares, and its multipliers.

        ``min prices w, sets^T w >= shares, sum w <= 1, w >= 0``.

        Parameters
        ----------
        prices
            (m,) price of each set.
        sets
            (m, n) 0 or 1, members of each set.
        shares
            (n,) between 0 and 1.

        Returns
        -------
        Price, (n,) multipliers of the shares, multiplier of the sum; None if nothing covers them.
        """
        import highspy

        n_sets, n_members = sets.shape
        lp = highspy.HighsLp()
        lp.num_col_, lp.num_row_ = n_sets, n_members + 1
        lp.col_cost_ = prices
        lp.col_lower_, lp.col_upper_ = np.zeros(n_sets), np.full(n_sets, np.inf)
        lp.row_lower_ = np.append(shares, -np.inf)
        lp.row_upper_ = np.append(np.full(n_members, np.inf), 1.0)
        lp.a_matrix_.format_ = highspy.MatrixFormat.kColwise
        width = n_members + 1
        lp.a_matrix_.start_ = np.arange(0, n_sets * width + 1, width, dtype=np.int32)
        lp.a_matrix_.index_ = np.tile(np.arange(width, dtype=np.int32), n_sets)
        lp.a_matrix_.value_ = np.hstack((sets, np.ones((n_sets, 1)))).ravel()
        self._solver.passModel(lp)
        self._solver.run()
        if self._solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            return None
        duals = np.array(self._solver.getSolution().row_dual)
        price = float(self._solver.getInfo().objective_function_value)
        return price, np.maximum(0.0, duals[:-1]), max(0.0, -float(duals[-1]))
