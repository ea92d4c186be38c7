"""Tenants and keys in the database."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from api.auth import Caller, NewKey, is_match, make_key, prefix_of, refused
from api.database.base import new_id, now
from api.database.models_access import ApiKey, Tenant
from api.problems import not_found

_FIND = (
    select(
        ApiKey.key_id,
        ApiKey.tenant_id,
        ApiKey.name,
        ApiKey.scopes,
        ApiKey.digest,
        ApiKey.expires_at,
        ApiKey.revoked_at,
    )
    .where(ApiKey.prefix == bindparam("prefix"))
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Created:
    """A stored key, and its secret: shown once."""

    key: ApiKey
    secret: str


def authenticate(session: Session, authorization: str) -> Caller:
    """
    Who sends a header.

    Raises
    ------
    Problem
        401, with a code that tells a key that was valid from one that never was.
    """
    secret, prefix = prefix_of(authorization)
    row = session.execute(_FIND, {"prefix": prefix}).first()
    if not is_match(secret, None if row is None else row.digest) or row is None:
        raise refused("invalid_key", "The key is not known")
    if row.revoked_at is not None:
        raise refused("revoked_key", "The key was revoked")
    if row.expires_at is not None and row.expires_at <= now():
        raise refused("expired_key", "The key has expired")
    return Caller(
        tenant_id=row.tenant_id, key_id=row.key_id, key_name=row.name, scopes=frozenset(row.scopes)
    )


def tenant_named(session: Session, name: str) -> Tenant:
    """The tenant of that name; made if there is none."""
    found = session.scalar(select(Tenant).where(Tenant.name == name))
    if found is None:
        found = Tenant(tenant_id=new_id("ten"), name=name, created_at=now())
        session.add(found)
        session.flush()
    return found


def create_key(
    session: Session,
    tenant_id: str,
    name: str,
    scopes: Iterable[str],
    expires_at: datetime | None = None,
) -> Created:
    """Make and store a key."""
    made: NewKey = make_key()
    row = ApiKey(
        key_id=new_id("key"),
        tenant_id=tenant_id,
        name=name,
        prefix=made.prefix,
        digest=made.digest,
        scopes=sorted(set(scopes)),
        created_at=now(),
        expires_at=expires_at,
    )
    session.add(row)
    session.flush()
    return Created(row, made.secret)


def find_key(session: Session, tenant_id: str | None, key_id: str) -> ApiKey:
    """
    A key of a tenant, or of any for the operator's command.

    Raises
    ------
    Problem
        404.
    """
    query = select(ApiKey).where(ApiKey.key_id == key_id)
    if tenant_id is not None:
        query = query.where(ApiKey.tenant_id == tenant_id)
    found = session.scalar(query)
    if found is None:
        raise not_found("key", key_id)
    return found


def revoke_key(session: Session, tenant_id: str | None, key_id: str) -> ApiKey:
    """End a key at once; a second time changes nothing."""
    row = find_key(session, tenant_id, key_id)
    if row.revoked_at is None:
        row.revoked_at = now()
    return row


def rotate_key(
    session: Session, tenant_id: str | None, key_id: str, old_ends_at: datetime
) -> Created:
    """A new key like an old one, which ends at a moment: clients have until then to change."""
    old = find_key(session, tenant_id, key_id)
    made = create_key(session, old.tenant_id, old.name, old.scopes, old.expires_at)
    old.expires_at = min(old_ends_at, old.expires_at or old_ends_at)
    return made


def write_last_used(session: Session, used: Mapping[str, datetime]) -> None:
    """Note when keys were last used."""
    for key_id, at in sorted(used.items()):
        session.execute(update(ApiKey).where(ApiKey.key_id == key_id).values(last_used_at=at))
