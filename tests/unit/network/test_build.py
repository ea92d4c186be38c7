"""The timetable and arrays of a network, by arithmetic on the corridor."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from optimizer.domain.border import BorderStatus
from optimizer.network.build import build_network
from tests.factories import (
    EPOCH,
    make_call,
    make_facility,
    make_network_data,
    make_section,
    make_service,
)
from tests.toy.corridor import TRAIN, make_corridor


@pytest.fixture(scope="module")
def corridor():
    return build_network(make_corridor(), epoch_at=EPOCH, horizon_days=14)


def _offer(network, ref):
    return next(at for at, offer in enumerate(network.offers) if offer.ref == ref)


def test_train_leaves_on_its_weekdays_at_local_time(corridor):
    pair = _offer(corridor, "RAIL-KMG-VTE")
    departs = corridor.rides.departs_min[
        corridor.rides.first[pair] : corridor.rides.first[pair + 1]
    ]
    # 20:00 in Kunming is 12:00 UTC; Mondays, Wednesdays, Fridays of two weeks.
    days = np.array([0, 2, 4, 7, 9, 11])
    assert departs.tolist() == (days * 1440 + 720).tolist()


def test_arrival_is_local_time_of_the_far_end_on_the_next_day(corridor):
    pair = _offer(corridor, "RAIL-KMG-VTE")
    first = corridor.rides.first[pair]
    # 16:00 in Vientiane (UTC+7) the next day is 09:00 UTC; cut-off for customs is 8 hours.
    assert corridor.rides.arrives_min[first] == 1440 + 9 * 60
    assert corridor.rides.lead_min[pair] == 480
    assert corridor.rides.availability_min[pair] == 240
    assert corridor.rides.book_by_min[first] == 720 - 1440
    assert date.fromordinal(int(corridor.ride_voyage[first])) == date(2026, 11, 30)


def test_domestic_rides_have_no_customs_cutoff_and_all_pairs_exist():
    facilities = [make_facility(f"CNKM{letter}-X", transfer_min=30) for letter in "ABC"]
    calls = [
        make_call("CNKMA-X", depart="0+10:00", cargo_cutoff_min=60, customs_cutoff_min=600),
        make_call("CNKMB-X", arrive="0+12:00", depart="0+13:00"),
        make_call("CNKMC-X", arrive="1+01:00"),
    ]
    network = build_network(
        make_network_data(facilities=facilities, services=[make_service("S", calls)]),
        epoch_at=EPOCH,
        horizon_days=5,
    )
    pairs = [(offer.from_call, offer.to_call) for offer in network.offers if offer.ref]
    assert sorted(pairs) == [(0, 1), (0, 2), (1, 2)]
    leads = dict(zip(pairs, network.rides.lead_min.tolist(), strict=True))
    assert leads == {(0, 1): 60, (0, 2): 60, (1, 2): 30}
    # 10:00 in Kunming is 02:00 UTC.
    assert network.rides.departs_min[0] == 120


def test_voyage_that_started_before_the_epoch_still_calls():
    facilities = [make_facility(f"CNKM{letter}-X") for letter in "ABC"]
    calls = [
        make_call("CNKMA-X", depart="0+10:00"),
        make_call("CNKMB-X", arrive="3+09:00", depart="3+10:00"),
        make_call("CNKMC-X", arrive="4+10:00"),
    ]
    service = make_service("S", calls, weekdays=frozenset({4}))  # Friday before the epoch
    network = build_network(
        make_network_data(facilities=facilities, services=[service]),
        epoch_at=EPOCH,
        horizon_days=5,
    )
    by_call = {offer.from_call: at for at, offer in enumerate(network.offers) if offer.ref}
    middle = network.rides.first[by_call[1]]
    assert network.rides.departs_min[middle] == 120
    assert date.fromordinal(int(network.ride_voyage[middle])) == date(2026, 11, 27)


@pytest.mark.parametrize(
    "change",
    [
        {"status": "suspended"},
        {"valid_to": date(2026, 11, 29)},
        {"valid_from": date(2027, 3, 1)},
        {"weekdays": frozenset()},
    ],
)
def test_services_that_do_not_run_have_no_departures(change):
    data = make_corridor()
    services = data.services | {TRAIN.service_id: replace(TRAIN, **change)}
    network = build_network(replace(data, services=services), epoch_at=EPOCH, horizon_days=14)
    assert TRAIN.service_id not in {offer.ref for offer in network.offers}


def test_closed_crossings_mark_every_offer_over_them():
    data = make_corridor()
    crossings = {
        key: replace(one, status=BorderStatus.CLOSED) if "RAIL" in key else one
        for key, one in data.crossings.items()
    }
    network = build_network(replace(data, crossings=crossings), epoch_at=EPOCH)
    closed = {
        offer.ref
        for offer, is_closed in zip(network.offers, network.offer_closed, strict=True)
        if is_closed
    }
    assert closed == {"RAIL-KMG-VTE"}


def test_bits_say_what_a_leg_may_carry():
    data = make_corridor()
    crossing = "THANALENG-NONGKHAI-ROAD:LA-TH"
    only_mail = replace(data.crossings[crossing], customs_modes=frozenset({"mail"}))
    network = build_network(
        replace(data, crossings=data.crossings | {crossing: only_mail}), epoch_at=EPOCH
    )
    at = _offer(network, "TRK-LAVTE-THBKK")
    assert network.offer_customs[at] == network.customs_bits["mail"]
    # T136 is not on the train, PMC rides the road only with a road payload.
    assert not network.offer_units[_offer(network, "RAIL-KMG-VTE")] & network.unit_bits["T136"]
    # Legs without a border take every mode.
    flight = _offer(network, "AIR-KMG-BKK")
    assert network.offer_customs[flight] == sum(network.customs_bits.values())


def test_driving_time_rounds_up_by_section():
    section = make_section(100.001, speed_km_per_h=50.0)
    from optimizer.network.build import driving_min

    assert driving_min(section) == 121
    assert driving_min(make_section(52.5, speed_km_per_h=52.5)) == 60
