"""Start of the command: what every call pays before it does anything."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from functools import partial

from benchmarks.registry import Case, Subject, register

HELP = (sys.executable, "-c", "from optimizer.cli import main; main()", "--help")


def prepare(n: int, seed: int) -> Sequence[Case]:  # noqa: ARG001  every subject takes a seed
    """``teahorse --help`` in ``n`` fresh processes."""
    return [partial(subprocess.run, HELP, check=True, capture_output=True)] * n


register(
    Subject(
        name="help",
        question="How long does `teahorse --help` take in a fresh process?",
        size="runs",
        default_n=10,
        prepare=prepare,
    )
)
