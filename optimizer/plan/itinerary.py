"""Itineraries: how one shipment, or one load unit, gets from door to door."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from optimizer.domain.location import Mode
from optimizer.domain.service import LOOSE


class LegKind(StrEnum):
    """What carries a leg."""

    SERVICE = "service"
    TRUCK = "truck"
    CONNECTOR = "connector"
    """Short road move inside a country: first mile, last mile, drayage between facilities."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BorderPassage:
    """
    One crossing on a leg.

    Parameters
    ----------
    enters_min, leaves_min
        Minutes since the plan epoch; ``-1`` on trains and planes, whose timetable contains it.
    """

    crossing_id: str
    enters_min: int = -1
    leaves_min: int = -1


@dataclass(frozen=True, slots=True, kw_only=True)
class Leg:
    """
    Carriage between two places without a change of vehicle.

    Parameters
    ----------
    ref
        ``service_id`` or truck ``lane_id``; empty for a connector.
    voyage_on
        Local date on which the voyage starts at the first call of the service.
    from_id, to_id
        Facility ids, or ``lat,lon`` labels of shipment places.
    from_call, to_call
        Positions of the calls in the service; ``-1`` for trucks and connectors.
    available_min
        When the cargo can go on from ``to_id``: after unloading, inside opening hours.
    load_unit, n_units
        Type and number of load units, or ``LOOSE`` and 0.
    load_id
        The shared load that carries the shipment, or empty when it travels alone.
    cost_lines_fen
        What this leg costs its owner. Empty on a shipment's leg inside a shared load: the load
        pays, and the shipment's share is in its itinerary.
    co2e_g
        For the mass that rides: of the shipment, or of the whole load.
    """

    kind: LegKind
    mode: Mode
    ref: str
    from_id: str
    to_id: str
    departs_min: int
    arrives_min: int
    available_min: int
    distance_m: int
    voyage_on: date | None = None
    from_call: int = -1
    to_call: int = -1
    passages: tuple[BorderPassage, ...] = ()
    load_unit: str = LOOSE
    n_units: int = 0
    load_id: str = ""
    cost_lines_fen: dict[str, int] = field(default_factory=dict[str, int])
    co2e_g: int = 0

    @property
    def cost_fen(self) -> int:
        """Sum of the cost lines."""
        return sum(self.cost_lines_fen.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class ClearanceEvent:
    """Customs clearance of a shipment at a facility."""

    facility_id: str
    direction: str
    """``export`` or ``import``."""
    starts_min: int
    ends_min: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StorageEvent:
    """Waiting at a facility between two legs, or at the origin facility before the first."""

    facility_id: str
    from_min: int
    until_min: int
    cost_fen: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Itinerary:
    """
    The way of one shipment, door to door.

    Parameters
    ----------
    cost_lines_fen
        What the shipment pays itself: sums of its own legs' lines by key, plus ``storage``,
        ``customs``, ``inspection``, ``stuffing``, ``lateness``, ``carbon``.
    share_fen
        Its share of the shared loads it rides in.
    delivered_min
        Minutes since the plan epoch.
    on_time_share
        Probability of delivery by the due time (or the latest time), by sampling; 1.0 without one.
    delivered_p90_min
        90th percentile of delivery, same sampling.
    estimate_refs
        ``table:key`` of data rows it rests on that are estimates.
    """

    shipment_id: str
    legs: tuple[Leg, ...]
    clearances: tuple[ClearanceEvent, ...] = ()
    storages: tuple[StorageEvent, ...] = ()
    cost_lines_fen: dict[str, int] = field(default_factory=dict[str, int])
    share_fen: int = 0
    delivered_min: int = 0
    lateness_min: int = 0
    co2e_g: int = 0
    on_time_share: float = 1.0
    delivered_p90_min: int = 0
    stand_alone_fen: int = 0
    estimate_refs: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()

    @property
    def own_cost_fen(self) -> int:
        """Sum of what the shipment pays itself."""
        return sum(self.cost_lines_fen.values())

    @property
    def cost_fen(self) -> int:
        """Own cost and share of loads."""
        return self.own_cost_fen + self.share_fen
