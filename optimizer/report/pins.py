"""Points on the map: facilities and border crossings that a plan uses, with their labels."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from optimizer.domain.border import BorderStatus, Crossing
from optimizer.domain.location import Mode
from optimizer.domain.network_data import NetworkData
from optimizer.report.flows import Flow
from optimizer.report.formats import number
from optimizer.report.places import Gazetteer, Spot, short_name

_RANK = {BorderStatus.OPEN: 0, BorderStatus.RESTRICTED: 1, BorderStatus.CLOSED: 2}
_LABEL_LIMIT = 24


@dataclass(frozen=True, slots=True, kw_only=True)
class Pin:
    """
    A point on the map.

    Parameters
    ----------
    kind
        ``hub`` (loads are stuffed or stripped there), ``facility``, ``point``, or ``border``.
    weight
        Kilograms that pass: heavier pins keep their label where room is short.
    status
        Of a border: ``open``, ``restricted``, ``closed``; empty otherwise.
    place_id
        Facility id, or empty.
    minor
        Its label appears only on zooming in.
    home
        The place that most cargo passes: named in larger letters.
    """

    kind: str
    lat: float
    lon: float
    label: str
    text: str
    weight: int
    status: str = ""
    place_id: str = ""
    minor: bool = False
    home: bool = False


def pins(
    flows: Iterable[Flow], hubs: frozenset[str], data: NetworkData, places: Gazetteer
) -> tuple[Pin, ...]:
    """Facilities and borders that carry flow, and borders that are not open; heaviest last."""
    mass: dict[str, int] = {}
    for flow in flows:
        for node in flow.nodes:
            mass[node] = mass.get(node, 0) + flow.gross_kg
    found = [
        _facility(places.spot(node), node in hubs, kg, data)
        for node, kg in mass.items()
        if node not in data.crossings
    ]
    found.extend(_borders(mass, data))
    return tuple(sorted(found, key=lambda pin: (pin.weight, pin.label)))


def _cut(text: str) -> str:
    return text if len(text) <= _LABEL_LIMIT else text[: _LABEL_LIMIT - 1].rstrip() + "…"


def _facility(spot: Spot, is_hub: bool, gross_kg: int, data: NetworkData) -> Pin:
    facility = data.facilities.get(spot.label)
    if facility is None:
        text = f"{spot.name_en}\n{number(gross_kg / 1000, 1)} t collected or delivered"
        return Pin(
            kind="point", lat=spot.lat, lon=spot.lon, label="", text=text, weight=gross_kg
        )  # fmt: skip
    lines = [
        f"{facility.name_en}  {facility.name_zh}",
        f"{facility.facility_id} · {facility.kind.replace('_', ' ')}",
        f"{number(gross_kg / 1000, 1)} t pass, arrivals and departures together",
    ]
    if is_hub:
        lines.append("shared loads are stuffed or stripped here")
    return Pin(
        kind="hub" if is_hub else "facility",
        lat=spot.lat,
        lon=spot.lon,
        label=_cut(spot.short_name),
        text="\n".join(lines),
        weight=gross_kg,
        place_id=facility.facility_id,
    )


def _borders(mass: dict[str, int], data: NetworkData) -> Iterable[Pin]:
    by_border: dict[str, list[Crossing]] = {}
    for crossing in data.crossings.values():
        if crossing.mode is not Mode.AIR:
            by_border.setdefault(crossing.border_id, []).append(crossing)
    for border_id, ways in sorted(by_border.items()):
        kg = sum(mass.get(way.crossing_id, 0) for way in ways)
        worst = max(ways, key=lambda way: (_RANK[way.status], way.crossing_id))
        if not kg and worst.status is BorderStatus.OPEN:
            continue
        lines = [f"{worst.name_en}  {worst.name_zh}", f"{border_id} · {worst.mode}"]
        for way in sorted(ways, key=lambda way: way.crossing_id):
            note = f": {way.status_note}" if way.status_note else ""
            direction = f"{way.from_country}→{way.to_country}"
            lines.append(
                f"{direction} {way.status} (as of {way.status_as_of:%Y-%m-%d}){note}"
                f" · {number(mass.get(way.crossing_id, 0) / 1000, 1)} t"
            )
        yield Pin(
            kind="border",
            lat=worst.lat,
            lon=worst.lon,
            # A border that is shown for its status only is named by its tooltip.
            label=_cut(short_name(worst.name_en)) if kg else "",
            text="\n".join(lines),
            weight=kg,
            status=worst.status.value,
        )
