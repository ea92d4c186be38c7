"""Workbooks: the good ones, and a corpus of hostile ones made on the spot."""

from __future__ import annotations

import struct
import time
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest
import xlsxwriter

from optimizer.datasets.shipments import read_shipments
from optimizer.errors import DemandError

HEADER = ["shipment_id", "origin", "destination", "gross_kg", "volume_m3", "ready_at"]
GOOD = ["S1", "CNKMG-WJX", "LAVTE-TNT", 1200, 6.5, "2026-05-01T08:00+08:00"]
SECONDS = 1.0


def write(path: Path, rows: list[list[object]], sheet: str = "shipments") -> None:
    with xlsxwriter.Workbook(str(path)) as workbook:
        page = workbook.add_worksheet(sheet)
        date_format = workbook.add_format({"num_format": "yyyy-mm-dd hh:mm"})
        for number, row in enumerate(rows):
            for position, value in enumerate(row):
                if isinstance(value, datetime):
                    page.write_datetime(number, position, value, date_format)
                else:
                    page.write(number, position, value)


def repack(source: Path, target: Path, change) -> None:
    """Copy an archive, giving each member's bytes through ``change(name, data)``."""
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for member in old.infolist():
            new.writestr(member.filename, change(member.filename, old.read(member)))


@pytest.fixture
def good(tmp_path):
    path = tmp_path / "good.xlsx"
    write(path, [HEADER, GOOD])
    return path


@pytest.fixture
def codes(network):
    def find(path: Path):
        started = time.process_time()
        try:
            read_shipments(path, network)
        except DemandError as error:
            assert time.process_time() - started < SECONDS
            return [finding.code for finding in error.findings]
        return []

    return find


def test_numbers_text_and_rows(tmp_path, network):
    path = tmp_path / "orders.xlsx"
    write(path, [HEADER, [1001, *GOOD[1:]], [], ["S2", *GOOD[1:]]])
    one, two = read_shipments(path, network)
    assert (one.shipment_id, one.gross_kg, one.volume_dm3) == ("1001", 1200, 6500)
    assert one.ready_at.astimezone(UTC) == datetime(2026, 5, 1, tzinfo=UTC)
    assert two.shipment_id == "S2"


def test_row_numbers_are_those_of_the_sheet(tmp_path, network):
    path = tmp_path / "orders.xlsx"
    write(path, [[], HEADER, GOOD, [], ["S2", *GOOD[1:3], -1, *GOOD[4:]]])
    with pytest.raises(DemandError) as caught:
        read_shipments(path, network)
    assert [f.where for f in caught.value.findings] == ["orders.xlsx row 5 column gross_kg"]


def test_dates_are_naive_until_a_zone_is_given(tmp_path, network, codes):
    path = tmp_path / "orders.xlsx"
    row = [*GOOD[:5], datetime(2026, 5, 1, 8, 0)]  # noqa: DTZ001
    write(path, [HEADER, row])
    assert codes(path) == ["S312"]
    write(path, [[*HEADER, "tz"], [*row, "Asia/Shanghai"]])
    (one,) = read_shipments(path, network)
    assert one.ready_at.astimezone(UTC) == datetime(2026, 5, 1, tzinfo=UTC)


def test_sheet_named_shipments_is_read_before_the_first(tmp_path, network):
    path = tmp_path / "orders.xlsx"
    with xlsxwriter.Workbook(str(path)) as workbook:
        workbook.add_worksheet("cover").write(0, 0, "hello")
        page = workbook.add_worksheet("Shipments")
        page.write_row(0, 0, HEADER)
        page.write_row(1, 0, GOOD)
    assert len(read_shipments(path, network)) == 1


def test_formulas_count_by_their_result_and_errors_are_findings(tmp_path, network, codes):
    path = tmp_path / "orders.xlsx"
    with xlsxwriter.Workbook(str(path)) as workbook:
        page = workbook.add_worksheet("shipments")
        page.write_row(0, 0, HEADER)
        page.write_row(1, 0, GOOD)
        page.write_formula(1, 3, "=600*2", None, 1200)
    assert read_shipments(path, network)[0].gross_kg == 1200
    with xlsxwriter.Workbook(str(path)) as workbook:
        page = workbook.add_worksheet("shipments")
        page.write_row(0, 0, HEADER)
        page.write_row(1, 0, GOOD)
        page.write_formula(1, 3, "=1/0", None, "#DIV/0!")
    assert codes(path) in (["S307"], ["S308"])


def test_macro_workbook_is_read_and_the_macro_ignored(good, tmp_path, network):
    path = tmp_path / "macro.xlsm"
    repack(good, path, lambda _, data: data)
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("xl/vbaProject.bin", b"\xd0\xcf\0macro")
    assert len(read_shipments(path, network)) == 1


def test_empty_workbook(tmp_path, codes):
    path = tmp_path / "empty.xlsx"
    write(path, [])
    assert codes(path) == ["S302"]
    write(path, [HEADER])
    assert codes(path) == ["S302"]
    path.write_bytes(b"")
    assert codes(path) == ["S302"]


@pytest.mark.parametrize(
    "data",
    [
        b"not a workbook at all",
        b"PK\x03\x04 truncated",
        b"PK\x05\x06" + b"\0" * 18,
        b"PK\x05\x06" + b"\xff" * 18,
        b"\x1f\x8b\x08gzip",
    ],
)
def test_files_that_are_no_workbooks(tmp_path, codes, data):
    path = tmp_path / "bad.xlsx"
    path.write_bytes(data)
    assert codes(path) == ["S332"]


