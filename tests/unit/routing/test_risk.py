"""Risk of legs by arithmetic, and as fourth criterion of the search against three at a time."""

from __future__ import annotations

from math import log

import numpy as np
import pytest

from optimizer.domain.border import Duration
from optimizer.models.routing import search as search_module
from optimizer.models.routing.problem import build_request, products_of
from optimizer.models.routing.risk import TOLERANCE_MIN, exceeds, leg_risks
from optimizer.models.routing.search import Search
from optimizer.network.build import build_network
from tests.factories import EPOCH, make_shipment
from tests.reference.random_networks import make_random
from tests.toy.corridor import BANGKOK_DRY, KUNMING_RAIL, make_corridor


def test_tail_of_a_lognormal_by_its_quantiles():
    duration = Duration(p50_min=100, p90_min=300)
    assert exceeds(duration, 100) == pytest.approx(0.5)
    assert exceeds(duration, 300) == pytest.approx(0.1)
    # One quantile further on the logarithmic scale: 2 * 1.2816 standard deviations.
    assert exceeds(duration, 900) == pytest.approx(1 - 0.99481, abs=1e-5)
    certain = Duration(p50_min=250, p90_min=250)
    assert exceeds(certain, 240) == 1.0
    assert exceeds(certain, 250) == 0.0
    assert exceeds(Duration(p50_min=0, p90_min=0), 0) == 0.0


def test_legs_add_up_their_parts():
    network = build_network(make_corridor(), epoch_at=EPOCH, horizon_days=14)
    shipment = make_shipment("S", KUNMING_RAIL, BANGKOK_DRY)
    risks = leg_risks(network, shipment)
    assert risks.shape == (len(network.offers),)
    assert (risks[network.connectors.offer_from :] == 0).all()
    for at, offer in enumerate(network.offers[network.trucks.offer_from :]):
        if not offer.ref or at >= len(network.trucks.head):
            continue
        reliable = 1.0 - exceeds(network.data.truck_lanes[offer.ref].delay, TOLERANCE_MIN)
        for crossing_id in offer.crossing_ids:
            crossing = network.data.crossings[crossing_id]
            dwell = crossing.dwell_for(shipment.customs_mode)
            reliable *= 1.0 - exceeds(dwell, dwell.p50_min + TOLERANCE_MIN)
            for row in network.data.inspections:
                if (row.credit_class, row.mode) == (shipment.credit_class, crossing.mode):
                    late = row.inspection_share * exceeds(row.delay, TOLERANCE_MIN)
                    reliable *= 1.0 - late
        expected = round(-1000 * log(max(reliable, 1e-300)))
        if expected < 20_000:
            assert risks[network.trucks.offer_from + at] == pytest.approx(expected, abs=1)


def _front(request, products, monkeypatch, *, risk=None):
    with_risk = risk is not None
    if with_risk:
        monkeypatch.setattr(search_module, "leg_risks", lambda _network, _shipment: risk)
    ways = Search(request, with_risk=with_risk).front(products)
    return [(way.delivered_min, way.cost_fen, way.co2e_g, way.risk_mnp) for way in ways]


def _unbeaten(points):
    distinct = sorted(set(points))
    return [
        p
        for p in distinct
        if not any(q != p and all(a <= b for a, b in zip(q, p, strict=True)) for q in distinct)
    ]


@pytest.mark.parametrize("block", range(2))
def test_four_criteria_contain_the_fronts_of_three(block, monkeypatch):
    n_more = 0
    for seed in range(60 * block, 60 * block + 60):
        data, shipment = make_random(seed, with_storage=False)
        network = build_network(data, epoch_at=EPOCH, horizon_days=20)
        request = build_request(network, shipment, quantile=0.5)
        products = products_of(network, shipment)
        rng = np.random.default_rng(seed)
        risk = rng.integers(0, 100, len(network.offers))
        risk[network.connectors.offer_from :] = 0
        three = _front(request, products, monkeypatch)
        four = _front(request, products, monkeypatch, risk=risk)
        # Nothing is beaten, and without risk the points are those of three criteria.
        assert sorted(four) == _unbeaten(four), seed
        assert _unbeaten([p[:3] for p in four]) == sorted({p[:3] for p in three}), seed
        # Risk that is nowhere, or the same as emissions times nothing, adds no way.
        none = _front(request, products, monkeypatch, risk=np.zeros_like(risk))
        assert none == three, seed
        n_more += len(four) > len(three)
    assert n_more >= 1
