"""
Quality: bounds and checked costs on published and generated instances.

    python -m benchmarks.quality mcnd folder --time-limit 120 --threads 2 --csv out.csv
    python -m benchmarks.quality ctsndp hard.txt --time-limit 300 --method full-highs --csv out.csv
    python -m benchmarks.quality lane 1500 5000:7 --time-limit 300 --csv out.csv

Instances are files, folders of files, or lists of names in a text file; lane instances are sizes,
or ``generated`` for all. Each runs in a process of its own, one after the other, and its row is
written when it ends. Every upper bound is the checker's, recomputed from the file and the plan.

Exit code 0: every case was run, and every plan passed. 1: a plan failed its check, or a case died.
2: a word or a file of the input is wrong; the other instances were run.
"""

from __future__ import annotations

import argparse
import csv
import sys
from collections.abc import Sequence
from pathlib import Path

from benchmarks.families.family import METHODS, NAMES, Task, family
from benchmarks.quality_case import Row, run_case
from benchmarks.speed import surroundings
from optimizer.errors import Finding, show_value

COLUMNS = (
    *("instance", "method", "lower_bound", "upper_bound", "gap", "first_incumbent_s", "seconds"),
    *("status", "checked", "peak_mib", "note"),
)
DEFAULT_SEED = 1
DEFAULT_MEMORY_GIB = 16.0


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the cases and write their rows; returns the exit code."""
    chosen = _parser().parse_args(arguments)
    found = family(chosen.family)
    cases, findings = found.find(chosen.instances)
    findings += _limit_findings(chosen)
    for finding in findings:
        print(finding, file=sys.stderr)
    if _limit_findings(chosen) or not cases:
        return 2
    task = Task(
        method=chosen.method,
        time_s=chosen.time_limit,
        n_threads=chosen.threads,
        seed=chosen.seed,
        gap=chosen.gap,
    )
    print(", ".join(f"{key} {value}" for key, value in surroundings().items()))
    rows: list[Row] = []
    with chosen.csv.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        file.flush()
        for case in cases:
            row = run_case(chosen.family, case, task, chosen.memory_gib)
            rows.append(row)
            writer.writerow(_fields(row))
            file.flush()
            print(_line(row), flush=True)
    print(_summary(rows))
    return _exit_code(rows, findings)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.quality",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("family", choices=NAMES)
    parser.add_argument("instances", nargs="+", help="folders, files, lists; sizes for lane")
    parser.add_argument("--time-limit", type=float, required=True, help="seconds of each solve")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--method", choices=METHODS, default="ours")
    parser.add_argument("--seed", type=int, default=DEFAULT_SEED)
    parser.add_argument(
        "--gap", type=float, default=0.0, help="share at which mcnd and ctsndp count as proven"
    )
    parser.add_argument("--memory-gib", type=float, default=DEFAULT_MEMORY_GIB)
    parser.add_argument("--csv", type=Path, required=True, help="results, written as they come")
    return parser


def _limit_findings(chosen: argparse.Namespace) -> list[Finding]:
    wrong = [
        (not 0 < chosen.time_limit < 1e7, "--time-limit", chosen.time_limit, "seconds above 0"),
        (chosen.threads < 1, "--threads", chosen.threads, "1 or more"),
        (chosen.seed < 0, "--seed", chosen.seed, "0 or more"),
        (not 0 <= chosen.gap < 1, "--gap", chosen.gap, "0 up to less than 1"),
        (not 0 < chosen.memory_gib < 1e6, "--memory-gib", chosen.memory_gib, "GiB above 0"),
        (not chosen.csv.parent.is_dir(), "--csv", chosen.csv, "a file in a folder that exists"),
    ]
    return [
        Finding(
            code="D183",
            what="an option is out of range",
            where=name,
            value=show_value(value),
            remedy=f"give {remedy}",
        )
        for is_wrong, name, value, remedy in wrong
        if is_wrong
    ]


def _number(value: float | None, digits: int) -> str:
    """Text of a number, empty where it is not known."""
    if value is None or value in (float("inf"), -float("inf")):
        return ""
    return f"{value:.{digits}f}"


def _fields(row: Row) -> list[str]:
    return [
        row.instance,
        row.method,
        _number(row.lower_bound, 4),
        _number(row.upper_bound, 4),
        "" if row.status == "infeasible" else f"{row.gap:.6f}",
        _number(row.first_incumbent_s, 2),
        f"{row.seconds:.2f}",
        row.status,
        row.checked,
        str(row.peak_mib),
        row.note,
    ]


def _line(row: Row) -> str:
    lower, upper = _number(row.lower_bound, 2) or "-", _number(row.upper_bound, 2) or "-"
    first = _number(row.first_incumbent_s, 2) or "-"
    return (
        f"{row.instance:24} {row.method:10} {lower:>16} {upper:>16} {100 * row.gap:8.3f} % "
        f"first {first:>7} s  {row.seconds:7.1f} s  {row.status:10} checked {row.checked:4} "
        f"{row.peak_mib:6d} MiB  {row.note}"
    )


def _summary(rows: Sequence[Row]) -> str:
    solved = [row for row in rows if row.checked == "yes"]
    if not solved:
        return f"{len(rows)} instances, no checked plan"
    proved = sum(row.status == "optimal" for row in solved)
    mean = sum(row.gap for row in solved) / len(solved)
    return (
        f"{len(rows)} instances, {len(solved)} with a checked plan, {proved} optimal, mean gap "
        f"{100 * mean:.3f} %"
    )


def _exit_code(rows: Sequence[Row], findings: Sequence[Finding]) -> int:
    if findings or any(row.status == "bad input" for row in rows):
        return 2
    ended = ("optimal", "feasible", "infeasible", "no_solution")
    return int(any(row.checked == "no" or row.status not in ended for row in rows))


if __name__ == "__main__":
    sys.exit(main())
