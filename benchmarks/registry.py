"""What can be measured: one frozen record a subject, one dictionary."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module

Case = Callable[[], object]
"""One thing to time, without arguments; everything it needs was prepared before."""

SUBJECT_MODULES = ("command", "plan", "quote")


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """
    Something whose speed is measured.

    Parameters
    ----------
    name
        As given on the command line.
    question
        What the figure answers, one sentence.
    size
        What ``n`` counts.
    default_n
        ``n`` of the published figures.
    prepare
        From ``n`` and a seed to the cases. Its time is reported apart, as set-up.
    warms_up
        Whether the first case runs once untimed before, so that compiling and reading caches are
        not in the figures. Its time is reported apart.
    """

    name: str
    question: str
    size: str
    default_n: int
    prepare: Callable[[int, int], Sequence[Case]]
    warms_up: bool = True


SUBJECTS: dict[str, Subject] = {}


def register(subject: Subject) -> Subject:
    """Enter a subject; names are unique."""
    if subject.name in SUBJECTS:
        raise ValueError(f"{subject.name} is registered twice")
    SUBJECTS[subject.name] = subject
    return subject


def load_subjects() -> dict[str, Subject]:
    """All subjects by name. They import what they measure only when they are prepared."""
    for module in SUBJECT_MODULES:
        import_module(f"benchmarks.subjects.{module}")
    return dict(sorted(SUBJECTS.items()))
