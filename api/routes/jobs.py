"""Jobs: where they stand, what happens to them, their files, and their end."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from typing import Annotated, Any

import anyio
from anyio import to_thread
from fastapi import APIRouter, Depends, Header, Path, Query, Request, Response
from fastapi.responses import FileResponse
from fastapi.sse import EventSourceResponse, ServerSentEvent
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from api.auth import Caller, require
from api.database.audit_repository import record
from api.database.engine import reading, transaction
from api.database.models_jobs import Job, JobEvent
from api.deps import Service, get_service
from api.etags import tagged
from api.jobs import repository, states
from api.jobs.service import JobService, get_jobs
from api.pages import Page, PageQuery
from api.problems import Problem, not_found, problems
from api.schemas.jobs import JobAnswer, Mode, State, shown
from api.strict_json import StrictRoute

router = APIRouter(prefix="/v1", tags=["jobs"], route_class=StrictRoute)
Planner = Annotated[Caller, Depends(require("plan"))]
TheService = Annotated[Service, Depends(get_service)]
Jobs = Annotated[JobService, Depends(get_jobs)]
JobId = Annotated[str, Path(min_length=1, max_length=40, pattern="^[A-Za-z0-9_]+$")]
FileName = Annotated[str, Path(min_length=1, max_length=100, pattern="^[A-Za-z0-9_.-]+$")]

_LOOK_S = 0.3
_LOOK_MAX_S = 1.0
_HEARTBEAT_S = 10.0
_BATCH = 200


@router.get("/jobs", responses=problems())
def list_jobs(
    caller: Planner,
    service: TheService,
    page: Annotated[PageQuery, Depends()],
    state: Annotated[State | None, Query(description="Only jobs in this state")] = None,
    mode: Annotated[Mode | None, Query(description="Only jobs of this mode")] = None,
    label: Annotated[str, Query(max_length=200, description="Only jobs with this label")] = "",
) -> Page[JobAnswer]:
    """Jobs of the tenant, newest first."""
    query = select(Job).where(Job.tenant_id == caller.tenant_id)
    for column, value in ((Job.state, state), (Job.mode, mode), (Job.label, label)):
        if value:
            query = query.where(column == value)
    with reading(service.engine) as session:
        rows = session.scalars(page.apply(query, Job.job_id, newest_first=True)).all()
        return Page[JobAnswer](**page.answer(rows, lambda row: row.job_id, shown))


@router.get(
    "/jobs/{job_id}",
    response_class=Response,
    responses={200: {"model": JobAnswer}, **problems(404)},
)
def get_job(job_id: JobId, request: Request, caller: Planner, service: TheService) -> Response:
    """A job."""
    return find_job(service, caller, job_id, request)


def find_job(
    service: Service, caller: Caller, job_id: str, request: Request, *, kind: str = ""
) -> Response:
    """
    The answer with a job of the caller's tenant.

    Raises
    ------
    Problem
        404.
    """
    row = _mine(service, caller, job_id)
    if kind and row.kind != kind:
        raise not_found(kind, job_id)
    return tagged(request, shown(row).model_dump(mode="json"))


def _mine(service: Service, caller: Caller, job_id: str) -> Job:
    with reading(service.engine) as session:
        row = session.scalar(
            select(Job).where(Job.job_id == job_id, Job.tenant_id == caller.tenant_id)
        )
    if row is None:
        raise not_found("job", job_id)
    return row


@router.delete(
    "/jobs/{job_id}",
    responses={200: {"model": JobAnswer}, **problems(404, 409)},
)
def cancel_job(job_id: JobId, caller: Planner, service: TheService, jobs: Jobs) -> JobAnswer:
    """End a job; its process is killed within a second or two. Once more changes nothing."""
    _mine(service, caller, job_id)
    with transaction(service.engine) as session:
        was_open = repository.cancel(session, jobs.queues, job_id)
        row = repository.locked(session, job_id)
        if was_open:
            record(session, caller, "job.cancel", job_id)
        elif row.state != states.CANCELLED:
            raise Problem(409, "job_ended", "The job has already ended", detail=row.state)
        return shown(row)


@router.get(
    "/jobs/{job_id}/files/{name}",
    response_class=FileResponse,
    responses={
        200: {
            "description": "The file",
            "content": {"*/*": {"schema": {"type": "string", "format": "binary"}}},
        },
        304: {"description": "The caller has it already"},
        **problems(404),
    },
)
def get_job_file(
    job_id: JobId,
    name: FileName,
    caller: Planner,
    service: TheService,
    jobs: Jobs,
    if_none_match: Annotated[str, Header(max_length=1_000)] = "",
) -> Response:
    """A file of a result; its ``ETag`` is the hash of its content."""
    row = _mine(service, caller, job_id)
    found: dict[str, Any] | None = next((one for one in row.files if one["name"] == name), None)
    if found is None:
        raise not_found("file", name)
    tag = f'"{found["sha256"]}"'
    headers = {"ETag": tag, "Cache-Control": "private, max-age=31536000, immutable"}
    if tag in [one.strip().removeprefix("W/") for one in if_none_match.split(",")]:
        return Response(status_code=304, headers=headers)
    path = jobs.store.path(found["sha256"])
    if not path.is_file():
        raise not_found("file", name)
    return FileResponse(path, media_type=found["media_type"], filename=name, headers=headers)


def _start_of(
    job_id: JobId,
    caller: Planner,
    service: TheService,
    last_event_id: Annotated[
        str, Header(max_length=20, description="Go on after this event; sent by browsers")
    ] = "",
) -> int:
    """The number of the last event that the caller has, and whether the job is the caller's."""
    _mine(service, caller, job_id)
    if last_event_id and not (last_event_id.isascii() and last_event_id.isdigit()):
        raise Problem(422, "invalid_event_id", "Last-Event-ID is not a number of this stream")
    return int(last_event_id or 0)


