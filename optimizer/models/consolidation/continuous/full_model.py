"""The full time-expanded model: one copy of everything for every minute. Small instances, peers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from optimizer.errors import ModelError
from optimizer.models.consolidation.continuous.full_plan import plan_of_moves
from optimizer.models.consolidation.continuous.full_rows import (
    Moves,
    define_capacity,
    define_flow,
    define_links,
    define_resources,
)
from optimizer.models.consolidation.continuous.ways import Reach, find_reach
from optimizer.models.consolidation.network_design import NetworkDesign
from optimizer.models.consolidation.network_design_plan import DesignResult, DesignStatus
from optimizer.solvers.highs import solve_mip
from optimizer.solvers.limits import Deadline, SolveLimits
from optimizer.solvers.linear import (
    Columns,
    LinearModel,
    PtrArray,
    stack_rows,
)
from optimizer.solvers.mathopt import solve_in_child
from optimizer.solvers.status import SolverResult, SolverStatus

MAX_MOVES = 20_000_000
"""Columns of moves that are built; 32-bit positions and memory end not far above."""
_HOUR = 60
_LEAST_S = 0.5
_HAND_OVER_S = 2e-5
"""Seconds a column that MathOpt takes to hand a model over and to read the answer back."""


@dataclass(frozen=True, slots=True)
class FullModel:
    """
    The model, and what its columns mean: moves, then load units, waits and served shares.

    Parameters
    ----------
    unit_option, unit_minute, unit_pool
        (U,) int64 of the columns after the moves.
    """

    linear: LinearModel
    moves: Moves
    unit_option: PtrArray
    unit_minute: PtrArray
    unit_pool: PtrArray


def count_moves(design: NetworkDesign, reach: Reach) -> int:
    """Moves that the model would have, without building them."""
    flexible = np.ones(design.n_arcs, dtype=np.bool_)
    flexible[design.departure_arc] = False
    length = np.where(reach.usable, reach.last_min - reach.first_min + 1, 0)
    count = int(length[flexible].sum())
    for arc, minute in zip(design.departure_arc, design.departure_min, strict=True):
        inside = (reach.first_min[arc] <= minute) & (minute <= reach.last_min[arc])
        count += int((inside & reach.usable[arc]).sum())
    return count


def list_moves(design: NetworkDesign, reach: Reach) -> Moves:
    """
    All moves inside the commodities' windows.

    Raises
    ------
    ModelError
        There are more than ``MAX_MOVES``.
    """
    n_moves = count_moves(design, reach)
    if n_moves > MAX_MOVES:
        raise ModelError(f"M625 the full model would have {n_moves} moves, above {MAX_MOVES}")
    timetable: dict[int, list[int]] = {}
    for arc, minute in zip(
        design.departure_arc.tolist(), design.departure_min.tolist(), strict=True
    ):
        timetable.setdefault(arc, []).append(minute)
    parts: list[np.ndarray] = []
    for arc, k in zip(*np.nonzero(reach.usable), strict=True):
        first, last = int(reach.first_min[arc, k]), int(reach.last_min[arc, k])
        if int(arc) in timetable:
            minutes = np.array(sorted(timetable[int(arc)]), dtype=np.int64)
            minutes = minutes[(minutes >= first) & (minutes <= last)]
        else:
            minutes = np.arange(first, last + 1)
        block = np.empty((len(minutes), 3), dtype=np.int64)
        block[:, 0], block[:, 1], block[:, 2] = k, arc, minutes
        parts.append(block)
    stacked = np.concatenate(parts) if parts else np.empty((0, 3), dtype=np.int64)
    return Moves(
        commodity=stacked[:, 0].copy(), arc=stacked[:, 1].copy(), minute=stacked[:, 2].copy()
    )


def build_full_model(design: NetworkDesign, reach: Reach) -> FullModel:
    """
    Flow of each commodity through minutes, load units of each dispatch, capacity and linking rows.

    Raises
    ------
    ModelError
        The instance is too large, or has waiting that costs something.
    """
    if np.any(design.node_hold_fen_per_kg) or np.any(design.node_hold_fen_per_dm3):
        raise ModelError("M626 the full model cannot price waiting at nodes")
    moves = list_moves(design, reach)
    dispatch, dispatch_of = np.unique(
        np.stack((moves.arc, moves.minute, design.commodity_pool[moves.commodity]), axis=1)
        if moves.n_moves
        else np.empty((0, 3), dtype=np.int64),
        axis=0,
        return_inverse=True,
    )
    n_options = np.bincount(design.option_arc, minlength=design.n_arcs)
    by_arc = np.argsort(design.option_arc, kind="stable")
    first_option = np.concatenate(([0], np.cumsum(n_options)))
    counts = n_options[dispatch[:, 0]]
    unit_dispatch = np.repeat(np.arange(len(dispatch)), counts)
    rank = np.arange(len(unit_dispatch)) - np.repeat(np.cumsum(counts) - counts, counts)
    unit_option = by_arc[first_option[dispatch[unit_dispatch, 0]] + rank]
    flow, wait_columns = define_flow(design, moves, moves.n_moves + len(unit_option))
    n_columns = moves.n_moves + len(unit_option) + wait_columns + design.n_commodities
    families = [
        flow,
        *define_capacity(design, moves, dispatch_of.ravel(), unit_dispatch, unit_option),
        define_links(design, moves, dispatch_of.ravel(), unit_dispatch, unit_option),
        *define_resources(design, moves.n_moves, unit_option, dispatch[unit_dispatch]),
    ]
    return FullModel(
        linear=LinearModel(
            columns=_columns(design, moves, unit_option, n_columns), rows=stack_rows(families)
        ),
        moves=moves,
        unit_option=unit_option.astype(np.int64),
        unit_minute=dispatch[unit_dispatch, 1],
        unit_pool=dispatch[unit_dispatch, 2],
    )


def _columns(
    design: NetworkDesign, moves: Moves, unit_option: np.ndarray, n_columns: int
) -> Columns:
    k, n_units = moves.commodity, len(unit_option)
    cost, upper = np.zeros(n_columns), np.ones(n_columns)
    arrives = moves.minute + design.arc_travel_min[moves.arc]
    late_h = -(-np.maximum(0, arrives - design.commodity_due_min[k]) // _HOUR)
    ends = design.arc_head[moves.arc] == design.commodity_destination[k]
    cost[: moves.n_moves] = design.arc_fen_per_kg[moves.arc] * design.commodity_kg[k]
    cost[: moves.n_moves] += np.where(ends, late_h * design.commodity_late_fen_per_hour[k], 0)
    units = slice(moves.n_moves, moves.n_moves + n_units)
    cost[units] = design.option_fen[unit_option]
    full_kg, full_dm3 = int(design.commodity_kg.sum()), int(design.commodity_dm3.sum())
    kg, dm3 = design.option_kg[unit_option], np.maximum(1, design.option_dm3[unit_option])
    upper[units] = np.minimum(
        design.option_max_units[unit_option], -(-full_kg // kg) + -(-full_dm3 // dm3)
    )
    unserved = design.commodity_unserved_fen.astype(np.float64)
    cost[n_columns - design.n_commodities :] = np.where(design.commodity_must_serve, 0, -unserved)
    lower = np.zeros(n_columns)
    lower[n_columns - design.n_commodities :] = design.commodity_must_serve
    is_integer = np.zeros(n_columns, dtype=np.bool_)
    is_integer[: moves.n_moves] = ~design.commodity_may_split[k]
    is_integer[units] = True
    is_integer[n_columns - design.n_commodities :] = True
    return Columns(cost=cost, lower=lower, upper=upper, is_integer=is_integer)


def solve_full(
    design: NetworkDesign,
    solver: str = "highs",
    limits: SolveLimits | None = None,
    *,
    should_stop: Callable[[], bool] | None = None,
) -> DesignResult:
    """
    Hand the full model to one solver: ``highs`` (highspy), ``scip`` or ``cp_sat`` (MathOpt).

    Raises
    ------
    ModelError
        The model is too large, prices waiting or has least numbers of units, or the solver is
        unknown.
    """
    limits = limits or SolveLimits()
    if np.any(design.departure_min_units > 1):
        raise ModelError("M626 the full model cannot hold departures to a least number of units")
    deadline = Deadline(limits.time_s)
    model = build_full_model(design, find_reach(design))
    found_s: list[float] = []
    if solver == "highs":
        answer = solve_mip(
            model.linear,
            time_s=max(0.01, deadline.left_s),
            gap=limits.gap,
            seed=limits.seed,
            n_threads=limits.n_threads,
            should_stop=should_stop,
            on_point=lambda _: found_s.append(deadline.elapsed_s),
        )
    else:
        left = SolveLimits(
            time_s=max(_LEAST_S, deadline.left_s - _HAND_OVER_S * model.linear.columns.n_columns),
            gap=limits.gap,
            seed=limits.seed,
            n_threads=limits.n_threads,
        )
        answer = solve_in_child(model.linear, solver, left)
    result = _result(design, model, answer, limits)
    if result.plan is not None:
        first_s = found_s[0] if found_s else deadline.elapsed_s
        result = replace(result, first_incumbent_s=first_s)
    return replace(result, seconds=deadline.elapsed_s)


def _result(
    design: NetworkDesign, model: FullModel, answer: SolverResult, limits: SolveLimits
) -> DesignResult:
    status = {
        SolverStatus.OPTIMAL: DesignStatus.OPTIMAL,
        SolverStatus.FEASIBLE: DesignStatus.FEASIBLE,
        SolverStatus.INFEASIBLE: DesignStatus.INFEASIBLE,
    }.get(answer.status, DesignStatus.NO_SOLUTION)
    # The unserved are paid for by what serving them saves, so that their prices are added here.
    offset = float(design.commodity_unserved_fen[~design.commodity_must_serve].sum())
    plan = None
    if answer.values is not None:
        plan = plan_of_moves(
            design,
            (model.moves.commodity, model.moves.arc, model.moves.minute),
            answer.values[: model.moves.n_moves],
            (model.unit_option, model.unit_minute, model.unit_pool),
            answer.values[model.moves.n_moves :],
        )
    return DesignResult(
        status=status,
        lower_bound=max(0.0, answer.bound + offset),
        upper_bound=answer.objective + offset,
        plan=plan,
        first_incumbent_s=None,
        seconds=answer.seconds,
        seed=limits.seed,
    )
