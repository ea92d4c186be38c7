"""The matrix benchmark at a tiny size, and the arithmetic of comparisons."""

from __future__ import annotations

import json

import numpy as np
import pytest

from benchmarks.compare import Contender, compare, rows
from benchmarks.speed import main


def test_ratios_by_hand() -> None:
    calls: list[str] = []
    contenders = [
        Contender(name="ours", run=lambda: calls.append("ours")),
        Contender(name="peer 1.0", run=lambda: calls.append("peer"), scale=50.0),
    ]
    timed = compare(contenders, 3)
    # Once untimed each, then three rounds whose first changes.
    assert calls == ["ours", "peer", "ours", "peer", "peer", "ours", "ours", "peer"]
    assert [len(t.times_ms) for t in timed] == [3, 3]
    (row,) = rows("toy", 1, 50, timed, errors=[0.0, None])
    assert row.ratio_min <= row.ratio <= row.ratio_max
    assert (row.peer, row.scale, row.max_abs_error) == ("peer 1.0", 50.0, 0.0)


def test_slow_contenders_leave_the_rounds() -> None:
    timed = compare([Contender(name="ours", run=sum_some)] * 2, 5, limit_s=0.0)
    assert [len(t.times_ms) for t in timed] == [1, 1]


def sum_some() -> int:
    return sum(range(1000))


def test_a_file_of_a_users_graph(tmp_path, capsys: pytest.CaptureFixture[str]) -> None:
    n = 50
    ring = np.arange(n)
    file = tmp_path / "ring.npz"
    np.savez(file, n=n, tail=ring, head=(ring + 1) % n, weight=ring + 1)
    main(
        [
            *("matrix", "--json", "--graph", str(file), "--sizes", "1", "10", "40"),
            *("--repetitions", "1", "--peers", "scipy", "igraph", "--no-memory"),
        ]
    )
    printed = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    measured = [line for line in printed if "subject" in line]
    # The last is one-to-all, from every node.
    assert [(line["n_sources"], line["n_targets"]) for line in measured] == [
        (1, 1),
        (10, 10),
        (n, n),
    ]
    for line in measured:
        assert line["peer"].startswith("scipy ")
        assert line["ratio"] > 0
        assert line["max_abs_error"] == 0
    skipped = {line["skipped"]["peer"] for line in printed if "skipped" in line}
    assert {"size 40"} <= skipped
