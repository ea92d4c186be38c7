"""Every facility can be served: a train, flight or truck calls there or a short road move away."""

from __future__ import annotations

from math import asin, cos, radians, sin, sqrt

import pytest

from optimizer.datasets.read import read_network
from optimizer.domain.location import Facility

pytestmark = pytest.mark.data

EARTH_RADIUS_KM = 6371.0088
NO_HEAVY_TRUCKS = (
    "heavy trucks are barred between Mandalay and Lashio (S36), so the gate has no way"
)
HANDED_OVER = "trains of one gauge are handed over here without public freight"
EXPLAINED = {
    "MMMUS-SUB": NO_HEAVY_TRUCKS,
    "MMKYK-SUB": NO_HEAVY_TRUCKS,
    "MMCSH-SUB": NO_HEAVY_TRUCKS,
    "MMKPT-SUB": "no open way from Kampaiti into Myanmar was found",
    "MMMYW-SUB": "the bridge is closed to cargo since August 2025 (S59)",
    "MNSUH-SUH": HANDED_OVER,
    "RUNSK-NAU": HANDED_OVER,
}


def great_circle_km(one: Facility, other: Facility) -> float:
    lat1, lon1, lat2, lon2 = (
        radians(value) for place in (one, other) for value in (place.lat, place.lon)
    )
    half = sin((lat2 - lat1) / 2) ** 2 + cos(lat1) * cos(lat2) * sin((lon2 - lon1) / 2) ** 2
    return 2 * EARTH_RADIUS_KM * asin(sqrt(half))


def test_only_explained_facilities_have_no_leg() -> None:
    data = read_network()
    served = {
        call.facility_id
        for service in data.services.values()
        if service.status == "running"
        for call in service.calls
    }
    for lane in data.truck_lanes.values():
        if lane.status == "running":
            served |= {lane.from_facility_id, lane.to_facility_id}
    reach_km = data.parameters["connector_max_km"]
    idle = {
        place.facility_id
        for place in data.facilities.values()
        if place.facility_id not in served
        and not any(
            other.facility_id in served
            and other.country == place.country
            and great_circle_km(place, other) <= reach_km
            for other in data.facilities.values()
        )
    }
    assert idle == set(EXPLAINED)
