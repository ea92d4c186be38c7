"""The shipped week, planned as ``make demo`` plans it, reaches what its ``expected.json`` asks."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest

from optimizer import planner
from optimizer.plan.checks.run import check_result
from optimizer.scenario.run import ScenarioRun, solve_base

FOLDER = Path(__file__).parents[2] / "scenarios" / "kunming-week"
EXPECTED = json.loads((FOLDER / "expected.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def timed_run() -> tuple[ScenarioRun, float]:
    """The shipped scenario with two thirds of its solver time, and the seconds it took."""
    started = time.perf_counter()
    run = solve_base(FOLDER, time_s=40, on_progress=lambda _stage, _incumbent: None)
    return run, time.perf_counter() - started


@pytest.mark.slow
@pytest.mark.xdist_group("demo_week")
def test_week_reaches_what_is_expected(timed_run: tuple[ScenarioRun, float]) -> None:
    run, seconds = timed_run
    summary = run.result.summary
    assert summary["n_shipments"] == EXPECTED["n_shipments"] >= 400
    assert summary["n_served"] >= EXPECTED["served_share_min"] * summary["n_shipments"]
    assert summary["gap"] <= EXPECTED["gap_max"]
    assert summary["saving_share"] >= EXPECTED["saving_share_min"]
    assert seconds < EXPECTED["seconds_max"]


@pytest.mark.slow
@pytest.mark.xdist_group("demo_week")
def test_week_is_clean(timed_run: tuple[ScenarioRun, float]) -> None:
    run, _ = timed_run
    assert check_result(run.data, run.result) == []
    assert run.result.summary["n_violations"] == EXPECTED["n_violations"] == 0
    assert run.result.bound_fen <= run.result.plan.objective_fen


@pytest.mark.slow
@pytest.mark.xdist_group("demo_week")
def test_every_unserved_shipment_has_a_reason(timed_run: tuple[ScenarioRun, float]) -> None:
    run, _ = timed_run
    for unassigned in run.result.plan.unassigned:
        assert unassigned.code.startswith("U8")
        assert unassigned.reason
        assert unassigned.remedy


def test_most_shipments_are_smaller_than_half_a_load_unit() -> None:
    data = planner.read(None)
    shipments = planner.shipments_from(FOLDER / "shipments.csv", data)
    half_dm3 = data.load_units["40HQ"].usable_dm3 / 2
    half_kg = min(data.load_units["40HQ"].payload_kg.values()) / 2
    small = [s for s in shipments if s.volume_dm3 < half_dm3 and s.gross_kg < half_kg]
    assert len(small) > 0.9 * len(shipments)
