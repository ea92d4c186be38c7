"""Every code of a finding about shipments once, at its place."""

from __future__ import annotations

import pytest

from optimizer.datasets.shipment_findings import CODES
from optimizer.datasets.shipments import read_shipments
from optimizer.errors import DemandError

# column, value, code: one cell of a good row changed.
CELLS = [
    ("origin", "", "S307"),
    ("gross_kg", "heavy", "S308"),
    ("gross_kg", "12 kg", "S308"),
    ("gross_kg", "1,5", "S308"),
    ("gross_kg", "nan", "S308"),
    ("gross_kg", "1e999999999", "S308"),
    ("gross_kg", "0x10", "S308"),
    ("n_packages", "2.5", "S308"),
    ("gross_kg", "0", "S309"),
    ("gross_kg", "-5", "S309"),
    ("gross_kg", "500001", "S309"),
    ("volume_m3", "0", "S310"),
    ("volume_m3", "1000.5", "S310"),
    ("gross_kg", "200000", "S311"),
    ("gross_kg", "6", "S311"),
    ("ready_at", "2026-05-01T08:00", "S312"),
    ("ready_at", "2026-05-01", "S312"),
    ("ready_at", "tomorrow", "S313"),
    ("ready_at", "2026-02-30T08:00Z", "S313"),
    ("ready_at", "2026-05-01T08:00+99:00", "S313"),
    ("ready_at", "0001-01-01T00:00Z", "S313"),
    ("due_at", "2026-05-01T07:59+08:00", "S314"),
    ("latest_at", "2026-04-30T08:00+08:00", "S315"),
    ("origin", "CNKMG-WJY", "S317"),
    ("origin", "102.71,25.04", "S318"),
    ("origin", "225.04,302.71", "S319"),
    ("destination", "CNKMG-WJX", "S320"),
    ("cargo_class", "perishables", "S321"),
    ("customs_mode", "9611", "S321"),
    ("credit_class", "aa", "S321"),
    ("gross_kg", "1,200", "S322"),
    ("gross_kg", "1 200", "S322"),
    ("n_packages", "0", "S323"),
    ("value_cny", "-1", "S323"),
    ("late_cny_per_h", "1e13", "S323"),
    ("shipper", "=1+1", "S324"),
    ("shipment_id", "@SUM(A1)", "S324"),
    ("shipper", "Acme\u202egpj", "S325"),
    ("shipper", "Ac\tme", "S325"),
    ("shipper", "x" * 1001, "S326"),
    ("tz", "Mars/Olympus", "S337"),
]


@pytest.mark.parametrize(("column", "value", "code"), CELLS)
def test_spoilt_cell_is_found_where_it_is(csv_findings, column, value, code):
    findings = csv_findings(**{column: value})
    assert [(f.code, f.where) for f in findings] == [(code, f"orders.csv row 2 column {column}")]
    assert findings[0].remedy


HEADER = "shipment_id,origin,destination,gross_kg,volume_m3,ready_at"
GOOD = "S1,CNKMG-WJX,LAVTE-TNT,1200,6.5,2026-05-01T08:00+08:00"
FILES = {
    "S302": f"{HEADER}\n",
    "S303": f"{HEADER},shipper\n{GOOD},Zürich\n".encode("latin-1"),
    "S304": f"{HEADER.replace(',volume_m3', '')}\n{GOOD.replace(',6.5', '')}\n",
    "S305": f"{HEADER},colour\n{GOOD},red\n",
    "S306": f"{HEADER.replace('gross_kg', 'gross_t')}\n{GOOD}\n",
    "S316": f"{HEADER}\n{GOOD}\n{GOOD}\n",
    "S325": f"{HEADER}\n{GOOD}\n\0",
    "S326": f"{HEADER}\n{'x' * 10_000_000}{GOOD}\n",
    "S327": f'{HEADER}\n"S1"x,CNKMG-WJX\n',
    "S328": f"{HEADER}\n{GOOD.replace('CNKMG-WJX', '25.0,102.8')}\n",
    "S329": f"{HEADER},origin\n{GOOD},CNKMG-WJX\n",
    "S330": f"{HEADER}\n" + "\n" * 200_001 + "x",
}


@pytest.mark.parametrize("code", sorted(FILES))
def test_spoilt_file_is_found(csv_findings, code):
    assert [finding.code for finding in csv_findings(FILES[code])] == [code]


def test_file_that_is_not_there_or_of_another_kind(tmp_path, network):
    with pytest.raises(DemandError, match="S301"):
        read_shipments(tmp_path / "none.csv", network)
    (tmp_path / "folder.csv").mkdir()
    with pytest.raises(DemandError, match="S301"):
        read_shipments(tmp_path / "folder.csv", network)
    with pytest.raises(DemandError, match="S301"):
        read_shipments("bad\0name.csv", network)
    for name in ("old.xls", "binary.xlsb", "sheet.ods", "text.txt", "noending"):
        with pytest.raises(DemandError, match="S331"):
            read_shipments(tmp_path / name, network)


def test_all_findings_of_all_rows_come_together(csv_findings):
    text = (
        f"{HEADER.replace('volume_m3', 'volume_l')}\n"
        "S1,CNKMG,Vientiane,-3,6500,2026-05-01T08:00\n"
        "S2,CNKMG-WJX,LAVTE-TNT,,1,soon\n"
    )
    found = [
        (finding.code, finding.where.removeprefix("orders.csv ")) for finding in csv_findings(text)
    ]
    assert found == [
        ("S306", "row 1"),
        ("S317", "row 2 column destination"),
        ("S309", "row 2 column gross_kg"),
        ("S312", "row 2 column ready_at"),
        ("S307", "row 3 column gross_kg"),
        ("S313", "row 3 column ready_at"),
    ]


def test_a_thousand_findings_are_listed_and_the_rest_counted(csv_findings):
    rows = "".join(f"S{i},CNKMG-WJX,LAVTE-TNT,0,6.5,2026-05-01T08:00Z\n" for i in range(1_500))
    findings = csv_findings(f"{HEADER}\n{rows}")
    assert len(findings) == 1_001
    assert findings[-1].code == "S399"
    assert findings[-1].what.startswith("and 500 more findings, 1500 in all")


def test_hints_name_the_right_column(csv_findings):
    (finding,) = csv_findings(FILES["S306"])
    assert "gross_kg" in finding.remedy
    assert "1000" in finding.remedy
    (finding,) = csv_findings(f"{HEADER.replace('gross_kg', '毛重')}\n{GOOD}\n")
    assert (finding.code, finding.remedy) == ("S305", "did you mean gross_kg?")
    (finding,) = csv_findings(f"{HEADER.replace(',', ';')}\n{GOOD.replace(',', ';')}\n")
    assert finding.code == "S327"
    assert "';'" in finding.what


def test_every_code_has_a_case():
    elsewhere = {"S301", "S331", "S399"}
    json_and_excel = {"S332", "S333", "S334", "S335", "S336"}
    assert {case[2] for case in CELLS} | set(FILES) | elsewhere | json_and_excel == set(CODES)
