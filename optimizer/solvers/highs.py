"""
HiGHS through highspy: mixed-integer models with starts, interrupts and limits that hold.

Newer than the HiGHS inside OR-Tools. The formulation itself never depends on this file: the same
arrays go through ``solvers/mathopt.py``.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import numpy as np

from optimizer.errors import ModelError
from optimizer.solvers.linear import FloatArray, LinearModel
from optimizer.solvers.status import SolverResult, SolverStatus, failed

_OPTIMAL_GAP = 1e-6
"""Relative distance of bound and objective that rounding explains."""


def new_highs(seed: int, n_threads: int = 1) -> Any:  # noqa: ANN401
    """A silent solver instance."""
    import highspy

    class QuietHighs(highspy.Highs):
        """The constructor prints a banner when it enables callbacks, unless output is off."""

        def enableCallbacks(self) -> None:  # noqa: N802
            self.setOptionValue("output_flag", False)
            super().enableCallbacks()

    solver = QuietHighs()
    solver.setOptionValue("random_seed", seed)
    solver.setOptionValue("threads", n_threads)
    return solver


def pass_model(solver: Any, model: LinearModel, *, integer: bool) -> None:  # noqa: ANN401
    """Hand a model over as arrays."""
    import highspy

    columns, rows = model.columns, model.rows
    lp = highspy.HighsLp()
    lp.num_col_, lp.num_row_ = columns.n_columns, rows.n_rows
    lp.col_cost_, lp.offset_ = columns.cost, model.offset
    lp.col_lower_, lp.col_upper_ = columns.lower, columns.upper
    lp.row_lower_, lp.row_upper_ = rows.lower, rows.upper
    lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    lp.a_matrix_.start_ = rows.ptr.astype(np.int32)
    lp.a_matrix_.index_, lp.a_matrix_.value_ = rows.col, rows.value
    if integer:
        kinds = (highspy.HighsVarType.kContinuous, highspy.HighsVarType.kInteger)
        lp.integrality_ = [kinds[int(flag)] for flag in columns.is_integer]
    if solver.passModel(lp) == highspy.HighsStatus.kError:
        raise ModelError("M616 HiGHS refused the model")


def solve_mip(
    model: LinearModel,
    *,
    time_s: float,
    gap: float = 0.0,
    seed: int = 1,
    n_threads: int = 1,
    start: FloatArray | None = None,
    max_nodes: int | None = None,
    should_stop: Callable[[], bool] | None = None,
    on_bound: Callable[[float], None] | None = None,
    on_point: Callable[[FloatArray], None] | None = None,
) -> SolverResult:
    """
    Solve a mixed-integer model.

    Parameters
    ----------
    time_s, gap, seed, n_threads
        As in ``SolveLimits``.
    start
        (n,) float64, a feasible point to begin from.
    max_nodes
        A limit that does not depend on the machine's load.
    should_stop
        Asked several times a second.
    on_bound
        Told the lower bound now and then.
    on_point
        Told every better point, (n,) float64, as it is found.
    """
    import highspy

    began = time.monotonic()
    solver = new_highs(seed, n_threads)
    pass_model(solver, model, integer=True)
    solver.setOptionValue("time_limit", max(0.01, time_s))
    solver.setOptionValue("mip_rel_gap", gap)
    solver.setOptionValue("mip_abs_gap", 1e-6)
    if max_nodes is not None:
        solver.setOptionValue("mip_max_nodes", max_nodes)
    if start is not None:
        point = highspy.HighsSolution()
        point.col_value = start.tolist()
        point.value_valid = True
        solver.setSolution(point)
    if should_stop is not None or on_bound is not None:
        _listen(solver, should_stop, on_bound)
    if on_point is not None:
        solver.cbMipImprovingSolution.subscribe(
            lambda event: on_point(np.array(event.data_out.mip_solution))
        )
    solver.run()
    result = _read_mip(solver, model, time.monotonic() - began)
    if start is None or not _contradicts_itself(result, gap):
        return result
    # HiGHS 1.16 may hand back the start as optimal, with the bound of a better point.
    return solve_mip(
        model,
        time_s=time_s - result.seconds,
        gap=gap,
        seed=seed,
        n_threads=n_threads,
        max_nodes=max_nodes,
        should_stop=should_stop,
        on_bound=on_bound,
        on_point=on_point,
    )


def _contradicts_itself(result: SolverResult, gap: float) -> bool:
    """Whether a result is called optimal though its bound is well below it."""
    if result.status is not SolverStatus.OPTIMAL or not np.isfinite(result.bound):
        return False
    scale = max(1.0, abs(result.objective))
    return result.objective - result.bound > (gap + _OPTIMAL_GAP) * scale


def _listen(
    solver: Any,  # noqa: ANN401
    should_stop: Callable[[], bool] | None,
    on_bound: Callable[[float], None] | None,
) -> None:
    def interrupt(event: Any) -> None:  # noqa: ANN401
        if on_bound is not None and np.isfinite(event.data_out.mip_dual_bound):
            on_bound(float(event.data_out.mip_dual_bound))
        if should_stop is not None and should_stop():
            event.data_in.user_interrupt = True

    solver.cbMipInterrupt.subscribe(interrupt)


def _read_mip(solver: Any, model: LinearModel, seconds: float) -> SolverResult:  # noqa: ANN401
    import highspy

    status, info = solver.getModelStatus(), solver.getInfo()
    ends = highspy.HighsModelStatus
    bound = float(info.mip_dual_bound)
    if info.primal_solution_status != highspy.SolutionStatus.kSolutionStatusFeasible:
        if status in (ends.kInfeasible, ends.kUnboundedOrInfeasible, ends.kObjectiveBound):
            return failed(SolverStatus.INFEASIBLE, seconds, float("inf"))
        if status == ends.kUnbounded:
            return failed(SolverStatus.UNBOUNDED, seconds)
        return failed(SolverStatus.NO_SOLUTION, seconds, bound)
    values = np.array(solver.getSolution().col_value)
    return SolverResult(
        status=SolverStatus.OPTIMAL if status == ends.kOptimal else SolverStatus.FEASIBLE,
        values=values,
        objective=model.objective(values),
        bound=bound,
        seconds=seconds,
    )
