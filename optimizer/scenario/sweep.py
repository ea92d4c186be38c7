"""One parameter over many values: every point planned once, starting from its neighbour's plan."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path
from typing import Any

from optimizer.domain.location import Mode
from optimizer.errors import Finding, ScenarioError, show_value
from optimizer.plan.plan import Plan
from optimizer.planner import read
from optimizer.scenario.executor import Executor
from optimizer.scenario.parts import Sweep
from optimizer.scenario.prepare import (
    Case,
    base_world,
    own_world,
    plan_options,
    scaled_world,
)
from optimizer.scenario.runs import CaseRun, RunStore, run_case
from optimizer.scenario.scenario import Scenario, find_scenario, read_document, scenario_of
from optimizer.stages import PlanOptions

BLOCK = 8
"""Points that one worker plans in a row, each from the plan of the one before. Fixed, so that the
answers do not depend on how many workers there are."""

Value = float | int | str


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """Values of the parameters at one point."""

    values: tuple[Value, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PointResult:
    """
    What came out at a point.

    Parameters
    ----------
    seconds
        Wall time; 0 where the plan was read back.
    mode_tkm_share
        Share of tonne-kilometres by mode.
    """

    values: tuple[Value, ...]
    key: str
    objective_fen: int
    bound_fen: int
    gap: float
    n_served: int
    n_shipments: int
    co2e_g: int
    seconds: float
    is_reused: bool
    mode_tkm_share: dict[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class SweepJob:
    """
    What every worker of a sweep is given once.

    Parameters
    ----------
    file
        The scenario file.
    parameters
        Paths of the values that vary.
    store_dir
        Where finished plans are kept; none keeps nothing.
    """

    file: Path
    parameters: tuple[str, ...]
    store_dir: Path | None
    is_scaled: bool = False
    data_dir: Path | None = None


def points_of(sweep: Sweep) -> list[Point]:
    """All points, the first parameter outside; neighbours differ in one value."""
    if sweep.parameter2 is None:
        return [Point(values=(value,)) for value in sweep.values]
    rows = [
        list(product([value], sweep.values2 if at % 2 == 0 else reversed(sweep.values2)))
        for at, value in enumerate(sweep.values)
    ]
    return [Point(values=pair) for row in rows for pair in row]


def find_sweep(scenario: Scenario, name: str) -> Sweep:
    """
    A sweep by name; the only one if no name is given.

    Raises
    ------
    ScenarioError
        C515: there is no such sweep, or none, or several and no name.
    """
    named = [one for one in scenario.sweeps if one.name == name or not name]
    if len(named) == 1:
        return named[0]
    known = ", ".join(one.name for one in scenario.sweeps) or "this scenario has none"
    raise ScenarioError(
        Finding(
            code="C515",
            what="name one sweep",
            where="sweeps",
            value=show_value(name),
            remedy=f"known: {known}",
        )
    )


def with_value(document: dict[str, Any], path: str, value: Value) -> dict[str, Any]:
    """
    A document with one value replaced.

    Raises
    ------
    ScenarioError
        C512: the file has no such value.
    """
    changed = deepcopy(document)
    *parents, last = [int(key) if key.isdigit() else key for key in path.split(".")]
    place: Any = changed
    try:
        for key in parents:
            place = place[key]
        _ = place[last]
        place[last] = value
    except (KeyError, IndexError, TypeError) as error:
        raise ScenarioError(
            Finding(
                code="C512",
                what="the file has no such value",
                where="parameter",
                value=path,
                remedy="write the path as modifications.0.cny_per_t, counting from 0",
            )
        ) from error
    return changed


class PointPlanner:
    """
    Plans points of a sweep in this process; facts and shipments are read once.

    Parameters
    ----------
    job
        What the sweep is about.
    """

    def __init__(self, job: SweepJob) -> None:
        self._job = job
        self._text = job.file.read_text(encoding="utf-8")
        self._document = read_document(job.file)
        scenario = scenario_of(self._document, self._text, job.file)
        data = read(job.data_dir or scenario.network_dir)
        base = base_world(scenario, data=data)
        self._base = scaled_world(base, scenario.scaled.n_shipments) if job.is_scaled else base
        self._store = RunStore(job.store_dir)

    def run(self, point: Point, hint: Plan | None = None) -> CaseRun:
        """
        Plan a point, or read its plan back.

        Raises
        ------
        ScenarioError
            C512, or what the value makes of the scenario.
        """
        document = self._document
        for path, value in zip(self._job.parameters, point.values, strict=True):
            document = with_value(document, path, value)
        scenario = scenario_of(document, self._text, self._job.file)
        name = ", ".join(str(value) for value in point.values)
        world = own_world(scenario, self._base)
        case = Case(name=name, question="", modifications=scenario.modifications, world=world)
        return run_case(case, self._options(scenario), store=self._store, hint=hint)

    def _options(self, scenario: Scenario) -> PlanOptions:
        options = replace(plan_options(scenario), explain_s=0.0)
        if not self._job.is_scaled:
            return options
        return replace(options, time_s=scenario.scaled.time_s, gap=scenario.scaled.gap)


def plan_block(job: SweepJob, block: tuple[Point, ...]) -> list[PointResult]:
    """Plan points in a row, each starting from the plan of the one before."""
    planner, hint = PointPlanner(job), None
    results: list[PointResult] = []
    for point in block:
        run = planner.run(point, hint)
        hint = run.result.plan
        results.append(point_result(point, run))
    return results


def point_result(point: Point, run: CaseRun) -> PointResult:
    """The figures of a planned point."""
    plan = run.result.plan
    shares = run.result.summary["mode_tkm_share"]
    return PointResult(
        values=point.values,
        key=run.key,
        objective_fen=plan.objective_fen,
        bound_fen=run.result.bound_fen,
        gap=run.result.gap,
        n_served=len(plan.itineraries),
        n_shipments=len(plan.shipments),
        co2e_g=sum(one.co2e_g for one in plan.itineraries),
        seconds=run.seconds,
        is_reused=run.is_reused,
        mode_tkm_share={
            mode.value: float(shares.get(mode.value, 0.0)) if isinstance(shares, dict) else 0.0
            for mode in Mode
        },
    )


def run_sweep(
    job: SweepJob,
    points: list[Point],
    executor: Executor,
    on_point: Callable[[int, int], None] = lambda _done, _all: None,
) -> Iterator[PointResult]:
    """
    Results of all points, in order, once all are there; ``on_point`` counts along.

    Raises
    ------
    InputError
        Scenario, tables or shipments are at fault.
    """
    blocks = [tuple(points[at : at + BLOCK]) for at in range(0, len(points), BLOCK)]
    found: dict[int, list[PointResult]] = {}
    done = 0
    for number, results in executor.map(plan_block, job, blocks):
        found[number] = results
        done += len(results)
        on_point(done, len(points))
    for number in range(len(blocks)):
        yield from found[number]


def sweep_job(
    name: str | Path,
    sweep: Sweep,
    *,
    store_dir: Path | None,
    is_scaled: bool = False,
    data_dir: Path | None = None,
) -> SweepJob:
    """The job of a sweep of a scenario, by name or path."""
    parameters = (sweep.parameter, *([sweep.parameter2] if sweep.parameter2 else []))
    return SweepJob(
        file=find_scenario(name).resolve(),
        parameters=parameters,
        store_dir=store_dir,
        is_scaled=is_scaled,
        data_dir=data_dir,
    )
