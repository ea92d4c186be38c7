"""Facilities: the places that handle freight."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from optimizer.domain.hours import WeeklyHours
from optimizer.domain.provenance import Provenance


class Mode(StrEnum):
    """Mode of transport."""

    AIR = "air"
    RAIL = "rail"
    ROAD = "road"


class FacilityKind(StrEnum):
    """What a facility is."""

    AIRPORT = "airport"
    RAIL_TERMINAL = "rail_terminal"
    BORDER = "border"
    BONDED_ZONE = "bonded_zone"
    BONDED_CENTRE = "bonded_centre"
    CLOUD_WAREHOUSE = "cloud_warehouse"
    OVERSEAS_WAREHOUSE = "overseas_warehouse"
    MAIL_CENTRE = "mail_centre"
    EXPORT_PARK = "export_park"
    IMPORT_PLATFORM = "import_platform"
    DRY_PORT = "dry_port"
    ROAD_HUB = "road_hub"
    SEAPORT = "seaport"


@dataclass(frozen=True, slots=True, kw_only=True)
class Facility:
    """
    A place that handles freight.

    Parameters
    ----------
    facility_id
        UN/LOCODE and a suffix, ``CNKMG-WJX``.
    timezone
        IANA name; hours and calendars are local to it.
    gauges_mm
        Track gauges of a rail terminal.
    customs_modes
        Customs modes that may be declared here: exported from or imported to.
    consolidates
        Whether shipments may be stuffed into and stripped from shared load units here.
    transfer_min
        Least minutes between arrival of a load unit or loose cargo on one service and departure on
        another.
    stuffing_min
        Minutes to stuff a shared load unit before departure, and to strip it after arrival.
    unit_handling_mfen_per_teu_c
        Lift of a load unit, milli-fen per hundredth of a TEU: charged at each load and unload.
    loose_handling_mfen_per_kg
        Handling of loose cargo, milli-fen per kilogram gross: charged at each load and unload.
    storage_mfen_per_dm3_day
        Storage, milli-fen per cubic decimetre and started day beyond the free time.
    """

    facility_id: str
    name_en: str
    name_zh: str
    country: str
    lat: float
    lon: float
    timezone: str
    kind: FacilityKind
    modes: frozenset[Mode]
    hours: WeeklyHours
    customs_modes: frozenset[str]
    consolidates: bool
    transfer_min: int
    stuffing_min: int
    unit_handling_mfen_per_teu_c: int
    loose_handling_mfen_per_kg: int
    storage_mfen_per_dm3_day: int
    storage_free_min: int
    provenance: Provenance
    gauges_mm: frozenset[int] = field(default_factory=frozenset[int])
    iata: str = ""
    coordinate_error_km: float = 0.0

    @property
    def unlocode(self) -> str:
        """The UN/LOCODE part of the id."""
        return self.facility_id.partition("-")[0]
