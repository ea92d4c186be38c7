"""
The process that does the work: ``python -m api.jobs.child``.

It reads tasks as lines of JSON from standard input and answers with lines of JSON on what was its
standard output; what libraries print goes to standard error. It is the leader of its own process
group, and ends with everything in it when the worker that started it is gone.
"""

from __future__ import annotations

import json
import os
import resource
import signal
import sys
import threading
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from queue import SimpleQueue
from typing import Any, TextIO

from optimizer.errors import InputError, PlanError, TeahorseError

Say = Callable[[str, dict[str, Any]], None]
"""Called in a task with the kind of an event and its data."""
Work = Callable[[dict[str, Any], Path, Say], dict[str, Any]]
"""A task: its payload, a folder for files, and where to tell progress; the answer as JSON."""

EXIT_MEMORY = 87
_MEGABYTE = 1 << 20
_MAX_FINDINGS = 1_000


class Wire:
    """Lines of JSON to the worker."""

    def __init__(self, file: TextIO) -> None:
        self._file = file
        self._lock = threading.Lock()

    def send(self, **message: Any) -> None:  # noqa: ANN401
        """Send one line; a worker that is gone is noticed by the reader."""
        line = json.dumps(message, ensure_ascii=True, default=str)
        with self._lock:
            self._file.write(line + "\n")
            self._file.flush()


def main() -> None:
    """Answer tasks until the worker closes the pipe."""
    answers = os.fdopen(os.dup(1), "w", encoding="ascii")
    os.dup2(2, 1)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    wire = Wire(answers)
    tasks: SimpleQueue[dict[str, Any]] = SimpleQueue()
    threading.Thread(target=_read_tasks, args=(tasks,), daemon=True).start()
    wire.send(kind="started", pid=os.getpid())
    while True:
        _do(tasks.get(), wire)


def _read_tasks(tasks: SimpleQueue[dict[str, Any]]) -> None:
    for line in sys.stdin:
        tasks.put(json.loads(line))
    # The worker has ended or wants an end: nobody is left to tell. Solvers that were started from
    # here are in the same group.
    os.killpg(0, signal.SIGKILL)


def _do(task: dict[str, Any], wire: Wire) -> None:
    try:
        with _Memory(task.get("memory_mb", 0)):
            module, _, name = task["target"].partition(":")
            work: Work = getattr(import_module(module), name)
            answer = work(task["payload"], Path(task["folder"]), _teller(wire))
    except MemoryError:
        wire.send(kind="error", code="memory_limit", detail="the job outgrew its memory limit")
        # What a failed allocation leaves behind is not worth trusting.
        os._exit(EXIT_MEMORY)
    except InputError as error:
        wire.send(kind="error", code="invalid_input", findings=_rows(error))
    except PlanError as error:
        wire.send(kind="error", code="invalid_plan", findings=_rows(error))
    except TeahorseError as error:
        wire.send(kind="error", code=_code(error), detail=str(error))
    else:
        wire.send(kind="answer", answer=answer, rss_mb=_rss_mb())


def _teller(wire: Wire) -> Say:
    def say(kind: str, data: dict[str, Any]) -> None:
        wire.send(kind="event", event=kind, data=data)

    return say


def _rows(error: InputError | PlanError) -> list[dict[str, str]]:
    fields = ("code", "what", "where", "value", "remedy")
    return [
        {name: getattr(finding, name) for name in fields}
        for finding in error.findings[:_MAX_FINDINGS]
    ]


def _code(error: TeahorseError) -> str:
    """``NoSolutionInTime`` becomes ``no_solution_in_time``."""
    name = type(error).__name__
    return "".join(f"_{c.lower()}" if c.isupper() else c for c in name).lstrip("_")


class _Memory:
    """Bounds what a task may take beside what the process has mapped when it begins."""

    def __init__(self, memory_mb: int) -> None:
        self._limit = _mapped_bytes() + memory_mb * _MEGABYTE if memory_mb else 0
        self._before = resource.getrlimit(resource.RLIMIT_AS)

    def __enter__(self) -> None:
        if self._limit:
            resource.setrlimit(resource.RLIMIT_AS, (self._limit, self._before[1]))

    def __exit__(self, *_: object) -> None:
        resource.setrlimit(resource.RLIMIT_AS, self._before)


def _mapped_bytes() -> int:
    pages = Path("/proc/self/statm").read_text(encoding="ascii").split()[0]
    return int(pages) * resource.getpagesize()


def _rss_mb() -> int:
    pages = Path("/proc/self/statm").read_text(encoding="ascii").split()[1]
    return int(pages) * resource.getpagesize() // _MEGABYTE


if __name__ == "__main__":
    main()
