"""The small network as domain objects: every conversion against arithmetic done by hand."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from datetime import date
from decimal import Decimal

import pytest

from optimizer.datasets.catalog import NETWORK_TABLES, fingerprint, open_catalog
from optimizer.datasets.read import read_network
from optimizer.domain.location import FacilityKind, Mode
from optimizer.domain.tariff import WeightBreak
from optimizer.errors import DataError


def test_facility_prices_are_per_hundredth_kilogram_and_litre(network):
    facility = network.facilities["CNKMG-WJX"]
    # 300 CNY/TEU = 30,000,000 mfen per 100 hundredths.
    assert facility.unit_handling_mfen_per_teu_c == 300_000
    # 60 CNY/t = 6,000,000 mfen per 1000 kg.
    assert facility.loose_handling_mfen_per_kg == 6_000
    # 2.5 CNY/m3 = 250,000 mfen per 1000 dm3.
    assert facility.storage_mfen_per_dm3_day == 250
    assert facility.storage_free_min == 3 * 1440
    assert facility.kind is FacilityKind.RAIL_TERMINAL
    assert facility.modes == {Mode.RAIL, Mode.ROAD}
    assert facility.gauges_mm == {1435}
    assert facility.hours.closed_on_holidays
    assert facility.hours.intervals[-1] == (5, 480, 720)


def test_service_calls_and_sections(network):
    service = network.services["LCR-S"]
    assert service.weekdays == {0, 2, 4}
    assert service.allotment_teu_c == 1_050
    assert service.booking_close_min == 24 * 60
    first, border, last = service.calls
    assert (first.arrive_min, first.depart_min) == (-1, 18 * 60 + 30)
    assert (border.arrive_min, border.depart_min) == (1440 + 4 * 60, 1440 + 5 * 60)
    assert (last.arrive_min, last.depart_min) == (1440 + 20 * 60 + 30, -1)
    assert first.customs_cutoff_min == 270
    assert last.availability_min == 195
    assert [section.distance_m for section in last.sections] == [5_000, 422_000]
    assert last.sections[0].crossing_id == "MOHAN-BOTEN-RAIL:CN-LA"
    assert not first.sections


def test_truck_lane(network):
    lane = network.truck_lanes["TRK-CNKMG-LAVTE"]
    assert [section.country for section in lane.sections] == ["CN", "LA"]
    assert {section.traction for section in lane.sections} == {"truck"}
    assert (lane.n_drivers, lane.quota_per_day, lane.loading_min) == (2, 5, 120)


def test_money_is_converted_at_the_latest_rate(network):
    card = {card.rate_id: card for card in network.rate_cards}
    # 1200.5 USD at 7.20 = 8643.60 CNY = 864,360,000 mfen; 7.10 and 7.00 are older.
    assert card["R1"].fixed_mfen == 864_360_000
    assert card["R1"].currency == "USD"
    # 1.1 USD/km at 7.20 = 7.92 CNY.
    assert card["R8"].per_km_mfen == 792_000
    assert card["R2"].breaks == (
        WeightBreak(from_kg=45, mfen_per_kg=1_850_000),
        WeightBreak(from_kg=100, mfen_per_kg=1_500_000),
        WeightBreak(from_kg=300, mfen_per_kg=1_280_000),
    )
    surcharge = {row.surcharge_id: row for row in network.surcharges}
    assert surcharge["F1"].share_bp == 1_250
    assert surcharge["F1"].per_kg_mfen == 120_000
    assert surcharge["F2"].per_unit_mfen == 18_000_000


def test_dwell_of_the_own_direction_wins_for_the_same_mode(network):
    there = network.crossings["MOHAN-BOTEN-ROAD:CN-LA"]
    back = network.crossings["MOHAN-BOTEN-ROAD:LA-CN"]
    assert (there.dwell_for("0110").p50_min, back.dwell_for("0110").p50_min) == (120, 180)
    assert there.dwell_for("9610").p50_min == back.dwell_for("9610").p50_min == 60
    assert there.unit_cost_mfen == 120_000_000
    assert there.loose_cost_mfen_per_kg == 2_000
    assert there.status_as_of == date(2026, 1, 1)


def test_load_units_round_against_the_planner(network):
    ake = network.load_units["AKE"]
    assert (ake.teu_c, ake.usable_dm3, ake.payload_kg) == (15, 4_200, {Mode.AIR: 1_500})
    assert network.load_units["40HQ"].payload_kg == {Mode.RAIL: 24_000, Mode.ROAD: 26_500}


def test_other_tables(network):
    assert network.territory("DE") == "EU"
    assert network.territory("CN") == "CN"
    assert network.parameters["planning_quantile"] == 0.5
    assert network.customs_modes["9610"].declaration_mfen == 5_000_000
    factor = next(f for f in network.emission_factors if f.mode is Mode.AIR)
    assert (factor.g_per_tkm, factor.distance_add_m) == (Decimal(600), 95_000)
    assert network.row_confidence["fx"] == {"high": 3}
    assert "sources" not in network.row_confidence


def test_fingerprint_is_of_content_not_of_order(network, package):
    assert read_network(package.root).fingerprint == network.fingerprint
    one = hashlib.sha256(b"a:1\nxb:2\nyz").hexdigest()
    assert fingerprint({"b": b"yz", "a": b"x"}) == fingerprint({"a": b"x", "b": b"yz"}) == one
    package.set("facilities", 2, "transfer_min", "121")
    assert read_network(package.root).fingerprint != network.fingerprint


def test_byte_order_mark_and_gb18030_are_read(package):
    expected = read_network(package.root)
    path = package.path("facilities")
    text = path.read_text("utf-8")
    for data in (
        text.encode("utf-8-sig"),
        text.encode("gb18030"),
        text.replace("\n", "\r\n").encode(),
    ):
        path.write_bytes(data)
        assert read_network(package.root).facilities == expected.facilities


def test_catalog_order(package, monkeypatch, tmp_path):
    monkeypatch.setenv("TEAHORSE_DATA_DIR", str(package.root))
    assert open_catalog().root == package.root
    assert open_catalog().tables() == tuple(sorted(NETWORK_TABLES))
    with pytest.raises(DataError, match="D101"):
        open_catalog(tmp_path / "nowhere")
    monkeypatch.delenv("TEAHORSE_DATA_DIR")
    # A package without a schema of its own is read by the installed one.
    assert open_catalog(package.root).schema_path.name == "datapackage.json"
    assert open_catalog(package.root).schema_path.parent != package.root


def test_reading_imports_none_of_the_slow_packages():
    code = (
        "import sys, optimizer.datasets.read, optimizer.datasets.shipments, "
        "optimizer.datasets.query, optimizer.datasets.workbook\n"
        "slow = {'pandas', 'numba', 'ortools', 'numpy', 'geopandas', 'xlsxwriter'}\n"
        "print(sorted(slow & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
