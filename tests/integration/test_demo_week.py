"""The demo: a week of more than four hundred shipments, planned, proved, checked."""

from __future__ import annotations

import json
from itertools import pairwise
from statistics import median

import pytest

from optimizer import planner
from optimizer.plan.checks.run import check_result
from optimizer.plan.io import plan_to_json, read_plan
from optimizer.scenario.run import solve_scenario
from tests.helpers_cli import DEMO

pytestmark = [pytest.mark.slow, pytest.mark.data]

TIME_S = 20.0


@pytest.fixture(scope="session")
def run():
    return solve_scenario(DEMO, time_s=TIME_S, on_progress=lambda _stage, _incumbent: None)


def test_it_reaches_what_the_scenario_expects(run):
    expected = json.loads((DEMO / "expected.json").read_text(encoding="utf-8"))
    summary = run.result.summary
    assert summary["n_shipments"] == expected["n_shipments"]
    assert summary["n_served"] >= expected["served_share_min"] * summary["n_shipments"]
    assert summary["gap"] <= expected["gap_max"]
    assert summary["saving_share"] >= expected["saving_share_min"]
    assert summary["n_violations"] == expected["n_violations"]


def test_nearly_all_are_served(run):
    plan = run.result.plan
    assert len(plan.shipments) >= 400
    assert len(plan.itineraries) >= 0.95 * len(plan.shipments)
    assert len(plan.itineraries) + len(plan.unassigned) == len(plan.shipments)
    assert all(one.code and one.reason and one.remedy for one in plan.unassigned)


def test_most_are_smaller_than_half_a_load_unit(run):
    largest_dm3 = max(unit.usable_dm3 for unit in run.data.load_units.values())
    volumes = [one.volume_dm3 for one in run.result.plan.shipments.values()]
    small = sum(volume < largest_dm3 / 2 for volume in volumes)
    assert small > 0.5 * len(volumes)
    assert median(volumes) < largest_dm3 / 2


def test_the_plan_is_proved_good(run):
    result = run.result
    assert result.bound_fen <= result.plan.objective_fen
    assert result.gap <= 0.05
    assert result.solve_seconds <= TIME_S + 5.0


def test_bounds_rise_and_costs_fall(run):
    incumbents = run.result.incumbents
    assert incumbents
    for before, after in pairwise(incumbents):
        assert after.objective_fen <= before.objective_fen
        assert after.bound_fen >= before.bound_fen
        assert after.seconds >= before.seconds
    assert incumbents[-1].objective_fen == run.result.plan.objective_fen


def test_no_rule_is_broken(run):
    assert check_result(run.data, run.result) == []


def test_the_file_says_the_same(run):
    again = read_plan(plan_to_json(run.data, run.result))
    assert again == run.result
    assert check_result(planner.read(), again) == []


def test_sharing_saves(run):
    served = [one for one in run.result.plan.itineraries if one.stand_alone_fen > 0]
    alone_fen = sum(one.stand_alone_fen for one in served)
    paid_fen = sum(one.cost_fen for one in served)
    assert paid_fen <= 0.85 * alone_fen
    loads_fen = sum(load.cost_fen for load in run.result.plan.loads)
    assert sum(one.share_fen for one in run.result.plan.itineraries) == loads_fen


def test_units_are_shared(run):
    contents = [len(load.contents) for load in run.result.plan.loads]
    assert sum(number > 1 for number in contents) > 0.5 * len(contents)
    for load in run.result.plan.loads:
        assert load.gross_kg <= load.payload_kg
        assert load.volume_dm3 <= load.usable_dm3
