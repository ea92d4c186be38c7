"""Modifications of facilities: open, close, resize."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import replace
from typing import Literal

from pydantic import Field

from optimizer.domain.location import Facility
from optimizer.errors import Finding
from optimizer.scenario.modifications.base import Modification, World, changed, missing_names


class _OfFacilities(Modification):
    """A change of facilities, by id."""

    facilities: tuple[str, ...] = Field(min_length=1, strict=False)

    def findings(self, world: World) -> list[Finding]:
        """C520 unknown facilities, then what the kind itself finds."""
        found = missing_names("facilities", self.facilities, world.data.facilities, "facility")
        return found or self.own_findings(world)

    def own_findings(self, world: World) -> list[Finding]:
        """What the kind finds at facilities that exist."""
        del world
        return []

    def applied(self, world: World) -> World:
        """Each facility changed."""
        table = changed(world.data.facilities, self.facilities, self.of_facility)
        return world.with_data(facilities=table)

    @abstractmethod
    def of_facility(self, facility: Facility) -> Facility:
        """The changed facility."""


class CloseSite(_OfFacilities):
    """Shut a facility for consolidation and customs; what starts or ends there still may."""

    kind: Literal["close_site"]

    def of_facility(self, facility: Facility) -> Facility:
        """Neither consolidates nor clears."""
        return replace(facility, consolidates=False, customs_modes=frozenset())


class OpenSite(_OfFacilities):
    """
    Let a facility consolidate and clear.

    Parameters
    ----------
    customs_modes
        Modes that may be declared there, besides those it has.
    """

    kind: Literal["open_site"]
    customs_modes: tuple[str, ...] = Field(default=(), strict=False)

    def own_findings(self, world: World) -> list[Finding]:
        """C520 unknown customs modes."""
        known = world.data.customs_modes
        return missing_names("customs_modes", self.customs_modes, known, "customs mode")

    def of_facility(self, facility: Facility) -> Facility:
        """Consolidates, with the modes."""
        modes = facility.customs_modes | frozenset(self.customs_modes)
        return replace(facility, consolidates=True, customs_modes=modes)


class SiteGauges(_OfFacilities):
    """Lay track of a gauge at rail terminals, beside what is there."""

    kind: Literal["site_gauges"]
    gauge_mm: int = Field(ge=600, le=2000)

    def of_facility(self, facility: Facility) -> Facility:
        """With the gauge."""
        return replace(facility, gauges_mm=facility.gauges_mm | {self.gauge_mm})


class SiteHandling(_OfFacilities):
    """Scale how long a facility takes and what it asks."""

    kind: Literal["site_handling"]
    time_factor: float = Field(default=1.0, ge=0, le=100)
    cost_factor: float = Field(default=1.0, ge=0, le=100)

    def of_facility(self, facility: Facility) -> Facility:
        """With scaled transfer, stuffing, handling and storage."""
        return replace(
            facility,
            transfer_min=round(facility.transfer_min * self.time_factor),
            stuffing_min=round(facility.stuffing_min * self.time_factor),
            unit_handling_mfen_per_teu_c=round(
                facility.unit_handling_mfen_per_teu_c * self.cost_factor
            ),
            loose_handling_mfen_per_kg=round(
                facility.loose_handling_mfen_per_kg * self.cost_factor
            ),
            storage_mfen_per_dm3_day=round(facility.storage_mfen_per_dm3_day * self.cost_factor),
        )
