"""Sampling of delays against plans without spread and against closed forms."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from statistics import NormalDist

import numpy as np
import pytest

from optimizer.domain.border import CreditClass, Duration
from optimizer.domain.location import Mode
from optimizer.models.routing.evaluate import sample_delivered_min, sample_punctuality
from optimizer.models.routing.quote import quote
from optimizer.network.build import build_network
from tests.factories import (
    EPOCH,
    fixed,
    make_call,
    make_clearance,
    make_crossing,
    make_facility,
    make_inspection,
    make_network_data,
    make_rate_card,
    make_section,
    make_service,
    make_shipment,
    make_truck_lane,
)
from tests.reference.random_networks import make_random

A, B = make_facility("CNAAA-X"), make_facility("CNBBB-X", lat=30.0)
C = make_facility("LACCC-X", lat=18.0)
LOGNORMAL = Duration(p50_min=100, p90_min=300)


def _train(**changes):
    arrive = {"delay": changes.pop("delay", fixed(0)), "sections": (make_section(500),)}
    calls = [
        make_call("CNAAA-X", depart="0+12:00"),
        make_call("CNBBB-X", arrive="0+20:00", **arrive),
    ]
    return make_service("S", calls, **changes)


def _quoted(data, shipment):
    network = build_network(data, epoch_at=EPOCH, horizon_days=20)
    itinerary = quote(network, shipment).itineraries[0]
    return network, itinerary


@pytest.mark.parametrize("seed", range(120))
def test_without_spread_every_sample_is_the_plan(seed):
    # Delays, dwell and clearance of the random networks are certain, inspections take no time.
    data, shipment = make_random(seed, with_storage=True)
    network = build_network(data, epoch_at=EPOCH, horizon_days=20)
    for itinerary in quote(network, shipment).itineraries:
        delivered = sample_delivered_min(network, shipment, itinerary)
        assert (delivered == itinerary.delivered_min).all()


def test_delay_of_a_call_has_the_quantiles_of_its_lognormal():
    data = make_network_data(
        facilities=[A, B],
        services=[_train(delay=LOGNORMAL)],
        rate_cards=[make_rate_card("S", fixed_mfen=1000)],
    )
    shipment = make_shipment("S", A, B)
    network, itinerary = _quoted(data, shipment)
    late = sample_delivered_min(network, shipment, itinerary) - itinerary.delivered_min
    sigma = np.log(3.0) / 1.2815515655446004
    # Standard error of the logarithm's mean is sigma / sqrt(500); three of them.
    assert np.log(late).mean() == pytest.approx(np.log(100), abs=3 * sigma / np.sqrt(500))
    assert np.quantile(late, 0.9) == pytest.approx(300, rel=0.25)


def test_on_time_share_is_the_distribution_at_the_due_time():
    due = EPOCH + timedelta(hours=12 + 3, minutes=20)  # 20:00 in Kunming is 12:00 UTC
    data = make_network_data(
        facilities=[A, B],
        services=[_train(delay=LOGNORMAL)],
        rate_cards=[make_rate_card("S", fixed_mfen=1000)],
    )
    shipment = make_shipment("S", A, B, due_at=due)
    network, itinerary = _quoted(data, shipment)
    z = np.log(200 / 100) / (np.log(3.0) / 1.2815515655446004)
    expected = NormalDist().cdf(z)
    # Three standard errors of a share of 500.
    slack = 3 * np.sqrt(expected * (1 - expected) / 500)
    assert itinerary.on_time_share == pytest.approx(expected, abs=slack)
    again = sample_punctuality(network, shipment, itinerary)
    assert again.on_time_share == itinerary.on_time_share


def test_missed_departure_waits_for_the_next_voyage():
    # The truck comes at 10:00 to a train at 12:00 with a cut-off of an hour: one hour to spare. A
    # later truck waits for the train of the next day.
    facilities = [
        make_facility("CNAAA-X", lat=25.0),
        make_facility("CNBBB-X", lat=30.0),
        make_facility("CNCCC-X", lat=35.0),
    ]
    lane = make_truck_lane(
        "T",
        "CNAAA-X",
        "CNBBB-X",
        [make_section(100)],
        delay=Duration(p50_min=60, p90_min=120),
    )
    calls = [
        make_call("CNBBB-X", depart="0+12:00", cargo_cutoff_min=60),
        make_call("CNCCC-X", arrive="0+18:00"),
    ]
    data = make_network_data(
        facilities=facilities,
        services=[make_service("S", calls)],
        truck_lanes=[lane],
        rate_cards=[make_rate_card("S"), make_rate_card("T")],
    )
    # 100 km at 50 km/h are two hours: ready at 08:00 local, minute 0.
    shipment = make_shipment("S", facilities[0], facilities[2])
    network, itinerary = _quoted(data, shipment)
    delivered = sample_delivered_min(network, shipment, itinerary)
    assert set(np.unique(delivered)) == {600, 600 + 1440}
    # A delay above its median of 60 minutes misses the train: half of the samples.
    assert np.mean(delivered == 600) == pytest.approx(0.5, abs=3 * 0.5 / np.sqrt(500))


def test_inspection_happens_with_its_share_and_takes_its_time():
    crossing = make_crossing("B:CN-LA")
    lane = make_truck_lane(
        "T",
        "CNAAA-X",
        "LACCC-X",
        [make_section(100, crossing_id="B:CN-LA"), make_section(100, country="LA")],
    )
    data = make_network_data(
        facilities=[A, C],
        crossings=[crossing],
        truck_lanes=[lane],
        rate_cards=[make_rate_card("T")],
        clearances=[make_clearance("*", "export"), make_clearance("*", "import")],
        inspections=[
            make_inspection(CreditClass.ORDINARY, Mode.ROAD, inspection_share=0.2, delay=fixed(300))
        ],
    )
    shipment = make_shipment("S", A, C)
    network, itinerary = _quoted(data, shipment)
    delivered = sample_delivered_min(network, shipment, itinerary)
    assert set(np.unique(delivered)) == {240, 540}
    assert np.mean(delivered == 540) == pytest.approx(0.2, abs=3 * np.sqrt(0.16 / 500))
    trusted = replace(shipment, credit_class=CreditClass.CERTIFIED)
    assert (sample_delivered_min(network, trusted, itinerary) == 240).all()


def test_no_voyage_left_counts_as_late():
    service = _train(weekdays=frozenset({0}))
    data = make_network_data(
        facilities=[A, B], services=[service], rate_cards=[make_rate_card("S")]
    )
    network = build_network(data, epoch_at=EPOCH, horizon_days=5)
    shipment = make_shipment("S", A, B, due_at=EPOCH + timedelta(days=3))
    itinerary = quote(network, shipment).itineraries[0]
    late = replace(shipment, ready_at=EPOCH + timedelta(hours=5))  # the train left at 04:00 UTC
    assert sample_punctuality(network, late, itinerary).on_time_share == 0.0
