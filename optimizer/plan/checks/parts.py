"""What the parts of a plan refer to in the network: ends, ways, rides, stops, moves."""

from __future__ import annotations

from dataclasses import dataclass
from math import asin, cos, radians, sin, sqrt

from optimizer.domain.border import Crossing
from optimizer.domain.location import Facility, Mode
from optimizer.domain.service import Section, Service, TruckLane
from optimizer.domain.shipment import Shipment
from optimizer.plan.itinerary import ClearanceEvent, Leg
from optimizer.plan.load import Load

EARTH_RADIUS_M = 6_371_008.8


@dataclass(frozen=True, slots=True, kw_only=True)
class End:
    """One end of a leg: a facility, or the point of a shipment."""

    label: str
    facility: Facility | None
    lat: float
    lon: float
    country: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """
    What the network says about the way of a leg.

    Parameters
    ----------
    product
        Service or truck lane; ``None`` for a connector.
    sections
        In order; empty for a connector.
    timezone
        Zone in which the date of departure is read: of the end that is a facility.
    crosses_border
        Whether the ride leaves a customs territory, on the ground or in the air.
    """

    mode: Mode
    product: Service | TruckLane | None
    origin: End
    destination: End
    sections: tuple[Section, ...]
    crossings: tuple[Crossing, ...]
    timezone: str
    crosses_border: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Ride:
    """
    One leg of its own, or all the legs of a shipment inside one load.

    Parameters
    ----------
    first
        Position of its first leg in the itinerary.
    load
        The load; ``None`` for a leg of its own, and for a load that the plan does not have.
    """

    first: int
    legs: tuple[Leg, ...]
    load: Load | None

    @property
    def departs_min(self) -> int:
        """Departure of the first leg."""
        return self.legs[0].departs_min

    @property
    def available_min(self) -> int:
        """When the shipment can go on: after stripping where it rode in a load."""
        return self.load.released_min if self.load else self.legs[-1].available_min


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """
    A place where a shipment is between rides; the first is its origin, the last the destination.

    Parameters
    ----------
    available_min
        Arrived and unloaded, or ready at the origin.
    ready_min
        The same after the clearances that happen here.
    """

    label: str
    available_min: int
    ready_min: int
    clearances: tuple[ClearanceEvent, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """A leg that somebody pays: of a shipment on its own, or of a load."""

    where: str
    leg: Leg
    way: Way
    shipment: Shipment | None
    load: Load | None


def great_circle_m(origin: End, destination: End) -> float:
    """Metres on the sphere between two ends."""
    lat_1, lat_2 = radians(origin.lat), radians(destination.lat)
    d_lat, d_lon = lat_2 - lat_1, radians(destination.lon - origin.lon)
    h = sin(d_lat / 2) ** 2 + cos(lat_1) * cos(lat_2) * sin(d_lon / 2) ** 2
    return 2 * EARTH_RADIUS_M * asin(min(1.0, sqrt(h)))
