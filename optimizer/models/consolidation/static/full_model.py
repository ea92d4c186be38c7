"""The peer: the strong model by commodities, whole, given to a solver as it is."""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np

from optimizer.models.consolidation.network_design import NetworkDesign
from optimizer.models.consolidation.network_design_plan import DesignResult, DesignStatus
from optimizer.models.consolidation.static.flows import is_complete
from optimizer.models.consolidation.static.formulation import design_model, shares
from optimizer.models.consolidation.static.links import make_links
from optimizer.models.consolidation.static.paths import make_plan, routing_of, trace_paths
from optimizer.solvers.highs import solve_mip
from optimizer.solvers.limits import SolveLimits
from optimizer.solvers.linear import LinearModel
from optimizer.solvers.mathopt import solve_mathopt
from optimizer.solvers.status import SolverResult, SolverStatus

_ENDS = {
    SolverStatus.OPTIMAL: DesignStatus.OPTIMAL,
    SolverStatus.FEASIBLE: DesignStatus.FEASIBLE,
    SolverStatus.INFEASIBLE: DesignStatus.INFEASIBLE,
}


def solve_full(
    design: NetworkDesign,
    solver: str,
    limits: SolveLimits | None = None,
    *,
    should_stop: Callable[[], bool] | None = None,
) -> DesignResult:
    """
    Solve the whole strong model with all linking rows, in this process.

    Parameters
    ----------
    solver
        ``highs`` (highspy), ``scip`` or ``cp_sat`` (through MathOpt). CP-SAT has whole numbers of
        flow only; its bound then holds for whole flows, and is reported as it says it.
    should_stop
        Asked by HiGHS only.

    Raises
    ------
    ModelError
        The instance is not of this family, or the solver refuses the model.
    """
    limits = limits or SolveLimits()
    began = time.monotonic()
    network = make_links(design)
    model = design_model(network, shares(network, by_group=False))
    firsts: list[float] = []
    left_s = max(0.01, limits.time_s - (time.monotonic() - began))
    if solver == "highs":
        result = solve_mip(
            model,
            time_s=left_s,
            gap=limits.gap,
            seed=limits.seed,
            n_threads=limits.n_threads,
            should_stop=should_stop,
            on_point=lambda _: firsts.append(time.monotonic() - began),
        )
    else:
        result = _through_mathopt(model, solver, limits, left_s)
    plan, upper = None, float("inf")
    if result.values is not None:
        flow = np.maximum(result.values[network.n_links :], 0.0)
        routing = routing_of(
            network, trace_paths(network, flow.reshape(network.n_commodities, network.n_links))
        )
        if is_complete(network, routing):
            plan, upper = make_plan(network, routing, design.option_arc), routing.cost
    status = _ENDS.get(result.status, DesignStatus.NO_SOLUTION)
    return DesignResult(
        status=status,
        lower_bound=min(result.bound, upper) if np.isfinite(result.bound) else result.bound,
        upper_bound=upper,
        plan=plan,
        first_incumbent_s=firsts[0] if firsts else None,
        seconds=time.monotonic() - began,
        seed=limits.seed,
        messages=(f"{model.columns.n_columns} columns, {model.rows.n_rows} rows",),
    )


def _through_mathopt(
    model: LinearModel, solver: str, limits: SolveLimits, left_s: float
) -> SolverResult:
    short = SolveLimits(time_s=left_s, gap=limits.gap, seed=limits.seed, n_threads=limits.n_threads)
    return solve_mathopt(model, solver, short)
