"""Text to place: facility id, UN/LOCODE, IATA code, or ``lat,lon``."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from math import acos, cos, radians, sin

from optimizer.datasets import shipment_findings as say
from optimizer.datasets.collect import MAX_SUGGESTIONS, Suggester, did_you_mean
from optimizer.domain.location import Facility
from optimizer.domain.network_data import NetworkData
from optimizer.domain.shipment import Place
from optimizer.errors import Finding

_POINT = re.compile(r"([+-]?\d{1,4}(?:\.\d{0,15})?)\s*,\s*([+-]?\d{1,4}(?:\.\d{0,15})?)", re.ASCII)
_LAT_MAX, _LON_MAX = 90.0, 180.0
_EARTH_RADIUS_KM = 6371.0
_FAR_KM, _NEAR_KM = 1_500.0, 400.0
"""A point this far from every facility, whose mirror image is this near one, was swapped."""
_MAX_CACHED = 100_000

Vector = tuple[float, float, float]


def resolve_place(text: str, network_data: NetworkData) -> Place | Finding:
    """
    Place of a text.

    Parameters
    ----------
    text
        Facility id, UN/LOCODE (with or without a space), IATA code of an airport, or ``lat,lon``
        in degrees. A code with several facilities is the one that :func:`preferred` picks. The
        country of a point is that of a road node within two kilometres, else that of the nearest
        facility.

    Returns
    -------
    Place or Finding
        S317 for an unknown place, S318 for swapped coordinates, S319 for impossible ones.
    """
    return PlaceResolver(network_data).resolve(text)


def place_note(text: str, place: Place, network_data: NetworkData) -> str:
    """What a text was taken for, where that was a choice; empty for an exact facility id."""
    if not place.facility_id:
        return f"{text}: a point in {place.country}, after the nearest road or facility"
    if text.strip().upper() == place.facility_id:
        return ""
    facility = network_data.facilities[place.facility_id]
    n_others = sum(f.unlocode == facility.unlocode for f in network_data.facilities.values()) - 1
    others = f", one of {n_others + 1} facilities there" if n_others else ""
    return f"{text}: taken as {place.facility_id} ({facility.name_en}){others}"


def preferred(facilities: Iterable[Facility]) -> Facility:
    """The facility meant by a code they share: consolidating, most modes, most customs modes."""
    return min(
        facilities,
        key=lambda f: (not f.consolidates, -len(f.modes), -len(f.customs_modes), f.facility_id),
    )


class PlaceResolver:
    """Resolves many places against one network."""

    def __init__(self, network_data: NetworkData, suggestions: int = MAX_SUGGESTIONS) -> None:
        facilities = list(network_data.facilities.values())
        self._by_code: dict[str, Facility] = {}
        for code_of in (lambda f: f.iata, lambda f: f.unlocode):
            groups: dict[str, list[Facility]] = {}
            for facility in facilities:
                groups.setdefault(code_of(facility).upper(), []).append(facility)
            self._by_code |= {code: preferred(group) for code, group in groups.items() if code}
        self._by_code |= {facility.facility_id.upper(): facility for facility in facilities}
        self._names: dict[str, str] = {}
        for facility in facilities:
            for name in (facility.name_en.casefold(), facility.name_zh, facility.facility_id):
                self._names.setdefault(name, facility.facility_id)
            for word in facility.name_en.casefold().split():
                self._names.setdefault(word, facility.facility_id)
        self._known_names = sorted(self._names)
        self._vectors = [(_unit_vector(f.lat, f.lon), f) for f in facilities]
        self._suggester = Suggester(suggestions)
        self._roads = network_data.roads
        self._cache: dict[str, Place | Finding] = {}

    def resolve(self, text: str) -> Place | Finding:
        """Place of a text; see :func:`resolve_place`."""
        known = self._cache.get(text)
        if known is None:
            known = self._resolve(text)
            if len(self._cache) < _MAX_CACHED:
                self._cache[text] = known
        return known

    def _resolve(self, text: str) -> Place | Finding:
        # Input methods write full-width letters, digits and commas; they mean the same.
        plain = unicodedata.normalize("NFKC", text).strip()
        point = _POINT.fullmatch(plain)
        if point is not None:
            return self._point(plain, float(point[1]), float(point[2]))
        facility = self._by_code.get("".join(plain.split()).upper())
        if facility is None:
            return say.unknown_place(text, self._hint(plain))
        return Place(
            facility_id=facility.facility_id,
            lat=facility.lat,
            lon=facility.lon,
            country=facility.country,
        )

    def _hint(self, text: str) -> str:
        exact = self._names.get(text.casefold()) or self._names.get(text)
        if exact:
            return did_you_mean([exact])
        # A city's code without its country: HAM for DEHAM.
        same_city = [f for code, f in self._by_code.items() if code[2:] == text.upper()]
        if same_city:
            return did_you_mean([preferred(same_city).facility_id])
        close = self._suggester.closest(text.upper(), self._known_names)
        close = close or self._suggester.closest(text.casefold(), self._known_names)
        return did_you_mean(list(dict.fromkeys(self._names[name] for name in close)))

    def _point(self, text: str, lat: float, lon: float) -> Place | Finding:
        swapped_fits = abs(lat) <= _LON_MAX and abs(lon) <= _LAT_MAX
        if abs(lat) > _LAT_MAX or abs(lon) > _LON_MAX:
            if swapped_fits:
                return say.swapped_coordinates(text, f"{lon:g},{lat:g}")
            return say.bad_coordinates(text)
        nearest, distance_km = self._nearest(lat, lon)
        if nearest is None:
            return say.unknown_place(text, "the network has no facilities")
        if distance_km > _FAR_KM and swapped_fits and self._nearest(lon, lat)[1] < _NEAR_KM:
            return say.swapped_coordinates(text, f"{lon:g},{lat:g}")
        country = self._road_country(lat, lon) or nearest.country
        return Place(facility_id="", lat=lat, lon=lon, country=country)

    def _road_country(self, lat: float, lon: float) -> str:
        """Country by the road graph, empty where it does not say."""
        if self._roads is None or self._roads.load is None:
            return ""
        # Here, because numpy is not needed to read places that are facilities.
        from optimizer.datasets.road_country import road_countries

        return road_countries(self._roads.load()).country_at(lat, lon)

    def _nearest(self, lat: float, lon: float) -> tuple[Facility | None, float]:
        x, y, z = _unit_vector(lat, lon)
        best, best_cosine = None, -2.0
        for (fx, fy, fz), facility in self._vectors:
            cosine = x * fx + y * fy + z * fz
            if cosine > best_cosine:
                best, best_cosine = facility, cosine
        return best, _EARTH_RADIUS_KM * acos(max(-1.0, min(1.0, best_cosine)))


def _unit_vector(lat: float, lon: float) -> Vector:
    north, east = radians(lat), radians(lon)
    return cos(north) * cos(east), cos(north) * sin(east), sin(north)
