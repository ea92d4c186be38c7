"""Border crossings: timed, capacitated, uncertain resources with customs modes and gauges."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from optimizer.domain.hours import WeeklyHours
from optimizer.domain.location import Mode
from optimizer.domain.provenance import Provenance

ANY = "*"
"""Row that holds for every customs mode, class or direction without a row of its own."""


class BorderStatus(StrEnum):
    """Whether freight may cross. ``RESTRICTED`` is open, with the warning in ``status_note``."""

    OPEN = "open"
    RESTRICTED = "restricted"
    CLOSED = "closed"


class Interchange(StrEnum):
    """What happens to the vehicle at the border."""

    NONE = "none"
    GAUGE_CHANGE = "gauge_change"
    TRUCK_SWAP = "truck_swap"


class CreditClass(StrEnum):
    """Credit class of the declarant, GACC order 282 (from 2026-04-01)."""

    SENIOR_CERTIFIED = "senior_certified"
    CERTIFIED = "certified"
    ORDINARY = "ordinary"
    DISCREDITED = "discredited"
    SERIOUSLY_DISCREDITED = "seriously_discredited"


@dataclass(frozen=True, slots=True, kw_only=True)
class Duration:
    """
    An uncertain duration, lognormal through its median and 90th percentile.

    Parameters
    ----------
    p50_min, p90_min
        Minutes; ``p90_min >= p50_min >= 0``. Equal values mean no uncertainty.
    """

    p50_min: int
    p90_min: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Closure:
    """A dated span in which a crossing is shut, whatever its weekly hours; half open, zoned."""

    from_at: datetime
    until_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Crossing:
    """
    One border crossing in one direction.

    Parameters
    ----------
    crossing_id
        ``<border_id>:<from country>-<to country>``, such as ``MOHAN-BOTEN-ROAD:CN-LA``.
    hours
        Weekly hours in ``timezone``.
    throughput_per_day
        Trucks or trains a day in this direction.
    firm_share
        Share of the throughput that one planner may count on; an estimate.
    customs_modes
        Modes that may cross here.
    dwell
        By customs mode; ``ANY`` for the rest. Trucks: added at the border while it is open.
        Trains: already inside the timetable, the spread is used for on-time probability only.
    unit_cost_mfen, loose_cost_mfen_per_kg
        Price of the crossing for a load unit or vehicle, and for loose cargo. Includes gauge
        change or truck swap.
    closures
        Trucks wait until one ends; a train whose stretch over the border overlaps one does not
        run.
    """

    crossing_id: str
    border_id: str
    name_en: str
    name_zh: str
    mode: Mode
    from_country: str
    to_country: str
    lat: float
    lon: float
    timezone: str
    hours: WeeklyHours
    throughput_per_day: int
    firm_share: float
    status: BorderStatus
    status_note: str
    status_as_of: date
    interchange: Interchange
    customs_modes: frozenset[str]
    dwell: dict[str, Duration]
    unit_cost_mfen: int
    loose_cost_mfen_per_kg: int
    provenance: Provenance
    closures: tuple[Closure, ...] = ()

    def dwell_for(self, customs_mode: str) -> Duration:
        """Dwell of a customs mode, or the general one."""
        return self.dwell.get(customs_mode) or self.dwell[ANY]


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomsMode:
    """
    A customs supervision mode.

    Parameters
    ----------
    pool
        Shipments share a load unit only within a pool: ``trade``, ``ecommerce``, ``mail``.
    declaration_mfen
        Fee of one declaration, charged at export and again at import.
    """

    code: str
    name_en: str
    name_zh: str
    pool: str
    export: bool
    import_: bool
    declaration_mfen: int
    provenance: Provenance


@dataclass(frozen=True, slots=True, kw_only=True)
class Clearance:
    """Time from presentation to release by customs; ``customs_mode`` may be ``ANY``."""

    country: str
    direction: str
    """``export`` or ``import``."""
    customs_mode: str
    duration: Duration
    provenance: Provenance


@dataclass(frozen=True, slots=True, kw_only=True)
class Inspection:
    """Physical inspection at a crossing by credit class: how often, how long, how much."""

    credit_class: CreditClass
    mode: Mode
    inspection_share: float
    delay: Duration
    cost_mfen: int
    """Per inspected shipment."""
    provenance: Provenance
