"""
Keeps workers running: ``python -m api.jobs.supervisor --count N``.

It starts each worker under its stable name and starts it again when it has died, at once the first
time and ever more slowly if it keeps dying. It holds no state and loads nothing heavy, so there is
little that could end it; when its own parent is gone, it stops the workers and ends.
"""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

_TICK_S = 0.2
_CALM_S = 30.0
_MAX_WAIT_S = 10.0
_STOP_MARGIN_S = 4.0


@dataclass(slots=True)
class _Kept:
    name: str
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    wait_s: float = 0.0
    next_start: float = 0.0


def worker_command(name: str) -> list[str]:
    """What starts a worker."""
    return [sys.executable, "-m", "api.cli", "worker", "--name", name]


def supervise(
    names: Sequence[str],
    stop: threading.Event,
    *,
    shutdown_s: float,
    with_parent: bool = False,
) -> None:
    """
    Keep workers running until told to stop, then stop them.

    Parameters
    ----------
    shutdown_s
        Longest time that a worker may take to hand back what it has.
    with_parent
        Also stop when the process that started this one is gone.
    """
    parent = os.getppid()
    kept = [_Kept(name) for name in names]
    while not stop.wait(_TICK_S):
        if with_parent and os.getppid() != parent:
            break
        for one in kept:
            _keep(one)
    _stop(kept, shutdown_s)


def _keep(one: _Kept) -> None:
    now = time.monotonic()
    if one.process is not None and one.process.poll() is None:
        return
    if one.process is not None:
        one.wait_s = 0.0 if now - one.started > _CALM_S else min(_MAX_WAIT_S, 2 * one.wait_s + 0.1)
        one.next_start = now + one.wait_s
        one.process = None
    if now >= one.next_start:
        one.process = subprocess.Popen(  # noqa: S603  (ourselves, no shell)
            worker_command(one.name), start_new_session=True
        )
        one.started = now


def _stop(kept: Sequence[_Kept], shutdown_s: float) -> None:
    running = [one.process for one in kept if one.process is not None]
    for process in running:
        with suppress(ProcessLookupError):
            process.send_signal(signal.SIGTERM)
    deadline = time.monotonic() + shutdown_s + _STOP_MARGIN_S
    for process in running:
        try:
            process.wait(max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            # Its jobs are taken up under its name at the next start, or by a peer.
            process.kill()
            process.wait()


def main() -> None:
    """Supervise ``worker-1`` to ``worker-N`` until SIGTERM or SIGINT."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--count", type=int, default=1)
    parser.add_argument("--prefix", default="worker")
    parser.add_argument("--shutdown", type=float, default=10.0)
    parser.add_argument("--with-parent", action="store_true")
    said = parser.parse_args()
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    names = [f"{said.prefix}-{number}" for number in range(1, said.count + 1)]
    supervise(names, stop, shutdown_s=said.shutdown, with_parent=said.with_parent)


if __name__ == "__main__":
    main()
