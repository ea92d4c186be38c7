"""A worker process: takes jobs from the queues until it is told to stop."""

from __future__ import annotations

import fcntl
import logging
import os
import secrets
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

from dbos import DBOS

from api.database.engine import make_engine
from api.jobs import durable
from api.jobs.deliveries import Deliverer
from api.jobs.durable import Queues, dbos_engine
from api.jobs.executor import DATABASE_TROUBLE, Executor
from api.jobs.reconcile import Watch
from api.jobs.runner import sweep
from api.jobs.slots import Slot, Slots
from api.server import prepare_database
from api.settings import Settings
from api.telemetry import log

WARM = "api.jobs.plan_work:warm"
EXIT_NAME_TAKEN = 75
_MARGIN_S = 2.0
"""Between the end of the drain and the longest wait: time to hand back."""


class NameTaken(RuntimeError):
    """Another worker of this name runs on this machine."""


@contextmanager
def name_lock(folder: Path, name: str) -> Iterator[None]:
    """
    Hold the name on this machine; the system lets go of it when the process dies.

    Raises
    ------
    NameTaken
        Somebody holds it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / f"{name}.lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise NameTaken(f"a worker called {name} runs already") from error
        yield


def run(settings: Settings, name: str, *, warm: str = WARM) -> NoReturn:
    """
    Work until SIGTERM or SIGINT, then end the process.

    Parameters
    ----------
    name
        Stable: a worker that restarts under its name takes up what it had at once; others take it
        up after ``job_lease_s``. It has to be unique among workers on one database.
    warm
        What children do before their first job.

    Raises
    ------
    NameTaken
        A worker of this name runs on this machine.
    """
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    with name_lock(settings.state_dir / "workers", name):
        _work(settings, name, warm, stop)
        # DBOS waits, in threads that cannot be ended, for the outcome of workflows that were handed
        # back; all that has to be written and closed is.
        logging.shutdown()
        os._exit(0)


def _work(settings: Settings, name: str, warm: str, stop: threading.Event) -> None:
    folder = settings.state_dir / "workers" / name
    if n_killed := sweep(folder):
        log.warning("left_children_killed", n=n_killed, worker=name)
    prepare_database(settings)
    engine = make_engine(settings.url)
    own_engine = dbos_engine(settings.url)
    queues = Queues(own_engine)
    queues.migrate()
    executor = Executor(
        settings=settings,
        engine=engine,
        queues=queues,
        solve_slots=_slots(settings, folder, "solve", settings.job_slots, warm),
        check_slots=_slots(settings, folder, "check", 1, ""),
        worker=name,
    )
    watch = Watch(
        engine=engine,
        queues=queues,
        name=name,
        instance=secrets.token_hex(8),
        lease_s=settings.job_lease_s,
        running=lambda: executor.running,
    )
    executor.prepare()
    watch.start()
    durable.configure(own_engine, name)
    _declare(executor, Deliverer(settings, engine, queues))
    durable.launch(
        slots=settings.job_slots,
        tenant_running=settings.job_tenant_running,
        poll_s=settings.job_poll_s,
    )
    log.info("worker_ready", worker=name, pid=os.getpid())
    _watch(watch, settings.job_lease_s / 5, stop)
    log.info("worker_stops", worker=name)
    drain_s = max(0.5, settings.shutdown_s - _MARGIN_S)
    executor.stopping.until = time.monotonic() + drain_s
    durable.stop(settings.shutdown_s)
    executor.close()
    own_engine.dispose()
    engine.dispose()
    log.info("worker_stopped", worker=name)


def _slots(settings: Settings, folder: Path, kind: str, n_slots: int, warm: str) -> Slots:
    payload = {"data_dir": str(settings.data_dir or "")}
    return Slots([Slot(folder, f"{kind}-{n}", warm, payload) for n in range(n_slots)])


def _declare(executor: Executor, deliverer: Deliverer) -> None:
    """Workflows by the names of their queues; DBOS records names, not functions."""

    @DBOS.workflow(name=durable.CHECKS)
    def check(job_id: str) -> None:
        executor.check(job_id, DBOS.workflow_id or "")

    @DBOS.workflow(name=durable.SOLVES)
    def solve(job_id: str) -> None:
        executor.solve(job_id, DBOS.workflow_id or "")

    @DBOS.workflow(name=durable.WEBHOOKS)
    def deliver(delivery_id: str) -> None:
        deliverer.deliver(delivery_id)


def _watch(watch: Watch, every_s: float, stop: threading.Event) -> None:
    while not stop.wait(every_s):
        try:
            watch.beat()
            watch.look()
        except DATABASE_TROUBLE as error:
            watch.lose_sight()
            log.warning("database_away", error=type(error).__name__)
