"""The shipped scenarios in their scaled form, against what they are expected to show."""

from __future__ import annotations

from pathlib import Path

import pytest

from optimizer.planner import ignore_progress
from optimizer.scenario.expected import disappointments, read_expected
from optimizer.scenario.run import compare_scenario, run_scenario
from optimizer.scenario.scenario import load_scenario

ROOT = Path(__file__).parents[2]
FOLDERS = sorted(
    path.parent
    for path in (ROOT / "scenarios").glob("*/scenario.toml")
    if load_scenario(path).extends
)


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Plans of finished runs: all scenarios share a base, which is planned once."""
    return tmp_path_factory.mktemp("kept")


@pytest.mark.slow
@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_a_shipped_scenario_shows_what_it_is_expected_to(folder: Path, kept: Path) -> None:
    found = compare_scenario(folder, out_dir=kept, is_scaled=True, on_progress=ignore_progress)
    assert found
    assert disappointments(read_expected(folder), found) == []
    assert (folder / "README.md").is_file()


def test_an_empty_scenario_is_the_base(kept: Path, tmp_path: Path) -> None:
    folder = tmp_path / "nothing"
    folder.mkdir()
    text = (ROOT / "scenarios" / "mohan-closed" / "scenario.toml").read_text(encoding="utf-8")
    head, _, scaled = text.partition("[scaled]")
    head = head.partition("[[modifications]]")[0].replace("mohan-closed", "nothing")
    head = head.replace("kunming-week", str(ROOT / "scenarios" / "kunming-week"))
    (folder / "scenario.toml").write_text(f"{head}[scaled]{scaled}", encoding="utf-8")
    base, same = run_scenario(folder, out_dir=kept, is_scaled=True, on_progress=ignore_progress)
    assert same.key == base.key
    assert same.is_reused
    assert same.result.plan.objective_fen == base.result.plan.objective_fen
