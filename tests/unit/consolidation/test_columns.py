"""From shipments and lane departures to the array problem, on the corridor."""

from __future__ import annotations

from dataclasses import replace

import pytest

from optimizer.domain.location import Mode
from optimizer.models.consolidation.columns import build_columns, make_buckets
from optimizer.models.routing.connector import connector_leg
from optimizer.models.routing.lanes import build_lanes
from optimizer.models.routing.quote import quote
from optimizer.network.build import build_network
from tests.factories import EPOCH
from tests.toy.corridor import BANGKOK_DRY, KUNMING_AIR, KUNMING_RAIL, VIENTIANE, make_corridor
from tests.toy.corridor_loads import BOX_20_FEN, BOX_40_FEN, LOOSE_FEN_PER_T, at_min, five_tonnes

TRADE, PARCELS = ("trade", "dry"), ("ecommerce", "dry")
TO_VIENTIANE = ("CNKMG-WJX", "LAVTE-TNL")
ON_TO_BANGKOK = ("LAVTE-TNL", "THBKK-LKB")


@pytest.fixture(scope="module")
def corridor():
    return build_network(make_corridor(), epoch_at=EPOCH, horizon_days=14)


def _lanes(network, *pairs, pools=(TRADE,), units=("20GP", "40HQ")):
    return build_lanes(
        network,
        pairs=dict.fromkeys(pools, pairs),
        load_units=units,
        from_min=0,
        until_min=10 * 1440,
        truck_departures_local_min=(20 * 60,),
    )


def _columns(network, shipments, lanes, *, alone=False, **options):
    singles = {
        one.shipment_id: quote(network, one).itineraries if alone else () for one in shipments
    }
    defaults = {"connector_leg": connector_leg, "quantile": 0.5, "planned_min": 0}
    return build_columns(network, shipments, lanes, singles, **(defaults | options))


