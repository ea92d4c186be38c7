"""
A person's plan, priced softly: what it costs, which rules it breaks by how much, and what that is worth.

The network of the infeasible cases: a daily train from K at 00:00 UTC, 1 CNY/kg loose or 5,000 CNY
for a 20GP of 30 m3; a truck with two permits a day for 9,000 CNY.
"""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from optimizer import planner, replanner
from optimizer.cli import app
from optimizer.demand.shipments_csv import write_shipments_csv
from optimizer.domain.border import BorderStatus
from optimizer.errors import PlanError
from optimizer.plan.checks.run import check_result
from optimizer.plan.io import plan_to_json, read_plan
from optimizer.replan.hand_file import Frame, read_hand_plan
from optimizer.replan.hand_from_plan import hand_from_plan
from tests.factories import (
    EPOCH,
    at_facility,
    at_point,
    make_crossing,
    make_rate_card,
    make_section,
)
from tests.helpers import solve_and_check
from tests.integration.test_infeasible_cases import (
    CARDS,
    PENALTY_FEN,
    RAIL_BORDER,
    TRAIN,
    K,
    V,
    network,
)
from tests.integration.test_replan import BOX_FEN, parcel

HEAD = "shipment_id,leg_no,ref,from,to,departs_at,load_unit,n_units,load_id"
FRAME = Frame(
    epoch_at=EPOCH,
    planned_at=EPOCH - timedelta(days=7),
    planning_quantile=0.5,
    share_rule="proportional",
)
HOUR_FEN = 20_000
"""Of missed time, where a shipment names no rate."""


def goods(name: str, **changes):
    return parcel(name, **({"unserved_fen": PENALTY_FEN} | changes))


def read(tmp_path: Path, rows: list[str], shipments, data=None, frame=FRAME):
    path = tmp_path / "plan.csv"
    path.write_text("\n".join([HEAD, *rows]), encoding="utf-8")
    by_id = {one.shipment_id: one for one in shipments}
    return read_hand_plan(path, data or network(), by_id, frame)


def priced(tmp_path: Path, rows: list[str], shipments, data=None):
    hand = read(tmp_path, rows, shipments, data)
    result, found = replanner.evaluate(data or network(), hand, horizon_days=14)
    violations = check_result(data or network(), result)
    assert violations == [one.violation for one in found.penalties]
    return found


def broken(found) -> list[tuple[str, float, int]]:
    return [(p.violation.code, p.violation.amount, p.penalty_fen) for p in found.penalties]


def together(*names: str, departs: str = "") -> list[str]:
    return [f"{one},1,TRAIN,,,{departs},20GP,,L1" for one in names]


