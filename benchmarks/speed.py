"""
Speed: ``python -m benchmarks.speed quote [--n 200] [--seed 38] [--json]``, and ours against peers:
``python -m benchmarks.speed matrix [--json]`` (``--help`` after a subject shows its own options).

Prints median, 95th percentile and maximum over the cases, with the machine, the versions and the
commit that the figures belong to.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from math import ceil
from pathlib import Path
from time import perf_counter

from benchmarks.compare import print_json, print_table
from benchmarks.registry import Comparison, Subject, load_subjects

DEFAULT_SEED = 38
MS = 1000.0
_PACKAGES = ("teahorse", "numba", "numpy", "ortools", "highspy")


@dataclass(frozen=True, slots=True, kw_only=True)
class Measurement:
    """
    Times of one subject, in milliseconds unless named otherwise.

    Parameters
    ----------
    first_ms
        The untimed first run with compiling and cold caches; 0 where the subject has none.
    p95_ms
        Nearest rank: the smallest time that 95 % of the cases do not exceed.
    """

    subject: str
    n: int
    n_cases: int
    seed: int
    setup_s: float
    first_ms: float
    median_ms: float
    p95_ms: float
    max_ms: float


def nearest_rank(values: Sequence[float], share: float) -> float:
    """The smallest value that at least ``share`` of the values do not exceed."""
    ranked = sorted(values)
    return ranked[max(0, ceil(round(share * len(ranked), 9)) - 1)]


def measure(subject: Subject, *, n: int, seed: int) -> Measurement:
    """Prepare a subject and time its cases one after the other."""
    started = perf_counter()
    cases = subject.prepare(n, seed)
    setup_s = perf_counter() - started
    first_ms = 0.0
    if subject.warms_up:
        started = perf_counter()
        cases[0]()
        first_ms = (perf_counter() - started) * MS
    times_ms: list[float] = []
    for case in cases:
        started = perf_counter()
        case()
        times_ms.append((perf_counter() - started) * MS)
    return Measurement(
        subject=subject.name,
        n=n,
        n_cases=len(cases),
        seed=seed,
        setup_s=round(setup_s, 3),
        first_ms=round(first_ms, 3),
        median_ms=round(nearest_rank(times_ms, 0.5), 3),
        p95_ms=round(nearest_rank(times_ms, 0.95), 3),
        max_ms=round(max(times_ms), 3),
    )


def surroundings() -> dict[str, str]:
    """Machine, load, versions and commit: what a figure is worth nothing without."""
    cpu = platform.processor() or platform.machine()
    info = Path("/proc/cpuinfo")
    if info.is_file():
        names = [
            line.partition(":")[2].strip()
            for line in info.read_text(encoding="utf-8").splitlines()
            if line.startswith("model name")
        ]
        cpu = names[0] if names else cpu
    load = f"{os.getloadavg()[0]:.2f}" if hasattr(os, "getloadavg") else "unknown"
    return {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "commit": _commit(),
        "cpu": f"{cpu}, {os.cpu_count()} cores",
        "load_1min": load,
        "python": platform.python_version(),
        **{name: version(name) for name in _PACKAGES},
    }


def _commit() -> str:
    run = subprocess.run(
        ["git", "describe", "--always", "--dirty"],  # noqa: S607  git is where the user has it
        capture_output=True,
        text=True,
        check=False,
        cwd=Path(__file__).parent,
    )
    return run.stdout.strip() or "unknown"


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure one subject and print it."""
    subjects = load_subjects()
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.speed",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    choices = parser.add_subparsers(dest="subject", required=True, metavar="subject")
    for name, subject in subjects.items():
        options = choices.add_parser(name, help=subject.question, description=subject.question)
        options.add_argument("--seed", type=int, default=DEFAULT_SEED)
        options.add_argument("--json", action="store_true", help="print JSON")
        if isinstance(subject, Comparison):
            subject.add_arguments(options)
        else:
            options.add_argument(
                "--n", type=int, default=subject.default_n, help=f"number of {subject.size}"
            )
    chosen = parser.parse_args(arguments)
    subject = subjects[chosen.subject]
    if isinstance(subject, Comparison):
        compared = subject.run(chosen)
        (print_json if chosen.json else print_table)(compared, surroundings())
    else:
        _print_measurement(subject, chosen)


def _print_measurement(subject: Subject, chosen: argparse.Namespace) -> None:
    measured = measure(subject, n=chosen.n or subject.default_n, seed=chosen.seed)
    where = surroundings()
    if chosen.json:
        print(json.dumps(asdict(measured) | where, indent=1))
        return
    print(subject.question)
    print(f"  {measured.n} {subject.size}, {measured.n_cases} timed, seed {measured.seed}")
    print(
        f"  median {measured.median_ms:.1f} ms, p95 {measured.p95_ms:.1f} ms, "
        f"max {measured.max_ms:.1f} ms"
    )
    print(
        f"  apart from that: set-up {measured.setup_s:.1f} s, first run {measured.first_ms:.0f} ms"
    )
    print("  " + ", ".join(f"{key} {value}" for key, value in where.items()))


if __name__ == "__main__":
    main()
