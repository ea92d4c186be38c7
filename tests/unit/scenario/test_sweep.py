"""Sweeps: every point once, the same on one worker and on several, resumed after a stop."""

from __future__ import annotations

import os
import signal
from itertools import pairwise
from pathlib import Path

import pytest

from optimizer.errors import InputError, ScenarioError
from optimizer.scenario.executor import LocalProcesses, Serial, choose_executor
from optimizer.scenario.parts import Sweep
from optimizer.scenario.scenario import load_scenario, read_document
from optimizer.scenario.sweep import find_sweep, points_of, with_value

ROOT = Path(__file__).parents[3]


def times(shared: int, task: int) -> int:
    return shared * task


def die_once(shared: str, task: int) -> int:
    """Kills its own process at the first task that it meets, once in all."""
    mark = Path(shared) / "died"
    if task == 3 and not mark.exists():
        mark.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return task * task


def test_serial_and_processes_give_the_same() -> None:
    tasks = list(range(7))
    wanted = [(task, 5 * task) for task in tasks]
    assert list(Serial().map(times, 5, tasks)) == wanted
    assert sorted(LocalProcesses(2).map(times, 5, tasks)) == wanted


def test_a_killed_worker_costs_only_what_it_was_at(tmp_path: Path) -> None:
    tasks = list(range(6))
    results = sorted(LocalProcesses(2).map(die_once, str(tmp_path), tasks))
    assert (tmp_path / "died").exists()
    assert results == [(task, task * task) for task in tasks]


def test_a_cluster_needs_a_token(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEAHORSE_RAY_ADDRESS", "ray://head:10001")
    monkeypatch.delenv("TEAHORSE_RAY_TOKEN", raising=False)
    with pytest.raises(InputError) as caught:
        choose_executor(2)
    assert caught.value.findings[0].code == "C516"


def test_points_of_two_parameters_go_to_and_fro() -> None:
    sweep = Sweep(
        name="both",
        parameter="modifications.0.factor",
        values=(1.0, 2.0),
        parameter2="modifications.1.factor",
        values2=(10.0, 20.0, 30.0),
    )
    values = [point.values for point in points_of(sweep)]
    assert len(set(values)) == 6
    # Neighbours differ in one value, so that each plan is a start for the next.
    for one, other in pairwise(values):
        assert sum(a != b for a, b in zip(one, other, strict=True)) == 1


def test_a_value_is_replaced_in_a_copy() -> None:
    file = ROOT / "scenarios" / "carbon-price" / "scenario.toml"
    document = read_document(file)
    changed = with_value(document, "modifications.0.cny_per_t", 5.0)
    assert document["modifications"][0]["cny_per_t"] == 100.0
    assert changed["modifications"][0]["cny_per_t"] == 5.0
    for path in ("modifications.7.cny_per_t", "modifications.0.price", "limits.time_s.x"):
        with pytest.raises(ScenarioError) as caught:
            with_value(document, path, 1.0)
        assert caught.value.findings[0].code == "C512"


def test_a_sweep_is_found_by_name_or_alone() -> None:
    scenario = load_scenario(ROOT / "scenarios" / "carbon-price")
    assert find_sweep(scenario, "") is find_sweep(scenario, "price")
    with pytest.raises(ScenarioError) as caught:
        find_sweep(scenario, "prise")
    assert caught.value.findings[0].remedy == "known: price"
