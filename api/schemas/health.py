"""Health of the service."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from api.schemas.common import AnswerModel


class Live(AnswerModel):
    """The process answers."""

    status: Literal["live"] = "live"
    version: str


class Ready(AnswerModel):
    """Requests can be answered."""

    status: Literal["ready"] = "ready"
    network_fingerprint: str
    database: Literal["sqlite", "postgresql"]


class Limits(AnswerModel):
    """What a request may have at most; one more is answered 413 too_big, 422 or 429."""

    body_bytes: int
    upload_bytes: int
    json_depth: int
    matrix_cells: int
    page: int
    rate_per_s: float
    rate_burst: float


class Versions(AnswerModel):
    """What answers."""

    version: str
    libraries: dict[str, str]
    database_revision: str
    network_fingerprint: str
    network_rows_by_confidence: dict[str, dict[str, int]] = Field(
        description="Tables of the shipped network"
    )
    limits: Limits
