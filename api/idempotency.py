"""
``Idempotency-Key``: a request that is sent again gets the answer of the first time.

What changes the database does so in the transaction that stores the answer: a process that is
killed has done both or neither. What only computes marks the key as running first, with a lease, so
a repetition meanwhile is told to wait, and one after a crash computes again.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from hashlib import sha256
from typing import Annotated, Any

from fastapi import Depends, Header, Request, Response
from pydantic import BaseModel
from sqlalchemy import delete, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from api.auth import Caller, require
from api.database.base import now
from api.database.engine import transaction
from api.database.models_access import IdempotencyRecord
from api.deps import Service, get_service
from api.problems import Problem

_KEY = re.compile(r"[\x21-\x7e]{1,128}")
_LEASE_S = 60
_REPLAYED = "Idempotency-Replayed"


Body = BaseModel | dict[str, Any] | bytes


def _json(body: Body) -> bytes:
    if isinstance(body, bytes):
        return body
    if isinstance(body, BaseModel):
        return body.model_dump_json().encode()
    return json.dumps(body, ensure_ascii=False, allow_nan=False, default=str).encode()


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """
    What an operation answers.

    Parameters
    ----------
    body
        A model, plain data, or JSON as bytes.
    stored
        What is kept for a repetition where that is not the same: secrets are not kept.
    """

    body: Body
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict[str, str])
    stored: Body | None = None

    def response(self) -> Response:
        """The answer of the first time."""
        return Response(
            _json(self.body), self.status, headers=self.headers, media_type="application/json"
        )

    def kept(self) -> bytes:
        """What a repetition is answered."""
        return _json(self.body if self.stored is None else self.stored)


class Once:
    """One request, and whether it was answered before."""

    def __init__(self, service: Service, caller: Caller, key: str, request_hash: str) -> None:
        self._service, self._caller = service, caller
        self._key, self._hash = key, request_hash

    def within(self, work: Callable[[Session], Answer]) -> Response:
        """
        Do work that changes the database, once.

        Parameters
        ----------
        work
            Gets the transaction in which the answer is stored too.

        Raises
        ------
        Problem
            422: the key was used for another request.
        """
        engine = self._service.engine
        if not self._key:
            with transaction(engine) as session:
                return work(session).response()
        try:
            with transaction(engine) as session:
                old = self._find(session)
                if old is not None:
                    return self._again(old)
                # On PostgreSQL the second of two waits here until the first has ended.
                session.execute(insert(IdempotencyRecord).values(self._row()))
                answer = work(session)
                session.execute(self._done(answer))
                return answer.response()
        except IntegrityError:
            with transaction(engine) as session:
                old = self._find(session)
            if old is None:
                raise
            return self._again(old)

    def around(self, work: Callable[[], Answer]) -> Response:
        """
        Do work that changes nothing, and keep its answer.

        Raises
        ------
        Problem
            409: the first request still runs; 422: the key was used for another request.
        """
        if not self._key:
            return work().response()
        engine = self._service.engine
        try:
            with transaction(engine) as session:
                old = self._find(session)
                if old is not None and not self._is_abandoned(old):
                    return self._again(old)
                if old is not None:
                    session.delete(old)
                    session.flush()
                session.execute(insert(IdempotencyRecord).values(self._row()))
        except IntegrityError:
            raise self._running() from None
        try:
            answer = work()
        except BaseException:
            with transaction(engine) as session:
                session.execute(delete(IdempotencyRecord).where(*self._mine()))
            raise
        with transaction(engine) as session:
            session.execute(self._done(answer))
        return answer.response()

    def _mine(self) -> tuple[Any, ...]:
        tenant_id = self._caller.tenant_id
        return IdempotencyRecord.tenant_id == tenant_id, IdempotencyRecord.key == self._key

    def _find(self, session: Session) -> IdempotencyRecord | None:
        found = session.scalar(select(IdempotencyRecord).where(*self._mine()))
        if found is not None and found.expires_at <= now():
            session.delete(found)
            session.flush()
            return None
        return found

    def _row(self) -> dict[str, Any]:
        at = now()
        return {
            "tenant_id": self._caller.tenant_id,
            "key": self._key,
            "request_hash": self._hash,
            "status": None,
            "headers": {},
            "body": b"",
            "lease_until": at + timedelta(seconds=_LEASE_S),
            "expires_at": at + timedelta(hours=self._service.settings.idempotency_hours),
        }

    def _done(self, answer: Answer) -> Any:  # noqa: ANN401
        values = {"status": answer.status, "headers": answer.headers, "body": answer.kept()}
        return update(IdempotencyRecord).where(*self._mine()).values(values)

    def _is_abandoned(self, old: IdempotencyRecord) -> bool:
        is_same = old.request_hash == self._hash
        return is_same and old.status is None and old.lease_until <= now()

    def _again(self, old: IdempotencyRecord) -> Response:
        if old.request_hash != self._hash:
            raise Problem(
                422,
                "idempotency_key_reused",
                "The Idempotency-Key was used for another request",
                detail="take a new key for a new request",
            )
        if old.status is None:
            raise self._running()
        headers = {**old.headers, _REPLAYED: "true"}
        return Response(old.body, old.status, headers=headers, media_type="application/json")

    def _running(self) -> Problem:
        return Problem(
            409,
            "idempotency_in_progress",
            "The first request with this Idempotency-Key still runs",
            headers={"Retry-After": "1"},
        )


async def once_key(
    request: Request,
    caller: Annotated[Caller, Depends(require())],
    service: Annotated[Service, Depends(get_service)],
    idempotency_key: Annotated[
        str,
        Header(
            max_length=128,
            description="Any text of your own; the same request with the same key is done once",
        ),
    ] = "",
) -> Once:
    """The dependency."""
    if not idempotency_key:
        return Once(service, caller, "", "")
    if not _KEY.fullmatch(idempotency_key):
        raise Problem(
            422,
            "invalid_idempotency_key",
            "The Idempotency-Key cannot be used",
            detail="1 to 128 visible ASCII characters",
        )
    body = await request.body()
    asked = f"{request.method} {request.url.path}\n".encode() + body
    return Once(service, caller, idempotency_key, sha256(asked).hexdigest())


def forget_expired(session: Session) -> None:
    """Delete answers whose time is over."""
    session.execute(delete(IdempotencyRecord).where(IdempotencyRecord.expires_at <= now()))
