"""``teahorse worker``, and the worker that ``teahorse serve`` starts beside itself."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from api.settings import Settings


def worker(
    name: Annotated[
        str,
        typer.Option(
            help="Stable and unique: started again under its name, a worker goes on with its jobs."
        ),
    ] = "worker-1",
    count: Annotated[
        int,
        typer.Option(
            help="Keep so many workers running, called NAME-1 and on, and restart those that die.",
            min=0,
            max=64,
        ),
    ] = 0,
) -> None:
    """Take jobs from the queue until SIGTERM; what runs then is handed back."""
    import signal
    import threading

    from api.refusal import Refusal
    from api.settings import Settings
    from api.telemetry import set_up_logs

    settings = Settings()
    if count:
        from api.jobs.supervisor import supervise

        stop = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        names = [f"{name}-{number}" for number in range(1, count + 1)]
        supervise(names, stop, shutdown_s=settings.shutdown_s)
        return
    from api.jobs.worker import EXIT_NAME_TAKEN, NameTaken, run

    if not name.replace("-", "").replace("_", "").isalnum() or len(name) > 64:  # noqa: PLR2004
        raise Refusal("a worker's name has letters, digits, - and _, at most 64")
    set_up_logs(settings.log_level)
    try:
        run(settings, name)
    except NameTaken as error:
        typer.echo(f"{error}: give another --name", err=True)
        raise typer.Exit(EXIT_NAME_TAKEN) from error


def start_beside(settings: Settings) -> subprocess.Popen[bytes]:
    """
    A supervisor with one worker, which ends when the caller is gone.

    Its environment is the caller's, and so are its settings.
    """
    command = [sys.executable, "-m", "api.jobs.supervisor", "--with-parent"]
    command += ["--shutdown", str(settings.shutdown_s)]
    return subprocess.Popen(command)  # noqa: S603  (ourselves, no shell)
