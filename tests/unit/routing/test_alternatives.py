"""Alternatives: what differs by arithmetic, who is always in, and that plans of them hold."""

from __future__ import annotations

from dataclasses import replace

import pytest

from optimizer.models.routing.alternatives import choose, quote_alternatives
from optimizer.models.routing.problem import Product
from optimizer.models.routing.quote import quote
from optimizer.models.routing.search import Way
from optimizer.models.routing.traits import Traits, difference
from optimizer.network.build import build_network
from optimizer.plan.checks.run import run_checks
from optimizer.plan.plan import Plan
from tests.factories import EPOCH, make_shipment
from tests.reference.random_networks import make_random
from tests.toy.corridor import BANGKOK_DRY, KUNMING_RAIL, make_corridor

SHIPMENT = make_shipment("S", KUNMING_RAIL, BANGKOK_DRY, gross_kg=1500, volume_dm3=7000)
RAIL = Traits(
    modes=("rail", "road"),
    crossing_ids=("A", "B"),
    gateway_id="CNKMG-WJX",
    is_own=False,
    day_band=0,
)


def _way(cost_fen, delivered_min, co2e_g):
    return Way(
        product=Product(load_unit="loose", n_units=0, storage_dm3=1),
        prices=None,  # pyright: ignore[reportArgumentType]  nothing is priced here
        steps=(),
        delivered_min=delivered_min,
        cost_fen=cost_fen,
        co2e_g=co2e_g,
    )


@pytest.fixture(scope="module")
def corridor():
    return build_network(make_corridor(), epoch_at=EPOCH, horizon_days=14)


def test_difference_adds_the_weights_of_unequal_traits():
    assert difference(RAIL, RAIL) == 0
    assert difference(RAIL, replace(RAIL, day_band=1)) == 1
    assert difference(RAIL, replace(RAIL, is_own=True)) == 2
    assert difference(RAIL, replace(RAIL, gateway_id="CNMOH")) == 4
    assert difference(RAIL, replace(RAIL, crossing_ids=("C",))) == 8
    assert difference(RAIL, replace(RAIL, modes=("road",), crossing_ids=("C",))) == 24
    # Another mode weighs more than everything else together.
    same_modes = Traits(modes=RAIL.modes, crossing_ids=(), gateway_id="", is_own=True, day_band=9)
    assert difference(RAIL, same_modes) < difference(RAIL, replace(RAIL, modes=("air",)))


def test_best_of_each_criterion_then_what_differs_most():
    road = replace(RAIL, modes=("road",))
    known = [
        (_way(100, 900, 50), RAIL),
        (_way(110, 800, 45), RAIL),
        (_way(120, 700, 60), replace(RAIL, day_band=3)),
        (_way(130, 600, 70), road),
        (_way(900, 100, 900), replace(RAIL, modes=("air",))),
    ]
    # Cheapest 0, fastest 4, greenest 1; then road, which differs from all by its mode, then the
    # later train; the rest of them is the same as another.
    assert choose(known, 3) == [0, 4, 1]
    assert choose(known, 4) == [0, 4, 1, 3]
    assert choose(known, 9) == [0, 4, 1, 3, 2]
    assert choose(known, 1) == [0]
    assert choose([], 3) == []


def test_corridor_offers_train_truck_and_plane(corridor):
    found = quote_alternatives(corridor, SHIPMENT, 4)
    modes = [traits.modes for traits in found.traits]
    assert {("rail", "road"), ("air",), ("road",)} <= set(modes)
    assert [i.cost_fen for i in found.itineraries] == sorted(i.cost_fen for i in found.itineraries)
    for itinerary, traits in zip(found.itineraries, found.traits, strict=True):
        hauls = [leg.mode.value for leg in itinerary.legs if leg.ref]
        assert tuple(dict.fromkeys(hauls)) == traits.modes
        passed = [one.crossing_id for leg in itinerary.legs for one in leg.passages]
        assert tuple(passed) == traits.crossing_ids
        assert any(leg.n_units for leg in itinerary.legs) == traits.is_own
    whole = quote(corridor, SHIPMENT, max_itineraries=1000).itineraries
    for measure in ("cost_fen", "delivered_min", "co2e_g"):
        best = min(getattr(itinerary, measure) for itinerary in whole)
        assert best in {getattr(itinerary, measure) for itinerary in found.itineraries}


@pytest.mark.parametrize("seed", range(60))
def test_alternatives_differ_and_their_plans_hold(seed):
    data, shipment = make_random(seed, with_storage=True)
    network = build_network(data, epoch_at=EPOCH, horizon_days=20)
    found = quote_alternatives(network, shipment, 5)
    assert len(found.itineraries) <= 5
    whole = quote(network, shipment, max_itineraries=1000).itineraries
    assert bool(whole) == bool(found.itineraries)
    assert bool(found.reasons) == (not whole)
    for measure in ("cost_fen", "delivered_min", "co2e_g"):
        values = {getattr(itinerary, measure) for itinerary in found.itineraries}
        assert not whole or min(getattr(one, measure) for one in whole) in values
    # Only the best of the three criteria may be alike.
    assert len(set(found.traits)) >= len(found.traits) - 2
    for itinerary in found.itineraries:
        plan = Plan(
            epoch_at=network.epoch_at,
            planned_at=shipment.booked_at,
            shipments={shipment.shipment_id: shipment},
            itineraries=(itinerary,),
            loads=(),
            unassigned=(),
            planning_quantile=0.5,
        )
        assert run_checks(data, plan) == []
    again = quote_alternatives(network, shipment, 5)
    assert again.traits == found.traits
    assert again.itineraries == found.itineraries
