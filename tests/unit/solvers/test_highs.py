from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from optimizer.solvers.highs import solve_mip
from optimizer.solvers.highs_lp import GrowingLp, SmallLp
from optimizer.solvers.linear import dual_bound, rows_from_triplets
from optimizer.solvers.mathopt import solve_mathopt
from optimizer.solvers.status import SolverStatus
from tests.toy.linear_models import knapsack, random_mip


def test_any_multipliers_bound_the_knapsack_from_below():
    # Multiplier -4/3 a kilogram: 7 * -4/3 and what is left of c, -7 + 5 * 4/3 = -1/3.
    bound, reduced = dual_bound(knapsack(), np.array([-4 / 3]))
    assert bound == pytest.approx(-28 / 3 - 1 / 3)
    np.testing.assert_allclose(reduced, [0, 1 / 3, -1 / 3])
    # A multiplier of the wrong sign has no side to rest on: only the box is left.
    assert dual_bound(knapsack(), np.array([1.0]))[0] == pytest.approx(-16.0)


@pytest.mark.parametrize("seed", range(15))
def test_random_multipliers_never_exceed_the_optimum(seed):
    model = random_mip(seed)
    optimum = solve_mip(model, time_s=5).objective
    rng = np.random.default_rng(seed)
    for _ in range(20):
        duals = rng.normal(size=model.rows.n_rows) * 10
        assert dual_bound(model, duals)[0] <= optimum + 1e-9


def test_rows_and_bounds_may_grow_and_the_basis_goes_on():
    lp = GrowingLp(knapsack())
    assert lp.solve(5).objective == pytest.approx(-(7 + 8 / 3))
    # c is not taken with a: c <= 1 - a. Then a and b, or c and half of b: 9 or 9.5.
    lp.add_rows(
        rows_from_triplets(
            np.zeros(2, dtype=int),
            np.array([0, 2]),
            np.ones(2),
            lower=np.array([-np.inf]),
            upper=np.ones(1),
        )
    )
    assert lp.solve(5).objective == pytest.approx(-9.5)
    lp.change_bounds(np.zeros(3), np.array([1.0, 1.0, 0.0]))
    result = lp.solve(5)
    assert result.objective == pytest.approx(-9.0)
    assert result.bound == pytest.approx(-9.0)
    lp.keep_rows(np.array([True, False]))
    lp.change_bounds(np.zeros(3), np.ones(3))
    assert lp.solve(5).objective == pytest.approx(-(7 + 8 / 3))


def test_a_cancelled_program_does_not_claim_an_optimum():
    lp = GrowingLp(random_mip(1, n=60, m=40))
    lp.cancel()
    assert lp.solve(5).bound <= solve_mathopt(random_mip(1, n=60, m=40), "glop").objective + 1e-6


@pytest.mark.parametrize("seed", range(10))
def test_highspy_agrees_with_mathopt(seed):
    model = random_mip(seed)
    ours = solve_mip(model, time_s=5, start=np.zeros(model.columns.n_columns))
    assert ours.status is SolverStatus.OPTIMAL
    assert ours.objective == pytest.approx(solve_mathopt(model, "scip").objective)


def test_infeasible_is_infeasible():
    model = knapsack()
    model = replace(model, rows=replace(model.rows, lower=np.array([20.0]), upper=np.array([30.0])))
    assert solve_mip(model, time_s=5).status is SolverStatus.INFEASIBLE


def test_an_interrupt_ends_a_long_solve():
    model = random_mip(5, n=150, m=100)
    result = solve_mip(
        model, time_s=30, start=np.zeros(model.columns.n_columns), should_stop=lambda: True
    )
    assert result.seconds < 10
    assert result.objective <= model.objective(np.zeros(model.columns.n_columns))


def test_nothing_is_printed(capfd):
    solve_mip(knapsack(), time_s=5)
    GrowingLp(knapsack()).solve(5)
    assert capfd.readouterr().out == ""


def test_a_mixture_costs_the_convex_envelope():
    # Sets {}, {a}, {b}, {a, b} cost 0, 3, 3, 4: half of both is half of the last.
    prices = np.array([0.0, 3.0, 3.0, 4.0])
    sets = np.array([[0.0, 0], [1, 0], [0, 1], [1, 1]])
    found = SmallLp().mixture(prices, sets, np.array([0.5, 0.5]))
    assert found is not None
    price, alpha, gamma = found
    assert price == pytest.approx(2.0)
    assert alpha @ [0.5, 0.5] - gamma == pytest.approx(2.0)
    assert np.all(sets @ alpha - gamma <= prices + 1e-9)
    assert SmallLp().mixture(prices[:2], sets[:2], np.array([0.5, 0.5])) is None
