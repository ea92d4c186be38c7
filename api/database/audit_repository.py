"""The audit log: rows are added in the transaction of what they tell of, and never changed."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session
from structlog.contextvars import get_contextvars

from api.auth import Caller
from api.database.base import new_id, now
from api.database.models_access import AuditEntry


def record(
    session: Session,
    caller: Caller,
    action: str,
    object_id: str,
    detail: dict[str, Any] | None = None,
) -> None:
    """Add a row. ``detail`` holds no secrets."""
    who = (caller.tenant_id, caller.key_id)
    record_of(session, who, action, object_id, detail)


def record_of(
    session: Session,
    who: tuple[str, str | None],
    action: str,
    object_id: str,
    detail: dict[str, Any] | None = None,
) -> None:
    """Add a row about a tenant and a key; without a key the operator or the service did it."""
    tenant_id, key_id = who
    session.add(
        AuditEntry(
            entry_id=new_id("aud"),
            tenant_id=tenant_id,
            key_id=key_id,
            at=now(),
            action=action,
            object_id=object_id,
            request_id=str(get_contextvars().get("request_id", "")),
            detail=detail or {},
        )
    )
