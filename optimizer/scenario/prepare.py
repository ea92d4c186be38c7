"""From a scenario file to the worlds that it asks about: the base, and one for each variant."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC
from pathlib import Path

from optimizer import planner
from optimizer.demand.checks import check_shipments
from optimizer.domain.network_data import NetworkData
from optimizer.errors import Finding, ScenarioError
from optimizer.scenario.modifications.apply import apply_all
from optimizer.scenario.modifications.base import Modification, World
from optimizer.scenario.scenario import Scenario
from optimizer.stages import PlanOptions

BASE = "base"


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """
    One world to plan.

    Parameters
    ----------
    name
        ``base``, the scenario's name, or that of a variant.
    modifications
        What was done to the base, in order.
    """

    name: str
    question: str
    modifications: tuple[Modification, ...]
    world: World


def base_world(
    scenario: Scenario,
    *,
    data: NetworkData | None = None,
    data_dir: Path | None = None,
    shipments_path: Path | None = None,
) -> World:
    """
    The world of a scenario without its modifications.

    Parameters
    ----------
    data
        Facts that were read before.
    data_dir, shipments_path
        Instead of the scenario's.

    Raises
    ------
    InputError
        Tables or shipments are at fault.
    """
    data = data or planner.read(data_dir or scenario.network_dir)
    shipments = planner.shipments_from(
        shipments_path or scenario.shipments_path, data, booked_at=scenario.planned_at
    )
    return World(
        data=data,
        shipments=tuple(shipments),
        planned_at=scenario.planned_at,
        horizon_start=scenario.horizon_start,
        horizon_end=scenario.horizon_end,
    )


def own_world(scenario: Scenario, base: World) -> World:
    """The world that the scenario itself describes; ``ScenarioError`` as :func:`apply_all`."""
    return apply_all(base, scenario.modifications)


def cases_of(scenario: Scenario, base: World, chosen: Sequence[str] = ()) -> list[Case]:
    """
    The base, then each variant; the scenario itself where it has modifications but no variants.

    Parameters
    ----------
    chosen
        Names of the variants that are wanted; all if empty.

    Raises
    ------
    ScenarioError
        C513 a variant that is not there; C520 to C522 of all variants at once.
    """
    cases = [Case(name=BASE, question="", modifications=(), world=base)]
    wanted = [
        (one.name, one.question, (*scenario.modifications, *one.modifications), f"variants.{at}.")
        for at, one in enumerate(scenario.variants)
    ]
    if not wanted:
        wanted = [(scenario.name, scenario.question, scenario.modifications, "")]
    findings = [
        Finding(
            code="C513",
            what="there is no such variant",
            where="variants",
            value=name,
            remedy=f"known: {', '.join(one[0] for one in wanted)}",
        )
        for name in chosen
        if name not in {one[0] for one in wanted}
    ]
    for name, question, modifications, where in wanted:
        if chosen and name not in chosen:
            continue
        try:
            world = apply_all(base, modifications, where)
        except ScenarioError as error:
            findings += error.findings
            continue
        cases.append(
            Case(name=name, question=question, modifications=tuple(modifications), world=world)
        )
    if findings:
        raise ScenarioError(findings)
    return cases


def scaled_world(world: World, n_shipments: int) -> World:
    """The same world with so many shipments, spread evenly over the list; all if 0."""
    count = len(world.shipments)
    if not n_shipments or n_shipments >= count:
        return world
    kept = tuple(world.shipments[at * count // n_shipments] for at in range(n_shipments))
    return replace(world, shipments=kept)


def inputs_of(world: World) -> planner.Inputs:
    """The compiled network of a world."""
    days = -(-(world.horizon_end - world.horizon_start).total_seconds() // 86_400)
    return planner.load(epoch_at=world.horizon_start, horizon_days=int(days), data=world.data)


def warnings_of(world: World) -> list[str]:
    """What is odd about the shipments of a world, in words."""
    found: Sequence[Finding] = check_shipments(
        world.data, list(world.shipments), planned_at=world.planned_at
    )
    return [str(finding) for finding in found]


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
