"""Lane departures of the corridor by arithmetic, and every one of them through the checker."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from optimizer.costs.events import inspection_fen, storage_fen, stuffing_fen
from optimizer.costs.rating_emissions import EmissionBook
from optimizer.costs.tables import cost_tables
from optimizer.domain.border import BorderStatus
from optimizer.models.bookings import book_by_min, loose_draws, mass_draws, unit_draws
from optimizer.models.routing.lane_search import make_pool
from optimizer.models.routing.lanes import build_lanes
from optimizer.models.routing.legs import Rider, truck_leg
from optimizer.models.routing.problem import Product
from optimizer.models.routing.quote import quote
from optimizer.network.build import build_network
from optimizer.network.capacity import capacity
from optimizer.network.clearances import clearance_min
from optimizer.plan.checks.run import run_checks
from optimizer.plan.itinerary import ClearanceEvent, Itinerary, LegKind, StorageEvent
from optimizer.plan.load import Content, Load
from optimizer.plan.plan import Plan, ShareGroup
from tests.factories import EPOCH, make_shipment
from tests.toy.corridor import BANGKOK_DRY, FACILITIES, KUNMING_AIR, KUNMING_RAIL, make_corridor

TRADE = ("trade", "dry")
RAIL_TO_DRY = ("CNKMG-WJX", "THBKK-LKB")
UNITS = ["20GP", "40HQ", "40RF", "T136", "PMC"]


@pytest.fixture(scope="module")
def corridor():
    return build_network(make_corridor(), epoch_at=EPOCH, horizon_days=21)


def _lanes(network, pairs, *, pools=(TRADE,), until_min=7 * 1440, **options):
    return build_lanes(
        network,
        pairs=dict.fromkeys(pools, pairs),
        load_units=UNITS,
        from_min=0,
        until_min=until_min,
        **options,
    )


def _refs(lane):
    return tuple(leg.ref for leg in lane.legs)


def test_train_lane_by_arithmetic(corridor):
    lane = next(
        one
        for one in _lanes(corridor, [RAIL_TO_DRY])
        if _refs(one) == ("RAIL-KMG-VTE", "TRK-LAVTE-THBKK") and one.load_unit == "40HQ"
    )
    # Monday's train leaves at 720; customs cut-off 480 and stuffing 180 before.
    assert lane.closes_min == 720 - 480 - 180
    # The truck is unloaded at 3610 (see the quote), stripping takes 180.
    assert lane.released_min == 3610 + 180
    assert lane.cost_lines_fen == {
        "line_haul": 800_000 + 200_000 + 660 * 600,
        "handling": 4 * 200 * 200,  # 200 CNY a TEU, two TEU, four times
        "border": 30_000 + 10_000,
    }
    assert dict(lane.draws) == {
        "svc:RAIL-KMG-VTE:2026-11-30:0:teu": 200,
        # Entered at 2820, 06:00 in Laos two days later.
        "border:THANALENG-NONGKHAI-ROAD:LA-TH:2026-12-02": 1,
    }
    assert (lane.payload_kg, lane.usable_dm3) == (26_000, 68_000)
    # 20 g/tkm on 1020 km, 80 on 660 km, hubs 1000 and 500 g a tonne.
    assert lane.co2e_g_per_t == pytest.approx(20 * 1020 + 1000 + 80 * 660 + 500)
    assert book_by_min(corridor, lane.legs) == 720 - 1440


def test_trucks_leave_on_the_grid_and_draw_quota_and_borders(corridor):
    lanes = [
        one
        for one in _lanes(corridor, [RAIL_TO_DRY])
        if _refs(one) == ("TRK-CNKMG-THBKK",) and one.load_unit == "T136"
    ]
    departures = {one.legs[0].departs_min for one in lanes}
    # 10:00 and 20:00 in Kunming are 02:00 and 12:00 UTC; on Monday the first closes too early.
    expected = {day * 1440 + minute for day in range(7) for minute in (120, 720)} - {120}
    assert departures <= expected
    # A truck may be left out only where a later one is released no later.
    for skipped in expected - departures:
        direct = truck_leg_of(corridor, skipped)
        assert any(
            one.legs[0].departs_min > skipped and one.legs[0].available_min <= direct.available_min
            for one in lanes
        )
    monday = next(one for one in lanes if one.legs[0].departs_min == 720)
    # Loading and transfer are 120, stuffing 180.
    assert monday.closes_min == 720 - 120 - 180
    assert dict(monday.draws) == {
        "quota:TRK-CNKMG-THBKK:2026-11-30": 1,
        "border:MOHAN-BOTEN-ROAD:CN-LA:2026-12-01": 1,
        f"border:HUAYXAI-CHIANGKHONG-ROAD:LA-TH:{_huay_xai_date(corridor, monday)}": 1,
    }


def truck_leg_of(network, departs_min):
    """The T136 on the lane at a moment, apart from any search."""
    pool = make_pool(network, "trade", "dry", 0.5)
    unit = network.data.load_units["T136"]
    rider = Rider(
        product=Product(load_unit="T136", n_units=1, storage_dm3=unit.usable_dm3),
        prices=cost_tables(network).unit_prices("T136"),
        gross_kg=0,
        volume_dm3=0,
        dwell_min=pool.dwell_min,
    )
    return truck_leg(network, network.trucks.offer_from, departs_min, rider)


def _huay_xai_date(network, lane):
    return network.local_date("Asia/Vientiane", lane.legs[0].passages[1].enters_min)


def test_dwell_is_the_longest_of_the_pool(corridor):
    parcels = ("ecommerce", "dry")
    lanes = _lanes(corridor, [RAIL_TO_DRY], pools=(TRADE, parcels))
    for lane in lanes:
        if _refs(lane) == ("TRK-CNKMG-THBKK",):
            mohan = lane.legs[0].passages[0]
            # 9610 would take 120, but 1210 and 9710 of the same pool take 180.
            assert mohan.leaves_min - mohan.enters_min == 180


def test_units_of_one_sequence_share_a_bucket(corridor):
    by_bucket = {}
    for lane in _lanes(corridor, [RAIL_TO_DRY]):
        by_bucket.setdefault(lane.bucket, []).append(lane)
    assert any(len(lanes) > 1 for lanes in by_bucket.values())
    for lanes in by_bucket.values():
        assert len({one.load_unit for one in lanes}) == len(lanes)
        assert len({(one.closes_min, one.released_min, _refs(one)) for one in lanes}) == 1
    ids = [lane.lane_id for lane in _lanes(corridor, [RAIL_TO_DRY])]
    assert len(set(ids)) == len(ids)


def test_closed_borders_carry_no_lanes():
    data = make_corridor()
    crossings = {
        key: replace(one, status=BorderStatus.CLOSED) if "ROAD:CN-LA" in key else one
        for key, one in data.crossings.items()
    }
    network = build_network(replace(data, crossings=crossings), epoch_at=EPOCH)
    refs = {ref for lane in _lanes(network, [RAIL_TO_DRY]) for ref in _refs(lane)}
    assert refs == {"RAIL-KMG-VTE", "TRK-LAVTE-THBKK"}


def test_a_pool_without_a_mode_at_an_end_has_no_lanes_over_a_border():
    data = make_corridor()
    key = "THBKK-LKB"
    bare = replace(data.facilities[key], customs_modes=frozenset({"9610"}))
    network = build_network(replace(data, facilities=data.facilities | {key: bare}), epoch_at=EPOCH)
    assert _lanes(network, [RAIL_TO_DRY]) == []
    assert _lanes(network, [RAIL_TO_DRY], pools=[("ecommerce", "dry")])


def test_dry_pools_take_no_refrigerated_units_and_cold_pools_no_others():
    data = make_corridor()
    cold_cards = [
        replace(card, load_unit="40RF", rate_id=f"{card.rate_id}/cold")
        for card in data.rate_cards
        if card.load_unit == "40HQ"
    ]
    data = replace(data, rate_cards=(*data.rate_cards, *cold_cards))
    network = build_network(data, epoch_at=EPOCH)
    lanes = _lanes(network, [RAIL_TO_DRY], pools=(TRADE, ("trade", "cold")))
    units = {(lane.cargo_pool, lane.load_unit) for lane in lanes}
    assert ("cold", "40RF") in units
    assert not {("dry", "40RF"), ("cold", "40HQ"), ("cold", "T136")} & units


def test_drayage_reaches_terminals_that_do_not_consolidate():
    data = make_corridor()
    terminal = replace(data.facilities["CNKMG-WJX"], consolidates=False)
    network = build_network(
        replace(data, facilities=data.facilities | {"CNKMG-WJX": terminal}), epoch_at=EPOCH
    )
    lanes = _lanes(network, [("CNKMG-AIR", "THBKK-LKB")])
    train = next(lane for lane in lanes if lane.legs[1].ref == "RAIL-KMG-VTE")
    drayage = train.legs[0]
    assert drayage.kind is LegKind.CONNECTOR
    # As late as it can be: at the terminal when the customs cut-off comes.
    assert drayage.available_min == train.legs[1].departs_min - 480
    assert train.closes_min == drayage.departs_min - KUNMING_AIR.stuffing_min


def test_every_lane_is_a_legal_load(corridor):
    pairs = [(a.facility_id, b.facility_id) for a in FACILITIES for b in FACILITIES if a is not b]
    lanes = _lanes(corridor, pairs, pools=(TRADE, ("ecommerce", "dry")), until_min=5 * 1440)
    lanes = [
        lane for lane in lanes if lane.from_id.startswith("CN") and not lane.to_id.startswith("CN")
    ]
    # Every end consolidates, so no lane begins or ends with drayage.
    assert {_refs(lane) for lane in lanes} == {
        ("AIR-KMG-BKK",),
        ("RAIL-KMG-VTE",),
        ("RAIL-KMG-VTE", "TRK-LAVTE-THBKK"),
        ("TRK-CNKMG-THBKK",),
    }
    for lane in lanes:
        for resource, amount in lane.draws:
            assert amount <= capacity(corridor, resource)
        plan = _plan_of(corridor, lane)
        assert run_checks(corridor.data, plan) == [], lane


def _plan_of(network, lane):
    """A plan with one load on a lane and one shipment in it, ready as early as it may be."""
    data = network.data
    tail, head = data.facilities[lane.from_id], data.facilities[lane.to_id]
    mode = "0110" if lane.customs_pool == "trade" else "9610"
    export = clearance_min(network.clearance_rows, tail.country, "export", mode, 0.5)
    entry = clearance_min(network.clearance_rows, head.country, "import", mode, 0.5)
    shipment = make_shipment(
        "S",
        tail,
        head,
        customs_mode=mode,
        gross_kg=2_000,
        volume_dm3=9_000,
        ready_at=EPOCH + timedelta(minutes=lane.closes_min - export),
    )
    book = EmissionBook(data)

    def grams(leg):
        country = data.facilities[leg.from_id].country
        if leg.kind is LegKind.CONNECTOR:
            return book.connector_g(country, leg.distance_m, 2_000)
        product = data.services.get(leg.ref) or data.truck_lanes[leg.ref]
        sections = (
            product.sections
            if leg.kind is LegKind.TRUCK
            else [s for c in product.calls[leg.from_call + 1 : leg.to_call + 1] for s in c.sections]
        )
        return book.leg_g(leg.mode, sections, 2_000, country)

    legs = tuple(replace(leg, load_id="L", co2e_g=grams(leg)) for leg in lane.legs)
    load = Load(
        load_id="L",
        lane_id=lane.lane_id,
        from_id=lane.from_id,
        to_id=lane.to_id,
        load_unit=lane.load_unit,
        customs_pool=lane.customs_pool,
        cargo_pool=lane.cargo_pool,
        legs=legs,
        closes_min=lane.closes_min,
        released_min=lane.released_min,
        payload_kg=lane.payload_kg,
        usable_dm3=lane.usable_dm3,
        contents=(Content(shipment_id="S", gross_kg=2_000, volume_dm3=9_000),),
        cost_lines_fen=lane.cost_lines_fen,
        co2e_g=sum(leg.co2e_g for leg in legs),
    )
    ready, departs = lane.closes_min - export, lane.legs[0].departs_min
    stored = storage_fen(tail, departs - ready, 9_000)
    by_mode = inspection_fen(data, shipment.credit_class)
    crossings = [data.crossings[p.crossing_id] for leg in legs for p in leg.passages]
    lines = {
        "stuffing": stuffing_fen(tail, head, 2_000),
        "storage": stored,
        "inspection": sum(by_mode[crossing.mode] for crossing in crossings),
    }
    itinerary = Itinerary(
        shipment_id="S",
        legs=tuple(replace(leg, cost_lines_fen={}) for leg in legs),
        clearances=(
            ClearanceEvent(
                facility_id=lane.from_id,
                direction="export",
                starts_min=ready,
                ends_min=lane.closes_min,
            ),
            ClearanceEvent(
                facility_id=lane.to_id,
                direction="import",
                starts_min=lane.released_min,
                ends_min=lane.released_min + entry,
            ),
        ),
        storages=(
            StorageEvent(
                facility_id=lane.from_id, from_min=ready, until_min=departs, cost_fen=stored
            ),
        ),
        cost_lines_fen={name: fen for name, fen in lines.items() if fen},
        share_fen=load.cost_fen,
        delivered_min=lane.released_min + entry,
        co2e_g=sum(leg.co2e_g for leg in legs),
    )
    return Plan(
        epoch_at=network.epoch_at,
        planned_at=shipment.booked_at,
        shipments={"S": shipment},
        itineraries=(itinerary,),
        loads=(load,),
        unassigned=(),
        share_groups=(ShareGroup(load_ids=("L",), shipment_ids=("S",), least_core_fen=0),),
    )


def test_draws_of_own_units_and_loose_cargo(corridor):
    shipment = make_shipment("S", KUNMING_RAIL, BANGKOK_DRY, gross_kg=3_000, volume_dm3=9_000)
    itineraries = quote(corridor, shipment).itineraries
    train = next(one for one in itineraries if one.legs[0].ref == "RAIL-KMG-VTE")
    assert train.legs[0].load_unit == "LOOSE"
    # 9 m3 of 33 are 28 hundredths of a TEU; 3 t of 21.7 are 14.
    assert dict(loose_draws(corridor, train.legs, 3_000, 9_000)) == {
        "svc:RAIL-KMG-VTE:2026-11-30:0:teu": 28
    }
    assert unit_draws(corridor, train.legs) == ()
    flight = next(one for one in itineraries if any(leg.ref == "AIR-KMG-BKK" for leg in one.legs))
    assert dict(mass_draws(corridor, flight.legs, 3_000)) == {
        "svc:AIR-KMG-BKK:2026-11-30:0:kg": 3_000
    }
