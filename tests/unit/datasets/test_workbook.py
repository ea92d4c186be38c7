from __future__ import annotations

import zipfile
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from python_calamine import CalamineWorkbook

from optimizer.datasets.query import read_query
from optimizer.datasets.shipments import read_shipments
from optimizer.datasets.workbook import shipments_template, write_shipments
from optimizer.domain.border import CreditClass
from optimizer.errors import DemandError


@pytest.fixture
def shipments(network):
    one = read_query(
        network, origin="CNKMG-WJX", destination="17.912345678,102.6", kg="1200.5", m3="6.123",
        ready="2026-05-01T08:00+08:00",
    )  # fmt: skip
    two = replace(
        one,
        shipment_id="0002",
        shipper="昆明 'Acme', \"云\"\u3000物流",
        destination=one.origin,
        origin=replace(one.origin, facility_id="", lat=-6.2, lon=106.8, country="TH"),
        customs_mode="9610",
        cargo_class="perishable",
        credit_class=CreditClass.CERTIFIED,
        due_at=one.ready_at + timedelta(days=2),
        latest_at=datetime(2026, 5, 5, 23, 59, tzinfo=timezone(timedelta(hours=5, minutes=45))),
        booked_at=datetime(2026, 4, 1, tzinfo=UTC),
        late_fen_per_hour=12_345,
        unserved_fen=99,
        n_packages=40,
        value_cny=1_000_000,
    )
    return [one, two]


@pytest.mark.parametrize("suffix", [".csv", ".xlsx"])
def test_round_trip(tmp_path, network, shipments, suffix):
    path = tmp_path / f"out{suffix}"
    write_shipments(path, shipments)
    assert read_shipments(path, network) == shipments


def test_files_of_other_kinds_and_formulas_are_refused(tmp_path, shipments):
    with pytest.raises(DemandError, match="S331"):
        write_shipments(tmp_path / "out.ods", shipments)
    with pytest.raises(DemandError, match="S331"):
        shipments_template(tmp_path / "out.csv")
    evil = [replace(shipments[0], shipper="=HYPERLINK(1)")]
    for suffix in (".csv", ".xlsx"):
        with pytest.raises(DemandError, match="S324"):
            write_shipments(tmp_path / f"out{suffix}", evil)


def test_text_in_a_workbook_is_never_a_formula(tmp_path, shipments):
    path = tmp_path / "out.xlsx"
    write_shipments(path, shipments)
    with zipfile.ZipFile(path) as archive:
        assert b"<f>" not in archive.read("xl/worksheets/sheet1.xml")


def test_template_is_empty_and_reads_back_once_filled_in(tmp_path, network):
    path = tmp_path / "template.xlsx"
    for data in (None, network):
        shipments_template(path, data)
        with pytest.raises(DemandError) as caught:
            read_shipments(path, network)
        assert [finding.code for finding in caught.value.findings] == ["S302"]
    workbook = CalamineWorkbook.from_path(path)
    assert workbook.sheet_names == ["shipments", "lists", "notes"]
    lists = workbook.get_sheet_by_name("lists").to_python()
    assert lists[0] == ["cargo_class", "customs_mode", "credit_class", "origin", "destination"]
    assert {row[3] for row in lists[1:]} == set(network.facilities)
    with zipfile.ZipFile(path) as archive:
        assert archive.read("xl/worksheets/sheet1.xml").count(b"<dataValidation ") == 5
