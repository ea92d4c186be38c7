import re
from dataclasses import replace
from pathlib import Path
from zipfile import ZipFile

import pytest
from python_calamine import CalamineWorkbook

from optimizer.report.workbook import write_workbook
from tests.toy.tiny_result import with_repairs

SHEETS = [
    "Summary", "Shipments", "Legs", "Loads", "Contents", "Unserved", "Repairs", "Costs", "Estimates", "Notes"
]  # fmt: skip


def table(path: Path, sheet: str) -> list[dict[str, object]]:
    head, *rows = CalamineWorkbook.from_path(str(path)).get_sheet_by_name(sheet).to_python()
    return [dict(zip(head, row, strict=True)) for row in rows]


@pytest.fixture
def written(tiny, tmp_path: Path) -> Path:
    path = tmp_path / "plan.xlsx"
    write_workbook(*tiny, path)
    return path


def test_all_sheets_in_order(written: Path) -> None:
    assert CalamineWorkbook.from_path(str(written)).sheet_names == SHEETS


def test_the_summary_says_what_the_plan_says(written: Path) -> None:
    values = {row["Figure"]: row["Value"] for row in table(written, "Summary")}
    assert values["Objective"] == 11_000
    assert values["Cost of what is delivered"] == 8_000
    assert values["Saving against stand-alone"] == pytest.approx(0.2)
    assert values["Mean fill of volume"] == 0.5


def test_costs_end_with_the_objective(written: Path) -> None:
    *_, delivered, penalty, objective = table(written, "Costs")
    assert (delivered["Line"], delivered["Sum, CNY"]) == ("delivered", 8_000)
    assert penalty["Sum, CNY"] == 3_000
    assert (objective["Line"], objective["Sum, CNY"]) == ("objective", 11_000)
    assert objective["Rail, CNY"] == 6_900


def test_the_unserved_are_named_with_their_way(written: Path) -> None:
    (row,) = table(written, "Unserved")
    assert (row["Shipment"], row["Code"], row["Reason"]) == ("C", "U801", "no way")
    assert row["Gross, kg"] > 0
    assert row["From"]
    assert row["Penalty, CNY"] == 3_000


def test_rows_of_loads_contents_and_shipments(written: Path) -> None:
    (load,) = table(written, "Loads")
    assert load["Fill of payload"] == 0.25
    assert load["Departs, local"] == "2026-09-08T00:00:00+08:00"
    assert [row["Shipment"] for row in table(written, "Contents")] == ["A", "B"]
    shipments = table(written, "Shipments")
    assert [row["Cost, CNY"] for row in shipments] == [2_500, 5_500]
    legs = table(written, "Legs")
    assert [row["Belongs to"] for row in legs] == ["load", "shipment", "shipment"]
    assert sum(row["Cost, CNY"] for row in legs) == 6_900


def test_texts_are_never_formulas_or_links(tiny, tmp_path: Path) -> None:
    result, data = tiny
    nasty = '=HYPERLINK("http://example.org";"x")'
    shipments = dict(result.plan.shipments)
    shipments["A"] = replace(shipments["A"], shipper=nasty)
    shipments["B"] = replace(shipments["B"], shipper="http://example.org/x")
    path = tmp_path / "plan.xlsx"
    write_workbook(replace(result, plan=replace(result.plan, shipments=shipments)), data, path)
    assert [row["Shipper"] for row in table(path, "Shipments")] == [nasty, "http://example.org/x"]
    with ZipFile(path) as archive:
        for name in archive.namelist():
            if name.startswith("xl/worksheets/"):
                text = archive.read(name).decode()
                assert "<f>" not in text
                assert "<hyperlink" not in text


def test_headers_are_frozen_and_carry_units(written: Path) -> None:
    with ZipFile(written) as archive:
        sheets = [n for n in archive.namelist() if re.fullmatch(r"xl/worksheets/sheet\d+.xml", n)]
        assert len(sheets) == len(SHEETS)
        assert all('state="frozen"' in archive.read(name).decode() for name in sheets)
    assert {"Gross, kg", "Volume, m3", "Cost, CNY", "CO2e, kg"} <= table(written, "Loads")[0].keys()


def test_the_same_plan_gives_the_same_file(tiny, tmp_path: Path) -> None:
    first, second = tmp_path / "a.xlsx", tmp_path / "b.xlsx"
    write_workbook(*tiny, first)
    write_workbook(*tiny, second)
    assert first.read_bytes() == second.read_bytes()


def test_repairs_and_loads_that_no_split_suits(tiny, tmp_path: Path) -> None:
    result, data = with_repairs(*tiny)
    path = tmp_path / "plan.xlsx"
    write_workbook(result, data, path)
    rows = table(path, "Repairs")
    assert [(row["Shipment"], row["More cost, CNY"], row["Verified"]) for row in rows] == [
        ("C", 250.0, "yes"),
        ("C", 900.0, "no"),
    ]
    assert rows[0]["Change"] == "ready 2 hours earlier"
    assert [row["Above alone, CNY"] for row in table(path, "Loads")] == [12.34]
