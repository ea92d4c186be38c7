"""Multicommodity capacitated fixed-charge network design, Canad text files."""

from __future__ import annotations

from collections.abc import Sequence

from benchmarks.families.designs import run_design
from benchmarks.families.family import Case, Family, Outcome, Task, Tell, find_files
from benchmarks.instances import check_mcnd, mcnd
from optimizer.errors import Finding


def find(words: Sequence[str]) -> tuple[list[Case], list[Finding]]:
    """Files and folders of ``.dow`` files, or lists of their names."""
    return find_files(words, (mcnd.SUFFIX,))


def run(case: Case, task: Task, tell: Tell) -> Outcome:
    """Read, solve, check from the text."""
    from optimizer.models.consolidation.static.full_model import solve_full
    from optimizer.models.consolidation.static.solve import solve

    return run_design(
        case,
        task,
        tell,
        read=mcnd.read,
        check=check_mcnd.check,
        solve=solve,
        solve_full=solve_full,
    )


FAMILY = Family(find=find, run=run)
