"""Benchmarks at tiny sizes, so that no subject rots; and the arithmetic of their figures."""

from __future__ import annotations

import json
from time import sleep

import pytest

from benchmarks.registry import Subject, load_subjects, register
from benchmarks.speed import main, measure, nearest_rank


def test_nearest_rank_by_hand() -> None:
    values = [float(i) for i in range(20, 0, -1)]
    assert nearest_rank(values, 0.5) == 10.0
    assert nearest_rank(values, 0.95) == 19.0
    assert nearest_rank([3.0], 0.95) == 3.0


def test_what_is_timed_and_what_is_not() -> None:
    calls: list[str] = []

    def case() -> None:
        calls.append("case")
        sleep(0.001)

    def prepare(n: int, seed: int) -> list[object]:
        calls.append(f"prepare {n} {seed}")
        return [case] * n

    subject = Subject(name="toy", question="?", size="naps", default_n=3, prepare=prepare)
    measured = measure(subject, n=3, seed=1)
    # Set-up once, the first case once more than it is timed.
    assert calls == ["prepare 3 1", *["case"] * 4]
    assert measured.n_cases == 3
    assert measured.first_ms >= 1.0
    assert 1.0 <= measured.median_ms <= measured.p95_ms <= measured.max_ms


def test_names_are_unique() -> None:
    subject = load_subjects()["quote"]
    with pytest.raises(ValueError, match="registered twice"):
        register(subject)


def test_help_prints_json_with_its_surroundings(capsys: pytest.CaptureFixture[str]) -> None:
    main(["help", "--n", "1", "--json"])
    printed = json.loads(capsys.readouterr().out)
    assert printed["subject"] == "help"
    assert printed["median_ms"] == printed["p95_ms"] == printed["max_ms"] > 0
    assert {"commit", "cpu", "python", "ortools"} <= set(printed)


@pytest.mark.data
@pytest.mark.slow
def test_quotes_of_the_synthetic_week(capsys: pytest.CaptureFixture[str]) -> None:
    main(["quote", "--n", "3"])
    printed = capsys.readouterr().out
    assert "3 shipments, 3 timed" in printed
    assert "median" in printed


@pytest.mark.parametrize(
    "arguments",
    [
        ["pareto", "--terminals", "20", "--pairs", "2", "--repetitions", "1", "--no-corridor"],
        [
            *("timetable", "--terminals", "60", "--departures", "3000", "--days", "7"),
            *("--sources", "1", "4", "--repetitions", "1"),
        ],
    ],
    ids=lambda arguments: arguments[0],
)
def test_comparisons_run_and_agree(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    main([*arguments, "--json"])
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    rows = [row for row in rows if "max_abs_error" in row]
    assert rows
    assert {row["subject"] for row in rows} == {arguments[0]}
    assert all(row["ours_ms"] > 0 for row in rows)
    assert not any(row["max_abs_error"] for row in rows)
