"""Generated batches and order streams: sizes, a checked solve, a checker that sees what is wrong."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from benchmarks import quality
from benchmarks.families.allocation import find
from benchmarks.instances import check_allocation, check_fulfilment
from benchmarks.instances.allocation import Size, make_batch_problem
from benchmarks.instances.fulfilment import LOST_FEN, make_stream, serve
from optimizer.models.allocation.batch_core import solve_core
from optimizer.models.allocation.batch_tables import plan_fen
from optimizer.solvers.limits import SolveLimits


def test_sizes_and_seeds():
    cases, findings = find(["default", "10x3x4:7", "10x3", "0x3x4", "900000x9x9"])
    assert [case.source for case in cases] == ["5000x20x2000:1", "10x3x4:7"]
    assert len(findings) == 3


def test_row_of_a_small_batch(tmp_path: Path):
    out = tmp_path / "out.csv"
    words = ["allocation", "12x3x6:2", "--time-limit", "20", "--gap", "0.01", "--csv", str(out)]
    assert quality.main(words) == 0
    with out.open(encoding="utf-8") as file:
        (row,) = csv.DictReader(file)
    assert row["checked"] == "yes"
    assert float(row["gap"]) <= 0.01


def test_checker_agrees_on_the_cost_and_sees_too_much():
    problem = make_batch_problem(Size(12, 3, 6), 3)
    packs = solve_core(problem, SolveLimits(time_s=20, gap=0.02)).arc_packs
    assert check_allocation.check(problem, packs.tolist()) == (plan_fen(problem, packs), [])
    used = next(a for a in range(problem.n_arcs) if packs[a])
    packs[used] += 1_000
    _, found = check_allocation.check(problem, packs.tolist())
    assert any("cell" in one for one in found)
    assert any("more than it wants" in one for one in found)
    assert any("resource" in one for one in found)


@pytest.mark.parametrize("seed", [101])
def test_prices_beat_the_myopic_rule(seed: int):
    stream, cost = make_stream(seed), {}
    for rule in ("nearest", "myopic", "priced"):
        cost[rule], found = check_fulfilment.check(stream, serve(stream, rule, 1), LOST_FEN)
        assert found == []
    assert cost["priced"] < cost["myopic"] < cost["nearest"]