@router.get("/jobs/{job_id}/events", response_class=EventSourceResponse, responses=problems(404))
async def follow_job(
    job_id: JobId, service: TheService, last: Annotated[int, Depends(_start_of)]
) -> AsyncIterator[ServerSentEvent]:
    """
    What happens to a job, as it happens (server-sent events).

    ``state``, ``incumbent`` and ``log`` events, each with an ``id``; send the last one as
    ``Last-Event-ID`` to go on after it. ``end`` is the last event of a job that has ended.
    """
    wait_s, spoke = _LOOK_S, time.monotonic()
    while True:
        try:
            events, state = await to_thread.run_sync(_events_after, service, job_id, last)
        except SQLAlchemyError:
            # The database is away: the caller keeps the connection, and comes back if it breaks.
            events, state = [], ""
        for event in events:
            last = event.seq
            data = {**event.data, "at": event.at.isoformat()}
            yield ServerSentEvent(event=event.kind, id=str(event.seq), data=data)
        if state in states.ENDED and len(events) < _BATCH:
            yield ServerSentEvent(event="end", data={"state": state})
            return
        now = time.monotonic()
        if events:
            wait_s, spoke = _LOOK_S, now
        elif now - spoke >= _HEARTBEAT_S:
            spoke = now
            yield ServerSentEvent(comment="still here")
        else:
            wait_s = min(_LOOK_MAX_S, wait_s * 1.2)
        await anyio.sleep(wait_s)


def _events_after(service: Service, job_id: str, last: int) -> tuple[list[JobEvent], str]:
    with reading(service.engine) as session:
        # State first: events that come between the two reads are read, and none is missed.
        state = session.scalar(select(Job.state).where(Job.job_id == job_id)) or states.CANCELLED
        events = session.scalars(
            select(JobEvent)
            .where(JobEvent.job_id == job_id, JobEvent.seq > last)
            .order_by(JobEvent.seq)
            .limit(_BATCH)
        ).all()
        return list(events), state
