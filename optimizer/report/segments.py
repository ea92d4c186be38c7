"""Flows cut at every place they pass and added up: one line on the map for all that shares it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import pairwise

from optimizer.domain.network_data import NetworkData
from optimizer.report.flows import Flow
from optimizer.report.formats import number, plural
from optimizer.report.places import Gazetteer, Spot
from optimizer.report.tables import CONNECTOR

MODE_NAMES = {
    "rail": "Rail",
    "road": "Road",
    "air": "Air",
    CONNECTOR: "First and last mile",
}


@dataclass(slots=True, kw_only=True)
class Direction:
    """What moves one way on a segment."""

    gross_kg: int = 0
    teu_c: int = 0
    shipment_ids: set[str] = field(default_factory=set)

    def text(self) -> str:
        """Tonnes, TEU and shipments in words."""
        return (
            f"{number(self.gross_kg / 1000, 1)} t · {number(self.teu_c / 100, 1)} TEU · "
            f"{plural(len(self.shipment_ids), 'shipment')}"
        )


@dataclass(slots=True, kw_only=True)
class Segment:
    """All movements with one mode between two neighbouring places, both ways."""

    mode: str
    start: Spot
    end: Spot
    there: Direction = field(default_factory=Direction)
    back: Direction = field(default_factory=Direction)
    refs: set[str] = field(default_factory=set)

    @property
    def gross_kg(self) -> int:
        """Mass of both directions."""
        return self.there.gross_kg + self.back.gross_kg

    @property
    def teu_c(self) -> int:
        """Hundredths of a TEU of both directions."""
        return self.there.teu_c + self.back.teu_c

    def text(self, data: NetworkData) -> str:
        """Tooltip: what moves, each way, on which services."""
        lines = [f"{MODE_NAMES[self.mode]}: {self.start.short_name} – {self.end.short_name}"]
        if self.there.shipment_ids:
            lines.append(f"to {self.end.short_name}: {self.there.text()}")
        if self.back.shipment_ids:
            lines.append(f"to {self.start.short_name}: {self.back.text()}")
        names = sorted(
            data.services[ref].name_en if ref in data.services else ref for ref in self.refs
        )
        if names:
            more = f" and {len(names) - 4} more" if len(names) > 4 else ""  # noqa: PLR2004
            lines.append("; ".join(names[:4]) + more)
        return "\n".join(lines)


def node_key(spot: Spot, data: NetworkData) -> str:
    """One key for both directions of a border."""
    crossing = data.crossings.get(spot.label)
    return f"border:{crossing.border_id}" if crossing is not None else spot.label


def segments(flows: Iterable[Flow], data: NetworkData, places: Gazetteer) -> tuple[Segment, ...]:
    """Segments of all flows, heaviest first."""
    found: dict[tuple[str, str, str], Segment] = {}
    for flow in flows:
        for start_label, end_label in pairwise(flow.nodes):
            start, end = places.spot(start_label), places.spot(end_label)
            a, b = node_key(start, data), node_key(end, data)
            if a == b:
                continue
            first, last = (start, end) if a < b else (end, start)
            key = (flow.mode, min(a, b), max(a, b))
            segment = found.setdefault(key, Segment(mode=flow.mode, start=first, end=last))
            direction = segment.there if a < b else segment.back
            direction.gross_kg += flow.gross_kg
            direction.teu_c += flow.teu_c
            direction.shipment_ids |= flow.shipment_ids
            segment.refs |= flow.refs
    return tuple(sorted(found.values(), key=lambda s: (-s.gross_kg, s.mode, s.start.label)))
