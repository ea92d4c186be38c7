"""Shared loads on the corridor: whole plans whose cost follows from arithmetic, all checked."""

from __future__ import annotations

from dataclasses import replace

import pytest

from optimizer.domain.border import BorderStatus
from optimizer.errors import ModelError
from optimizer.models.consolidation.assemble import assemble
from optimizer.models.consolidation.columns import build_columns
from optimizer.models.consolidation.solve import solve
from optimizer.models.routing.connector import connector_leg
from optimizer.models.routing.lanes import build_lanes
from optimizer.network.build import build_network
from optimizer.solvers.limits import SolveLimits
from tests.factories import EPOCH, ESTIMATE, at_point
from tests.helpers import itinerary_of, refs, solve_and_check
from tests.toy.corridor import BANGKOK_DRY, KUNMING_RAIL, VIENTIANE, make_corridor
from tests.toy.corridor_loads import (
    BOX_20_FEN,
    EXPORT_MIN,
    IMPORT_MIN,
    IMPORT_TH_MIN,
    LOAD_CLOSES_MIN,
    LOAD_RELEASED_MIN,
    LOOSE_FEN_PER_T,
    STUFFING_FEN_PER_T,
    TUESDAY_MIN,
    WEDNESDAY_TRAIN_MIN,
    at_min,
    five_tonnes,
    ready,
)

THREE = [five_tonnes("A"), five_tonnes("B"), five_tonnes("C")]


def test_three_shipments_share_one_box():
    result = solve_and_check(make_corridor(), THREE)
    # One box and 3 * 5 t to stuff and strip; loose, each would pay 4100 CNY.
    assert result.plan.objective_fen == BOX_20_FEN + 15 * STUFFING_FEN_PER_T
    assert result.status == "optimal"
    [load] = result.plan.loads
    assert (load.load_unit, load.gross_kg, load.volume_dm3) == ("20GP", 15_000, 27_000)
    assert (load.closes_min, load.released_min) == (LOAD_CLOSES_MIN, LOAD_RELEASED_MIN)
    for itinerary in result.plan.itineraries:
        assert itinerary.share_fen == BOX_20_FEN // 3
        assert itinerary.cost_lines_fen == {"stuffing": 5 * STUFFING_FEN_PER_T}
        assert itinerary.stand_alone_fen == 5 * LOOSE_FEN_PER_T
        assert itinerary.delivered_min == LOAD_RELEASED_MIN + IMPORT_MIN
        # Who rides pays through the share: the leg itself carries no price.
        assert [leg.cost_lines_fen for leg in itinerary.legs] == [{}]
    assert load.co2e_g == sum(one.co2e_g for one in result.plan.itineraries)


def test_two_are_too_few_for_a_box():
    # 2 * 4100 loose against 5700 + 2 * 500 in a box; of one tonne, 2 * 820 against 5700 + 200.
    result = solve_and_check(make_corridor(), THREE[:2])
    assert result.plan.objective_fen == BOX_20_FEN + 10 * STUFFING_FEN_PER_T
    light = [replace(one, gross_kg=1000, volume_dm3=3000) for one in THREE[:2]]
    result = solve_and_check(make_corridor(), light)
    assert result.plan.objective_fen == 2 * LOOSE_FEN_PER_T
    assert result.plan.loads == ()


def test_storage_beyond_the_free_days_is_paid_by_each():
    # Ready on Monday at 0, cleared at 240, too late for Monday's load, which closes at 60. Until
    # Wednesday's train they wait 3600, a started day beyond the two free ones: 2 CNY * 9 m3.
    result = solve_and_check(make_corridor(), [replace(one, ready_at=EPOCH) for one in THREE])
    assert result.plan.objective_fen == BOX_20_FEN + 15 * STUFFING_FEN_PER_T + 3 * 1800
    for itinerary in result.plan.itineraries:
        assert itinerary.cost_lines_fen["storage"] == 1800
        [wait] = itinerary.storages
        assert (wait.facility_id, wait.from_min, wait.until_min) == (
            KUNMING_RAIL.facility_id,
            0,
            WEDNESDAY_TRAIN_MIN,
        )


