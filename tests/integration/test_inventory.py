"""``teahorse inventory`` on the shipped network: files, promises, refusals."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from optimizer.demand.stock_history import FILES, write_stock_history
from tests.helpers_cli import teahorse

pytestmark = [pytest.mark.data]

EXAMPLE = Path(__file__).parents[2] / "scenarios" / "cloud-warehouse"


def _run(folder: Path, out: Path, *more: object):
    skus, demand, echelons = (folder / name for name in FILES)
    files = ("--skus", skus, "--demand", demand, "--network", echelons)
    return teahorse("inventory", *files, "--out", out, "--json", *more)


def test_the_example_is_what_the_generator_writes(tmp_path):
    for path in write_stock_history(tmp_path):
        assert path.read_bytes() == (EXAMPLE / path.name).read_bytes()


def test_the_example_is_planned_and_confirmed(tmp_path):
    ran = _run(EXAMPLE, tmp_path / "out", "--replications", 60, "--weeks", 1)
    assert ran.code == 0, ran.err
    items = ran.json["items"]
    assert len(items) == 24
    assert all(row["is_confirmed"] for row in items)
    far = {row["warehouse_id"]: row["lead_p50_days"] for row in items}
    assert far["CNMHN-SUB"] < far["LAVTE-OWH"] < far["THBKK-OWH"]
    for total in ran.json["echelon_totals"]:
        assert total["status"] == "optimal"
        assert total["cost_fen_per_year"] <= total["all_hold_fen_per_year"]
    for lane in ran.json["container_lanes"]:
        assert lane["bound_fen_per_year"] <= lane["cost_fen_per_year"]
    with (tmp_path / "out" / "policies.csv").open(encoding="utf-8") as file:
        assert len(list(csv.DictReader(file))) == 24


def test_everything_wrong_is_said_at_once_and_nothing_written(tmp_path):
    skus, demand, echelons = (EXAMPLE / name for name in FILES)
    lines = skus.read_text(encoding="utf-8").splitlines()
    lines[1] = lines[1].replace("CNMHN-SUB", "CNMHN-SUV")
    lines[2] = lines[2].replace(",0.3,", ",-0.3,")
    lines.append(lines[3])
    (tmp_path / FILES[0]).write_text("\n".join(lines), encoding="utf-8")
    rows = demand.read_text(encoding="utf-8").splitlines()
    rows[1] = rows[1].replace(rows[1].split(",")[0], "2026-13-01")
    (tmp_path / FILES[1]).write_text("\n".join(rows), encoding="utf-8")
    text = echelons.read_text(encoding="utf-8").replace(",,0110,3", ",MOHAN,0110,3")
    (tmp_path / FILES[2]).write_text(text, encoding="utf-8")
    ran = _run(tmp_path, tmp_path / "out")
    assert ran.code == 2
    assert {"D108", "D110", "D111", "D114", "D121"} <= set(ran.codes)
    assert not (tmp_path / "out").exists()
    ran = _run(EXAMPLE, tmp_path / "out", "--service", 1.5, "--way", "scenic")
    assert (ran.code, ran.codes) == (2, ["S370", "S370"])
