from __future__ import annotations

import csv
import io

import pytest

from optimizer.datasets.read import read_network
from optimizer.datasets.shipments import read_shipments
from optimizer.errors import DemandError
from tests.unit.datasets.network_package import SMALL, Package

HEADER = (
    "shipment_id,shipper,origin,destination,gross_kg,volume_m3,ready_at,due_at,latest_at,"
    "n_packages,value_cny,customs_mode,cargo_class,credit_class,late_cny_per_h,booked_at,tz"
)
ROW = {
    "shipment_id": "S1",
    "shipper": "Acme",
    "origin": "CNKMG-WJX",
    "destination": "LAVTE-TNT",
    "gross_kg": "1200",
    "volume_m3": "6.5",
    "ready_at": "2026-05-01T08:00+08:00",
}


@pytest.fixture
def package(tmp_path):
    return Package(tmp_path / "network")


@pytest.fixture(scope="session")
def network():
    return read_network(SMALL)


@pytest.fixture
def csv_findings(tmp_path, network):
    """Findings of a CSV with one row, some cells changed or the whole text given."""

    def find(text: str | bytes | None = None, **changes: str):
        path = tmp_path / "orders.csv"
        if text is None:
            row = {**ROW, **changes}
            buffer = io.StringIO(newline="")
            writer = csv.DictWriter(buffer, list(dict.fromkeys([*HEADER.split(","), *row])))
            writer.writeheader()
            writer.writerow(row)
            text = buffer.getvalue()
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        try:
            read_shipments(path, network)
        except DemandError as error:
            return error.findings
        return ()

    return find
