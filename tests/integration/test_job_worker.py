"""Workers as real processes: how jobs end, and what of a worker's death can be noticed."""

from __future__ import annotations

import json
import signal
import threading
import time
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import ClassVar

import pytest

from api.database.base import new_id, now
from api.database.engine import transaction
from api.database.models_jobs import Webhook, WebhookDelivery
from api.jobs import repository
from api.jobs.webhook_events import signature
from benchmarks.chaos import kills, work
from benchmarks.chaos.fleet import Fleet, Troubles


@pytest.fixture(scope="module")
def fleet(tmp_path_factory):
    """One worker on SQLite, ready."""
    folder = tmp_path_factory.mktemp("fleet")
    with Fleet(
        folder, shutdown_s=2, webhook_private_allowed=True, webhook_backoff_s=(0.2, 0.2)
    ) as made:
        made.start("worker-1")
        made.wait_ready("worker-1")
        yield made


def test_a_job_goes_through_its_states_and_tells_of_them(fleet):
    job_id = fleet.submit("41", seconds=0.3)
    job = fleet.wait_for(job_id, "completed")
    assert job.answer_hash == work.expected(41, 0.3)
    assert job.summary == {"answer": job.answer_hash}
    (file,) = job.files
    said = json.loads(fleet.store.path(file["sha256"]).read_text())
    assert said == {"answer": job.answer_hash}
    events = fleet.events(job_id)
    assert [e.seq for e in events] == list(range(1, len(events) + 1))
    told = [e.data["state"] for e in events if e.kind == "state"]
    assert told == ["created", "validated", "queued", "solving", "completed"]
    assert any(e.kind == "incumbent" for e in events)
    assert job.progress["step"] >= 0
    assert not list((fleet.settings.state_dir / "scratch").iterdir())


@pytest.mark.parametrize(
    ("text", "options", "state", "code", "attempts"),
    [
        ("not a number", {}, "invalid", "invalid_input", 0),
        ("1", {"how": "abort"}, "failed", "solver_crashed", 3),
        ("1", {"how": "segfault"}, "failed", "solver_crashed", 3),
        ("1", {"how": "memory"}, "failed", "memory_limit", 1),
        ("1", {"how": "native_memory"}, "failed", "memory_limit", 1),
        ("1", {"how": "deaf", "limit_s": 0.5}, "failed", "time_limit", 1),
        ("1", {"mode": "validate"}, "completed", "", 0),
    ],
)
def test_jobs_end_with_a_reason(fleet, text, options, state, code, attempts):  # noqa: PLR0917
    job = fleet.wait_for(fleet.submit(text, **options), "completed", "failed", "invalid")
    assert (job.state, job.error_code, job.attempts) == (state, code, attempts)
    assert bool(job.findings) == (code == "invalid_input")
    # The worker has survived it, and does the next one.
    after = fleet.wait_for(fleet.submit("7", seconds=0.05), "completed")
    assert after.answer_hash == work.expected(7, 0.05)


def test_a_cancelled_job_is_dead_within_two_seconds(fleet):
    job_id = fleet.submit("1", how="offspring", limit_s=600)
    fleet.wait_for(job_id, "solving")
    busy = set(fleet.children())
    started = time.monotonic()
    with transaction(fleet.engine) as session:
        assert repository.cancel(session, fleet.queues, job_id)
    # Whoever solved it is killed; a fresh child takes its place.
    while busy <= set(fleet.children()):
        assert time.monotonic() - started < 2.0
        time.sleep(0.05)
    assert fleet.job(job_id).state == "cancelled"
    assert fleet.events(job_id)[-1].data == {"state": "cancelled"}


class _Receiver(BaseHTTPRequestHandler):
    got: ClassVar[list[tuple[str, str, bytes]]] = []
    answers: ClassVar[list[int]] = []

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.got.append(
            (self.headers["Teahorse-Delivery"], self.headers["Teahorse-Signature"], body)
        )
        status = self.answers.pop(0) if self.answers else 204
        self.send_response(status)
        if status == 302:
            self.send_header("Location", "http://169.254.169.254/")
        self.end_headers()

    def log_message(self, *_):
        pass


