"""
Solve a consolidation problem: a plan in seconds, a bound soon after, both better with time.

What is exact: the bound (weak duality, ``relaxation.py``; branch and bound, ``exact.py``), and the
answer ``optimal``. What is heuristic: everything that proposes plans. Every plan is packed into
physical load units before it is reported.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from math import ceil

import numpy as np

from optimizer.models.consolidation.bounding import Bounding
from optimizer.models.consolidation.dive import dive
from optimizer.models.consolidation.exact import adopt_point, solve_exactly
from optimizer.models.consolidation.formulation import FEN_PER_UNIT, layout
from optimizer.models.consolidation.heuristic import travel_alone
from optimizer.models.consolidation.improving import Improver
from optimizer.models.consolidation.index import make_index
from optimizer.models.consolidation.lagrangian import Lagrangian
from optimizer.models.consolidation.menu import Menus
from optimizer.models.consolidation.neighbourhood import Neighbourhoods
from optimizer.models.consolidation.packing import Packer, PackingUnknown
from optimizer.models.consolidation.presolve import keep_columns, useful_columns
from optimizer.models.consolidation.problem import UNSERVED, IntArray, Problem
from optimizer.models.consolidation.relaxation import Relaxation
from optimizer.models.consolidation.searching import LaneSearch
from optimizer.models.consolidation.solution import Solution
from optimizer.models.consolidation.state import State, Units
from optimizer.models.consolidation.tie_break import leave_earlier
from optimizer.plan.plan import Incumbent
from optimizer.solvers.highs import solve_mip
from optimizer.solvers.limits import Deadline, SolveLimits
from optimizer.solvers.linear import FloatArray, LinearModel
from optimizer.solvers.status import SolverResult

Progress = Callable[[Incumbent], None]

_TINY_COLUMNS = 300
"""Up to here the exact path is done before search and pricing have begun."""
_SMALL_COLUMNS = 1_500
_EXACT_COLUMNS = 4_000
_LP_COLUMNS = 60_000
_ROUNDS_BEFORE_DIVE = 4
_STEPS_BEFORE_DIVE = 8
_PLANS_KEPT = 4
_NOISE = 0.1
_ROUNDING = 0.05
_TIE_BREAK_S = 0.5
_TOLD_GAIN = 2e-4
"""A bound is reported when it rose by this share of the cost."""


def solve(
    problem: Problem,
    limits: SolveLimits | None = None,
    on_progress: Progress | None = None,
    start: Solution | None = None,
    should_stop: Callable[[], bool] | None = None,
    *,
    released_min: Sequence[int] | None = None,
) -> Solution:
    """
    Find a cheap plan and prove how far from the cheapest it can be.

    Parameters
    ----------
    limits
        With one thread the answer depends on the seed only, unless time runs out. With more, the
        bound is computed beside the search.
    on_progress
        Told every better plan or bound. Called from the thread that called ``solve``.
    start
        A solution of the same problem to improve; ignored where it is not feasible.
    should_stop
        Asked about ten times a second; true ends the solve with the best plan so far.
    released_min
        (B,) when each bucket releases its cargo; if given, of buckets that cost the same the first
        is taken.

    Returns
    -------
    Always a feasible plan: shipments that cannot be carried are unserved.

    Raises
    ------
    ModelError
        The arrays contradict each other.
    """
    problem.validate()
    limits, began = limits or SolveLimits(), Deadline(0.0, should_stop=should_stop)
    kept = useful_columns(problem)
    places = np.flatnonzero(kept).astype(np.int32)
    run = _Run(keep_columns(problem, kept), limits, on_progress, began, released_min)
    solution = run.run(_with_columns(start, _inverse(places, problem.n_columns)))
    return replace(solution, column=_map_columns(solution.column, places))


def _inverse(places: IntArray, n_columns: int) -> IntArray:
    """(n_columns,) position among the columns kept, ``UNSERVED`` for the others."""
    found = np.full(n_columns, UNSERVED, dtype=np.int32)
    found[places] = np.arange(len(places), dtype=np.int32)
    return found


def _map_columns(column: IntArray, places: IntArray) -> IntArray:
    served = column != UNSERVED
    mapped = np.full(len(column), UNSERVED, dtype=np.int32)
    mapped[served] = places[column[served]]
    return mapped


def _with_columns(start: Solution | None, places: IntArray) -> Solution | None:
    return None if start is None else replace(start, column=_map_columns(start.column, places))


class _Run:
    """One solve: the state, what is proved about it, and who is told."""

    def __init__(
        self,
        problem: Problem,
        limits: SolveLimits,
        on_progress: Progress | None,
        began: Deadline,
        released_min: Sequence[int] | None,
    ) -> None:
        self.released_min = released_min
        self.problem, self.limits, self.on_progress = problem, limits, on_progress
        self.deadline = Deadline(limits.time_s, began.started, began.should_stop)
        self.index = make_index(problem)
        self.menus = Menus(problem, self.index)
        self.state = State(problem, self.index, Packer(problem, limits.seed), self.menus)
        self.rng = np.random.default_rng(limits.seed)
        self.bound_fen = _trivial_bound(problem, self.index.shipment_ptr, self.index.shipment_col)
        self.incumbents: list[Incumbent] = []
        self._is_started = False

    # ---------------------------------------------------------------- stages

    def run(self, start: Solution | None) -> Solution:
        if start is not None:
            self._adopt_start(start)
            self._is_started = True
        travel_alone(self.state)
        self._report("alone")
        if not self._is_done() and self.problem.n_columns:
            self._improve()
            if not self._is_done() and self.problem.n_columns <= _LP_COLUMNS:
                self._with_bound()
        return self._solution()

    def _improve(self) -> None:
        """Search and pricing; on large problems until the limits."""
        search = LaneSearch(
            self.problem, self.index, self.menus, self.state.packer, self.limits.seed
        )
        if self._is_started:
            search.take(np.array(self.state.column, dtype=np.int32), self.state.loads())
        search.insert_all()
        self._take_plan(search, "insertion")
        if self.problem.n_columns <= _TINY_COLUMNS:
            return
        lagrangian = Lagrangian(self.problem, self.index)
        self._raise_bound(lagrangian.bound_fen)
        improver = Improver(
            search,
            lagrangian,
            self.deadline,
            on_plan=lambda: self._take_plan(search, "ruin and recreate"),
            on_bound=lambda: self._raise_bound(lagrangian.bound_fen),
            is_done=self._is_done,
            in_thread=self.limits.n_threads > 1,
            seed=self.limits.seed,
        )
        if self.problem.n_columns <= _SMALL_COLUMNS:
            improver.begin()
        else:
            improver.run()

    def _take_plan(self, search: LaneSearch, note: str) -> None:
        if search.cost_fen < self.state.cost_fen:
            plan = search.plan()
            self.state.take(plan.column.tolist(), plan.loads)
            self._report(note)

    def _adopt_start(self, start: Solution) -> None:
        units: dict[int, Units] = {}
        for load in start.loads:
            b = int(self.problem.option_bucket[load.option])
            units[b] = (*units.get(b, ()), load.option)
        columns = {
            k: q
            for k, q in enumerate(start.column.tolist())
            if q != UNSERVED and self.problem.col_shipment[q] == k
        }
        self.state.begin()
        try:
            if not self.state.adopt(columns, units, exactly=True):
                self.state.undo()
        except PackingUnknown:
            self.state.undo()

    def _with_bound(self) -> None:
        relaxation = Relaxation(self.problem, self.index, self.menus, self.limits.seed)
        bounding = Bounding(relaxation, self.deadline, in_thread=self.limits.n_threads > 1)
        try:
            bounding.until_root()
            self._note_bound(bounding)
            if not self._is_done():
                if self.problem.n_columns <= _SMALL_COLUMNS:
                    self._finish_exactly(bounding)
                if not self._is_done():
                    self._search(bounding)
        finally:
            bounding.stop()
            self._note_bound(bounding)

    def _search(self, bounding: Bounding) -> None:
        """Dives and neighbourhoods until the limits; the bound grows in between or beside."""
        neighbourhoods = Neighbourhoods(self.state, self.limits.seed)
        plans: list[list[int]] = []
        n_dives, tried_exactly = 0, False
        while not self._is_done():
            bounding.rounds(_ROUNDS_BEFORE_DIVE)
            self._note_bound(bounding)
            if self._is_done():
                return
            plans = [*plans, self._dive(bounding, n_dives)][-_PLANS_KEPT:]
            n_dives += 1
            neighbourhoods.follow(bounding.relaxation)
            if neighbourhoods.combine(plans, self.deadline):
                self._report("combination")
            for _ in range(_STEPS_BEFORE_DIVE):
                self._note_bound(bounding)
                if self._is_done():
                    return
                if neighbourhoods.step(self.deadline):
                    self._report("neighbourhood")
            if bounding.is_exhausted and not tried_exactly and self._is_nearly_solved(bounding):
                tried_exactly = True
                self._finish_exactly(bounding)

    def _dive(self, bounding: Bounding, n_dives: int) -> list[int]:
        model, reduced = bounding.guide()
        before = self.state.cost_fen
        plan = dive(
            self.state,
            model,
            reduced,
            self.rng,
            self.deadline,
            noise=_NOISE if n_dives > 1 else 0.0,
            opens_units=n_dives % 2 == 0,
        )
        if self.state.cost_fen < before:
            self._report("dive")
        return plan

    def _is_nearly_solved(self, bounding: Bounding) -> bool:
        useful = bounding.relaxation.may_improve(self.state.cost_fen)
        return int(useful[: self.problem.n_columns].sum()) <= _EXACT_COLUMNS

    def _finish_exactly(self, bounding: Bounding) -> None:
        """Branch and bound over what can still be in a better plan."""
        bounding.stop()
        model = bounding.relaxation.exact_model(self.state.cost_fen, self.state)

        def run(part: LinearModel, start: FloatArray, time_s: float) -> SolverResult:
            return solve_mip(
                part,
                time_s=time_s,
                gap=0.5 * self.limits.gap,
                seed=self.limits.seed,
                n_threads=self.limits.n_threads,
                start=start,
                should_stop=lambda: self.deadline.is_over,
                on_bound=lambda yuan: self._raise_bound(yuan * FEN_PER_UNIT),
                on_point=self._take_point,
            )

        proved = solve_exactly(
            self.state,
            run,
            self.deadline,
            model=model,
            on_improved=lambda: self._report("branch and bound"),
        )
        self._raise_bound(proved)

    def _take_point(self, values: FloatArray) -> None:
        before = self.state.cost_fen
        adopt_point(self.state, values[: layout(self.problem).n])
        if self.state.cost_fen < before:
            self._report("branch and bound")

    # ---------------------------------------------------------------- bounds and reports

    def _raise_bound(self, proved_fen: float) -> None:
        if np.isfinite(proved_fen):
            whole = min(ceil(proved_fen - _ROUNDING), self.state.cost_fen)
            gained = whole - self.bound_fen
            self.bound_fen = max(self.bound_fen, whole)
            if gained > _TOLD_GAIN * self.state.cost_fen:
                self._report("bound")

    def _note_bound(self, bounding: Bounding) -> None:
        self._raise_bound(bounding.bound_fen)

    def _report(self, note: str) -> None:
        incumbent = Incumbent(
            seconds=self.deadline.elapsed_s,
            objective_fen=self.state.cost_fen,
            bound_fen=min(self.bound_fen, self.state.cost_fen),
            note=note,
        )
        self.incumbents.append(incumbent)
        if self.on_progress is not None:
            self.on_progress(incumbent)

    def _is_done(self) -> bool:
        return self.deadline.is_over or self._stop_reason() in ("optimal", "gap")

    def _stop_reason(self) -> str:
        cost_fen = self.state.cost_fen
        if self.bound_fen >= cost_fen:
            return "optimal"
        if (cost_fen - self.bound_fen) / cost_fen <= self.limits.gap:
            return "gap"
        if self.deadline.is_cancelled:
            return "cancelled"
        return "time_limit" if self.deadline.is_over else "exhausted"

    def _solution(self) -> Solution:
        if self.released_min is not None:
            leave_earlier(self.state, self.index, self.released_min, Deadline(_TIE_BREAK_S))
            if self.incumbents and self.state.cost_fen < self.incumbents[-1].objective_fen:
                self._report("first of equals")
        loads = self.state.loads()
        options = np.array([load.option for load in loads], dtype=np.int64)
        reason = self._stop_reason()
        return Solution(
            column=np.array(self.state.column, dtype=np.int32),
            units=np.bincount(options, minlength=self.problem.n_options).astype(np.int32),
            loads=loads,
            objective_fen=self.state.cost_fen,
            bound_fen=min(self.bound_fen, self.state.cost_fen),
            status="optimal" if reason == "optimal" else "feasible",
            stop_reason=reason,
            seconds=self.deadline.elapsed_s,
            incumbents=tuple(self.incumbents),
        )


def _trivial_bound(problem: Problem, ptr: np.ndarray, columns: np.ndarray) -> int:
    """Everybody on the column with the least own price, or not at all if that is less."""
    total = 0
    for k in range(problem.n_shipments):
        least = int(problem.unserved_fen[k])
        if ptr[k] < ptr[k + 1]:
            least = min(least, int(problem.col_fen[columns[ptr[k]]]))
        total += least
    return total
