"""The HTTP service on the shipped network: answers as the command gives them, problems as such."""

from __future__ import annotations

import json

import pytest

from api.problems import PROBLEM_JSON
from tests.helpers_cli import teahorse
from tests.helpers_service import made_service

pytestmark = pytest.mark.data

QUERY = {
    "origin": "CNKMG-WJX",
    "destination": "THBKK-LKB",
    "gross_kg": 1200,
    "volume_m3": 6,
    "ready_at": "2026-09-14T08:00:00+08:00",
}


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    with made_service(tmp_path_factory.mktemp("service")) as made:
        made.client.headers.update(made.headers("quote"))
        yield made.client


def _post(client, **changes):
    body = {key: value for key, value in (QUERY | changes).items() if value is not None}
    return client.post("/v1/quotes", json=body)


def _problem(answer, status=422):
    assert answer.status_code == status
    assert answer.headers["content-type"] == PROBLEM_JSON
    body = answer.json()
    assert body["status"] == status
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
        {"gross_kg": 10**18},
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


def test_unknown_pages(client):
    for path, status, code in (
        ("/v1/quotes", 405, "method_not_allowed"),
        ("/v1/admin", 404, "not_found"),
    ):
        answer = client.get(path)
        assert answer.status_code == status
        assert answer.headers["content-type"] == PROBLEM_JSON
        assert answer.json()["code"] == code
    assert client.get("/v1/quotes").headers["allow"] == "POST"
