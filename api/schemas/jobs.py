"""Jobs as they are shown."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from api.database.models_jobs import Job
from api.jobs.states import ENDED
from api.schemas.common import AnswerModel

State = Literal[
    "created", "validated", "invalid", "queued", "solving", "completed", "failed", "cancelled"
]
Mode = Literal["validate", "screen", "evaluate", "solve"]


class JobFile(AnswerModel):
    """A file of a result; its hash is also its ``ETag``."""

    name: str
    sha256: str
    bytes: int
    media_type: str
    href: str = Field(description="Where it can be read, with the same key")


class JobFinding(AnswerModel):
    """One thing that is wrong with the input."""

    code: str
    what: str
    where: str = ""
    value: str = ""
    remedy: str = ""


class JobError(AnswerModel):
    """Why a job has no answer."""

    code: str = Field(description="invalid_input, memory_limit, time_limit, solver_crashed, ...")
    detail: str
    findings: list[JobFinding] = Field(default_factory=list[JobFinding])


class JobAnswer(AnswerModel):
    """A job: where it stands, and its answer when it has one."""

    job_id: str
    kind: str
    mode: Mode
    label: str
    state: State
    has_ended: bool
    priority: int
    network: str = Field(description="Revision of the network that it was made for")
    created_at: str
    queued_at: str | None
    started_at: str | None
    finished_at: str | None
    attempts: int = Field(description="How often a worker began")
    progress: dict[str, Any] = Field(
        description="Latest line, and latest objective_cny, bound_cny and gap of the solver"
    )
    error: JobError | None
    summary: dict[str, Any] = Field(description="Figures of the answer")
    files: list[JobFile]
    answer_hash: str = Field(description="Same input and options, same hash; times do not count")
    links: dict[str, str]


def shown(job: Job) -> JobAnswer:
    """A row as an answer."""
    path = "plans" if job.kind == "plan" else "jobs"
    error = None
    if job.error_code:
        findings = [JobFinding(**one) for one in job.findings]
        error = JobError(code=job.error_code, detail=job.error_detail, findings=findings)
    moments = (job.created_at, job.queued_at, job.started_at, job.finished_at)
    created, queued, started, finished = (one.isoformat() if one else None for one in moments)
    return JobAnswer(
        job_id=job.job_id,
        kind=job.kind,
        mode=job.mode,  # pyright: ignore[reportArgumentType]  (written by us)
        label=job.label,
        state=job.state,  # pyright: ignore[reportArgumentType]
        has_ended=job.state in ENDED,
        priority=job.priority,
        network=job.revision_id or "shipped",
        created_at=created or "",
        queued_at=queued,
        started_at=started,
        finished_at=finished,
        attempts=job.attempts,
        progress=job.progress,
        error=error,
        summary=job.summary,
        files=[
            JobFile(**one, href=f"/v1/jobs/{job.job_id}/files/{one['name']}") for one in job.files
        ],
        answer_hash=job.answer_hash,
        links={
            "self": f"/v1/{path}/{job.job_id}",
            "events": f"/v1/jobs/{job.job_id}/events",
            "cancel": f"/v1/jobs/{job.job_id}",
        },
    )
