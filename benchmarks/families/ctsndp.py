"""Continuous-time service network design, DDDI text files."""

from __future__ import annotations

from collections.abc import Sequence

from benchmarks.families.designs import run_design
from benchmarks.families.family import Case, Family, Outcome, Task, Tell, find_files
from benchmarks.instances import check_ctsndp, ctsndp
from optimizer.errors import Finding


def find(words: Sequence[str]) -> tuple[list[Case], list[Finding]]:
    """Files and folders of ``.txt`` instances, or lists of their names."""
    return find_files(words, (".txt",))


def run(case: Case, task: Task, tell: Tell) -> Outcome:
    """Read, solve, check from the text."""
    from optimizer.models.consolidation.continuous.full_model import solve_full
    from optimizer.models.consolidation.continuous.solve import solve

    return run_design(
        case,
        task,
        tell,
        read=ctsndp.read,
        check=check_ctsndp.check,
        solve=solve,
        solve_full=solve_full,
    )


FAMILY = Family(find=find, run=run)
