"""
The worker's side of a child process: start, feed, watch, end.

Limits inside solvers do not hold (a limit of 3 s was seen to take 7 s), and memory has no limit
there at all, so the process is what is limited.
"""

from __future__ import annotations

import json
import os
import selectors
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from api.jobs.child import EXIT_MEMORY

_TICK_S = 0.1
_BEAT_S = 0.5
_START_S = 120.0
_TAIL_BYTES = 4_000
_OUT_OF_MEMORY = ("bad_alloc", "MemoryError", "Cannot allocate memory", "out of memory")


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """
    What a child is to do.

    Parameters
    ----------
    target
        ``module:function`` of type :data:`api.jobs.child.Work`.
    payload
        JSON.
    folder
        For files that it writes.
    memory_mb
        It may take so much beside the loaded program; 0: no limit.
    limit_s, grace_s
        After ``limit_s`` it is asked to end, and killed when ``grace_s`` more have passed.
    """

    target: str
    payload: dict[str, Any]
    folder: Path
    memory_mb: int = 0
    limit_s: float = 0.0
    grace_s: float = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that a task tells while it runs."""

    kind: str
    data: dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """
    How a task ended.

    Parameters
    ----------
    code
        Empty with an answer; ``crashed`` where the process died without saying why.
    log
        The end of what it printed, where it died; for operators.
    """

    code: str = ""
    detail: str = ""
    answer: dict[str, Any] = field(default_factory=dict)
    findings: list[dict[str, str]] = field(default_factory=list)
    rss_mb: int = 0
    log: str = ""


Beat = Callable[[list[Event]], None]
"""Called about twice a second with what is new; what it raises ends the child and is passed on."""


class ChildProcess:
    """
    One child. Not for several threads.

    Parameters
    ----------
    pid_file
        Where its process id is left for whoever cleans up after a killed worker.
    """

    def __init__(self, pid_file: Path | None = None) -> None:
        self._pid_file = pid_file
        self._errors: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115  (lives as long as this)
        self._process = subprocess.Popen(
            [sys.executable, "-m", "api.jobs.child"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            # Its own group: a signal to the worker's group is not for it, and all that it starts
            # can be killed with it.
            start_new_session=True,
        )
        if pid_file is not None:
            pid_file.parent.mkdir(parents=True, exist_ok=True)
            pid_file.write_text(_identity(self._process.pid), encoding="ascii")
        self._is_closed = False
        self._buffer = b""
        self._selector = selectors.DefaultSelector()
        assert self._process.stdout is not None  # noqa: S101  (asked for above)
        os.set_blocking(self._process.stdout.fileno(), False)
        self._selector.register(self._process.stdout, selectors.EVENT_READ)

    @property
    def pid(self) -> int:
        """Also the id of its group."""
        return self._process.pid

    @property
    def is_alive(self) -> bool:
        """Whether it can be given a task."""
        return not self._is_closed and self._process.poll() is None

    def run(self, task: Task, beat: Beat) -> Outcome:
        """
        Run a task to its end, whatever that is.

        Raises
        ------
        Exception
            Whatever ``beat`` raised; the child is killed.
        """
        try:
            return self._run(task, beat)
        except BaseException:
            self.kill()
            raise

    def _run(self, task: Task, beat: Beat) -> Outcome:
        message = {
            "target": task.target,
            "payload": task.payload,
            "folder": str(task.folder),
            "memory_mb": task.memory_mb,
        }
        try:
            assert self._process.stdin is not None  # noqa: S101
            self._process.stdin.write(json.dumps(message).encode() + b"\n")
            self._process.stdin.flush()
        except OSError:
            return self._died()
        deadline = time.monotonic() + (task.limit_s or _START_S)
        next_beat = time.monotonic() + _BEAT_S
        events: list[Event] = []
        while True:
            for line in self._lines():
                if line["kind"] == "event":
                    events.append(Event(kind=line["event"], data=line["data"]))
                elif line["kind"] != "started":
                    beat(events)
                    return self._outcome(line)
            now = time.monotonic()
            if not self.is_alive and not self._has_more():
                beat(events)
                return self._died()
            if now >= deadline:
                beat(events)
                self.end(task.grace_s)
                return Outcome(
                    code="time_limit", detail=f"it took longer than {task.limit_s:g} s in all"
                )
            if now >= next_beat:
                beat(events)
                events = []
                next_beat = now + _BEAT_S

    def _outcome(self, line: dict[str, Any]) -> Outcome:
        if line["kind"] == "answer":
            return Outcome(answer=line["answer"], rss_mb=line["rss_mb"])
        return Outcome(
            code=line["code"], detail=line.get("detail", ""), findings=line.get("findings", [])
        )

    def _lines(self) -> list[dict[str, Any]]:
        """Whole lines that have come; waits a moment for the first."""
        if self._selector.select(_TICK_S):
            assert self._process.stdout is not None  # noqa: S101
            while block := self._process.stdout.read(1 << 16):
                self._buffer += block
        *lines, self._buffer = self._buffer.split(b"\n")
        return [json.loads(line) for line in lines]

    def _has_more(self) -> bool:
        """Whether a dead child left lines that have not been read."""
        assert self._process.stdout is not None  # noqa: S101
        while block := self._process.stdout.read(1 << 16):
            self._buffer += block
        return b"\n" in self._buffer

    def _died(self) -> Outcome:
        status = self._process.wait()
        tail = self._tail()
        self.kill()
        if status == EXIT_MEMORY or any(sign in tail for sign in _OUT_OF_MEMORY):
            return Outcome(code="memory_limit", detail="the job outgrew its memory limit")
        how = signal.Signals(-status).name if status < 0 else f"exit code {status}"
        return Outcome(code="crashed", detail=f"the solver's process died: {how}", log=tail)

    def _tail(self) -> str:
        self._errors.seek(0, os.SEEK_END)
        self._errors.seek(max(0, self._errors.tell() - _TAIL_BYTES))
        return self._errors.read().decode(errors="replace")

    def end(self, grace_s: float) -> None:
        """Ask it to end, then make it."""
        with suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGTERM)
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(grace_s)
        self.kill()

    def kill(self) -> None:
        """End it and everything that it started; again does nothing."""
        if self._is_closed:
            return
        self._is_closed = True
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, signal.SIGKILL)
        self._process.wait()
        self._selector.close()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                with suppress(OSError):
                    pipe.close()
        self._errors.close()
        if self._pid_file is not None:
            self._pid_file.unlink(missing_ok=True)


def _identity(pid: int) -> str:
    """Process id and start time: ids are used again, pairs are not."""
    return f"{pid} {_started(pid)}"


def _started(pid: int) -> str:
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8")
    except OSError:
        return ""
    return stat.rpartition(")")[2].split()[19]


def sweep(folder: Path) -> int:
    """
    Kill children that a killed worker left behind; normally they end by themselves.

    Parameters
    ----------
    folder
        Of the worker's ``pid_file``s.

    Returns
    -------
    int
        How many were still there.
    """
    n_killed = 0
    for file in folder.glob("*.pid"):
        pid, _, started = file.read_text(encoding="ascii").partition(" ")
        if started and _started(int(pid)) == started:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(int(pid), signal.SIGKILL)
                n_killed += 1
        file.unlink(missing_ok=True)
    return n_killed
