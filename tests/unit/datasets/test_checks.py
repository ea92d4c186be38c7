"""Every N2xx check once: the small network has none of the defects, one change brings it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from optimizer.datasets.checks import CHECKS, check_network
from optimizer.datasets.read import read_network
from optimizer.domain.border import Interchange
from optimizer.domain.location import Mode
from optimizer.errors import NetworkError


def with_facility(data, facility_id, **changes):
    changed = replace(data.facilities[facility_id], **changes)
    return replace(data, facilities={**data.facilities, facility_id: changed})


def with_crossing(data, crossing_id, **changes):
    changed = replace(data.crossings[crossing_id], **changes)
    return replace(data, crossings={**data.crossings, crossing_id: changed})


def with_call(data, service_id, position, **changes):
    service = data.services[service_id]
    calls = list(service.calls)
    calls[position] = replace(calls[position], **changes)
    changed = replace(service, calls=tuple(calls))
    return replace(data, services={**data.services, service_id: changed})


def without_section_crossing(data):
    call = data.services["LCR-S"].calls[2]
    first = replace(call.sections[0], crossing_id="")
    return with_call(data, "LCR-S", 2, sections=(first, call.sections[1]))


def with_road_crossing_on_rail(data):
    call = data.services["LCR-S"].calls[2]
    first = replace(call.sections[0], crossing_id="MOHAN-BOTEN-ROAD:CN-LA")
    return with_call(data, "LCR-S", 2, sections=(first, call.sections[1]))


def without(mapping, key):
    return {name: value for name, value in mapping.items() if name != key}


RAIL_OUT = "MOHAN-BOTEN-RAIL:CN-LA"
DEFECTS = {
    "N221": (
        lambda d: with_facility(d, "CNMOH-BDR", modes=frozenset({Mode.ROAD})),
        "LCR-S CNMOH-BDR",
    ),
    "N222": (
        lambda d: with_facility(d, "LAVTE-TNT", gauges_mm=frozenset({1000})),
        "LCR-S LAVTE-TNT",
    ),
    "N223": (without_section_crossing, "LCR-S call 2 in LA"),
    "N224": (with_road_crossing_on_rail, "LCR-S MOHAN-BOTEN-ROAD:CN-LA"),
    # The border is reached at 1+04:00, 1680 minutes, and left at 1+03:59.
    "N225": (lambda d: with_call(d, "LCR-S", 1, depart_min=1679), "LCR-S call 1"),
    "N226": (
        lambda d: replace(d, rate_cards=tuple(c for c in d.rate_cards if c.scope != "AIR-BKK")),
        "AIR-BKK",
    ),
    "N227": (
        lambda d: replace(d, crossings=without(d.crossings, RAIL_OUT)),
        f"LCR-S {RAIL_OUT}",
    ),
    "N228": (
        lambda d: replace(d, crossings=without(d.crossings, "MOHAN-BOTEN-ROAD:CN-LA")),
        "MOHAN-BOTEN-ROAD:CN-LA",
    ),
    "N229": (lambda d: with_crossing(d, RAIL_OUT, throughput_per_day=-1), RAIL_OUT),
    "N230": (lambda d: with_crossing(d, RAIL_OUT, dwell={}), RAIL_OUT),
    "N231": (lambda d: replace(d, clearances=d.clearances[1:2]), "export CN 0110"),
    "N232": (lambda d: replace(d, inspections=d.inspections[1:]), "senior_certified rail"),
    "N233": (
        lambda d: replace(
            d, emission_factors=tuple(f for f in d.emission_factors if f.traction != "truck")
        ),
        "road truck CN",
    ),
}


def test_small_network_is_clean(network):
    assert check_network(network) == []


@pytest.mark.parametrize("code", sorted(DEFECTS))
def test_defect_is_found_and_named(network, code):
    spoil, ids = DEFECTS[code]
    found = {checked.finding.code: checked for checked in check_network(spoil(network))}
    assert code in found
    assert ids in found[code].finding.where
    assert found[code].finding.remedy


def test_every_check_has_a_case():
    assert [check.code for check in CHECKS] == sorted(DEFECTS)


def test_gauge_is_not_known_beyond_a_gauge_change(network):
    changed = with_facility(network, "LAVTE-TNT", gauges_mm=frozenset({1000}))
    changed = with_crossing(changed, RAIL_OUT, interchange=Interchange.GAUGE_CHANGE)
    assert check_network(changed) == []


def test_local_clocks_are_compared_in_their_zones(network):
    # Leaves Kunming 23:00 (15:00 UTC); 22:30 in Bangkok is 15:30 UTC, later although it reads less.
    assert check_network(with_call(network, "AIR-BKK", 1, arrive_min=22 * 60 + 30)) == []
    found = check_network(with_call(network, "AIR-BKK", 1, arrive_min=22 * 60))
    assert [checked.finding.code for checked in found] == ["N225"]


def test_many_ids_are_cut_after_five(network):
    found = check_network(replace(network, inspections=()))
    # Five classes, rail and road.
    (finding,) = [checked.finding for checked in found]
    assert finding.what.startswith("10 ")
    assert finding.where.endswith("and 5 more")


def test_strict_findings_stop_the_reading_and_warnings_do_not(package):
    package.drop_row("rate_cards", 2)
    assert package.findings() == ()
    package.set("borders", 2, "mode", "road")
    codes = [finding.code for finding in package.findings()]
    assert codes == ["N224"]
    with pytest.raises(NetworkError, match="LCR-S MOHAN-BOTEN-RAIL:CN-LA"):
        read_network(package.root)
