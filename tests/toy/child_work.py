"""Functions that tests run in child processes; they must be importable there."""

from __future__ import annotations

from collections.abc import Callable

from optimizer.solvers.limits import SolveLimits


def bad_limits() -> None:
    """Raise an error of the project."""
    SolveLimits(time_s=0)


def count(send: Callable[[object], None], n: int) -> None:
    """Send 0 to n - 1."""
    for i in range(n):
        send(i)