@pytest.fixture
def receiver():
    _Receiver.got, _Receiver.answers = [], []
    server = HTTPServer(("127.0.0.1", 0), _Receiver)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def test_webhooks_are_signed_and_tried_again(fleet, receiver):
    _Receiver.answers = [500, 302, 204]
    secret = "whsec_test"  # noqa: S105
    with transaction(fleet.engine) as session:
        hook = Webhook(
            webhook_id=new_id("wh"),
            tenant_id=fleet.tenant_id,
            url=f"http://127.0.0.1:{receiver.server_port}/hook",
            secret=secret,
            events=["job.completed"],
            is_active=True,
            created_at=now(),
        )
        session.add(hook)
    job_id = fleet.submit("3", seconds=0.05)
    fleet.wait_for(job_id, "completed")
    deadline = time.monotonic() + 15
    delivery = None
    while delivery is None or delivery.state == "pending":
        assert time.monotonic() < deadline
        time.sleep(0.1)
        with transaction(fleet.engine) as session:
            delivery = session.query(WebhookDelivery).filter_by(job_id=job_id).one_or_none()
    assert (delivery.state, delivery.attempts, delivery.last_status) == ("delivered", 3, 204)
    # The same message three times; a redirect was not followed.
    assert len({(one, body) for one, _, body in _Receiver.got}) == 1
    name, said, body = _Receiver.got[-1]
    assert name == delivery.delivery_id
    at_s = int(said.partition(",")[0].removeprefix("t="))
    assert said == signature(secret, body, at_s)
    told = json.loads(body)
    assert (told["event"], told["job"]["job_id"]) == ("job.completed", job_id)
    with transaction(fleet.engine) as session:
        session.get(Webhook, hook.webhook_id).is_active = False


def test_a_second_worker_of_a_name_is_refused(fleet):
    first = fleet.workers["worker-1"]
    fleet.start("worker-1")
    second, fleet.workers["worker-1"] = fleet.workers["worker-1"], first
    assert second.wait(30) == 75


def test_a_stopping_worker_hands_its_job_back(fleet):
    # The last test of this fleet: its worker ends here.
    job_id = fleet.submit("6", seconds=1.5)
    fleet.wait_for(job_id, "solving")
    started = time.monotonic()
    fleet.kill("worker-1", signal.SIGTERM)
    assert fleet.workers["worker-1"].wait(10) == 0
    assert time.monotonic() - started < 6
    assert fleet.job(job_id).state == "queued"
    assert fleet.children() == []
    fleet.start("worker-2")
    job = fleet.wait_for(job_id, "completed")
    assert (job.worker, job.answer_hash) == ("worker-2", work.expected(6, 1.5))


def test_a_frozen_worker_that_comes_back_cannot_write(tmp_path):
    with Fleet(tmp_path, job_lease_s=1.0) as fleet:
        fleet.start("worker-1")
        fleet.wait_ready("worker-1")
        job_id = fleet.submit("5", seconds=1.5)
        fleet.wait_for(job_id, "solving")
        frozen_fence = fleet.job(job_id).fence
        fleet.kill("worker-1", signal.SIGSTOP)
        fleet.start("worker-2")
        fleet.wait_ready("worker-2")
        # Never restarted, so its peer takes over when the lease is over.
        deadline = time.monotonic() + 20
        while fleet.job(job_id).worker != "worker-2":
            assert time.monotonic() < deadline, fleet.log_tail()
            time.sleep(0.05)
        fleet.kill("worker-1", signal.SIGCONT)
        job = fleet.wait_for(job_id, "completed")
        assert (job.worker, job.attempts) == ("worker-2", 2)
        assert job.fence > frozen_fence
        assert job.answer_hash == work.expected(5, 1.5)
        ends = [e for e in fleet.events(job_id) if e.data.get("state") == "completed"]
        assert len(ends) == 1
        assert "job_fenced" in fleet.log_tail()
        fleet.stop()
        assert Troubles().look(fleet) == []


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_kills_lose_double_and_change_nothing(tmp_path, request, database):
    url = request.getfixturevalue("postgres_url") if database == "postgresql" else ""
    figures = kills.run(tmp_path, url, n_jobs=4, n_kills=2, seconds=0.5)
    assert figures.is_good, figures
    assert figures.database == database


def test_an_outage_of_postgresql_loses_nothing(tmp_path, postgres, postgres_url):
    with Fleet(tmp_path, postgres_url) as fleet:
        fleet.start("worker-1")
        fleet.wait_ready("worker-1")
        ids = [fleet.submit(str(n), seconds=0.8) for n in range(3)]
        fleet.wait_for(ids[0], "solving", "completed")
        # What a power cut looks like.
        postgres.stop("immediate")
        time.sleep(1.0)
        postgres.start()
        jobs = fleet.wait(60)
        assert [one.state for one in jobs] == ["completed"] * 3, fleet.log_tail()
        assert [one.answer_hash for one in jobs] == [work.expected(n, 0.8) for n in range(3)]
        for one in ids:
            ends = [e for e in fleet.events(one) if e.data.get("state") == "completed"]
            assert len(ends) == 1
