"""Errors as problem+json (RFC 9457), with every finding and never the offending body itself."""

from __future__ import annotations

from http import HTTPStatus

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from optimizer.errors import InputError, show_value

PROBLEM_JSON = "application/problem+json"


def problem(
    status: int, code: str, title: str, errors: list[dict[str, str]] | None = None
) -> JSONResponse:
    """A problem+json response."""
    body: dict[str, object] = {
        "type": f"urn:teahorse:problem:{code}",
        "title": title,
        "status": status,
        "code": code,
    }
    if errors:
        body["errors"] = errors
    return JSONResponse(body, status_code=status, media_type=PROBLEM_JSON)


async def _on_input_error(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, InputError)  # noqa: S101  (registered for this class)
    errors = [
        {
            "code": finding.code,
            "detail": finding.what,
            "pointer": finding.where,
            "value": finding.value,
            "remedy": finding.remedy,
        }
        for finding in error.findings
    ]
    return problem(422, "invalid_input", "The request cannot be used", errors)


async def _on_validation_error(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)  # noqa: S101
    # The stock handler echoes the input, and fails on NaN and 1e999 when it does.
    errors = [
        {
            "code": str(item["type"]),
            "detail": show_value(item["msg"], 200),
            "pointer": "/" + "/".join(str(part) for part in item["loc"]),
        }
        for item in error.errors()
    ]
    return problem(422, "invalid_request", "The request has the wrong form", errors)


async def _on_http_error(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)  # noqa: S101
    if error.status_code == HTTPStatus.BAD_REQUEST:
        # FastAPI's answer to a body that the parser itself gives up on, such as too deep a one.
        return problem(422, "invalid_request", "The request has the wrong form")
    status = HTTPStatus(error.status_code)
    answer = problem(status, status.phrase.lower().replace(" ", "_"), status.phrase)
    answer.headers.update(error.headers or {})
    return answer


def install(app: FastAPI) -> None:
    """Register the handlers on an application."""
    app.add_exception_handler(InputError, _on_input_error)
    app.add_exception_handler(RequestValidationError, _on_validation_error)
    app.add_exception_handler(HTTPException, _on_http_error)
