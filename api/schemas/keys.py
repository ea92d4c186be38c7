"""Keys and the audit log."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import AwareDatetime, ConfigDict, Field

from api.auth import Scope
from api.schemas.common import AnswerModel, Line, Request, Whole

KEY_EXAMPLE = {"name": "warehouse platform", "scopes": ["quote", "allocate"]}


class KeyRequest(Request):
    """A key to be made."""

    model_config = ConfigDict(json_schema_extra={"examples": [KEY_EXAMPLE]})

    name: Line = Field(min_length=1, max_length=64)
    scopes: list[Scope] = Field(min_length=1, max_length=5)
    expires_at: AwareDatetime | None = Field(default=None, description="RFC 3339; never if missing")


class RotationRequest(Request):
    """How long the old key is still taken."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"overlap_min": 60}]})

    overlap_min: Whole = Field(default=0, ge=0, le=43_200, description="Minutes, at most 30 days")


class KeyAnswer(AnswerModel):
    """A key without its secret."""

    key_id: str
    name: str
    prefix: str = Field(description="The first part of the key, to recognise it by")
    scopes: list[Scope]
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None
    last_used_at: datetime | None = Field(description="Late by up to half a minute")


class NewKeyAnswer(KeyAnswer):
    """A key with its secret: it is shown this once."""

    key: str | None = Field(
        default=None, description="Missing in a repeated answer, because secrets are not stored"
    )


class AuditAnswer(AnswerModel):
    """Something that was changed."""

    entry_id: str
    at: datetime
    action: str
    object_id: str
    key_id: str | None = Field(description="Missing for the operator")
    request_id: str
    detail: dict[str, Any]
