"""Quotes beside published figures: near them or explained, and the README says what comes out."""

from __future__ import annotations

import csv
import importlib
from functools import cache
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.data

ROOT = Path(__file__).parents[2] / "network-data"
A_THIRD = 1 / 3


@pytest.fixture
def script(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.syspath_prepend(ROOT / "scripts")
    return importlib.import_module("transit_table")


@cache
def published() -> list[dict[str, str]]:
    path = ROOT / "scripts" / "inputs" / "published_transit.csv"
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_quotes_are_near_published_figures_or_explained(script: Any) -> None:
    rows = script.compared()
    assert len({one.row["pair"] for one in rows}) >= 12
    for one in rows:
        for ratio in (one.transit_ratio, one.price_ratio):
            assert ratio is None or abs(ratio - 1) <= A_THIRD or one.row["explanation"], one
        assert one.ours.line_h <= one.ours.door_h
        assert one.ours.price > 0
    ratios = [ratio for one in rows for ratio in (one.transit_ratio, one.price_ratio) if ratio]
    near = sum(abs(ratio - 1) <= A_THIRD for ratio in ratios)
    assert near >= 0.75 * len(ratios)
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    table = script.markdown(rows)
    assert readme == script.with_table(readme, table, script.BEGIN, script.END), (
        "run transit_table.py --write"
    )


def test_published_figures_are_sourced() -> None:
    with (ROOT / "tables" / "sources.csv").open(encoding="utf-8", newline="") as file:
        sources = {row["source_id"] for row in csv.DictReader(file)}
    for row in published():
        for what, low, high in (
            ("transit", "transit_low_h", "transit_high_h"),
            ("price", "price_low", "price_high"),
        ):
            if not row[low]:
                assert not row[high] + row[f"{what}_source"], row
                continue
            assert 0 < float(row[low]) <= float(row[high]), row
            # What we estimated ourselves cannot measure our estimates.
            assert set(row[f"{what}_source"].split(";")) <= sources - {"EST"}, row
            assert row[f"{what}_confidence"] in {"high", "medium", "low"}, row
            assert 2010 <= int(row[f"{what}_year"]) <= 2026, row


@pytest.mark.parametrize(
    ("ours", "low", "high", "expected"),
    [
        (26.0, "26", "26", 1.0),
        (20.0, "14", "16", 1.25),
        (7.0, "14", "16", 0.5),
        (15.0, "14", "16", 1.0),
    ],
)
def test_ratio_is_to_the_nearest_end(
    script: Any, ours: float, low: str, high: str, expected: float
) -> None:
    assert script.ratio(ours, low, high) == pytest.approx(expected)
    assert script.ratio(ours, "", "") is None
