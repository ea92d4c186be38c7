"""The OpenAPI document, its examples, the client, and what is said in logs."""

from __future__ import annotations

import ast
import io
import json
import logging
from pathlib import Path

import pytest

from api import client as client_module
from api.client import Client, ProblemAnswer
from api.problems import ProblemBody
from api.schemas.matrices import MATRIX_EXAMPLE, MatrixAnswer
from api.schemas.networks import EDIT_EXAMPLE
from api.schemas.quotes import QUOTE_EXAMPLE, QUOTE_EXAMPLES, QuoteAnswer
from api.telemetry import set_up_logs

pytestmark = pytest.mark.data


@pytest.fixture(scope="module")
def document(service):
    return service.client.app.openapi()


def _operations(document):
    return [
        (path, method, operation)
        for path, item in document["paths"].items()
        for method, operation in item.items()
    ]


def test_operation_ids_are_unique_names(document):
    ids = [operation["operationId"] for _, _, operation in _operations(document)]
    assert len(ids) == len(set(ids)) >= 18
    assert all(one.isidentifier() for one in ids)


def test_every_refusal_is_documented_as_a_problem(document):
    for path, method, operation in _operations(document):
        assert operation.get("summary") or operation.get("description"), path
        for status, answer in operation["responses"].items():
            if status >= "400":
                assert list(answer["content"]) == ["application/problem+json"], (path, method)
    assert "HTTPValidationError" not in document["components"]["schemas"]


def test_every_body_has_an_example(document):
    schemas = document["components"]["schemas"]
    for path, method, operation in _operations(document):
        content = operation.get("requestBody", {}).get("content", {})
        schema = content.get("application/json", {}).get("schema", {})
        if "$ref" in schema:
            assert schemas[schema["$ref"].rsplit("/", 1)[-1]].get("examples"), (path, method)


@pytest.mark.parametrize("example", QUOTE_EXAMPLES, ids=lambda one: str(sorted(one))[-30:])
def test_examples_of_quotes(service, example):
    answer = service.client.post("/v1/quotes", json=example, headers=service.headers("quote"))
    assert answer.status_code == 200, answer.text
    quote = QuoteAnswer.model_validate(answer.json())
    assert bool(quote.itineraries) == (example.get("mode") != "validate")
    assert bool(quote.alternatives) == ("alternatives" in example)


def test_lines_of_a_quote(service):
    body = QUOTE_EXAMPLE | {"geometry": True}
    answer = service.client.post("/v1/quotes", json=body, headers=service.headers("quote"))
    for itinerary in QuoteAnswer.model_validate(answer.json()).itineraries:
        assert itinerary.geometry is not None
        assert len(itinerary.geometry.features) == len(itinerary.legs)
        for feature in itinerary.geometry.features:
            lon, lat = feature.geometry.coordinates[0]
            assert -180 <= lon <= 180
            assert -90 <= lat <= 90


@pytest.mark.parametrize("changes", [{}, {"at": "2026-09-14T08:00:00+08:00"}])
def test_examples_of_matrices(service, changes):
    answer = service.client.post(
        "/v1/matrices", json=MATRIX_EXAMPLE | changes, headers=service.headers("quote")
    )
    assert answer.status_code == 200, answer.text
    matrix = MatrixAnswer.model_validate(answer.json())
    assert len(matrix.rows) == 4
    assert all(row.time_min for row in matrix.rows)


def test_matrices_above_the_limit_are_jobs(service):
    body = MATRIX_EXAMPLE | {"origins": ["all"], "destinations": ["all"]}
    answer = service.client.post("/v1/matrices", json=body, headers=service.headers("quote"))
    assert answer.status_code == 413
    assert (answer.json()["code"], answer.json()["limit"]) == ("too_big", 10_000)


def test_an_edit_makes_the_next_revision(service):
    client, headers = service.client, service.headers("scenario", "quote", tenant="editor")
    before = client.get("/v1/networks/current", headers=headers)
    assert before.json()["number"] == 0
    for said, status in (({}, 428), ({"If-Match": '"other"'}, 412)):
        answer = client.post("/v1/networks", json=EDIT_EXAMPLE, headers=headers | said)
        assert answer.status_code == status
    tried = client.post("/v1/networks", json=EDIT_EXAMPLE | {"mode": "validate"}, headers=headers)
    said = {"If-Match": before.headers["etag"]}
    made = client.post("/v1/networks", json=EDIT_EXAMPLE, headers=headers | said)
    assert made.status_code == 201, made.text
    assert made.json()["fingerprint"] == tried.json()["fingerprint"]
    assert client.get(made.headers["location"], headers=headers).json()["number"] == 1
    late = client.post("/v1/networks", json=EDIT_EXAMPLE, headers=headers | said)
    assert (late.status_code, late.json()["code"]) == (412, "precondition_failed")
    # Quotes take the newest; the one before is still there, and other tenants see nothing of it.
    quoted = client.post("/v1/quotes", json=QUOTE_EXAMPLE, headers=headers).json()
    assert quoted["network_fingerprint"] == made.json()["fingerprint"]
    shipped = client.post(
        "/v1/quotes", json=QUOTE_EXAMPLE | {"network": "shipped"}, headers=headers
    )
    assert shipped.json()["network_fingerprint"] == before.json()["fingerprint"]
    service_id = EDIT_EXAMPLE["edits"][0]["key"]["service_id"]
    path = "/v1/networks/current/services?status=suspended"
    found = client.get(path, headers=headers).json()["items"]
    assert service_id in {row["service_id"] for row in found}
    others = client.get("/v1/networks", headers=service.headers("quote", tenant="neighbour"))
    assert [row["revision_id"] for row in others.json()["items"]] == ["shipped"]


