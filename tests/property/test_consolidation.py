"""Generated consolidation problems: solve, check, and what must not change the answer."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from optimizer.models.consolidation.presolve import keep_columns
from optimizer.models.consolidation.problem import Problem
from optimizer.solvers.limits import SolveLimits
from tests.helpers_consolidation import solve_and_check
from tests.toy.consolidation_instances import CorridorSize, corridor, tiny

LIMITS = SolveLimits(time_s=30)
SEEDS = st.integers(0, 10_000)
FEW = settings(max_examples=25, deadline=None, derandomize=True)


def _optimum(problem: Problem) -> int:
    solution = solve_and_check(problem, LIMITS)
    assert solution.status == "optimal"
    return solution.objective_fen


@FEW
@given(SEEDS)
def test_any_problem_gives_a_plan_that_passes(seed):
    size = CorridorSize(n_shipments=5 + seed % 20, n_days=8, tightness=0.1 + (seed % 7) / 4)
    solve_and_check(corridor(seed, size), SolveLimits(time_s=2))


@FEW
@given(SEEDS)
def test_doubling_every_price_doubles_the_cost(seed):
    problem = tiny(seed)
    doubled = replace(
        problem,
        col_fen=2 * problem.col_fen,
        option_fen=2 * problem.option_fen,
        unserved_fen=2 * problem.unserved_fen,
    )
    assert _optimum(doubled) == 2 * _optimum(problem)


@FEW
@given(SEEDS)
def test_one_way_less_is_never_cheaper(seed):
    problem = tiny(seed)
    if problem.n_columns == 0:
        return
    kept = np.ones(problem.n_columns, dtype=np.bool_)
    kept[seed % problem.n_columns] = False
    assert _optimum(keep_columns(problem, kept)) >= _optimum(problem)


@FEW
@given(SEEDS)
def test_more_of_a_resource_is_never_dearer(seed):
    problem = tiny(seed)
    roomier = replace(problem, resource_capacity=problem.resource_capacity + 2)
    assert _optimum(roomier) <= _optimum(problem)


@FEW
@given(SEEDS)
def test_the_order_of_columns_does_not_matter(seed):
    problem = tiny(seed)
    order = np.random.default_rng(seed).permutation(problem.n_columns)
    assert _optimum(_shuffled(problem, order)) == _optimum(problem)


def _shuffled(problem: Problem, order: np.ndarray) -> Problem:
    def rows(ptr: np.ndarray, *members: np.ndarray) -> list[np.ndarray]:
        spans = [np.arange(ptr[p], ptr[p + 1]) for p in order]
        places = np.concatenate(spans) if spans else np.empty(0, dtype=np.int64)
        lengths = np.diff(ptr)[order]
        new_ptr = np.concatenate(([0], np.cumsum(lengths))).astype(np.int64)
        return [new_ptr, *(member[places.astype(np.int64)] for member in members)]

    bucket_ptr, bucket = rows(problem.col_bucket_ptr, problem.col_bucket)
    draw_ptr, resource, amount = rows(
        problem.col_draw_ptr, problem.col_draw_resource, problem.col_draw_amount
    )
    return replace(
        problem,
        col_shipment=problem.col_shipment[order],
        col_fen=problem.col_fen[order],
        col_bucket_ptr=bucket_ptr,
        col_bucket=bucket,
        col_draw_ptr=draw_ptr,
        col_draw_resource=resource,
        col_draw_amount=amount,
    )
