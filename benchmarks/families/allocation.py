"""
Batches of a cloud warehouse: orders that share stock, picking and departures.

A case is ``orders x warehouses x SKUs``, with a seed if wanted: ``5000x20x2000:7``. ``default`` is
that size with seed 1. Peers get the whole model of ``batch_formulation.py``.
"""

from __future__ import annotations

import re
import time
from collections.abc import Sequence

from benchmarks.families.family import Case, Family, Outcome, Task, Tell
from benchmarks.instances import check_allocation
from benchmarks.instances.allocation import Size, make_batch_problem
from optimizer.errors import Finding, InputError, show_value
from optimizer.models.allocation.batch_problem import BatchProblem
from optimizer.solvers.limits import SolveLimits

DEFAULT = "5000x20x2000"
_WORD = re.compile(r"(\d{1,6})x(\d{1,4})x(\d{1,6})(?::(\d{1,9}))?")
_MOST_PAIRS = 1_000_000
"""Orders times warehouses; more does not fit in memory with a peer's model."""
_SOLVERS = {"full-highs": "highs", "full-scip": "scip"}
_SAME_FEN = 1.0
"""By which a solver's bound may pass the checked cost: a fen of rounding."""


def find(words: Sequence[str]) -> tuple[list[Case], list[Finding]]:
    """Sizes with or without a seed."""
    cases: list[Case] = []
    findings: list[Finding] = []
    for word in words:
        match = _WORD.fullmatch(DEFAULT if word == "default" else word)
        sizes = [int(part) for part in match.groups()[:3]] if match else [0]
        if match and min(sizes) > 0 and sizes[0] * sizes[1] <= _MOST_PAIRS:
            source = f"{'x'.join(map(str, sizes))}:{int(match.group(4) or 1)}"
            cases.append(Case(name=f"allocation-{source}", source=source))
            continue
        findings.append(
            Finding(
                code="D181",
                what="not the size of a generated batch",
                value=show_value(word),
                remedy=f"write orders x warehouses x SKUs, with or without :seed, as {DEFAULT}:1; "
                f"at most {_MOST_PAIRS} orders times warehouses",
            )
        )
    return cases, findings


def run(case: Case, task: Task, tell: Tell) -> Outcome:
    """Generate, solve, check."""
    size, seed = case.source.split(":")
    began = time.monotonic()
    problem = make_batch_problem(Size(*(int(part) for part in size.split("x"))), int(seed))
    note = f"generated in {time.monotonic() - began:.1f} s, {problem.n_arcs} arcs"
    limits = SolveLimits(time_s=task.time_s, gap=task.gap, seed=task.seed, n_threads=task.n_threads)
    if task.method == "ours":
        return _ours(problem, limits, tell, note)
    if task.method not in _SOLVERS:
        raise InputError(
            Finding(
                code="D182",
                what="this solver does not get the whole model of a batch",
                value=task.method,
                remedy=f"use --method ours or {' or '.join(_SOLVERS)}",
            )
        )
    return _peer(problem, _SOLVERS[task.method], limits, note)


def _ours(problem: BatchProblem, limits: SolveLimits, tell: Tell, note: str) -> Outcome:
    from optimizer.models.allocation.batch_core import solve_core

    found = solve_core(
        problem,
        limits,
        lambda one: tell(float(one.bound_fen or 0), float(one.objective_fen), one.seconds),
    )
    cost, violations = check_allocation.check(problem, found.arc_packs.tolist())
    if cost != found.objective_fen:
        violations.append(f"the solver says {found.objective_fen} fen, the plan costs {cost}")
    return Outcome(
        lower_bound=float(found.bound_fen),
        upper_bound=float(cost),
        first_incumbent_s=found.incumbents[0].seconds if found.incumbents else None,
        seconds=found.seconds,
        status=found.status,
        violations=(*violations, *_bound_violations(found.bound_fen, cost)),
        note=f"{note}; stopped by {found.stop_reason}",
    )


def _peer(problem: BatchProblem, solver: str, limits: SolveLimits, note: str) -> Outcome:
    from optimizer.models.allocation.batch_formulation import arc_packs_of, formulate
    from optimizer.models.allocation.batch_tables import make_batch
    from optimizer.solvers.mathopt import solve_mathopt

    batch = make_batch(problem)
    result = solve_mathopt(formulate(batch), solver, limits)
    cost, violations = float("inf"), None
    if result.values is not None:
        packs = arc_packs_of(batch, result.values)
        cost, found = check_allocation.check(problem, packs.tolist())
        violations = (*found, *_bound_violations(result.bound, cost))
    return Outcome(
        lower_bound=result.bound,
        upper_bound=float(cost),
        first_incumbent_s=None,
        seconds=result.seconds,
        status=str(result.status),
        violations=violations,
        note=note,
    )


def _bound_violations(bound: float, cost: float) -> tuple[str, ...]:
    if bound > cost + _SAME_FEN:
        return (f"the lower bound {bound} is above the cost {cost}",)
    return ()


FAMILY = Family(find=find, run=run)
