"""
Who is alive, and whose work has to be taken up.

A worker that restarts under its name takes up its own work. This is for the others: a worker that
never comes back, a workflow that an outage of the database left in nobody's hands, a job whose
workflow ended without it.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

from sqlalchemy import Engine, select

from api.database.base import new_id, now
from api.database.engine import reading, transaction
from api.database.models_jobs import Job, Worker
from api.jobs import repository, states
from api.jobs.durable import CHECKS, SOLVES, Queues
from api.telemetry import log

_MAX_JOBS = 200


@dataclass(slots=True)
class _Seen:
    beats: int
    at: float


@dataclass(slots=True)
class Watch:
    """
    One worker's view of the others, by its own monotonic clock.

    Parameters
    ----------
    lease_s
        Who is silent for so long is taken for dead.
    running
        Workflows in this process's hands.
    """

    engine: Engine
    queues: Queues
    name: str
    instance: str
    lease_s: float
    running: Callable[[], set[str]]
    _seen: dict[str, _Seen] = field(default_factory=dict)
    _lost_before: set[str] = field(default_factory=set)
    _steady_since: float = 0.0

    def start(self) -> None:
        """Enter this worker."""
        with transaction(self.engine) as session:
            moment = now()
            row = session.get(Worker, self.name, with_for_update=True)
            if row is None:
                row = Worker(name=self.name, beats=0)
                session.add(row)
            row.instance, row.beat_at, row.started_at = self.instance, moment, moment
            row.beats += 1
        self._steady_since = time.monotonic()

    def beat(self) -> None:
        """Say that this worker lives."""
        with transaction(self.engine) as session:
            row = session.get(Worker, self.name, with_for_update=True)
            if row is not None:
                row.beats += 1
                row.beat_at = now()
                row.instance = self.instance

    def lose_sight(self) -> None:
        """After an outage nobody could be seen, and nobody is dead for it."""
        self._seen.clear()
        self._steady_since = time.monotonic()

    def look(self) -> None:
        """Take up what is in dead hands."""
        if time.monotonic() - self._steady_since < self.lease_s:
            self._silent()
            return
        for name in self._silent():
            for workflow_id in self.queues.running_of(name):
                if self.queues.hand_back(workflow_id, name):
                    log.warning("work_taken_from_dead_worker", worker=name, workflow=workflow_id)
        self._take_up_own()
        self._restart_forgotten()

    def _silent(self) -> list[str]:
        with reading(self.engine) as session:
            rows = {row.name: row.beats for row in session.scalars(select(Worker))}
        moment = time.monotonic()
        for name, beats in rows.items():
            seen = self._seen.get(name)
            if seen is None or seen.beats != beats:
                self._seen[name] = _Seen(beats=beats, at=moment)
        return [
            name
            for name, seen in self._seen.items()
            if name != self.name and moment - seen.at > self.lease_s
        ]

    def _take_up_own(self) -> None:
        """What this worker has taken and is in none of its threads, seen so twice."""
        lost = self.queues.running_of(self.name) - self.running()
        for workflow_id in lost & self._lost_before:
            if self.queues.hand_back(workflow_id, self.name):
                log.warning("work_taken_up_again", worker=self.name, workflow=workflow_id)
        self._lost_before = lost

    def _restart_forgotten(self) -> None:
        """Jobs that wait for a workflow that there is not."""
        before = now() - timedelta(seconds=2 * self.lease_s)
        with reading(self.engine) as session:
            found = session.execute(
                select(Job.job_id, Job.state)
                .where(Job.state.in_(states.OPEN), Job.updated_at < before)
                .limit(_MAX_JOBS)
            ).all()
        live = self.queues.live_jobs([job_id for job_id, _ in found])
        for job_id, _ in found:
            if job_id not in live:
                self._restart(job_id)

    def _restart(self, job_id: str) -> None:
        with transaction(self.engine) as session:
            job = repository.locked(session, job_id)
            if job.state in states.ENDED:
                return
            log.warning("forgotten_job_queued", job_id=job_id, state=job.state)
            job.updated_at = now()
            suffix = new_id("again")
            if job.state == states.CREATED:
                self.queues.put(session, CHECKS, f"{job_id}.check.{suffix}", job_id)
            else:
                self.queues.put(
                    session,
                    SOLVES,
                    f"{job_id}.solve.{suffix}",
                    job_id,
                    priority=job.priority + 1,
                    partition=job.tenant_id,
                )
