"""Short road moves: distances, durations, reach."""

from __future__ import annotations

import numpy as np
import pytest

from optimizer.network.build import build_network
from optimizer.network.connectors import ConnectorRules, great_circle_m, reach_of
from tests.factories import EPOCH, at_facility, at_point, make_facility, make_network_data


def test_a_degree_of_latitude_is_a_360th_of_the_meridian():
    distance = great_circle_m(10.0, 100.0, np.array([11.0]), np.array([100.0]))[0]
    assert distance == pytest.approx(np.pi * 6371008.8 / 180)


def test_duration_is_driving_rounded_up_and_a_fixed_part():
    rules = ConnectorRules.of(make_network_data())
    # 60 km/h: a minute a kilometre, and 30 minutes.
    assert rules.duration_min(25_000) == 55
    assert rules.duration_min(25_001) == 56


def test_circuity_of_the_country_goes_before_the_default():
    rules = ConnectorRules.of(make_network_data(parameters={"circuity_CN": 1.5}))
    assert rules.distance_m(1000.0, "CN") == 1500
    assert rules.distance_m(1000.0, "LA") == 1300


def test_connectors_join_facilities_of_one_country_within_reach():
    # A degree of longitude at the equator is 111.2 km: within 150 km, two degrees are not.
    facilities = [
        make_facility("CNAAA-X", lat=0.0, lon=100.0),
        make_facility("CNBBB-X", lat=0.0, lon=101.0),
        make_facility("CNCCC-X", lat=0.0, lon=102.0),
        make_facility("LAAAA-X", lat=0.0, lon=100.1),
    ]
    network = build_network(make_network_data(facilities=facilities), epoch_at=EPOCH)
    pairs = {
        (network.facility_ids[offer.tail], network.facility_ids[offer.head])
        for offer in network.offers
    }
    assert pairs == {
        ("CNAAA-X", "CNBBB-X"),
        ("CNBBB-X", "CNAAA-X"),
        ("CNBBB-X", "CNCCC-X"),
        ("CNCCC-X", "CNBBB-X"),
    }


def test_points_reach_farther_than_facilities():
    facilities = [
        make_facility("CNAAA-X", lat=0.0, lon=100.0),
        make_facility("CNBBB-X", lat=0.0, lon=103.0),
    ]
    data = make_network_data(facilities=facilities)
    # 3 degrees are 333 km: above 150, below 400.
    assert reach_of(data, at_facility(facilities[0])).facilities.tolist() == []
    point = at_point(lat=0.0, lon=100.0, country="CN")
    assert reach_of(data, point).facilities.tolist() == [0, 1]
    abroad = at_point(lat=0.0, lon=100.0, country="LA")
    assert reach_of(data, abroad).facilities.tolist() == []
