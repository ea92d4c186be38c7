"""Raises the bound between the steps of a search, or beside it in a thread of its own."""

from __future__ import annotations

import threading

from optimizer.models.consolidation.relaxation import Relaxation
from optimizer.solvers.limits import Deadline
from optimizer.solvers.linear import FloatArray, LinearModel

_LEAST_GAIN = 2e-5
"""Rounds of cuts end when three in a row gain less than this share together."""
_PATIENCE = 3


class Bounding:
    """
    Drives a relaxation.

    HiGHS releases the interpreter while it solves, so a thread is enough for a second core.

    Parameters
    ----------
    relaxation
        Owned by the thread while it runs; its ``bound_fen`` may be read at any time.
    deadline
        Of the whole solve.
    in_thread
        Whether ``until_root`` starts a thread that goes on until nothing is gained.
    """

    def __init__(self, relaxation: Relaxation, deadline: Deadline, *, in_thread: bool) -> None:
        self.relaxation = relaxation
        self.deadline = deadline
        self.is_exhausted = False
        self._stopping = threading.Event()
        self._has_root = threading.Event()
        self._gains: list[int] = []
        self._thread = threading.Thread(target=self._work, daemon=True) if in_thread else None
        self._failure: BaseException | None = None

    @property
    def bound_fen(self) -> int:
        """Best bound so far."""
        return self.relaxation.bound_fen

    def until_root(self) -> None:
        """Solve the relaxation once; with a thread, it then goes on by itself."""
        if self._thread is None:
            self.is_exhausted = not self.relaxation.solve_root(self.deadline)
        else:
            self._thread.start()
            while not self._has_root.wait(0.1) and self._thread.is_alive():
                pass
        self._raise_failure()

    def rounds(self, n_rounds: int) -> None:
        """Up to so many rounds of cuts now; nothing with a thread, which makes them anyway."""
        self._raise_failure()
        if self._thread is None:
            for _ in range(n_rounds):
                if self.is_exhausted or self.deadline.is_over:
                    break
                self._round()

    def guide(self) -> tuple[LinearModel, FloatArray]:
        """The relaxation as it stands and its reduced costs."""
        return self.relaxation.model, self.relaxation.reduced

    def stop(self) -> None:
        """End the thread, if there is one, and wait for it."""
        self._stopping.set()
        if self._thread is not None and self._thread.is_alive():
            self.relaxation.cancel()
            self._thread.join()

    def _round(self) -> None:
        before = self.bound_fen
        if not self.relaxation.tighten(self.deadline):
            self.is_exhausted = True
        self._gains.append(self.bound_fen - before)
        if sum(self._gains[-_PATIENCE:]) < _LEAST_GAIN * self.bound_fen and (
            len(self._gains) >= _PATIENCE
        ):
            self.is_exhausted = True

    def _work(self) -> None:
        try:
            self.is_exhausted = not self.relaxation.solve_root(self.deadline)
            self._has_root.set()
            while not (self.is_exhausted or self._stopping.is_set() or self.deadline.is_over):
                self._round()
        except Exception as failure:  # noqa: BLE001  (raised again in the caller's thread)
            self._failure = failure
        finally:
            self._has_root.set()

    def _raise_failure(self) -> None:
        if self._failure is not None:
            raise self._failure
