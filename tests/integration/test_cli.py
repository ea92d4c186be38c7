"""The command on the shipped network: answers, refusals, and files written all or none."""

from __future__ import annotations

import json
import subprocess
import sys
import time
import zipfile
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from optimizer import planner
from optimizer.domain.border import BorderStatus
from optimizer.report import write
from tests.helpers_cli import demo_rows, teahorse, write_rows, write_scenario

pytestmark = [pytest.mark.data]

READY = "2026-09-14T08:00:00+08:00"
PAIRS = (
    ("CNKMG-WJX", "THBKK-LKB"),
    ("CNKMG-WJX", "LAVTE-TNL"),
    ("KMG", "DEHAM"),
    ("25.04,102.72", "VNHAN"),
    ("CNKMG", "MMRGN"),
    ("CNKMG", "SGSIN"),
    ("KMG", "MYPKG"),
    ("CNKMG-RDH", "KHPNH"),
    ("CNKMG", "13.75,100.50"),
    ("THBKK", "CNKMG"),
    ("VNHAN", "KMG"),
    ("BKK", "25.04,102.72"),
)
FILES = ["plan.geojson", "plan.json", "plan.xlsx", "report.html"]


def _quote(origin="CNKMG-WJX", destination="THBKK-LKB", **changes):
    options = {"--kg": "1200", "--m3": "6", "--ready": READY} | {
        f"--{name.replace('_', '-')}": value for name, value in changes.items()
    }
    parts = [part for pair in options.items() for part in pair]
    return teahorse("quote", "--from", origin, "--to", destination, *parts, "--json")


@pytest.fixture(scope="module")
def closed_crossings() -> set[str]:
    crossings = planner.read().crossings.values()
    return {one.crossing_id for one in crossings if one.status is BorderStatus.CLOSED}


# ---------------------------------------------------------------- quotes


@pytest.mark.parametrize(("origin", "destination"), PAIRS)
def test_quotes_of_the_corridors(origin, destination, closed_crossings):
    ran = _quote(origin, destination)
    assert (ran.code, ran.err) == (0, "")
    assert ran.json["itineraries"]
    assert closed_crossings
    for itinerary in ran.json["itineraries"]:
        at = datetime.fromisoformat(READY)
        legs = itinerary["legs"]
        for leg in legs:
            departs, arrives = (
                datetime.fromisoformat(leg[name]) for name in ("departs_at", "arrives_at")
            )
            assert at <= departs <= arrives
            at = arrives
            assert leg["mode"] in {"air", "rail", "road"}
            assert leg["cost_cny"] >= 0
            assert leg["co2e_kg"] >= 0
            assert not {one["crossing_id"] for one in leg["passages"]} & closed_crossings
        assert legs[0]["from"] == ran.json["from"]
        assert legs[-1]["to"] == ran.json["to"]
        assert all(one["to"] == two["from"] for one, two in pairwise(legs))
        assert itinerary["cost_cny"] >= max(leg["cost_cny"] for leg in legs)


def test_what_an_address_was_taken_for_is_said():
    assert _quote("CNKMG-WJX", "THBKK-LKB").json["notes"] == []
    notes = _quote("kmg", "13.75,100.50").json["notes"]
    assert [note.split(":")[0] for note in notes] == ["kmg", "13.75,100.50"]
    assert "CNKMG-KMG" in notes[0]
    shown = teahorse(
        "quote", "--from", "KMG", "--to", "THBKK", "--kg", 1, "--m3", 0.01, "--ready", READY
    )
    assert shown.code == 0
    assert shown.out.startswith("KMG: taken as CNKMG-KMG")


