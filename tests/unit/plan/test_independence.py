"""The checker stands on nothing that makes plans."""

from __future__ import annotations

import subprocess
import sys

SCRIPT = """
import sys
import optimizer.plan.checks.run, optimizer.plan.io, optimizer.plan.reasons
heavy = {"numpy", "numba", "ortools", "pandas", "scipy", "highspy"}
ours = {f"optimizer.{name}" for name in ("network", "kernels", "models", "solvers", "datasets")}
print(sorted((heavy | ours) & set(sys.modules)))
"""


def test_checks_and_reader_import_no_solver_and_no_network() -> None:
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"