@pytest.mark.parametrize(("late_fen_per_hour", "shares"), [(3_000, True), (4_000, False)])
def test_waiting_for_a_shared_box_is_weighed_against_lateness(late_fen_per_hour, shares):
    # Loose on Monday's train: 4100 CNY each, there at 720 + 1260 + 240, cleared 360 later. Sharing
    # on Wednesday is 51 hours late: 7200 + 3 * 18 + 153 h * rate, cheaper up to 32.98 CNY an hour.
    on_monday_min = 720 + 1260 + 240 + IMPORT_MIN
    due = [
        replace(
            one,
            ready_at=EPOCH,
            due_at=at_min(on_monday_min),
            late_fen_per_hour=late_fen_per_hour,
        )
        for one in THREE
    ]
    result = solve_and_check(make_corridor(), due)
    late_min = LOAD_RELEASED_MIN + IMPORT_MIN - on_monday_min
    assert late_min == 51 * 60
    if shares:
        expected = BOX_20_FEN + 15 * STUFFING_FEN_PER_T + 3 * (1800 + 51 * late_fen_per_hour)
        assert {one.lateness_min for one in result.plan.itineraries} == {late_min}
    else:
        expected = 15 * LOOSE_FEN_PER_T
        assert {one.delivered_min for one in result.plan.itineraries} == {on_monday_min}
    assert result.plan.objective_fen == expected
    assert bool(result.plan.loads) == shares


def test_first_mile_arrives_just_in_time():
    # 15 minutes of arc north of the terminal: 27799 m * 1.3 = 36138 m, 37 min and 30 to load.
    factory = at_point(lat=25.25, lon=102.8, country="CN")
    shipments = [*THREE[:2], five_tonnes("F", factory)]
    result = solve_and_check(make_corridor(), shipments)
    itinerary = itinerary_of(result, "F")
    first, train = itinerary.legs
    assert first.distance_m == 36_138
    assert first.available_min == LOAD_CLOSES_MIN - EXPORT_MIN
    assert first.departs_min == first.available_min - 67
    export = itinerary.clearances[0]
    assert (export.starts_min, export.ends_min) == (first.available_min, LOAD_CLOSES_MIN)
    assert train.load_id == result.plan.loads[0].load_id
    # 100 CNY and 3 CNY * 5 t * 36.138 km.
    assert first.cost_fen == 10_000 + 54_207
    assert result.plan.objective_fen == BOX_20_FEN + 15 * STUFFING_FEN_PER_T + first.cost_fen


@pytest.mark.parametrize(("booked_min", "train"), [(2160, "2026-12-02"), (2161, "2026-12-04")])
def test_booking_closes_a_day_before_the_first_call(booked_min, train):
    # Wednesday's train leaves at 3600 and is booked until 3600 - 1440.
    booked = [replace(one, booked_at=at_min(booked_min), ready_at=at_min(2160)) for one in THREE]
    result = solve_and_check(make_corridor(), booked, planned_at=at_min(0))
    [load] = result.plan.loads
    assert str(load.legs[0].voyage_on) == train


def test_nothing_is_booked_before_it_is_planned():
    result = solve_and_check(make_corridor(), THREE, planned_at=at_min(2161))
    assert {str(leg.voyage_on) for load in result.plan.loads for leg in load.legs} == {"2026-12-04"}


def test_a_hub_without_the_customs_mode_is_not_used():
    data = make_corridor()
    hub = replace(VIENTIANE, customs_modes=frozenset({"9610"}))
    data = replace(data, facilities=data.facilities | {hub.facility_id: hub})
    modes = {"A": "9610", "B": "9610", "C": "9710"}
    # 9610 and 9710 may share a box, but nobody in Laos imports under 9710.
    result = solve_and_check(
        data, [replace(one, customs_mode=modes[one.shipment_id]) for one in THREE]
    )
    assert [one.shipment_id for one in result.plan.unassigned] == ["C"]
    [load] = result.plan.loads
    assert {content.shipment_id for content in load.contents} == {"A", "B"}
    assert load.customs_pool == "ecommerce"


def test_pools_do_not_mix():
    mixed = [replace(THREE[0], customs_mode="9610"), THREE[1], replace(THREE[2])]
    result = solve_and_check(make_corridor(), mixed)
    # Two trade shipments fill a box; the parcel goods of 9610 travel loose.
    assert [len(load.contents) for load in result.plan.loads] == [2]
    assert result.plan.objective_fen == BOX_20_FEN + 10 * STUFFING_FEN_PER_T + 5 * LOOSE_FEN_PER_T


