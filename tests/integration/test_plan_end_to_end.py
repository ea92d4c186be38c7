"""A plan over HTTP with everything real: the service, its worker, and a kill in the middle."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx2
import pytest

from api.jobs.plan_work import MARGIN_DAYS, answer_hash
from optimizer import planner
from optimizer.plan.io import plan_to_json
from optimizer.stages import PlanOptions

ROOT = Path(__file__).parents[2]
SHIPMENTS = [
    {
        "shipment_id": f"S{n}",
        "origin": "CNKMG-CBZ",
        "destination": "THBKK-LKB",
        "gross_kg": 900 + 300 * n,
        "volume_m3": 4 + n,
        "ready_at": f"2026-09-14T0{n}:00:00+08:00",
    }
    for n in (1, 2)
]
REQUEST = {"shipments": SHIPMENTS, "time_s": 30, "gap": 0.5, "explain_s": 0}


class _Service:
    """``teahorse serve`` with one worker, as a process."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.environment = {
            **os.environ,
            "TEAHORSE_STATE_DIR": str(folder),
            "TEAHORSE_JOB_LEASE_S": "2",
        }
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.log = (folder / "log").open("ab")

    def command(self, *arguments: str) -> list[str]:
        return [sys.executable, "-m", "api.cli", *arguments]

    def start(self) -> None:
        command = self.command("serve", "--port", str(self.port), "--processes", "1")
        self.process = subprocess.Popen(
            command, env=self.environment, cwd=ROOT, stdout=self.log, stderr=self.log
        )
        deadline = time.monotonic() + 180
        while True:
            try:
                if httpx2.get(f"{self.url}/v1/health/live").status_code == 200:
                    return
            except httpx2.TransportError:
                pass
            assert time.monotonic() < deadline, (self.folder / "log").read_text()[-2000:]
            time.sleep(0.1)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def key(self) -> dict[str, str]:
        done = subprocess.run(
            self.command("keys", "create", "--name", "t", "--scope", "plan"),
            env=self.environment, cwd=ROOT, capture_output=True, text=True, check=True,
        )  # fmt: skip
        secret = next(word for word in done.stdout.split() if word.startswith("th_"))
        return {"Authorization": f"Bearer {secret}"}

    def workers(self) -> list[int]:
        mark = f"TEAHORSE_STATE_DIR={self.folder}".encode()
        found = []
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit() and int(entry.name) != os.getpid():
                try:
                    if mark in (entry / "environ").read_bytes().split(b"\0"):
                        found.append(int(entry.name))
                except OSError:
                    continue
        return found


def _events(url, headers, *, at_most=1_000):
    """Events of a stream, up to its end or to so many."""
    found, block = [], {}
    with httpx2.stream("GET", url, headers=headers, timeout=60) as answer:
        for line in answer.iter_lines():
            if line.startswith(":"):
                continue
            if line:
                name, _, value = line.partition(": ")
                block[name] = value
            elif block:
                found.append(block)
                if block["event"] == "end" or len(found) >= at_most:
                    return found
                block = {}
    return found


def _planners_own(tmp_path):
    data = planner.read()
    path = tmp_path / "shipments.json"
    path.write_text(json.dumps({"shipments": SHIPMENTS}))
    shipments = planner.shipments_from(path, data)
    planned_at = min(one.booked_at for one in shipments).astimezone(UTC)
    midnight = planned_at.replace(hour=0, minute=0, second=0, microsecond=0)
    epoch_at = midnight - timedelta(days=1)
    last: datetime = max(one.ready_at for one in shipments).astimezone(UTC)
    inputs = planner.load(
        epoch_at=epoch_at, horizon_days=(last - epoch_at).days + 1 + MARGIN_DAYS, data=data
    )
    options = PlanOptions(planned_at=planned_at, time_s=30, gap=0.5, explain_s=0)
    warnings = planner.plausibility(data, shipments, planned_at=planned_at)
    result = planner.plan(inputs, shipments, options, warnings=[str(one) for one in warnings])
    return json.loads(json.dumps(plan_to_json(data, result)))


@pytest.mark.slow
def test_a_plan_survives_a_kill_of_the_service_and_equals_the_planners(tmp_path):
    folder = tmp_path / "state"
    folder.mkdir()
    service = _Service(folder)
    service.start()
    try:
        headers = service.key()
        answer = httpx2.post(f"{service.url}/v1/plans", json=REQUEST, headers=headers)
        assert answer.status_code == 202
        place = service.url + answer.headers["location"]
        stream = service.url + answer.json()["links"]["events"]
        before = _events(stream, headers, at_most=4)

        service.process.send_signal(signal.SIGKILL)
        service.process.wait()
        service.start()
        after = _events(stream, {**headers, "Last-Event-ID": before[-1]["id"]})

        numbers = [int(one["id"]) for one in (*before, *after) if "id" in one]
        assert numbers == list(range(1, len(numbers) + 1))
        assert json.loads(after[-1]["data"]) == {"state": "completed"}
        job = httpx2.get(place, headers=headers).json()
        (file,) = [one for one in job["files"] if one["name"] == "plan.json"]
        read = httpx2.get(service.url + file["href"], headers=headers)
        assert read.headers["etag"] == f'"{file["sha256"]}"'
        own = _planners_own(tmp_path)
        assert answer_hash(read.json()) == job["answer_hash"] == answer_hash(own)
        assert read.json()["itineraries"] == own["itineraries"]
    finally:
        service.process.send_signal(signal.SIGTERM)
        service.process.wait(30)
        service.log.close()
    deadline = time.monotonic() + 20
    while service.workers():
        assert time.monotonic() < deadline
        time.sleep(0.1)
