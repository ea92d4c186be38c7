"""Multicommodity capacitated fixed-charge network design, Canad text files."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path

from benchmarks.families.designs import outcome_of
from benchmarks.families.family import Case, Family, Outcome, Task, Tell, find_files
from benchmarks.instances import check_mcnd, mcnd
from optimizer.errors import Finding
from optimizer.solvers.limits import SolveLimits

_SOLVERS = {"full-highs": "highs", "full-scip": "scip", "full-cpsat": "cp_sat"}


def find(words: Sequence[str]) -> tuple[list[Case], list[Finding]]:
    """Files and folders of ``.dow`` files, or lists of their names."""
    return find_files(words, (mcnd.SUFFIX,))


def run(case: Case, task: Task, tell: Tell) -> Outcome:
    """Read, solve, check from the text."""
    from optimizer.models.consolidation.static.full_model import solve_full
    from optimizer.models.consolidation.static.solve import solve

    path, began = Path(case.source), time.monotonic()
    design = mcnd.read(path)
    read_s = time.monotonic() - began
    limits = SolveLimits(time_s=task.time_s, seed=task.seed, n_threads=task.n_threads)
    if task.method == "ours":
        result = solve(
            design,
            limits,
            progress=lambda p: tell(p.lower_bound, p.upper_bound, p.seconds),
        )
    else:
        result = solve_full(design, _SOLVERS[task.method], limits)
    return outcome_of(result, lambda plan: check_mcnd.check(path, plan), read_s)


FAMILY = Family(find=find, run=run)
