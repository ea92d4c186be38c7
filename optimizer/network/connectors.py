"""Short road moves inside a country, between facilities and to points: rule T6."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import ceil
from typing import TYPE_CHECKING, cast

import numpy as np
from numpy.typing import NDArray

from optimizer.domain.location import Facility
from optimizer.domain.network_data import NetworkData
from optimizer.domain.shipment import Place
from optimizer.kernels.arrays import Ints

if TYPE_CHECKING:
    from optimizer.network.road_ways import Hops
    from optimizer.network.roads import RoadNetwork

EARTH_RADIUS_M = 6371008.8
M_PER_KM = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectorRules:
    """Parameters of connectors, from ``parameters.csv``."""

    max_km: float
    address_max_km: float
    fixed_min: int
    speed_km_per_h: Fraction
    circuity: dict[str, float]
    circuity_default: float
    snap_m: int
    detour_max: float

    @classmethod
    def of(cls, data: NetworkData) -> ConnectorRules:
        """Those of a network."""
        named = data.parameters
        prefix = "circuity_"
        return cls(
            max_km=named["connector_max_km"],
            address_max_km=named["connector_address_max_km"],
            fixed_min=round(named["connector_fixed_min"]),
            speed_km_per_h=Fraction(str(named["connector_speed_km_per_h"])),
            circuity={
                name.removeprefix(prefix): value
                for name, value in named.items()
                if name.startswith(prefix) and name != "circuity_default"
            },
            circuity_default=named["circuity_default"],
            # Without these two no connector uses the road graph.
            snap_m=round(named.get("connector_snap_km", 0) * M_PER_KM),
            detour_max=named.get("connector_detour_max", 0),
        )

    def hops(self, country: str) -> Hops:
        """How hops off the road graph are measured in a country."""
        from optimizer.network.road_ways import Hops

        circuity = self.circuity.get(country, self.circuity_default)
        return Hops(snap_m=self.snap_m, circuity=circuity)

    def straight_m(self, great_circle_m: float, country: str) -> int:
        """Road distance that stands for a great circle in a country."""
        return round(great_circle_m * self.circuity.get(country, self.circuity_default))

    def distance_m(self, great_circle_m: float, country: str, road_m: int | None = None) -> int:
        """
        Distance of a connector.

        Parameters
        ----------
        great_circle_m
            Between its ends.
        country
            Of both ends.
        road_m
            Over the road graph, ``None`` without a way. More than ``connector_detour_max`` great
            circles are taken for a gap in the graph, not for a way.
        """
        straight_m = self.straight_m(great_circle_m, country)
        if road_m is None or road_m > self.detour_max * great_circle_m:
            return straight_m
        return min(road_m, straight_m) if round(great_circle_m) <= self.snap_m else road_m

    def duration_min(self, distance_m: int) -> int:
        """Minutes on the way, with the fixed part."""
        return ceil(distance_m * 60 / (self.speed_km_per_h * M_PER_KM)) + self.fixed_min

    def reach_m(self, *, with_point: bool) -> float:
        """Longest great circle between two facilities, or between a point and a facility."""
        return (self.address_max_km if with_point else self.max_km) * M_PER_KM


def great_circle_m(
    lat_deg: float, lon_deg: float, lats_deg: NDArray[np.float64], lons_deg: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Haversine distances in metres from one point to (n,) points, degrees."""
    lat, lon = np.radians(lat_deg), np.radians(lon_deg)
    lats, lons = np.radians(lats_deg), np.radians(lons_deg)
    chord = (
        np.sin((lats - lat) / 2) ** 2 + np.cos(lat) * np.cos(lats) * np.sin((lons - lon) / 2) ** 2
    )
    return 2 * EARTH_RADIUS_M * np.arcsin(np.minimum(1.0, np.sqrt(chord)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """Connectors between one place and facilities: (n,) facility, metres, minutes."""

    facilities: Ints
    distance_m: Ints
    duration_min: Ints


def reach_of(data: NetworkData, place: Place) -> Reach:
    """
    Facilities within connector reach of a place, the place itself excepted.

    A place that is a facility has the reach of facilities, a point that of addresses.
    """
    rules = ConnectorRules.of(data)
    facilities = tuple(data.facilities.values())
    distances = great_circle_m(
        place.lat,
        place.lon,
        np.array([facility.lat for facility in facilities]),
        np.array([facility.lon for facility in facilities]),
    )
    limit_m = rules.reach_m(with_point=not place.facility_id)
    found = [
        index
        for index, facility in enumerate(facilities)
        if facility.country == place.country
        and facility.facility_id != place.facility_id
        and distances[index] <= limit_m
    ]
    direct_m = [float(distances[index]) for index in found]
    over_roads = _over_roads(data, rules, place, [facilities[index] for index in found], direct_m)
    metres = [
        rules.distance_m(direct, place.country, road)
        for direct, road in zip(direct_m, over_roads, strict=True)
    ]
    return Reach(
        facilities=np.array(found, dtype=np.int64),
        distance_m=np.array(metres, dtype=np.int64),
        duration_min=np.array([rules.duration_min(one) for one in metres], dtype=np.int64),
    )


def facility_distance_m(
    data: NetworkData, rules: ConnectorRules, one: Facility, other: Facility, direct_m: float
) -> int:
    """Distance of a connector between two facilities of a country."""
    (road_m,) = _over_roads(data, rules, one, [other], [direct_m])
    return rules.distance_m(direct_m, one.country, road_m)


def _over_roads(
    data: NetworkData,
    rules: ConnectorRules,
    place: Place | Facility,
    facilities: Sequence[Facility],
    direct_m: Sequence[float],
) -> list[int | None]:
    """Metres over roads to facilities: from the table for a facility, by the graph for a point."""
    roads = data.roads
    if roads is None or not rules.snap_m or not facilities:
        return [None] * len(facilities)
    if place.facility_id:
        return [roads.between_m(place.facility_id, other.facility_id) for other in facilities]
    if roads.load is None:
        return [None] * len(facilities)
    from optimizer.network.road_ways import road_ways

    graph = cast("RoadNetwork", roads.load())
    limit_m = int(rules.detour_max * max(direct_m))
    hops = rules.hops(place.country)
    return road_ways(graph).distances_m(place, facilities, place.country, hops, limit_m)
