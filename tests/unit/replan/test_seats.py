"""What one more shipment may do beside a plan, and what it may not."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from optimizer import planner
from optimizer.plan.checks.run import run_checks
from optimizer.plan.plan import PlanResult
from optimizer.replan.apply import apply
from optimizer.replan.board import Board
from optimizer.replan.insert import find_candidates
from optimizer.replan.seats import SeatKind, find_seats
from optimizer.replan.wait_or_go import wait_or_go
from tests.factories import EPOCH, make_facility, make_rate_card, make_section, make_truck_lane
from tests.helpers import solve_and_check
from tests.integration.test_infeasible_cases import CARDS, ROAD_BORDER, TRAIN, K, V, network
from tests.integration.test_replan import BOX_FEN, parcel

BOXES = frozenset({"LOOSE", "20GP", "40HQ"})
WITH_40HQ = network(
    services=(replace(TRAIN, load_units=BOXES),),
    rate_cards=(*CARDS, make_rate_card("TRAIN", "40HQ", fixed_mfen=600_000_000)),
)


@pytest.fixture(scope="module")
def result() -> PlanResult:
    return solve_and_check(WITH_40HQ, [parcel("A"), parcel("B")], time_s=5.0)


def board_of(result: PlanResult, data=WITH_40HQ, **changes) -> Board:
    inputs = planner.load(epoch_at=EPOCH, horizon_days=14, data=data)
    return Board.of(inputs.network, replace(result.plan, **changes))


def kinds(board: Board, **changes) -> set[SeatKind]:
    return {seat.kind for seat in find_seats(board, parcel("C", volume_dm3=13_000, **changes))}


def test_a_larger_unit_costs_the_difference_and_passes_the_checks(result) -> None:
    # 18 + 13 m3 do not fit 30 m3: the 40HQ for 1,000 CNY more beats 4,329 CNY loose.
    board = board_of(result)
    insertion = find_candidates(board, parcel("C", volume_dm3=13_000))
    best = insertion.possible[0]
    assert [seat.kind for seat in best.seats] == [SeatKind.LARGER]
    assert best.marginal_fen == 100_000
    assert run_checks(WITH_40HQ, apply(board, insertion, best).plan) == []


def test_a_unit_with_a_part_of_a_divided_shipment_is_not_changed_for_a_larger_one(result) -> None:
    # Its other part is in a unit of the old type; rule L2 wants one type for both.
    assert kinds(board_of(result)) == {SeatKind.LARGER, SeatKind.BESIDE}
    whole = replace(result.plan.shipments["A"], gross_kg=6000, volume_dm3=18_000)
    board = board_of(result, shipments={**result.plan.shipments, "A": whole})
    assert kinds(board) == {SeatKind.BESIDE}


def test_what_closed_before_the_plan_is_made_takes_nobody_in(result) -> None:
    closes = EPOCH + timedelta(minutes=result.plan.loads[0].closes_min)
    assert kinds(board_of(result, planned_at=closes))
    assert not kinds(board_of(result, planned_at=closes + timedelta(minutes=1)))


def test_seats_are_looked_up_by_legs_and_not_by_names_of_lanes(result) -> None:
    (load,) = result.plan.loads
    board = board_of(result)
    day_later = replace(load, load_id="L0002", contents=())
    legs = tuple(replace(leg, departs_min=leg.departs_min + 1440) for leg in load.legs)
    day_later = replace(day_later, legs=legs, closes_min=load.closes_min + 1440)
    both = board_of(result, loads=(load, day_later))
    assert len(find_seats(both, parcel("C"))) == 2 * len(find_seats(board, parcel("C")))
    departures = {
        seat.load.load_id: seat.unit.legs[0].departs_min for seat in find_seats(both, parcel("C"))
    }
    assert departures["L0002"] == departures["L0001"] + 1440


def test_a_dear_but_faster_way_is_a_choice_beside_a_cheap_slow_one() -> None:
    # A loose truck for 300 CNY needs no room anywhere and two days; a second box goes by train.
    slow = make_truck_lane(
        "TRUCK",
        K.facility_id,
        V.facility_id,
        [make_section(1500, crossing_id=ROAD_BORDER), make_section(1500, country="LA")],
        load_units=frozenset({"LOOSE"}),
    )
    data = network(
        truck_lanes=(slow,),
        rate_cards=(CARDS[1], make_rate_card("TRUCK", "LOOSE", [(0, 10_000)])),
    )
    urgent = {"latest_at": EPOCH + timedelta(hours=14)}
    base = solve_and_check(data, [parcel("A", **urgent), parcel("B", **urgent)], time_s=5.0)
    found = wait_or_go(board_of(base, data), parcel("C", gross_kg=1000, volume_dm3=13_000))
    cheap, fast = found.choices[0], found.choices[-1]
    assert cheap.kind == "alone"
    assert cheap.marginal_fen < fast.marginal_fen == BOX_FEN
    assert fast.itinerary.delivered_min < cheap.itinerary.delivered_min


def test_the_cut_off_of_a_terminal_is_the_last_moment_to_hand_over() -> None:
    slow_terminal = make_facility("CNKMG-K", lat=25.0, lon=102.7, transfer_min=240)
    data = replace(network(), facilities={**network().facilities, K.facility_id: slow_terminal})
    early = EPOCH - timedelta(hours=12)
    base = solve_and_check(
        data, [parcel("A", ready_at=EPOCH, booked_at=early)], time_s=5.0, planned_at=early
    )
    choice = wait_or_go(board_of(base, data), parcel("C", booked_at=early)).choices[0]
    assert choice.kind == "alone"
    assert choice.next_cutoff_min == choice.itinerary.legs[0].departs_min - 240
