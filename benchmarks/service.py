"""
Load on the service, which is started for it with a database of its own.

::

    python -m benchmarks.service quotes --seconds 60
    python -m benchmarks.service allocations --seconds 20 --url postgresql://...
    python -m benchmarks.service reservations --url postgresql://...
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import socket
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from multiprocessing import get_context
from pathlib import Path
from time import monotonic, perf_counter, sleep

from benchmarks.load import request_bytes, run_load

START_S = 180
ORIGINS = ("CNKMG-CBZ", "CNKMG-WJX", "CNKMG-KMG", "KMG", "25.04,102.72")
DESTINATIONS = ("THBKK-LKB", "LAVTE-VSR", "VNHAN", "SGSIN", "DEHAM", "PLMLA-MAL", "MMRGN", "KHPNH")
WEIGHTS_KG = (80, 300, 1_200, 5_000, 15_000)
VOLUMES_M3 = (1.0, 3.0, 6.0, 20.0)


def quote_bodies(n: int, seed: int = 6) -> list[dict[str, object]]:
    """Queries over mixed corridor pairs, loads and times of one week."""
    made = random.Random(seed)  # noqa: S311
    return [
        {
            "origin": made.choice(ORIGINS),
            "destination": made.choice(DESTINATIONS),
            "gross_kg": made.choice(WEIGHTS_KG),
            "volume_m3": made.choice(VOLUMES_M3),
            "ready_at": f"2026-09-{made.randint(14, 20)}T{made.randint(0, 23):02d}:"
            f"{made.randint(0, 59):02d}:00+08:00",
        }
        for _ in range(n)
    ]


@contextmanager
def served(folder: Path, **settings: str) -> Iterator[int]:
    """``teahorse serve`` with a new database; the port. It is stopped at the end."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = os.environ | {"TEAHORSE_STATE_DIR": str(folder), **settings}
    command = [sys.executable, "-m", "api.cli", "serve", "--port", str(port), "--no-worker"]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(command, env=environment, stdout=log, stderr=log)  # noqa: S603
    try:
        _wait(port, process)
        yield port
    finally:
        process.terminate()
        process.wait(30)


def _wait(port: int, process: subprocess.Popen[bytes]) -> None:
    until = monotonic() + START_S
    while monotonic() < until and process.poll() is None:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/v1/health/ready", timeout=5).read()
        except OSError:
            sleep(0.3)
        else:
            return
    msg = "the service did not start, see its log"
    raise RuntimeError(msg)


def new_key(folder: Path, scope: str) -> str:
    """A key in the database of a folder."""
    command = [
        sys.executable,
        "-m",
        "api.cli",
        "keys",
        "create",
        "--name",
        "load",
        "--scope",
        scope,
    ]
    environment = os.environ | {"TEAHORSE_STATE_DIR": str(folder)}
    done = subprocess.run(command, env=environment, capture_output=True, check=True)  # noqa: S603
    return done.stdout.decode().strip()


def quotes(seconds: float, n_connections: int, n_processes: int) -> dict[str, object]:
    """``POST /v1/quotes`` over mixed pairs; a warm-up of a tenth of the time comes first."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        key = new_key(folder, "quote")
        headers = {"Authorization": f"Bearer {key}"}
        requests = [request_bytes("/v1/quotes", body, headers) for body in quote_bodies(2_000)]
        settings = {"TEAHORSE_RATE_PER_S": "0", "TEAHORSE_PROCESSES": str(n_processes)}
        with served(folder, **settings) as port:
            for duration in (max(3.0, seconds / 10), seconds):
                load = asyncio.run(
                    run_load(port, requests, n_connections=n_connections, seconds=duration)
                )
    return load.summary()


def reservations(url: str, n_attempts: int, n_units: int, n_clients: int) -> dict[str, object]:
    """Attempts on the units of one lot, each its own transaction; how many succeeded."""
    from sqlalchemy import func, select

    from api.database import migrate, stock_repository
    from api.database.engine import make_engine, reading, transaction
    from api.database.key_repository import tenant_named
    from api.database.models_stock import StockLot, StockReservation

    engine = make_engine(url)
    migrate.upgrade(engine)
    with transaction(engine) as session:
        tenant_id = tenant_named(session, "default").tenant_id
        lot = stock_repository.NewLot(
            lot_code=f"L{perf_counter()}",
            sku="TEA",
            warehouse_id="CNKMG-CBZ",
            customs_status="bonded",
            units=n_units,
        )
        lot_id = stock_repository.add_lot(session, tenant_id, lot).lot_id
    n_processes = min(4, n_clients)
    share, threads = n_attempts // n_clients, n_clients // n_processes
    jobs = [(url, tenant_id, lot_id, share, threads)] * n_processes
    started = perf_counter()
    with get_context("spawn").Pool(n_processes) as pool:
        won = sum(pool.starmap(_clients, jobs))
    seconds = perf_counter() - started
    with reading(engine) as session:
        stored = session.scalar(
            select(func.sum(StockReservation.units)).where(StockReservation.lot_id == lot_id)
        )
        row = session.get(StockLot, lot_id)
        reserved = None if row is None else row.units_reserved
    engine.dispose()
    return {
        "database": url.partition(":")[0],
        "clients": n_processes * threads,
        "attempts": share * n_processes * threads,
        "units": n_units,
        "succeeded": won,
        "rows_stored": int(stored or 0),
        "units_reserved": reserved,
        "seconds": round(seconds, 1),
        "attempts_per_s": round(share * n_processes * threads / seconds),
    }


def _clients(url: str, tenant_id: str, lot_id: str, n_attempts: int, n_threads: int) -> int:
    from api.database.base import now
    from api.database.engine import make_engine, transaction
    from api.database.stock_repository import Take, refuse_hopeless, reserve
    from api.problems import Problem

    engine = make_engine(url)

    def client(_number: int) -> int:
        won = 0
        for _ in range(n_attempts):
            try:
                refuse_hopeless(engine, tenant_id, [Take(lot_id, 1)])
                with transaction(engine) as session:
                    expires_at = now() + timedelta(hours=1)
                    won += len(reserve(session, tenant_id, "O", [Take(lot_id, 1)], expires_at))
            except Problem:
                continue
        return won

    with ThreadPoolExecutor(n_threads) as pool:
        total = sum(pool.map(client, range(n_threads)))
    engine.dispose()
    return total


def main() -> None:
    """Run one of the loads and print its figures."""
    parser = argparse.ArgumentParser(description=__doc__, prog="python -m benchmarks.service")
    parser.add_argument("what", choices=("quotes", "allocations", "reservations"))
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--connections", type=int, default=8)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--url", default="")
    parser.add_argument("--attempts", type=int, default=100_000)
    parser.add_argument("--units", type=int, default=1_000)
    parser.add_argument("--clients", type=int, default=16)
    said = parser.parse_args()
    if said.what == "quotes":
        found = quotes(said.seconds, said.connections, said.processes)
    elif said.what == "allocations":
        from benchmarks.service_allocations import allocations

        found = allocations(said.seconds, said.connections, said.processes, said.url)
    else:
        with tempfile.TemporaryDirectory() as folder:
            url = said.url or f"sqlite:///{Path(folder) / 'stock.db'}"
            found = reservations(url, said.attempts, said.units, said.clients)
    print(json.dumps(found, indent=1))


if __name__ == "__main__":
    main()
