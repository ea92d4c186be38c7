"""Rows of a person's plan: columns, types, and who shares which unit."""

from __future__ import annotations

from datetime import timedelta

from optimizer.errors import Finding
from optimizer.replan.hand_rows import COLUMNS, read_rows, rows_of_csv, rows_of_json
from tests.factories import EPOCH, make_facility, make_shipment

K, V = make_facility("CNKMG-K"), make_facility("LAVTE-V", lat=18.0)
SHIPMENTS = {name: make_shipment(name, K, V, gross_kg=1001) for name in "AB"}


def read(*rows: dict[str, object]):
    findings: list[Finding] = []
    values = rows_of_json({"rows": list(rows)}, findings)
    ways, loads = read_rows(values, SHIPMENTS, EPOCH, findings)
    return ways, loads, [(finding.code, finding.where) for finding in findings]


def row(name: str = "A", leg_no: int = 1, **cells) -> dict[str, object]:
    return {"shipment_id": name, "leg_no": leg_no, "ref": "T", **cells}


def test_csv_with_a_byte_order_mark_blank_lines_and_strange_columns() -> None:
    findings: list[Finding] = []
    text = "\ufeffshipment_id,leg_no,colour\nA,1,red\n\nB,1,blue,too many\n"
    rows = rows_of_csv(text, findings)
    assert [where for where, _ in rows] == ["line 2", "line 3"]
    assert [(one.code, one.value or one.where) for one in findings] == [
        ("P777", "colour"),
        ("P777", "line 3"),
    ]
    assert rows_of_csv("a,b\n1,2\n", findings) == []


def test_json_that_is_no_list_of_rows() -> None:
    for value in (None, [], {"rows": 3}, {"rows": [1]}, {"rows": [{"size": 1}]}):
        findings: list[Finding] = []
        rows_of_json(value, findings)
        assert {finding.code for finding in findings} == {"P777"}
    assert len(COLUMNS) == 9


def test_own_ends_stand_where_none_are_named_and_times_may_be_left_open() -> None:
    (way,), loads, findings = read(row(departs_at="2026-11-30T10:00+08:00"))
    assert (findings, loads) == ([], ())
    (ride,) = way.steps
    assert (ride.from_id, ride.to_id, ride.departs_min) == (K.facility_id, V.facility_id, 120)
    (way,), _, _ = read(row())
    assert way.steps[0].departs_min is None


def test_who_leaves_the_time_open_goes_with_who_states_it() -> None:
    ways, (load,), findings = read(
        row("A", load_unit="20GP", load_id="L"),
        row("B", load_unit="20GP", load_id="L", departs_at=EPOCH.isoformat()),
    )
    assert findings == []
    assert load.rides[0].departs_min == 0
    assert [way.steps for way in ways] == [("L",), ("L",)]
    assert [part.shipment_id for part in load.contents] == ["A", "B"]


def test_a_shipment_divided_evenly_keeps_every_kilogram() -> None:
    _, loads, _ = read(row(load_unit="20GP", load_id="L1 L2 L3"))
    assert sum(load.contents[0].gross_kg for load in loads) == 1001
    assert len({load.lane_id for load in loads}) == 1


def test_riders_who_disagree_and_numbers_that_are_none() -> None:
    later = (EPOCH + timedelta(days=1)).isoformat()
    _, _, findings = read(
        row("A", load_unit="20GP", load_id="L", departs_at=EPOCH.isoformat()),
        row("B", load_unit="20GP", load_id="L", departs_at=later),
    )
    assert findings == [("P776", "/rows/1")]
    _, _, findings = read(row("A", leg_no="one"), row("Z"), row("B", 2), row("B", 2, n_units="-1"))
    assert {code for code, _ in findings} == {"P777", "P770"}
    assert ("P777", "shipment B") in findings
    _, _, findings = read(row("A", departs_at="2026-11-30T10:00"))
    assert findings == [("P773", "/rows/0")]
