"""
Beside a plan: a new shipment joins, waits or goes; parts of a plan stand while the rest changes.

The network of the infeasible cases: a daily train from K to V at 1 CNY/kg loose or 5,000 CNY for a
20GP of 30 m3. Two shipments of 3 t and 9 m3 pay 3,000 CNY each alone, and share a box for 5,000.
"""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from optimizer import planner, replanner
from optimizer.domain.border import BorderStatus
from optimizer.domain.network_data import NetworkData
from optimizer.errors import PlanError
from optimizer.plan.checks.run import run_checks
from optimizer.plan.io import plan_to_json, read_plan
from optimizer.plan.plan import PlanResult
from optimizer.plan.sharing_rules import ShareRule
from optimizer.replan.apply import apply, remove
from optimizer.replan.board import Board
from optimizer.replan.diff import changed_paths
from optimizer.replan.freeze import frozen_shipments, parse_freezes
from optimizer.replan.insert import find_candidates
from optimizer.replan.wait_or_go import wait_or_go
from optimizer.report.choices import choices_json
from optimizer.stages import PlanOptions
from tests.factories import EPOCH, make_crossing, make_shipment
from tests.helpers import solve_and_check
from tests.integration.test_infeasible_cases import RAIL_BORDER, TRAIN, K, V, network

DAY = timedelta(days=1)
BOX_FEN = 500_000
ALONE_FEN = 300_000


def parcel(shipment_id: str, *, volume_dm3: int = 9000, **changes):
    return make_shipment(
        shipment_id, K, V, **({"gross_kg": 3000, "volume_dm3": volume_dm3} | changes)
    )


@pytest.fixture(scope="module")
def result() -> PlanResult:
    return solve_and_check(network(), [parcel("A"), parcel("B")], time_s=5.0)


@pytest.fixture(scope="module")
def board(result) -> Board:
    inputs = planner.load(epoch_at=EPOCH, horizon_days=14, data=network())
    return Board.of(inputs.network, result.plan)


