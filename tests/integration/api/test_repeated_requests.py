"""Idempotency keys, rate limits, pages and tags."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from api.auth import Caller
from api.database.base import now
from api.database.engine import reading, transaction
from api.database.key_repository import create_key, tenant_named
from api.database.models_access import ApiKey, AuditEntry, IdempotencyRecord, Tenant
from api.idempotency import Answer, Once, forget_expired
from api.problems import Problem
from api.rate_limit import RateLimiter
from api.schemas.quotes import QUOTE_EXAMPLE
from tests.helpers_service import made_service, made_settings

pytestmark = pytest.mark.data
KEY = {"name": "x", "scopes": ["quote"]}


class _Service:
    def __init__(self, engine, folder):
        self.engine, self.settings = engine, made_settings(folder)


@pytest.fixture
def caller(engine):
    with transaction(engine) as session:
        tenant = tenant_named(session, "default")
        made = create_key(session, tenant.tenant_id, "x", ["plan"])
        return Caller(
            tenant_id=tenant.tenant_id, key_id=made.key.key_id, key_name="x", scopes=frozenset()
        )


def _count(engine, column):
    with reading(engine) as session:
        return session.scalar(select(func.count(column)))


def test_a_change_is_made_once_by_many_at_a_time(engine, caller, tmp_path):
    """Sixteen clients send the same request at the same moment."""
    service, barrier = _Service(engine, tmp_path), threading.Barrier(16)

    def work(session):
        row = Tenant(tenant_id=f"ten_{threading.get_ident()}", name="made once", created_at=now())
        session.add(row)
        session.flush()
        return Answer(body={"made": row.tenant_id}, status=201, headers={"Location": "/x"})

    def send(_number):
        barrier.wait()
        return Once(service, caller, "k", "hash").within(work)

    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(send, range(16)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.body for answer in answers}) == 1
    assert sum("idempotency-replayed" in answer.headers for answer in answers) == 15
    assert _count(engine, Tenant.tenant_id) == 2


def test_a_failed_change_leaves_nothing(engine, caller, tmp_path):
    once = Once(_Service(engine, tmp_path), caller, "k", "hash")

    def fail(session):
        session.add(Tenant(tenant_id="ten_x", name="never", created_at=now()))
        session.flush()
        raise Problem(409, "no", "No")

    with pytest.raises(Problem):
        once.within(fail)
    assert _count(engine, Tenant.tenant_id) == 1
    assert _count(engine, IdempotencyRecord.key) == 0
    assert once.within(lambda _: Answer(body={})).status_code == 200


def test_computing_is_refused_while_the_first_runs(engine, caller, tmp_path):
    service = _Service(engine, tmp_path)
    once = Once(service, caller, "k", "hash")

    def nested():
        with pytest.raises(Problem) as caught:
            Once(service, caller, "k", "hash").around(lambda: Answer(body={"a": 2}))
        assert (caught.value.status, caught.value.code) == (409, "idempotency_in_progress")
        assert caught.value.headers == {"Retry-After": "1"}
        return Answer(body={"a": 1})

    assert once.around(nested).body == b'{"a": 1}'
    assert once.around(lambda: Answer(body={"a": 3})).body == b'{"a": 1}'
    with pytest.raises(Problem, match="idempotency_key_reused"):
        Once(service, caller, "k", "other").around(lambda: Answer(body={}))


def test_computing_that_was_killed_is_done_again(engine, caller, tmp_path):
    once = Once(_Service(engine, tmp_path), caller, "k", "hash")

    class Killed(BaseException):
        pass

    with transaction(engine) as session:
        session.execute(IdempotencyRecord.__table__.insert().values(once._row()))
    with pytest.raises(Problem, match="in_progress"):
        once.around(lambda: Answer(body={}))
    with transaction(engine) as session:
        session.execute(update(IdempotencyRecord).values(lease_until=now() - timedelta(seconds=1)))
    assert once.around(lambda: Answer(body={"a": 1})).status_code == 200


def test_answers_are_forgotten_in_the_end(engine, caller, tmp_path):
    once = Once(_Service(engine, tmp_path), caller, "k", "hash")
    once.around(lambda: Answer(body={"a": 1}))
    with transaction(engine) as session:
        forget_expired(session)
    assert _count(engine, IdempotencyRecord.key) == 1
    with transaction(engine) as session:
        session.execute(update(IdempotencyRecord).values(expires_at=now()))
    assert once.around(lambda: Answer(body={"a": 2})).body == b'{"a": 2}'
    with transaction(engine) as session:
        session.execute(update(IdempotencyRecord).values(expires_at=now()))
        forget_expired(session)
    assert _count(engine, IdempotencyRecord.key) == 0


def test_over_http(service):
    client, headers = service.client, service.headers("admin") | {"Idempotency-Key": "one"}
    first = client.post("/v1/keys", json=KEY, headers=headers)
    again = client.post("/v1/keys", json=KEY, headers=headers)
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json()["key"].startswith(first.json()["prefix"])
    assert again.json() == {name: v for name, v in first.json().items() if name != "key"}
    assert again.headers["idempotency-replayed"] == "true"
    assert again.headers["location"] == first.headers["location"]
    other = client.post("/v1/keys", json=KEY | {"name": "y"}, headers=headers)
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
    # Keys of callers in other tenants are others.
    third = service.headers("admin", tenant="third") | {"Idempotency-Key": "one"}
    assert "key" in client.post("/v1/keys", json=KEY, headers=third).json()
    with reading(service.engine) as session:
        kept = session.scalars(select(IdempotencyRecord.body)).all()
    assert not [body for body in kept if first.json()["key"].encode() in body]


def test_one_bucket_for_all_processes(engine, caller):
    """Eight limiters, each with its own memory, let through what one rate allows."""
    limiters = [RateLimiter(50, 100, engine) for _ in range(8)]

    def ask(limiter):
        return sum(limiter.take(caller.key_id) == 0 for _ in range(60))

    started = now()
    with ThreadPoolExecutor(8) as pool:
        let_through = sum(pool.map(ask, limiters))
    seconds = (now() - started).total_seconds()
    assert let_through <= 100 + 50 * seconds + 1
    assert let_through >= 60
    assert RateLimiter(0, 1).take("x") == 0


def test_a_flood_is_told_to_wait(tmp_path):
    with made_service(tmp_path, rate_per_s=2.0, rate_burst=5.0) as service:
        headers = service.headers("quote")
        answers = [service.client.get("/v1/networks", headers=headers) for _ in range(12)]
        refused = [answer for answer in answers if answer.status_code == 429]
        assert 4 <= len(refused) <= 7
        for answer in refused:
            assert answer.json()["code"] == "too_many_requests"
            assert int(answer.headers["retry-after"]) >= 1
        # Another key is not held up, and health needs none.
        other = service.headers("quote", name="another")
        assert service.client.get("/v1/networks", headers=other).status_code == 200
        assert service.client.get("/v1/health/live").status_code == 200


def test_pages_hold_everything_once(service):
    client, headers = service.client, service.headers("admin", tenant="many keys")
    for at in range(7):
        client.post("/v1/keys", json=KEY | {"name": f"n{at}"}, headers=headers)
    seen, cursor = [], ""
    while True:
        page = client.get(f"/v1/keys?limit=3&cursor={cursor}", headers=headers).json()
        seen += [row["name"] for row in page["items"]]
        # What is added meanwhile does not shift what is still to come.
        client.post("/v1/keys", json=KEY | {"name": "late"}, headers=headers)
        cursor = page["next_cursor"]
        if not cursor:
            break
    assert seen == [f"n{at}" for at in range(6, -1, -1)] + ["test"]
    for limit in (0, 501, "x"):
        assert client.get(f"/v1/keys?limit={limit}", headers=headers).status_code == 422


def test_tags(service):
    client, headers = service.client, service.headers("quote", "admin")
    first = client.get("/v1/networks/current", headers=headers)
    tag = first.headers["etag"]
    again = client.get("/v1/networks/current", headers=headers | {"If-None-Match": f'"x", {tag}'})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["etag"] == tag


def test_last_used_and_audit_are_written(tmp_path):
    with made_service(tmp_path) as service:
        headers = service.headers("admin")
        made = service.client.post("/v1/keys", json=KEY, headers=headers).json()
        answer = service.client.post("/v1/quotes", json=QUOTE_EXAMPLE | {"mode": "validate"},
                                     headers={"Authorization": f"Bearer {made['key']}"})  # fmt: skip
        assert answer.status_code == 200
        page = service.client.get("/v1/audit?action=key.create", headers=headers).json()
        [entry] = page["items"]
        assert entry["object_id"] == made["key_id"]
        assert entry["request_id"].startswith("req_")
        service.client.app.state.service.last_used.write(service.engine)
        with reading(service.engine) as session:
            assert session.get(ApiKey, made["key_id"]).last_used_at is not None
            secrets = session.scalars(select(AuditEntry.detail)).all()
        assert made["key"] not in str(secrets)
