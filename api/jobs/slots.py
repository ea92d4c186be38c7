"""Warm children: a job does not wait for imports and compiled kernels."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from queue import SimpleQueue

from api.jobs.runner import Beat, ChildProcess, Outcome, Task

_MAX_TASKS = 50
_MAX_RSS_MB = 3_000
_WARM_S = 300.0


class Slot:
    """
    A place for one child, which is replaced when it has died, grown or worked for long.

    Parameters
    ----------
    warm
        ``module:function`` of what a new child does before its first task; empty: nothing.
    """

    def __init__(self, folder: Path, name: str, warm: str, payload: dict[str, str]) -> None:
        self._folder = folder
        self._pid_file = folder / f"{name}.pid"
        self._warm = warm
        self._payload = payload
        self._child: ChildProcess | None = None
        self._n_tasks = 0

    def prepare(self) -> ChildProcess:
        """A child that is ready."""
        if self._child is not None and self._child.is_alive:
            return self._child
        self.close()
        self._child = ChildProcess(self._pid_file)
        self._n_tasks = 0
        if self._warm:
            task = Task(
                target=self._warm, payload=self._payload, folder=self._folder, limit_s=_WARM_S
            )
            # A child that could not be warmed is slower; what is wrong shows in the first job.
            if self._child.run(task, lambda _events: None).code:
                self.close()
                self._child = ChildProcess(self._pid_file)
        return self._child

    def run(self, task: Task, beat: Beat) -> Outcome:
        """Run a task in the child; a child that failed or is used up is ended."""
        child = self.prepare()
        outcome = child.run(task, beat)
        self._n_tasks += 1
        if outcome.code or outcome.rss_mb > _MAX_RSS_MB or self._n_tasks >= _MAX_TASKS:
            self.close()
        return outcome

    def close(self) -> None:
        """End the child."""
        if self._child is not None:
            self._child.kill()
            self._child = None


class Slots:
    """Slots that workflows share; a workflow waits until one is free."""

    def __init__(self, slots: list[Slot]) -> None:
        self._all = slots
        self._free: SimpleQueue[Slot] = SimpleQueue()
        self._is_closed = False
        for slot in slots:
            self._free.put(slot)

    @contextmanager
    def one(self) -> Iterator[Slot]:
        """A slot for as long as the block lasts."""
        slot = self._free.get()
        try:
            yield slot
        finally:
            threading.Thread(target=self._return, args=(slot,), daemon=True).start()

    def _return(self, slot: Slot) -> None:
        """The next job finds a child that is ready, and does not wait while it gets ready."""
        if not self._is_closed:
            # ValueError: closed while it got ready, because the worker stops.
            with suppress(OSError, ValueError):
                slot.prepare()
        self._free.put(slot)

    def prepare(self) -> None:
        """Warm all; in the caller's thread."""
        for _ in self._all:
            slot = self._free.get()
            with suppress(OSError):
                slot.prepare()
            self._free.put(slot)

    def close(self) -> None:
        """End all children."""
        self._is_closed = True
        for slot in self._all:
            slot.close()
