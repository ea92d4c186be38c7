import pytest

from optimizer.errors import ModelError
from optimizer.models.consolidation.continuous.full_model import (
    build_full_model,
    count_moves,
    solve_full,
)
from optimizer.models.consolidation.continuous.ways import find_reach
from optimizer.models.consolidation.network_design import NetworkDesign
from optimizer.models.consolidation.network_design_evaluate import evaluate_plan
from optimizer.models.consolidation.network_design_plan import DesignStatus
from optimizer.solvers.limits import SolveLimits
from tests.toy.small_designs import chain_design, hub_design

QUICK = SolveLimits(time_s=20)


def solved(design, solver="highs"):
    result = solve_full(design, solver, QUICK)
    assert result.status is DesignStatus.OPTIMAL
    assert result.plan is not None
    checked = evaluate_plan(design, result.plan)
    assert checked.violations == ()
    assert checked.fen == pytest.approx(result.upper_bound)
    return result.upper_bound


def test_moves_are_the_minutes_of_the_windows():
    design = hub_design()
    # a: 0..30 and 10..40; b: 15..30 and 35..50.
    assert count_moves(design, find_reach(design)) == 31 + 31 + 16 + 16
    assert build_full_model(design, find_reach(design)).moves.n_moves == 94


def test_sharing_and_its_chain():
    assert solved(hub_design()) == pytest.approx(700)
    assert solved(chain_design()) == pytest.approx(300)


@pytest.mark.parametrize("solver", ["scip", "cp_sat"])
def test_the_other_solvers_agree(solver):
    assert solved(chain_design(), solver) == pytest.approx(300)


def test_a_timetable_decides_who_can_share():
    assert solved(hub_design(departure_arc=[2], departure_min=[38])) == pytest.approx(700)
    apart = hub_design(departure_arc=[2, 2], departure_min=[20, 45])
    assert solved(apart) == pytest.approx(1200)


def test_slots_on_a_departure_are_kept():
    design = hub_design(
        departure_arc=[2, 2], departure_min=[38, 45], commodity_kg=[6, 5],
        option_max_units=[9, 9, 1],
    )  # fmt: skip
    assert solved(design) == pytest.approx(1200)
    alone = hub_design(
        departure_arc=[2], departure_min=[38], commodity_kg=[6, 5], option_max_units=[9, 9, 1]
    )
    assert solve_full(alone, "highs", QUICK).status is DesignStatus.INFEASIBLE


def test_resources_late_hours_and_the_unserved_are_priced():
    design = hub_design(
        departure_arc=[2], departure_min=[40], resource_names=["gate"], resource_capacity=[0],
        draw_resource=[0], draw_option=[2], draw_from_min=[40], draw_until_min=[41],
        draw_amount=[1], commodity_must_serve=[False, False], commodity_unserved_fen=[300, 400],
    )  # fmt: skip
    assert solved(design) == pytest.approx(700)
    late = hub_design(commodity_due_min=[60, 80], commodity_late_fen_per_hour=[7, 0])
    assert solved(late) == pytest.approx(707)


def test_what_may_split_fills_two_departures():
    design = NetworkDesign.build(
        node_names=["A", "B"], arc_tail=[0], arc_head=[1], arc_travel_min=[5], option_arc=[0],
        option_fen=[10], option_kg=[4], option_max_units=[1], departure_arc=[0, 0],
        departure_min=[0, 3], commodity_ids=["a"], commodity_origin=[0], commodity_destination=[1],
        commodity_kg=[7], commodity_latest_min=[20], commodity_may_split=[True],
    )  # fmt: skip
    assert solved(design) == pytest.approx(20)


def test_what_it_cannot_hold_is_refused():
    with pytest.raises(ModelError, match="M626"):
        solve_full(hub_design(node_hold_fen_per_kg=[0, 0, 1, 0]), "highs", QUICK)
    with pytest.raises(ModelError, match="M625"):
        solve_full(hub_design(commodity_latest_min=[2**29, 2**29]), "highs", QUICK)
