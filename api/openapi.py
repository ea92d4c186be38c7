"""The OpenAPI document: FastAPI's, with what it leaves out."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from api.problems import PROBLEM_JSON

DESCRIPTION = """\
Quotes, plans and allocations of freight over air, rail and road from Kunming.

Conventions: field names end in their unit (`gross_kg`, `volume_m3`, `cost_fen`, `transit_min`);
money is whole fen (0.01 CNY); times are RFC 3339 with zone; geometry is GeoJSON (WGS-84, longitude
first); places are facility ids, UN/LOCODE, IATA codes or `lat,lon`. Errors are problem+json
(RFC 9457) with all findings and a stable `code`. Every POST takes an `Idempotency-Key`. Lists have
`limit` and `cursor`. Published limits: `GET /v1/health/versions`.
"""
_PUBLIC = "/v1/health/"
_REQUEST_ID = {
    "description": "Id of the request, as logs have it",
    "schema": {"type": "string"},
}
_OF_BODIES = (
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    HTTPStatus.INSUFFICIENT_STORAGE,
)
_RETRY = {"description": "Seconds to wait", "schema": {"type": "integer", "minimum": 1}}


def document(app: FastAPI) -> dict[str, Any]:
    """The document, made once."""
    if app.openapi_schema is None:
        made = get_openapi(
            title=app.title,
            version=app.version,
            description=app.description,
            routes=app.routes,
            servers=[{"url": "/"}],
        )
        for path, item in made["paths"].items():
            for operation in item.values():
                _finish(path, operation)
        # FastAPI's own form of 422 is not what this service answers.
        schemas = made["components"]["schemas"]
        for name in ("HTTPValidationError", "ValidationError"):
            schemas.pop(name, None)
        app.openapi_schema = made
    return app.openapi_schema


def _finish(path: str, operation: dict[str, Any]) -> None:
    answers: dict[str, dict[str, Any]] = operation["responses"]
    if path.startswith(_PUBLIC):
        operation["security"] = []
    if "requestBody" in operation:
        for status in _OF_BODIES:
            answers.setdefault(str(int(status)), {"description": status.phrase})
    if "422" in answers and "HTTPValidationError" in str(answers["422"]):
        del answers["422"]
    for status, answer in answers.items():
        answer.setdefault("headers", {})["X-Request-ID"] = _REQUEST_ID
        if status in {"429", "503"}:
            answer["headers"]["Retry-After"] = _RETRY
        if status >= "400":
            content = answer.get("content", {})
            schema = {"$ref": "#/components/schemas/ProblemBody"}
            answer["content"] = {PROBLEM_JSON: content.get(PROBLEM_JSON, {"schema": schema})}
