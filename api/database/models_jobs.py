"""Tables of jobs: what was asked, what happened, who wants to hear of it, who works."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, Float, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from api.database.base import Base, Document, Id, UtcTime
from api.jobs.states import STATES

_STATE_LIST = ", ".join(f"'{state}'" for state in STATES)


class Job(Base):
    """
    A piece of work that outlives the request, and what it led to.

    ``fence`` counts who may write: every claim and every cancel raises it, and a worker writes only
    while the row has the number that it was given. ``n_events`` numbers the events of the job.
    """

    __tablename__ = "jobs"
    __table_args__ = (
        CheckConstraint(f"state IN ({_STATE_LIST})", name="state"),
        Index(None, "tenant_id", "state"),
        Index(None, "tenant_id", "job_id"),
        Index(None, "state", "updated_at"),
    )

    job_id: Mapped[str] = mapped_column(Id, primary_key=True)
    tenant_id: Mapped[str] = mapped_column(ForeignKey("tenants.tenant_id"))
    kind: Mapped[str] = mapped_column(String(32))
    mode: Mapped[str] = mapped_column(String(16))
    label: Mapped[str] = mapped_column(String(200), default="")
    state: Mapped[str] = mapped_column(String(16))
    priority: Mapped[int]
    options: Mapped[dict[str, Any]] = mapped_column(Document)
    input_hash: Mapped[str] = mapped_column(String(64))
    input_name: Mapped[str] = mapped_column(String(100))
    revision_id: Mapped[str | None] = mapped_column(String(64))
    memory_mb: Mapped[int]
    limit_s: Mapped[float] = mapped_column(Float)
    created_at: Mapped[datetime] = mapped_column(UtcTime)
    updated_at: Mapped[datetime] = mapped_column(UtcTime)
    queued_at: Mapped[datetime | None] = mapped_column(UtcTime)
    started_at: Mapped[datetime | None] = mapped_column(UtcTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcTime)
    worker: Mapped[str] = mapped_column(String(64), default="")
    fence: Mapped[int] = mapped_column(default=0)
    attempts: Mapped[int] = mapped_column(default=0)
    crashes: Mapped[int] = mapped_column(default=0)
    n_events: Mapped[int] = mapped_column(default=0)
    progress: Mapped[dict[str, Any]] = mapped_column(Document, default=dict)
    error_code: Mapped[str] = mapped_column(String(64), default="")
    error_detail: Mapped[str] = mapped_column(Text, default="")
    findings: Mapped[list[Any]] = mapped_column(Document, default=list)
    summary: Mapped[dict[str, Any]] = mapped_column(Document, default=dict)
    files: Mapped[list[Any]] = mapped_column(Document, default=list)
    answer_hash: Mapped[str] = mapped_column(String(64), default="")


class JobEvent(Base):
    """One thing that happened to a job; ``seq`` is the ``id:`` of the event stream."""

    __tablename__ = "job_events"

    job_id: Mapped[str] = mapped_column(
        ForeignKey("jobs.job_id", ondelete="CASCADE"), primary_key=True
    )
    seq: Mapped[int] = mapped_column(primary_key=True)
    tenant_id: Mapped[str] = mapped_column(ForeignKey("tenants.tenant_id"))
    at: Mapped[datetime] = mapped_column(UtcTime)
    kind: Mapped[str] = mapped_column(String(16))
    data: Mapped[dict[str, Any]] = mapped_column(Document)


class Webhook(Base):
    """An address of a tenant that is told of its jobs. The secret signs what is sent."""

    __tablename__ = "webhooks"

    webhook_id: Mapped[str] = mapped_column(Id, primary_key=True)
    tenant_id: Mapped[str] = mapped_column(ForeignKey("tenants.tenant_id"), index=True)
    url: Mapped[str] = mapped_column(String(2000))
    secret: Mapped[str] = mapped_column(String(100))
    events: Mapped[list[str]] = mapped_column(Document)
    is_active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime] = mapped_column(UtcTime)


class WebhookDelivery(Base):
    """One message to one webhook, and how sending it went."""

    __tablename__ = "webhook_deliveries"

    delivery_id: Mapped[str] = mapped_column(Id, primary_key=True)
    tenant_id: Mapped[str] = mapped_column(ForeignKey("tenants.tenant_id"))
    webhook_id: Mapped[str] = mapped_column(
        ForeignKey("webhooks.webhook_id", ondelete="CASCADE"), index=True
    )
    job_id: Mapped[str] = mapped_column(String(40))
    event: Mapped[str] = mapped_column(String(32))
    payload: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(16))
    attempts: Mapped[int] = mapped_column(default=0)
    last_status: Mapped[int] = mapped_column(default=0)
    last_error: Mapped[str] = mapped_column(String(200), default="")
    created_at: Mapped[datetime] = mapped_column(UtcTime)
    next_at: Mapped[datetime | None] = mapped_column(UtcTime)
    delivered_at: Mapped[datetime | None] = mapped_column(UtcTime)


class Worker(Base):
    """
    A worker by its stable name. ``beats`` rises while it lives.

    Peers compare ``beats`` with what they saw before, by their own clocks, so that clocks of
    different machines need not agree.
    """

    __tablename__ = "workers"

    name: Mapped[str] = mapped_column(String(64), primary_key=True)
    instance: Mapped[str] = mapped_column(String(64))
    beats: Mapped[int] = mapped_column(BigInteger)
    beat_at: Mapped[datetime] = mapped_column(UtcTime)
    started_at: Mapped[datetime] = mapped_column(UtcTime)
