"""A linear program in HiGHS that takes more columns: the master of a column generation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from optimizer.solvers.highs import new_highs, pass_model
from optimizer.solvers.linear import FloatArray, IndexArray, LinearModel, PtrArray


@dataclass(frozen=True, slots=True, kw_only=True)
class NewColumns:
    """
    k columns in compressed sparse columns, at least 0.

    Parameters
    ----------
    cost, upper
        (k,) float64. Finite bounds help the dual simplex even where the rows imply them.
    ptr, row, value
        (k + 1,) int64, row indices int32 and coefficients float64.
    """

    cost: FloatArray
    upper: FloatArray
    ptr: PtrArray
    row: IndexArray
    value: FloatArray


@dataclass(frozen=True, slots=True, kw_only=True)
class MasterPoint:
    """
    What the last solve gave.

    Parameters
    ----------
    values, row_duals
        Point and multipliers, positive at lower sides.
    is_optimal
        False if the time ran out: the multipliers are those of an unfinished simplex.
    """

    objective: float
    values: FloatArray
    row_duals: FloatArray
    is_optimal: bool


class GrowingMaster:
    """
    A linear program that is solved again from where it stood after columns were added.

    Parameters
    ----------
    model
        All rows and the first columns; integrality is ignored. The first solve is from scratch with
        presolve, so begin with many columns.
    seed
        Of the simplex perturbation.
    """

    def __init__(self, model: LinearModel, seed: int = 1) -> None:
        self._solver: Any = new_highs(seed)
        self.n_columns = model.columns.n_columns
        pass_model(self._solver, model, integer=False)

    def add(self, columns: NewColumns) -> None:
        """Append columns."""
        k = len(columns.cost)
        if k == 0:
            return
        self._solver.addCols(
            k,
            columns.cost,
            np.zeros(k),
            columns.upper,
            len(columns.row),
            columns.ptr[:-1].astype(np.int32),
            columns.row,
            columns.value,
        )
        self.n_columns += k

    def solve(self, time_s: float) -> MasterPoint | None:
        """Solve within seconds; None where there is no point with multipliers."""
        import highspy

        spent = self._solver.getRunTime()
        # The limit of HiGHS counts the run time of an instance over all its runs.
        self._solver.setOptionValue("time_limit", spent + max(0.01, time_s))
        self._solver.run()
        point = self._solver.getSolution()
        if not point.dual_valid or not point.value_valid:
            return None
        status = self._solver.getModelStatus()
        return MasterPoint(
            objective=float(self._solver.getInfo().objective_function_value),
            values=np.array(point.col_value),
            row_duals=np.array(point.row_dual),
            is_optimal=status == highspy.HighsModelStatus.kOptimal,
        )
