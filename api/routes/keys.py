"""Keys of the caller's tenant, and the audit log."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Request, Response
from sqlalchemy import select
from sqlalchemy.orm import Session

from api.auth import Caller, require
from api.database import key_repository
from api.database.audit_repository import record
from api.database.base import now
from api.database.engine import reading, transaction
from api.database.models_access import ApiKey, AuditEntry
from api.deps import Service, get_service
from api.etags import tagged
from api.idempotency import Answer, Once, once_key
from api.pages import Page, PageQuery
from api.problems import Problem, problems
from api.schemas.keys import AuditAnswer, KeyAnswer, KeyRequest, NewKeyAnswer, RotationRequest
from api.strict_json import StrictRoute

router = APIRouter(prefix="/v1", tags=["keys"], route_class=StrictRoute)
Admin = Annotated[Caller, Depends(require("admin"))]
KeyId = Annotated[str, Path(min_length=1, max_length=40, pattern="^[A-Za-z0-9_]+$")]
TheService = Annotated[Service, Depends(get_service)]


@router.get("/keys", responses=problems())
def list_keys(
    service: TheService, caller: Admin, page: Annotated[PageQuery, Depends()]
) -> Page[KeyAnswer]:
    """Keys of the tenant, newest first, ended ones included."""
    with reading(service.engine) as session:
        query = select(ApiKey).where(ApiKey.tenant_id == caller.tenant_id)
        rows = session.scalars(page.apply(query, ApiKey.key_id, newest_first=True)).all()
    return Page[KeyAnswer](**page.answer(rows, lambda row: row.key_id, _shown))


@router.post(
    "/keys",
    status_code=201,
    response_class=Response,
    responses={201: {"model": NewKeyAnswer}, **problems(409, 415)},
)
def create_key(
    body: KeyRequest,
    caller: Admin,
    once: Annotated[Once, Depends(once_key)],
) -> Response:
    """
    Make a key. Its secret is in this answer only.

    A repetition with the same Idempotency-Key is answered without it.
    """
    if body.expires_at is not None and body.expires_at <= now():
        raise _past()

    def work(session: Session) -> Answer:
        made = key_repository.create_key(
            session, caller.tenant_id, body.name, body.scopes, body.expires_at
        )
        record(session, caller, "key.create", made.key.key_id, {"scopes": made.key.scopes})
        return _new(made)

    return once.within(work)


@router.get(
    "/keys/{key_id}",
    responses={200: {"model": KeyAnswer}, **problems(404)},
    response_class=Response,
)
def get_key(key_id: KeyId, request: Request, service: TheService, caller: Admin) -> Response:
    """A key of the tenant."""
    with reading(service.engine) as session:
        row = key_repository.find_key(session, caller.tenant_id, key_id)
    return tagged(request, _shown(row).model_dump(mode="json"))


@router.delete("/keys/{key_id}", status_code=204, responses=problems(404))
def revoke_key(key_id: KeyId, service: TheService, caller: Admin) -> None:
    """End a key at once; once more changes nothing."""
    with transaction(service.engine) as session:
        key_repository.revoke_key(session, caller.tenant_id, key_id)
        record(session, caller, "key.revoke", key_id)


@router.post(
    "/keys/{key_id}/rotate",
    status_code=201,
    response_class=Response,
    responses={201: {"model": NewKeyAnswer}, **problems(404, 409, 415)},
)
def rotate_key(
    key_id: KeyId,
    body: RotationRequest,
    caller: Admin,
    once: Annotated[Once, Depends(once_key)],
) -> Response:
    """A new key with the same name and scopes; the old one ends after the overlap."""
    ends_at = now() + timedelta(minutes=body.overlap_min)

    def work(session: Session) -> Answer:
        made = key_repository.rotate_key(session, caller.tenant_id, key_id, ends_at)
        record(session, caller, "key.rotate", key_id, {"new_key_id": made.key.key_id})
        return _new(made)

    return once.within(work)


@router.get("/audit", tags=["audit"], responses=problems())
def list_audit(
    service: TheService,
    caller: Admin,
    page: Annotated[PageQuery, Depends()],
    action: Annotated[str, Query(max_length=64, description="Only this, such as key.create")] = "",
    object_id: Annotated[str, Query(max_length=80, description="Only about this object")] = "",
) -> Page[AuditAnswer]:
    """What was changed in the tenant, newest first."""
    query = select(AuditEntry).where(AuditEntry.tenant_id == caller.tenant_id)
    if action:
        query = query.where(AuditEntry.action == _searchable(action))
    if object_id:
        query = query.where(AuditEntry.object_id == _searchable(object_id))
    with reading(service.engine) as session:
        rows = session.scalars(page.apply(query, AuditEntry.entry_id, newest_first=True)).all()
    return Page[AuditAnswer](**page.answer(rows, lambda row: row.entry_id, _entry))


def _searchable(text: str) -> str:
    """PostgreSQL has no text with U+0000."""
    return text.replace("\0", "�")


def _past() -> Problem:
    error = {"code": "expiry_in_past", "detail": "it has passed", "pointer": "/body/expires_at"}
    return Problem(422, "invalid_request", "The request has the wrong form", errors=[error])


def _shown(row: ApiKey) -> KeyAnswer:
    return KeyAnswer(**_fields(row))


def _fields(row: ApiKey) -> dict[str, Any]:
    return {
        "key_id": row.key_id,
        "name": row.name,
        "prefix": f"th_{row.prefix}",
        "scopes": row.scopes,
        "created_at": row.created_at,
        "expires_at": row.expires_at,
        "revoked_at": row.revoked_at,
        "last_used_at": row.last_used_at,
    }


def _new(made: key_repository.Created) -> Answer:
    body = NewKeyAnswer(**_fields(made.key), key=made.secret)
    headers = {"Location": f"/v1/keys/{made.key.key_id}"}
    stored = KeyAnswer(**_fields(made.key))
    return Answer(body=body, stored=stored, status=201, headers=headers)


def _entry(row: AuditEntry) -> AuditAnswer:
    return AuditAnswer(
        entry_id=row.entry_id,
        at=row.at,
        action=row.action,
        object_id=row.object_id,
        key_id=row.key_id,
        request_id=row.request_id,
        detail=row.detail,
    )
