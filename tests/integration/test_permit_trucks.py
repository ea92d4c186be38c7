"""Trucks with a GMS permit pass the gate without a swap: quicker and cheaper there, only there."""

from __future__ import annotations

import pytest

from optimizer.datasets.read import read_network
from optimizer.domain.border import Crossing, Interchange
from optimizer.domain.network_data import NetworkData

pytestmark = pytest.mark.data

PERMIT = "-GMS"
MFEN_PER_CNY = 100_000


@pytest.fixture(scope="module")
def data() -> NetworkData:
    return read_network()


def gates(data: NetworkData) -> list[tuple[Crossing, Crossing]]:
    """Each crossing for permit trucks, and the same gate with a swap."""
    return [
        (crossing, data.crossings[crossing_id.replace(f"{PERMIT}:", "-ROAD:")])
        for crossing_id, crossing in data.crossings.items()
        if f"{PERMIT}:" in crossing_id
    ]


def test_permit_lanes_meet_no_swap_and_others_no_permit_gate(data: NetworkData) -> None:
    permit = {crossing.crossing_id for crossing, _ in gates(data)}
    for lane_id, lane in data.truck_lanes.items():
        passed = {section.crossing_id for section in lane.sections if section.crossing_id}
        if lane_id.endswith(PERMIT):
            assert all(data.crossings[one].interchange is Interchange.NONE for one in passed)
            assert passed & permit, lane_id
            assert lane.quota_per_day > 0, lane_id
        else:
            assert not passed & permit, lane_id


def test_the_gate_is_the_same_but_for_the_swap(data: NetworkData) -> None:
    assert len(gates(data)) == 8
    for crossing, swapped in gates(data):
        assert swapped.interchange is Interchange.TRUCK_SWAP
        for name in ("hours", "customs_modes", "status", "lat", "timezone"):
            assert getattr(crossing, name) == getattr(swapped, name), crossing.crossing_id
        # CNY 800 to 1000 a truck are saved (S13).
        saved = swapped.unit_cost_mfen - crossing.unit_cost_mfen
        assert 800 * MFEN_PER_CNY <= saved <= 1000 * MFEN_PER_CNY
        assert crossing.firm_share < swapped.firm_share


def test_no_swap_is_taken_off_the_rate_again(data: NetworkData) -> None:
    cards = {card.rate_id: card for card in data.rate_cards}
    cny = {rate.currency: float(rate.cny_per_unit) for rate in data.exchange_rates}
    # Bangkok by R3A: 688 x 1.4 + 228 x 2.5 + 920 x 1.4 = 2821.2 USD, 8 % more with a permit.
    for lane, usd in (("TRK-CNKMG-THBKK", 2821.2), ("TRK-CNKMG-THBKK-GMS", 2821.2 * 1.08)):
        card = cards[f"{lane}/T136"]
        # Money is in CNY once the tables are read.
        way_usd = card.per_km_mfen * 1836 / MFEN_PER_CNY / cny["USD"]
        assert way_usd == pytest.approx(usd, rel=1e-4), lane
