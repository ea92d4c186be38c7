"""Location: arithmetic, enumeration, whole models in HiGHS and SCIP, threads."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.instances import cflp, check_cflp, generated_cflp
from optimizer.errors import DataError, ModelError
from optimizer.kernels.transport import transport
from optimizer.models.location.full_model import solve_full
from optimizer.models.location.problem import LocationProblem, single_period
from optimizer.models.location.solve import solve
from optimizer.solvers.limits import SolveLimits
from tests.reference.location_enumeration import least_cost, random_problem


def _toy(**other: object) -> LocationProblem:
    fields: dict[str, object] = {
        "capacity": np.array([10.0, 10.0]),
        "opening": np.array([100.0, 60.0]),
        "demand": np.array([6.0, 4.0]),
        "cost": np.array([[6.0, 8.0], [18.0, 4.0]]),
    }
    return single_period(**(fields | other))


def test_one_of_two_by_hand() -> None:
    # First alone: 100 + 6 + 8 = 114. Second alone: 60 + 18 + 4 = 82. Both: 160 + 6 + 4 = 170.
    result = solve(_toy())
    assert result.status == "optimal"
    assert result.upper_bound == result.lower_bound == 82.0
    assert result.plan is not None
    assert result.plan.levels.tolist() == [[0], [1]]


def test_capacity_splits_a_customer_by_hand() -> None:
    # The second holds 5. Both open: 160; the split is 4 of the second customer (1 each) and 1 of
    # the first (3 each) at the second, 5 of the first (1 each) at the first: 4 + 3 + 5 = 12, while
    # the first serving all 6 costs 6 + 4 = 10. First alone: 114.
    result = solve(_toy(capacity=np.array([10.0, 5.0])))
    assert result.upper_bound == 114.0
    # With 5 and 5 both must open and the first customer is split: 160 + 5 + 3 + 4.
    assert solve(_toy(capacity=np.array([5.0, 5.0]))).upper_bound == 172.0


def test_single_sourcing_by_hand() -> None:
    # 5 and 5 cannot hold the whole 6; 6 and 5 can: 100 + 60 + 6 + 4.
    whole = solve(_toy(capacity=np.array([6.0, 5.0]), is_single=True))
    assert (whole.status, whole.upper_bound) == ("optimal", 170.0)
    assert solve(_toy(capacity=np.array([5.0, 5.0]), is_single=True)).status == "infeasible"


def test_expansion_waits_for_demand_by_hand() -> None:
    # Level 1 holds 10 and costs 5 a year, level 2 holds 20 and costs 9; opening 20, expansion 8.
    # Demand 10, then 15, at 1 a unit: year 1 20 + 5 + 10, year 2 8 + 9 + 15. Together 67; level 2
    # from the start costs 28 + 9 + 10 + 9 + 15 = 71.
    change = np.array([[0, 20, 28], [0, 0, 8], [0, np.inf, 0]], dtype=float)
    problem = LocationProblem(
        facility_ids=("one",),
        row_names=("a 1", "a 2"),
        capacity=np.array([[[0.0], [10.0], [20.0]]]),
        holding=np.array([[[0.0, 5.0, 9.0]] * 2]),
        change=np.array([[change] * 2]),
        initial=np.zeros(1, dtype=np.int32),
        row_period=np.array([0, 1], dtype=np.int32),
        row_class=np.zeros(2, dtype=np.int32),
        demand=np.array([10.0, 15.0]),
        cost=np.array([[10.0, 15.0]]),
    )
    result = solve(problem)
    assert result.upper_bound == 67.0
    assert result.plan is not None
    assert result.plan.levels.tolist() == [[1, 2]]


def test_what_is_missing_is_said() -> None:
    # Demand 10, room 7: 3 are missing; the second's capacity is the cheaper at 60 / 4 = 15 a unit.
    result = solve(_toy(capacity=np.array([3.0, 4.0])))
    assert result.status == "infeasible"
    assert "3 missing" in result.messages[0]
    assert "3 more at 2, about 45" in result.messages[0]


@pytest.mark.parametrize("seed", range(25))
def test_equals_enumeration(seed: int) -> None:
    problem = random_problem(seed)
    result, best = solve(problem, SolveLimits(time_s=20)), least_cost(problem)
    if best == float("inf"):
        assert result.status == "infeasible"
    else:
        assert result.status == "optimal"
        assert result.upper_bound == pytest.approx(best, abs=1e-6)


@pytest.mark.parametrize("solver", ["highs", "scip"])
@pytest.mark.parametrize("is_single", [False, True])
def test_equals_the_whole_model(solver: str, is_single: bool) -> None:
    text = generated_cflp.make(5, 12, 2.0, 3)
    problem = cflp.parse(text, "made", is_single=is_single)
    ours, peer = solve(problem), solve_full(problem, solver)
    assert ours.status == peer.status == "optimal"
    assert ours.upper_bound == pytest.approx(peer.upper_bound, rel=1e-7)
    for result in (ours, peer):
        cost, violations = check_cflp.check(text, result.plan, is_single=is_single)
        assert violations == []
        assert cost == pytest.approx(result.upper_bound, rel=1e-9)


def test_answer_does_not_depend_on_threads() -> None:
    problem = cflp.parse(generated_cflp.make(20, 60, 3.0, 5), "made")
    one, two = (solve(problem, SolveLimits(n_threads=n)) for n in (1, 2))
    assert one.n_nodes == two.n_nodes > 0
    assert one.upper_bound == two.upper_bound
    assert one.lower_bound == two.lower_bound
    assert one.plan is not None
    assert two.plan is not None
    assert one.plan.levels.tolist() == two.plan.levels.tolist()


def test_transport_by_hand() -> None:
    # Both want the first, which holds 5; moving a unit of the first costs 2, of the second 4.
    unit = np.array([[1.0, 1.0], [3.0, 5.0]])
    flow, rent = np.zeros((2, 2)), np.zeros(2)
    cost = transport(unit, np.array([4.0, 3.0]), np.array([5.0, 9.0]), flow, rent)
    assert flow.tolist() == [[2.0, 3.0], [2.0, 0.0]]
    assert cost == 2 + 3 + 6
    assert rent.tolist() == [2.0, 0.0]


def test_the_checker_sees_what_is_wrong() -> None:
    text = "2 2\n10 100\n10 60\n6 6 18\n4 8 4\n"
    plan = solve(cflp.parse(text, "toy")).plan
    assert plan is not None
    assert check_cflp.check(text, plan) == (82.0, [])
    plan.levels[1, 0] = 0
    assert any("closed" in line for line in check_cflp.check(text, plan)[1])
    plan.units[0] = 1.0
    assert any("gets 1.0" in line for line in check_cflp.check(text, plan)[1])


def test_bad_files_and_problems_are_findings() -> None:
    with pytest.raises(DataError) as caught:
        cflp.parse("2 2\n10 -1\n10 x\n6 6 18\n4 8 4\n", "bad")
    assert [(one.code, one.where) for one in caught.value.findings] == [
        ("D193", "bad:2"),
        ("D193", "bad:3"),
    ]
    with pytest.raises(DataError, match="D192"):
        cflp.parse("2 2\n10 1\n", "short")
    with pytest.raises(ModelError, match="M681"):
        _toy(demand=np.array([6.0, -4.0]))
