"""Modifications of truck lanes: season, quota, speed, closing."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import replace
from fnmatch import fnmatchcase
from typing import Annotated, Literal

from pydantic import Field

from optimizer.domain.service import TruckLane
from optimizer.errors import Finding
from optimizer.scenario.modifications.base import Modification, World, changed, unknown
from optimizer.scenario.modifications.borders import scaled

Factor = Annotated[float, Field(gt=0, le=20)]


class _OfLanes(Modification):
    """
    A change of truck lanes.

    Parameters
    ----------
    lanes
        Lane ids; ``*`` stands for anything.
    via
        Only lanes over this border or crossing; all of ``lanes`` if empty.
    """

    lanes: tuple[str, ...] = Field(default=("*",), min_length=1, strict=False)
    via: str = ""

    def chosen(self, world: World) -> list[str]:
        """Ids of the lanes that are meant."""
        return [
            name
            for name, lane in world.data.truck_lanes.items()
            if any(fnmatchcase(name, pattern) for pattern in self.lanes)
            and self._passes(lane, world)
        ]

    def _passes(self, lane: TruckLane, world: World) -> bool:
        crossings = [world.data.crossings[s.crossing_id] for s in lane.sections if s.crossing_id]
        return not self.via or any(self.via in (c.border_id, c.crossing_id) for c in crossings)

    def findings(self, world: World) -> list[Finding]:
        """C520 for each pattern without a lane, and a border that no lane passes."""
        known = world.data.truck_lanes
        found = [
            unknown("lanes", pattern, known, "truck lane")
            for pattern in self.lanes
            if not any(fnmatchcase(name, pattern) for name in known)
        ]
        if not found and not self.chosen(world):
            borders = {c.border_id for c in world.data.crossings.values()}
            found.append(unknown("via", self.via, borders, "border on these lanes"))
        return found

    def applied(self, world: World) -> World:
        """Each lane changed."""
        table = changed(world.data.truck_lanes, self.chosen(world), self.of_lane)
        return world.with_data(truck_lanes=table)

    @abstractmethod
    def of_lane(self, lane: TruckLane) -> TruckLane:
        """The changed lane."""


class CloseRoad(_OfLanes):
    """No trucks on these lanes."""

    kind: Literal["close_road"]

    def of_lane(self, lane: TruckLane) -> TruckLane:
        """Suspended."""
        return replace(lane, status="suspended")


class OpenRoad(_OfLanes):
    """Trucks run on lanes that the tables know as planned or suspended."""

    kind: Literal["open_road"]

    def of_lane(self, lane: TruckLane) -> TruckLane:
        """Running."""
        return replace(lane, status="running")


class SlowRoad(_OfLanes):
    """
    Rain, works or floods: slower and less certain.

    Parameters
    ----------
    speed_factor
        On the speed of every section in ``countries``.
    delay_factor
        On the spread of the driving time.
    """

    kind: Literal["slow_road"]
    speed_factor: Factor = 1.0
    delay_factor: Factor = 1.0
    countries: tuple[str, ...] = Field(default=(), strict=False)

    def of_lane(self, lane: TruckLane) -> TruckLane:
        """With slower sections."""
        sections = tuple(
            replace(section, speed_km_per_h=section.speed_km_per_h * self.speed_factor)
            if not self.countries or section.country in self.countries
            else section
            for section in lane.sections
        )
        return replace(lane, sections=sections, delay=scaled(lane.delay, self.delay_factor))


class PermitQuota(_OfLanes):
    """Trucks a day that permits allow this planner; 0 takes the quota away."""

    kind: Literal["permit_quota"]
    per_day: int = Field(ge=0)

    def of_lane(self, lane: TruckLane) -> TruckLane:
        """With the quota."""
        return replace(lane, quota_per_day=self.per_day)
