"""Errors as problem+json (RFC 9457), with every finding and never the offending body itself."""

from __future__ import annotations

from http import HTTPStatus

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.exceptions import HTTPException
from starlette.routing import compile_path

from api.problems import PROBLEM_JSON, Problem, problem_response, unavailable
from api.telemetry import hide_secrets, log
from optimizer.errors import InputError, PlanError, show_value

__all__ = ["PROBLEM_JSON", "database_problem", "install"]

_FULL = ("disk is full", "No space left", "disk full", "disk I/O error")
_BUSY = ("database is locked", "database table is locked")
_CONNECTION_STATES = ("08", "53", "57", "58", "55P03", "40")
"""Classes of SQLSTATE that pass: connection lost, resources, shutdown, locks, serialization."""


def database_problem(error: SQLAlchemyError) -> Problem:
    """What the failure of a database means to the caller."""
    text = str(getattr(error, "orig", error))
    if any(mark in text for mark in _FULL):
        log.error("database full", detail=hide_secrets(text))
        return Problem(
            507,
            "storage_full",
            "The service has no room to store this",
            detail="nothing was changed; an operator has to make room",
            headers={"Retry-After": "60"},
        )
    state = str(getattr(getattr(error, "orig", None), "sqlstate", "") or "")
    passes = (
        isinstance(error, PoolTimeout)
        or (isinstance(error, DBAPIError) and error.connection_invalidated)
        or any(mark in text for mark in _BUSY)
        or state.startswith(_CONNECTION_STATES)
        or (not state and "connection" in text.lower())
    )
    log.error("database failed", detail=hide_secrets(text[:500]), passes=passes)
    if passes:
        return unavailable("the database does not answer")
    return Problem(500, "internal_error", "The service failed")


async def _on_problem(_request: Request, error: Exception) -> Response:
    assert isinstance(error, Problem)  # noqa: S101  (registered for this class)
    return error.response()


async def _on_database_error(_request: Request, error: Exception) -> Response:
    assert isinstance(error, SQLAlchemyError)  # noqa: S101
    return database_problem(error).response()


async def _on_findings(_request: Request, error: Exception) -> Response:
    assert isinstance(error, InputError | PlanError)  # noqa: S101
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
    if isinstance(error, PlanError):
        return problem_response(422, "invalid_plan", "The plan cannot be used", errors=errors)
    return problem_response(422, "invalid_input", "The request cannot be used", errors=errors)


async def _on_validation_error(_request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101
    # The stock handler echoes the input, and fails on NaN and 1e999 when it does.
    errors = [
        {
            "code": str(item["type"]),
            "detail": show_value(item["msg"], 200),
            "pointer": show_value("/" + "/".join(str(part) for part in item["loc"]), 200),
        }
        for item in error.errors()[:100]
    ]
    return problem_response(422, "invalid_request", "The request has the wrong form", errors=errors)


def _methods_of(request: Request) -> str:
    """Methods of a path; each is a route of its own, and the router names those of one only."""
    known = {
        method.upper()
        for path, item in request.app.openapi()["paths"].items()
        if compile_path(path)[0].fullmatch(request.url.path)
        for method in item
    }
    return ", ".join(sorted(known))


async def _on_http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101
    if error.status_code == HTTPStatus.BAD_REQUEST:
        # FastAPI's answer to a body that the parser itself gives up on, such as too deep a one.
        return problem_response(422, "invalid_request", "The request has the wrong form")
    status = HTTPStatus(error.status_code)
    if status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
        return problem_response(413, "too_big", "A limit is exceeded")
    answer = problem_response(status, status.phrase.lower().replace(" ", "_"), status.phrase)
    answer.headers.update(error.headers or {})
    if status == HTTPStatus.METHOD_NOT_ALLOWED:
        answer.headers["Allow"] = _methods_of(request) or answer.headers.get("Allow", "")
    return answer


def install(app: FastAPI) -> None:
    """Register the handlers on an application."""
    app.add_exception_handler(Problem, _on_problem)
    app.add_exception_handler(InputError, _on_findings)
    app.add_exception_handler(PlanError, _on_findings)
    app.add_exception_handler(SQLAlchemyError, _on_database_error)
    app.add_exception_handler(RequestValidationError, _on_validation_error)
    app.add_exception_handler(HTTPException, _on_http_error)
