"""Modifications of border crossings."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import replace
from typing import Annotated, Literal

from pydantic import AwareDatetime, Field

from optimizer.domain.border import ANY, BorderStatus, Closure, Crossing, Duration, Interchange
from optimizer.domain.hours import WeeklyHours
from optimizer.errors import Finding
from optimizer.scenario.modifications.base import (
    Modification,
    World,
    changed,
    missing_names,
    unknown,
    wrong,
)

Factor = Annotated[float, Field(ge=0, le=100)]


class _AtBorder(Modification):
    """
    A change of one border.

    Parameters
    ----------
    border
        A border id, which means all its crossings in both directions, or one crossing id.
    """

    border: str

    def crossings(self, world: World) -> list[str]:
        """Ids of the crossings that are meant."""
        return [
            crossing.crossing_id
            for crossing in world.data.crossings.values()
            if self.border in (crossing.border_id, crossing.crossing_id)
        ]

    def findings(self, world: World) -> list[Finding]:
        """C520 an unknown border, then what the kind itself finds."""
        if not self.crossings(world):
            crossings = world.data.crossings.values()
            names = {c.border_id for c in crossings} | {c.crossing_id for c in crossings}
            return [unknown("border", self.border, names, "border")]
        return self.own_findings(world)

    def own_findings(self, world: World) -> list[Finding]:
        """What the kind finds at a border that exists."""
        del world
        return []

    def applied(self, world: World) -> World:
        """Each crossing of the border changed."""
        table = changed(world.data.crossings, self.crossings(world), self.of_crossing)
        return world.with_data(crossings=table)

    @abstractmethod
    def of_crossing(self, crossing: Crossing) -> Crossing:
        """The changed crossing."""


class CloseBorder(_AtBorder):
    """Close a border, for the whole horizon or between two moments."""

    kind: Literal["close_border"]
    from_at: AwareDatetime | None = None
    until_at: AwareDatetime | None = None

    def own_findings(self, world: World) -> list[Finding]:
        """C521 half a span, a span that ends before it starts or lies outside the horizon."""
        start, end = self.from_at, self.until_at
        if start is None and end is None:
            return []
        if start is None or end is None:
            remedy = "give both from_at and until_at, or neither for the whole horizon"
            return [wrong("from_at" if start is None else "until_at", "is missing", "", remedy)]
        if end <= start:
            return [wrong("until_at", "is not after from_at", end, "a closure ends later")]
        if end <= world.horizon_start or start >= world.horizon_end:
            span = f"{world.horizon_start.isoformat()} to {world.horizon_end.isoformat()}"
            return [wrong("from_at", "the closure lies outside the horizon", start, span)]
        return []

    def of_crossing(self, crossing: Crossing) -> Crossing:
        """Closed, or with one closure more."""
        if self.from_at is None or self.until_at is None:
            return replace(
                crossing, status=BorderStatus.CLOSED, status_note="closed by the scenario"
            )
        closure = Closure(from_at=self.from_at, until_at=self.until_at)
        return replace(crossing, closures=(*crossing.closures, closure))


class ReopenBorder(_AtBorder):
    """Open a closed or restricted border, and forget dated closures."""

    kind: Literal["reopen_border"]

    def of_crossing(self, crossing: Crossing) -> Crossing:
        """Open without a note."""
        return replace(crossing, status=BorderStatus.OPEN, status_note="", closures=())


class RestrictBorder(_AtBorder):
    """
    Restrict what may cross, and when.

    Parameters
    ----------
    hours
        New weekly hours such as ``Mo-Fr 08:00-18:00``.
    customs_modes
        The only modes that may still cross; others are taken away.
    """

    kind: Literal["restrict_border"]
    hours: str | None = None
    customs_modes: tuple[str, ...] | None = Field(default=None, strict=False)
    note: str = "restricted by the scenario"

    def own_findings(self, world: World) -> list[Finding]:
        """C520 unknown customs modes, C521 hours that cannot be read."""
        found = _hours_findings(self.hours)
        modes = self.customs_modes or ()
        return found + missing_names(
            "customs_modes", modes, world.data.customs_modes, "customs mode"
        )

    def of_crossing(self, crossing: Crossing) -> Crossing:
        """Restricted, never wider than before."""
        modes = crossing.customs_modes
        if self.customs_modes is not None:
            modes &= frozenset(self.customs_modes)
        status = crossing.status
        if status is BorderStatus.OPEN:
            status = BorderStatus.RESTRICTED
        hours = crossing.hours if self.hours is None else WeeklyHours.parse(self.hours)
        return replace(
            crossing, status=status, status_note=self.note, hours=hours, customs_modes=modes
        )


class BorderHours(_AtBorder):
    """New weekly hours of a border."""

    kind: Literal["border_hours"]
    hours: str

    def own_findings(self, world: World) -> list[Finding]:
        """C521 hours that cannot be read."""
        del world
        return _hours_findings(self.hours)

    def of_crossing(self, crossing: Crossing) -> Crossing:
        """With the hours."""
        return replace(crossing, hours=WeeklyHours.parse(self.hours))


class BorderThroughput(_AtBorder):
    """Trucks or trains a day in each direction: a new number, or a factor on the old one."""

    kind: Literal["border_throughput"]
    per_day: int | None = Field(default=None, ge=0)
    factor: Factor | None = None

    def own_findings(self, world: World) -> list[Finding]:
        """C521 unless exactly one of the two is given."""
        del world
        if (self.per_day is None) == (self.factor is None):
            return [wrong("per_day", "give per_day or factor", self.per_day, "exactly one of them")]
        return []

    def of_crossing(self, crossing: Crossing) -> Crossing:
        """With the throughput, rounded down."""
        if self.per_day is not None:
            return replace(crossing, throughput_per_day=self.per_day)
        per_day = int(crossing.throughput_per_day * (self.factor or 0.0))
        return replace(crossing, throughput_per_day=per_day)


class BorderDwell(_AtBorder):
    """Scale the time at a border; of one customs mode, or of all."""

    kind: Literal["border_dwell"]
    factor: Factor
    customs_mode: str = ANY

    def own_findings(self, world: World) -> list[Finding]:
        """C520 an unknown customs mode."""
        known = {*world.data.customs_modes, ANY}
        return missing_names("customs_mode", [self.customs_mode], known, "customs mode")

    def of_crossing(self, crossing: Crossing) -> Crossing:
        """With scaled dwell; a mode without a row of its own gets one."""
        dwell = dict(crossing.dwell)
        chosen = list(dwell) if self.customs_mode == ANY else [self.customs_mode]
        for mode in chosen:
            dwell[mode] = scaled(crossing.dwell_for(mode), self.factor)
        return replace(crossing, dwell=dwell)


class BorderInterchange(_AtBorder):
    """
    Another rule for the vehicle at a border: gauge change, truck swap, or neither.

    Parameters
    ----------
    dwell_factor, cost_factor
        Scale of the time at the border and of its price.
    """

    kind: Literal["border_interchange"]
    interchange: Interchange = Field(strict=False)
    dwell_factor: Factor = 1.0
    cost_factor: Factor = 1.0

    def of_crossing(self, crossing: Crossing) -> Crossing:
        """With the rule, its time and its price."""
        return replace(
            crossing,
            interchange=self.interchange,
            dwell={mode: scaled(row, self.dwell_factor) for mode, row in crossing.dwell.items()},
            unit_cost_mfen=round(crossing.unit_cost_mfen * self.cost_factor),
            loose_cost_mfen_per_kg=round(crossing.loose_cost_mfen_per_kg * self.cost_factor),
        )


def scaled(duration: Duration, factor: float) -> Duration:
    """Median and 90th percentile times a factor, rounded to minutes."""
    p50 = round(duration.p50_min * factor)
    return Duration(p50_min=p50, p90_min=max(p50, round(duration.p90_min * factor)))


def _hours_findings(hours: str | None) -> list[Finding]:
    if hours is None:
        return []
    try:
        WeeklyHours.parse(hours)
    except ValueError as error:
        return [wrong("hours", str(error), hours, "write them like 'Mo-Fr 08:00-18:00' or '24/7'")]
    return []
