from __future__ import annotations

import time
from dataclasses import replace

import numpy as np
import pytest

from optimizer.errors import ModelError
from optimizer.models.consolidation.evaluate import evaluate
from optimizer.models.consolidation.problem import UNSERVED
from optimizer.models.consolidation.solve import solve
from optimizer.solvers.limits import SolveLimits
from tests.helpers_consolidation import solve_and_check
from tests.toy.consolidation_instances import CorridorSize, Draft, corridor, two_departures


def test_the_toy_is_solved_to_the_fen():
    solution = solve_and_check(two_departures())
    assert (solution.objective_fen, solution.bound_fen) == (191_000, 191_000)
    assert (solution.status, solution.stop_reason, solution.gap) == ("optimal", "optimal", 0.0)


def test_nobody_to_carry_and_no_way_to_carry():
    draft = Draft(buckets=["b"], shipments=[("s", 10, 10, 700, False)])
    draft.options = [(0, "o", 1, 5, 5, 1, [])]
    draft.columns = [(0, 0, [0], [])]  # the shipment is larger than any unit
    solution = solve_and_check(draft.problem())
    assert solution.column.tolist() == [UNSERVED]
    assert (solution.objective_fen, solution.status) == (700, "optimal")


def test_the_same_seed_gives_the_same_plan():
    problem = corridor(4, CorridorSize(n_shipments=40, n_days=10))
    limits = SolveLimits(time_s=60, seed=3, gap=0.01)
    first, second = solve(problem, limits), solve(problem, limits)
    assert first.objective_fen == second.objective_fen
    assert first.bound_fen == second.bound_fen
    np.testing.assert_array_equal(first.column, second.column)
    assert first.loads == second.loads


@pytest.mark.parametrize("n_threads", [1, 2])
def test_it_stops_in_time_with_a_checked_plan(n_threads):
    problem = corridor(1, CorridorSize(n_shipments=250))
    began = time.monotonic()
    solution = solve_and_check(problem, SolveLimits(time_s=4, n_threads=n_threads))
    assert time.monotonic() - began < 4 + 2.5
    assert solution.stop_reason in ("time_limit", "optimal")
    assert solution.objective_fen < int(problem.unserved_fen.sum())


@pytest.mark.parametrize("n_threads", [1, 2])
def test_it_stops_when_it_is_told_with_a_checked_plan(n_threads):
    problem, told = corridor(1, CorridorSize(n_shipments=250)), time.monotonic() + 1.5
    solution = solve(
        problem,
        SolveLimits(time_s=60, n_threads=n_threads),
        should_stop=lambda: time.monotonic() > told,
    )
    assert time.monotonic() - told < 2.5
    assert solution.stop_reason in ("cancelled", "optimal")
    assert not evaluate(problem, solution).violations


def test_a_gap_ends_the_solve_early():
    problem = corridor(6, CorridorSize(n_shipments=40, n_days=10))
    solution = solve_and_check(problem, SolveLimits(time_s=60, gap=0.05))
    assert solution.stop_reason in ("gap", "optimal")
    assert solution.gap <= 0.05


def test_a_start_is_never_made_worse():
    problem = corridor(7, CorridorSize(n_shipments=150))
    first = solve_and_check(problem, SolveLimits(time_s=6, seed=5))
    again = solve_and_check(problem, SolveLimits(time_s=0.3, seed=9), start=first)
    assert again.objective_fen <= first.objective_fen


def test_a_start_that_is_not_feasible_is_ignored():
    problem = two_departures()
    good = solve(problem, SolveLimits(time_s=10))
    wrong = replace(good, column=np.array([1, 4, 6], dtype=np.int32))
    assert solve_and_check(problem, start=wrong).objective_fen == 191_000


def test_incumbents_are_told_as_they_come():
    solution = solve_and_check(corridor(8, CorridorSize(n_shipments=60)), SolveLimits(time_s=8))
    seconds = [incumbent.seconds for incumbent in solution.incumbents]
    assert seconds == sorted(seconds)
    assert [incumbent.note for incumbent in solution.incumbents[:2]] == ["alone", "insertion"]
    assert solution.incumbents[0].seconds < 4


def test_contradictions_are_refused():
    with pytest.raises(ModelError, match="M602"):
        solve(replace(two_departures(), kg=np.array([1], dtype=np.int64)))


@pytest.mark.slow
def test_a_week_of_five_hundred_shipments_is_within_eight_percent():
    problem = corridor(1)
    solution = solve_and_check(problem, SolveLimits(time_s=12, n_threads=2))
    assert solution.gap < 0.08
