"""What can be measured: one frozen record a subject, one dictionary."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module
from pkgutil import iter_modules
from typing import TypeVar

from benchmarks import compare, subjects

Case = Callable[[], object]
"""One thing to time, without arguments; everything it needs was prepared before."""


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """
    Ours against peers on the same work.

    Parameters
    ----------
    name
        As given on the command line.
    question
        What the figures answer, one sentence.
    add_arguments
        Enters the subject's own options.
    run
        From the parsed options to rows. Peers that are not installed are skipped with a reason.
    """

    name: str
    question: str
    add_arguments: Callable[[argparse.ArgumentParser], None]
    run: Callable[[argparse.Namespace], compare.Comparison]


AnySubject = TypeVar("AnySubject", Subject, Comparison)
SUBJECTS: dict[str, Subject | Comparison] = {}


def register(subject: AnySubject) -> AnySubject:
    """Enter a subject; names are unique."""
    if subject.name in SUBJECTS:
        raise ValueError(f"{subject.name} is registered twice")
    SUBJECTS[subject.name] = subject
    return subject


def load_subjects() -> dict[str, Subject | Comparison]:
    """All subjects by name. They import what they measure only when they are prepared."""
    for module in iter_modules(subjects.__path__, f"{subjects.__name__}."):
        import_module(module.name)
    return dict(sorted(SUBJECTS.items()))
