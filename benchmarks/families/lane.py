"""
Our own lane instances: a generated week of shipments on the shipped network.

Cases are sizes: ``400``, ``1500:7`` (size and seed of the week), or ``generated`` for all three
published sizes. Quoting and building the problem are reported in the note, apart from the solve.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import datetime, timedelta, timezone

from benchmarks.families.family import Case, Family, Outcome, Task, Tell
from optimizer.errors import Finding, InputError, show_value

SIZES = (400, 1_500, 5_000)
SEED = 38
_MOST = 100_000
_PLANNED_AT = datetime(2026, 9, 14, 6, tzinfo=timezone(timedelta(hours=8)))
_HORIZON_DAYS = 45


def find(words: Sequence[str]) -> tuple[list[Case], list[Finding]]:
    """Sizes with or without a seed."""
    cases: list[Case] = []
    findings: list[Finding] = []
    for word in words:
        if word == "generated":
            cases += [_case(size, SEED) for size in SIZES]
            continue
        size, _, seed = word.partition(":")
        if not (size.isdecimal() and 1 <= int(size) <= _MOST and (seed or "0").isdecimal()):
            findings.append(
                Finding(
                    code="D181",
                    what="not a size of a generated week",
                    value=show_value(word),
                    remedy=f"write generated, a number of shipments to {_MOST}, or number:seed",
                )
            )
            continue
        cases.append(_case(int(size), int(seed or SEED)))
    return cases, findings


def _case(size: int, seed: int) -> Case:
    return Case(name=f"lane-{size}-{seed}", source=f"{size}:{seed}")


class _Clock:
    """Seconds of the stages, one after the other."""

    def __init__(self) -> None:
        self._last = time.monotonic()
        self._laps: list[str] = []

    def lap(self, name: str) -> None:
        """The stage that ends now."""
        now = time.monotonic()
        self._laps.append(f"{name} {now - self._last:.1f} s")
        self._last = now

    @property
    def text(self) -> str:
        """All stages."""
        return ", ".join(self._laps)


def _ignore(_stage: str, _incumbent: object) -> None:
    return


def run(case: Case, task: Task, tell: Tell) -> Outcome:
    """Generate, quote, build, solve, assemble, and check with the independent plan checker."""
    if task.method != "ours":
        raise InputError(
            Finding(
                code="D182",
                what="lane instances have no full model to give to a peer",
                value=task.method,
                remedy="use --method ours",
            )
        )
    from optimizer import planner, stages
    from optimizer.demand.generate import generate_week
    from optimizer.models.consolidation.evaluate import evaluate
    from optimizer.plan.checks.run import run_checks

    size, seed = (int(part) for part in case.source.split(":"))
    clock = _Clock()
    data = planner.read()
    inputs = planner.load(
        epoch_at=_PLANNED_AT.replace(hour=0), horizon_days=_HORIZON_DAYS, data=data
    )
    shipments = generate_week(data, seed=seed, n_shipments=size)
    clock.lap("read")
    options = stages.PlanOptions(
        planned_at=_PLANNED_AT,
        time_s=task.time_s,
        gap=0.0,
        seed=task.seed,
        n_threads=task.n_threads,
    )
    quotes = stages.quote_all(inputs.network, shipments, options, _ignore)
    clock.lap("quote")
    columns = stages.build_problem(inputs.network, shipments, quotes, options, _ignore)
    clock.lap("lanes")
    first: list[float] = []

    def on_progress(_stage: str, incumbent: object) -> None:
        if incumbent is not None:
            first.append(incumbent.seconds)  # type: ignore[attr-defined]
            tell(incumbent.bound_fen, incumbent.objective_fen, incumbent.seconds)  # type: ignore[attr-defined]

    solution = stages.solve(columns, options, on_progress)
    clock.lap("solve")
    violations = list(evaluate(columns.problem, solution).violations)
    plan = stages.make_plan(inputs.network, columns, solution, quotes, options)
    violations += [f"{v.rule} {v.where}" for v in run_checks(inputs.data, plan)]
    clock.lap("assemble and check")
    problem = columns.problem
    return Outcome(
        lower_bound=solution.bound_fen,
        upper_bound=solution.objective_fen,
        first_incumbent_s=first[0] if first else None,
        seconds=solution.seconds,
        status=solution.status,
        violations=tuple(violations),
        note=f"{clock.text}; {problem.n_columns} columns, {problem.n_options} options",
    )


FAMILY = Family(find=find, run=run)
