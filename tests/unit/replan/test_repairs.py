"""Repairs say what they need, at the price of just that."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from optimizer.replan.changes import divided, more_room
from tests.factories import EPOCH
from tests.helpers import solve_and_check
from tests.integration.test_infeasible_cases import CARDS, PENALTY_FEN, TRAIN, network, shipment

FULL = {"gross_kg": 9000, "volume_dm3": 29_000}
HALF = {"gross_kg": 3000, "volume_dm3": 14_000}
DAY = timedelta(days=1)


def test_a_slot_is_priced_on_the_departure_that_it_is_named_for() -> None:
    """One slot a train, Monday's and Tuesday's shared by two. Tuesday costs a day's delay."""
    data = network(services=(replace(TRAIN, allotment_teu_c=100),), rate_cards=CARDS[1:2])
    others = [
        shipment(
            name,
            **HALF,
            ready_at=ready_at,
            latest_at=ready_at + timedelta(hours=14),
            unserved_fen=2 * PENALTY_FEN,
        )
        for name, ready_at in (
            ("M1", EPOCH),
            ("M2", EPOCH),
            ("T1", EPOCH + DAY),
            ("T2", EPOCH + DAY),
        )
    ]
    late = {"due_at": EPOCH + timedelta(hours=13), "late_fen_per_hour": 1000}
    mine = shipment(**FULL, **late, latest_at=EPOCH + DAY + timedelta(hours=14))
    plan = solve_and_check(data, [mine, *others], time_s=5.0, explain_s=30.0).plan
    assert [entry.shipment_id for entry in plan.unassigned] == ["S"]
    rooms = {one.target: one for one in plan.repairs if one.kind == "more_room"}
    monday = rooms["svc:TRAIN:2026-11-30:0:teu"]
    tuesday = rooms["svc:TRAIN:2026-12-01:0:teu"]
    assert tuesday.delivered_min == monday.delivered_min + 1440
    assert tuesday.cost_fen == monday.cost_fen + 24 * 1000


def test_goods_are_asked_for_earlier_within_the_notice_there_is() -> None:
    """Ready four hours after a train; five hours' notice is enough, three are not."""
    ready_at = EPOCH + timedelta(hours=28)
    for notice_h, amounts in ((5, [4]), (4, [4]), (3, [])):
        planned_at = ready_at - timedelta(hours=notice_h)
        late = shipment(ready_at=ready_at, latest_at=EPOCH + timedelta(hours=40))
        plan = solve_and_check(
            network(),
            [replace(late, booked_at=planned_at)],
            planned_at=planned_at,
            time_s=5.0,
            explain_s=30.0,
        ).plan
        assert [one.amount for one in plan.repairs if one.kind == "ready_earlier"] == amounts


def test_a_voyage_is_one_slot_however_many_hops_are_full() -> None:
    names = [f"svc:TRAIN:2026-11-30:{hop}:teu" for hop in range(2)]
    change = more_room(network(), shipment(), {names[0]: 30, names[1]: 120})
    assert change is not None
    assert change.what == "2 TEU more on TRAIN of 2026-11-30"
    assert (change.amount, change.room) == (2, dict.fromkeys(names, 200))
    assert change.data is not None
    assert change.data.services["TRAIN"].allotment_teu_c == TRAIN.allotment_teu_c + 200


def test_parts_sum_to_the_whole() -> None:
    for n_parts in (2, 3, 4):
        parts = divided(shipment(gross_kg=1001, volume_dm3=7), n_parts).shipments
        assert sum(part.gross_kg for part in parts) == 1001
        assert sum(part.volume_dm3 for part in parts) == 7
        assert min(part.volume_dm3 for part in parts) > 0
