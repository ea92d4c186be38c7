"""Tables of networks, and of what is asked of them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, Integer, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from api.database.base import Base, Document, Id, UtcTime
from api.database.models_access import Tenant


class NetworkContent(Base):
    """All tables of a network, packed; never changed, shared by revisions that are equal."""

    __tablename__ = "network_contents"

    content_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    package: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[datetime] = mapped_column(UtcTime)


class NetworkRevision(Base):
    """
    One state of a tenant's network; never changed.

    The number follows the parent's, and is unique in the tenant: of two edits of one revision, one
    wins and the other is told so.
    """

    __tablename__ = "network_revisions"
    __table_args__ = (UniqueConstraint("tenant_id", "number"),)

    revision_id: Mapped[str] = mapped_column(Id, primary_key=True)
    tenant_id: Mapped[str] = mapped_column(ForeignKey(Tenant.tenant_id))
    number: Mapped[int] = mapped_column(Integer)
    parent_id: Mapped[str | None] = mapped_column(Id)
    content_hash: Mapped[str] = mapped_column(ForeignKey("network_contents.content_hash"))
    fingerprint: Mapped[str] = mapped_column(String(64))
    edits: Mapped[list[dict[str, Any]]] = mapped_column(Document)
    note: Mapped[str] = mapped_column(String(500))
    key_id: Mapped[str | None] = mapped_column(Id)
    created_at: Mapped[datetime] = mapped_column(UtcTime)


class ShipmentRecord(Base):
    """A shipment that a tenant keeps, as its request had it."""

    __tablename__ = "shipments"

    tenant_id: Mapped[str] = mapped_column(ForeignKey(Tenant.tenant_id), primary_key=True)
    shipment_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    document: Mapped[dict[str, Any]] = mapped_column(Document)
    version: Mapped[int] = mapped_column(Integer)
    created_at: Mapped[datetime] = mapped_column(UtcTime)
    updated_at: Mapped[datetime] = mapped_column(UtcTime)


class Scenario(Base):
    """A question: a base revision, changes to it, seeds; versions guard against lost edits."""

    __tablename__ = "scenarios"
    __table_args__ = (Index(None, "tenant_id", "scenario_id"),)

    scenario_id: Mapped[str] = mapped_column(Id, primary_key=True)
    tenant_id: Mapped[str] = mapped_column(ForeignKey(Tenant.tenant_id))
    name: Mapped[str] = mapped_column(String(120))
    base_revision_id: Mapped[str | None] = mapped_column(Id)
    document: Mapped[dict[str, Any]] = mapped_column(Document)
    version: Mapped[int] = mapped_column(Integer)
    created_at: Mapped[datetime] = mapped_column(UtcTime)
    updated_at: Mapped[datetime] = mapped_column(UtcTime)


class ScenarioRun(Base):
    """One answer to a scenario: inputs by hash, so that a repetition can be told from a change."""

    __tablename__ = "scenario_runs"
    __table_args__ = (Index(None, "tenant_id", "scenario_id", "run_id"),)

    run_id: Mapped[str] = mapped_column(Id, primary_key=True)
    tenant_id: Mapped[str] = mapped_column(ForeignKey(Tenant.tenant_id))
    scenario_id: Mapped[str] = mapped_column(
        ForeignKey("scenarios.scenario_id", ondelete="CASCADE")
    )
    scenario_version: Mapped[int] = mapped_column(Integer)
    job_id: Mapped[str | None] = mapped_column(Id)
    seed: Mapped[int] = mapped_column(BigInteger)
    input_hashes: Mapped[dict[str, str]] = mapped_column(Document)
    kpis: Mapped[dict[str, Any]] = mapped_column(Document)
    created_at: Mapped[datetime] = mapped_column(UtcTime)
