"""The compiled network: facts, index maps and the arrays that kernels take."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime

import numpy as np
from numpy.typing import NDArray

from optimizer.domain.border import Clearance
from optimizer.domain.location import Mode
from optimizer.domain.network_data import NetworkData
from optimizer.domain.service import Section
from optimizer.kernels.arrays import Connectors, Ints, Places, Rides, Trucks
from optimizer.network.calendars import ZoneClock
from optimizer.units import minutes_since, moment_at

UNREACHED = 2**31 - 1
"""Minute that never comes; the kernels' sentinel."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """
    Carriage between two facilities that can be bought as one leg, on any day.

    Parameters
    ----------
    ref
        ``service_id`` or truck ``lane_id``; empty for a connector.
    from_call, to_call
        Positions of the calls of a service, else -1.
    sections
        The way, by country; empty for a connector.
    """

    ref: str
    mode: Mode
    tail: int
    head: int
    distance_m: int
    from_call: int = -1
    to_call: int = -1
    sections: tuple[Section, ...] = ()
    crossing_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, weakref_slot=True)
class Network:
    """
    One revision of the network on the time line of a plan.

    Parameters
    ----------
    epoch_at
        Zero of all minutes, UTC.
    horizon_min
        Nothing departs later.
    offers
        Call pairs of services, truck lanes, connectors, in this order: what a kernel's offer
        number means.
    offer_customs, offer_cargo, offer_units
        (n_offers,) bit sets over ``customs_bits``, ``cargo_bits`` and ``unit_bits``: what the leg
        may carry, given every crossing's customs modes. Legs without a border take every customs
        mode, connectors every class of cargo; ``LOOSE`` is one of the units.
    offer_closed
        (n_offers,) bool, whether a closed crossing is on the way: never used.
    n_passed
        (n_offers,) number of crossings on the way.
    ride_voyage
        (n_departures,) ordinal of the local date on which the voyage starts.
    ride_on
        (n_departures,) ordinal of the local date of departure.
    zones
        Wall clocks by IANA name.
    clearance_rows
        By direction, country and customs mode.
    """

    data: NetworkData
    epoch_at: datetime
    horizon_min: int
    facility_ids: tuple[str, ...]
    facility_index: dict[str, int]
    crossing_ids: tuple[str, ...]
    crossing_index: dict[str, int]
    customs_bits: dict[str, int]
    cargo_bits: dict[str, int]
    unit_bits: dict[str, int]
    offers: tuple[Offer, ...]
    offer_customs: Ints
    offer_cargo: Ints
    offer_units: Ints
    offer_closed: NDArray[np.bool_]
    n_passed: Ints
    places: Places
    rides: Rides
    trucks: Trucks
    connectors: Connectors
    ride_voyage: Ints
    ride_on: Ints
    zones: dict[str, ZoneClock]
    clearance_rows: dict[tuple[str, str, str], Clearance]

    @property
    def n_facilities(self) -> int:
        """Number of facilities, which are the nodes."""
        return len(self.facility_ids)

    @property
    def n_departures(self) -> int:
        """Number of timetabled departures, one for each call pair of each voyage."""
        return len(self.rides.departs_min)

    def minute(self, at: datetime) -> int:
        """Minutes of a moment since the epoch."""
        return minutes_since(self.epoch_at, at)

    def moment(self, minute: int) -> datetime:
        """The UTC moment of a minute."""
        return moment_at(self.epoch_at, minute)

    def clock(self, zone: str) -> ZoneClock:
        """Wall clock of a zone."""
        known = self.zones.get(zone)
        if known is None:
            first = self.epoch_at.astimezone(UTC).date().toordinal()
            known = ZoneClock(zone, self.epoch_at, first - 1, first + 1)
        return known

    def local_date(self, zone: str, minute: int) -> date:
        """Local date of a minute."""
        return self.clock(zone).local(minute).date()

    def next_open_facility(self, facility_id: str, minute: int) -> int:
        """Smallest minute not before ``minute`` at which a facility is open, or ``UNREACHED``."""
        return self._next_open(self.facility_index[facility_id], minute)

    def next_open_crossing(self, crossing_id: str, minute: int) -> int:
        """Smallest minute not before ``minute`` at which a crossing is open, or ``UNREACHED``."""
        return self._next_open(self.n_facilities + self.crossing_index[crossing_id], minute)

    def last_open_facility(self, facility_id: str, minute: int) -> int:
        """Largest minute not after ``minute`` at which a facility is open, or ``-UNREACHED``."""
        opens, closes = self._intervals(self.facility_index[facility_id])
        at = int(np.searchsorted(opens, minute, side="right")) - 1
        return -UNREACHED if at < 0 else min(minute, int(closes[at]) - 1)

    def _intervals(self, place: int) -> tuple[Ints, Ints]:
        low, high = self.places.open_first[place], self.places.open_first[place + 1]
        return self.places.opens[low:high], self.places.closes[low:high]

    def _next_open(self, place: int, minute: int) -> int:
        opens, closes = self._intervals(place)
        at = int(np.searchsorted(closes, minute, side="right"))
        return UNREACHED if at == len(closes) else max(minute, int(opens[at]))
