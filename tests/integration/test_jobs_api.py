"""Plans, jobs and webhooks over HTTP; the worker's part is played by the test."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from sqlalchemy import select, text

from api.database.engine import transaction
from api.database.models_jobs import Job
from api.jobs import plan_work, repository, states
from api.jobs.durable import CHECKS, SOLVES
from tests.helpers_service import made_service

SHIPMENT = {
    "shipment_id": "S1",
    "origin": "CNKMG-CBZ",
    "destination": "THBKK-LKB",
    "gross_kg": 1200,
    "volume_m3": 6,
    "ready_at": "2026-09-14T08:00:00+08:00",
}
PLAN = {"shipments": [SHIPMENT], "time_s": 5, "explain_s": 0}


@pytest.fixture(scope="module")
def service(tmp_path_factory):
    """The service on SQLite, without a worker."""
    with made_service(tmp_path_factory.mktemp("jobs"), job_tenant_open=5) as made:
        yield made


@pytest.fixture
def headers(service, request):
    """A key of a tenant of the test's own, so that limits of tenants do not meet."""
    return service.headers("plan", tenant=request.node.name[:60])


def _posted(service, headers, body=PLAN, **more):
    answer = service.client.post("/v1/plans", json=body, headers={**headers, **more})
    assert answer.status_code == 202, answer.text
    return answer.json()["job_id"]


def _move(service, job_id, *moves):
    """Do what a worker would."""
    jobs = service.client.app.state.jobs
    with transaction(service.engine) as session:
        job = repository.locked(session, job_id)
        for state in moves:
            if state == states.QUEUED:
                repository.to_queue(session, jobs.queues, job)
            else:
                repository.move(session, jobs.queues, job, state)


def _workflows(service, job_id):
    query = text(
        "SELECT name, status, queue_partition_key FROM workflow_status WHERE workflow_uuid LIKE :like"
    )
    with transaction(service.engine) as session:
        return session.execute(query, {"like": f"{job_id}.%"}).all()


def test_a_plan_is_accepted_and_its_check_is_queued_with_it(service, headers):
    answer = service.client.post("/v1/plans", json=PLAN, headers=headers)
    job = answer.json()
    assert answer.headers["location"] == f"/v1/plans/{job['job_id']}"
    assert (job["state"], job["mode"], job["has_ended"]) == ("created", "solve", False)
    assert _workflows(service, job["job_id"]) == [(CHECKS, "ENQUEUED", None)]
    for path in (answer.headers["location"], job["links"]["self"], f"/v1/jobs/{job['job_id']}"):
        read = service.client.get(path, headers=headers)
        assert read.json() == job
        again = service.client.get(path, headers={**headers, "If-None-Match": read.headers["etag"]})
        assert again.status_code == 304
    _move(service, job["job_id"], states.VALIDATED, states.QUEUED)
    queued = _workflows(service, job["job_id"])
    assert {(one.name, bool(one.queue_partition_key)) for one in queued} == {
        (CHECKS, False),
        (SOLVES, True),
    }


def test_a_repeated_request_makes_one_job(service, headers):
    first = _posted(service, headers, **{"Idempotency-Key": "k1"})
    assert _posted(service, headers, **{"Idempotency-Key": "k1"}) == first
    listed = service.client.get("/v1/jobs", headers=headers).json()["items"]
    assert [one["job_id"] for one in listed] == [first]


def test_a_refused_job_leaves_nothing_behind(service, headers):
    ids = [_posted(service, headers) for _ in range(5)]
    refused = service.client.post("/v1/plans", json=PLAN, headers=headers)
    assert (refused.status_code, refused.json()["code"]) == (429, "too_many_jobs")
    assert int(refused.headers["retry-after"]) > 0
    assert service.client.delete(f"/v1/jobs/{ids[0]}", headers=headers).status_code == 200
    assert _posted(service, headers)


