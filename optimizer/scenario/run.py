"""Run the base of a scenario: read its files, plan, and hand back the result."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC
from pathlib import Path
from typing import TYPE_CHECKING

from optimizer import planner, replanner
from optimizer.demand.checks import check_shipments
from optimizer.domain.network_data import NetworkData
from optimizer.domain.shipment import Shipment
from optimizer.plan.plan import Incumbent, PlanResult
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


def plan_options(scenario: Scenario, time_s: float | None = None) -> PlanOptions:
    """The scenario's limits and options, in the planner's units."""
    clocks = (clock.split(":") for clock in scenario.lanes.truck_departures_local)
    return PlanOptions(
        planned_at=scenario.planned_at.astimezone(UTC),
        time_s=time_s if time_s is not None else scenario.limits.time_s,
        gap=scenario.limits.gap,
        seed=scenario.limits.seed,
        n_threads=scenario.limits.threads,
        planning_quantile=scenario.planning_quantile,
        share_rule=scenario.share_rule,
        explain_s=scenario.limits.explain_s,
        truck_departures_local_min=tuple(int(hour) * 60 + int(minute) for hour, minute in clocks),
    )


def solve_base(
    path: Path,
    *,
    time_s: float | None = None,
    shipments_path: Path | None = None,
    data_dir: Path | None = None,
    on_progress: OnProgress,
) -> ScenarioRun:
    """
    Plan the base of a scenario.

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
    data = planner.read(data_dir or (scenario.network_dir if scenario else None))
    listed = shipments_path or (scenario.shipments_path if scenario else None)
    shipments, frame = None, None
    if listed is not None:
        booked_at = scenario.planned_at if scenario else None
        read = planner.shipments_from(listed, data, booked_at=booked_at)
        shipments = {one.shipment_id: one for one in read}
    if scenario is not None:
        frame = Frame(
            epoch_at=scenario.horizon_start.astimezone(UTC),
            planned_at=scenario.planned_at.astimezone(UTC),
            planning_quantile=scenario.planning_quantile,
            share_rule=scenario.share_rule,
        )
    hand = read_hand_plan(plan_file, data, shipments, frame)
    result, found = replanner.evaluate(
        data,
        hand,
        horizon_days=scenario.horizon_days if scenario else 0,
        on_progress=on_progress,
    )
    return data, result, found


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
    data = planner.read(data_dir or scenario.network_dir)
    shipments = planner.shipments_from(
        shipments_path or scenario.shipments_path, data, booked_at=scenario.planned_at
    )
    on_progress("compiling the network", None)
    inputs = planner.load(
        epoch_at=scenario.horizon_start, horizon_days=scenario.horizon_days, data=data
    )
    options = plan_options(scenario, time_s)
    warnings = check_shipments(data, shipments, planned_at=scenario.planned_at)
    return _Ready(
        scenario=scenario,
        inputs=inputs,
        shipments=shipments,
        options=options,
        warnings=[str(finding) for finding in warnings],
    )
