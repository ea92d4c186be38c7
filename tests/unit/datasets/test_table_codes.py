"""Every code of a table finding once, at the row and column where the mistake is."""

from __future__ import annotations

import pytest

from optimizer.datasets.collect import MAX_LISTED
from optimizer.datasets.read import read_network, read_network_with_warnings
from optimizer.datasets.table_findings import CODES
from optimizer.errors import DataError

# table, row, column, value, code, place
CELLS = [
    ("facilities", 2, "transfer_min", "two hours", "D106", "facilities.csv row 2 column transfer_min"),
    ("facilities", 3, "name_en", "", "D107", "facilities.csv row 3 column name_en"),
    ("facilities", 2, "lat", "102.9", "D108", "facilities.csv row 2 column lat"),
    ("calls", 3, "delay_p90_min", "5", "D108", "calls.csv row 3 column delay_p90_min"),
    ("facilities", 2, "kind", "airfield", "D109", "facilities.csv row 2 column kind"),
    ("facilities", 2, "modes", "air;river", "D109", "facilities.csv row 2 column modes"),
    ("rate_cards", 3, "rate_id", "R1", "D110", "rate_cards.csv row 3 column rate_id"),
    ("calls", 2, "facility_id", "CNKMG-WJY", "D111", "calls.csv row 2 column facility_id"),
    ("services", 2, "load_units", "40HC", "D111", "services.csv row 2 column load_units"),
    ("rate_cards", 2, "scope", "LCR-N", "D111", "rate_cards.csv row 2 column scope"),
    ("call_sections", 2, "seq", "7", "D111", "call_sections.csv row 2 column service_id+seq"),
    ("facilities", 2, "note", "x" * 2001, "D112", "facilities.csv row 2 column note"),
    ("facilities", 3, "hours", "Mo-Fr 8-18", "D113", "facilities.csv row 3 column hours"),
    ("facilities", 3, "hours", "Mo 08:00-12:00; Mo 11:00-13:00", "D113",
     "facilities.csv row 3 column hours"),
    ("calls", 2, "depart", "18:30", "D114", "calls.csv row 2 column depart"),
    ("services", 2, "valid_from", "2026-02-30", "D114", "services.csv row 2 column valid_from"),
    ("services", 2, "days", "118", "D118", "services.csv row 2 column days"),
    ("rate_cards", 3, "breaks", "100:15;45:18.5", "D119", "rate_cards.csv row 3 column breaks"),
    ("rate_cards", 3, "breaks", "45=18.5", "D119", "rate_cards.csv row 3 column breaks"),
    ("facilities", 2, "timezone", "Asia/Kunming", "D120", "facilities.csv row 2 column timezone"),
    ("truck_sections", 3, "section", "2", "D121", "truck_sections.csv row 2 column section"),
    ("rate_cards", 2, "valid_to", "2025-12-31", "D123", "rate_cards.csv row 2 column valid_to"),
    ("borders", 2, "from_facility_id", "LAVTE-TNT", "D124",
     "borders.csv row 2 column from_facility_id"),
    ("rate_cards", 2, "currency", "THB", "T401", "rate_cards.csv row 2 column currency"),
]  # fmt: skip


@pytest.mark.parametrize("case", CELLS)
def test_spoilt_cell_is_found_where_it_is(package, case):
    table, row, column, value, code, where = case
    package.set(table, row, column, value)
    found = [(finding.code, finding.where) for finding in package.findings()]
    assert (code, where) in found
    assert all(finding.remedy for finding in package.findings())


def whole_file(package, code: str) -> None:
    path = package.path("fx")
    text = path.read_text("utf-8")
    if code == "D101":
        path.unlink()
    elif code == "D102":
        path.write_text(text.split("\n", 1)[0] + "\n")
    elif code == "D103":
        path.write_bytes("currency,cny_per_unit,on\nUSD,Zürich,é\n".encode("latin-1"))
    elif code == "D104":
        path.write_text(text.replace("cny_per_unit,", "", 1))
    elif code == "D105":
        path.write_text(text.replace("cny_per_unit", "cny_per_unti", 1))
    elif code == "D112":
        path.write_text(text + "x" * 200_000 + "\n")
    elif code == "D115":
        path.write_text(text + "EUR,8.1\n")
    elif code == "D116":
        (package.root / "datapackage.json").write_text('{"resources": [{"path": "fx.csv"}]}')
    elif code == "D117":
        path.write_text(text + 'EUR,"8"1,\n')
    elif code == "D122":
        package.drop_row("parameters", 2)


@pytest.mark.parametrize(
    "code", ["D101", "D102", "D103", "D104", "D105", "D112", "D115", "D116", "D117", "D122"]
)
def test_spoilt_file_is_found(package, code):
    whole_file(package, code)
    assert code in {finding.code for finding in package.findings()}


def test_nul_bytes_are_no_table(package):
    package.path("fx").write_bytes(b"currency\0\n")
    assert [finding.code for finding in package.findings()] == ["D117"]


def test_more_findings_than_listed_are_counted(package):
    rows = package.rows("fx")
    package.write("fx", [rows[0], *([["EURO", "8", *rows[1][2:]]] * (MAX_LISTED + 7))])
    findings = package.findings()
    # Each row breaks the pattern of the column; USD is then missing on three rows.
    assert len(findings) == MAX_LISTED + 1
    assert findings[-1].code == "D199"
    assert str(MAX_LISTED + 7 + 3 - MAX_LISTED) in findings[-1].what


def test_old_rate_is_a_warning_after_the_age_in_days(package):
    # The latest USD rate is of 2026-01-01 and the last card of 2026-12-31: 364 days.
    from datetime import UTC, datetime

    late = datetime(2027, 6, 1, tzinfo=UTC)
    old = read_network_with_warnings(package.root, fx_max_age_days=363, today=late).warnings
    assert [(finding.code, finding.where) for finding in old] == [("T402", "fx.csv USD")]
    assert "364 days" in old[0].what
    assert not read_network_with_warnings(package.root, fx_max_age_days=364, today=late).warnings


def test_findings_of_all_tables_come_together(package):
    package.set("facilities", 2, "lat", "north")
    package.set("calls", 2, "depart", "18:30")
    package.set("rate_cards", 2, "currency", "THB")
    package.path("holidays").unlink()
    with pytest.raises(DataError) as caught:
        read_network(package.root)
    assert [f.code for f in caught.value.findings] == ["D106", "D101", "D114", "T401"]


def test_unknown_reference_suggests_the_nearest_id(package):
    package.set("calls", 2, "facility_id", "CNKMG-WJY")
    (finding,) = package.findings()
    assert finding.remedy.startswith("did you mean CNKMG-WJX")


def test_missing_column_is_said_once_and_the_other_columns_are_checked(package):
    path = package.path("services")
    rows = package.rows("services")
    position = rows[0].index("days")
    package.write("services", [[c for i, c in enumerate(row) if i != position] for row in rows])
    assert [(f.code, f.where) for f in package.findings()] == [("D104", "services.csv row 1")]
    path.write_text(path.read_text().replace(",running,", ",runing,", 1))
    assert [f.code for f in package.findings()] == ["D104", "D109"]


def test_every_code_has_a_case():
    covered = {case[4] for case in CELLS} | {"D101", "D102", "D103", "D104", "D105", "D112"}
    covered |= {"D115", "D116", "D117", "D122", "D199", "T402"}
    assert covered == set(CODES)