def test_the_base_shares_one_box(result) -> None:
    (load,) = result.plan.loads
    assert load.cost_fen == BOX_FEN
    assert {one.share_fen for one in result.plan.itineraries} == {BOX_FEN // 2}


def test_joining_costs_the_plan_nothing_and_everybody_a_third(board) -> None:
    found = wait_or_go(board, parcel("C"))
    best = found.choices[0]
    assert (best.kind, best.marginal_fen, best.co_loaders) == ("join", 0, ("A", "B"))
    shares = [best.itinerary.share_fen, *(BOX_FEN // 2 + d for d in best.share_change_fen.values())]
    assert sum(shares) == BOX_FEN
    assert max(shares) - min(shares) <= 1
    assert best.loads[0].volume_dm3 == 27_000
    assert best.next_cutoff_min == best.loads[0].closes_min
    assert best.delivered_p10_min <= best.delivered_p50_min <= best.delivered_p90_min
    # The same train loose costs 3,000 CNY more and arrives no earlier: nobody would choose it.
    assert all(one.marginal_fen < ALONE_FEN for one in found.choices)


def test_what_does_not_fit_beside_the_others_goes_loose_or_in_a_box_of_its_own(board) -> None:
    # 18 of 30 m3 are taken: 13 do not fit. Loose costs 3,000 CNY, a second box 5,000.
    best = wait_or_go(board, parcel("C", volume_dm3=13_000)).choices[0]
    assert best.kind == "alone"
    # Loose is charged for max(3000 kg, 13 m3 at 333 kg/m3 = 4329 kg).
    assert best.marginal_fen == 432_900


def test_who_is_ready_after_the_train_has_left_does_not_join_it(board) -> None:
    found = wait_or_go(board, parcel("C", ready_at=EPOCH + timedelta(hours=1)))
    assert {one.kind for one in found.choices} == {"alone"}
    assert found.choices[0].marginal_fen == ALONE_FEN


@pytest.mark.parametrize("volume_dm3", [9000, 13_000])
def test_every_possible_candidate_makes_a_plan_that_passes_the_checks(board, volume_dm3) -> None:
    insertion = find_candidates(board, parcel("C", volume_dm3=volume_dm3))
    assert insertion.possible
    for candidate in insertion.possible:
        applied = apply(board, insertion, candidate)
        violations = run_checks(network(), applied.plan)
        assert not violations, [str(one) for one in violations]
        gained_fen = applied.plan.objective_fen - board.plan.objective_fen
        assert gained_fen == candidate.marginal_fen


def test_removing_what_was_added_gives_the_plan_back(board) -> None:
    insertion = find_candidates(board, parcel("C"))
    applied = apply(board, insertion, insertion.possible[0])
    back = remove(Board.of(board.network, applied.plan), "C").plan
    assert back.objective_fen == board.plan.objective_fen
    assert back.loads == board.plan.loads
    before = {one.shipment_id: one.share_fen for one in board.plan.itineraries}
    assert {one.shipment_id: one.share_fen for one in back.itineraries} == before


def test_choices_as_json_say_what_a_forwarder_asks(board, result) -> None:
    found = wait_or_go(board, parcel("C", due_at=EPOCH + DAY))
    body = json.loads(choices_json(network(), result.plan, found))
    best = body["choices"][0]
    assert best["what"] == "rail Mon 30 Nov 08:00+0800, join L0001: 20GP with 2 others"
    assert best["marginal_cny"] == 0.0
    assert best["cost_cny"] == pytest.approx(1666.67, abs=0.01)
    assert best["on_time_share"] == 1.0
    assert best["co_loaders"] == ["A", "B"]
    assert best["loads"][0]["volume_fill"] == 0.9


# ------------------------------------------------------------------ planning again


def again(result: PlanResult, shipments, data: NetworkData | None = None, **options):
    inputs = planner.load(epoch_at=EPOCH, horizon_days=14, data=data or network())
    chosen = PlanOptions(planned_at=result.plan.planned_at, time_s=5.0, gap=0.0, explain_s=0.0)
    return replanner.plan_again(inputs, result.plan, shipments, chosen, **options)


def test_freezing_all_changes_nothing(result) -> None:
    new, done = again(result, [parcel("A"), parcel("B")], freezes=["all"])
    assert done.changes == ()
    assert done.frozen == ("A", "B")
    assert new.plan.objective_fen == result.plan.objective_fen == new.bound_fen
    assert new.plan.loads == result.plan.loads
    assert new.plan.itineraries == result.plan.itineraries


def test_a_new_shipment_takes_the_room_in_a_frozen_load(result) -> None:
    new, done = again(result, [parcel("A"), parcel("B"), parcel("C")], freezes=["load:L0001"])
    (load,) = new.plan.loads
    assert (load.load_id, load.volume_dm3, load.cost_fen) == ("L0001", 27_000, BOX_FEN)
    assert [(one.shipment_id, one.code) for one in done.changes] == [("C", "new")]
    assert new.plan.objective_fen == BOX_FEN


def test_a_frozen_load_is_not_filled_beyond_its_room(result) -> None:
    more = [parcel("A"), parcel("B"), parcel("C", volume_dm3=13_000)]
    new, _ = again(result, more, freezes=["shipment:A", "shipment:B"])
    assert [load.volume_dm3 for load in new.plan.loads] == [18_000]
    assert new.plan.objective_fen == BOX_FEN + 432_900


def test_what_is_frozen_does_not_pass_a_border_that_has_closed(result) -> None:
    closed = make_crossing(RAIL_BORDER, status=BorderStatus.CLOSED)
    data = network(crossings=(closed,))
    with pytest.raises(PlanError) as caught:
        again(result, [parcel("A"), parcel("B")], data, freezes=["all"])
    assert {one.code for one in caught.value.findings} == {"P795"}
    new, done = again(result, [parcel("A"), parcel("B")], data)
    assert [(one.shipment_id, one.code) for one in done.changes] == [
        ("A", "broken"),
        ("B", "broken"),
    ]
    assert RAIL_BORDER in done.changes[0].why or "closed" in done.changes[0].why
    assert len(new.plan.unassigned) == 2


def test_the_hint_is_where_the_search_starts(result) -> None:
    _, done = again(result, [parcel("A"), parcel("B")])
    assert done.solution.incumbents[0].objective_fen == result.plan.objective_fen
    assert done.changes == ()


def test_reasons_of_changes(result) -> None:
    # A is ready a day later, so B is left alone with a box; D is new.
    moved = parcel("A", ready_at=EPOCH + DAY)
    new, done = again(result, [moved, parcel("B"), parcel("D", ready_at=EPOCH + 2 * DAY)])
    codes = {one.shipment_id: one.code for one in done.changes}
    assert codes["A"] == "changed"
    assert codes["D"] == "new"
    assert codes.get("B") in (None, "load", "cheaper")
    assert "ready_at" in next(one.why for one in done.changes if one.shipment_id == "A")
    inputs = planner.load(epoch_at=EPOCH, horizon_days=14, data=network())
    gone = changed_paths(inputs.network, new.plan, result.plan)
    assert {one.shipment_id: one.code for one in gone}["D"] == "gone"


def test_freezes_are_parsed_all_at_once() -> None:
    with pytest.raises(PlanError) as caught:
        parse_freezes(["all", "until:tomorrow", "lorry:7", "load:", "until:2026-11-30T00:00"])
    assert [one.code for one in caught.value.findings] == ["P796"] * 4


def test_until_freezes_what_has_left(result) -> None:
    # The train leaves at 00:00 UTC.
    assert frozen_shipments(result.plan, parse_freezes(["until:2026-11-30T00:00+00:00"])) == set()
    hit = frozen_shipments(result.plan, parse_freezes(["until:2026-11-30T08:01+08:00"]))
    assert hit == {"A", "B"}
    assert frozen_shipments(result.plan, parse_freezes(["service:TRAIN"])) == {"A", "B"}
    with pytest.raises(PlanError, match="P797"):
        frozen_shipments(result.plan, parse_freezes(["service:OTHER"]))


def test_repairs_and_shares_survive_a_file(result) -> None:
    late = parcel("L", latest_at=EPOCH + timedelta(hours=10), unserved_fen=BOX_FEN)
    solved = solve_and_check(
        network(services=(replace(TRAIN),)),
        [parcel("A"), late],
        time_s=5.0,
        explain_s=20.0,
        share_rule=ShareRule.SHAPLEY,
    )
    assert solved.plan.repairs
    document = json.loads(json.dumps(plan_to_json(network(), solved)))
    assert read_plan(document).plan == solved.plan
