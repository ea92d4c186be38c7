"""
What a worker does with a job: claim it, run it in a child, write what came of it.

DBOS calls these as workflows, perhaps again after a death, perhaps twice at once when a worker was
taken for dead and is not; claims and fences in :mod:`api.jobs.repository` make that harmless.
"""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Engine, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import Session

from api.database import network_repository
from api.database.engine import reading, transaction
from api.database.models_jobs import Job
from api.jobs import repository, states
from api.jobs.durable import Queues
from api.jobs.files import FileStore
from api.jobs.kinds import KINDS
from api.jobs.repository import Claim, FenceLost
from api.jobs.runner import Beat, Event, Outcome, Task
from api.jobs.slots import Slots
from api.settings import Settings
from api.telemetry import log
from optimizer import revisions

MAX_CRASHES = 3
CHECK_LIMIT_S = 120.0
CHECK_MEMORY_MB = 1_000
_MAX_EVENTS_PER_BEAT = 20
_RETRY_MIN_S, _RETRY_MAX_S = 0.1, 2.0
_MEDIA_TYPES = {
    ".json": "application/json",
    ".geojson": "application/geo+json",
    ".html": "text/html; charset=utf-8",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
DATABASE_TROUBLE = (DBAPIError, PoolTimeout)

T = TypeVar("T")


class HandBack(Exception):
    """The worker stops before the job has ended."""


@dataclass(slots=True)
class Stopping:
    """Whether the worker stops, and until when running jobs may end by themselves."""

    until: float | None = None

    @property
    def is_over(self) -> bool:
        """Whether what runs has to be handed back now."""
        return self.until is not None and time.monotonic() >= self.until


class Executor:
    """
    The work of one worker.

    Parameters
    ----------
    solve_slots, check_slots
        Children; checks have their own, so that a long solve does not keep a typing error from
        being told.
    """

    def __init__(
        self,
        *,
        settings: Settings,
        engine: Engine,
        queues: Queues,
        solve_slots: Slots,
        check_slots: Slots,
        worker: str,
    ) -> None:
        self._settings = settings
        self._engine = engine
        self._queues = queues
        self._solve_slots = solve_slots
        self._check_slots = check_slots
        self._worker = worker
        self._store = FileStore(settings.state_dir / "files")
        self._running: set[str] = set()
        self._lock = threading.Lock()
        self.stopping = Stopping()

    def prepare(self) -> None:
        """Warm the children, before the first job."""
        self._check_slots.prepare()
        self._solve_slots.prepare()

    def close(self) -> None:
        """End the children."""
        self._check_slots.close()
        self._solve_slots.close()

    @property
    def running(self) -> set[str]:
        """Workflows that are in this process's hands."""
        with self._lock:
            return set(self._running)

    @contextmanager
    def _in_hand(self, workflow_id: str) -> Iterator[None]:
        with self._lock:
            self._running.add(workflow_id)
        try:
            yield
        finally:
            with self._lock:
                self._running.discard(workflow_id)

    def check(self, job_id: str, workflow_id: str) -> None:
        """Read the input of a new job; it becomes invalid, or is queued."""
        with self._in_hand(workflow_id):
            job = self._durably(lambda session: self._to_check(session, job_id))
            if job is None:
                return
            outcome = Outcome(code="crashed")
            for _ in range(MAX_CRASHES):
                with self._check_slots.one() as slot:
                    outcome = self._in_folder(
                        job, lambda folder: slot.run(self._check_task(job, folder), _ignore)
                    )
                if outcome.code != "crashed":
                    break
            self._durably(lambda session: self._checked(session, job_id, outcome))

    def _to_check(self, session: Session, job_id: str) -> Claim | None:
        job = repository.locked(session, job_id)
        return repository.as_claim(job) if job.state == states.CREATED else None

    def _checked(self, session: Session, job_id: str, outcome: Outcome) -> None:
        job = repository.locked(session, job_id)
        if job.state != states.CREATED:
            return
        if outcome.code in {"invalid_input", "invalid_plan"}:
            repository.fail(
                session,
                self._queues,
                job,
                outcome.code,
                "the input cannot be used",
                findings=outcome.findings,
                state=states.INVALID,
            )
        elif outcome.code:
            code = "solver_crashed" if outcome.code == "crashed" else outcome.code
            repository.fail(session, self._queues, job, code, outcome.detail)
        else:
            repository.move(session, self._queues, job, states.VALIDATED, {"input": outcome.answer})
            if job.mode == "validate":
                repository.complete(
                    session, self._queues, job, summary=outcome.answer, files=[], answer_hash=""
                )
            else:
                repository.to_queue(session, self._queues, job)

    def solve(self, job_id: str, workflow_id: str) -> None:
        """Solve a job; when this returns it has ended, or is somebody else's."""
        with self._in_hand(workflow_id):
            try:
                while self._attempt(job_id):
                    pass
            except FenceLost:
                log.info("job_fenced", job_id=job_id, worker=self._worker)
            except HandBack:
                self._hand_back(job_id, workflow_id)

    def _attempt(self, job_id: str) -> bool:
        """One claim and what comes of it; whether another attempt is worth it."""
        with self._solve_slots.one() as slot:
            if self.stopping.is_over:
                raise HandBack
            claim = self._durably(
                lambda session: repository.claim(session, self._queues, job_id, self._worker)
            )
            if claim is None:
                return False
            log.info("job_started", job_id=job_id, attempt=claim.attempts, worker=self._worker)

            def work(folder: Path) -> bool:
                outcome = slot.run(self._solve_task(claim, folder), self._beat(claim))
                if outcome.log:
                    log.warning("job_child_died", job_id=job_id, tail=outcome.log[-2_000:])
                files = self._keep(folder) if not outcome.code else []
                return self._durably(lambda s: self._solved(s, claim, outcome, files))

            return self._in_folder(claim, work)

    def _solved(
        self, session: Session, claim: Claim, outcome: Outcome, files: list[dict[str, Any]]
    ) -> bool:
        job = repository.fenced(session, claim.job_id, claim.fence)
        if outcome.code == "crashed":
            job.crashes += 1
            if job.crashes < MAX_CRASHES:
                repository.add_event(
                    session, job, "log", {"line": f"{outcome.detail}; trying again"}
                )
                return True
            repository.fail(session, self._queues, job, "solver_crashed", outcome.detail)
        elif outcome.code:
            repository.fail(
                session, self._queues, job, outcome.code, outcome.detail, findings=outcome.findings
            )
        else:
            repository.complete(
                session,
                self._queues,
                job,
                summary=outcome.answer.get("summary", {}),
                files=files,
                answer_hash=outcome.answer.get("answer_hash", ""),
            )
        log.info("job_ended", job_id=job.job_id, state=job.state, code=job.error_code)
        return False

    def _hand_back(self, job_id: str, workflow_id: str) -> None:
        def give(session: Session) -> None:
            job = repository.locked(session, job_id)
            if job.state == states.SOLVING and job.worker == self._worker:
                repository.move(
                    session, self._queues, job, states.QUEUED, {"reason": "the worker stops"}
                )

        self._durably(give)
        self._queues.hand_back(workflow_id, self._worker)
        log.info("job_handed_back", job_id=job_id, worker=self._worker)

    def _beat(self, claim: Claim) -> Beat:
        """Write what is told; notice a lost fence and a stop. The database may be away."""
        waiting: list[Event] = []

        def beat(events: list[Event]) -> None:
            waiting.extend(events)
            del waiting[:-_MAX_EVENTS_PER_BEAT]
            if self.stopping.is_over:
                raise HandBack
            try:
                self._tell(claim, waiting)
            except DATABASE_TROUBLE as error:
                log.warning("job_beat_failed", job_id=claim.job_id, error=type(error).__name__)
            else:
                waiting.clear()

        return beat

    def _tell(self, claim: Claim, events: list[Event]) -> None:
        if events:
            with transaction(self._engine) as session:
                told = [(one.kind, one.data) for one in events]
                repository.tell(session, claim.job_id, claim.fence, told)
            return
        with reading(self._engine) as session:
            fence = session.scalar(select(Job.fence).where(Job.job_id == claim.job_id))
        if fence != claim.fence:
            raise FenceLost(claim.job_id)

    def _check_task(self, job: Claim, folder: Path) -> Task:
        return Task(
            target=KINDS[job.kind].check,
            payload=self._payload(job),
            folder=folder,
            memory_mb=min(CHECK_MEMORY_MB, job.memory_mb),
            limit_s=CHECK_LIMIT_S,
        )

    def _solve_task(self, claim: Claim, folder: Path) -> Task:
        return Task(
            target=KINDS[claim.kind].solve,
            payload=self._payload(claim),
            folder=folder,
            memory_mb=claim.memory_mb,
            limit_s=claim.limit_s,
            grace_s=self._settings.job_grace_s,
        )

    def _payload(self, job: Claim) -> dict[str, Any]:
        return {
            "mode": job.mode,
            "options": job.options,
            "input": str(self._store.path(job.input_hash)),
            "input_name": job.input_name,
            "data_dir": str(self._network(job.options.get("network_hash", "")) or ""),
        }

    def _network(self, content_hash: str) -> Path | None:
        """Folder of the tables of the revision that a job was made for."""
        if not content_hash:
            return self._settings.data_dir
        folder = self._settings.state_dir / "networks" / content_hash
        if not folder.is_dir():
            with reading(self._engine) as session:
                package = network_repository.package_of(session, content_hash)
            revisions.unpack(package, folder)
        return folder

    def _in_folder(self, job: Claim, work: Callable[[Path], T]) -> T:
        folder = self._settings.state_dir / "scratch" / f"{job.job_id}.{job.fence}.{self._worker}"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        try:
            return work(folder)
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def _keep(self, folder: Path) -> list[dict[str, Any]]:
        """Move what a child wrote to the store."""
        kept: list[dict[str, Any]] = []
        for file in sorted(one for one in folder.iterdir() if one.is_file()):
            content_hash, n_bytes = self._store.take(file)
            kept.append(
                {
                    "name": file.name,
                    "sha256": content_hash,
                    "bytes": n_bytes,
                    "media_type": _MEDIA_TYPES.get(file.suffix, "application/octet-stream"),
                }
            )
        return kept

    def _durably(self, change: Callable[[Session], T]) -> T:
        """A transaction that is tried until it is committed; the database may be away, or full."""
        wait_s = _RETRY_MIN_S
        while True:
            try:
                with transaction(self._engine) as session:
                    return change(session)
            except DATABASE_TROUBLE as error:
                if self.stopping.is_over:
                    # What is not written is done again by whoever resumes the workflow.
                    raise
                log.warning("database_away", error=type(error).__name__, wait_s=wait_s)
                time.sleep(wait_s)
                wait_s = min(2 * wait_s, _RETRY_MAX_S)


def _ignore(_events: list[Event]) -> None:
    """Checks are short, and tell nothing."""
