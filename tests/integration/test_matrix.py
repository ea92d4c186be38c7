"""``teahorse matrix`` on the shipped network: files, forms, zones, findings, the cache."""

from __future__ import annotations

import csv
import json
from datetime import date
from fractions import Fraction

import pyarrow.parquet as pq
import pytest

from optimizer import planner
from optimizer.costs.rating import Carriage, RateBook
from optimizer.domain.border import BorderStatus
from optimizer.domain.location import Mode
from tests.helpers_cli import teahorse

pytestmark = [pytest.mark.data]

WEEK = "2026-09-14"
AT = "2026-09-14T08:00:00+08:00"
ENDS = ("--from", "CNKMG-WJX;25.04,102.72", "--to", "LAVTE-VSR;zone:TH=THBKK-LKB+THBKK-BKK")


@pytest.fixture(autouse=True)
def _own_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("TEAHORSE_CACHE_DIR", str(tmp_path / "cache"))


def _matrix(path, *options):
    ran = teahorse("matrix", *ENDS, "--week", WEEK, "--out", path, *options)
    assert (ran.code, ran.err) == (0, "")
    return ran


def test_three_formats_say_the_same(tmp_path):
    weights = ("--weights", "cost=1,time=20,co2e=100")
    for name in ("m.parquet", "m.csv", "m.json"):
        _matrix(tmp_path / name, *weights)
    table = pq.read_table(tmp_path / "m.parquet")
    about = json.loads(table.schema.metadata[b"teahorse"])
    body = json.loads((tmp_path / "m.json").read_text())
    assert table.to_pylist() == body["rows"]
    assert about == body["metadata"]
    assert about == json.loads((tmp_path / "m.csv-metadata.json").read_text())
    assert about["weights"] == {"cost": 1.0, "time_cny_per_h": 20.0, "co2e_cny_per_t": 100.0}
    assert set(about["units"]) == set(table.column_names)
    assert len(about["content_hash"]) == 64
    assert "attribution" not in about
    with (tmp_path / "m.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["generalized_cost_fen"] for row in rows] == [
        str(row["generalized_cost_fen"]) for row in body["rows"]
    ]
    assert [row["origin"] for row in body["rows"]] == ["CNKMG-WJX"] * 2 + ["25.0400,102.7200"] * 2
    for row in body["rows"]:
        exact = (
            row["cost_fen"]
            + Fraction(20 * 100, 60) * row["time_min"]
            + Fraction(100 * 100, 10**6) * row["co2e_g"]
        )
        # Each leg's generalized cost is rounded to the fen, and at least one.
        assert abs(exact - row["generalized_cost_fen"]) <= 10
    assert body["rows"][1]["to_member"] in {"THBKK-LKB", "THBKK-BKK"}
    assert body["rows"][1]["n_joined"] == 2


def test_the_second_answer_comes_from_the_cache_and_is_the_same(tmp_path, monkeypatch):
    _matrix(tmp_path / "one.json")
    monkeypatch.setattr(planner, "load", lambda **_: pytest.fail("compiled again"))
    _matrix(tmp_path / "two.json")
    assert (tmp_path / "one.json").read_text() == (tmp_path / "two.json").read_text()


def test_zone_rules(tmp_path):
    for rule in ("best", "mean"):
        _matrix(tmp_path / f"{rule}.json", "--zone-rule", rule)
    best, mean = (
        json.loads((tmp_path / f"{rule}.json").read_text())["rows"] for rule in ("best", "mean")
    )
    single = teahorse(
        "matrix", "--from", "CNKMG-WJX", "--to", "THBKK-LKB;THBKK-BKK", "--week", WEEK,
        "--out", tmp_path / "single.json",
    )  # fmt: skip
    assert single.code == 0
    costs = [
        row["generalized_cost_fen"]
        for row in json.loads((tmp_path / "single.json").read_text())["rows"]
    ]
    assert best[1]["generalized_cost_fen"] == min(costs)
    assert mean[1]["generalized_cost_fen"] == (sum(costs) + 1) // 2
    assert mean[1]["to_member"] == ""


def test_arrivals_and_profile_agree(tmp_path):
    _matrix(tmp_path / "at.json", "--at", AT)
    _matrix(tmp_path / "profile.json", "--profile")
    arrivals = json.loads((tmp_path / "at.json").read_text())["rows"]
    departures = json.loads((tmp_path / "profile.json").read_text())["rows"]
    assert {tuple(row) for row in arrivals} == {tuple(arrivals[0])}
    for row in arrivals:
        assert row["arrives_at"] > "2026-09-14T00:00+00:00"
        later = [
            one["arrives_at"]
            for one in departures
            if (one["origin"], one["destination"]) == (row["origin"], row["destination"])
            and one["ready_by"] >= "2026-09-14T00:00+00:00"
        ]
        # Ready on a full hour: the best of what leaves from then on.
        assert min(later) == row["arrives_at"]
    pairs = [(row["origin"], row["destination"], row["ready_by"]) for row in departures]
    assert len(pairs) == len(set(pairs))