def test_edits_are_checked_as_a_whole(service):
    client, headers = service.client, service.headers("scenario", tenant="clumsy")
    edits = [
        {"do": "set", "table": "nothing", "key": {"a": "b"}, "cells": {}},
        {"do": "set", "table": "services", "key": {"service_id": "NONE"}, "cells": {"status": "x"}},
        {"do": "add", "table": "services", "cells": {"colour": "red"}},
    ]
    answer = client.post("/v1/networks", json={"edits": edits}, headers=headers | {"If-Match": "*"})
    assert answer.status_code == 422
    assert [error["code"] for error in answer.json()["errors"]] == ["D150", "D152", "D151"]
    wrong = {"do": "set", "table": "facilities", "key": {"facility_id": "CNKMG-WJX"},
             "cells": {"lat": "north"}}  # fmt: skip
    answer = client.post(
        "/v1/networks", json={"edits": [wrong]}, headers=headers | {"If-Match": "*"}
    )
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["code"].startswith("D1")
    assert client.get("/v1/networks/current", headers=headers).json()["number"] == 0


def test_codes_find_facilities(service):
    headers = service.headers("quote")
    for code in ("kmg", "CNKMG-KMG", "CNKMG"):
        page = service.client.get(f"/v1/networks/shipped/facilities?code={code}", headers=headers)
        assert "CNKMG-KMG" in {row["facility_id"] for row in page.json()["items"]}


def test_the_client_is_free_of_the_planner():
    tree = ast.parse(Path(client_module.__file__).read_text(encoding="utf-8"))
    names = {
        name.split(".")[0]
        for node in ast.walk(tree)
        for name in (
            [alias.name for alias in node.names] if isinstance(node, ast.Import)
            else [node.module or ""] if isinstance(node, ast.ImportFrom) else []
        )
    }  # fmt: skip
    assert not names & {"optimizer", "api", "numpy", "fastapi", "pydantic"}


def test_the_client(service):
    with Client("http://testserver", service.key("quote", "scenario", tenant="client"),
                transport=service.client._transport) as client:  # fmt: skip
        assert client.ready()["status"] == "ready"
        assert client.quote(**QUOTE_EXAMPLE)["itineraries"]
        assert client.matrix(["CNKMG"], ["THBKK"], week="2026-09-14")["rows"]
        rows = list(client.rows("/v1/networks/current/facilities", limit=50))
        assert len(rows) > 100
        _, etag = client.network()
        assert client.edit_network(EDIT_EXAMPLE["edits"], etag)["number"] == 1
        with pytest.raises(ProblemAnswer) as caught:
            client.edit_network(EDIT_EXAMPLE["edits"], etag)
        assert (caught.value.status, caught.value.code) == (412, "precondition_failed")
        with pytest.raises(ProblemAnswer, match="missing_scope"):
            list(client.rows("/v1/keys"))


def test_problems_have_the_documented_form(service):
    answer = service.client.post("/v1/quotes", json={}, headers=service.headers("quote"))
    problem = ProblemBody.model_validate(answer.json())
    assert (problem.status, problem.code) == (422, "invalid_request")
    assert problem.request_id == answer.headers["x-request-id"]
    assert {error.pointer for error in problem.errors} >= {"/body/origin", "/body/ready_at"}


def test_logs_name_the_request_and_no_secret(service):
    set_up_logs("info")
    [handler] = logging.getLogger().handlers
    said = io.StringIO()
    handler.setStream(said)
    try:
        key = service.key("quote")
        headers = {"Authorization": f"Bearer {key}", "X-Request-ID": "order-12345678"}
        answer = service.client.post("/v1/quotes", json={"origin": key}, headers=headers)
        service.client.get(f"/v1/networks/{key}", headers=headers)
        logging.getLogger("other").warning("to postgresql://u:hunter2@h/d with %s", key)
    finally:
        logging.getLogger().handlers.clear()
    assert answer.headers["x-request-id"] == "order-12345678"
    lines = [json.loads(line) for line in said.getvalue().splitlines()]
    assert any(line.get("request_id") == "order-12345678" for line in lines)
    assert "hunter2" not in said.getvalue()
    assert key.rsplit("_", 1)[-1] not in said.getvalue()


def test_metrics_count_operations(service):
    service.client.get("/v1/health/live")
    answer = service.client.get("/v1/metrics", headers=service.headers("admin"))
    assert answer.headers["content-type"].startswith("text/plain")
    assert 'teahorse_http_requests_total{method="GET",operation="live",status="200"}' in answer.text
