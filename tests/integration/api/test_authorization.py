"""Every operation of the OpenAPI document with every kind of key that must not open it."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from api.auth import Scope
from api.database.base import now
from api.database.engine import transaction
from api.database.key_repository import revoke_key
from api.problems import PROBLEM_JSON
from api.schemas.networks import EDIT_EXAMPLE
from api.schemas.plans import PlanRequest
from api.schemas.stock import RESERVATION_EXAMPLE, STOCK_EXAMPLE

pytestmark = pytest.mark.data

PUBLIC = {"live", "ready", "versions"}
ANY_SCOPE = {"list_networks", "get_network", "list_facilities", "list_services", "list_borders"}
"""Operations that a key of any scope may use: what the tenant's network is."""


@pytest.fixture(scope="module")
def operations(service):
    found = []
    for path, item in service.client.app.openapi()["paths"].items():
        for method, operation in item.items():
            found.append((operation["operationId"], method.upper(), path, operation))
    return found


def _example(operation):
    body = operation.get("requestBody")
    if body is None:
        return None
    schema = body["content"].get("application/json", {}).get("schema", {})
    return schema.get("$ref", "").rsplit("/", 1)[-1]


def _ask(service, operation, headers, ids=None):
    _, method, path, spec = operation
    path = re.sub(r"{(\w+)}", lambda found: (ids or {}).get(found[1], "current"), path)
    json = None
    if "requestBody" in spec:
        schemas = service.client.app.openapi()["components"]["schemas"]
        json = schemas.get(_example(spec), {}).get("examples", [{}])[0]
    return service.client.request(method, path, headers=headers, json=json)


def _is_problem(answer, status, *codes):
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == PROBLEM_JSON
    assert answer.json()["code"] in codes


def _protected(operations):
    return [one for one in operations if one[0] not in PUBLIC]


def test_only_health_is_public(operations):
    assert {one[0] for one in operations if one[3].get("security") == []} == PUBLIC
    assert all("security" in one[3] for one in _protected(operations))


def test_operations_without_a_key(service, operations):
    for operation in _protected(operations):
        _is_problem(_ask(service, operation, {}), 401, "missing_key")


def test_operations_with_keys_that_hold_no_more(service, operations):
    every = tuple(scope.value for scope in Scope)
    good = service.key(*every)
    wrong = good[:-4] + ("AAAA" if not good.endswith("AAAA") else "BBBB")
    expired = service.key(*every, expires_at=now() - timedelta(seconds=1), name="old")
    revoked = service.key(*every, name="revoked")
    with transaction(service.engine) as session:
        from sqlalchemy import select

        from api.database.models_access import ApiKey

        prefix = revoked.split("_")[1]
        key_id = session.scalar(select(ApiKey.key_id).where(ApiKey.prefix == prefix))
        revoke_key(session, None, key_id)
    for operation in _protected(operations):
        for key, code in (
            (wrong, "invalid_key"), (expired, "expired_key"), (revoked, "revoked_key"),
        ):  # fmt: skip
            headers = {"Authorization": f"Bearer {key}"}
            answer = _ask(service, operation, headers)
            _is_problem(answer, 401, code)
            assert "Bearer" in answer.headers["www-authenticate"]


def test_operations_with_the_wrong_scope(service, operations):
    """Each operation refuses at least one scope, and the refusal comes before anything else."""
    for operation in _protected(operations):
        allowed = set()
        for scope in Scope:
            answer = _ask(service, operation, service.headers(scope.value))
            if answer.status_code == 403:
                _is_problem(answer, 403, "missing_scope")
            else:
                allowed.add(scope)
        assert allowed, operation[0]
        assert (len(allowed) == len(Scope)) == (operation[0] in ANY_SCOPE), operation[0]


def test_ids_of_another_tenant(service, operations):
    """Ids of one tenant, taken from its own answers, are unknown to the other: 404, never 403."""
    every = [scope.value for scope in Scope]
    mine, other = service.headers(*every), service.headers(*every, tenant="another firm")
    ids = _ids_of(service, mine)
    tried = 0
    for operation in _protected(operations):
        names = set(re.findall(r"{(\w+)}", operation[2]))
        if not names:
            continue
        known = {name: ids[name] for name in names if name in ids}
        assert known, f"{operation[0]}: add an id of {names} to this test"
        answer = _ask(service, operation, other | {"If-Match": "*"}, known)
        _is_problem(answer, 404, "not_found")
        tried += 1
    assert tried >= 6


def _ids_of(service, headers):
    """One object of each kind that operations name by id."""
    client = service.client
    key = client.post("/v1/keys", headers=headers, json={"name": "x", "scopes": ["quote"]}).json()
    network = client.post("/v1/networks", headers=headers | {"If-Match": "*"}, json=EDIT_EXAMPLE)
    assert network.status_code == 201, network.text
    ids = {"key_id": key["key_id"], "revision": network.json()["revision_id"]}
    plan = PlanRequest.model_config["json_schema_extra"]["examples"][0]
    address = {"url": "https://8.8.8.8/hook"}
    job = client.post("/v1/plans", headers=headers, json=plan)
    hook = client.post("/v1/webhooks", headers=headers, json=address)
    assert (job.status_code, hook.status_code) == (202, 201), (job.text, hook.text)
    ids |= {"job_id": job.json()["job_id"], "webhook_id": hook.json()["webhook_id"]}
    assert client.put("/v1/stock", headers=headers, json=STOCK_EXAMPLE).status_code == 200
    held = client.post("/v1/reservations", headers=headers, json=RESERVATION_EXAMPLE)
    assert held.status_code == 201, held.text
    return ids | {"reservation_id": held.json()["reservations"][0]["reservation_id"]}


def test_lists_hold_only_what_is_the_tenants(service, operations):
    every = [scope.value for scope in Scope]
    ids = _ids_of(service, service.headers(*every))
    third = service.headers(*every, tenant="third firm")
    for operation in operations:
        if operation[1] == "GET" and "{" not in operation[2] and operation[0] not in PUBLIC:
            text = _ask(service, operation, third).text
            assert not [one for one in ids.values() if one in text], operation[0]
