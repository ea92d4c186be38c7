"""
Capacitated facility location: OR-Library text files, and generated instances.

A word is a file, a folder, a list of names, or ``300x1000:5:1``: facilities, customers, all
capacity over all demand, seed. A file whose capacities are the word ``capacity`` gives four cases,
8000, 10000, 12000 and 14000, as the library means it. Customers may be split; the family
``sscflp`` has the same instances with customers served whole.
"""

from __future__ import annotations

import re
import time
from collections.abc import Sequence
from pathlib import Path

from benchmarks.families.family import Case, Family, Outcome, Task, Tell, find_files
from benchmarks.instances import cflp, check_cflp, generated_cflp
from optimizer.errors import Finding, InputError, show_value
from optimizer.solvers.limits import SolveLimits

_GENERATED = re.compile(r"(\d{1,4})x(\d{1,5}):(\d{1,2}(?:\.\d{1,3})?):(\d{1,6})")
_APART = "#"
_SOLVERS = {"full-highs": "highs", "full-scip": "scip"}
_SAME = 1e-6
"""Relative difference of costs that sums of floats explain."""


def find(words: Sequence[str]) -> tuple[list[Case], list[Finding]]:
    """Cases of words, those of a file with open capacities apart."""
    cases: list[Case] = []
    findings: list[Finding] = []
    for word in words:
        match = _GENERATED.fullmatch(word)
        if match and float(match[3]) >= 1 and int(match[1]) > 0 and int(match[2]) > 0:
            cases.append(Case(name=word, source=word))
            continue
        found, wrong = find_files([word], (".txt",))
        findings += wrong
        for case in found:
            if cflp.has_word(Path(case.source)):
                cases += [
                    Case(name=f"{case.name}-{size}", source=f"{case.source}{_APART}{size}")
                    for size in cflp.CAPACITIES
                ]
            else:
                cases.append(case)
    return cases, findings


def run(case: Case, task: Task, tell: Tell) -> Outcome:
    """Read, warm up, solve, check from the text; customers may be split."""
    return run_location(case, task, tell, is_single=False)


def run_location(case: Case, task: Task, tell: Tell, *, is_single: bool) -> Outcome:
    """As ``run``; with ``is_single`` no customer may be split."""
    from optimizer.models.location.full_model import solve_full
    from optimizer.models.location.solve import solve

    if task.method not in ("ours", *_SOLVERS):
        raise InputError(
            Finding(
                code="D182",
                what="this method has no model with continuous flows",
                value=show_value(task.method),
                remedy=f"use --method ours, {', '.join(_SOLVERS)}",
            )
        )
    began = time.monotonic()
    text, name, capacity = _text(case)
    problem = cflp.parse(text, name, capacity=capacity, is_single=is_single)
    note = f"read {time.monotonic() - began:.2f} s"
    limits = SolveLimits(time_s=task.time_s, seed=task.seed, n_threads=task.n_threads)
    if task.method == "ours":
        began = time.monotonic()
        toy = generated_cflp.make(6, 12, 2.0, 1)
        solve(cflp.parse(toy, "warm-up", is_single=is_single), SolveLimits(time_s=60.0))
        note += f", warm-up {time.monotonic() - began:.2f} s"
        result = solve(
            problem,
            limits,
            progress=lambda p: tell(p.lower_bound, p.upper_bound, p.seconds),
        )
        note += f"; {result.n_nodes} nodes"
    else:
        result = solve_full(problem, _SOLVERS[task.method], limits)
    violations: tuple[str, ...] | None = None
    upper = result.upper_bound
    if result.plan is not None:
        cost, found = check_cflp.check(text, result.plan, capacity=capacity, is_single=is_single)
        slack = _SAME * max(1.0, abs(cost))
        if abs(cost - upper) > slack:
            found.append(f"the solver says {upper}, the plan costs {cost}")
        if result.lower_bound > cost + slack:
            found.append(f"the lower bound {result.lower_bound} is above the cost {cost}")
        violations, upper = tuple(found), cost
    return Outcome(
        lower_bound=result.lower_bound,
        upper_bound=upper,
        first_incumbent_s=result.first_incumbent_s,
        seconds=result.seconds,
        status=str(result.status),
        violations=violations,
        note="; ".join([note, *result.messages]),
    )


def _text(case: Case) -> tuple[str, str, float | None]:
    """Text, name and open capacity of a case."""
    match = _GENERATED.fullmatch(case.source)
    if match:
        n, n_customers, ratio, seed = match.groups()
        return (
            generated_cflp.make(int(n), int(n_customers), float(ratio), int(seed)),
            case.name,
            None,
        )
    source, apart, size = case.source.rpartition(_APART)
    if not apart or not size.isdecimal():
        source, size = case.source, ""
    return cflp.load(Path(source)), Path(source).name, float(size) if size else None


FAMILY = Family(find=find, run=run)
