"""Shipments: what must move."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from optimizer.domain.border import CreditClass


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """
    Where a shipment starts or ends: a facility, or a point on the map.

    Parameters
    ----------
    facility_id
        Id of a facility, or empty for a point.
    lat, lon
        WGS-84 degrees.
    country
        ISO 3166 alpha-2; of a point, that of the nearest facility unless given.
    """

    facility_id: str
    lat: float
    lon: float
    country: str

    @property
    def label(self) -> str:
        """Facility id, or ``lat,lon``."""
        return self.facility_id or f"{self.lat:.4f},{self.lon:.4f}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shipment:
    """
    What must move from one shipper to one consignee.

    Parameters
    ----------
    gross_kg, volume_dm3
        Integers, rounded up.
    ready_at, due_at, latest_at
        With zone. ``due_at`` is soft: lateness costs ``late_fen_per_hour`` per started hour.
        ``latest_at`` is hard. Either may be missing.
    booked_at
        When the shipment can be booked at the earliest; defaults to ``ready_at`` in quotes and to
        the planning moment in scenarios.
    """

    shipment_id: str
    shipper: str
    origin: Place
    destination: Place
    gross_kg: int
    volume_dm3: int
    n_packages: int
    value_cny: int
    cargo_class: str
    customs_mode: str
    credit_class: CreditClass
    ready_at: datetime
    booked_at: datetime
    due_at: datetime | None = None
    latest_at: datetime | None = None
    late_fen_per_hour: int = 0
    unserved_fen: int = 0
    """Price of not serving it; 0 lets the planner choose one above any way of serving it."""

    @property
    def is_international(self) -> bool:
        """Whether it crosses a border of two countries."""
        return self.origin.country != self.destination.country
