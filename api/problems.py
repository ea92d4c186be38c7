"""Refusals as problem+json (RFC 9457): one class to raise, one schema, one documented set."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from fastapi import HTTPException
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field
from structlog.contextvars import get_contextvars

PROBLEM_JSON = "application/problem+json"


class ProblemError(BaseModel):
    """One thing that is wrong with a request."""

    code: str = Field(description="Stable code: of a finding (S317) or of a field's check")
    detail: str = Field(description="What is wrong")
    pointer: str = Field(default="", description="Where: a JSON pointer or the field's name")
    value: str = Field(default="", description="The value, cut to a readable length")
    remedy: str = Field(default="", description="What to do about it")


class ProblemBody(BaseModel):
    """Body of every answer that is not a success (RFC 9457)."""

    model_config = ConfigDict(
        extra="allow",
        json_schema_extra={
            "examples": [
                {
                    "type": "urn:teahorse:problem:not_found",
                    "title": "There is no such object",
                    "status": 404,
                    "code": "not_found",
                    "request_id": "req_018f3c2a9d001b2c3d4e5f60718293a4b5c6",
                }
            ]
        },
    )

    type: str = Field(description="urn:teahorse:problem: and the code")
    title: str
    status: int = Field(ge=400, le=599)
    code: str = Field(description="Stable, never translated")
    detail: str = ""
    request_id: str = ""
    errors: list[ProblemError] = Field(default_factory=list[ProblemError])


class Problem(HTTPException):
    """
    A refusal; the handler of the application answers it.

    It is an ``HTTPException`` because FastAPI lets only those out of the reading of a body.

    Parameters
    ----------
    status, code, title
        HTTP status, stable code, one sentence that belongs to the code.
    detail
        What is special about this case.
    errors
        Each thing that is wrong: ``code``, ``detail``, ``pointer``.
    headers
        For the answer, such as ``Retry-After``.
    extra
        More members of the body, such as a limit.
    """

    def __init__(
        self,
        status: int,
        code: str,
        title: str,
        *,
        detail: str = "",
        errors: list[dict[str, str]] | None = None,
        headers: dict[str, str] | None = None,
        **extra: Any,  # noqa: ANN401
    ) -> None:
        super().__init__(status, detail, headers)
        self.status, self.code, self.title = status, code, title
        self.said, self.errors, self.extra = detail, errors, extra

    def __str__(self) -> str:
        return f"{self.status} {self.code}: {self.title}"

    def response(self) -> JSONResponse:
        """The answer."""
        return problem_response(
            self.status,
            self.code,
            self.title,
            detail=self.said,
            errors=self.errors,
            headers=dict(self.headers or {}),
            **self.extra,
        )


def problem_response(
    status: int,
    code: str,
    title: str,
    *,
    detail: str = "",
    errors: list[dict[str, str]] | None = None,
    headers: dict[str, str] | None = None,
    **extra: Any,  # noqa: ANN401
) -> JSONResponse:
    """A problem+json response; the id of the request is taken from the log's context."""
    body: dict[str, object] = {
        "type": f"urn:teahorse:problem:{code}",
        "title": title,
        "status": status,
        "code": code,
    }
    if detail:
        body["detail"] = detail
    if errors:
        body["errors"] = errors
    request_id = get_contextvars().get("request_id")
    if request_id:
        body["request_id"] = request_id
    return JSONResponse(body | extra, status, headers=headers, media_type=PROBLEM_JSON)


def not_found(kind: str, object_id: str) -> Problem:
    """No such object, or another tenant's: the two must look alike."""
    return Problem(
        404,
        "not_found",
        "There is no such object",
        errors=[{"code": "not_found", "detail": f"no such {kind}", "value": object_id[:80]}],
    )


def too_big(what: str, limit: int, got: int | None = None) -> Problem:
    """A published limit is exceeded."""
    said = "" if got is None else f", this one has {got}"
    detail = f"{what} may have at most {limit}{said}"
    return Problem(413, "too_big", "A limit is exceeded", detail=detail, what=what, limit=limit)


def unavailable(detail: str, retry_after_s: int = 2) -> Problem:
    """Something behind the service does not answer now."""
    headers = {"Retry-After": str(retry_after_s)}
    return Problem(
        503, "unavailable", "Cannot be answered just now", detail=detail, headers=headers
    )


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The documented refusals of an operation: those that every one has, and ``statuses``."""
    every = {401, 403, 422, 429, 500, 503, *statuses}
    return {
        status: {
            "description": HTTPStatus(status).phrase,
            "model": ProblemBody,
            "content": {PROBLEM_JSON: {"schema": {"$ref": "#/components/schemas/ProblemBody"}}},
        }
        for status in sorted(every)
    }
