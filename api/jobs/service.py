"""What the application has for jobs: queues to put them in, and files."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from anyio import to_thread
from fastapi import FastAPI, Request

from api.deps import Service
from api.jobs.durable import Queues, dbos_engine
from api.jobs.files import FileStore


@dataclass(frozen=True, slots=True, kw_only=True)
class JobService:
    """Shared by handlers. The application never solves: it only puts jobs into queues."""

    queues: Queues
    store: FileStore


@asynccontextmanager
async def job_service(app: FastAPI) -> AsyncIterator[None]:
    """Make the queues' tables and keep a handle on them while the application runs."""
    service: Service = app.state.service
    engine = dbos_engine(service.settings.url)
    queues = Queues(engine)
    await to_thread.run_sync(queues.migrate)
    app.state.jobs = JobService(
        queues=queues, store=FileStore(service.settings.state_dir / "files")
    )
    try:
        yield
    finally:
        engine.dispose()


def get_jobs(request: Request) -> JobService:
    """The dependency."""
    return request.app.state.jobs
