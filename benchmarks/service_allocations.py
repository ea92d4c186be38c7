"""Load on ``POST /v1/allocations`` with reservations: many SKUs and warehouses, every order new."""

from __future__ import annotations

import asyncio
import json
import os
import random
import subprocess
import sys
import tempfile
import urllib.request
from datetime import UTC, date, datetime
from pathlib import Path
from uuid import uuid4

from benchmarks.load import request_bytes, run_load
from benchmarks.service import new_key, served

START = date(2026, 9, 14)
N_ORDERS = 20_000
UNITS_ON_HAND = 10_000_000
"""So much of every lot that a run does not sell out."""


def stock_and_orders(seed: int = 6) -> tuple[dict[str, object], list[dict[str, object]]]:
    """A drawn stock as an upload, and orders that draw on it; each order has an id of its own."""
    from optimizer.demand.stock_generate import StockSize, generate_stock
    from optimizer.planner import read

    size = StockSize(n_warehouses=12, n_skus=500, n_orders=1_000, span_hours=6)
    stock, orders = generate_stock(read(), seed=seed, start=START, size=size)
    upload: dict[str, object] = {
        "skus": [
            {name: getattr(one, name) for name in one.__slots__}
            | {"incompatible_with": sorted(one.incompatible_with)}
            for one in stock.skus.values()
        ],
        "warehouses": [
            {name: getattr(one, name) for name in one.__slots__}
            | {"pick_units_per_day": UNITS_ON_HAND}
            for one in stock.warehouses.values()
        ],
        "lots": [
            {name: getattr(one, name) for name in one.__slots__} | {"units": UNITS_ON_HAND}
            for one in stock.lots.values()
        ],
    }
    made = random.Random(seed)  # noqa: S311
    bodies: list[dict[str, object]] = []
    for _ in range(N_ORDERS):
        order = made.choice(orders)
        place = order.destination
        body: dict[str, object] = {
            "order_id": uuid4().hex,
            "destination": place.facility_id or f"{place.lat},{place.lon}",
            "customs_mode": order.customs_mode,
            "lines": [{"sku": one.sku, "units": one.units} for one in order.lines],
            "placed_at": order.placed_at,
            "max_parcels": order.max_parcels,
            "partial": order.is_partial_allowed,
        }
        bodies.append(json.loads(json.dumps(body, default=_text)))
    return json.loads(json.dumps(upload, default=_text)), bodies


def _text(value: object) -> str:
    if isinstance(value, datetime):
        moment = value if value.tzinfo else value.replace(tzinfo=UTC)
        return moment.isoformat()
    return str(value)


def allocations(
    seconds: float, n_connections: int, n_processes: int, url: str
) -> dict[str, object]:
    """Requests a second with reservations; a third of the time before is warm-up."""
    upload, bodies = stock_and_orders()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        settings = {"TEAHORSE_RATE_PER_S": "0", "TEAHORSE_PROCESSES": str(n_processes)}
        if url:
            # The database is chosen by the environment for every process that is started.
            os.environ["TEAHORSE_DATABASE_URL"] = url
            command = [sys.executable, "-m", "api.cli", "db", "upgrade"]
            subprocess.run(command, check=True, capture_output=True)  # noqa: S603
        headers = {"Authorization": f"Bearer {new_key(folder, 'allocate')}"}
        requests = [request_bytes("/v1/allocations", body, headers) for body in bodies]
        warm, timed = requests[: N_ORDERS // 3], requests[N_ORDERS // 3 :]
        with served(folder, **settings) as port:
            put = urllib.request.Request(
                f"http://127.0.0.1:{port}/v1/stock",
                data=json.dumps(upload).encode(),
                headers=headers | {"Content-Type": "application/json"},
                method="PUT",
            )
            urllib.request.urlopen(put, timeout=120).read()  # noqa: S310
            asyncio.run(
                run_load(port, warm, n_connections=n_connections, seconds=max(10, seconds / 2))
            )
            load = asyncio.run(run_load(port, timed, n_connections=n_connections, seconds=seconds))
    return {"database": url.partition(":")[0] or "sqlite"} | load.summary()
