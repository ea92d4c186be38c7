import time

import pytest

from optimizer.errors import ModelError
from optimizer.models.consolidation.continuous import solve as solve_module
from optimizer.models.consolidation.continuous.solve import solve, uncovered
from optimizer.models.consolidation.network_design import NetworkDesign
from optimizer.models.consolidation.network_design_evaluate import Evaluation, evaluate_plan
from optimizer.models.consolidation.network_design_plan import DesignStatus
from optimizer.solvers.limits import SolveLimits
from tests.reference.random_grids import random_grid
from tests.toy.small_designs import chain_design, hub_design

QUICK = SolveLimits(time_s=20)


def test_sharing_the_hub_truck_is_found_and_proved():
    result = solve(hub_design(), QUICK)
    assert result.status is DesignStatus.OPTIMAL
    assert (result.lower_bound, result.upper_bound, result.gap) == (700, 700, 0)
    assert result.plan is not None
    assert {leg.departs_min for (path,) in result.plan.legs for leg in path if leg.arc == 2} == {35}


def test_a_chain_that_is_too_late_is_not_shared():
    result = solve(chain_design(), QUICK)
    assert (result.lower_bound, result.upper_bound) == (300, 300)


def test_designs_outside_refinement_go_to_the_full_model():
    design = hub_design(departure_arc=[2], departure_min=[38])
    assert uncovered(hub_design()) == []
    assert uncovered(design) == ["departures"]
    assert solve(design, QUICK).upper_bound == pytest.approx(700)


def test_all_that_cannot_be_served_is_named_with_a_remedy():
    design = hub_design(
        commodity_ids=["a", "b", "c"], commodity_origin=[0, 1, 3], commodity_destination=[3, 3, 0],
        commodity_kg=[4, 5, 6], commodity_release_min=[0, 15, 0], commodity_latest_min=[39, 80, 99],
    )  # fmt: skip
    result = solve(design, QUICK)
    assert result.status is DesignStatus.INFEASIBLE
    assert result.plan is None
    assert len(result.messages) == 2
    assert (
        "commodity a must be served, but needs 40 minutes from A to M and has 39"
        in (result.messages[0])
    )
    assert "release it 1 minutes earlier" in result.messages[0]
    assert "commodity c must be served, but no arcs that it may use lead" in result.messages[1]


def test_the_same_seed_gives_the_same_plan():
    design = random_grid(seed=3)
    first, second = (solve(design, SolveLimits(time_s=60, gap=0.01, seed=5)) for _ in range(2))
    assert first.plan == second.plan
    assert (first.lower_bound, first.upper_bound) == (second.lower_bound, second.upper_bound)


def test_two_threads_prove_the_same_optimum():
    design = random_grid(seed=4, n_commodities=25)
    one, two = (solve(design, SolveLimits(time_s=60, n_threads=n)) for n in (1, 2))
    assert one.status is two.status is DesignStatus.OPTIMAL
    assert one.upper_bound == two.upper_bound


def test_progress_is_monotone_and_ends_at_the_answer():
    design, seen = random_grid(seed=5), []
    result = solve(design, SolveLimits(time_s=60, gap=0.01), progress=seen.append)
    uppers, lowers = [p.upper_bound for p in seen], [p.lower_bound for p in seen]
    assert uppers == sorted(uppers, reverse=True)
    assert lowers == sorted(lowers)
    assert (uppers[-1], lowers[-1]) == (result.upper_bound, result.lower_bound)


@pytest.mark.parametrize("n_threads", [1, 2])
def test_a_cancel_is_answered_within_a_second_with_a_checked_plan(n_threads):
    design = random_grid(seed=6, n_commodities=150)
    cancelled_at: list[float] = []
    began = time.monotonic()

    def should_stop() -> bool:
        if time.monotonic() - began < 1.5:
            return False
        cancelled_at.append(time.monotonic())
        return True

    result = solve(design, SolveLimits(time_s=60, n_threads=n_threads), should_stop=should_stop)
    if cancelled_at:
        assert time.monotonic() - cancelled_at[0] < 1.0
        assert result.status is DesignStatus.FEASIBLE
    assert result.plan is not None
    assert evaluate_plan(design, result.plan) == Evaluation(fen=result.upper_bound, violations=())


@pytest.mark.parametrize("time_s", [0.5, 2.0])
def test_a_time_limit_is_kept(time_s):
    design = random_grid(seed=7, n_commodities=150)
    began = time.monotonic()
    result = solve(design, SolveLimits(time_s=time_s))
    assert time.monotonic() - began < time_s + 1.0
    assert result.plan is not None


def test_a_plan_that_fails_its_check_is_never_handed_out(monkeypatch):
    monkeypatch.setattr(
        solve_module, "evaluate_plan", lambda *_: Evaluation(fen=1.0, violations=("wrong",))
    )
    with pytest.raises(ModelError, match=r"M627.*wrong"):
        solve(hub_design(), QUICK)


def test_too_many_ways_are_refused(monkeypatch):
    monkeypatch.setattr("optimizer.models.consolidation.continuous.ways.MAX_WAYS", 1)
    with pytest.raises(ModelError, match="M624"):
        solve(hub_design(), QUICK)


def test_nothing_to_carry_costs_nothing():
    design = NetworkDesign.build(
        node_names=["A", "B"], arc_tail=[0], arc_head=[1], arc_travel_min=[5], option_arc=[0],
        option_fen=[10], option_kg=[4], commodity_ids=[], commodity_origin=[],
        commodity_destination=[], commodity_kg=[],
    )  # fmt: skip
    assert solve(design, QUICK).upper_bound == 0


def test_a_cancel_before_anything_is_known_gives_no_plan():
    result = solve(hub_design(), QUICK, should_stop=lambda: True)
    assert result.status is DesignStatus.NO_SOLUTION
    assert result.plan is None
    assert "before the commodities' ways were listed" in result.messages[0]
