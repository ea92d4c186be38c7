"""Matrices at a time against quotes: the same earliest delivery of loose cargo, place to place."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from optimizer.domain.service import LOOSE
from optimizer.domain.skim import MatrixQuery, SkimLoad, Zone
from optimizer.models.routing.matrix_arrivals import arrivals_between
from optimizer.models.routing.problem import Product, build_request
from optimizer.models.routing.search import Search
from optimizer.network.build import build_network
from tests.factories import EPOCH, at_facility, at_point
from tests.reference.random_networks import make_random

HORIZON_DAYS = 30


def _compare(seed: int) -> int:
    """Number of pairs that are reached."""
    data, shipment = make_random(seed, with_storage=False)
    network = build_network(data, epoch_at=EPOCH, horizon_days=HORIZON_DAYS)
    facilities = list(data.facilities.values())
    places = [
        *(at_facility(one) for one in facilities),
        at_point(lat=facilities[0].lat + 0.1, lon=facilities[0].lon, country=facilities[0].country),
        at_point(lat=facilities[1].lat, lon=facilities[1].lon - 1.0, country=facilities[1].country),
    ]
    zones = tuple(Zone(label=place.label, places=(place,)) for place in places)
    query = MatrixQuery(
        origins=zones,
        destinations=zones,
        load=SkimLoad(
            gross_kg=shipment.gross_kg,
            volume_dm3=shipment.volume_dm3,
            credit_class=shipment.credit_class,
        ),
        week=shipment.ready_at.date(),
        at=shipment.ready_at,
    )
    query = replace(query, week=EPOCH.date())
    found = arrivals_between(network, query, places, places)
    loose = Product(load_unit=LOOSE, n_units=0, storage_dm3=shipment.volume_dm3)
    n_reached = 0
    for i, origin in enumerate(places):
        for j, destination in enumerate(places):
            if i == j:
                assert found[i, j] == network.minute(shipment.ready_at)
                continue
            asked = replace(
                shipment,
                origin=origin,
                destination=destination,
                booked_at=shipment.ready_at,
                due_at=None,
                latest_at=None,
            )
            ways = Search(build_request(network, asked, quantile=0.5)).front([loose])
            wanted = min((way.delivered_min for way in ways), default=-1)
            assert found[i, j] == wanted, (seed, origin.label, destination.label)
            n_reached += wanted >= 0
    assert found.dtype == np.int64
    return n_reached


@pytest.mark.parametrize(
    "block", [0, *(pytest.param(b, marks=pytest.mark.slow) for b in range(1, 5))]
)
def test_arrivals_equal_the_earliest_quote(block):
    assert sum(_compare(seed) for seed in range(20 * block, 20 * block + 20)) > 200
