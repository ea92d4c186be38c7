"""The HTTP service on the shipped network: answers as the command gives them, problems as such."""

from __future__ import annotations

import json

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from api.errors import PROBLEM_JSON
from tests.helpers_cli import teahorse

pytestmark = pytest.mark.data

QUERY = {
    "origin": "CNKMG-WJX",
    "destination": "THBKK-LKB",
    "gross_kg": 1200,
    "volume_m3": 6,
    "ready_at": "2026-09-14T08:00:00+08:00",
}


@pytest.fixture(scope="module")
def client():
    with TestClient(create_app()) as made:
        yield made


def _post(client, **changes):
    body = {key: value for key, value in (QUERY | changes).items() if value is not None}
    return client.post("/v1/quotes", json=body)


def _problem(answer):
    assert answer.status_code == 422
    assert answer.headers["content-type"] == PROBLEM_JSON
    body = answer.json()
    assert body["status"] == 422
    assert body["type"].endswith(body["code"])
    return body


def test_health(client):
    assert client.get("/v1/health/live").json()["status"] == "live"
    ready = client.get("/v1/health/ready").json()
    assert ready["status"] == "ready"
    assert len(ready["network_fingerprint"]) == 64


def test_a_quote_is_that_of_the_command(client):
    answer = _post(client)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json"
    said = teahorse(
        "quote", "--from", "CNKMG-WJX", "--to", "THBKK-LKB", "--kg", 1200, "--m3", 6,
        "--ready", QUERY["ready_at"], "--json",
    )  # fmt: skip
    assert answer.json() == said.json
    assert answer.json()["itineraries"]


def test_addresses_are_explained(client):
    notes = _post(client, origin="KMG").json()["notes"]
    assert notes
    assert notes[0].startswith("KMG: taken as CNKMG-KMG")


def test_no_way_is_an_answer(client):
    answer = _post(client, latest_at="2026-09-14T09:00:00+08:00")
    assert answer.status_code == 200
    assert answer.json()["itineraries"] == []
    assert answer.json()["reasons"]


def test_unknown_facilities_are_findings(client):
    body = _problem(_post(client, origin="NOWHERE-1", destination="NOWHERE-2", ready_at="soon"))
    assert body["code"] == "invalid_input"
    assert sorted(error["code"] for error in body["errors"]) == ["S313", "S317", "S317"]
    assert {error["pointer"] for error in body["errors"]} == {"origin", "destination", "ready"}


@pytest.mark.parametrize(
    "changes",
    [
        {"gross_kg": -1},
        {"gross_kg": 0},
        {"gross_kg": 10**400},
        {"gross_kg": "heavy"},
        {"volume_m3": None},
        {"origin": "x" * 1_000_000},
        {"origin": ["CNKMG-WJX"]},
        {"colour": "red"},
    ],
    ids=lambda changes: str(changes)[:40],
)
def test_bodies_of_the_wrong_form(client, changes):
    body = _problem(_post(client, **changes))
    assert body["code"] == "invalid_request"
    assert all(error["pointer"].startswith("/body") for error in body["errors"])
    # What was sent is not sent back.
    assert len(json.dumps(body)) < 2000


@pytest.mark.parametrize(
    "content",
    [
        json.dumps(QUERY).replace("1200", "NaN"),
        json.dumps(QUERY).replace("1200", "-Infinity"),
        json.dumps(QUERY).replace("1200", "1e999"),
        "[" * 100_000,
        '{"a":' * 100_000,
        json.dumps(QUERY)[:-1],
        "",
        "[]",
        "null",
        '{"origin": "\\ud800"}',
    ],
    ids=lambda content: content[:12] or "empty",
)
def test_bodies_that_are_no_query(client, content):
    answer = client.post(
        "/v1/quotes", content=content.encode(), headers={"content-type": "application/json"}
    )
    assert _problem(answer)["code"] == "invalid_request"


def test_bytes_that_are_no_text(client):
    answer = client.post(
        "/v1/quotes", content=b"\xff\xfe{}", headers={"content-type": "application/json"}
    )
    assert 400 <= answer.status_code < 500


def test_lone_surrogates_in_values(client):
    content = json.dumps(QUERY | {"origin": "\ud800"})
    answer = client.post(
        "/v1/quotes", content=content.encode(), headers={"content-type": "application/json"}
    )
    assert _problem(answer)["code"] in {"invalid_input", "invalid_request"}


def test_unknown_pages(client):
    for path, status, code in (
        ("/v1/quotes", 405, "method_not_allowed"),
        ("/admin", 404, "not_found"),
    ):
        answer = client.get(path)
        assert answer.status_code == status
        assert answer.headers["content-type"] == PROBLEM_JSON
        assert answer.json()["code"] == code
    assert client.get("/v1/quotes").headers["allow"] == "POST"
