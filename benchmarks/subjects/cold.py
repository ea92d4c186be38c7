"""The first request of a fresh process against later ones: is there a cold start?"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from statistics import median

from benchmarks import compare
from benchmarks.registry import Comparison, register

REQUESTS = ("quote", "matrix")


def fresh_process(request: str) -> dict[str, list[float] | int]:
    """Times of one request in a process of its own, first one first, and what was compiled."""
    run = subprocess.run(  # noqa: S603  our own module
        [sys.executable, "-m", "benchmarks.cold_start", request],
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(run.stdout)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Enter the options."""
    parser.add_argument("--repetitions", type=int, default=5, help="fresh processes a request")


def make_row(request: str, times: list[list[float]]) -> compare.Row:
    """First requests against the median of the later ones in the same process."""
    ratios = [median(one[1:]) / one[0] for one in times]
    return compare.Row(
        subject=f"cold {request}",
        peer="the same request again",
        n_sources=1,
        n_targets=1,
        ours_ms=median(one[0] for one in times),
        peer_ms=median(median(one[1:]) for one in times),
        ratio=median(ratios),
        max_abs_error=None,
        ratio_min=min(ratios),
        ratio_max=max(ratios),
        repetitions=len(times),
        note="ours is the first request after start-up in a fresh process; 0.5 is twice as slow",
    )


def run(options: argparse.Namespace) -> compare.Comparison:
    """Rows by request: ``ours`` is the first in a fresh process, the peer a later one in it."""
    subprocess.run(
        [sys.executable, "-m", "optimizer.cli", "warm"], check=True, stdout=subprocess.DEVNULL
    )
    rows: list[compare.Row] = []
    for request in REQUESTS:
        answers = [fresh_process(request) for _ in range(options.repetitions)]
        times = [answer["times_ms"] for answer in answers]
        rows.append(make_row(request, [list(one) for one in times if isinstance(one, list)]))
    return compare.Comparison(rows=rows)


register(
    Comparison(
        name="cold",
        question="Is the first request after a restart within twice a later one?",
        add_arguments=add_arguments,
        run=run,
    )
)
