"""Plan what a scenario describes: read its files, apply its modifications, plan."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC
from pathlib import Path
from typing import TYPE_CHECKING

from optimizer import planner, replanner
from optimizer.domain.network_data import NetworkData
from optimizer.domain.shipment import Shipment
from optimizer.plan.plan import Incumbent, PlanResult
from optimizer.scenario.compare import Comparison, compare
from optimizer.scenario.prepare import (
    base_world,
    cases_of,
    inputs_of,
    own_world,
    plan_options,
    scaled_world,
    warnings_of,
)
from optimizer.scenario.runs import CaseRun, RunStore, run_all
from optimizer.scenario.scenario import Scenario, load_scenario
from optimizer.stages import PlanOptions

if TYPE_CHECKING:
    from optimizer.replan.again import Replanned
    from optimizer.replan.evaluate_plan import Evaluated

OnProgress = Callable[[str, Incumbent | None], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class ScenarioRun:
    """A scenario's plan with what it was made from."""

    scenario: Scenario
    data: NetworkData
    result: PlanResult


def solve_scenario(
    path: Path,
    *,
    time_s: float | None = None,
    shipments_path: Path | None = None,
    data_dir: Path | None = None,
    on_progress: OnProgress,
) -> ScenarioRun:
    """
    Plan the world that a scenario describes, its modifications applied.

    Parameters
    ----------
    path
        Scenario folder, or its ``scenario.toml``.
    time_s
        Solver seconds instead of the scenario's.
    shipments_path
        Shipments instead of the scenario's.
    data_dir
        Network tables instead of the scenario's.

    Raises
    ------
    InputError
        Scenario, tables or shipments are at fault; everything found is in ``findings``.
    """
    ready = _read(path, time_s, shipments_path, data_dir, on_progress)
    result = planner.plan(
        ready.inputs, ready.shipments, ready.options, on_progress, warnings=ready.warnings
    )
    return ScenarioRun(scenario=ready.scenario, data=ready.inputs.data, result=result)


def solve_again(
    path: Path,
    plan_file: Path,
    *,
    freezes: Sequence[str],
    with_hint: bool,
    time_s: float | None = None,
    shipments_path: Path | None = None,
    data_dir: Path | None = None,
    on_progress: OnProgress,
) -> tuple[ScenarioRun, Replanned]:
    """
    Plan a scenario again, starting from an earlier plan and keeping what is frozen.

    Parameters
    ----------
    plan_file
        ``plan.json`` of an earlier run of the scenario.
    freezes, with_hint
        As in :func:`optimizer.replanner.plan_again`.

    Raises
    ------
    InputError
        Scenario, tables, shipments or the earlier plan are at fault.
    """
    from optimizer.plan.io import read_plan

    before = read_plan(plan_file).plan
    ready = _read(path, time_s, shipments_path, data_dir, on_progress)
    result, again = replanner.plan_again(
        ready.inputs,
        before,
        ready.shipments,
        ready.options,
        on_progress,
        freezes=freezes,
        with_hint=with_hint,
        warnings=ready.warnings,
    )
    run = ScenarioRun(scenario=ready.scenario, data=ready.inputs.data, result=result)
    return run, again


