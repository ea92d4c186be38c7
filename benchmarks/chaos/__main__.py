"""
``python -m benchmarks.chaos``: 20 jobs on two workers, which are killed ten times.

With ``--database-url`` on PostgreSQL, in a database of its own; on SQLite without.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from benchmarks.chaos.kills import run


def main() -> int:
    """Run and print; 1 if a job was lost, doubled or changed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--database-url", default="")
    parser.add_argument("--jobs", type=int, default=20)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--kills", type=int, default=10)
    parser.add_argument("--seconds", type=float, default=2.0, help="of one job")
    parser.add_argument("--seed", type=int, default=1)
    said = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        figures = run(
            Path(folder),
            said.database_url,
            n_jobs=said.jobs,
            n_workers=said.workers,
            n_kills=said.kills,
            seconds=said.seconds,
            seed=said.seed,
        )
    for name, value in figures.rows().items():
        print(f"{name:20} {value}")
    return 0 if figures.is_good else 1


if __name__ == "__main__":
    sys.exit(main())
