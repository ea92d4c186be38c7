"""Why there is no way: one rule at a time."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from optimizer.domain.border import BorderStatus
from optimizer.models.routing.quote import quote
from optimizer.network.build import build_network
from tests.factories import EPOCH, at_facility, at_point, make_facility, make_shipment
from tests.toy.corridor import BANGKOK_DRY, KUNMING_RAIL, TRAIN, VIENTIANE, make_corridor

SHIPMENT = make_shipment("S", KUNMING_RAIL, BANGKOK_DRY, gross_kg=1500, volume_dm3=7000)


def _codes(data, shipment, **changes):
    network = build_network(data, epoch_at=EPOCH, horizon_days=14)
    result = quote(network, replace(shipment, **changes))
    assert not result.itineraries
    return {reason.code: reason for reason in result.reasons}


def test_latest_time_says_how_many_minutes_are_missing():
    # By air it is there at minute 1688 at the earliest.
    found = _codes(make_corridor(), SHIPMENT, latest_at=EPOCH + timedelta(minutes=1600))
    assert list(found) == ["U808"]
    assert found["U808"].amount_min == 88
    assert "2026-12-01T04:08" in found["U808"].resource


def test_customs_mode_that_nobody_offers():
    found = _codes(make_corridor(), SHIPMENT, customs_mode="1039")
    assert set(found) == {"U803"}


def test_customs_mode_missing_at_one_end_names_the_end():
    data = make_corridor()
    facilities = {
        key: replace(one, customs_modes=one.customs_modes - {"9610"})
        if one.country == "TH"
        else one
        for key, one in data.facilities.items()
    }
    network = build_network(replace(data, facilities=facilities), epoch_at=EPOCH)
    reasons = quote(network, replace(SHIPMENT, customs_mode="9610")).reasons
    assert [(one.code, one.resource) for one in reasons] == [("U803", "import:TH")]


def test_closed_crossings_are_named():
    data = make_corridor()
    crossings = {
        key: replace(one, status=BorderStatus.CLOSED) if "MOHAN" in key else one
        for key, one in data.crossings.items()
    }
    data = replace(data, crossings=crossings, services={"RAIL-KMG-VTE": TRAIN})
    found = _codes(data, SHIPMENT)
    assert list(found) == ["U804"]
    assert "MOHAN-BOTEN-RAIL:CN-LA" in found["U804"].resource
    assert "as of 2026-11-01" in found["U804"].detail


def test_cargo_class_that_nobody_takes():
    assert list(_codes(make_corridor(), SHIPMENT, cargo_class="dangerous")) == ["U805"]


def test_no_facility_in_reach():
    lost = at_point(lat=45.0, lon=90.0, country="CN")
    found = _codes(make_corridor(), make_shipment("S", lost, BANGKOK_DRY))
    assert list(found) == ["U801"]
    assert found["U801"].resource == "45.0000,90.0000"


def test_no_connection_at_all():
    data = make_corridor()
    island = make_facility("MYPEN-X", country="MY", lat=5.4, lon=100.3)
    data = replace(data, facilities=data.facilities | {"MYPEN-X": island})
    assert list(_codes(data, make_shipment("S", KUNMING_RAIL, at_facility(island)))) == ["U802"]


def test_no_rate_card():
    data = replace(make_corridor(), rate_cards=())
    assert list(_codes(data, SHIPMENT)) == ["U807"]


def test_booking_closed_and_nothing_in_the_horizon():
    data = replace(make_corridor(), truck_lanes={})
    shipment = make_shipment("S", KUNMING_RAIL, VIENTIANE)
    late = EPOCH + timedelta(days=13)
    assert list(_codes(data, shipment, booked_at=late)) == ["U809"]
    assert list(_codes(data, shipment, ready_at=late)) == ["U810"]


def test_too_large_for_any_allotment():
    data = replace(make_corridor(), truck_lanes={})
    shipment = make_shipment("S", KUNMING_RAIL, VIENTIANE, gross_kg=300_000, volume_dm3=300_000)
    assert list(_codes(data, shipment)) == ["U811"]


@pytest.mark.parametrize("n_rules", [2])
def test_two_rules_together_are_both_given(n_rules):
    data = replace(make_corridor(), rate_cards=())
    found = _codes(data, SHIPMENT, cargo_class="dangerous")
    assert set(found) == {"U805", "U807"}
    assert len(found) == n_rules
