"""The Pareto search against its twin, which tries every chain of legs."""

from __future__ import annotations

import pytest

from optimizer.models.routing.itineraries import build_itinerary
from optimizer.models.routing.problem import build_request, products_of
from optimizer.models.routing.search import Search
from optimizer.network.build import build_network
from tests.factories import EPOCH
from tests.reference.pareto_twin import TooManyChains, Twin, pareto_front
from tests.reference.random_networks import make_random

HORIZON_DAYS = 20


def _both(seed, *, with_storage):
    """Points (delivered, cost, CO2e) of the search with storage paid, and all of the twin."""
    data, shipment = make_random(seed, with_storage=with_storage)
    network = build_network(data, epoch_at=EPOCH, horizon_days=HORIZON_DAYS)
    request = build_request(network, shipment, quantile=0.5)
    products = products_of(network, shipment)
    itineraries = []
    for way in Search(request).front(products):
        itinerary = build_itinerary(request, way)
        assert itinerary is not None
        # The kernel's sums are those of the exact legs.
        assert itinerary.cost_fen == way.cost_fen
        assert itinerary.delivered_min == way.delivered_min
        itineraries.append(itinerary)
    found = [
        (i.delivered_min, i.cost_fen, i.co2e_g, i.cost_lines_fen.get("storage", 0))
        for i in itineraries
    ]
    twin = [
        (network.minute(d.delivered), d.cost, d.co2e)
        for product in products
        for d in Twin(
            data,
            shipment,
            epoch=EPOCH,
            horizon_days=HORIZON_DAYS,
            load_unit=product.load_unit,
            n_units=product.n_units,
        ).deliveries()
    ]
    return found, twin


QUICK = [*range(4), *(pytest.param(block, marks=pytest.mark.slow) for block in range(4, 21))]
MAX_SKIPPED = 4
"""Of fifty networks, those with more chains than the twin can try."""


@pytest.mark.parametrize("block", QUICK)
def test_front_equals_that_of_all_chains_where_storage_is_free(block):
    n_routed = n_skipped = 0
    for seed in range(50 * block, 50 * block + 50):
        try:
            found, twin = _both(seed, with_storage=False)
        except TooManyChains:
            n_skipped += 1
            continue
        assert sorted(point[:3] for point in found) == pareto_front(twin), seed
        n_routed += bool(twin)
    assert n_routed >= 5  # the networks are not all disconnected
    assert n_skipped <= MAX_SKIPPED


@pytest.mark.parametrize("block", QUICK[:8])
def test_with_storage_every_chain_is_matched_but_for_the_storage_paid(block):
    n_skipped = 0
    for seed in range(5000 + 25 * block, 5000 + 25 * block + 25):
        try:
            found, twin = _both(seed, with_storage=True)
        except TooManyChains:
            n_skipped += 1
            continue
        assert {point[:3] for point in found} <= set(twin), seed
        for delivered, cost, co2e in pareto_front(twin):
            assert any(
                d <= delivered and g <= co2e and c - storage <= cost for d, c, g, storage in found
            ), seed
    assert n_skipped <= MAX_SKIPPED