def test_two_who_share_a_box_by_the_first_train_pay_half_of_it_each(tmp_path) -> None:
    found = priced(tmp_path, together("A", "B"), [goods("A"), goods("B")])
    assert broken(found) == []
    assert found.soft_price_fen == found.plan.objective_fen == BOX_FEN
    assert [one.share_fen for one in found.plan.itineraries] == [BOX_FEN // 2] * 2
    assert found.plan.loads[0].legs[0].departs_min == 0


def test_a_box_that_is_too_full_costs_one_more_box(tmp_path) -> None:
    # 4 x 9 m3 in 30.
    names = ["A", "B", "C", "D"]
    found = priced(tmp_path, together(*names), [goods(one) for one in names])
    assert broken(found) == [("P717", 6000.0, BOX_FEN)]
    assert found.soft_price_fen == 2 * BOX_FEN


def test_a_missed_train_costs_the_hours_it_is_missed_by(tmp_path) -> None:
    late = timedelta(hours=1, minutes=30)
    rows = ["A,1,TRAIN,,,2026-11-30T08:00+08:00,,,", "B,1,TRAIN,,,2026-11-30T00:00Z,,,"]
    shipments = [
        goods("A", ready_at=EPOCH + late),
        goods("B", ready_at=EPOCH + late, late_fen_per_hour=50_000),
    ]
    found = priced(tmp_path, rows, shipments)
    # Two started hours each; 3 t at 1 CNY/kg.
    assert broken(found) == [("P726", 90.0, 2 * HOUR_FEN), ("P726", 90.0, 100_000)]
    assert found.plan.objective_fen == 2 * 300_000


def test_the_first_opportunity_is_the_next_day_for_who_is_too_late(tmp_path) -> None:
    found = priced(
        tmp_path, ["A,1,TRAIN,,,,,,"], [goods("A", ready_at=EPOCH + timedelta(minutes=1))]
    )
    assert broken(found) == []
    assert found.plan.itineraries[0].legs[0].departs_min == 1440


def test_who_is_not_mentioned_is_not_served(tmp_path) -> None:
    found = priced(tmp_path, together("A"), [goods("A"), goods("B")])
    (left,) = found.plan.unassigned
    assert (left.shipment_id, left.code, left.penalty_fen) == ("B", "U819", PENALTY_FEN)
    assert found.soft_price_fen == BOX_FEN + PENALTY_FEN


def test_a_closed_border_serves_nobody(tmp_path) -> None:
    closed = make_crossing(RAIL_BORDER, mode=TRAIN.mode, status=BorderStatus.CLOSED)
    data = network(crossings=(closed, make_crossing("MOHAN-ROAD:CN-LA")))
    found = priced(tmp_path, together("A", "B"), [goods("A"), goods("B")], data)
    # For each shipment and for the load, and each shipment pays for it once.
    assert broken(found) == [
        ("P710", 1.0, PENALTY_FEN),
        ("P710", 1.0, PENALTY_FEN),
        ("P710", 1.0, 0),
    ]


def test_a_train_that_does_not_run_and_a_time_that_is_not_its_own(tmp_path) -> None:
    data = network(services=(replace(TRAIN, weekdays=frozenset({0})),))
    rows = ["A,1,TRAIN,,,2026-12-01T08:00+08:00,,,", "B,1,TRAIN,,,2026-11-30T09:00+08:00,,,"]
    found = priced(tmp_path, rows, [goods("A"), goods("B")], data)
    assert broken(found) == [("P703", 1.0, PENALTY_FEN), ("P704", 60.0, HOUR_FEN)]


def test_a_service_that_is_suspended_is_priced_all_the_same(tmp_path) -> None:
    data = network(services=(replace(TRAIN, status="suspended"),))
    found = priced(tmp_path, together("A"), [goods("A")], data)
    assert [code for code, _, _ in broken(found)] == ["P703"]
    assert found.plan.objective_fen == BOX_FEN


def test_more_trucks_than_permits(tmp_path) -> None:
    names = ["A", "B", "C"]
    rows = [f"{one},1,TRUCK,,,,T136,1," for one in names]
    found = priced(tmp_path, rows, [goods(one) for one in names], network(trucks=True))
    assert broken(found) == [("P719", 1.0, 2_000_000)]
    assert found.plan.objective_fen == 3 * 900_000


def test_who_may_not_share_is_named(tmp_path) -> None:
    shipments = [goods("A"), goods("B", customs_mode="9610")]
    found = priced(tmp_path, together("A", "B"), shipments)
    assert broken(found) == [("P721", 1.0, PENALTY_FEN)]
    assert found.penalties[0].violation.where == "load L1 content B"


def test_a_unit_that_nobody_sells_costs_nothing_but_is_not_possible(tmp_path) -> None:
    found = priced(tmp_path, ["A,1,TRAIN,,,,40HQ,1,"], [goods("A")])
    assert [code for code, _, _ in broken(found)] == ["P724", "P734"]
    assert found.soft_price_fen == PENALTY_FEN


def test_first_and_last_mile_to_points(tmp_path) -> None:
    cards = (*CARDS, make_rate_card("connector", fixed_mfen=10_000_000))
    far = at_point(lat=25.0, lon=108.0, country="CN")
    near = at_point(lat=18.1, lon=102.6, country="LA")
    rows = [
        f"A,1,,,{K.facility_id},,,,",
        f"A,2,TRAIN,{K.facility_id},{V.facility_id},,,,",
        f"A,3,,{V.facility_id},,,,,",
    ]
    shipments = [replace(goods("A"), origin=far, destination=near)]
    found = priced(tmp_path, rows, shipments, network(rate_cards=cards))
    # 534 km of great circle to the train, 400 are allowed; two connectors at 100 CNY.
    assert [(code, round(amount)) for code, amount, _ in broken(found)] == [("P715", 134)]
    assert found.plan.objective_fen == 300_000 + 2 * 10_000


def test_a_shipment_divided_over_two_boxes(tmp_path) -> None:
    found = priced(tmp_path, ["A,1,TRAIN,,,,20GP,,L1 L2"], [goods("A", volume_dm3=40_001)])
    assert broken(found) == []
    assert [load.volume_dm3 for load in found.plan.loads] == [20_000, 20_001]
    assert found.plan.objective_fen == 2 * BOX_FEN


def test_nothing_departs_any_more(tmp_path) -> None:
    data = network(services=(replace(TRAIN, valid_to=EPOCH.date() - timedelta(days=1)),))
    found = priced(tmp_path, together("A"), [goods("A")], data)
    assert found.notes == ("A has no departure any more from TRAIN: counted as not served",)
    assert found.soft_price_fen == PENALTY_FEN
    assert found.plan.loads == ()


def test_all_that_is_wrong_is_found_at_once(tmp_path) -> None:
    rows = [
        "X,1,TRAIN,,,,,,",
        "A,1,TRAM,,,2026-11-30T08:00,,,",
        "B,1,TRAIN,,NOWHERE,,,,",
        f"B,2,TRAIN,{K.facility_id},,,,,",
        "C,1,TRAIN,,,,20GP,,L1",
        "D,1,TRAIN,,,2026-12-03T08:00+08:00,20GP,,L1",
        "E,1,TRAIN,,,2026-12-04T08:00+08:00,20GP,,L1",
        "E,1,TRAIN,,,,,x,",
    ]
    with pytest.raises(PlanError) as caught:
        read(tmp_path, rows, [goods(one) for one in "ABCDE"])
    codes = {finding.code for finding in caught.value.findings}
    assert codes >= {"P770", "P771", "P772", "P773", "P774", "P776", "P777"}
    places = {finding.where for finding in caught.value.findings}
    assert {"line 2", "line 3", "line 4", "line 8", "line 9"} <= places


def test_loads_that_wait_for_each_other(tmp_path) -> None:
    hub = replace(K, facility_id="CNKMG-H", lat=25.1)
    boards, leaves = TRAIN.calls
    leaves = replace(leaves, sections=(make_section(10),))
    there, back = (
        replace(
            TRAIN,
            service_id=name,
            calls=(replace(boards, facility_id=one), replace(leaves, facility_id=other)),
        )
        for name, one, other in (
            ("THERE", K.facility_id, hub.facility_id),
            ("BACK", hub.facility_id, K.facility_id),
        )
    )
    data = network(services=(there, back))
    data = replace(data, facilities=data.facilities | {hub.facility_id: hub})
    rows = [
        f"A,1,THERE,,{hub.facility_id},,20GP,,L1",
        f"A,2,BACK,{hub.facility_id},,,20GP,,L2",
        f"B,1,BACK,,{K.facility_id},,20GP,,L2",
        f"B,2,THERE,{K.facility_id},,,20GP,,L1",
    ]
    shipments = [
        replace(goods("A"), destination=at_facility(K)),
        replace(goods("B"), origin=at_facility(hub), destination=at_facility(hub)),
    ]
    with pytest.raises(PlanError) as caught:
        read(tmp_path, rows, shipments, data)
    assert [finding.code for finding in caught.value.findings] == ["P778"]
    rows[0] = f"A,1,THERE,,{hub.facility_id},2026-11-30T00:00Z,20GP,,L1"
    assert len(read(tmp_path, rows, shipments, data).loads) == 2


# ------------------------------------------------------------------ an edited plan.json


@pytest.fixture(scope="module")
def written() -> dict:
    result = solve_and_check(network(), [goods("A"), goods("B")], explain_s=0.0)
    return json.loads(json.dumps(plan_to_json(network(), result)))


def test_stale_numbers_do_not_matter(written) -> None:
    edited = json.loads(json.dumps(written))
    edited["loads"][0]["cost_lines_fen"] = {"line_haul": 1}
    edited["loads"][0]["cost_cny"] = 7
    edited["itineraries"][0]["share_fen"] = 99
    with pytest.raises(PlanError):
        read_plan(edited)
    _, found = replanner.evaluate(network(), hand_from_plan(edited), horizon_days=14)
    assert found.soft_price_fen == BOX_FEN


def test_a_later_departure_of_the_load_takes_its_riders_along(written) -> None:
    edited = json.loads(json.dumps(written))
    edited["loads"][0]["legs"][0]["departs_at"] = "2026-12-02T08:00:00+08:00"
    _, found = replanner.evaluate(network(), hand_from_plan(edited), horizon_days=14)
    assert broken(found) == []
    assert {one.legs[0].departs_min for one in found.plan.itineraries} == {2880}
    assert found.plan.loads[0].legs[0].voyage_on.isoformat() == "2026-12-02"


def test_who_is_moved_to_another_load_need_not_edit_the_legs(written) -> None:
    edited = json.loads(json.dumps(written))
    other = json.loads(json.dumps(edited["loads"][0]))
    other["load_id"] = "L0002"
    other["lane_id"] += "-2"
    other["contents"] = [edited["loads"][0]["contents"].pop()]
    edited["loads"].append(other)
    _, found = replanner.evaluate(network(), hand_from_plan(edited), horizon_days=14)
    # A box each is dearer than going loose: the shares say so, and no rule is broken.
    assert broken(found) == []
    assert {one.least_core_fen for one in found.plan.share_groups} == {BOX_FEN - 300_000}
    assert found.plan.objective_fen == 2 * BOX_FEN


def test_the_command_prints_writes_and_exits(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(planner, "read", lambda _dir=None: network())
    shipments = tmp_path / "shipments.csv"
    write_shipments_csv(shipments, [goods(one) for one in "ABCD"])
    rows = tmp_path / "rows.json"
    names = HEAD.split(",")
    values = [dict(zip(names, row.split(","), strict=True)) for row in together(*"ABCD")]
    rows.write_text(json.dumps({"rows": values}), encoding="utf-8")
    out = tmp_path / "plan.json"
    call = ["evaluate", str(rows), "--shipments", str(shipments), "--json", "--out", str(out)]
    answer = CliRunner().invoke(app, call)
    assert answer.exit_code == 1, answer.output
    body = json.loads(answer.output)
    assert body["soft_price_fen"] == 2 * BOX_FEN
    assert [one["code"] for one in body["violations"]] == ["P717"]
    again = CliRunner().invoke(app, ["evaluate", str(out)])
    assert again.exit_code == 1
    assert "10,000.00" in again.output
    refused = CliRunner().invoke(app, ["evaluate", str(rows)])
    assert isinstance(refused.exception, PlanError)
    assert refused.exception.findings[0].code == "P779"