def test_pages_and_filters(service, headers):
    ids = [_posted(service, headers, {**PLAN, "label": f"week {n}"}) for n in range(3)]
    seen, cursor = [], ""
    while cursor is not None:
        url = f"/v1/jobs?limit=2&cursor={cursor}"
        page = service.client.get(url, headers=headers).json()
        seen += [one["job_id"] for one in page["items"]]
        cursor = page["next_cursor"]
    assert seen == sorted(ids, reverse=True)
    (one,) = service.client.get("/v1/jobs?label=week 1", headers=headers).json()["items"]
    assert one["job_id"] == ids[1]
    assert not service.client.get("/v1/jobs?state=solving", headers=headers).json()["items"]


def test_another_tenant_sees_nothing(service, headers):
    job_id = _posted(service, headers)
    other = service.headers("plan", tenant="stranger")
    for method, path in (
        ("GET", f"/v1/plans/{job_id}"),
        ("GET", f"/v1/jobs/{job_id}"),
        ("GET", f"/v1/jobs/{job_id}/events"),
        ("GET", f"/v1/jobs/{job_id}/files/plan.json"),
        ("DELETE", f"/v1/jobs/{job_id}"),
    ):
        assert service.client.request(method, path, headers=other).status_code == 404
    assert service.client.get("/v1/jobs", headers=other).json()["items"] == []


def _followed(service, headers, job_id, **more):
    url = f"/v1/jobs/{job_id}/events"
    text = service.client.get(url, headers={**headers, **more}).text
    blocks = [dict(line.split(": ", 1) for line in b.splitlines()) for b in text.split("\n\n") if b]
    return [(b.get("id"), b["event"], json.loads(b["data"])) for b in blocks]


def test_events_end_and_go_on_after_the_last_one(service, headers):
    job_id = _posted(service, headers)
    _move(service, job_id, states.VALIDATED, states.QUEUED, states.SOLVING, states.COMPLETED)
    events = _followed(service, headers, job_id)
    assert [(i, kind, data["state"]) for i, kind, data in events] == [
        ("1", "state", "created"),
        ("2", "state", "validated"),
        ("3", "state", "queued"),
        ("4", "state", "solving"),
        ("5", "state", "completed"),
        (None, "end", "completed"),
    ]
    after = _followed(service, headers, job_id, **{"Last-Event-ID": "3"})
    assert [i for i, _, _ in after] == ["4", "5", None]
    url = f"/v1/jobs/{job_id}/events"
    wrong = service.client.get(url, headers={**headers, "Last-Event-ID": "x"})
    assert wrong.status_code == 422


def test_cancelling_ends_a_job_once_and_fences_its_worker(service, headers):
    job_id = _posted(service, headers)
    _move(service, job_id, states.VALIDATED, states.QUEUED, states.SOLVING)
    ended = service.client.delete(f"/v1/jobs/{job_id}", headers=headers)
    assert ended.json()["state"] == "cancelled"
    assert service.client.delete(f"/v1/jobs/{job_id}", headers=headers).status_code == 200
    with pytest.raises(repository.FenceLost), transaction(service.engine) as session:
        repository.tell(session, job_id, 0, [("log", {"line": "still here"})])
    done = _posted(service, headers)
    _move(service, done, states.VALIDATED, states.COMPLETED)
    refused = service.client.delete(f"/v1/jobs/{done}", headers=headers)
    assert (refused.status_code, refused.json()["code"]) == (409, "job_ended")


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"shipments": []}, 422),
        ({"mode": "evaluate"}, 422),
        ({"plan": {}}, 422),
        ({"time_s": 0}, 422),
        ({"time_s": 1e9}, 422),
        ({"priority": 10}, 422),
        ({"planned_at": "2026-09-14T08:00:00"}, 422),
        ({"planned_at": 5}, 422),
        ({"network": "nowhere"}, 404),
        ({"unknown": 1}, 422),
    ],
)
def test_requests_that_cannot_be_meant(service, headers, change, status):
    answer = service.client.post("/v1/plans", json={**PLAN, **change}, headers=headers)
    assert (answer.status_code, bool(answer.json()["code"])) == (status, True)


