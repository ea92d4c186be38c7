"""One warning, one shipment that deserves it and one that does not."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from optimizer.demand.checks import check_shipments
from optimizer.domain.border import BorderStatus
from optimizer.domain.network_data import NetworkData
from optimizer.domain.shipment import Shipment
from optimizer.errors import Finding
from tests.factories import EPOCH, at_point, make_cargo_class, make_customs_mode, make_shipment
from tests.toy.corridor import BANGKOK_DRY, KUNMING_RAIL, VIENTIANE, make_corridor


def _shipment(shipment_id: str = "BAD", **changes: object) -> Shipment:
    return replace(make_shipment(shipment_id, KUNMING_RAIL, BANGKOK_DRY), **changes)


def _check(data: NetworkData, *shipments: Shipment) -> dict[str, Finding]:
    findings = check_shipments(data, [_shipment("GOOD"), *shipments], planned_at=EPOCH)
    assert all("GOOD" not in finding.where for finding in findings)
    return {finding.code: finding for finding in findings}


def test_a_good_shipment_has_no_findings() -> None:
    assert _check(make_corridor()) == {}


def test_s350_nobody_carries_the_class() -> None:
    data = make_corridor()
    data = replace(data, cargo_classes=data.cargo_classes | {"odd": make_cargo_class("odd")})
    findings = _check(data, _shipment(cargo_class="odd"))
    assert findings["S350"].where == "BAD"
    assert findings["S350"].what.startswith("1 shipment:")


def test_s351_out_of_reach() -> None:
    desert = at_point(lat=40.0, lon=85.0, country="CN")
    findings = _check(make_corridor(), _shipment(origin=desert))
    assert set(findings) == {"S351", "S354"}


def test_s352_and_s353_nobody_declares_the_mode() -> None:
    data = make_corridor()
    data = replace(data, customs_modes=data.customs_modes | {"1039": make_customs_mode("1039")})
    facilities = dict(data.facilities)
    facilities["THBKK-LKB"] = replace(
        facilities["THBKK-LKB"], customs_modes=frozenset({"0110", "1039"})
    )
    exports = _check(replace(data, facilities=facilities), _shipment(customs_mode="1039"))
    assert "S352" in exports
    assert "S353" not in exports
    facilities = dict(data.facilities)
    facilities["CNKMG-WJX"] = replace(
        facilities["CNKMG-WJX"], customs_modes=frozenset({"0110", "1039"})
    )
    imports = _check(replace(data, facilities=facilities), _shipment(customs_mode="1039"))
    assert "S353" in imports
    assert "S352" not in imports


def test_s354_nothing_joins_the_ends() -> None:
    data = make_corridor()
    closed = {
        key: replace(crossing, status=BorderStatus.CLOSED)
        for key, crossing in data.crossings.items()
    }
    stuck = make_shipment("BAD", KUNMING_RAIL, VIENTIANE)
    # The good one still flies.
    assert set(_check(replace(data, crossings=closed), stuck)) == {"S354"}


def test_s355_not_enough_time() -> None:
    # Kunming to Bangkok is 1,272 km: 84 minutes of a jet, 240 of export and 480 of import
    # clearance: 804 minutes.
    data = make_corridor()
    enough, short = timedelta(minutes=805), timedelta(minutes=803)
    assert _check(data, _shipment(latest_at=EPOCH + enough)) == {}
    assert set(_check(data, _shipment(latest_at=EPOCH + short))) == {"S355"}


def test_s356_mode_of_the_other_direction() -> None:
    data = make_corridor()
    modes = data.customs_modes | {"1210": make_customs_mode("1210", export=False)}
    findings = _check(replace(data, customs_modes=modes), _shipment(customs_mode="1210"))
    assert set(findings) == {"S356"}


def test_many_are_one_finding_with_a_count() -> None:
    desert = at_point(lat=40.0, lon=85.0, country="CN")
    wrong = [_shipment(f"B{i}", origin=desert) for i in range(7)]
    finding = _check(make_corridor(), *wrong)["S351"]
    assert finding.what.startswith("7 shipments:")
    assert finding.where == "B0, B1, B2, B3, B4, and 2 more"
