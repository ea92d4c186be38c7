"""Departures over the days: one row per relation, one bar per departure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from markupsafe import Markup

from optimizer.report import formats
from optimizer.report.svg import element, percent
from optimizer.report.tables import CONNECTOR, LegRow, LoadRow, ShipmentRow

_TRACK = 17.0
_LEAST_HEIGHT = 44.0
_MANY_DAYS = 16


@dataclass(slots=True, kw_only=True)
class _Movement:
    """Load units, or shipments alone, that move together."""

    legs: tuple[LegRow, ...]
    closes: datetime
    ends: datetime
    shared: bool
    ids: list[str] = field(default_factory=list)
    units: Counter[str] = field(default_factory=Counter)
    gross_kg: int = 0
    n_shipments: int = 0


@dataclass(frozen=True, slots=True)
class Lane:
    """One row of the timeline."""

    start: str
    end: str
    note: str
    svg: Markup


@dataclass(frozen=True, slots=True)
class Timeline:
    """Axis and rows; ``zone`` is the clock of the axis."""

    axis: Markup
    lanes: tuple[Lane, ...]
    zone: str


def timeline(loads: Sequence[LoadRow], shipments: Sequence[ShipmentRow]) -> Timeline | None:
    """Timeline of shared loads and of what travels alone; None when nothing departs."""
    movements = _movements(loads, shipments)
    if not movements:
        return None
    zones = Counter(str(movement.legs[0].departs.tzinfo) for movement in movements)
    zone = zones.most_common(1)[0][0]
    scale = _Scale(movements, ZoneInfo(zone))
    by_lane: dict[tuple[str, str], list[_Movement]] = {}
    for movement in movements:
        key = (movement.legs[0].start.label, movement.legs[-1].end.label)
        by_lane.setdefault(key, []).append(movement)
    ordered = sorted(
        by_lane.values(), key=lambda lane: (-sum(m.gross_kg for m in lane), lane[0].ids)
    )
    return Timeline(scale.axis(), tuple(_lane(lane, scale) for lane in ordered), zone)


def _movements(loads: Sequence[LoadRow], shipments: Sequence[ShipmentRow]) -> list[_Movement]:
    found: dict[tuple[object, ...], _Movement] = {}
    for row in loads:
        key = (True, *((leg.ref, leg.departs, leg.end.label) for leg in row.legs))
        movement = found.setdefault(
            key, _Movement(legs=row.legs, closes=row.closes, ends=row.released, shared=True)
        )
        movement.ids.append(row.load.load_id)
        movement.units[row.load.load_unit] += 1
        movement.gross_kg += row.load.gross_kg
        movement.n_shipments += len(row.load.contents)
    for row in shipments:
        legs = tuple(leg for leg in row.legs if leg.mode != CONNECTOR and not leg.load_id)
        if not legs:
            continue
        key = (False, *((leg.ref, leg.departs, leg.end.label) for leg in legs))
        movement = found.setdefault(
            key,
            _Movement(legs=legs, closes=legs[0].departs, ends=legs[-1].available, shared=False),
        )
        movement.ids.append(row.shipment.shipment_id)
        movement.units[legs[0].carried_as] += 1
        movement.gross_kg += row.shipment.gross_kg
        movement.n_shipments += 1
    return sorted(found.values(), key=lambda m: (m.closes, m.ids))


class _Scale:
    """From a moment to a share of the width, with days as ticks."""

    def __init__(self, movements: Sequence[_Movement], zone: ZoneInfo) -> None:
        self.zone = zone
        first = min(m.closes for m in movements).astimezone(zone)
        last = max(m.ends for m in movements).astimezone(zone)
        self.starts = first.replace(hour=0, minute=0, second=0, microsecond=0)
        midnight = last.replace(hour=0, minute=0, second=0, microsecond=0)
        self.ends = midnight + timedelta(days=1)
        count = (self.ends.date() - self.starts.date()).days
        self.days = [self.starts + timedelta(days=i) for i in range(count)]

    def at(self, moment: datetime) -> float:
        """Share of the width."""
        return (moment - self.starts) / (self.ends - self.starts)

    def grid(self) -> list[Markup]:
        """Weekends as bands, days (or Mondays, when there are many) as lines."""
        drawn = []
        for day in self.days:
            if day.isoweekday() >= 6:  # noqa: PLR2004
                drawn.append(
                    element(
                        "rect", class_="weekend", x=percent(self.at(day)), y=0,
                        width=percent(1 / len(self.days)), height="100%",
                    )
                )  # fmt: skip
            if len(self.days) <= _MANY_DAYS or day.isoweekday() == 1:
                x = percent(self.at(day))
                drawn.append(element("line", class_="grid", x1=x, x2=x, y1=0, y2="100%"))
        return drawn

    def axis(self) -> Markup:
        """Names of days above the rows."""
        few = len(self.days) <= _MANY_DAYS
        numbered = len(self.days) <= _MANY_DAYS * 2
        texts = []
        for i, day in enumerate(self.days):
            x = percent(self.at(day))
            if few or day.isoweekday() == 1:
                texts.append(element("line", class_="grid", x1=x, x2=x, y1=0, y2=34))
            if few or (day.isoweekday() == 1 and i + 2 < len(self.days)):
                above = f"{day:%a}" if few else f"{day:%a} {day.day} {day:%b}"
                texts.append(element("text", above, x=x, y=13, dx=4, class_="tick strong"))
            if few or numbered:
                below = f"{day.day} {day:%b}" if few else f"{day.day}"
                texts.append(element("text", below, x=x, y=27, dx=4, class_="tick"))
        return element("svg", *texts, class_="axis", width="100%", height=34)


def _lane(movements: list[_Movement], scale: _Scale) -> Lane:
    tracks: list[datetime] = []
    drawn: list[Markup] = []
    places: list[int] = []
    for movement in movements:
        free = next((i for i, until in enumerate(tracks) if until <= movement.closes), None)
        if free is None:
            tracks.append(movement.ends)
            free = len(tracks) - 1
        tracks[free] = movement.ends
        places.append(free)
    height = max(_LEAST_HEIGHT, 12 + len(tracks) * _TRACK)
    top = (height - len(tracks) * _TRACK) / 2 + 2.5
    for movement, track in zip(movements, places, strict=True):
        drawn.append(_bar(movement, top + track * _TRACK, scale))
    units = Counter[str]()
    for movement in movements:
        units.update(movement.units if movement.shared else {"alone": movement.n_shipments})
    note = ", ".join(
        f"{count} × {unit}" for unit, count in sorted(units.items()) if unit != "alone"
    )
    alone = f"{units['alone']} alone" if units["alone"] else ""
    return Lane(
        start=movements[0].legs[0].start.short_name,
        end=movements[0].legs[-1].end.short_name,
        note=" · ".join(part for part in (note, alone) if part),
        svg=element(
            "svg", *scale.grid(), *drawn, class_="lane", width="100%", height=height
        ),
    )  # fmt: skip


def _bar(movement: _Movement, y: float, scale: _Scale) -> Markup:
    height = 12.0 if movement.shared else 7.0
    y += 0.0 if movement.shared else 2.5
    left, right = scale.at(movement.closes), scale.at(movement.ends)
    middle = y + height / 2
    parts = [
        element(
            "line", class_="wait", x1=percent(left), x2=percent(right), y1=middle, y2=middle
        )
    ]  # fmt: skip
    for leg in movement.legs:
        start, end = scale.at(leg.departs), scale.at(leg.arrives)
        parts.append(
            element(
                "rect", class_=f"f-{leg.mode}", x=percent(start), y=y,
                width=percent(max(end - start, 0.004)), height=height, rx=2,
            )
        )  # fmt: skip
    return element("g", element("title", _text(movement)), *parts, class_="bar")


def _text(movement: _Movement) -> str:
    first, last = movement.legs[0], movement.legs[-1]
    ids = ", ".join(movement.ids[:4]) + (" …" if len(movement.ids) > 4 else "")  # noqa: PLR2004
    units = ", ".join(
        f"{n} × {unit}" if movement.shared else unit for unit, n in movement.units.items()
    )
    lines = [
        f"{ids}: {units}",
        f"{first.start.short_name} → {last.end.short_name}",
        f"departs {formats.stamp(first.departs)} ({formats.offset(first.departs)})",
        f"arrives {formats.stamp(last.arrives)} ({formats.offset(last.arrives)})",
        f"{formats.tonnes(movement.gross_kg)}, {formats.plural(movement.n_shipments, 'shipment')}",
    ]
    if movement.shared:
        lines.insert(2, f"closes {formats.stamp(movement.closes)}")
    return "\n".join(lines)
