"""
Jobs in the database: every change of state, in one place.

A worker changes a job only with the ``fence`` that its claim gave it, under the lock of the row. A
worker that was taken for dead and comes back has an old number, and is refused.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from api.database.base import new_id, now
from api.database.models_access import Tenant
from api.database.models_jobs import Job, JobEvent, Webhook, WebhookDelivery
from api.jobs import states
from api.jobs.durable import CHECKS, SOLVES, WEBHOOKS, Queues
from api.jobs.webhook_events import event_name, payload_of

RETRY_AFTER_S = 5
MAX_ATTEMPTS = 50
"""Claims of one job: a job that takes its worker down with it does not do so for ever."""


class FenceLost(Exception):
    """Somebody else has the job now, or nobody needs it any more."""


class TooManyJobs(Exception):
    """The tenant has as many open jobs as it may have."""

    def __init__(self, limit: int) -> None:
        super().__init__(f"at most {limit} jobs may wait or run")
        self.limit = limit


@dataclass(frozen=True, slots=True, kw_only=True)
class NewJob:
    """
    What is asked for.

    Parameters
    ----------
    kind
        A key of :data:`api.jobs.kinds.KINDS`.
    input_hash, input_name
        Content in the file store, and a name whose ending says what it is.
    priority
        0 to 9, 0 first, among the jobs of the tenant.
    limit_s
        After so long the job has failed.
    """

    kind: str
    mode: str
    options: dict[str, Any]
    input_hash: str
    input_name: str
    memory_mb: int
    limit_s: float
    label: str = ""
    priority: int = 5
    revision_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A job as a worker took it, with the number that lets it write."""

    job_id: str
    tenant_id: str
    kind: str
    mode: str
    options: dict[str, Any]
    input_hash: str
    input_name: str
    revision_id: str | None
    memory_mb: int
    limit_s: float
    fence: int
    attempts: int


def create(session: Session, queues: Queues, tenant_id: str, new: NewJob, *, max_open: int) -> Job:
    """
    A job and its place in the queue of checks, in the session's transaction.

    Raises
    ------
    TooManyJobs
        The tenant's limit on open jobs is reached.
    """
    # The lock makes the count true: two requests of a tenant do not both take the last place.
    session.execute(select(Tenant.tenant_id).where(Tenant.tenant_id == tenant_id).with_for_update())
    n_open = session.scalar(
        select(func.count())
        .select_from(Job)
        .where(Job.tenant_id == tenant_id, Job.state.in_(states.OPEN))
    )
    if (n_open or 0) >= max_open:
        raise TooManyJobs(max_open)
    moment = now()
    job = Job(
        job_id=new_id("job"),
        tenant_id=tenant_id,
        kind=new.kind,
        mode=new.mode,
        label=new.label,
        state=states.CREATED,
        priority=new.priority,
        options=new.options,
        input_hash=new.input_hash,
        input_name=new.input_name,
        revision_id=new.revision_id,
        memory_mb=new.memory_mb,
        limit_s=new.limit_s,
        created_at=moment,
        updated_at=moment,
        worker="",
        fence=0,
        attempts=0,
        crashes=0,
        n_events=0,
        progress={},
        error_code="",
        error_detail="",
        findings=[],
        summary={},
        files=[],
        answer_hash="",
    )
    session.add(job)
    session.flush()
    add_event(session, job, "state", {"state": states.CREATED})
    queues.put(session, CHECKS, check_id(job.job_id), job.job_id)
    return job


def check_id(job_id: str) -> str:
    """Id of the workflow that checks the input of a job."""
    return f"{job_id}.check"


def solve_id(job_id: str) -> str:
    """Id of the workflow that solves a job."""
    return f"{job_id}.solve"


def locked(session: Session, job_id: str) -> Job:
    """The job, held until the transaction ends; SQLite's writing transactions hold everything."""
    return session.execute(select(Job).where(Job.job_id == job_id).with_for_update()).scalar_one()


def fenced(session: Session, job_id: str, fence: int) -> Job:
    """
    The job, held, if the fence is still that of the caller.

    Raises
    ------
    FenceLost
        It is not.
    """
    job = locked(session, job_id)
    if job.fence != fence:
        raise FenceLost(job_id)
    return job


def add_event(session: Session, job: Job, kind: str, data: dict[str, Any]) -> None:
    """Append to the events of a job that the session holds."""
    job.n_events += 1
    moment = now()
    job.updated_at = moment
    session.add(
        JobEvent(
            job_id=job.job_id,
            seq=job.n_events,
            tenant_id=job.tenant_id,
            at=moment,
            kind=kind,
            data=data,
        )
    )


