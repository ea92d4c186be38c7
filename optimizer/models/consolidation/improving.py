"""Rounds of search and pricing: better plans and better bounds, for problems of any size."""

from __future__ import annotations

import threading
from collections.abc import Callable

from optimizer.models.consolidation.index import make_index
from optimizer.models.consolidation.lagrangian import Lagrangian, UnitContents
from optimizer.models.consolidation.menu import Menus
from optimizer.models.consolidation.packing import Packer
from optimizer.models.consolidation.pool import UnitPool
from optimizer.models.consolidation.problem import Problem
from optimizer.models.consolidation.recombining import Recombiner
from optimizer.models.consolidation.searching import LaneSearch
from optimizer.solvers.limits import Deadline

_FIRST_STEPS, _STEPS = 500, 200
"""Of pricing, in the first round and in each later one."""
_MOVES_EACH = 50
"""Of search in a round, by shipment."""
_PARTS = 12
"""Looks at the plan in a round."""
_HOT, _WARM, _COOL = 0.2, 0.06, 0.012
"""Temperatures, as shares of the mean cost of a shipment."""
_MOST_RUINED = 14
_STEPS_EACH = 20
"""Of pricing, between two looks at the units that it would fill."""
_SLACK = 300.0
"""Yuan that such a unit may cost beyond what its content is worth."""
_NEIGHBOURHOODS = 12
"""Solved in a round."""
_LEAST_GAIN = 1e-4
_PATIENCE = 4


class Improver:
    """
    Search and pricing in turn, or side by side in a thread.

    Parameters
    ----------
    search, lagrangian
        Of the same problem.
    deadline
        Of the whole solve.
    on_plan, on_bound
        Called in the caller's thread when there may be a better plan, or bound.
    is_done
        Whether the caller has had enough.
    in_thread
        Whether pricing has a thread of its own.
    seed
        Of the choice of neighbourhoods.
    """

    def __init__(
        self,
        search: LaneSearch,
        lagrangian: Lagrangian,
        deadline: Deadline,
        *,
        on_plan: Callable[[], None],
        on_bound: Callable[[], None],
        is_done: Callable[[], bool],
        in_thread: bool,
        seed: int,
    ) -> None:
        self.search, self.lagrangian, self.deadline = search, lagrangian, deadline
        self._on_plan, self._on_bound, self._is_done = on_plan, on_bound, is_done
        self._stopping = threading.Event()
        self._failure: BaseException | None = None
        self._thread = threading.Thread(target=self._price, daemon=True) if in_thread else None
        self._pool = UnitPool(search.problem)
        self._recombiner = Recombiner(search, self._pool, lagrangian, seed)
        self._fresh: list[UnitContents] = []
        self._n_rounds = 0

    def begin(self) -> None:
        """A short search and a few steps of pricing, for problems that are then solved exactly."""
        self._anneal(_HOT)
        self.lagrangian.improve(self.search.cost_fen, _STEPS, self.deadline)
        self._on_bound()

    def run(self) -> None:
        """Rounds until the caller has had enough, or nothing is gained in several of them."""
        if self._thread is not None:
            self._thread.start()
        try:
            idle = 0
            while not self._is_done() and idle < _PATIENCE:
                before = self.search.cost_fen, self.lagrangian.bound_fen
                self._round()
                gained = before[0] - self.search.cost_fen
                gained += self.lagrangian.bound_fen - before[1]
                idle = idle + 1 if gained < _LEAST_GAIN * before[0] else 0
        finally:
            self._stopping.set()
            if self._thread is not None:
                self._thread.join()
        if self._failure is not None:
            raise self._failure

    def _round(self) -> None:
        if self._n_rounds == 0:
            if self._thread is None:
                self._raise()
            self._on_bound()
            self._anneal(_HOT)
        if self._thread is None:
            for _ in range((_STEPS if self._n_rounds else _FIRST_STEPS) // _STEPS_EACH):
                if self._is_done():
                    return
                self._raise()
                self._on_bound()
        self._recombine()
        if self._n_rounds:
            self._anneal(_WARM)
        self._n_rounds += 1

    def _anneal(self, heat: float) -> None:
        """From the best plan, at temperatures that fall from a share of a shipment's cost."""
        n_shipments = max(1, self.search.problem.n_shipments)
        mean = max(1.0, self.search.cost_fen / n_shipments)
        hot, low = heat * mean, (_COOL / heat) ** (1.0 / _PARTS)
        self.search.back_to_best()
        for _ in range(_PARTS):
            if self._is_done():
                return
            n_moves = max(1, _MOVES_EACH * n_shipments // _PARTS)
            self.search.anneal(n_moves, (hot, hot * low), _MOST_RUINED, self.deadline)
            hot *= low
            self._on_plan()
            self._on_bound()

    def _recombine(self) -> None:
        """Neighbourhoods over what pricing and search have met."""
        for _ in range(_NEIGHBOURHOODS):
            fresh, self._fresh = self._fresh, []
            for found in fresh:
                self._pool.add_contents(found)
            if self._recombiner.step(self.deadline):
                self._on_plan()
            self._on_bound()
            if self._is_done():
                return

    def _raise(self) -> None:
        """Some steps of pricing; what units it would fill goes to the pool."""
        self.lagrangian.improve(self.search.cost_fen, _STEPS_EACH, self.deadline)
        self._fresh.append(self.lagrangian.contents_on_trial(_SLACK))

    def _price(self) -> None:
        try:
            while not (self._stopping.is_set() or self.deadline.is_over):
                if self.lagrangian.bound_fen >= self.search.cost_fen:
                    return
                self._raise()
        except Exception as failure:  # noqa: BLE001  (raised again in the caller's thread)
            self._failure = failure


def load_kernels(problem: Problem) -> None:
    """Call every kernel of this model once, so that no solve waits for a compiler."""
    index = make_index(problem)
    search = LaneSearch(problem, index, Menus(problem, index), Packer(problem), seed=1)
    search.insert_all()
    search.anneal(1, (1.0, 1.0), 2, Deadline(60.0))
    plan = search.plan()
    search.take(plan.column, plan.loads)
    lagrangian = Lagrangian(problem, index)
    lagrangian.improve(search.cost_fen, 1, Deadline(60.0))
    lagrangian.contents_on_trial(_SLACK)
    lagrangian.reduced_columns()