def test_a_file_is_taken_as_it_is(service, headers):
    rows = f"{','.join(SHIPMENT)}\n{','.join(str(v) for v in SHIPMENT.values())}\n"
    url = "/v1/plans/from-file?time_s=5&label=upload"
    sent = {**headers, "Content-Type": "text/csv"}
    answer = service.client.post(url, content=rows, headers=sent)
    assert (answer.status_code, answer.json()["label"]) == (202, "upload")
    with transaction(service.engine) as session:
        query = select(Job.input_hash).where(Job.job_id == answer.json()["job_id"])
        kept = service.client.app.state.jobs.store.path(session.scalar(query))
    assert kept.read_text() == rows
    refused = service.client.post(url, content=rows, headers={**headers, "Content-Type": "a/b"})
    assert refused.status_code == 415


def test_webhooks_are_made_listed_and_deleted(service, headers):
    client = service.client
    inside = {"url": "https://169.254.169.254/"}
    refused = client.post("/v1/webhooks", json=inside, headers=headers)
    assert (refused.status_code, refused.json()["code"]) == (422, "webhook_address_refused")
    hook = client.post("/v1/webhooks", json={"url": "https://93.184.216.34/"}, headers=headers)
    assert hook.status_code == 201, hook.text
    made = hook.json()
    assert made.pop("secret").startswith("whsec_")
    assert client.get("/v1/webhooks", headers=headers).json()["items"] == [made]
    path = f"/v1/webhooks/{made['webhook_id']}"
    assert client.get(path, headers=headers).json() == made
    job_id = _posted(service, headers)
    _move(service, job_id, states.VALIDATED, states.COMPLETED)
    (told,) = client.get(f"{path}/deliveries", headers=headers).json()["items"]
    assert (told["event"], told["job_id"], told["state"]) == ("job.completed", job_id, "pending")
    other = service.headers("plan", tenant="stranger")
    for one in (path, f"{path}/deliveries"):
        assert client.get(one, headers=other).status_code == 404
    assert client.delete(path, headers=other).status_code == 404
    assert client.delete(path, headers=headers).status_code == 204
    assert client.get(path, headers=headers).status_code == 404


def test_a_full_disk_is_said_and_the_service_goes_on(service, headers):
    job_id = _posted(service, headers)
    engine = service.engine
    engine.dispose()

    def limited(n_pages):
        # A limit of pages is one of a connection, so all of them have to be new.
        from sqlalchemy import event

        def connect(connection, _record):
            connection.execute(f"PRAGMA max_page_count = {n_pages}")

        event.listen(engine, "connect", connect)
        return connect

    with transaction(engine) as session:
        n_now = session.execute(text("PRAGMA page_count")).scalar()
    engine.dispose()
    listener = limited(n_now)
    try:
        big = {**PLAN, "shipments": [SHIPMENT], "label": "x" * 200}
        answers = [service.client.post("/v1/plans", json=big, headers=headers) for _ in range(40)]
        full = [one for one in answers if one.status_code == 507]
        assert full
        assert full[0].json()["code"] == "storage_full"
        assert service.client.get(f"/v1/jobs/{job_id}", headers=headers).status_code == 200
    finally:
        from sqlalchemy import event

        event.remove(engine, "connect", listener)
        engine.dispose()
    with transaction(engine) as session:
        assert session.execute(text("PRAGMA integrity_check")).scalar() == "ok"
    assert service.client.delete(f"/v1/jobs/{job_id}", headers=headers).status_code == 200
    _posted(service, headers)


def test_the_work_of_a_child_is_the_planner_s(tmp_path):
    payload = {"mode": "screen", "data_dir": "", "input_name": "shipments.json", "options": {}}
    content = json.dumps({"shipments": [SHIPMENT]})
    source = tmp_path / "in"
    source.write_text(content)
    told = []
    counted = plan_work.check(
        {**payload, "input": str(source)}, tmp_path, lambda *one: told.append(one)
    )
    assert (counted["n_shipments"], counted["gross_kg"]) == (1, 1200)
    assert isinstance(counted["warnings"], list)
    assert Path(tmp_path, "input", "shipments.json").read_text() == content
