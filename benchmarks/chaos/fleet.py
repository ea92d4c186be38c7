"""A database, jobs in it, and workers as processes that can be killed, frozen and started again."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import select, update

from api.database.engine import is_sqlite, make_engine, reading, transaction
from api.database.migrate import upgrade
from api.database.models_access import Tenant
from api.database.models_jobs import Job, JobEvent, Worker
from api.jobs import repository, states
from api.jobs.durable import Queues, dbos_engine
from api.jobs.files import FileStore
from api.settings import Settings

ROOT = Path(__file__).parents[2]
CHILD = b"api.jobs.child"


class Fleet:
    """
    Workers over one database.

    Parameters
    ----------
    folder
        Of the state.
    url
        PostgreSQL; a SQLite file in the folder if empty.
    options
        Settings, by name.
    """

    def __init__(self, folder: Path, url: str = "", **options: Any) -> None:  # noqa: ANN401
        options = {"job_lease_s": 3.0, "job_poll_s": 0.1, "shutdown_s": 4, **options}
        url = url or f"sqlite:///{folder / 'teahorse.db'}"
        self.settings = Settings(state_dir=folder, database_url=url, **options)  # pyright: ignore[reportArgumentType]
        self.environment = {
            **os.environ,
            "PYTHONPATH": str(ROOT),
            "TEAHORSE_STATE_DIR": str(folder),
            "TEAHORSE_DATABASE_URL": url,
            **{f"TEAHORSE_{name.upper()}": json.dumps(value) for name, value in options.items()},
        }
        self.engine = make_engine(self.settings.url)
        upgrade(self.engine)
        self._own_engine = dbos_engine(self.settings.url)
        self.queues = Queues(self._own_engine)
        self.queues.migrate()
        self.store = FileStore(folder / "files")
        with reading(self.engine) as session:
            self.tenant_id = session.scalars(select(Tenant.tenant_id)).one()
        self.workers: dict[str, subprocess.Popen[bytes]] = {}
        self._log = (folder / "workers.log").open("ab")

    def start(self, name: str) -> None:
        """Start a worker."""
        self.workers[name] = subprocess.Popen(  # noqa: S603  (ourselves)
            [sys.executable, "-m", "benchmarks.chaos.worker", name],
            env=self.environment,
            cwd=ROOT,
            stderr=self._log,
        )

    def kill(self, name: str, how: int = signal.SIGKILL) -> None:
        """Send a worker a signal; after SIGKILL it is gone when this returns."""
        process = self.workers[name]
        process.send_signal(how)
        if how == signal.SIGKILL:
            process.wait()

    def submit(self, text: str, *, limit_s: float = 30.0, **options: Any) -> str:  # noqa: ANN401
        """Queue a job of kind ``fake``; its id."""
        new = repository.NewJob(
            kind="fake",
            mode=options.pop("mode", "solve"),
            options=options,
            input_hash=self.store.put(text.encode()),
            input_name="number.txt",
            memory_mb=options.pop("memory_mb", 300),
            limit_s=limit_s,
        )
        with transaction(self.engine) as session:
            job = repository.create(session, self.queues, self.tenant_id, new, max_open=10_000)
            return job.job_id

    def jobs(self) -> list[Job]:
        """All jobs, oldest first."""
        with reading(self.engine) as session:
            return list(session.scalars(select(Job).order_by(Job.job_id)))

    def job(self, job_id: str) -> Job:
        """One job."""
        with reading(self.engine) as session:
            return session.scalars(select(Job).where(Job.job_id == job_id)).one()

    def wait_for(self, job_id: str, *wanted: str, within_s: float = 30.0) -> Job:
        """A job when it is in one of the states."""
        deadline = time.monotonic() + within_s
        while (job := self.job(job_id)).state not in wanted:
            if time.monotonic() > deadline:
                msg = f"{job_id} is still {job.state}: {self.log_tail()}"
                raise TimeoutError(msg)
            time.sleep(0.05)
        return job

    def wait(self, within_s: float) -> list[Job]:
        """All jobs, when all have ended."""
        deadline = time.monotonic() + within_s
        while any(job.state not in states.ENDED for job in self.jobs()):
            if time.monotonic() > deadline:
                open_jobs = [
                    (j.job_id, j.state) for j in self.jobs() if j.state not in states.ENDED
                ]
                msg = f"still open: {open_jobs}: {self.log_tail()}"
                raise TimeoutError(msg)
            time.sleep(0.1)
        return self.jobs()

    def wait_ready(self, *names: str, within_s: float = 60.0) -> None:
        """Until workers of these names have entered themselves."""
        deadline = time.monotonic() + within_s
        while True:
            with reading(self.engine) as session:
                known = set(session.scalars(select(Worker.name)))
            if known >= set(names):
                return
            if time.monotonic() > deadline:
                raise TimeoutError(self.log_tail())
            time.sleep(0.1)

    def events(self, job_id: str) -> list[JobEvent]:
        """Events of a job in order."""
        with reading(self.engine) as session:
            query = select(JobEvent).where(JobEvent.job_id == job_id).order_by(JobEvent.seq)
            return list(session.scalars(query))

    def log_tail(self) -> str:
        """The end of what workers logged."""
        return (self.settings.state_dir / "workers.log").read_text(errors="replace")[-3_000:]

    def children(self) -> list[int]:
        """Child processes of this fleet's workers, whoever their parent is now."""
        mark = f"TEAHORSE_STATE_DIR={self.settings.state_dir}".encode()
        found: list[int] = []
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit():
                with suppress(OSError):
                    is_child = CHILD in (entry / "cmdline").read_bytes()
                    if is_child and mark in (entry / "environ").read_bytes().split(b"\0"):
                        found.append(int(entry.name))
        return found

    def stop(self) -> None:
        """End the workers and let go of everything."""
        for process in self.workers.values():
            with suppress(ProcessLookupError):
                process.send_signal(signal.SIGCONT)
                process.send_signal(signal.SIGTERM)
        for process in self.workers.values():
            try:
                process.wait(self.settings.shutdown_s + 10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self._log.close()
        self._own_engine.dispose()
        self.engine.dispose()

    def __enter__(self) -> Fleet:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


@dataclass(slots=True)
class Troubles:
    """What is left over where nothing should be."""

    found: list[str] = field(default_factory=list[str])

    def look(self, fleet: Fleet) -> list[str]:
        """Orphan children, locks that nobody holds for a reason, workflows in nobody's hands."""
        deadline = time.monotonic() + 5.0
        while fleet.children() and time.monotonic() < deadline:
            time.sleep(0.1)
        if fleet.children():
            self.found.append(f"orphan children {fleet.children()}")
        for name in fleet.workers:
            if left := fleet.queues.running_of(name):
                self.found.append(f"{name} has {left}")
        with transaction(fleet.engine) as session:
            # A lock that was left behind would keep this write waiting, for longer than this waits.
            session.execute(update(Job).values(updated_at=Job.updated_at))
        if is_sqlite(fleet.engine):
            with fleet.engine.connect() as connection:
                said = connection.exec_driver_sql("PRAGMA integrity_check").scalar()
            if said != "ok":
                self.found.append(f"integrity_check: {said}")
        return self.found
