"""The front door of location: tables, findings, the shipped scenario, the checker."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from optimizer import planner
from optimizer.datasets.location_tables import read_location_tables
from optimizer.errors import DataError
from optimizer.locator import LocateOptions, locate
from optimizer.plan.checks.location import check_location, grown

SCENARIO = Path(__file__).parents[3] / "scenarios" / "cloud-warehouse"


def test_growth_is_rounded_up_by_hand() -> None:
    # 7 x 1.5 = 10.5; 7 x 1.5^2 = 15.75.
    assert [grown(7, 0.5, year) for year in (1, 2)] == [11, 16]
    assert grown(10, 0.1, 1) == 11


@pytest.fixture(scope="module")
def answer() -> dict:
    return locate(SCENARIO, LocateOptions(growth=0.5, years=3))


def test_the_scenario_is_proved_and_passes_its_check(answer: dict) -> None:
    assert answer["status"] == "optimal"
    assert sum(answer["cost_fen"].values()) == answer["total_fen"] == answer["bound_fen"]
    assert any(one["what"] == "expansion" for one in answer["changes"])


def test_the_checker_sees_edits(answer: dict) -> None:
    known = set(planner.read().facilities)
    tables = read_location_tables(SCENARIO, known)
    assert check_location(answer, *tables) == []
    answer = answer | {"total_fen": answer["total_fen"] + 1}
    assert check_location(answer, *tables) == [
        f"the total is {answer['total_fen']} fen, found {answer['total_fen'] - 1}"
    ]
    first = answer["flows"][0]
    more = [first | {"tonnes": first["tonnes"] + 1}, *answer["flows"][1:]]
    assert any("gets" in line for line in check_location(answer | {"flows": more}, *tables))


def test_too_little_capacity_is_an_answer(tmp_path: Path) -> None:
    shutil.copy(SCENARIO / "locations.csv", tmp_path)
    (tmp_path / "demand.csv").write_text("facility_id,class,t_per_year\nCNKMG-IP1,bonded,900000\n")
    answer = locate(tmp_path, LocateOptions())
    assert answer["status"] == "infeasible"
    assert "missing; cheapest repair" in answer["messages"][0]


def test_all_findings_at_once(tmp_path: Path) -> None:
    text = (SCENARIO / "locations.csv").read_text().replace("CNKML-TJP,1", "NOWHERE,1")
    (tmp_path / "locations.csv").write_text(text)
    (tmp_path / "demand.csv").write_text(
        "facility_id,class,t_per_year\nCNKMG-IP1,bonded,-5\nCNKMG-IP1,frozen,5\n"
    )
    with pytest.raises(DataError) as caught:
        read_location_tables(tmp_path, set(planner.read().facilities))
    codes = {one.code for one in caught.value.findings}
    assert codes == {"D162", "D163", "D164", "D165"}
