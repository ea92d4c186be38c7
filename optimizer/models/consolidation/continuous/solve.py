"""Continuous-time service network design: bounds from slots of time, plans from groups."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import numpy as np

from optimizer.errors import ModelError
from optimizer.models.consolidation.continuous.bounder import Bounder
from optimizer.models.consolidation.continuous.dominance import keep_undominated
from optimizer.models.consolidation.continuous.full_model import solve_full
from optimizer.models.consolidation.continuous.improver import Improver
from optimizer.models.consolidation.continuous.loads import LoadPrices
from optimizer.models.consolidation.continuous.plan import as_plan
from optimizer.models.consolidation.continuous.search import Search
from optimizer.models.consolidation.continuous.slots import first_slots
from optimizer.models.consolidation.continuous.timing import Grouping
from optimizer.models.consolidation.continuous.ways import Reach, find_reach, list_ways
from optimizer.models.consolidation.network_design import FOREVER, UNLIMITED, NetworkDesign
from optimizer.models.consolidation.network_design_evaluate import evaluate_plan
from optimizer.models.consolidation.network_design_plan import (
    DesignResult,
    DesignStatus,
    ProgressListener,
)
from optimizer.solvers.limits import Deadline, SolveLimits

_POLL_S = 0.01
_SHORT_BURST, _LONG_BURST = 20, 400
"""Neighbourhoods between two linear relaxations, and around branch and bound; one thread."""
_PATIENCE = 30
"""Neighbourhoods in a row without a better plan that end a burst."""
_GRACE_S = 0.3
"""Seconds that an interrupted thread is waited for."""


def solve(
    design: NetworkDesign,
    limits: SolveLimits | None = None,
    *,
    progress: ProgressListener | None = None,
    should_stop: Callable[[], bool] | None = None,
) -> DesignResult:
    """
    The best plan found, and a lower bound that proves how good it is.

    Designs with a feature that refinement does not cover (see ``uncovered``) go to the full model.

    Parameters
    ----------
    limits
        With one thread the same seed gives the same plan, unless time runs out. With two, bounds
        and plans are sought side by side; more are not used.
    progress
        Told of every better plan and bound, from whichever thread found it.
    should_stop
        Asked several times a second; the best plan so far is handed back within one second.

    Raises
    ------
    ModelError
        The instance has too many ways, or the full model cannot hold it; or a plan failed the
        independent check, which is an error of this program.
    """
    limits = limits or SolveLimits()
    if uncovered(design):
        return solve_full(design, "highs", limits, should_stop=should_stop)
    deadline = Deadline(limits.time_s)

    def is_over() -> bool:
        return deadline.is_over or (should_stop is not None and should_stop())

    prices = LoadPrices.of(design)
    reach = find_reach(design)
    listed = list_ways(design, reach, prices, is_over)
    if listed is None:
        text = "the time was over before the commodities' ways were listed"
        return _without_plan(DesignStatus.NO_SOLUTION, (text,), deadline, limits)
    ways = keep_undominated(design, prices, listed, is_over)
    stuck = [
        k
        for k in sorted(set(range(design.n_commodities)) - {way.commodity for way in ways})
        if design.commodity_must_serve[k]
    ]
    if stuck:
        reasons = tuple(_why_stuck(design, reach, k) for k in stuck)
        return _without_plan(DesignStatus.INFEASIBLE, reasons, deadline, limits)
    search = Search(
        design=design,
        prices=prices,
        ways=ways,
        slots=first_slots(design, ways),
        limits=limits,
        deadline=deadline,
        progress=progress,
        should_stop=should_stop,
    )
    search.offer_plan(_ride_alone(search))
    search.offer_bound(
        float(sum(min(way.low_total for way in ways) for ways in search.ways_of.values()))
    )
    if not search.is_done():
        _run(search)
    search.close()
    return _answer(search)


def uncovered(design: NetworkDesign) -> list[str]:
    """Features of a design that refinement leaves to the full model; empty if there are none."""
    found = {
        "departures": design.n_departures > 0,
        "split commodities": bool(design.commodity_may_split.any()),
        "waiting that costs": bool(
            design.node_hold_fen_per_kg.any() or design.node_hold_fen_per_dm3.any()
        ),
        "limits on load units": bool((design.option_max_units < UNLIMITED).any()),
        "resources": len(design.draw_resource) > 0,
    }
    return [name for name, is_there in found.items() if is_there]


def _ride_alone(search: Search) -> Grouping:
    """The first plan: everybody on the way that is cheapest without company."""
    grouping = Grouping.empty()
    for k, ways in search.ways_of.items():
        way = min(ways, key=lambda each: each.alone_total)
        grouping.ways[k] = way
        for i, arc in enumerate(way.arcs):
            grouping.put((k, i), grouping.new_group((arc, int(search.design.commodity_pool[k]))))
    return grouping


def _run(search: Search) -> None:
    """Steps of the bound in a thread that can be left behind; plans in this one."""
    bounder = Bounder(search)
    improver = Improver(search, np.random.default_rng(search.limits.seed))
    if search.limits.n_threads > 1:
        thread = _Thread(lambda: _bound_on(search, bounder))
        while not search.is_done() and thread.is_running:
            improver.step()
        thread.end(search)
        return
    while not search.is_done():
        thread = _Thread(bounder.step)
        while thread.is_running and not search.is_interrupted():
            time.sleep(_POLL_S)
        thread.end(search)
        _improve(search, improver, _SHORT_BURST if bounder.is_linear else _LONG_BURST)


def _improve(search: Search, improver: Improver, burst: int) -> None:
    """Neighbourhoods until they stop to help."""
    failures = 0
    for _ in range(burst):
        if search.is_done() or failures >= _PATIENCE:
            return
        failures = 0 if improver.step() else failures + 1


def _bound_on(search: Search, bounder: Bounder) -> None:
    while not search.is_done():
        bounder.step()


class _Thread:
    """
    Work in a thread that is left behind when it does not heed an interrupt in time.

    Not a daemon: a process that ended inside the solver's code would be aborted.
    """

    def __init__(self, work: Callable[[], None]) -> None:
        self._error: BaseException | None = None
        self._work = work
        self._thread = threading.Thread(target=self._call)
        self._thread.start()

    def _call(self) -> None:
        try:
            self._work()
        except BaseException as error:  # noqa: BLE001 - raised again in the caller's thread
            self._error = error

    @property
    def is_running(self) -> bool:
        return self._thread.is_alive()

    def end(self, search: Search) -> None:
        """Wait for the end, or for a moment after an interrupt."""
        if search.is_done():
            search.close()
            self._thread.join(_GRACE_S)
        else:
            self._thread.join()
        if self._error is not None:
            raise self._error


def _answer(search: Search) -> DesignResult:
    plan = as_plan(search.design, search.prices, search.require_best())
    checked = evaluate_plan(search.design, plan)
    if checked.violations or checked.fen != search.upper_fen:
        raise ModelError(
            f"M627 a plan of {search.upper_fen} fen failed its check at {checked.fen} fen: "
            f"{'; '.join(checked.violations[:5])}"
        )
    is_optimal = search.gap <= search.limits.gap
    return DesignResult(
        status=DesignStatus.OPTIMAL if is_optimal else DesignStatus.FEASIBLE,
        lower_bound=search.lower_fen,
        upper_bound=search.upper_fen,
        plan=plan,
        first_incumbent_s=search.first_incumbent_s,
        seconds=search.deadline.elapsed_s,
        seed=search.limits.seed,
    )


def _without_plan(
    status: DesignStatus, messages: tuple[str, ...], deadline: Deadline, limits: SolveLimits
) -> DesignResult:
    return DesignResult(
        status=status,
        lower_bound=float("inf") if status is DesignStatus.INFEASIBLE else 0.0,
        upper_bound=float("inf"),
        plan=None,
        first_incumbent_s=None,
        seconds=deadline.elapsed_s,
        seed=limits.seed,
        messages=messages,
    )


def _why_stuck(design: NetworkDesign, reach: Reach, k: int) -> str:
    """The cause, and what would mend it."""
    name = design.commodity_ids[k]
    ends = (
        f"from {design.node_names[design.commodity_origin[k]]} to "
        f"{design.node_names[design.commodity_destination[k]]}"
    )
    fastest = int(reach.to_node_min[k, design.commodity_destination[k]])
    if fastest >= FOREVER:
        return f"commodity {name} must be served, but no arcs that it may use lead {ends}"
    window = int(design.commodity_latest_min[k] - design.commodity_release_min[k])
    return (
        f"commodity {name} must be served, but needs {fastest} minutes {ends} and has {window}: "
        f"release it {fastest - window} minutes earlier or let it arrive as much later"
    )