def test_no_way_is_an_answer_with_reasons():
    ran = _quote(latest="2026-09-14T09:00:00+08:00")
    assert ran.code == 1
    assert ran.json["itineraries"] == []
    assert all(reason["code"].startswith("U8") for reason in ran.json["reasons"])
    assert ran.json["reasons"]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"origin": "CNXXX-NOPE"}, "S317"),
        ({"destination": "102.72,25.04"}, "S318"),
        ({"destination": "123.4,567.8"}, "S319"),
        ({"destination": "CNKMG-WJX"}, "S320"),
        ({"ready": "2026-09-14T08:00:00"}, "S312"),
        ({"ready": "tomorrow"}, "S313"),
        ({"due": "2026-09-01T08:00:00+08:00"}, "S314"),
        ({"latest": "2026-09-01T08:00:00+08:00"}, "S315"),
        ({"kg": "-5"}, "S309"),
        ({"kg": "0"}, "S309"),
        ({"kg": "nan"}, "S308"),
        ({"kg": "1e999"}, "S308"),
        ({"kg": "9" * 400}, "S308"),
        ({"kg": "99999999"}, "S309"),
        ({"m3": "inf"}, "S308"),
        ({"m3": "a lot"}, "S308"),
        ({"m3": "1e9"}, "S310"),
        ({"kg": "20000", "m3": "0.001"}, "S311"),
        ({"customs_mode": "12345"}, "S321"),
        ({"cargo_class": "ghosts"}, "S321"),
        ({"credit_class": "golden"}, "S321"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_bad_queries(changes, code):
    ran = _quote(**changes)
    assert ran.code == 2
    assert code in ran.codes
    assert "Traceback" not in ran.err


def test_all_findings_of_a_query_at_once():
    ran = _quote("NOWHERE-1", "NOWHERE-2", kg="-1", m3="nan", ready="2026-09-14T08:00")
    assert ran.code == 2
    assert sorted(ran.codes) == ["S308", "S309", "S312", "S317", "S317"]
    assert len({finding["where"] for finding in ran.json["findings"]}) == 5


# ---------------------------------------------------------------- refusals of files


def _changed(**changes: str) -> list[dict[str, str]]:
    rows = demo_rows()[:3]
    return [rows[0] | changes, *rows[1:]]


def _plan_with(tmp_path: Path, shipments: Path):
    scenario = write_scenario(tmp_path / "scenario", demo_rows()[:3], time_s=1.0)
    out = tmp_path / "out"
    ran = teahorse("plan", scenario, "--shipments", shipments, "--out", out, "--json")
    assert "Traceback" not in ran.err
    assert not out.exists()
    return ran


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"origin": "NOWHERE"}, "S317"),
        ({"ready_at": "2026-09-14T08:00:00"}, "S312"),
        ({"gross_kg": "NaN"}, "S308"),
        ({"gross_kg": "1e999"}, "S308"),
        ({"gross_kg": "-1"}, "S309"),
        ({"volume_m3": ""}, "S307"),
        ({"shipper": "=cmd()"}, "S324"),
        ({"shipper": "x" * 10_000_000}, "S3"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_bad_rows(tmp_path, changes, code):
    ran = _plan_with(tmp_path, write_rows(tmp_path / "bad.csv", _changed(**changes)))
    assert ran.code == 2
    assert any(one.startswith(code) for one in ran.codes)


def test_duplicate_ids(tmp_path):
    rows = demo_rows()[:2]
    ran = _plan_with(tmp_path, write_rows(tmp_path / "twice.csv", [rows[0], rows[1], rows[0]]))
    assert (ran.code, ran.codes) == (2, ["S316"])


def test_findings_of_many_rows_at_once(tmp_path):
    rows = [row | {"gross_kg": "-1", "origin": "NOWHERE"} for row in demo_rows()[:20]]
    ran = _plan_with(tmp_path, write_rows(tmp_path / "bad.csv", rows))
    assert ran.code == 2
    assert len(ran.codes) >= 40


def test_missing_columns_are_all_named(tmp_path):
    short = [{"shipment_id": "A", "origin": "CNKMG-WJX", "colour": "red"}]
    ran = _plan_with(tmp_path, write_rows(tmp_path / "short.csv", short))
    assert ran.code == 2
    assert ran.codes.count("S304") >= 4
    assert "S305" in ran.codes


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("empty.csv", b""),
        ("header.csv", b"shipment_id,origin\n"),
        ("utf16.csv", "shipment_id,origin\nA,B\n".encode("utf-16")),
        ("binary.csv", bytes(range(256)) * 50),
        ("not.xlsx", b"PK\x03\x04 no"),
        ("empty.xlsx", b""),
        ("broken.json", b'[{"shipment_id": '),
        ("nan.json", b'[{"shipment_id": "A", "gross_kg": NaN}]'),
        ("deep.json", b"[" * 100_000),
        ("file.pdf", b"%PDF"),
    ],
)
def test_files_that_are_no_shipments(tmp_path, name, content):
    path = tmp_path / name
    path.write_bytes(content)
    ran = _plan_with(tmp_path, path)
    assert ran.code == 2
    assert ran.codes


def test_a_workbook_that_unpacks_to_a_hundredfold_is_refused(tmp_path):
    bomb = tmp_path / "bomb.xlsx"
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b" " * 100_000_000)
    assert bomb.stat().st_size < 200_000
    ran = _plan_with(tmp_path, bomb)
    assert (ran.code, ran.codes) == (2, ["S332"])


