"""The continuous relaxation of a model in HiGHS, by simplex or by the interior-point method."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from optimizer.solvers.highs import new_highs, pass_model
from optimizer.solvers.linear import FloatArray, LinearModel, dual_bound


@dataclass(frozen=True, slots=True, kw_only=True)
class Relaxed:
    """
    A solved relaxation.

    Parameters
    ----------
    values
        (n,) float64, the point where the method ended; feasible up to tolerances.
    bound
        Lower bound that the multipliers prove, whatever the tolerances.
    reduced
        (n,) float64, reduced costs that go with the bound.
    is_optimal
        Whether the method ended by itself.
    """

    values: FloatArray
    bound: float
    reduced: FloatArray
    is_optimal: bool
    seconds: float


def solve_relaxation(
    model: LinearModel,
    *,
    time_s: float,
    interior: bool,
    seed: int = 1,
    should_stop: Callable[[], bool] | None = None,
) -> Relaxed | None:
    """
    Solve a model without its integrality.

    Parameters
    ----------
    interior
        Interior-point method without crossover: faster on large degenerate models, and its point
        in the middle of the optimal face rounds better. Otherwise dual simplex.
    should_stop
        Asked while the method runs.

    Returns
    -------
    None if the method was stopped before it had multipliers, or no point exists.
    """
    import highspy

    began = time.monotonic()
    solver = new_highs(seed)
    pass_model(solver, model, integer=False)
    solver.setOptionValue("time_limit", max(0.01, time_s))
    if interior:
        solver.setOptionValue("solver", "ipm")
        solver.setOptionValue("run_crossover", "off")
    if should_stop is not None:
        _listen(solver, should_stop)
    solver.run()
    point = solver.getSolution()
    if not point.dual_valid:
        return None
    bound, reduced = dual_bound(model, np.array(point.row_dual))
    return Relaxed(
        values=np.array(point.col_value),
        bound=bound,
        reduced=reduced,
        is_optimal=solver.getModelStatus() == highspy.HighsModelStatus.kOptimal,
        seconds=time.monotonic() - began,
    )


def _listen(solver: Any, should_stop: Callable[[], bool]) -> None:  # noqa: ANN401
    def interrupt(event: Any) -> None:  # noqa: ANN401
        if should_stop():
            event.data_in.user_interrupt = True

    solver.cbSimplexInterrupt.subscribe(interrupt)
    solver.cbIpmInterrupt.subscribe(interrupt)