def _chains(column_set):
    """Column -> days after the epoch on which its lanes leave."""
    return [
        tuple(column_set.buckets[b].lane.legs[0].departs_min // 1440 for b in column.buckets)
        for column in column_set.columns
    ]


def test_a_bucket_holds_the_types_of_one_departure(corridor):
    buckets = make_buckets(corridor, _lanes(corridor, TO_VIENTIANE))
    for bucket in buckets:
        assert {lane.load_unit for lane in bucket.options} == {"20GP", "40HQ"}
        assert len({lane.closes_min for lane in bucket.options}) == 1
        assert not bucket.is_domestic
        departs_min = bucket.lane.legs[0].departs_min
        assert bucket.book_by_min == departs_min - 1440
    # Monday's load closes after an hour, then Wednesday, Friday and so on until day 10.
    assert [b.lane.legs[0].departs_min // 1440 for b in buckets] == [0, 2, 4, 7, 9]


def test_the_share_of_a_well_filled_unit(corridor):
    bucket = make_buckets(corridor, _lanes(corridor, TO_VIENTIANE))[0]
    # 3 t of 26 or 9 m3 of 68 three quarters full: 9100 * 9 / 68 / 0.75 = 1606 CNY, below 5700 *
    # 9 / 30 / 0.75.
    assert bucket.share_fen(3000, 9000) == pytest.approx(BOX_40_FEN * 9 / 68 / 0.75)
    # Heavy goods: 26 t either way, so the small box.
    assert bucket.share_fen(13_000, 1000) == pytest.approx(BOX_20_FEN / 2 / 0.75)


def test_a_column_for_each_departure_that_can_be_caught(corridor):
    lanes = _lanes(corridor, TO_VIENTIANE)
    # Ready on Tuesday: Wednesday, Friday, next Monday and Wednesday.
    columns = _columns(corridor, [five_tonnes("S")], lanes)
    assert _chains(columns) == [(2,), (4,), (7,), (9,)]
    # Stuffing 500. On day d they waited d - 1 days and 12 hours: d - 2 started days beyond two.
    storage = [1800 * (day - 2) for day in (2, 4, 7, 9)]
    assert columns.problem.col_fen.tolist() == [50_000 + fen for fen in storage]
    latest = five_tonnes("S", latest_at=at_min(5640))
    assert _chains(_columns(corridor, [latest], lanes)) == [(2,)]


@pytest.mark.parametrize(("planned_min", "days"), [(2160, [2, 4, 7, 9]), (2161, [4, 7, 9])])
def test_departures_that_can_no_longer_be_booked_are_left_out(corridor, planned_min, days):
    columns = _columns(
        corridor, [five_tonnes("S")], _lanes(corridor, TO_VIENTIANE), planned_min=planned_min
    )
    assert _chains(columns) == [(day,) for day in days]


def test_only_the_shipments_of_the_pool_ride(corridor):
    shipments = [
        five_tonnes("TRADE"),
        five_tonnes("PARCELS", customs_mode="9610"),
        five_tonnes("COLD", cargo_class="perishable"),
    ]
    lanes = _lanes(corridor, TO_VIENTIANE, pools=(TRADE, PARCELS), units=("20GP",))
    columns = _columns(corridor, shipments, lanes)
    assert {column.shipment_id for column in columns.columns} == {"TRADE", "PARCELS"}
    for column in columns.columns:
        lane = columns.buckets[column.buckets[0]].lane
        assert lane.customs_pool == ("trade" if column.shipment_id == "TRADE" else "ecommerce")


def test_a_lane_takes_only_modes_that_its_crossings_and_ends_offer():
    data = make_corridor()
    rail = data.crossings["MOHAN-BOTEN-RAIL:CN-LA"]
    narrow = replace(rail, customs_modes=frozenset({"9610", "0110"}))
    data = replace(data, crossings=data.crossings | {rail.crossing_id: narrow})
    network = build_network(data, epoch_at=EPOCH, horizon_days=14)
    lanes = _lanes(network, TO_VIENTIANE, pools=(PARCELS,))
    shipments = [five_tonnes("OK", customs_mode="9610"), five_tonnes("NO", customs_mode="9710")]
    columns = _columns(network, shipments, lanes)
    assert {column.shipment_id for column in columns.columns} == {"OK"}


def test_transfers_use_the_latest_feeders(corridor):
    lanes = _lanes(corridor, TO_VIENTIANE, ON_TO_BANGKOK)
    shipment = five_tonnes("S", KUNMING_RAIL, BANGKOK_DRY, ready_at=EPOCH)
    chains = [chain for chain in _chains(_columns(corridor, [shipment], lanes)) if len(chain) == 2]
    # Released on Thursday (day 3) and Saturday (day 5): a truck of day 5 may follow either, those
    # of day 7 and 8 too; a third train back is not tried.
    assert {first for first, second in chains if second == 4} == {2}
    assert {first for first, second in chains if second == 7} == {2, 4}
    assert {first for first, second in chains if second == 9} == {4, 7}
    direct = _columns(corridor, [shipment], lanes, with_transfers=False)
    assert direct.columns == ()


def test_ways_that_cannot_pay_are_left_out():
    # A truck of one's own draws on nothing where there is no quota; a way that costs as much by
    # itself is no use. Flying loose draws kilograms and is no yardstick.
    data = make_corridor()
    lane = data.truck_lanes["TRK-CNKMG-THBKK"]
    cheap = tuple(
        replace(card, breaks=(), fixed_mfen=1_000_000)
        if (card.scope, card.load_unit) == (lane.lane_id, "LOOSE")
        else card
        for card in data.rate_cards
    )
    data = replace(data, rate_cards=cheap)
    network = build_network(data, epoch_at=EPOCH, horizon_days=14)
    lanes = _lanes(network, ("CNKMG-WJX", "THBKK-LKB"))
    shipment = five_tonnes("S", KUNMING_RAIL, BANGKOK_DRY)
    # Loose by truck: 10 CNY and 5 %, handling 500, borders 40 + 10 a tonne.
    columns = _columns(network, [shipment], lanes, alone=True)
    free = min(
        one.own_cost_fen
        for one in quote(network, shipment).itineraries
        if {leg.ref for leg in one.legs} == {lane.lane_id}
    )
    assert free == 1_000 + 50 + 50_000 + 5 * 5_000
    for column, fen in zip(columns.columns, columns.problem.col_fen, strict=True):
        assert column.itinerary is not None or fen < free


def test_penalties_are_above_every_way_or_as_given(corridor):
    lanes = _lanes(corridor, TO_VIENTIANE)
    shipments = [five_tonnes("FREE"), five_tonnes("GIVEN", unserved_fen=123)]
    columns = _columns(corridor, shipments, lanes, alone=True)
    problem = columns.problem
    dearest = int(problem.col_fen[problem.col_shipment == 0].max())
    assert problem.unserved_fen.tolist() == [3 * dearest + 500_000, 123]


def test_what_a_shipment_alone_draws(corridor):
    columns = _columns(corridor, [five_tonnes("S")], (), alone=True)
    names = columns.problem.resource_names
    for place, column in enumerate(columns.columns):
        assert column.itinerary is not None
        low, high = columns.problem.col_draw_ptr[place : place + 2]
        drawn = {
            names[int(r)]: int(amount)
            for r, amount in zip(
                columns.problem.col_draw_resource[low:high],
                columns.problem.col_draw_amount[low:high],
                strict=True,
            )
        }
        [leg] = column.itinerary.legs
        unit_teu_c = {"LOOSE": 28, "20GP": 100, "40HQ": 200}
        # 9 of 33 m3 or 5 of 21.7 t: 27.3 hundredths, rounded up.
        expected = unit_teu_c[leg.load_unit]
        assert drawn == {f"svc:RAIL-KMG-VTE:{leg.voyage_on}:0:teu": expected}
    cheapest = min(column.itinerary.own_cost_fen for column in columns.columns)
    assert cheapest == 5 * LOOSE_FEN_PER_T


def test_mass_in_an_aircraft_is_drawn_by_the_shipments(corridor):
    lanes = _lanes(corridor, ("CNKMG-AIR", "THBKK-AIR"), units=("PMC",))
    assert {leg.mode for lane in lanes for leg in lane.legs if leg.mode is Mode.AIR} == {Mode.AIR}
    shipment = five_tonnes("S", KUNMING_AIR, BANGKOK_DRY, gross_kg=900, volume_dm3=2000)
    columns = _columns(corridor, [shipment], lanes)
    problem = columns.problem
    assert columns.columns
    for place in range(problem.n_columns):
        low, high = problem.col_draw_ptr[place : place + 2]
        names = [problem.resource_names[int(r)] for r in problem.col_draw_resource[low:high]]
        assert all(name.endswith(":kg") for name in names)
        assert problem.col_draw_amount[low:high].tolist() == [900]


def test_nobody_without_lanes_or_itineraries_has_a_column(corridor):
    columns = _columns(corridor, [five_tonnes("S", VIENTIANE, KUNMING_RAIL)], ())
    assert columns.problem.n_columns == 0
    assert columns.problem.unserved_fen.tolist() == [500_000]
