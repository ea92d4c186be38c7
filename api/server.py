"""Starts the processes that answer requests, and a worker for jobs beside them."""

from __future__ import annotations

import os
import shutil
import signal
import tempfile
from contextlib import ExitStack
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from subprocess import Popen, TimeoutExpired

from api.database import migrate
from api.database.engine import is_sqlite, make_engine
from api.metrics_folder import MULTIPROCESS_FOLDER
from api.settings import Settings
from api.telemetry import log, set_up_logs

_WORKER = "api.cli_worker"
_FACTORY = "api.app:create_app_from_environment"


def run(*, host: str, port: int, processes: int, with_worker: bool, data_dir: Path | None) -> None:
    """
    Serve until a signal says stop.

    The embedded database is made or brought up to date first; PostgreSQL is only checked, because
    several machines may use it: ``teahorse db upgrade`` does that.

    Parameters
    ----------
    processes
        0 takes what the settings say.

    Raises
    ------
    DatabaseUnusable
        The database cannot be used.
    """
    import uvicorn

    # Processes that are started read their settings from the environment.
    if data_dir is not None:
        os.environ["TEAHORSE_DATA_DIR"] = str(data_dir)
    if processes:
        os.environ["TEAHORSE_PROCESSES"] = str(processes)
    settings = Settings()
    set_up_logs(settings.log_level)
    prepare_database(settings)
    with ExitStack() as stack:
        if settings.n_processes > 1:
            folder = tempfile.mkdtemp(prefix="teahorse-metrics-")
            stack.callback(shutil.rmtree, folder, ignore_errors=True)
            os.environ[MULTIPROCESS_FOLDER] = folder
        if with_worker:
            stack.callback(_stop, start_worker(settings), settings.shutdown_s)
        uvicorn.run(
            _FACTORY,
            factory=True,
            host=host,
            port=port,
            workers=settings.n_processes,
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=settings.shutdown_s,
            timeout_keep_alive=30,
            h11_max_incomplete_event_size=64_000,
        )


def prepare_database(settings: Settings) -> None:
    """Make or upgrade the embedded database; check the other."""
    engine = make_engine(settings.url)
    try:
        if is_sqlite(engine):
            migrate.upgrade(engine)
        migrate.check(engine)
    finally:
        engine.dispose()


def start_worker(settings: Settings) -> Popen[bytes] | None:
    """The worker for jobs, as a process of its own."""
    if find_spec(_WORKER) is None:
        return None
    return import_module(_WORKER).start_beside(settings)


def _stop(worker: Popen[bytes] | None, within_s: int) -> None:
    if worker is None or worker.poll() is not None:
        return
    worker.send_signal(signal.SIGTERM)
    try:
        worker.wait(within_s + 5)
    except TimeoutExpired:
        log.warning("the worker did not stop in time")
        worker.kill()
        worker.wait()
