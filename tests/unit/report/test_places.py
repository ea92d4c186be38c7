from dataclasses import replace

import pytest

from optimizer.report.places import EARTH_RADIUS_M, Gazetteer, haversine_m
from tests.toy.sample_places import make_network
from tests.toy.tiny_result import EPOCH


@pytest.fixture
def places() -> Gazetteer:
    return Gazetteer(make_network(), EPOCH)


def test_a_quarter_of_the_equator() -> None:
    assert haversine_m(0, 0, 0, 90) == pytest.approx(EARTH_RADIUS_M * 3.141592653589793 / 2)


def test_local_times_follow_the_place(places: Gazetteer) -> None:
    assert places.local("CNKMG-WJX", 60).isoformat() == "2026-09-07T01:00:00+08:00"
    assert places.local("DEDUI-RT", 60).isoformat() == "2026-09-06T19:00:00+02:00"


def test_an_address_is_named_after_the_nearest_facility_and_keeps_its_clock(
    places: Gazetteer,
) -> None:
    spot = places.spot("21.90,96.00")
    assert spot.kind == "point"
    assert spot.name_en == "address near Mandalay"
    assert spot.short_name == "near Mandalay"
    assert str(spot.zone) == "Asia/Yangon"


def test_short_names_drop_what_kind_of_place_it_is(places: Gazetteer) -> None:
    assert places.spot("CNKMG-KMG").short_name == "Kunming Changshui"
    assert places.spot("MOHAN-BOTEN-RAIL:CN-LA").short_name == "Mohan–Boten"


def test_unknown_labels_are_refused(places: Gazetteer) -> None:
    with pytest.raises(KeyError, match="CNXXX-NIX"):
        places.spot("CNXXX-NIX")


def test_places_of_one_name_are_told_apart_by_what_they_are() -> None:
    data = make_network()
    facilities = dict(data.facilities)
    for key in ("VNHAN-RD", "VNSGN-RD", "LAVTE-TNL"):
        facilities[key] = replace(facilities[key], name_en="Town freight hub")
    places = Gazetteer(replace(data, facilities=facilities), EPOCH)
    assert places.spot("LAVTE-TNL").short_name == "Town (rail)"
    # Both are road hubs: only the id tells them apart.
    assert places.spot("VNHAN-RD").short_name == "Town (VNHAN-RD)"