def test_cut_off_workbook(good, tmp_path, codes):
    data = good.read_bytes()
    for length in range(0, len(data) - 1, 97):
        path = tmp_path / "cut.xlsx"
        path.write_bytes(data[:length])
        assert codes(path) == (["S302"] if length == 0 else ["S332"])


def test_old_and_encrypted_formats(tmp_path, codes, network):
    path = tmp_path / "old.xlsx"
    path.write_bytes(b"\xd0\xcf\x11\xe0" + b"\0" * 600)
    assert codes(path) == ["S331"]
    path.write_bytes(b"\xd0\xcf\x11\xe0" + "EncryptedPackage".encode("utf-16-le"))
    with pytest.raises(DemandError, match="encrypted"):
        read_shipments(path, network)


def test_encrypted_members(good, tmp_path, codes):
    data = bytearray(good.read_bytes())
    # Set the flag in every entry of the directory.
    position = data.find(b"PK\x01\x02")
    while position >= 0:
        data[position + 8] |= 1
        position = data.find(b"PK\x01\x02", position + 4)
    path = tmp_path / "locked.xlsx"
    path.write_bytes(bytes(data))
    assert codes(path) == ["S332"]


def test_nested_archives(good, tmp_path, codes):
    path = tmp_path / "nested.xlsx"
    for name, content in (
        ("xl/media/more.zip", b"x"),
        ("xl/media/a.png", b"PK\x03\x04" + b"x" * 50),
    ):
        repack(good, path, lambda _, data: data)
        with zipfile.ZipFile(path, "a") as archive:
            archive.writestr(name, content)
        assert codes(path) == ["S332"]


def test_same_name_twice(good, tmp_path, codes):
    path = tmp_path / "twice.xlsx"
    repack(good, path, lambda _, data: data)
    with zipfile.ZipFile(path, "a") as archive, pytest.warns(UserWarning, match="Duplicate"):
        archive.writestr("xl/worksheets/sheet1.xml", b"<worksheet/>")
    assert codes(path) == ["S332"]


def test_too_many_members(tmp_path, codes):
    path = tmp_path / "many.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        for number in range(2_001):
            archive.writestr(f"f{number}", b"")
    assert codes(path) == ["S332"]


def test_honest_bomb(good, tmp_path, codes):
    # 300 MB of blanks pack into 300 kB.
    path = tmp_path / "bomb.xlsx"
    repack(good, path, lambda _, data: data)
    with (
        zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive,
        archive.open("xl/sharedStrings2.xml", "w") as member,
    ):
        for _ in range(30):
            member.write(b" " * 10_000_000)
    assert path.stat().st_size < 1_000_000
    assert codes(path) == ["S332"]


def test_bomb_that_lies_about_its_size(good, tmp_path, codes):
    path = tmp_path / "liar.xlsx"
    size = 50_000_000
    repack(good, path, lambda _, data: data)
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/big.xml", b"a" * size)
    data = path.read_bytes().replace(struct.pack("<L", size), struct.pack("<L", 1000))
    path.write_bytes(data)
    assert codes(path) == ["S332"]


SHEET = "xl/worksheets/sheet1.xml"


@pytest.mark.parametrize(
    "rows",
    [
        b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>',
        b'<row r="1"><c r="XFD1"><v>1</v></c></row>',
        b'<row r="200001"><c r="A200001"><v>1</v></c><c r="BL200001"><v>1</v></c></row>',
        b"<row r\n =\n '999999'><c><v>1</v></c></row>",
        b"<row" + b" " * 3_000_000 + b'r="999999"><c><v>1</v></c></row>',
        b"\0",
        b"</x>" * 8_000_001,
        b"<row>" + b"<c><v>1</v></c>" * 60_000 + b"</row>",
    ],
)
def test_cells_far_apart(good, tmp_path, codes, rows):
    path = tmp_path / "far.xlsx"
    repack(
        good,
        path,
        lambda name, data: (
            data.replace(b"</sheetData>", rows + b"</sheetData>") if name == SHEET else data
        ),
    )
    assert codes(path) == ["S332"]


def test_hidden_sheet_under_another_name_is_guarded_too(good, tmp_path, codes):
    path = tmp_path / "renamed.xlsx"
    far = b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'

    def change(name, data):
        return data.replace(b"worksheets/sheet1.xml", b"other.dat")

    repack(good, path, change)
    with zipfile.ZipFile(good) as archive:
        sheet = archive.read(SHEET).replace(b"</sheetData>", far)
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("xl/other.dat", sheet)
    assert codes(path) == ["S332"]


def test_damaged_xml_inside(good, tmp_path, codes):
    path = tmp_path / "xml.xlsx"
    for part in (SHEET, "xl/workbook.xml", "xl/styles.xml", "xl/_rels/workbook.xml.rels"):
        for junk in (b"<<<", b"", b'<a b="', b"\xff\xfe<"):
            repack(
                good, path, lambda name, data, part=part, junk=junk: junk if name == part else data
            )
            # Some damage a reader forgives; what is left is then no list of shipments.
            assert set(codes(path)) <= {"S302", "S304", "S332"}
