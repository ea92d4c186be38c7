"""How long a solve may take, how good it must be, and the clock that both are read from."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from optimizer.errors import ModelError


@dataclass(frozen=True, slots=True, kw_only=True)
class SolveLimits:
    """
    Limits of one solve.

    Parameters
    ----------
    time_s
        Wall-clock seconds.
    gap
        Stop when (objective - bound) / objective is not larger; a share, 0 means proven optimal.
    seed
        Of every random choice.
    n_threads
        1 gives the same answer for the same seed, as long as the time does not run out.

    Raises
    ------
    ModelError
        A limit makes no sense.
    """

    time_s: float = 60.0
    gap: float = 0.0
    seed: int = 1
    n_threads: int = 1

    def __post_init__(self) -> None:
        if not self.time_s > 0 or not 0 <= self.gap < 1 or self.seed < 0 or self.n_threads < 1:
            raise ModelError(
                f"M603 limits need time_s > 0, 0 <= gap < 1, seed >= 0 and n_threads >= 1 (got "
                f"{self.time_s}, {self.gap}, {self.seed}, {self.n_threads})"
            )


@dataclass(slots=True)
class Deadline:
    """
    A span of wall-clock seconds that has begun.

    Parameters
    ----------
    should_stop
        Asked as often as the clock is read; true ends the span at once.
    """

    time_s: float
    started: float = field(default_factory=time.monotonic)
    should_stop: Callable[[], bool] | None = None

    @property
    def elapsed_s(self) -> float:
        """Seconds since it began."""
        return time.monotonic() - self.started

    @property
    def left_s(self) -> float:
        """Seconds left, never negative."""
        return 0.0 if self.is_over else max(0.0, self.time_s - self.elapsed_s)

    @property
    def is_over(self) -> bool:
        """Whether no time is left."""
        return self.is_cancelled or self.elapsed_s >= self.time_s

    @property
    def is_cancelled(self) -> bool:
        """Whether it was told to stop."""
        return self.should_stop is not None and self.should_stop()
