from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from optimizer.errors import Infeasible, ModelError
from optimizer.solvers.limits import SolveLimits
from optimizer.solvers.mathopt import solve_in_child, solve_mathopt, to_proto
from optimizer.solvers.status import SolverStatus
from tests.toy.linear_models import knapsack, random_mip


@pytest.mark.parametrize("solver", ["highs", "scip", "cp_sat"])
def test_the_knapsack_is_worth_nine(solver):
    result = solve_mathopt(knapsack(), solver)
    assert result.status is SolverStatus.OPTIMAL
    assert result.objective == pytest.approx(-9.0)
    assert result.bound == pytest.approx(-9.0)
    np.testing.assert_allclose(result.require_values(), [1, 1, 0], atol=1e-6)


def test_glop_solves_the_relaxation_and_gives_multipliers():
    # c whole, then 2 of the 3 kg of a: 7 + 4 * 2 / 3; a kilogram more is worth 4 / 3.
    result = solve_mathopt(knapsack(), "glop")
    assert result.objective == pytest.approx(-(7 + 8 / 3))
    assert result.row_duals == pytest.approx([-4 / 3])


@pytest.mark.parametrize("seed", range(10))
def test_highs_and_scip_agree(seed):
    model = random_mip(seed)
    assert solve_mathopt(model, "highs").objective == pytest.approx(
        solve_mathopt(model, "scip").objective
    )


def test_an_infeasible_model_is_said_to_be():
    model = knapsack()
    model = replace(model, rows=replace(model.rows, lower=np.array([20.0]), upper=np.array([30.0])))
    for solver in ("highs", "scip"):
        result = solve_mathopt(model, solver)
        assert result.status is SolverStatus.INFEASIBLE
        with pytest.raises(Infeasible, match="M611"):
            result.require_values()


def test_an_unknown_solver_is_refused():
    with pytest.raises(ModelError, match="M615"):
        solve_mathopt(knapsack(), "abacus")


def test_the_proto_has_names_and_sorted_entries():
    proto = to_proto(knapsack())
    assert list(proto.variables.names) == ["a", "b", "c"]
    assert list(proto.linear_constraint_matrix.column_ids) == [0, 1, 2]


def test_a_child_gives_the_same_answer():
    result = solve_in_child(knapsack(), "scip", SolveLimits(time_s=20))
    assert result.objective == pytest.approx(-9.0)


def test_an_error_in_the_child_reaches_the_parent():
    with pytest.raises(ModelError, match="M615"):
        solve_in_child(knapsack(), "abacus", SolveLimits(time_s=20))
