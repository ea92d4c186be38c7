"""
Solve a static network design: routings from the first second, a bound beside them.

What is exact: the bound (weak duality of the knapsack relaxation; branch and bound over the groups'
model) and the answer ``optimal``. What is heuristic: everything that proposes routings.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import cache

import numpy as np

from optimizer.models.consolidation.network_design import NetworkDesign
from optimizer.models.consolidation.network_design_plan import (
    DesignResult,
    DesignStatus,
    ProgressListener,
)
from optimizer.models.consolidation.static.annealing import Annealer
from optimizer.models.consolidation.static.elastic import describe, find_relaxations
from optimizer.models.consolidation.static.flows import relaxed_price, solve_flow
from optimizer.models.consolidation.static.lagrangian import Lagrangian
from optimizer.models.consolidation.static.ledger import Ledger
from optimizer.models.consolidation.static.links import make_links
from optimizer.models.consolidation.static.paths import make_plan, take_apart, without_noise
from optimizer.models.consolidation.static.proving import can_prove, climb, prove
from optimizer.models.consolidation.static.searching import Searching
from optimizer.solvers.limits import Deadline, SolveLimits
from optimizer.solvers.status import SolverResult, SolverStatus

_FIRST_STEPS, _MORE_STEPS = 600, 4_000
_ROUNDS_FIRST, _STALE_ROUNDS = 12, 60
"""Rounds of search before proving begins beside it; rounds without a gain before it begins in turn.
"""
_SMALL, _TINY = 10_000, 500
"""Commodities times links up to which proving is soon worth more than searching: a sixth, or a
thirtieth, of these rounds."""


def solve(
    design: NetworkDesign,
    limits: SolveLimits | None = None,
    *,
    progress: ProgressListener | None = None,
    should_stop: Callable[[], bool] | None = None,
) -> DesignResult:
    """
    Cheapest openings and flows of a static design, as far as the limits allow.

    Parameters
    ----------
    limits
        With one thread the answer depends on the seed only, unless time runs out. With more, one
        thread proves while the other searches.
    progress
        Told every better routing or bound, from the calling thread.
    should_stop
        Asked several times a second.

    Raises
    ------
    ModelError
        M631: the instance is not of this family.
    """
    network = make_links(design)
    load_kernels()
    ledger = Ledger(network, limits or SolveLimits(), progress, should_stop)
    run = _Run(design, ledger)
    return run.run()


@cache
def load_kernels() -> None:
    """
    Compile the kernels, or load them from their cache, before a clock runs.

    Compiling takes some seconds once after an installation and cannot be stopped half way; no limit
    of a solve counts it.
    """
    toy = make_links(
        NetworkDesign.build(
            node_names="abc",
            arc_tail=[0, 1, 0],
            arc_head=[1, 2, 2],
            option_arc=[0, 1, 2],
            option_fen=[5, 5, 9],
            option_kg=[9, 9, 9],
            option_max_units=[1, 1, 1],
            commodity_ids="kl",
            commodity_origin=[0, 0],
            commodity_destination=[2, 1],
            commodity_kg=[4, 8],
            commodity_may_split=[True, True],
        )
    )
    dual = Lagrangian(toy)
    dual.improve(20.0, 2)
    dual.link_values()
    annealer = Annealer(toy, np.arange(toy.n_links), 1)
    routing = annealer.construct()
    if routing is not None:
        annealer.run(routing, 1, (1.0, 0.1), 2, Deadline(float("inf")))


class _Run:
    """One solve."""

    def __init__(self, design: NetworkDesign, ledger: Ledger) -> None:
        self.design, self.ledger, self.network = design, ledger, ledger.network
        self.search = Searching(ledger)
        size = self.network.n_links * self.network.n_commodities
        self.patience = 30 if size <= _TINY else 6 if size <= _SMALL else 1

    def run(self) -> DesignResult:
        self.search.first()
        self.ledger.tell()
        if self.ledger.best is None:
            flow = self._first_flow()
            if flow.status is SolverStatus.INFEASIBLE:
                return self._infeasible()
            self.ledger.raise_bound(flow.bound)
        if not self.ledger.is_over:
            dual = Lagrangian(self.network)
            climb(self.ledger, dual, _FIRST_STEPS)
            self._follow(dual)
            self.ledger.tell()
            if self.ledger.limits.n_threads > 1:
                self._beside(dual)
            else:
                self._in_turns(dual)
        self.ledger.tell()
        return self._result()

    def _first_flow(self) -> SolverResult:
        """The weak relaxation: a bound, and a routing that opens what it uses."""
        network, ledger = self.network, self.ledger
        result = solve_flow(
            network, relaxed_price(network), ledger.deadline.left_s, ledger.limits.seed
        )
        if result.status is SolverStatus.OPTIMAL and result.values is not None:
            flow = result.values.reshape(network.n_groups, network.n_links)
            ledger.offer(take_apart(network, without_noise(flow)))
        return result

    def _in_turns(self, dual: Lagrangian) -> None:
        """One thread: search until it goes stale, prove, search again."""
        climb(self.ledger, dual, _MORE_STEPS)
        stale = 0
        while not self.ledger.is_over and stale < _STALE_ROUNDS // self.patience:
            self._follow(dual)
            stale = 0 if self.search.round() else stale + 1
            self.ledger.tell()
        if not self.ledger.is_over:
            prove(self.ledger, dual.link_values(), dual.bound, 1)
        self.ledger.tell()

    def _beside(self, dual: Lagrangian) -> None:
        """Two threads: this one searches and tells, the other climbs, then proves or searches."""
        ready = threading.Event()
        failures: list[BaseException] = []

        def work() -> None:
            try:
                climb(self.ledger, dual, _MORE_STEPS)
                self._follow(dual)
                while not self.ledger.is_over and not ready.wait(0.05):
                    pass
                if not can_prove(self.ledger, dual.link_values(), dual.bound):
                    self._search_too(dual)
                if not self.ledger.is_over:
                    prove(self.ledger, dual.link_values(), dual.bound, 1)
            except BaseException as error:  # noqa: BLE001 - handed to the calling thread
                failures.append(error)

        thread = threading.Thread(target=work, daemon=True)
        thread.start()
        try:
            n_rounds = 0
            while not self.ledger.is_over and thread.is_alive():
                self.search.round()
                self.ledger.tell()
                n_rounds += 1
                if n_rounds >= _ROUNDS_FIRST // self.patience:
                    ready.set()
        finally:
            ready.set()
            thread.join()
        if failures:
            raise failures[0]

    def _search_too(self, dual: Lagrangian) -> None:
        """Another search beside the first, until it goes stale."""
        search = Searching(self.ledger, 1)
        search.opening, search.price = dual.opening, dual.price
        stale = 0
        while not self.ledger.is_over and stale < _STALE_ROUNDS:
            stale = 0 if search.round() else stale + 1

    def _follow(self, dual: Lagrangian) -> None:
        """Let the search begin from the relaxation as it stands."""
        self.search.opening, self.search.price = dual.opening, dual.price

    def _infeasible(self) -> DesignResult:
        """Every link open does not suffice: say what does."""
        ledger = self.ledger
        found = find_relaxations(self.network, ledger.deadline, ledger.limits.seed)
        messages = describe(self.design, self.network, found)
        return self._made(DesignStatus.INFEASIBLE, float("inf"), messages)

    def _result(self) -> DesignResult:
        if self.ledger.best is None:
            return self._made(DesignStatus.NO_SOLUTION, self.ledger.bound, ())
        status = DesignStatus.OPTIMAL if self.ledger.is_proved else DesignStatus.FEASIBLE
        return self._made(status, min(self.ledger.bound, self.ledger.cost), ())

    def _made(self, status: DesignStatus, lower: float, messages: tuple[str, ...]) -> DesignResult:
        best = self.ledger.best
        plan = None if best is None else make_plan(self.network, best, self.design.option_arc)
        return DesignResult(
            status=status,
            lower_bound=lower,
            upper_bound=self.ledger.cost,
            plan=plan,
            first_incumbent_s=self.ledger.first_s,
            seconds=self.ledger.deadline.elapsed_s,
            seed=self.ledger.limits.seed,
            messages=messages,
        )
