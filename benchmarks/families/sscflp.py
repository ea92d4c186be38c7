"""Capacitated location with single sourcing: the instances of ``cflp``, no customer split."""

from __future__ import annotations

from benchmarks.families.cflp import find, run_location
from benchmarks.families.family import Case, Family, Outcome, Task, Tell


def run(case: Case, task: Task, tell: Tell) -> Outcome:
    """Read, warm up, solve, check from the text; every customer has one facility."""
    return run_location(case, task, tell, is_single=True)


FAMILY = Family(find=find, run=run)
