"""Quotes on the corridor, by arithmetic, and checked by the independent checker."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from optimizer.domain.border import BorderStatus
from optimizer.domain.service import LOOSE
from optimizer.models.routing.quote import quote
from optimizer.network.build import build_network
from optimizer.plan.checks.run import run_checks
from optimizer.plan.plan import Plan
from tests.factories import EPOCH, at_point, make_shipment
from tests.reference.random_networks import make_random
from tests.toy.corridor import BANGKOK_DRY, CROSSINGS, KUNMING_RAIL, make_corridor

SHIPMENT = make_shipment("S", KUNMING_RAIL, BANGKOK_DRY, gross_kg=1500, volume_dm3=7000)


@pytest.fixture(scope="module")
def corridor():
    return build_network(make_corridor(), epoch_at=EPOCH, horizon_days=14)


def _check(network, shipment, itineraries, quantile=0.5):
    for itinerary in itineraries:
        plan = Plan(
            epoch_at=network.epoch_at,
            planned_at=shipment.booked_at,
            shipments={shipment.shipment_id: shipment},
            itineraries=(itinerary,),
            loads=(),
            unassigned=(),
            planning_quantile=quantile,
        )
        assert run_checks(network.data, plan) == []


def _refs(itinerary):
    return [leg.ref for leg in itinerary.legs]


def test_cheapest_is_train_then_truck(corridor):
    itinerary = quote(corridor, SHIPMENT).itineraries[0]
    assert _refs(itinerary) == ["RAIL-KMG-VTE", "TRK-LAVTE-THBKK"]
    train, truck = itinerary.legs
    # Ready at minute 0, cleared at 240, customs cut-off 480 before 720: just in time.
    assert (train.departs_min, train.arrives_min, train.available_min) == (720, 1980, 2220)
    # Transfer of 2 hours before the truck; 30 minutes to the border (2370, closed until 06:00 in
    # Laos, 2820), 90 there, 640 to Bangkok and an hour to unload.
    assert (truck.departs_min, truck.available_min) == (2340, 2820 + 90 + 640 + 60)
    # Import takes 8 hours in Thailand.
    assert itinerary.delivered_min == 3610 + 480
    # 7 m3 weigh 2331 kg at 333 kg/m3: 700 fen a tonne-rate 70000 mfen/kg on the train.
    assert train.cost_lines_fen == {"line_haul": 163_170, "handling": 15_000, "border": 3_000}
    # 2331 kg * 60000 mfen, and 2.331 t * 660 km * 20000 mfen = 30 769.2 fen.
    assert truck.cost_lines_fen["line_haul"] == 139_860 + 30_769
    assert itinerary.cost_fen == sum(leg.cost_fen for leg in itinerary.legs)
    # 20 g/tkm on 1020 km, 80 on 660, hubs 1000 and 500 g/t; 1.5 t.
    assert itinerary.co2e_g == round(1.5 * (20 * 1020 + 1000 + 80 * 660 + 500))


def test_fastest_flies_after_a_connector(corridor):
    fastest = min(quote(corridor, SHIPMENT).itineraries, key=lambda one: one.delivered_min)
    assert _refs(fastest) == ["", "AIR-KMG-BKK", ""]
    flight = fastest.legs[1]
    # 22:00 in Kunming to 23:30 in Bangkok is two and a half hours.
    assert (flight.departs_min, flight.arrives_min) == (14 * 60, 16 * 60 + 30)
    assert {event.facility_id for event in fastest.clearances} == {"CNKMG-WJX", "THBKK-AIR"}


def test_quotes_keep_every_rule_of_the_checker(corridor):
    point = make_shipment(
        "P",
        at_point(lat=25.05, lon=102.7, country="CN"),
        at_point(lat=13.8, lon=100.5, country="TH"),
        gross_kg=15_000,
        volume_dm3=57_000,
        due_at=EPOCH + timedelta(days=2),
        late_fen_per_hour=5_000,
    )
    for shipment in (SHIPMENT, point):
        for quantile in (0.5, 0.85):
            itineraries = quote(corridor, shipment, quantile=quantile).itineraries
            assert itineraries
            _check(corridor, shipment, itineraries, quantile)


@pytest.mark.parametrize("block", range(10))
def test_random_quotes_keep_every_rule_of_the_checker(block):
    for seed in range(9000 + 20 * block, 9000 + 20 * block + 20):
        data, shipment = make_random(seed, with_storage=True)
        network = build_network(data, epoch_at=EPOCH, horizon_days=15)
        _check(network, shipment, quote(network, shipment).itineraries)


def test_no_itinerary_beats_another(corridor):
    values = [
        (one.delivered_min, one.cost_fen, one.co2e_g)
        for one in quote(corridor, SHIPMENT).itineraries
    ]
    for one in values:
        assert not any(
            other != one and all(a <= b for a, b in zip(other, one, strict=True))
            for other in values
        )


@pytest.mark.parametrize("crossing", CROSSINGS, ids=lambda crossing: crossing.crossing_id)
def test_a_closed_border_is_never_used(crossing):
    data = make_corridor()
    closed = replace(crossing, status=BorderStatus.CLOSED)
    network = build_network(
        replace(data, crossings=data.crossings | {crossing.crossing_id: closed}), epoch_at=EPOCH
    )
    for mass in (300, 9_000, 60_000):
        shipment = replace(SHIPMENT, gross_kg=mass, volume_dm3=3 * mass)
        for itinerary in quote(network, shipment).itineraries:
            passed = {p.crossing_id for leg in itinerary.legs for p in leg.passages}
            assert crossing.crossing_id not in passed


def test_a_border_without_the_customs_mode_is_never_used():
    data = make_corridor()
    key = "MOHAN-BOTEN-RAIL:CN-LA"
    without = replace(data.crossings[key], customs_modes=frozenset({"9610"}))
    network = build_network(
        replace(data, crossings=data.crossings | {key: without}), epoch_at=EPOCH
    )
    assert all("RAIL-KMG-VTE" not in _refs(one) for one in quote(network, SHIPMENT).itineraries)
    parcels = replace(SHIPMENT, customs_mode="9610")
    assert any("RAIL-KMG-VTE" in _refs(one) for one in quote(network, parcels).itineraries)


def test_restricted_border_is_used_with_a_warning():
    data = make_corridor()
    key = "MOHAN-BOTEN-RAIL:CN-LA"
    limited = replace(data.crossings[key], status=BorderStatus.RESTRICTED, status_note="fruit only")
    network = build_network(
        replace(data, crossings=data.crossings | {key: limited}), epoch_at=EPOCH
    )
    itinerary = quote(network, SHIPMENT).itineraries[0]
    assert itinerary.warnings == (f"{key} is restricted (as of 2026-11-01): fruit only",)


def test_cold_cargo_in_units_rides_refrigerated_ones_only(corridor):
    data = make_corridor()
    cards = (
        *data.rate_cards,
        *(
            replace(c, load_unit="40RF", rate_id=f"{c.rate_id}/cold")
            for c in data.rate_cards
            if c.load_unit == "40HQ"
        ),
    )
    network = build_network(replace(data, rate_cards=cards), epoch_at=EPOCH)
    cold = replace(SHIPMENT, cargo_class="perishable", gross_kg=20_000, volume_dm3=50_000)
    units = {leg.load_unit for one in quote(network, cold).itineraries for leg in one.legs}
    assert "40RF" in units
    assert units <= {LOOSE, "40RF"}


def test_a_shipment_larger_than_the_allotment_is_not_quoted_on_it(corridor):
    # The train takes 4 TEU, the flight 6 t.
    heavy = replace(SHIPMENT, gross_kg=70_000, volume_dm3=150_000)
    refs = {leg.ref for one in quote(corridor, heavy).itineraries for leg in one.legs}
    assert "AIR-KMG-BKK" not in refs
    assert "RAIL-KMG-VTE" not in refs


def test_storage_beyond_free_time_is_paid_at_the_origin(corridor):
    # Booked too late for Monday's train and for Wednesday's, which close a day before: Friday's.
    late = replace(SHIPMENT, booked_at=EPOCH + timedelta(days=1, hours=13))
    train = next(one for one in quote(corridor, late).itineraries if "RAIL-KMG-VTE" in _refs(one))
    departs = 4 * 1440 + 720
    assert train.legs[0].departs_min == departs
    # Four and a half days, two of them free: three started days of 7 m3 at 2 CNY.
    assert train.storages[0].cost_fen == 3 * 7 * 200
    assert train.cost_lines_fen["storage"] == sum(event.cost_fen for event in train.storages)


def test_estimates_are_named(corridor):
    truck = next(
        one
        for one in quote(
            corridor, replace(SHIPMENT, gross_kg=20_000, volume_dm3=60_000)
        ).itineraries
        if "TRK-CNKMG-THBKK" in _refs(one)
    )
    assert "borders:MOHAN-BOTEN-ROAD:CN-LA" in truck.estimate_refs


def test_at_most_as_many_as_asked_with_the_extremes(corridor):
    all_of_them = quote(corridor, SHIPMENT).itineraries
    some = quote(corridor, SHIPMENT, max_itineraries=2).itineraries
    assert len(some) == 2
    assert some[0] == all_of_them[0]
    assert min(one.delivered_min for one in some) == min(one.delivered_min for one in all_of_them)
