"""Good files of shipments in every form, and what their cells become."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from optimizer.datasets.shipments import read_shipments
from optimizer.domain.border import CreditClass

HEADER = "shipment_id,origin,destination,gross_kg,volume_m3,ready_at"
READY = datetime(2026, 5, 1, 0, 0, tzinfo=UTC)


def read(tmp_path, network, text, **options):
    path = tmp_path / "orders.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_shipments(path, network, **options)


def test_least_row_has_the_defaults(tmp_path, network):
    (one,) = read(
        tmp_path,
        network,
        f"{HEADER}\nS1,CNKMG-WJX,LAVTE-TNT,1200.2,6.5001,2026-05-01T08:00+08:00\n",
    )
    # Demand rounds up: 1201 kg, 6501 dm3.
    assert (one.gross_kg, one.volume_dm3) == (1201, 6501)
    assert (one.customs_mode, one.cargo_class) == ("0110", "general")
    assert one.credit_class is CreditClass.ORDINARY
    assert one.ready_at == one.booked_at == READY
    assert (one.due_at, one.latest_at, one.n_packages) == (None, None, 1)
    assert one.is_international


def test_full_row(tmp_path, network):
    text = (
        f"{HEADER},shipper,due_at,latest_at,late_cny_per_h,unserved_cny,customs_mode,value_cny,"
        "n_packages,booked_at,credit_class,cargo_class\n"
        "S1,KMG,BKK,300,2,2026-05-01T00:00Z,Acme,2026-05-03T00:00Z,2026-05-04T00:00Z,12.345,5000,"
        "9610,99.99,40,2026-04-30T00:00Z,certified,perishable\n"
    )
    (one,) = read(tmp_path, network, text)
    assert (one.origin.facility_id, one.destination.facility_id) == ("CNKMG-KMG", "THBKK-BKK")
    # 12.345 CNY is 1234.5 fen, rounded half up.
    assert (one.late_fen_per_hour, one.unserved_fen) == (1235, 500_000)
    assert one.due_at == READY + timedelta(days=2)
    assert one.latest_at == READY + timedelta(days=3)
    assert one.booked_at == READY - timedelta(days=1)
    assert (one.value_cny, one.n_packages) == (100, 40)
    assert one.credit_class is CreditClass.CERTIFIED


def test_default_booking_time(tmp_path, network):
    planned = datetime(2026, 4, 1, tzinfo=UTC)
    text = f"{HEADER}\nS1,CNKMG-WJX,LAVTE-TNT,12,1,2026-05-01T08:00+08:00\n"
    (one,) = read(tmp_path, network, text, default_booked_at=planned)
    assert one.booked_at == planned


def test_column_tz_gives_the_zone_of_naive_times_only(tmp_path, network):
    text = (
        f"{HEADER},tz\n"
        "S1,CNKMG-WJX,LAVTE-TNT,12,1,2026-05-01T08:00,Asia/Shanghai\n"
        "S2,CNKMG-WJX,LAVTE-TNT,12,1,2026-05-01 00:00Z,Asia/Shanghai\n"
    )
    assert [one.ready_at for one in read(tmp_path, network, text)] == [READY, READY]


def test_full_width_digits_and_lost_zeros_mean_the_same(tmp_path, network):
    text = (
        f"{HEADER},customs_mode\n"
        "S1,ＣＮＫＭＧ-ＷＪＸ,LAVTE-TNT,１２００,６．５,２０２６-05-01T08:00+08:00,110\n"
    )
    (one,) = read(tmp_path, network, text)
    assert (one.gross_kg, one.volume_dm3, one.customs_mode) == (1200, 6500, "0110")
    assert one.ready_at == READY
    assert one.origin.facility_id == "CNKMG-WJX"


def test_encodings_blank_rows_and_capital_headers(tmp_path, network):
    text = (
        f"{HEADER.upper()},Shipper\r\n\r\nS1,CNKMG-WJX,LAVTE-TNT,1,0.1,2026-05-01T08:00+08:00,"
        "昆明云物流公司\r\n,,,,,,\r\n"
    )
    for data in (text.encode(), text.encode("utf-8-sig"), text.encode("gb18030")):
        (one,) = read(tmp_path, network, data)
        assert one.shipper == "昆明云物流公司"


def test_a_gap_in_the_clocks_of_a_zone_is_found(csv_findings):
    # Berlin skips 02:00 to 03:00 on 2026-03-29.
    (finding,) = csv_findings(ready_at="2026-03-29T02:30", tz="Europe/Berlin")
    assert finding.code == "S313"
    assert "skip" in finding.what
    assert csv_findings(ready_at="2026-03-29T03:30", tz="Europe/Berlin") == ()