@pytest.mark.parametrize(
    "arguments",
    [
        ("plan", "no-such-scenario"),
        ("plan", "{tmp}/no.toml"),
        ("plan", "{demo}", "--shipments", "{tmp}/no.csv"),
        ("plan", "{demo}", "--data", "{tmp}/no-data"),
        ("plan", "{demo}", "--time-limit", "nan"),
        ("plan", "{demo}", "--time-limit", "inf"),
        ("plan", "{demo}", "--time-limit", "-1"),
        ("plan", "{demo}", "--out", "{file}"),
        ("plan", "{demo}", "--out", "{file}/deeper/out"),
        ("check", "{tmp}/no.json"),
        ("check", "{file}"),
        ("check", "{tmp}"),
        ("generate", "{tmp}/new.csv", "--week", "next monday"),
        ("generate", "{tmp}/no-folder/new.csv", "--n", "5"),
        ("template", "{tmp}/no-folder/new.xlsx"),
        ("network", "show", "everything"),
        ("network", "validate", "--data", "{file}"),
        ("quote", "--from", "KMG"),
        ("fly",),
    ],
    ids=" ".join,
)
def test_unusable_arguments(tmp_path, arguments):
    file = tmp_path / "file"
    file.write_text("a file")
    names = {"tmp": tmp_path, "file": file, "demo": "kunming-week"}
    ran = teahorse(*(one.format(**names) for one in arguments))
    assert ran.code == 2
    assert ran.err
    assert "Traceback" not in ran.err
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file"]
    assert file.read_text() == "a file"


def test_an_out_folder_that_cannot_be_is_found_before_solving(tmp_path):
    file = tmp_path / "file"
    file.write_text("")
    began = time.monotonic()
    ran = teahorse("plan", "kunming-week", "--out", file / "out")
    assert ran.code == 2
    assert time.monotonic() - began < 1.0


# ---------------------------------------------------------------- plans


def test_plan_writes_four_files_that_open_with_the_summary(planned_subset):
    assert planned_subset.ran.code == 0, planned_subset.ran.err
    assert sorted(path.name for path in planned_subset.out.iterdir()) == FILES
    plan = json.loads((planned_subset.out / "plan.json").read_text(encoding="utf-8"))
    assert next(iter(plan)) == "summary"
    summary = plan["summary"]
    assert summary == planned_subset.ran.json
    for key in (
        "n_shipments", "n_served", "n_violations", "objective_cny", "bound_cny", "gap",
        "solve_seconds", "estimate_share", "stand_alone_cny",
    ):  # fmt: skip
        assert isinstance(summary[key], int | float), key
    assert summary["n_shipments"] == 40
    assert summary["n_violations"] == 0
    assert summary["bound_cny"] <= summary["objective_cny"]
    assert summary["n_loads"] > 0


def test_check_of_a_good_plan(planned_subset):
    ran = teahorse("check", planned_subset.out / "plan.json", "--json")
    assert (ran.code, ran.err) == (0, "")
    assert ran.json["n_violations"] == 0
    assert ran.json["objective_cny"] == planned_subset.ran.json["objective_cny"]


def _tampered(planned_subset, tmp_path, change) -> Path:
    plan = json.loads((planned_subset.out / "plan.json").read_text(encoding="utf-8"))
    change(plan)
    path = tmp_path / "tampered.json"
    path.write_text(json.dumps(plan), encoding="utf-8")
    return path


def _a_minute_early(plan):
    leg = next(leg for load in plan["loads"] for leg in load["legs"] if leg["kind"] == "service")
    departs_at = datetime.fromisoformat(leg["departs_at"])
    leg["departs_at"] = (departs_at - timedelta(minutes=1)).isoformat()


def _forgotten(plan):
    plan["itineraries"].pop()


@pytest.mark.parametrize(
    ("change", "code"),
    [(_a_minute_early, "P704"), (_forgotten, "P701")],
    ids=["early", "lost"],
)
def test_check_of_a_tampered_plan(planned_subset, tmp_path, change, code):
    ran = teahorse("check", _tampered(planned_subset, tmp_path, change), "--json")
    assert ran.code == 1, ran.out + ran.err
    assert code in {violation["code"] for violation in ran.json["violations"]}
    shown = teahorse("check", tmp_path / "tampered.json")
    assert shown.code == 1
    assert code in shown.out


