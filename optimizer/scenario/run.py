"""Run the base of a scenario: read its files, plan, and hand back the result."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC
from pathlib import Path

from optimizer import planner
from optimizer.demand.checks import check_shipments
from optimizer.domain.network_data import NetworkData
from optimizer.plan.plan import Incumbent, PlanResult
from optimizer.scenario.scenario import Scenario, load_scenario
from optimizer.stages import PlanOptions

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
    result = planner.plan(
        inputs, shipments, options, on_progress, warnings=[str(finding) for finding in warnings]
    )
    return ScenarioRun(scenario=scenario, data=data, result=result)
