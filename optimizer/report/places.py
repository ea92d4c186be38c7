"""Where a label of a plan lies, what it is called and which clock it keeps."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from math import asin, cos, radians, sin, sqrt
from zoneinfo import ZoneInfo

from optimizer.domain.location import Facility, FacilityKind, Mode
from optimizer.domain.network_data import NetworkData
from optimizer.units import moment_at

EARTH_RADIUS_M = 6_371_008.8
_KIND_WORDS = frozenset(
    {
        "airport", "bonded", "border", "bridge", "cargo", "centre", "comprehensive", "container",
        "cross-border", "dry", "export", "free", "freight", "gate", "hub", "import", "inland",
        "intermodal", "international", "land", "logistics", "mail", "overseas", "park", "port",
        "rail", "railway", "road", "station", "terminal", "warehouse",
    }
)  # fmt: skip
_KINDS = {
    FacilityKind.RAIL_TERMINAL: "rail",
    FacilityKind.BONDED_ZONE: "bonded zone",
    FacilityKind.BONDED_CENTRE: "bonded",
    FacilityKind.CLOUD_WAREHOUSE: "warehouse",
    FacilityKind.OVERSEAS_WAREHOUSE: "warehouse",
    FacilityKind.MAIL_CENTRE: "mail",
    FacilityKind.EXPORT_PARK: "export park",
    FacilityKind.IMPORT_PLATFORM: "import",
    FacilityKind.DRY_PORT: "dry port",
    FacilityKind.ROAD_HUB: "road",
}
_LONG_NAME = 26
_SAME_TOWN_M = 20_000.0
_POINT = re.compile(r"^(-?\d+(?:\.\d+)?),(-?\d+(?:\.\d+)?)$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """
    A facility, a crossing or a shipper's address.

    Parameters
    ----------
    label
        Facility id, crossing id, or ``lat,lon``.
    kind
        ``facility``, ``crossing`` or ``point``.
    short_name
        Name for maps and narrow columns: without what kind of place it is, unless that is what
        tells two places apart.
    lat, lon
        WGS-84 degrees.
    """

    label: str
    kind: str
    name_en: str
    short_name: str
    name_zh: str
    country: str
    lat: float
    lon: float
    zone: ZoneInfo


def haversine_m(lat1: float, lon1: float, lat2: float, lon2: float) -> float:
    """Great-circle distance in metres."""
    dlat, dlon = radians(lat2 - lat1), radians(lon2 - lon1)
    chord = sin(dlat / 2) ** 2 + cos(radians(lat1)) * cos(radians(lat2)) * sin(dlon / 2) ** 2
    return 2 * EARTH_RADIUS_M * asin(min(1.0, sqrt(chord)))


def short_name(name: str) -> str:
    """
    A name without what kind of place it is, such as ``Kunming Changshui`` for ``Kunming Changshui
    International Airport cargo``.
    """
    words: list[str] = []
    for word in name.partition("(")[0].split():
        if words and word.strip(",").casefold() in _KIND_WORDS:
            break
        words.append(word)
    return " ".join(words).rstrip(",") or name


class Gazetteer:
    """Looks labels up; addresses are named after the nearest facility and keep its clock."""

    def __init__(self, data: NetworkData, epoch_at: datetime) -> None:
        self._data = data
        self._epoch_at = epoch_at
        self._spots: dict[str, Spot] = {}
        self._short_names = _distinct_names(data)

    def spot(self, label: str) -> Spot:
        """
        The place behind a label.

        Raises
        ------
        KeyError
            The label is no facility, no crossing and not ``lat,lon``.
        """
        if label not in self._spots:
            self._spots[label] = self._find(label)
        return self._spots[label]

    def local(self, label: str, minute: int) -> datetime:
        """Local time at a place of a minute of the plan."""
        return moment_at(self._epoch_at, minute).astimezone(self.spot(label).zone)

    def _find(self, label: str) -> Spot:
        facility = self._data.facilities.get(label)
        if facility is not None:
            return Spot(
                label=label,
                kind="facility",
                name_en=facility.name_en,
                short_name=self._short_names[label],
                name_zh=facility.name_zh,
                country=facility.country,
                lat=facility.lat,
                lon=facility.lon,
                zone=ZoneInfo(facility.timezone),
            )
        crossing = self._data.crossings.get(label)
        if crossing is not None:
            return Spot(
                label=label,
                kind="crossing",
                name_en=crossing.name_en,
                short_name=short_name(crossing.name_en),
                name_zh=crossing.name_zh,
                country=crossing.from_country,
                lat=crossing.lat,
                lon=crossing.lon,
                zone=ZoneInfo(crossing.timezone),
            )
        match = _POINT.match(label)
        if match is None:
            raise KeyError(label)
        return self._address(label, float(match[1]), float(match[2]))

    def _address(self, label: str, lat: float, lon: float) -> Spot:
        away_m = {
            key: haversine_m(lat, lon, facility.lat, facility.lon)
            for key, facility in self._data.facilities.items()
        }
        order = sorted(away_m, key=lambda key: (away_m[key], key))
        nearest = self._data.facilities[order[0]]
        # Long names are those of institutions, which tell nobody where an address lies.
        names = (
            short_name(self._data.facilities[key].name_en)
            for key in order
            if away_m[key] <= away_m[order[0]] + _SAME_TOWN_M
        )
        name = next((name for name in names if len(name) <= _LONG_NAME), None)
        name = name or short_name(nearest.name_en)
        return Spot(
            label=label,
            kind="point",
            name_en=f"address near {name}",
            short_name=f"near {name}",
            name_zh=f"{nearest.name_zh}附近",
            country=nearest.country,
            lat=lat,
            lon=lon,
            zone=ZoneInfo(nearest.timezone),
        )


def _kind(facility: Facility) -> str:
    if facility.kind is FacilityKind.BORDER:
        return "rail border" if Mode.RAIL in facility.modes else "road border"
    return _KINDS.get(facility.kind, facility.kind.value)


def _distinct_names(data: NetworkData) -> dict[str, str]:
    """Short names of facilities; where several have the same, with what they are."""
    plain = {key: short_name(facility.name_en) for key, facility in data.facilities.items()}
    with_kind = {key: f"{name} ({_kind(data.facilities[key])})" for key, name in plain.items()}
    n_plain, n_kind = Counter(plain.values()), Counter(with_kind.values())
    names = {}
    for key, name in plain.items():
        if n_plain[name] == 1:
            names[key] = name
        elif n_kind[with_kind[key]] == 1:
            names[key] = with_kind[key]
        else:
            names[key] = f"{name} ({key})"
    return names