def test_a_plan_of_other_data_is_noted(planned_subset, tmp_path):
    def change(plan):
        plan["provenance"]["input_hashes"]["network"] = "0" * 64

    ran = teahorse("check", _tampered(planned_subset, tmp_path, change))
    assert ran.code == 0
    assert "other network data" in ran.err


def test_a_failing_write_leaves_the_folder_as_it_was(planned_subset, tmp_path, monkeypatch):
    def fail(*_args, **_kwargs):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(write, "write_report", fail)
    scenario = write_scenario(tmp_path / "scenario", demo_rows()[:3], time_s=1.0)
    fresh, used = tmp_path / "fresh", tmp_path / "used"
    used.mkdir()
    (used / "plan.json").write_text("before")
    (used / "mine.txt").write_text("mine")
    for out in (fresh, used):
        ran = teahorse("plan", scenario, "--out", out)
        assert ran.code == 2
        assert "No space left" in ran.err
    assert not fresh.exists()
    assert {path.name: path.read_text() for path in used.iterdir()} == {
        "plan.json": "before",
        "mine.txt": "mine",
    }


def test_files_already_moved_are_taken_back(tmp_path):
    scratch, folder = tmp_path / "out" / ".writing", tmp_path / "out"
    scratch.mkdir(parents=True)
    for name in write.FILES:
        (scratch / name).write_text("new")
    (folder / "plan.json").write_text("old")
    # A folder in the place of the last file cannot be replaced.
    (folder / "report.html").mkdir()
    (folder / "report.html" / "keep").write_text("keep")
    with pytest.raises(OSError, match="directory"):
        write._put_in_place(scratch, folder)
    assert (folder / "plan.json").read_text() == "old"
    assert not (folder / "plan.xlsx").exists()
    assert (folder / "report.html" / "keep").read_text() == "keep"


def test_implausible_shipments_are_named_in_the_plan(tmp_path):
    rows = demo_rows()[:2]
    # No chain of anything reaches Kunming from the middle of the Pacific.
    lost = rows[0] | {"shipment_id": "LOST", "destination": "21.3,-157.8"}
    scenario = write_scenario(tmp_path / "scenario", [*rows, lost], time_s=1.0)
    ran = teahorse("plan", scenario, "--out", tmp_path / "out", "--json")
    assert ran.code == 0, ran.err
    plan = json.loads((tmp_path / "out" / "plan.json").read_text(encoding="utf-8"))
    assert any(text.startswith("S351") and "LOST" in text for text in plan["warnings"])
    assert "LOST" in {one["shipment_id"] for one in plan["unassigned"]}


# ---------------------------------------------------------------- the rest


def test_generate_then_plan_reads_it(tmp_path):
    ran = teahorse("generate", tmp_path / "week.csv", "--n", 6, "--seed", 3)
    assert ran.code == 0
    ran = _plan_and_read(tmp_path, tmp_path / "week.csv")
    assert ran["n_shipments"] == 6


def _plan_and_read(tmp_path, shipments):
    scenario = write_scenario(tmp_path / "scenario", demo_rows()[:1], time_s=1.0)
    ran = teahorse("plan", scenario, "--shipments", shipments, "--out", tmp_path / "out", "--json")
    assert ran.code == 0, ran.err + ran.out
    return ran.json


@pytest.mark.parametrize("what", ["facilities", "borders", "services", "trucks"])
def test_listings(what):
    shown = teahorse("network", "show", what)
    rows = teahorse("network", "show", what, "--json")
    assert shown.code == rows.code == 0
    assert len(rows.json) > 10
    assert {"id", "confidence"} <= set(rows.json[0])


def test_validate_counts_the_rows_of_each_table():
    ran = teahorse("network", "validate", "--json")
    assert ran.code == 0
    assert ran.json["n_crossings"] == sum(ran.json["rows_by_confidence"]["borders"].values())


def test_help_comes_at_once():
    seconds = []
    for _ in range(3):
        began = time.monotonic()
        done = subprocess.run(
            [sys.executable, "-m", "optimizer.cli", "--help"],
            capture_output=True,
            text=True,
            check=True,
        )
        seconds.append(time.monotonic() - began)
        assert "quote" in done.stdout
    assert min(seconds) < 0.4


def test_a_terminal_without_chinese_is_no_reason_to_fail():
    done = subprocess.run(
        [sys.executable, "-m", "optimizer.cli", "network", "show", "borders"],
        capture_output=True,
        check=False,
        env={"PYTHONIOENCODING": "ascii", "PATH": "/usr/bin:/bin"},
    )
    assert (done.returncode, done.stderr) == (0, b"")
