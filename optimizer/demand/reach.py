"""Which facilities a shipment could reach at all, whatever the time, the price and the capacity."""

from __future__ import annotations

from collections import deque
from math import asin, cos, radians, sin, sqrt

from optimizer.domain.border import BorderStatus
from optimizer.domain.location import Facility
from optimizer.domain.network_data import NetworkData
from optimizer.domain.service import Section
from optimizer.domain.shipment import Place
from optimizer.network.connectors import reach_of

EARTH_RADIUS_KM = 6371.0088
RUNNING = "running"
CHINA = "CN"


def great_circle_km(lat: float, lon: float, other_lat: float, other_lon: float) -> float:
    """Great-circle distance of two points in degrees, by the haversine."""
    half_lat = sin(radians(other_lat - lat) / 2)
    half_lon = sin(radians(other_lon - lon) / 2)
    chord = half_lat**2 + cos(radians(lat)) * cos(radians(other_lat)) * half_lon**2
    return 2 * EARTH_RADIUS_KM * asin(sqrt(chord))


def distance_km(place: Place | Facility, other: Place | Facility) -> float:
    """Great-circle distance of two places."""
    return great_circle_km(place.lat, place.lon, other.lat, other.lon)


def nearest_facility(data: NetworkData, lat: float, lon: float) -> Facility:
    """The facility nearest to a point, by id among equals."""
    return min(
        data.facilities.values(),
        key=lambda f: (great_circle_km(lat, lon, f.lat, f.lon), f.facility_id),
    )


def place_at(data: NetworkData, facility_id: str) -> Place:
    """The place of a facility."""
    facility = data.facilities[facility_id]
    return Place(
        facility_id=facility_id, lat=facility.lat, lon=facility.lon, country=facility.country
    )


def facilities_near(data: NetworkData, place: Place) -> list[str]:
    """
    Facilities that one connector joins with a place (rule T6), and the place itself if it is one.

    Sorted by id.
    """
    facility_ids = tuple(data.facilities)
    near = {facility_ids[index] for index in reach_of(data, place).facilities.tolist()}
    return sorted(near | {place.facility_id} - {""})


def offers_near(data: NetworkData, place: Place, customs_mode: str) -> bool:
    """Whether a facility within a connector of the place offers a customs mode."""
    return any(
        customs_mode in data.facilities[facility_id].customs_modes
        for facility_id in facilities_near(data, place)
    )


def runs_the_right_way(
    data: NetworkData, origin: Place, destination: Place, customs_mode: str
) -> bool:
    """Whether a mode, which is one of Chinese customs, serves exports or imports as it has to."""
    mode = data.customs_modes[customs_mode]
    if origin.country == destination.country:
        return True
    leaves_well = origin.country != CHINA or mode.export
    return leaves_well and (destination.country != CHINA or mode.import_)


class Reachability:
    """
    Static reachability for one customs mode and cargo class.

    Hops of running services and truck lanes that take the class, whose crossings are not closed
    and offer the mode, and connectors between them. Clearance, timetables, prices and capacities
    are left out, so "not reachable" is certain and "reachable" is not a promise.

    Parameters
    ----------
    crosses_borders
        False for a domestic shipment, which may not (rule T7).
    """

    def __init__(
        self,
        data: NetworkData,
        *,
        customs_mode: str,
        cargo_class: str,
        crosses_borders: bool = True,
    ) -> None:
        self._data = data
        self._customs_mode = customs_mode
        self._crosses_borders = crosses_borders
        self._next: dict[str, set[str]] = {facility_id: set() for facility_id in data.facilities}
        self._near: dict[str, list[str]] = {}
        self._reached: dict[str, frozenset[str]] = {}
        for service in data.services.values():
            if service.status != RUNNING or cargo_class not in service.cargo_classes:
                continue
            for first, call in enumerate(service.calls):
                for following in service.calls[first + 1 :]:
                    if not self._passable(following.sections):
                        break
                    self._next[call.facility_id].add(following.facility_id)
        for lane in data.truck_lanes.values():
            takes = lane.status == RUNNING and cargo_class in lane.cargo_classes
            if takes and self._passable(lane.sections):
                self._next[lane.from_facility_id].add(lane.to_facility_id)

    def _passable(self, sections: tuple[Section, ...]) -> bool:
        for section in sections:
            if not section.crossing_id:
                continue
            crossing = self._data.crossings[section.crossing_id]
            if (
                not self._crosses_borders
                or crossing.status is BorderStatus.CLOSED
                or self._customs_mode not in crossing.customs_modes
            ):
                return False
        return True

    def _neighbours(self, facility_id: str) -> list[str]:
        if facility_id not in self._near:
            place = place_at(self._data, facility_id)
            self._near[facility_id] = facilities_near(self._data, place)
        return self._near[facility_id]

    def _from(self, facility_id: str) -> frozenset[str]:
        """Facilities reached from one, itself included."""
        if facility_id not in self._reached:
            # States tell whether the last move was a connector: two in a row are not allowed.
            seen = {(facility_id, False)}
            queue = deque(seen)
            while queue:
                here, drove = queue.popleft()
                onward = {(to, False) for to in self._next[here]}
                if not drove:
                    onward |= {(to, True) for to in self._neighbours(here)}
                queue.extend(sorted(onward - seen))
                seen |= onward
            self._reached[facility_id] = frozenset(here for here, _ in seen)
        return self._reached[facility_id]

    def joins(self, origin: Place, destination: Place) -> bool:
        """Whether any chain of moves leads from origin to destination."""
        data = self._data
        starts = {origin.facility_id} if origin.facility_id else set(facilities_near(data, origin))
        if destination.facility_id:
            ends = {destination.facility_id}
        else:
            ends = set(facilities_near(data, destination))
        return any(not ends.isdisjoint(self._from(start)) for start in sorted(starts))
