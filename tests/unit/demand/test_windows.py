"""Windows: what is left after the least time."""

from __future__ import annotations

from datetime import timedelta

from optimizer.demand.reach import great_circle_km
from optimizer.demand.windows import window_of
from tests.factories import EPOCH, make_shipment
from tests.toy.corridor import BANGKOK_DRY, KUNMING_AIR, KUNMING_RAIL, make_corridor


def test_least_time_is_a_jet_and_both_clearances() -> None:
    shipment = make_shipment(
        "S", KUNMING_RAIL, BANGKOK_DRY, latest_at=EPOCH + timedelta(days=1), customs_mode="9610"
    )
    window = window_of(make_corridor(), shipment, planned_at=EPOCH)
    flight_min = great_circle_km(25.0, 102.8, 13.73, 100.78) / 900 * 60
    # 9610 leaves China in 60 minutes and enters Thailand in 480.
    assert window.needs_min == int(flight_min) + 60 + 480
    assert window.spare_min == 1440 - window.needs_min


def test_nothing_starts_before_the_plan() -> None:
    shipment = make_shipment("S", KUNMING_RAIL, BANGKOK_DRY)
    later_at = EPOCH + timedelta(hours=5)
    window = window_of(make_corridor(), shipment, planned_at=later_at)
    assert window.opens_at == later_at
    assert window.spare_min is None


def test_inside_a_country_nothing_is_cleared() -> None:
    shipment = make_shipment("S", KUNMING_RAIL, KUNMING_AIR)
    # 17 km at 900 km/h is one minute and some seconds.
    assert window_of(make_corridor(), shipment, planned_at=EPOCH).needs_min == 1
