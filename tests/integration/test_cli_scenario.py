"""``teahorse scenario`` as a user calls it: comparisons, sweeps that go on, wrong names."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from tests.helpers_cli import DEMO, teahorse

pytestmark = pytest.mark.data

FILE = """\
name = "small"
question = "What does a border that is shut for good cost?"
extends = "{parent}"

[[modifications]]
kind = "tariff_factor"
scopes = ["mode:rail"]
factor = 1.5

[[variants]]
name = "dearer"

[[variants]]
name = "shut"

[[variants.modifications]]
kind = "close_border"
border = "MOHAN-BOTEN-RAIL"

[[sweeps]]
name = "tariff"
parameter = "modifications.0.factor"
values = [1.1, 1.2, 1.4]

[scaled]
n_shipments = 6
time_s = 5.0
gap = 0.0
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "small"
    path.mkdir()
    text = FILE.format(parent=DEMO)
    (path / "scenario.toml").write_text(text, encoding="utf-8")
    return path


def test_compare_says_what_moved_and_why(folder: Path, tmp_path: Path) -> None:
    run = teahorse("scenario", "compare", folder, "--scaled", "--json", "--out", tmp_path / "out")
    assert run.code == 0, run.err
    dearer, shut = json.loads(run.out)["comparisons"]
    assert (dearer["variant"], shut["variant"]) == ("dearer", "shut")
    for one in (dearer, shut):
        objective = next(row for row in one["kpis"] if row["name"] == "objective")
        assert objective["change"] == pytest.approx(objective["variant"] - objective["base"])
        assert objective["change"] > 0
    for flow in shut["moved"]:
        assert flow["n_shipments"] == len(flow["shipments"])
        named = [one for reason in flow["reasons"] for one in reason["shipments"]]
        assert sorted(named) == sorted(flow["shipments"])
    again = teahorse("scenario", "run", folder, "--scaled", "--json", "--out", tmp_path / "out")
    assert [row["is_reused"] for row in json.loads(again.out)["runs"]] == [True, True, True]


def test_a_sweep_goes_on_where_it_was_stopped(folder: Path, tmp_path: Path) -> None:
    args = ("scenario", "sweep", folder, "--scaled", "--json", "--out", tmp_path / "out")
    first = json.loads(teahorse(*args).out)["points"]
    lost = sorted((tmp_path / "out" / "runs").glob("*.json"))[0]
    lost.unlink()
    second = json.loads(teahorse(*args).out)["points"]
    assert sum(not row["is_reused"] for row in second) == 1
    figures = [
        [(row["objective_cny"], row["n_served"]) for row in rows] for rows in (first, second)
    ]
    assert figures[0] == figures[1]
    # A dearer train never makes the best plan cheaper.
    assert [row["objective_cny"] for row in first] == sorted(row["objective_cny"] for row in first)
    table = pq.read_table(tmp_path / "out" / "points.parquet").to_pylist()
    assert [row["modifications.0.factor"] for row in table] == [1.1, 1.2, 1.4]


def test_wrong_names_are_findings(folder: Path) -> None:
    run = teahorse("scenario", "compare", folder, "--scaled", "--variant", "shutt")
    assert (run.code, "C513" in run.err) == (2, True)
    run = teahorse("scenario", "sweep", folder, "--sweep", "tarif")
    assert (run.code, "C515" in run.err) == (2, True)
    text = (folder / "scenario.toml").read_text(encoding="utf-8")
    broken = text.replace("MOHAN-BOTEN-RAIL", "MOHAN-BOTEN-TRAIL").replace("1.5", "1.0")
    (folder / "scenario.toml").write_text(broken, encoding="utf-8")
    run = teahorse("scenario", "run", folder, "--scaled")
    assert run.code == 2
    assert "C520" in run.err
    assert "C522" in run.err
