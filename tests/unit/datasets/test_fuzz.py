"""Whatever bytes come, only an InputError with findings may leave the readers."""

from __future__ import annotations

import json
import random
import zipfile
from contextlib import suppress
from pathlib import Path

import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from optimizer.datasets.catalog import NETWORK_TABLES
from optimizer.datasets.collect import Findings
from optimizer.datasets.places import resolve_place
from optimizer.datasets.query import read_query
from optimizer.datasets.read import read_network
from optimizer.datasets.schema import Field, TableSchema
from optimizer.datasets.shipment_columns import NAMES
from optimizer.datasets.shipments import read_shipments
from optimizer.datasets.tables import read_table
from optimizer.domain.shipment import Place
from optimizer.errors import DemandError, Finding, InputError
from tests.unit.datasets.network_package import Package

FAST = settings(
    max_examples=150,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
CELL = st.one_of(
    st.text(max_size=30),
    st.sampled_from(
        ["", "CNKMG", "1e5", "0", "-1", "9" * 30, "25,102", "2026-05-01T08:00Z", "=A1", "1,000",
         "2026-05-01T08:00", "NaN", '"', "\n", "\ufeff", "٣", "²", "+", "２"]
    ),
)  # fmt: skip
JSON_VALUE = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), CELL),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=5,
)


def read_all(path: Path, network) -> None:
    try:
        shipments = read_shipments(path, network)
    except DemandError as error:
        shipments, findings = [], error.findings
    else:
        findings = ()
    # Either all of the file is good, or something is said about it, and can be printed.
    assert bool(shipments) != bool(findings)
    assert all(str(finding).isprintable() for finding in findings)
    assert all(s.gross_kg > 0 and s.volume_dm3 > 0 for s in shipments)


@FAST
@given(data=st.binary(max_size=300))
@pytest.mark.parametrize("suffix", [".csv", ".json", ".xlsx"])
def test_any_bytes(tmp_path, network, suffix, data):
    path = tmp_path / f"fuzz{suffix}"
    path.write_bytes(data)
    read_all(path, network)


@FAST
@given(rows=st.lists(st.lists(CELL, min_size=3, max_size=len(NAMES)), max_size=4), data=st.data())
def test_any_csv_cells(tmp_path, network, rows, data):
    names = data.draw(st.permutations(NAMES))
    lines = [",".join(names)]
    lines += [",".join('"' + cell.replace('"', '""') + '"' for cell in row) for row in rows]
    path = tmp_path / "fuzz.csv"
    path.write_bytes("\n".join(lines).encode("utf-8", "surrogatepass"))
    read_all(path, network)


@FAST
@given(items=st.lists(st.dictionaries(st.sampled_from(NAMES), JSON_VALUE), max_size=4) | JSON_VALUE)
def test_any_json(tmp_path, network, items):
    path = tmp_path / "fuzz.json"
    path.write_text(json.dumps(items))
    read_all(path, network)


@FAST
@given(cells=st.lists(CELL, min_size=11, max_size=11))
def test_any_query(network, cells):
    names = (
        "origin", "destination", "kg", "m3", "ready", "due", "latest", "customs_mode",
        "cargo_class", "credit_class", "booked",
    )  # fmt: skip
    with suppress(DemandError):
        assert read_query(network, **dict(zip(names, cells, strict=True))).gross_kg > 0


@FAST
@given(text=CELL)
def test_any_place(network, text):
    assert isinstance(resolve_place(text, network), (Place, Finding))


@FAST
@given(
    data=st.binary(max_size=200)
    | st.lists(st.lists(CELL, max_size=5), max_size=4).map(
        lambda rows: "\n".join(",".join(row) for row in [["a", "b", "c", "d", "e"], *rows]).encode(
            "utf-8", "surrogatepass"
        )
    )
)
def test_any_table(data):
    kinds = ("string", "integer", "number", "boolean", "date")
    fields = tuple(Field(name=n, type=t) for n, t in zip("abcde", kinds, strict=True))
    read_table(TableSchema(name="t", fields=fields), data, Findings("D199"))


def test_any_flipped_byte_of_a_workbook(tmp_path, network):
    path = tmp_path / "fuzz.xlsx"
    with xlsxwriter.Workbook(str(path)) as workbook:
        page = workbook.add_worksheet("shipments")
        page.write_row(0, 0, list(NAMES))
        page.write_row(1, 0, ["S1", "Acme", "CNKMG-WJX", "LAVTE-TNT", 12, 1])
    good = path.read_bytes()
    dice = random.Random(7)  # noqa: S311
    for _ in range(300):
        data = bytearray(good)
        for _ in range(dice.randint(1, 4)):
            data[dice.randrange(len(data))] = dice.randrange(256)
        path.write_bytes(bytes(data))
        read_all(path, network)


def test_any_flipped_byte_inside_a_workbook(tmp_path, network):
    path = tmp_path / "fuzz.xlsx"
    with xlsxwriter.Workbook(str(path)) as workbook:
        page = workbook.add_worksheet("shipments")
        page.write_row(0, 0, list(NAMES))
        page.write_row(1, 0, ["S1", "Acme", "CNKMG-WJX", "LAVTE-TNT", 12, 1])
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    dice = random.Random(8)  # noqa: S311
    for _ in range(300):
        spoilt = dice.choice(sorted(members))
        with zipfile.ZipFile(path, "w") as archive:
            for name, content in members.items():
                data = bytearray(content)
                if name == spoilt:
                    for _ in range(dice.randint(1, 8)):
                        data[dice.randrange(len(data))] = dice.randrange(256)
                archive.writestr(name, bytes(data))
        read_all(path, network)


@FAST
@given(
    table=st.sampled_from(["facilities", "calls", "fx", "rate_cards"]), data=st.binary(max_size=120)
)
def test_any_network_table(tmp_path_factory, table, data):
    root = tmp_path_factory.mktemp("package")
    package = Package(root)
    path = package.path(table)
    path.write_bytes(path.read_bytes() + data)
    with suppress(InputError):
        assert read_network(root).fingerprint


def test_any_cell_of_any_table(tmp_path):
    package = Package(tmp_path / "network")
    dice = random.Random(9)  # noqa: S311
    values = [
        "",
        "-1",
        "0",
        "1e12",
        "x" * 300,
        "*",
        "CNKMG-WJX",
        "1+99:99",
        "a;b;;c",
        "0:0;0:1",
        "٣",
    ]
    for table in NETWORK_TABLES:
        good = package.rows(table)
        for _ in range(12):
            rows = [list(row) for row in good]
            row = dice.randrange(len(rows))
            rows[row][dice.randrange(len(rows[0]))] = dice.choice(values)
            package.write(table, rows)
            with suppress(InputError):
                assert read_network(package.root).facilities
        package.write(table, good)
