"""Search and pricing against enumeration, the independent evaluation, and a plain linear program."""

from __future__ import annotations

from math import inf

import numpy as np
import pytest

from optimizer.models.consolidation.evaluate import evaluate
from optimizer.models.consolidation.index import make_index
from optimizer.models.consolidation.lagrangian import Lagrangian
from optimizer.models.consolidation.menu import Menus
from optimizer.models.consolidation.packing import Packer
from optimizer.models.consolidation.pool import RIDES_ON, UnitPool
from optimizer.models.consolidation.problem import Problem
from optimizer.models.consolidation.recombining import Recombiner
from optimizer.models.consolidation.searching import LaneSearch
from optimizer.models.consolidation.solution import Solution
from optimizer.solvers.limits import Deadline
from tests.reference.consolidation_enumeration import Enumeration
from tests.toy.consolidation_instances import CorridorSize, Draft, corridor, tiny, two_departures

FOREVER = Deadline(inf)


def _search(problem: Problem, seed: int = 1) -> LaneSearch:
    index = make_index(problem)
    return LaneSearch(problem, index, Menus(problem, index), Packer(problem), seed)


def _violations(search: LaneSearch) -> tuple[str, ...]:
    plan, problem = search.plan(), search.problem
    options = np.array([load.option for load in plan.loads], dtype=np.int64)
    solution = Solution(
        column=plan.column,
        units=np.bincount(options, minlength=problem.n_options).astype(np.int32),
        loads=plan.loads,
        objective_fen=plan.cost_fen,
        bound_fen=0,
        status="feasible",
        stop_reason="exhausted",
        seconds=0.0,
    )
    return evaluate(problem, solution).violations


def _shared_unit() -> Problem:
    """Ten shipments of 1 t; alone 300 yuan each, a unit for all of them 1000 yuan."""
    draft = Draft(
        buckets=["b"], shipments=[(f"s{k}", 1_000, 1_000, 90_000, False) for k in range(10)]
    )
    draft.options = [(0, "o", 100_000, 10_000, 10_000, 5, [])]
    draft.columns = [(k, 0, [0], []) for k in range(10)]
    draft.columns += [(k, 30_000, [], []) for k in range(10)]
    return draft.problem()


def test_a_door_opens_the_unit_that_nobody_would_open_alone():
    search = _search(_shared_unit())
    search.insert_all()
    assert search.cost_fen == 10 * 30_000  # each alone is cheaper than a unit alone
    search.anneal(400, (10_000.0, 100.0), 10, FOREVER)
    assert search.cost_fen == 100_000


@pytest.mark.parametrize("seed", range(12))
def test_plans_pass_and_the_bound_is_below_the_optimum(seed):
    problem = tiny(seed, 2 + seed % 4)
    optimum = Enumeration(problem).optimum_fen()
    search = _search(problem, seed)
    search.insert_all()
    search.anneal(400, (2_000.0, 20.0), 4, FOREVER)
    assert not _violations(search)
    assert search.cost_fen >= optimum
    lagrangian = Lagrangian(problem, search.index)
    for _ in range(3):
        lagrangian.improve(search.cost_fen, 40, FOREVER)
        assert lagrangian.bound_fen <= optimum


def test_bound_and_plan_meet_on_the_toy():
    problem = two_departures()
    search = _search(problem)
    search.insert_all()
    search.anneal(400, (50_000.0, 100.0), 3, FOREVER)
    assert search.cost_fen == 191_000
    lagrangian = Lagrangian(problem, search.index)
    lagrangian.improve(search.cost_fen, 400, FOREVER)
    assert 0.9 * 191_000 < lagrangian.bound_fen <= 191_000


def test_the_same_seed_gives_the_same_plan_and_bound():
    problem = corridor(3, CorridorSize(n_shipments=60, tightness=0.5))
    found = []
    for _ in range(2):
        search = _search(problem, 5)
        search.insert_all()
        search.anneal(1_200, (20_000.0, 1_000.0), 10, FOREVER)
        lagrangian = Lagrangian(problem, search.index)
        lagrangian.improve(search.cost_fen, 40, FOREVER)
        found.append((search.plan(), lagrangian.bound_fen))
        assert not _violations(search)
    assert found[0][0].loads == found[1][0].loads
    assert (found[0][0].cost_fen, found[0][1]) == (found[1][0].cost_fen, found[1][1])


def test_a_plan_that_is_taken_costs_what_it_did():
    problem = corridor(4, CorridorSize(n_shipments=60, tightness=0.5))
    search, other = _search(problem), _search(problem, 9)
    search.insert_all()
    search.anneal(1_200, (20_000.0, 1_000.0), 10, FOREVER)
    plan = search.plan()
    other.take(plan.column, plan.loads)
    assert other.cost_fen == plan.cost_fen
    assert not _violations(other)
    assert not other.take_better(plan.column, plan.loads)  # no cheaper than itself


def test_contents_fit_their_unit_and_recombining_never_raises_the_cost():
    problem = corridor(5, CorridorSize(n_shipments=60, tightness=0.5))
    search = _search(problem)
    search.insert_all()
    lagrangian = Lagrangian(problem, search.index)
    pool = UnitPool(problem)
    for _ in range(6):
        lagrangian.improve(search.cost_fen, 20, FOREVER)
        pool.add_contents(lagrangian.contents_on_trial(300.0))
    assert pool.units
    for option, members in pool.units:
        inside = [k for k, _ in members]
        assert len(set(inside)) == len(inside)
        assert problem.kg[inside].sum() <= problem.option_kg[option]
        assert problem.dm3[inside].sum() <= problem.option_dm3[option]
        for k, column in members:
            assert column == RIDES_ON or problem.col_shipment[column] == k
    recombiner, costs = Recombiner(search, pool, lagrangian, 1), [search.cost_fen]
    for _ in range(3):
        recombiner.step(FOREVER)
        costs.append(search.cost_fen)
        assert not _violations(search)
    assert costs == sorted(costs, reverse=True)
    assert costs[-1] < costs[0]
