"""
Solve a batch in arrays: a plan in a second, a bound soon after, both better with time.

What is exact: the bound (weak duality, ``batch_relaxation.py``; branch and bound for small batches)
and the answer ``optimal``. What is heuristic: everything that proposes plans. A plan is checked
against the arrays before it is kept.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import ceil

import numpy as np
import numpy.typing as npt

from optimizer.kernels.order_allocation import Prices
from optimizer.models.allocation.batch_formulation import arc_packs_of, formulate, point_of
from optimizer.models.allocation.batch_master import Pool, Rows, Ways, join_ways, select_ways
from optimizer.models.allocation.batch_problem import BatchProblem, IntArray
from optimizer.models.allocation.batch_relaxation import Ascent, Priced, Relaxation
from optimizer.models.allocation.batch_state import State
from optimizer.models.allocation.batch_tables import Batch, make_batch, resource_use
from optimizer.plan.plan import Incumbent
from optimizer.solvers.highs import solve_mip
from optimizer.solvers.highs_columns import GrowingMaster
from optimizer.solvers.limits import Deadline, SolveLimits
from optimizer.solvers.linear import FloatArray

Progress = Callable[[Incumbent], None]
ShouldStop = Callable[[], bool]

_SMALL_ARCS = 2_000
"""Batches up to here end in branch and bound of the whole model."""
_MIDDLE_ARCS = 60_000
"""Batches up to here do so if time is left."""
_ASCENT_ROUNDS, _ROUNDS_BEFORE_PLAN = 16, 8
_ASCENT_SHARE, _MASTER_SHARE = 0.35, 0.65
"""Shares of the time after which the ascent, and the master's relaxation, must have ended."""
_CHOICE_SHARE = 0.4
"""Share of the time left for the choice among ways where the whole model comes after it."""
_MASTER_ROUNDS = 40
_CLOSE = 1e-4
"""Share of the cost by which master and bound may differ at the end of the column generation."""
_ROUNDING = 0.05
_KEEP_FEN_SHARE = 0.3
"""Ways with a larger share of the gap as reduced cost are left out of the final choice at first."""
_NOISE = (0.05, 0.15, 0.4)
_WHOLE = 0.999
"""Value in the master from which a way is settled in the first choice."""
_ROUNDINGS = (0.0, 0.3, 0.3)
_CHOICES = 12
"""Rounds of new ways and a choice among them; they end earlier when nothing changes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CoreSolution:
    """
    Answer to a batch in arrays.

    Parameters
    ----------
    arc_packs
        (A,) int32, packs on each arc.
    prices
        Multipliers at the best bound: fen a pack of a cell, fen a unit of a resource.
    status
        ``optimal`` or ``feasible``.
    stop_reason
        ``optimal``, ``gap``, ``time``, ``cancelled`` or ``exhausted``: nothing is left to try.
    """

    arc_packs: IntArray
    prices: Prices
    objective_fen: int
    bound_fen: int
    status: str
    stop_reason: str
    seconds: float
    incumbents: tuple[Incumbent, ...]


def solve_core(
    problem: BatchProblem,
    limits: SolveLimits | None = None,
    on_progress: Progress | None = None,
    should_stop: ShouldStop | None = None,
) -> CoreSolution:
    """
    Find a cheap plan and prove how far from the cheapest it can be.

    Parameters
    ----------
    limits
        The answer depends on the seed only, unless time runs out.
    on_progress
        Told every better plan or bound, from the thread that called.
    should_stop
        Asked often; what was found until then is the answer.

    Raises
    ------
    ModelError
        The arrays contradict each other.
    """
    problem.validate()
    run = _Run(make_batch(problem), limits or SolveLimits(), on_progress, should_stop)
    try:
        return run.run()
    finally:
        run.relaxation.close()


class _Run:
    """One solve: the best plan, what is proved, who is told."""

    def __init__(
        self,
        batch: Batch,
        limits: SolveLimits,
        on_progress: Progress | None,
        should_stop: ShouldStop | None,
    ) -> None:
        self.batch, self.limits = batch, limits
        self.on_progress, self.should_stop = on_progress, should_stop
        self.deadline = Deadline(limits.time_s)
        self.state = State(batch)
        self.relaxation = Relaxation(batch, limits.n_threads)
        self.pool, self.rows = Pool(batch), Rows(batch)
        self.ways: list[Ways] = []
        self.fresh: list[Ways] = []
        self.value: FloatArray = np.zeros(0)
        self.bound_fen = 0
        self.incumbents: list[Incumbent] = []
        self.rng = np.random.default_rng(limits.seed)

    def run(self) -> CoreSolution:
        urgent = np.argsort(-self._nothing(), kind="stable")
        self._propose(self.state.construct(urgent, self.batch.true_prices()), "greedy")
        self._report("greedy")
        if not self._is_done():
            self._ascend()
        if not self._is_done():
            self._generate()
        is_small = self.batch.problem.n_arcs <= _SMALL_ARCS
        if not self._is_done():
            self._choose(_CHOICE_SHARE if is_small else 1.0)
        if not self._is_done() and self.batch.problem.n_arcs <= _MIDDLE_ARCS:
            self._finish_exactly()
        return self._solution()

    # ---------------------------------------------------------------- stages

    def _ascend(self) -> None:
        """Rounds of prices; now and then a plan is made with them."""
        ascent = Ascent(self.relaxation)
        share = Deadline(_ASCENT_SHARE * self.limits.time_s, self.deadline.started)
        for k in range(1, _ASCENT_ROUNDS + 1):
            priced = ascent.round(self.state.cost_fen)
            self._collect(priced.arc_packs)
            self._note_bound()
            if k % _ROUNDS_BEFORE_PLAN == 0:
                self._repair(priced)
            if self._is_done() or share.is_over:
                return

    def _repair(self, priced: Priced) -> None:
        best = self.relaxation.best or priced
        sequence = np.argsort(-priced.value, kind="stable")
        self._propose(self.state.construct(sequence, best.prices), "repair")

    def _generate(self) -> None:
        """Column generation from the ways of the ascent until master and bound agree."""
        share = Deadline(_MASTER_SHARE * self.limits.time_s, self.deadline.started)
        master = GrowingMaster(self.rows.whole_master(join_ways(self.ways)), self.limits.seed)
        self.fresh.clear()
        values: FloatArray | None = None
        for _ in range(_MASTER_ROUNDS):
            point = master.solve(max(0.5, share.left_s))
            if point is None or self._is_done():
                return
            values = point.values
            priced = self.relaxation.price(self.rows.prices(point.row_duals))
            n_new = self._collect(priced.arc_packs)
            for ways in self.fresh:
                master.add(self.rows.columns(ways))
            self.fresh.clear()
            self._note_bound()
            agreed = point.objective - self.relaxation.bound_fen <= _CLOSE * point.objective
            if n_new == 0 or agreed or share.is_over or not point.is_optimal or self._is_done():
                break
        best = self.relaxation.best
        if best is not None:
            self._repair(best)
            if values is not None:
                self._round(values, best)

    def _round(self, values: FloatArray, best: Priced) -> None:
        """Plans from a point of the master: its largest ways, then the other orders at prices."""
        n_ways = len(values) - len(self.rows.wanted)
        ways = select_ways(joined := join_ways(self.ways), np.arange(joined.n) < n_ways)
        self.value = value = values[len(self.rows.wanted) :]
        columns = self.rows.columns(ways)
        for noise in _ROUNDINGS:
            if self._is_done():
                return
            rank = value * self.rng.uniform(1 - noise, 1 + noise, n_ways)
            taken = self.rows.fitting(
                columns, np.argsort(-rank, kind="stable")[: np.sum(value > 0)]
            )
            plan = self.batch.no_plan()
            chosen = select_ways(ways, taken)
            plan[chosen.arc] = chosen.packs
            sequence = np.argsort(-best.value, kind="stable")
            self._propose(self.state.complete(plan, sequence, best.prices), "rounding")

    def _choose(self, time_share: float) -> None:
        """Ways near the best prices, then branch and bound over the ways that may still pay."""
        best = self.relaxation.best
        if best is None or not self.ways:
            return
        span = Deadline(time_share * self.deadline.left_s)
        for k in range(_CHOICES):
            before = self.state.cost_fen
            self._vary(best, with_plans=k > 0)
            for share in (_KEEP_FEN_SHARE, 1.0):
                if self._is_done() or span.is_over:
                    return
                ways = join_ways(self.ways)
                reduced = self.rows.reduced_costs(ways, best.prices, best.value)
                gap_fen = self.state.cost_fen - best.bound_fen
                kept = reduced <= max(1.0, share * gap_fen)
                if share < 1:
                    kept &= self._open(ways)
                taken = self._taken(ways)
                self._branch(select_ways(ways, kept if taken is None else kept | taken), span)
            if self.state.cost_fen >= before:
                return

    def _open(self, ways: Ways) -> npt.NDArray[np.bool_]:
        """(k,) ways of orders that the master's last point divides, and those it takes whole."""
        value = np.zeros(ways.n)
        n_known = min(ways.n, len(self.value))
        value[:n_known] = self.value[:n_known]
        is_whole = value > _WHOLE
        settled = np.bincount(ways.order[is_whole], minlength=self.batch.problem.n_orders) > 0
        return is_whole | ~settled[ways.order]

    def _vary(self, best: Priced, *, with_plans: bool) -> None:
        """Ways of the orders at prices around the best, and plans made with them."""
        for noise in _NOISE:
            factor = self.rng.uniform(1 - noise, 1 + noise, len(best.prices.cell))
            priced = self.relaxation.price(
                Prices(cell=best.prices.cell * factor, resource=best.prices.resource)
            )
            self._collect(priced.arc_packs)
            if with_plans and not self._is_done():
                self._repair(priced)
            if self._is_done():
                return

    def _branch(self, ways: Ways, span: Deadline) -> None:
        taken = self._taken(ways)
        start = self.rows.point_of(taken, self._missing()) if taken is not None else None
        result = solve_mip(
            self.rows.whole_master(ways),
            time_s=span.left_s,
            gap=0.2 * self.limits.gap,
            seed=self.limits.seed,
            start=start,
            should_stop=self._is_done,
            on_point=lambda values: self._take_point(ways, values),
        )
        if result.values is not None:
            self._take_point(ways, result.values)
            self._propose(self.state.improve(self.state.arc_packs.copy()), "improvement")

    def _finish_exactly(self) -> None:
        """The whole model, from the best plan."""
        n_arcs = self.batch.problem.n_arcs
        result = solve_mip(
            formulate(self.batch),
            time_s=self.deadline.left_s,
            gap=0.5 * self.limits.gap,
            seed=self.limits.seed,
            start=point_of(self.batch, self.state.arc_packs),
            should_stop=self._is_done,
            on_bound=self._raise_bound,
            on_point=lambda v: self._propose(arc_packs_of(self.batch, v[:n_arcs]), "branch"),
        )
        if result.values is not None:
            self._propose(arc_packs_of(self.batch, result.values), "branch and bound")
        self._raise_bound(result.bound)

    # ---------------------------------------------------------------- plans and bounds

    def _take_point(self, ways: Ways, values: FloatArray) -> None:
        self._propose(self.rows.plan_of(ways, values), "branch and bound")

    def _taken(self, ways: Ways) -> np.ndarray | None:
        """Which ways the best plan has; None if it has one that is not among them."""
        plan = self.state.arc_packs
        way = np.repeat(np.arange(ways.n), np.diff(ways.ptr))
        same = np.bincount(way, plan[ways.arc] != ways.packs, ways.n) == 0
        arc_order = self.batch.problem.offer_order[self.batch.problem.arc_offer]
        total = np.bincount(arc_order, plan, self.batch.problem.n_orders)
        inside = np.bincount(way, ways.packs, ways.n)
        taken = same & (inside == total[ways.order])
        served = np.bincount(ways.order[taken], minlength=self.batch.problem.n_orders)
        return taken if bool(np.all((served > 0) == (total > 0))) else None

    def _missing(self) -> np.ndarray:
        problem = self.batch.problem
        return np.maximum(0, problem.resource_least - resource_use(problem, self.state.arc_packs))

    def _collect(self, plan: IntArray) -> int:
        found = self.pool.new_ways(plan)
        if found.n:
            self.ways.append(found)
            self.fresh.append(found)
        return found.n

    def _propose(self, plan: IntArray, note: str) -> None:
        self._collect(plan)
        if self.state.adopt(plan):
            self._report(note)

    def _nothing(self) -> FloatArray:
        problem = self.batch.problem
        return np.bincount(
            problem.line_order, problem.line_units * problem.line_unserved_fen, problem.n_orders
        ).astype(np.float64)

    def _note_bound(self) -> None:
        self._raise_bound(self.relaxation.bound_fen)

    def _raise_bound(self, proved_fen: float) -> None:
        if not np.isfinite(proved_fen):
            return
        whole = min(ceil(proved_fen - _ROUNDING), self.state.cost_fen)
        if whole > self.bound_fen:
            self.bound_fen = whole
            self._report("bound")

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
        return self._stop_reason() != "exhausted"

    def _stop_reason(self) -> str:
        cost_fen = self.state.cost_fen
        if self.bound_fen >= cost_fen:
            return "optimal"
        if (cost_fen - self.bound_fen) / cost_fen <= self.limits.gap:
            return "gap"
        if self.should_stop is not None and self.should_stop():
            return "cancelled"
        return "time" if self.deadline.is_over else "exhausted"

    def _solution(self) -> CoreSolution:
        best, reason = self.relaxation.best, self._stop_reason()
        return CoreSolution(
            arc_packs=self.state.arc_packs,
            prices=best.prices if best is not None else self.batch.true_prices(),
            objective_fen=self.state.cost_fen,
            bound_fen=min(self.bound_fen, self.state.cost_fen),
            status="optimal" if reason == "optimal" else "feasible",
            stop_reason=reason,
            seconds=self.deadline.elapsed_s,
            incumbents=tuple(self.incumbents),
        )
