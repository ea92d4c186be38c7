"""``ETag`` with ``If-None-Match`` and ``If-Match``."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from fastapi import Request, Response
from fastapi.responses import JSONResponse

from api.problems import Problem

_MAX_HEADER = 1_000


def tagged(request: Request, body: Mapping[str, Any], etag: str = "") -> Response:
    """JSON with its tag, or 304 if the caller has it already. ``body`` is plain data."""
    answer = JSONResponse(body)
    tag = etag or f'"{sha256(bytes(answer.body)).hexdigest()[:32]}"'
    headers = {"ETag": tag, "Cache-Control": "private, no-cache"}
    if _names(request.headers.get("if-none-match", ""), tag):
        return Response(status_code=304, headers=headers)
    answer.headers.update(headers)
    return answer


def check_match(said: str, etag: str) -> None:
    """
    Refuse an edit of something that is not what the caller saw.

    Raises
    ------
    Problem
        428 without ``If-Match``, 412 if it names another state.
    """
    if not said:
        raise Problem(
            428,
            "precondition_required",
            "Say which state is edited",
            detail="send If-Match with the ETag of what you saw",
        )
    if not _names(said, etag):
        raise Problem(
            412,
            "precondition_failed",
            "It was changed meanwhile",
            detail="read it again and repeat the edit",
            headers={"ETag": etag},
        )


def _names(header: str, tag: str) -> bool:
    tags = [one.strip().removeprefix("W/") for one in header[:_MAX_HEADER].split(",")]
    return "*" in tags or tag in tags
