from dataclasses import replace

import pytest

from optimizer.models.consolidation.network_design_evaluate import evaluate_plan
from optimizer.models.consolidation.network_design_plan import DesignPlan, Dispatch, Leg
from tests.toy.small_designs import hub_design


def a_plan(at: int = 35, trucks: int = 1) -> DesignPlan:
    return DesignPlan(
        legs=(
            ((Leg(arc=0, departs_min=0, kg=4), Leg(arc=2, departs_min=at, kg=4)),),
            ((Leg(arc=1, departs_min=15, kg=5), Leg(arc=2, departs_min=at, kg=5)),),
        ),
        dispatches=(
            Dispatch(option=0, departs_min=0, pool=0, units=1),
            Dispatch(option=1, departs_min=15, pool=0, units=1),
            Dispatch(option=2, departs_min=at, pool=0, units=trucks),
        ),
    )


def test_a_shared_truck_is_paid_once():
    found = evaluate_plan(hub_design(), a_plan())
    assert found.violations == ()
    assert found.fen == 100 + 100 + 500


def test_variable_cost_lateness_and_waiting_are_added():
    design = hub_design(
        arc_fen_per_kg=[1, 2, 3],
        commodity_due_min=[60, 80],
        commodity_late_fen_per_hour=[7, 0],
        node_free_min=[0, 0, 5, 0],
        node_hold_fen_per_kg=[0, 0, 11, 0],
    )
    # a: 4 * (1 + 3); arrives 65, one started hour late; waits 25 > 5 at H: one day of 11 * 4.
    # b: 5 * (2 + 3); on time; does not wait.
    assert evaluate_plan(design, a_plan()).fen == 700 + 16 + 7 + 44 + 25


@pytest.mark.parametrize(
    ("changes", "plan", "text"),
    [
        ({}, a_plan(trucks=0), "arc 2 at 35 carries"),
        ({"option_kg": [10, 10, 8]}, a_plan(), "arc 2 at 35 carries"),
        ({"option_dm3": [9, 9, 9], "commodity_dm3": [5, 5]}, a_plan(), "10.0 dm3"),
        ({}, a_plan(at=34), "commodity b leaves node 2 at 34, before 35"),
        ({}, a_plan(at=41), "commodity a arrives at 71"),
        ({"commodity_pool": [0, 1]}, a_plan(), "of pool 1"),
        ({"forbidden_commodity": [1], "forbidden_arc": [2]}, a_plan(), "b uses arc 2, which"),
        ({"departure_arc": [2], "departure_min": [36]}, a_plan(), "not among its departures"),
        ({"departure_arc": [2], "departure_min": [35], "departure_min_units": [2]}, a_plan(),
         "fewer than 2"),
        ({"option_max_units": [1, 1, 0]}, a_plan(), "option 2 runs 1 units at 35"),
        ({"resource_names": ["gate"], "resource_capacity": [3], "draw_resource": [0],
          "draw_option": [2], "draw_from_min": [35], "draw_until_min": [36], "draw_amount": [4]},
         a_plan(), "resource gate is drawn to 4, above 3"),
    ],
)  # fmt: skip
def test_each_broken_rule_is_named(changes, plan, text):
    found = evaluate_plan(hub_design(**changes), plan)
    assert any(text in violation for violation in found.violations)


def test_resources_count_only_their_window():
    design = hub_design(
        resource_names=["gate"], resource_capacity=[3], draw_resource=[0], draw_option=[2],
        draw_from_min=[36], draw_until_min=[99], draw_amount=[4],
    )  # fmt: skip
    assert evaluate_plan(design, a_plan()).violations == ()


def test_who_must_be_served_is_missed_and_others_are_paid_for():
    plan = replace(a_plan(), legs=((), a_plan().legs[1]))
    assert "commodity a is not served" in evaluate_plan(hub_design(), plan).violations
    design = hub_design(commodity_must_serve=[False, True], commodity_unserved_fen=[900, 0])
    assert evaluate_plan(design, plan).fen == 700 + 900


def test_only_some_may_split():
    half = (Leg(arc=0, departs_min=0, kg=2), Leg(arc=2, departs_min=35, kg=2))
    plan = replace(a_plan(), legs=((half, half), a_plan().legs[1]))
    assert any("may not split" in text for text in evaluate_plan(hub_design(), plan).violations)
    free = hub_design(commodity_may_split=[True, False])
    assert evaluate_plan(free, plan).violations == ()
    lost = replace(plan, legs=((half,), a_plan().legs[1]))
    assert any("moves 2 kg" in text for text in evaluate_plan(free, lost).violations)


def test_paths_must_join_up():
    broken = replace(a_plan(), legs=(((Leg(arc=2, departs_min=35, kg=4),),), a_plan().legs[1]))
    assert any(
        "where arc 2 is not" in text for text in evaluate_plan(hub_design(), broken).violations
    )
    short = replace(a_plan(), legs=(((Leg(arc=0, departs_min=0, kg=4),),), a_plan().legs[1]))
    assert any("ends at node 2" in text for text in evaluate_plan(hub_design(), short).violations)
    assert evaluate_plan(hub_design(), replace(a_plan(), legs=())).violations
