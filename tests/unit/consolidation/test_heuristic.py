from __future__ import annotations

from math import inf

import numpy as np
import pytest

from optimizer.models.consolidation.dive import dive
from optimizer.models.consolidation.evaluate import evaluate
from optimizer.models.consolidation.heuristic import Heuristic, construct
from optimizer.models.consolidation.index import make_index
from optimizer.models.consolidation.menu import Menus
from optimizer.models.consolidation.neighbourhood import Neighbourhoods
from optimizer.models.consolidation.packing import Packer
from optimizer.models.consolidation.relaxation import Relaxation
from optimizer.models.consolidation.solution import Solution
from optimizer.models.consolidation.state import State
from optimizer.solvers.limits import Deadline
from tests.toy.consolidation_instances import CorridorSize, Draft, corridor, two_departures


def _state(problem) -> State:
    index = make_index(problem)
    return State(problem, index, Packer(problem), Menus(problem, index))


def _violations(state: State) -> tuple[str, ...]:
    loads = state.loads()
    units = np.bincount([load.option for load in loads], minlength=state.problem.n_options)
    solution = Solution(
        column=np.array(state.column, dtype=np.int32),
        units=units.astype(np.int32),
        loads=loads,
        objective_fen=state.cost_fen,
        bound_fen=0,
        status="feasible",
        stop_reason="time_limit",
        seconds=0.0,
    )
    return evaluate(state.problem, solution).violations


def _shared_unit() -> Draft:
    """Ten shipments of 1 t; alone 300 yuan each, a unit for all of them 1000 yuan."""
    draft = Draft(
        buckets=["b"], shipments=[(f"s{k}", 1_000, 1_000, 90_000, False) for k in range(10)]
    )
    draft.options = [(0, "o", 100_000, 10_000, 10_000, 5, [])]
    draft.columns = [(k, 0, [0], []) for k in range(10)]
    draft.columns += [(k, 30_000, [], []) for k in range(10)]
    return draft


def test_a_unit_is_opened_though_nobody_would_open_it_alone():
    state = _state(_shared_unit().problem())
    construct(state, 1, Deadline(inf))
    assert state.cost_fen == 100_000
    assert state.units[0] == (0,)


def test_too_few_stay_alone():
    draft = _shared_unit()
    draft.columns = [column for column in draft.columns if column[2] == [] or column[0] < 3]
    state = _state(draft.problem())
    construct(state, 1, Deadline(inf))
    assert state.cost_fen == 10 * 30_000
    assert state.loads() == ()


def test_added_fen_is_what_putting_in_adds():
    state = _state(two_departures())
    search = Heuristic(state, 1, Deadline(inf))
    for k, q in ((0, 0), (1, 3), (2, 6)):
        added = search.added_fen(k, q, 10**9)
        before = state.cost_fen - int(state.problem.unserved_fen[k])
        assert state.put_in(k, q)
        assert state.cost_fen - before == added


@pytest.mark.parametrize("seed", range(4))
def test_plans_are_feasible_and_the_same_for_a_seed(seed):
    problem = corridor(seed, CorridorSize(n_shipments=60, tightness=0.5))
    costs = []
    for _ in range(2):
        state = _state(problem)
        construct(state, seed, Deadline(inf))
        costs.append((state.cost_fen, list(state.column)))
        assert not _violations(state)
    assert costs[0] == costs[1]


def test_without_time_the_plan_is_still_feasible():
    state = _state(corridor(1, CorridorSize(n_shipments=80)))
    construct(state, 1, Deadline(0.0))
    assert not _violations(state)


def test_a_dive_and_neighbourhoods_never_raise_the_cost():
    problem = corridor(5, CorridorSize(n_shipments=80, tightness=0.5))
    state = _state(problem)
    construct(state, 1, Deadline(0.3))
    relaxation = Relaxation(problem, state.index, state.menus)
    assert relaxation.solve_root(Deadline(60))
    rng, costs = np.random.default_rng(1), [state.cost_fen]
    for noise in (0.0, 0.2):
        dive(state, relaxation.model, relaxation.reduced, rng, Deadline(60), noise=noise)
        costs.append(state.cost_fen)
        assert not _violations(state)
    search = Neighbourhoods(state, 1)
    search.follow(relaxation)
    for _ in range(4):
        search.step(Deadline(60))
        costs.append(state.cost_fen)
        assert not _violations(state)
    assert costs == sorted(costs, reverse=True)
    assert costs[-1] >= relaxation.bound_fen
