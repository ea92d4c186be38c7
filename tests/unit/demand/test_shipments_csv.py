"""The CSV that is written, cell by cell."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from optimizer.demand.shipments_csv import write_shipments_csv
from tests.factories import at_point, make_shipment
from tests.toy.corridor import KUNMING_RAIL


def test_cells(tmp_path: Path) -> None:
    bangkok = ZoneInfo("Asia/Bangkok")
    shipment = make_shipment(
        "S1",
        KUNMING_RAIL,
        at_point(lat=13.7, lon=100.5, country="TH"),
        volume_dm3=3250,
        late_fen_per_hour=1205,
        unserved_fen=900_000,
        ready_at=datetime(2026, 9, 14, 9, 15, tzinfo=ZoneInfo("Asia/Shanghai")),
        booked_at=datetime(2026, 9, 14, 6, 0, tzinfo=ZoneInfo("Asia/Shanghai")),
        due_at=datetime(2026, 9, 18, 18, 0, tzinfo=bangkok),
    )
    file = tmp_path / "s.csv"
    write_shipments_csv(file, [shipment])
    header, row, end = file.read_bytes().decode().split("\n")
    assert end == ""
    assert header.startswith("shipment_id,shipper,origin,destination,gross_kg,volume_m3,")
    assert row == (
        'S1,Shipper,CNKMG-WJX,"13.7000,100.5000",1000,3.25,10,10000,general,0110,ordinary,'
        "2026-09-14T09:15:00+08:00,2026-09-18T18:00:00+07:00,,12.05,9000,2026-09-14T06:00:00+08:00"
    )
