"""Revisions of networks in the database: only added, never changed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from api.auth import Caller
from api.database.base import new_id, now
from api.database.models_network import NetworkContent, NetworkRevision
from api.problems import not_found

_NEWEST_CONTENT = (
    select(NetworkRevision.content_hash)
    .where(NetworkRevision.tenant_id == bindparam("tenant_id"))
    .order_by(NetworkRevision.number.desc())
    .limit(1)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewRevision:
    """What a revision is made of."""

    content_hash: str
    package: bytes
    fingerprint: str
    edits: list[dict[str, Any]]
    note: str


def newest(session: Session, tenant_id: str) -> NetworkRevision | None:
    """A tenant's newest revision; ``None`` while it uses the shipped network."""
    query = select(NetworkRevision).where(NetworkRevision.tenant_id == tenant_id)
    return session.scalar(query.order_by(NetworkRevision.number.desc()).limit(1))


def newest_content(session: Session, tenant_id: str) -> str:
    """Content hash of a tenant's newest revision; empty while it uses the shipped network."""
    return session.execute(_NEWEST_CONTENT, {"tenant_id": tenant_id}).scalar() or ""


def find(session: Session, tenant_id: str, revision_id: str) -> NetworkRevision:
    """
    A tenant's revision.

    Raises
    ------
    Problem
        404.
    """
    found = session.scalar(
        select(NetworkRevision).where(
            NetworkRevision.tenant_id == tenant_id, NetworkRevision.revision_id == revision_id
        )
    )
    if found is None:
        raise not_found("network revision", revision_id)
    return found


def package_of(session: Session, content_hash: str) -> bytes:
    """The tables behind a revision."""
    query = select(NetworkContent.package).where(NetworkContent.content_hash == content_hash)
    return session.scalars(query).one()


def add(
    session: Session, caller: Caller, parent: NetworkRevision | None, made: NewRevision
) -> NetworkRevision:
    """
    Add a revision after a parent.

    Raises
    ------
    sqlalchemy.exc.IntegrityError
        Another revision followed the parent meanwhile.
    """
    if session.get(NetworkContent, made.content_hash) is None:
        session.add(
            NetworkContent(content_hash=made.content_hash, package=made.package, created_at=now())
        )
        session.flush()
    row = NetworkRevision(
        revision_id=new_id("net"),
        tenant_id=caller.tenant_id,
        number=1 if parent is None else parent.number + 1,
        parent_id=None if parent is None else parent.revision_id,
        content_hash=made.content_hash,
        fingerprint=made.fingerprint,
        edits=made.edits,
        note=made.note,
        key_id=caller.key_id,
        created_at=now(),
    )
    session.add(row)
    session.flush()
    return row
