"""Carriers' products: timetabled services, and trucks on demand."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from optimizer.domain.border import Duration
from optimizer.domain.location import Mode
from optimizer.domain.provenance import Provenance

LOOSE = "LOOSE"
"""Stands for cargo that travels without a load unit of its own, in rate cards and loads."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """
    A stretch of a leg inside one country.

    Parameters
    ----------
    crossing_id
        Crossing at the *end* of the section, or empty.
    """

    country: str
    distance_m: int
    speed_km_per_h: float
    traction: str
    """Key of the emission factor: ``electric``, ``diesel``, ``truck``, ``freighter``, ``belly``."""
    crossing_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """
    A stop of a service.

    Parameters
    ----------
    arrive_min, depart_min
        Minutes since local midnight *at this facility* of the day the voyage starts at the first
        call; may exceed 24 h. ``-1`` where there is none (first arrival, last departure).
    cargo_cutoff_min, customs_cutoff_min
        Minutes before departure by which cargo must be at the facility, and be customs-released.
    availability_min
        Minutes after arrival until cargo can be collected.
    sections
        From the previous call to this one, in order. Empty at the first call.
    delay
        Delay of the arrival here against the timetable, from the previous call.
    """

    facility_id: str
    arrive_min: int
    depart_min: int
    cargo_cutoff_min: int
    customs_cutoff_min: int
    availability_min: int
    sections: tuple[Section, ...]
    delay: Duration


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """
    A timetabled product of a carrier.

    Parameters
    ----------
    weekdays
        Days on which a voyage starts at the first call, Monday 0, local.
    booking_close_min
        Minutes before departure from the first call at which booking ends.
    allotment_teu_c, allotment_kg, allotment_positions
        What one planner may book on a departure: hundredths of a TEU, kilograms, aircraft
        positions. Zero where the measure does not apply.
    load_units
        Types that the service carries; ``LOOSE`` among them where it takes loose cargo.
    """

    service_id: str
    name_en: str
    name_zh: str
    mode: Mode
    weekdays: frozenset[int]
    valid_from: date
    valid_to: date
    booking_close_min: int
    allotment_teu_c: int
    allotment_kg: int
    allotment_positions: int
    load_units: frozenset[str]
    cargo_classes: frozenset[str]
    calls: tuple[Call, ...]
    gauge_mm: int
    provenance: Provenance
    status: str = "running"
    """``running``, ``suspended`` or ``planned``; only running services are used."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TruckLane:
    """
    Trucks on demand from one facility to another, any time.

    Parameters
    ----------
    sections
        Whole way in order, with the crossings between.
    n_drivers
        One driver drives at most ``max_drive_min`` a day, then rests; two never stop.
    quota_per_day
        Trucks a day that permits allow this planner, 0 for no quota.
    delay
        Spread of the driving time, against the planned one.
    """

    lane_id: str
    from_facility_id: str
    to_facility_id: str
    sections: tuple[Section, ...]
    n_drivers: int
    quota_per_day: int
    load_units: frozenset[str]
    cargo_classes: frozenset[str]
    delay: Duration
    loading_min: int
    provenance: Provenance
    status: str = "running"
