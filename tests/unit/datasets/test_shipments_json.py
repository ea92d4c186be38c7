from __future__ import annotations

import json

import pytest

from optimizer.datasets.shipments import read_shipments
from optimizer.errors import DemandError

ITEM = {
    "shipment_id": "S1",
    "origin": "CNKMG-WJX",
    "destination": "LAVTE-TNT",
    "gross_kg": 1200,
    "volume_m3": 6.5,
    "ready_at": "2026-05-01T08:00+08:00",
}


@pytest.fixture
def read(tmp_path, network):
    def read_text(text: str | bytes):
        path = tmp_path / "orders.json"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return read_shipments(path, network)

    return read_text


@pytest.fixture
def codes(read):
    def find(text: str | bytes):
        try:
            read(text)
        except DemandError as error:
            return [finding.code for finding in error.findings]
        return []

    return find


def test_list_and_object_with_a_list(read):
    assert read(json.dumps([ITEM])) == read(json.dumps({"shipments": [ITEM], "version": 1}))
    (one,) = read(json.dumps([{**ITEM, "shipment_id": 7, "due_at": None, "volume_m3": "6.5"}]))
    assert (one.shipment_id, one.volume_dm3, one.due_at) == ("7", 6500, None)


def test_objects_need_not_have_the_same_keys(read, codes):
    both = [ITEM, {**ITEM, "shipment_id": "S2", "shipper": "Acme"}]
    assert [one.shipper for one in read(json.dumps(both))] == ["", "Acme"]
    assert codes(json.dumps([ITEM, {"shipment_id": "S2"}])) == ["S307"] * 5


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "S302"),
        ("[]", "S302"),
        (b'["\xff\xff"]', "S303"),
        ("{", "S333"),
        ("[" + "1" * 5_000 + "]", "S336"),
        ('[{"shipment_id": "S1" "x"}]', "S333"),
        ("3", "S336"),
        ('{"orders": []}', "S336"),
        ("[3]", "S336"),
        ("[" * 100_000, "S336"),
        ('[{"origin": ["CNKMG"]}]', "S336"),
        ("[" + "0," * 1_000 + "0]", "S336"),
        ("[" + "{}," * 200_001 + "{}]", "S330"),
    ],
)
def test_other_shapes(codes, text, code):
    assert code in codes(text)


def test_duplicate_keys(codes):
    text = json.dumps([ITEM]).replace('"gross_kg"', '"gross_kg": 1, "gross_kg"')
    assert codes(text) == ["S334"]


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity"])
def test_numbers_that_are_not_finite(codes, number):
    assert "S335" in codes(json.dumps([ITEM]).replace("1200", number))


def test_huge_numbers_are_findings(codes):
    assert codes(json.dumps([ITEM]).replace("1200", "9" * 100_000)) == ["S326"]
    assert codes(json.dumps([ITEM]).replace("1200", "1e400")) == ["S308"]
    assert codes(json.dumps([ITEM]).replace("1200", "true")) == ["S308"]


def test_nested_too_deep(codes):
    text = "[" + '{"a":' * 60_000 + "1" + "}" * 60_000 + "]"
    assert codes(text) == ["S336"]


def test_half_a_surrogate_pair(codes):
    assert codes(json.dumps([{**ITEM, "shipper": "x"}]).replace('"x"', '"\\ud800"')) == ["S325"]


def test_unknown_and_missing_keys(codes):
    item = {key: value for key, value in ITEM.items() if key != "volume_m3"}
    assert codes(json.dumps([{**item, "volume_l": 6500}])) == ["S306", "S307"]
