"""Static reachability on the toy corridor."""

from __future__ import annotations

from dataclasses import replace

import pytest

from optimizer.demand.reach import (
    Reachability,
    facilities_near,
    great_circle_km,
    nearest_facility,
    offers_near,
    place_at,
    runs_the_right_way,
)
from optimizer.domain.border import BorderStatus
from optimizer.domain.network_data import NetworkData
from tests.factories import at_point, make_customs_mode
from tests.toy.corridor import make_corridor


def _reach(data: NetworkData, mode: str = "0110", cargo: str = "general") -> Reachability:
    return Reachability(data, customs_mode=mode, cargo_class=cargo)


def _close(data: NetworkData, *crossing_ids: str) -> NetworkData:
    closed = {
        crossing_id: replace(data.crossings[crossing_id], status=BorderStatus.CLOSED)
        for crossing_id in crossing_ids
    }
    return replace(data, crossings=data.crossings | closed)


def test_a_degree_of_latitude_is_111_km() -> None:
    # 6371.0088 km * pi / 180 = 111.1951 km.
    assert great_circle_km(10, 100, 11, 100) == pytest.approx(111.1951, abs=1e-4)
    assert great_circle_km(0, 179, 0, -179) == pytest.approx(2 * 111.1951, abs=1e-3)


def test_near_means_one_connector_inside_the_country() -> None:
    data = make_corridor()
    near = facilities_near(data, place_at(data, "CNKMG-WJX"))
    assert near == ["CNKMG-AIR", "CNKMG-WJX"]
    far = at_point(lat=22.0, lon=102.8, country="CN")  # 333 km away: address range, not 150
    assert facilities_near(data, far) == ["CNKMG-AIR", "CNKMG-WJX"]
    assert facilities_near(data, at_point(lat=25.0, lon=102.8, country="VN")) == []
    assert nearest_facility(data, 18.0, 102.0).facility_id == "LAVTE-TNL"


def test_modes_are_offered_by_neighbours_too() -> None:
    data = make_corridor()
    place = place_at(data, "CNKMG-WJX")
    assert offers_near(data, place, "mail")
    assert not offers_near(data, place, "1039")


def test_every_way_closed_one_after_the_other() -> None:
    data = make_corridor()
    origin, bangkok = place_at(data, "CNKMG-WJX"), place_at(data, "THBKK-LKB")
    assert _reach(data).joins(origin, bangkok)
    # By road and rail there is no way once Mohan is closed, but the flight remains.
    shut = _close(data, "MOHAN-BOTEN-RAIL:CN-LA", "MOHAN-BOTEN-ROAD:CN-LA")
    assert _reach(shut).joins(origin, bangkok)
    assert not _reach(shut).joins(origin, place_at(data, "LAVTE-TNL"))
    grounded = {
        key: replace(service, status="suspended") if key == "AIR-KMG-BKK" else service
        for key, service in data.services.items()
    }
    assert not _reach(replace(shut, services=grounded)).joins(origin, bangkok)


def test_a_mode_that_no_crossing_offers_does_not_pass() -> None:
    data = make_corridor()
    vientiane = place_at(data, "LAVTE-TNL")
    assert not _reach(data, mode="1039").joins(place_at(data, "CNKMG-WJX"), vientiane)


def test_no_way_leads_back_and_domestic_stays_inside() -> None:
    data = make_corridor()
    kunming, bangkok = place_at(data, "CNKMG-WJX"), place_at(data, "THBKK-LKB")
    assert not _reach(data).joins(bangkok, kunming)
    inside = Reachability(data, customs_mode="0110", cargo_class="general", crosses_borders=False)
    assert inside.joins(kunming, place_at(data, "CNKMG-AIR"))
    assert not inside.joins(kunming, place_at(data, "LAVTE-TNL"))


def test_points_are_joined_through_facilities_near_them() -> None:
    data = make_corridor()
    suburb = at_point(lat=14.5, lon=100.5, country="TH")
    assert _reach(data).joins(at_point(lat=24.5, lon=102.5, country="CN"), suburb)
    assert not _reach(data).joins(at_point(lat=45.0, lon=82.0, country="CN"), suburb)


def test_modes_have_a_direction() -> None:
    data = make_corridor()
    modes = data.customs_modes | {"9710": make_customs_mode("9710", import_=False)}
    data = replace(data, customs_modes=modes)
    kunming, bangkok = place_at(data, "CNKMG-WJX"), place_at(data, "THBKK-LKB")
    assert runs_the_right_way(data, kunming, bangkok, "9710")
    assert not runs_the_right_way(data, bangkok, kunming, "9710")
    assert runs_the_right_way(data, kunming, kunming, "9710")
