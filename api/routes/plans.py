"""Plans: asked for here, made by a worker."""

from __future__ import annotations

import json
from typing import Annotated, Any

from anyio import to_thread
from fastapi import APIRouter, Depends, Path, Query, Request, Response
from sqlalchemy.orm import Session

from api.auth import Caller, require
from api.database.audit_repository import record
from api.deps import Service, get_service
from api.idempotency import Answer, Once, once_key
from api.jobs import repository
from api.jobs.repository import NewJob, TooManyJobs
from api.jobs.service import JobService, get_jobs
from api.networks import Network
from api.problems import Problem, problems, too_big
from api.routes.jobs import find_job
from api.schemas.jobs import JobAnswer, shown
from api.schemas.plans import PlanRequest, PlanSettings
from api.settings import Settings
from api.strict_json import StrictRoute
from api.telemetry import log

router = APIRouter(prefix="/v1", tags=["plans"], route_class=StrictRoute)
Planner = Annotated[Caller, Depends(require("plan"))]
TheService = Annotated[Service, Depends(get_service)]
Jobs = Annotated[JobService, Depends(get_jobs)]
TheOnce = Annotated[Once, Depends(once_key)]
JobId = Annotated[str, Path(min_length=1, max_length=40, pattern="^[A-Za-z0-9_]+$")]

CSV = "text/csv"
EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_NAME_OF_TYPE = {CSV: "shipments.csv", EXCEL: "shipments.xlsx"}
_FILE_BODY = {
    "requestBody": {
        "required": True,
        "content": {
            name: {"schema": {"type": "string", "format": "binary"}} for name in _NAME_OF_TYPE
        },
    }
}
_ACCEPTED = {
    202: {
        "model": JobAnswer,
        "headers": {
            "Location": {"schema": {"type": "string"}, "description": "Where the plan will be"}
        },
    }
}


@router.post(
    "/plans",
    status_code=202,
    response_class=Response,
    responses={**_ACCEPTED, **problems(404, 409, 413, 415, 507)},
)
def create_plan(
    body: PlanRequest, caller: Planner, service: TheService, jobs: Jobs, once: TheOnce
) -> Response:
    """
    Queue a plan.

    The answer comes at once; the job is checked, queued and solved by a worker. Read it at
    ``Location``, follow it at ``/v1/jobs/{job_id}/events``, or be told by a webhook.
    """
    if body.mode == "evaluate":
        content = json.dumps(body.plan, ensure_ascii=False).encode()
        name = "plan.json"
    else:
        rows = [one.model_dump(exclude_defaults=True) for one in body.shipments]
        content = json.dumps({"shipments": rows}, ensure_ascii=False).encode()
        name = "shipments.json"
    return _queue(content, name, body, caller, service, jobs, once)


@router.post(
    "/plans/from-file",
    status_code=202,
    response_class=Response,
    responses={**_ACCEPTED, **problems(404, 409, 413, 415, 507)},
    openapi_extra=_FILE_BODY,
)
async def create_plan_from_file(
    request: Request,
    settings: Annotated[PlanSettings, Query()],
    caller: Planner,
    service: TheService,
    jobs: Jobs,
    once: TheOnce,
) -> Response:
    """Queue a plan of the shipments in a CSV or Excel file, which is the body."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    name = _NAME_OF_TYPE.get(kind)
    if name is None:
        detail = f"send {CSV} or {EXCEL}"
        raise Problem(415, "unsupported_media_type", "The body's type is not taken", detail=detail)
    if settings.mode == "evaluate":
        raise Problem(
            422, "invalid_request", "Shipments cannot be evaluated", detail="send a plan as JSON"
        )
    limit = service.settings.max_upload_bytes
    content = await request.body()
    if len(content) > limit:
        raise too_big("a file in bytes", limit, len(content))
    if not content:
        raise Problem(422, "invalid_request", "The file is empty")
    return await to_thread.run_sync(_queue, content, name, settings, caller, service, jobs, once)


def _queue(
    content: bytes,
    name: str,
    asked: PlanSettings,
    caller: Caller,
    service: Service,
    jobs: JobService,
    once: Once,
) -> Response:
    settings = service.settings
    if asked.time_s > settings.job_max_s:
        raise Problem(
            422,
            "time_limit_too_long",
            "The limit of time is too long",
            detail=f"time_s may be at most {settings.job_max_s:g}",
        )
    try:
        input_hash = jobs.store.put(content)
    except OSError as error:
        log.error("file store failed", error=type(error).__name__)
        raise Problem(
            507,
            "storage_full",
            "The service has no room to store this",
            headers={"Retry-After": "60"},
        ) from error

    def work(session: Session) -> Answer:
        network = service.networks.find(session, caller.tenant_id, asked.network)
        new = _new_job(asked, settings, network, input_hash, name)
        try:
            job = repository.create(
                session, jobs.queues, caller.tenant_id, new, max_open=settings.job_tenant_open
            )
        except TooManyJobs as error:
            raise Problem(
                429,
                "too_many_jobs",
                "Too many jobs wait or run",
                detail=str(error),
                headers={"Retry-After": str(repository.RETRY_AFTER_S)},
            ) from error
        record(session, caller, "plan.create", job.job_id, {"mode": asked.mode})
        location = f"/v1/plans/{job.job_id}"
        return Answer(status=202, body=shown(job), headers={"Location": location})

    return once.within(work)


def _new_job(
    asked: PlanSettings, settings: Settings, network: Network, input_hash: str, input_name: str
) -> NewJob:
    most_mb = settings.job_memory_mb
    return NewJob(
        kind="plan",
        mode=asked.mode,
        options={**_options(asked), "network_hash": network.content_hash},
        input_hash=input_hash,
        input_name=input_name,
        memory_mb=min(asked.memory_mb or most_mb, most_mb),
        limit_s=asked.time_s + asked.explain_s + settings.job_overhead_s,
        label=asked.label,
        priority=asked.priority,
        revision_id=network.revision_id,
    )


def _options(asked: PlanSettings) -> dict[str, Any]:
    names = ("time_s", "gap", "seed", "planning_quantile", "explain_s", "horizon_days", "label")
    said: dict[str, Any] = {name: getattr(asked, name) for name in names}
    if asked.planned_at is not None:
        said["planned_at"] = asked.planned_at.isoformat()
    return said


@router.get(
    "/plans/{job_id}",
    response_class=Response,
    responses={200: {"model": JobAnswer}, **problems(404)},
)
def get_plan(job_id: JobId, request: Request, caller: Planner, service: TheService) -> Response:
    """A plan: its state, and links to its files when it is made."""
    return find_job(service, caller, job_id, request, kind="plan")