def move(
    session: Session, queues: Queues, job: Job, state: str, data: dict[str, Any] | None = None
) -> None:
    """
    Change the state of a job that the session holds, tell the events and the webhooks.

    Raises
    ------
    ValueError
        The state cannot follow; see :data:`api.jobs.states.NEXT`.
    """
    if state not in states.NEXT.get(job.state, frozenset()):
        msg = f"{job.job_id}: {state} cannot follow {job.state}"
        raise ValueError(msg)
    job.state = state
    moment = now()
    if state == states.QUEUED:
        job.queued_at = job.queued_at or moment
    elif state == states.SOLVING:
        job.started_at = job.started_at or moment
    elif state in states.ENDED:
        job.finished_at = moment
    add_event(session, job, "state", {"state": state, **(data or {})})
    _tell_webhooks(session, queues, job, moment)


def _tell_webhooks(session: Session, queues: Queues, job: Job, moment: datetime) -> None:
    name = event_name(job.state)
    hooks = session.scalars(
        select(Webhook).where(Webhook.tenant_id == job.tenant_id, Webhook.is_active)
    )
    for hook in [one for one in hooks if name in one.events]:
        delivery = WebhookDelivery(
            delivery_id=new_id("whd"),
            tenant_id=job.tenant_id,
            webhook_id=hook.webhook_id,
            job_id=job.job_id,
            event=name,
            payload="",
            state="pending",
            attempts=0,
            last_status=0,
            last_error="",
            created_at=moment,
        )
        delivery.payload = payload_of(job, delivery.delivery_id, name, moment)
        session.add(delivery)
        queues.put(session, WEBHOOKS, f"{delivery.delivery_id}.0", delivery.delivery_id)


def to_queue(session: Session, queues: Queues, job: Job) -> None:
    """Queue a job that is good to be solved, in its tenant's share."""
    move(session, queues, job, states.QUEUED)
    queues.put(
        session,
        SOLVES,
        solve_id(job.job_id),
        job.job_id,
        # DBOS counts from 1, and takes 0 for none.
        priority=job.priority + 1,
        partition=job.tenant_id,
    )


def claim(session: Session, queues: Queues, job_id: str, worker: str) -> Claim | None:
    """
    Take a queued job, or one whose worker is gone; earlier claims may write no more.

    Returns
    -------
    Claim or None
        None where the job has ended, or was tried too often.
    """
    job = locked(session, job_id)
    if job.state not in {states.QUEUED, states.SOLVING}:
        return None
    job.fence += 1
    if job.attempts >= MAX_ATTEMPTS:
        fail(
            session, queues, job, "abandoned", f"{job.attempts} workers did not bring it to an end"
        )
        return None
    job.attempts += 1
    job.worker = worker
    move(session, queues, job, states.SOLVING, {"worker": worker, "attempt": job.attempts})
    return as_claim(job)


def as_claim(job: Job) -> Claim:
    """What a worker needs to know."""
    return Claim(
        job_id=job.job_id,
        tenant_id=job.tenant_id,
        kind=job.kind,
        mode=job.mode,
        options=job.options,
        input_hash=job.input_hash,
        input_name=job.input_name,
        revision_id=job.revision_id,
        memory_mb=job.memory_mb,
        limit_s=job.limit_s,
        fence=job.fence,
        attempts=job.attempts,
    )


def tell(
    session: Session,
    job_id: str,
    fence: int,
    events: Sequence[tuple[str, dict[str, Any]]],
) -> None:
    """
    Append what a solver told; the latest incumbent is the job's progress.

    Raises
    ------
    FenceLost
        Of a caller that has the job no more.
    """
    job = fenced(session, job_id, fence)
    for kind, data in events:
        add_event(session, job, kind, data)
        job.progress = {**job.progress, **data}


def complete(
    session: Session,
    queues: Queues,
    job: Job,
    *,
    summary: dict[str, Any],
    files: list[dict[str, Any]],
    answer_hash: str,
) -> None:
    """The job's answer; the session holds the job."""
    job.summary, job.files, job.answer_hash = summary, files, answer_hash
    move(session, queues, job, states.COMPLETED)


def fail(
    session: Session,
    queues: Queues,
    job: Job,
    code: str,
    detail: str,
    *,
    findings: Sequence[dict[str, str]] = (),
    state: str = states.FAILED,
) -> None:
    """An end without an answer, and why; the session holds the job."""
    job.error_code, job.error_detail, job.findings = code, detail, list(findings)
    move(session, queues, job, state, {"code": code})


def cancel(session: Session, queues: Queues, job_id: str) -> bool:
    """
    End a job; its worker finds the fence raised within a second and kills its child.

    Returns
    -------
    bool
        Whether it had not ended before.
    """
    job = locked(session, job_id)
    if job.state in states.ENDED:
        return False
    job.fence += 1
    move(session, queues, job, states.CANCELLED)
    return True
