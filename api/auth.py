"""
API keys: how they look, how they are checked, what they allow.

A key is ``th_``, twelve hexadecimal digits that name it, ``_``, and 256 random bits. Only the
SHA-256 of the whole is stored; a slow hash would protect nothing, as there is nothing to guess.
"""

from __future__ import annotations

import hmac
import re
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from typing import Annotated

from fastapi import Request, Security
from fastapi.security import HTTPBearer

from api.problems import Problem

KEY_FORM = re.compile(r"th_([0-9a-f]{12})_[A-Za-z0-9_-]{43}")
_MAX_HEADER = 200
_NO_DIGEST = bytes(32)


class Scope(StrEnum):
    """What a key may be allowed to do; ``admin`` does not include the others."""

    QUOTE = "quote"
    PLAN = "plan"
    ALLOCATE = "allocate"
    SCENARIO = "scenario"
    ADMIN = "admin"


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Who calls: one key of one tenant."""

    tenant_id: str
    key_id: str
    key_name: str
    scopes: frozenset[str]


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key as it is shown once, and what is stored of it."""

    secret: str
    prefix: str
    digest: bytes


def make_key() -> NewKey:
    """A new random key."""
    prefix = secrets.token_hex(6)
    secret = f"th_{prefix}_{secrets.token_urlsafe(32)}"
    return NewKey(secret, prefix, digest_of(secret))


def digest_of(secret: str) -> bytes:
    """What is stored of a key."""
    return sha256(secret.encode("ascii")).digest()


def prefix_of(authorization: str) -> tuple[str, str]:
    """
    The key in an ``Authorization`` header and the prefix that names it.

    Raises
    ------
    Problem
        401: there is no key, or it has not the form of one.
    """
    kind, _, secret = authorization[:_MAX_HEADER].partition(" ")
    if not authorization:
        raise refused("missing_key", "Send Authorization: Bearer <key>")
    found = KEY_FORM.fullmatch(secret.strip())
    if kind.lower() != "bearer" or found is None:
        raise refused("invalid_key", "The header holds no key of this service")
    return secret.strip(), found.group(1)


def is_match(secret: str, digest: bytes | None) -> bool:
    """Whether a key is the one that is stored, in the same time for every wrong one."""
    return hmac.compare_digest(digest_of(secret), digest or _NO_DIGEST) and digest is not None


def refused(code: str, detail: str) -> Problem:
    """401: who calls is not known."""
    headers = {"WWW-Authenticate": 'Bearer realm="teahorse"'}
    return Problem(401, code, "A valid key is needed", detail=detail, headers=headers)


BEARER = HTTPBearer(
    auto_error=False,
    scheme_name="ApiKey",
    description="teahorse keys create --name N --scope S prints a key once",
)


def require(*scopes: str) -> Callable[..., Awaitable[Caller]]:
    """
    A dependency: the caller, who must have one of the scopes; any key where none is given.

    The key itself was checked before the request was routed, see :mod:`api.gate`.

    Raises
    ------
    Problem
        401 without a caller, 403 without a scope.
    """

    async def caller(request: Request, _key: Annotated[object, Security(BEARER)]) -> Caller:
        found = request.scope.get("teahorse.caller")
        if not isinstance(found, Caller):
            raise refused("missing_key", "Send Authorization: Bearer <key>")
        if scopes and found.scopes.isdisjoint(scopes):
            needed = " or ".join(scopes)
            raise Problem(
                403, "missing_scope", "The key does not allow this", detail=f"it needs {needed}"
            )
        return found

    return caller