def test_without_a_mode_and_under_another_customs_mode(tmp_path):
    _matrix(tmp_path / "m.json", "--without", "rail,road,air")
    rows = json.loads((tmp_path / "m.json").read_text())["rows"]
    assert {row["reason_code"] for row in rows} == {"U802"}
    assert {row["cost_fen"] for row in rows} == {None}
    assert all("forbids" in row["reason"] for row in rows)


def test_a_closed_border_is_never_used(tmp_path):
    from dataclasses import replace

    data = planner.read()
    shut = {
        crossing_id: replace(crossing, status=BorderStatus.CLOSED)
        for crossing_id, crossing in data.crossings.items()
    }
    closed = replace(data, crossings=shut, fingerprint="closed")
    query = planner.matrix_query(
        closed, origins=["CNKMG-WJX"], destinations=["LAVTE-VSR", "CNCTU"], week=WEEK
    )
    result = planner.matrix(closed, query, use_cache=False)
    assert result.cells.generalized_fen[0, 0] == -1
    assert result.reasons[result.cells.reason[0, 0]][0] == "U804"
    assert result.cells.generalized_fen[0, 1] > 0


def test_everything_that_is_wrong_is_said_at_once(tmp_path):
    ran = teahorse(
        "matrix", "--from", "CNKMG-WJ;95,10;country:XX", "--to", "", "--week", "14.9.2026",
        "--weights", "cos=1", "--load", "5 40HX 3kg", "--mode", "boat", "--at", "noon",
        "--customs-mode", "0111", "--without", "ship", "--out", tmp_path / "m.json", "--json",
    )  # fmt: skip
    assert ran.code == 2
    assert set(ran.codes) >= {
        "S317",
        "S318",
        "S375",
        "S370",
        "S321",
        "S374",
        "S360",
        "S373",
        "S313",
    }
    assert ran.codes.count("S321") == 3
    assert not list(tmp_path.glob("m*"))


@pytest.mark.parametrize(
    ("options", "code"),
    [
        (("--at", "2031-01-01T00:00Z", "--week", WEEK), "S371"),
        (("--profile", "--zone-rule", "mean"), "S376"),
        (("--mode", "rail", "--weights", "cost=1"), "S373"),
        (("--load", "30x40HQ 3kg"), "S374"),
        (("--load", "40HQ 99000kg"), "S374"),
        (("--load", "40HQ 1000kg", "--cargo-class", "fresh"), "S376"),
        (("--weights", "cost=0"), "S373"),
        (("--load", "0kg 1m3"), "S309"),
    ],
)
def test_single_findings(tmp_path, options, code):
    data = planner.read()
    if "fresh" in options:
        cold = next(name for name, one in data.cargo_classes.items() if one.refrigerated)
        options = tuple(cold if one == "fresh" else one for one in options)
    ran = teahorse("matrix", *ENDS, "--out", tmp_path / "m.json", "--json", *options)
    assert (ran.code, ran.codes) == (2, [code])


def test_other_file_types_and_folders_are_refused_before_the_work(tmp_path):
    ran = teahorse("matrix", *ENDS, "--week", WEEK, "--out", tmp_path / "m.xls", "--json")
    assert (ran.code, ran.codes) == (2, ["S379"])
    ran = teahorse("matrix", *ENDS, "--week", WEEK, "--out", tmp_path / "no" / "m.csv")
    assert ran.code == 2
    assert "no such folder" in ran.err


@pytest.mark.slow
def test_roads_inside_a_country_cost_what_the_scalar_rating_says(tmp_path):
    ran = teahorse(
        "matrix", "--mode", "road", "--from", "CNKMG-WJX", "--to", "CNCTU;LAVTE-VSR;MNULN",
        "--load", "40HQ 18000kg", "--week", WEEK, "--out", tmp_path / "m.json",
    )  # fmt: skip
    assert ran.code == 0
    body = json.loads((tmp_path / "m.json").read_text())
    assert "OpenStreetMap" in body["metadata"]["attribution"]
    home, abroad, _ = body["rows"]
    data = planner.read()
    carriage = Carriage(
        mode=Mode.ROAD, ref="", country="CN", distance_m=home["distance_m"],
        on=date.fromisoformat(WEEK), origin=None, destination=None,
    )  # fmt: skip
    lines = RateBook(data).unit_lines(carriage, data.load_units["40HQ"], 1)
    assert lines is not None
    assert home["cost_fen"] == sum(lines.values())
    assert 600_000 < home["distance_m"] < 1_000_000
    # Kunming to Vientiane passes one border, with its price, wait and two clearances.
    assert abroad["cost_fen"] > home["cost_fen"]
    assert abroad["time_min"] > abroad["distance_m"] / 1000
