"""The quality benchmark from the command line: rows, lists, findings, exit codes."""

from __future__ import annotations

import csv

import pytest

from benchmarks import quality
from benchmarks.families.family import find_files
from benchmarks.families.lane import find as find_lanes
from benchmarks.quality_case import Row
from tests.unit.benchmarks.test_mcnd_instances import TEXT


def _rows(path):
    with path.open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_good_and_bad_files_in_one_run(tmp_path, capsys):
    (tmp_path / "good.dow").write_text(TEXT)
    (tmp_path / "bad.dow").write_text("nothing of use\n")
    (tmp_path / "no_way.dow").write_text(TEXT.replace("   1   3   8", "   3   1   8"))
    out = tmp_path / "out.csv"
    code = quality.main(
        ["mcnd", str(tmp_path), "--time-limit", "20", "--method", "full-highs", "--csv", str(out)]
    )
    assert code == 2
    rows = {row["instance"]: row for row in _rows(out)}
    assert list(rows) == ["bad", "good", "no_way"]
    assert rows["bad"]["status"] == "bad input"
    assert "D191" in rows["bad"]["note"]
    good = rows["good"]
    assert (good["status"], good["checked"]) == ("optimal", "yes")
    assert float(good["lower_bound"]) <= float(good["upper_bound"]) + 1e-6
    assert float(good["gap"]) == 0.0
    assert rows["no_way"]["status"] == "infeasible"
    assert rows["no_way"]["upper_bound"] == ""
    assert "1 with a checked plan" in capsys.readouterr().out


@pytest.mark.slow
def test_ours_on_one_file(tmp_path):
    (tmp_path / "good.dow").write_text(TEXT)
    out = tmp_path / "out.csv"
    words = ["mcnd", str(tmp_path / "good.dow"), "--time-limit", "20", "--csv", str(out)]
    assert quality.main(words) == 0
    # Arc 0 carries 4 for node 2 and 6 more: 4 + 6 * 3 over node 2, 2 * 9 direct, 157 to open all.
    assert [row["upper_bound"] for row in _rows(out)] == ["197.0000"]


def test_lists_find_names_near_them(tmp_path):
    (tmp_path / "hard").mkdir()
    (tmp_path / "hard" / "a.dow").write_text(TEXT)
    (tmp_path / "b.dow").write_text(TEXT)
    (tmp_path / "hard.txt").write_text("# a sample\na\nb.dow  # beside the list\nmissing\n\n")
    cases, findings = find_files([str(tmp_path / "hard.txt")], (".dow",))
    assert [case.name for case in cases] == ["a", "b"]
    assert ["missing" in str(finding) for finding in findings] == [True]


def test_words_that_are_no_instances_are_findings(tmp_path):
    (tmp_path / "empty").mkdir()
    (tmp_path / "a.pdf").write_text("x")
    words = [str(tmp_path / name) for name in ("empty", "a.pdf", "none")]
    cases, findings = find_files(words, (".dow",))
    assert (cases, len(findings)) == ([], 3)


def test_options_out_of_range_end_with_code_2(tmp_path, capsys):
    words = ["mcnd", str(tmp_path), "--time-limit", "-1", "--threads", "0"]
    assert quality.main([*words, "--csv", str(tmp_path / "no" / "out.csv")]) == 2
    text = capsys.readouterr().err
    assert all(name in text for name in ("--time-limit", "--threads", "--csv"))


def test_lane_sizes():
    cases, findings = find_lanes(["generated", "60:4", "0", "many"])
    assert [case.name for case in cases] == [
        "lane-400-38", "lane-1500-38", "lane-5000-38", "lane-60-4",
    ]  # fmt: skip
    assert len(findings) == 2


def test_gap_of_a_row():
    def row(lower, upper):
        return Row(
            instance="i", method="ours", lower_bound=lower, upper_bound=upper,
            first_incumbent_s=None, seconds=1.0, status="feasible", checked="yes", peak_mib=1,
            note="",
        )  # fmt: skip

    assert row(90.0, 100.0).gap == pytest.approx(0.1)
    assert row(-float("inf"), 100.0).gap == 1.0
    assert row(0.0, float("inf")).gap == 1.0
