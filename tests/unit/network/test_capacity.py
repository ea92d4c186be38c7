"""Capacities of resources, and what a chain of legs may carry."""

from __future__ import annotations

import pytest

from optimizer.network.allowed import cargo_classes_taken, customs_modes_through
from optimizer.network.build import build_network
from optimizer.network.capacity import UNLIMITED, capacity, loose_teu_c
from tests.factories import EPOCH
from tests.toy.corridor import make_corridor


@pytest.fixture(scope="module")
def network():
    return build_network(make_corridor(), epoch_at=EPOCH)


@pytest.mark.parametrize(
    ("resource", "amount"),
    [
        ("svc:RAIL-KMG-VTE:2026-12-02:0:teu", 400),
        ("svc:AIR-KMG-BKK:2026-12-02:0:kg", 6000),
        ("svc:AIR-KMG-BKK:2026-12-02:0:pos", 2),
        ("svc:RAIL-KMG-VTE:2026-12-02:0:kg", UNLIMITED),
        ("quota:TRK-CNKMG-THBKK:2026-12-02", 3),
        ("quota:TRK-LAVTE-THBKK:2026-12-02", UNLIMITED),
        # 300 trucks a day, of which a hundredth is firm; the id holds a colon itself.
        ("border:MOHAN-BOTEN-ROAD:CN-LA:2026-12-02", 3),
        ("border:HUAYXAI-CHIANGKHONG-ROAD:LA-TH:2026-12-02", 30),
    ],
)
def test_capacity(network, resource, amount):
    assert capacity(network, resource) == amount


def test_unknown_kind_of_resource_is_refused(network):
    with pytest.raises(ValueError, match="resource id"):
        capacity(network, "dock:1")


def test_loose_cargo_takes_the_larger_share_of_a_teu_rounded_up(network):
    # 3300 dm3 of 33000, 2171 kg of 21700.
    assert loose_teu_c(network, 1, 3300) == 10
    assert loose_teu_c(network, 2171, 3300) == 11


def test_modes_and_classes_are_those_that_all_take(network):
    assert customs_modes_through(network, []) == frozenset(network.data.customs_modes)
    assert "0110" in customs_modes_through(network, ["MOHAN-BOTEN-ROAD:CN-LA"])
    assert cargo_classes_taken(network, ["", "RAIL-KMG-VTE"]) == {"general", "perishable"}
