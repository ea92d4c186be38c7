from __future__ import annotations

import pytest

from optimizer.datasets.places import place_note, preferred, resolve_place
from optimizer.errors import Finding


@pytest.mark.parametrize(
    ("text", "facility_id"),
    [
        ("CNKMG-WJX", "CNKMG-WJX"),
        ("cnkmg-wjx", "CNKMG-WJX"),
        # Two facilities share CNKMG: both consolidate, both have two modes and two customs modes,
        # so the first id is taken.
        ("CNKMG", "CNKMG-KMG"),
        ("CN KMG", "CNKMG-KMG"),
        ("bkk", "THBKK-BKK"),
        ("LAVTE", "LAVTE-TNT"),
    ],
)
def test_codes(network, text, facility_id):
    place = resolve_place(text, network)
    assert not isinstance(place, Finding)
    facility = network.facilities[facility_id]
    assert (place.facility_id, place.lat, place.lon, place.country) == (
        facility_id,
        facility.lat,
        facility.lon,
        facility.country,
    )


def test_preferred_facility_consolidates_then_has_most_modes(network):
    border, airport, terminal = (
        network.facilities[i] for i in ("CNMOH-BDR", "CNKMG-KMG", "CNKMG-WJX")
    )
    assert preferred([border, terminal]) is terminal
    assert preferred([terminal, airport]) is preferred([airport, terminal]) is airport


def test_point_is_in_the_country_of_the_nearest_facility(network):
    place = resolve_place("17.5, 102.5", network)
    assert not isinstance(place, Finding)
    assert (place.facility_id, place.lat, place.lon, place.country) == ("", 17.5, 102.5, "LA")
    assert resolve_place("17.5，102.5", network) == place


@pytest.mark.parametrize(
    ("text", "code", "hint"),
    [
        ("102.71,25.04", "S318", "25.04,102.71"),
        ("225,302", "S319", "-90 to 90"),
        ("91,-181", "S319", "-90 to 90"),
        ("CNKMG-WXJ", "S317", "CNKMG-WJX"),
        ("Bangkok", "S317", "THBKK-BKK"),
        ("vte", "S317", "LAVTE-TNT"),
        ("曼谷机场", "S317", "THBKK-BKK"),
        ("nowhere at all", "S317", "facility id"),
    ],
)
def test_findings_say_what_was_meant(network, text, code, hint):
    finding = resolve_place(text, network)
    assert isinstance(finding, Finding)
    assert finding.code == code
    assert hint in finding.remedy


def test_swapped_point_inside_both_ranges(network):
    # Cairo-like (30, 31) is far from the network both ways round, so it is taken as it is.
    assert not isinstance(resolve_place("30,31", network), Finding)


def test_note_says_what_was_chosen(network):
    def note(text):
        place = resolve_place(text, network)
        assert not isinstance(place, Finding)
        return place_note(text, place, network)

    assert note("CNKMG-WJX") == ""
    assert "CNKMG-KMG" in note("CNKMG")
    assert "one of 2 facilities" in note("CNKMG")
    assert "LA" in note("17.5,102.5")
