"""Scenario files: what is read, and what is said about a wrong one."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from optimizer.errors import Finding, ScenarioError
from optimizer.scenario.scenario import find_scenario, load_scenario

GOOD = """\
name = "toy"
planned_at = 2026-09-14T06:00:00+08:00
horizon_start = 2026-09-14T00:00:00+08:00
horizon_days = 3
shipments = "s.csv"

[limits]
time_s = 5
"""


def _write(folder: Path, text: str) -> Path:
    (folder / "s.csv").write_text("shipment_id\n", encoding="utf-8")
    file = folder / "scenario.toml"
    file.write_text(text, encoding="utf-8")
    return file


def _findings(folder: Path, text: str) -> tuple[Finding, ...]:
    with pytest.raises(ScenarioError) as caught:
        load_scenario(_write(folder, text))
    return caught.value.findings


def test_a_good_file_is_read_with_its_zone(tmp_path: Path) -> None:
    scenario = load_scenario(_write(tmp_path, GOOD))
    assert scenario.planned_at == datetime(2026, 9, 13, 22, 0, tzinfo=UTC)
    assert scenario.horizon_end - scenario.horizon_start == timedelta(days=3)
    assert scenario.limits.time_s == 5.0
    assert scenario.limits.gap == 0.01
    assert scenario.network_dir is None
    assert scenario.shipments_path == tmp_path.resolve() / "s.csv"


def test_file_folder_and_name_mean_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "scenarios" / "toy"
    folder.mkdir(parents=True)
    file = _write(folder, GOOD)
    monkeypatch.chdir(tmp_path)
    assert find_scenario(file) == file
    assert find_scenario(folder) == file
    assert find_scenario("toy") == file


def test_c501_suggests_a_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "scenarios" / "spring-peak"
    folder.mkdir(parents=True)
    _write(folder, GOOD)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ScenarioError) as caught:
        load_scenario("spring-peek")
    assert caught.value.findings[0].code == "C501"
    assert "spring-peak" in caught.value.findings[0].remedy


def test_c502_not_toml(tmp_path: Path) -> None:
    (finding,) = _findings(tmp_path, 'name = "toy\n')
    assert finding.code == "C502"
    assert "line 1" in finding.what


def test_c503_unknown_key_with_place_and_suggestion(tmp_path: Path) -> None:
    (finding,) = _findings(tmp_path, GOOD + "tims_s = 9\n")
    assert finding.code == "C503"
    assert finding.where == "scenario.toml:9 limits.tims_s"
    assert finding.remedy == "did you mean time_s?"


def test_c504_missing_key(tmp_path: Path) -> None:
    (finding,) = _findings(tmp_path, GOOD.replace('shipments = "s.csv"\n', ""))
    assert (finding.code, finding.what) == ("C504", "shipments is missing")


@pytest.mark.parametrize(
    ("old", "new", "where"),
    [
        ("time_s = 5", 'time_s = "5"', "scenario.toml:8 limits.time_s"),
        ("time_s = 5", "gap = 1.5", "scenario.toml:8 limits.gap"),
        ("horizon_days = 3", "horizon_days = 0", "scenario.toml:4 horizon_days"),
        ("[limits]", '[lanes]\ntruck_departures_local = ["8:00"]\n[limits]', None),
    ],
)
def test_c505_type_and_range(tmp_path: Path, old: str, new: str, where: str | None) -> None:
    (finding,) = _findings(tmp_path, GOOD.replace(old, new))
    assert finding.code == "C505"
    assert finding.where == (where or "scenario.toml:8 lanes.truck_departures_local.0")


def test_c506_time_without_zone(tmp_path: Path) -> None:
    (finding,) = _findings(tmp_path, GOOD.replace("06:00:00+08:00", "06:00:00"))
    assert finding.code == "C506"
    assert finding.where == "scenario.toml:2 planned_at"


def test_c507_no_shipments_file(tmp_path: Path) -> None:
    (finding,) = _findings(tmp_path, GOOD.replace("s.csv", "t.csv"))
    assert (finding.code, finding.value) == ("C507", "t.csv")


def test_c508_no_network_folder(tmp_path: Path) -> None:
    (finding,) = _findings(tmp_path, 'network = "nowhere"\n' + GOOD)
    assert finding.code == "C508"
    assert finding.where == "scenario.toml:1 network"


def test_c509_planned_after_the_horizon(tmp_path: Path) -> None:
    text = GOOD.replace("planned_at = 2026-09-14", "planned_at = 2026-09-17")
    (finding,) = _findings(tmp_path, text)
    assert finding.code == "C509"


def test_everything_wrong_is_said_at_once(tmp_path: Path) -> None:
    text = GOOD.replace("horizon_days = 3\n", "horizon_day = 3\n").replace("= 5", "= -5")
    assert sorted(f.code for f in _findings(tmp_path, text)) == ["C503", "C504", "C505"]