def evaluate_file(
    plan_file: Path,
    *,
    scenario_path: Path | None = None,
    shipments_path: Path | None = None,
    data_dir: Path | None = None,
    on_progress: OnProgress,
) -> tuple[NetworkData, PlanResult, Evaluated]:
    """
    Price a person's plan from a file, softly.

    Parameters
    ----------
    plan_file
        An edited ``plan.json``, or rows as CSV or JSON.
    scenario_path
        Scenario folder or file: network, shipments, horizon and options for rows; for a
        ``plan.json`` the network, the horizon and the shipments as they are now.
    shipments_path
        Shipments in place of those of the scenario or of the plan.

    Raises
    ------
    InputError, PlanError
        Something read is at fault; all findings of one file at once.
    """
    from optimizer.replan.hand_file import Frame, read_hand_plan

    scenario = load_scenario(scenario_path) if scenario_path else None
    on_progress("reading the network", None)
    shipments, frame = None, None
    if scenario is not None:
        base = base_world(scenario, data_dir=data_dir, shipments_path=shipments_path)
        world = own_world(scenario, base)
        data, shipments = world.data, {one.shipment_id: one for one in world.shipments}
        frame = Frame(
            epoch_at=scenario.horizon_start.astimezone(UTC),
            planned_at=scenario.planned_at.astimezone(UTC),
            planning_quantile=scenario.planning_quantile,
            share_rule=scenario.share_rule,
        )
    else:
        data = planner.read(data_dir)
        if shipments_path is not None:
            read = planner.shipments_from(shipments_path, data)
            shipments = {one.shipment_id: one for one in read}
    hand = read_hand_plan(plan_file, data, shipments, frame)
    result, found = replanner.evaluate(
        data,
        hand,
        horizon_days=scenario.horizon_days if scenario else 0,
        on_progress=on_progress,
    )
    return data, result, found


def run_scenario(
    name: str | Path,
    *,
    out_dir: Path | None = None,
    chosen: Sequence[str] = (),
    is_scaled: bool = False,
    data_dir: Path | None = None,
    on_progress: OnProgress,
) -> list[CaseRun]:
    """
    Plan the base of a scenario and its variants.

    Parameters
    ----------
    out_dir
        Plans are kept in its ``runs`` and read back by content hash.
    chosen
        Names of variants; all if empty.
    is_scaled
        Whether the smaller form of ``[scaled]`` is run.

    Raises
    ------
    InputError
        Scenario, tables or shipments are at fault.
    """
    scenario = load_scenario(name)
    on_progress("reading the network", None)
    base, options = base_world(scenario, data_dir=data_dir), plan_options(scenario)
    if is_scaled:
        # Before the modifications, so that growing demand still grows.
        base = scaled_world(base, scenario.scaled.n_shipments)
        options = replace(options, time_s=scenario.scaled.time_s, gap=scenario.scaled.gap)
    cases = cases_of(scenario, base, chosen)
    options = replace(options, explain_s=0.0)
    store = RunStore(None if out_dir is None else out_dir / "runs")
    return run_all(cases, options, store=store, on_progress=on_progress)


def compare_scenario(
    name: str | Path,
    *,
    out_dir: Path | None = None,
    chosen: Sequence[str] = (),
    is_scaled: bool = False,
    data_dir: Path | None = None,
    on_progress: OnProgress,
) -> list[Comparison]:
    """Each variant against the base; parameters and errors as :func:`run_scenario`."""
    base, *variants = run_scenario(
        name,
        out_dir=out_dir,
        chosen=chosen,
        is_scaled=is_scaled,
        data_dir=data_dir,
        on_progress=on_progress,
    )
    return [
        compare(
            base.case.name,
            base.result,
            one.case.name,
            one.result,
            inputs_of(one.case.world).network,
        )
        for one in variants
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ready:
    scenario: Scenario
    inputs: planner.Inputs
    shipments: list[Shipment]
    options: PlanOptions
    warnings: list[str]


def _read(
    path: Path,
    time_s: float | None,
    shipments_path: Path | None,
    data_dir: Path | None,
    on_progress: OnProgress,
) -> _Ready:
    scenario = load_scenario(path)
    on_progress("reading the network", None)
    base = base_world(scenario, data_dir=data_dir, shipments_path=shipments_path)
    world = own_world(scenario, base)
    on_progress("compiling the network", None)
    return _Ready(
        scenario=scenario,
        inputs=inputs_of(world),
        shipments=list(world.shipments),
        options=plan_options(scenario, time_s),
        warnings=warnings_of(world),
    )