def test_a_shipment_changes_boxes_in_vientiane():
    # B and B2 only go as far as Vientiane, C and C2 start there; A rides with both. A 20-foot box
    # on by truck costs 3500, border 100, lifts 400.
    lao = ready(LOAD_RELEASED_MIN)
    shipments = [
        five_tonnes("A", KUNMING_RAIL, BANGKOK_DRY),
        five_tonnes("B"),
        five_tonnes("B2"),
        five_tonnes("C", VIENTIANE, BANGKOK_DRY, **lao),
        five_tonnes("C2", VIENTIANE, BANGKOK_DRY, **lao),
    ]
    result = solve_and_check(make_corridor(), shipments)
    by_train, by_truck = result.plan.loads
    assert {one.shipment_id for one in by_train.contents} == {"A", "B", "B2"}
    assert {one.shipment_id for one in by_truck.contents} == {"A", "C", "C2"}
    itinerary = itinerary_of(result, "A")
    assert refs(itinerary) == ["RAIL-KMG-VTE", "TRK-LAVTE-THBKK"]
    assert [leg.load_id for leg in itinerary.legs] == [by_train.load_id, by_truck.load_id]
    assert by_truck.closes_min >= by_train.released_min
    # Cleared at the two ends only: in transit through Laos it is not.
    assert [event.facility_id for event in itinerary.clearances] == ["CNKMG-WJX", "THBKK-LKB"]
    assert itinerary.delivered_min == by_truck.released_min + IMPORT_TH_MIN
    # 20:00 in Laos is 13:00 UTC; released on Thursday 16:00, so the truck leaves on Friday.
    assert by_truck.legs[0].departs_min == 4 * 1440 + 13 * 60
    assert result.plan.objective_fen == BOX_20_FEN + 400_000 + (3 + 3) * 5 * STUFFING_FEN_PER_T


def test_a_shipment_larger_than_a_box_shares_its_second_one():
    big = five_tonnes("BIG", gross_kg=40_000, volume_dm3=50_000)
    small = five_tonnes("SMALL", gross_kg=8_000, volume_dm3=8_000)
    result = solve_and_check(make_corridor(), [big, small])
    # Two boxes and 48 t to stuff. Apart, BIG pays two boxes and SMALL one: 3 * 5700.
    assert result.plan.objective_fen == 2 * BOX_20_FEN + 48 * STUFFING_FEN_PER_T
    parts = [
        content
        for load in result.plan.loads
        for content in load.contents
        if content.shipment_id == "BIG"
    ]
    assert len(result.plan.loads) == len(parts) == 2
    assert sum(part.gross_kg for part in parts) == 40_000
    assert sum(part.volume_dm3 for part in parts) == 50_000
    assert sum(one.share_fen for one in result.plan.itineraries) == 2 * BOX_20_FEN


def test_a_full_train_leaves_somebody_out():
    # Four TEU a departure; nobody may be later than Wednesday's train, flights do not go there.
    last = at_min(LOAD_RELEASED_MIN + IMPORT_MIN)
    shipments = [
        five_tonnes(
            f"S{i}", gross_kg=25_000, volume_dm3=30_000, latest_at=last, unserved_fen=9_000_000
        )
        for i in range(6)
    ]
    result = solve_and_check(make_corridor(), shipments)
    assert len(result.plan.itineraries) == 4
    for one in result.plan.unassigned:
        assert one.code == "U812"
        assert one.resource == "svc:RAIL-KMG-VTE:2026-12-02:0:teu"


def test_a_restricted_crossing_and_an_estimate_are_named_for_shared_loads_too():
    data = make_corridor()
    crossing_id = "MOHAN-BOTEN-RAIL:CN-LA"
    crossing = replace(
        data.crossings[crossing_id], status=BorderStatus.RESTRICTED, provenance=ESTIMATE
    )
    data = replace(data, crossings=data.crossings | {crossing_id: crossing})
    result = solve_and_check(data, THREE)
    assert len(result.plan.loads) == 1
    assert any(crossing_id in text for text in result.plan.warnings)
    for itinerary in result.plan.itineraries:
        assert any(crossing_id in text for text in itinerary.warnings)
        assert f"borders:{crossing_id}" in itinerary.estimate_refs


@pytest.mark.parametrize(("change", "code"), [("dearer", "M602"), ("gone", "M603")])
def test_a_connector_that_is_not_as_priced_is_refused(change, code):
    network = build_network(make_corridor(), epoch_at=EPOCH, horizon_days=14)
    factory = at_point(lat=25.25, lon=102.8, country="CN")
    shipments = [five_tonnes(name, factory) for name in "AB"]
    lanes = build_lanes(
        network,
        pairs={("trade", "dry"): [("CNKMG-WJX", "LAVTE-TNL")]},
        load_units=["20GP"],
        from_min=TUESDAY_MIN,
        until_min=TUESDAY_MIN + 5 * 1440,
    )
    columns = build_columns(
        network, shipments, lanes, {}, connector_leg=connector_leg, quantile=0.5, planned_min=0
    )
    solution = solve(columns.problem, SolveLimits(time_s=5.0, gap=0.0))
    served, loads, unserved = assemble(network, columns, solution, connector_leg=connector_leg)
    assert (len(served), len(loads), unserved) == (2, 1, [])

    def changed(*args, **kwargs):
        leg = connector_leg(*args, **kwargs)
        if change == "gone" or leg is None:
            return None
        return replace(leg, cost_lines_fen={"connector": leg.cost_fen + 1})

    with pytest.raises(ModelError, match=code):
        assemble(network, columns, solution, connector_leg=changed)
