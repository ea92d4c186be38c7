"""Plan the cases of a scenario, each once: finished ones are read back by their content hash."""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from uuid import uuid4

from optimizer import planner, replanner
from optimizer.plan.io import read_plan, write_plan
from optimizer.plan.plan import Plan, PlanResult
from optimizer.planner import OnProgress, ignore_progress
from optimizer.scenario.prepare import Case, inputs_of, warnings_of
from optimizer.stages import PlanOptions


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseRun:
    """
    A planned case.

    Parameters
    ----------
    key
        Content hash of everything that the plan depends on.
    seconds
        Wall time of planning it, 0 where it was read back.
    is_reused
        Whether it was read back.
    """

    case: Case
    result: PlanResult
    key: str
    seconds: float
    is_reused: bool


def run_key(case: Case, options: PlanOptions) -> str:
    """
    Content hash of a case: facts, modifications, shipments, span, limits, options and version.

    A hint is not part of it: it may change the plan within the gap, never what was asked.
    """
    from optimizer import __version__

    world = case.world
    parts = (
        __version__,
        world.data.fingerprint,
        planner.shipments_hash(world.shipments),
        world.horizon_start.isoformat(),
        world.horizon_end.isoformat(),
        repr(options),
    )
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


class RunStore:
    """
    Finished plans in a folder, by content hash.

    Parameters
    ----------
    folder
        Made when the first plan is kept; ``None`` keeps nothing.
    """

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder

    def path(self, key: str) -> Path | None:
        """Where the plan of a key is, or would be."""
        return None if self._folder is None else self._folder / f"{key}.json"

    def get(self, key: str) -> PlanResult | None:
        """A finished plan, or ``None``."""
        path = self.path(key)
        return read_plan(path) if path is not None and path.is_file() else None

    def put(self, case: Case, key: str, result: PlanResult) -> None:
        """Keep a plan; whole or not at all."""
        path = self.path(key)
        if path is None:
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        scratch = path.with_name(f".{uuid4().hex}.json")
        write_plan(case.world.data, result, scratch)
        os.replace(scratch, path)  # noqa: PTH105  (atomic, also over a file of another run)


def run_case(
    case: Case,
    options: PlanOptions,
    *,
    store: RunStore | None = None,
    hint: Plan | None = None,
    on_progress: OnProgress = ignore_progress,
) -> CaseRun:
    """
    Plan a case, or read its plan back.

    Parameters
    ----------
    hint
        Plan of a neighbouring case from which the solver starts; never a constraint.

    Raises
    ------
    PlanError
        The checker found a violation: a defect of the planner.
    """
    key = run_key(case, options)
    kept = store.get(key) if store is not None else None
    if kept is not None:
        return CaseRun(case=case, result=kept, key=key, seconds=0.0, is_reused=True)
    began = time.perf_counter()
    inputs, shipments = inputs_of(case.world), list(case.world.shipments)
    options = replace(options, planned_at=case.world.planned_at)
    if hint is None:
        result = planner.plan(
            inputs, shipments, options, on_progress, warnings=warnings_of(case.world)
        )
    else:
        result, _ = replanner.plan_again(
            inputs,
            hint,
            shipments,
            options,
            on_progress,
            with_hint=True,
            warnings=warnings_of(case.world),
        )
    if store is not None:
        store.put(case, key, result)
    seconds = time.perf_counter() - began
    return CaseRun(case=case, result=result, key=key, seconds=seconds, is_reused=False)


def run_all(
    cases: Sequence[Case],
    options: PlanOptions,
    *,
    store: RunStore | None = None,
    on_progress: OnProgress = ignore_progress,
) -> list[CaseRun]:
    """The base, then each variant with the base's plan as a hint; the same seed for all."""
    runs: list[CaseRun] = []
    for case in cases:
        hint = runs[0].result.plan if runs else None

        def told(stage: str, incumbent: object = None, name: str = case.name) -> None:
            on_progress(f"{name}: {stage}", incumbent)  # pyright: ignore[reportArgumentType]

        runs.append(run_case(case, options, store=store, hint=hint, on_progress=told))
    return runs
