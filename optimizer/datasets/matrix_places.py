"""Text to the rows or columns of a matrix: facilities, addresses and zones."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from optimizer.datasets import matrix_findings as say
from optimizer.datasets.collect import Suggester, did_you_mean
from optimizer.datasets.places import PlaceResolver
from optimizer.domain.location import Facility
from optimizer.domain.network_data import NetworkData
from optimizer.domain.shipment import Place
from optimizer.domain.skim import Zone
from optimizer.errors import Finding

ALL = "all"
MAX_LIST_BYTES = 10_000_000
_COUNTRY, _TERRITORY, _ZONE, _LIST = "country:", "territory:", "zone:", "@"


class ZoneReader:
    """
    Reads rows and columns of matrices.

    Parameters
    ----------
    data
        Network whose facilities are named.

    Notes
    -----
    One text names one or several entries, apart by semicolons: a place as in quotes,
    ``country:TH`` or ``territory:EU`` (all facilities there), ``zone:NAME=PLACE+PLACE``, ``all``
    (each facility a row of its own), or ``@FILE`` with one entry a line.
    """

    def __init__(self, data: NetworkData) -> None:
        self.data = data
        self.findings: list[Finding] = []
        self._places = PlaceResolver(data)

    def read(self, texts: Iterable[str], where: str) -> tuple[Zone, ...]:
        """Zones of texts in their order; what is wrong is added to ``findings``."""
        entries = [
            entry
            for text in texts
            for part in text.split(";")
            for entry in self._lines(part, where)
        ]
        n_before = len(self.findings)
        zones = [zone for entry in entries for zone in self._zones(entry, where)]
        if not zones and len(self.findings) == n_before:
            self.findings.append(say.no_places(where))
        return tuple(zones)

    def _lines(self, text: str, where: str) -> list[str]:
        text = text.strip()
        if not text.startswith(_LIST):
            return [text] if text else []
        path = Path(text.removeprefix(_LIST))
        try:
            if path.stat().st_size > MAX_LIST_BYTES:
                self.findings.append(say.bad_list(where, text, "it is larger than 10 MB"))
                return []
            lines = path.read_text(encoding="utf-8-sig").splitlines()
        except (OSError, UnicodeDecodeError) as error:
            why = getattr(error, "strerror", None) or "it is no UTF-8 text"
            self.findings.append(say.bad_list(where, text, why))
            return []
        return [line.strip() for line in lines if line.strip() and not line.startswith("#")]

    def _zones(self, text: str, where: str) -> list[Zone]:
        facilities = self.data.facilities.values()
        if text.casefold() == ALL:
            return [_zone(one.facility_id, [place_of(one)]) for one in facilities]
        folded = text.casefold()
        if folded.startswith(_COUNTRY):
            code = text[len(_COUNTRY) :].strip().upper()
            members = [one for one in facilities if one.country == code]
            return self._area(text, where, members, code, {one.country for one in facilities})
        if folded.startswith(_TERRITORY):
            code = text[len(_TERRITORY) :].strip().upper()
            members = [one for one in facilities if self.data.territory(one.country) == code]
            known = {self.data.territory(one.country) for one in facilities}
            return self._area(text, where, members, code, known)
        if folded.startswith(_ZONE):
            return self._named(text, where)
        place = self._place(text, where)
        return [] if place is None else [_zone(place.label, [place])]

    def _area(
        self, text: str, where: str, members: Sequence[Facility], code: str, known: set[str]
    ) -> list[Zone]:
        if members:
            return [_zone(text.strip(), [place_of(one) for one in members])]
        close = Suggester().closest(code, sorted(known))
        remedy = did_you_mean(close, f"one of {', '.join(sorted(known))}")
        self.findings.append(say.empty_zone(where, text, remedy))
        return []

    def _named(self, text: str, where: str) -> list[Zone]:
        name, _, listed = text[len(_ZONE) :].partition("=")
        texts = [part.strip() for part in listed.split("+") if part.strip()]
        if not name.strip() or not texts:
            self.findings.append(say.empty_zone(where, text, "write zone:NAME=CNKMG-WJX+CNKMG-KMG"))
            return []
        found = [self._place(part, where) for part in texts]
        places = [place for place in found if place is not None]
        return (
            [_zone(name.strip(), list(dict.fromkeys(places)))] if len(places) == len(found) else []
        )

    def _place(self, text: str, where: str) -> Place | None:
        place = self._places.resolve(text)
        if isinstance(place, Finding):
            self.findings.append(replace(place, where=where))
            return None
        return place


def place_of(facility: Facility) -> Place:
    """The place that a facility is."""
    return Place(
        facility_id=facility.facility_id,
        lat=facility.lat,
        lon=facility.lon,
        country=facility.country,
    )


def _zone(label: str, places: list[Place]) -> Zone:
    return Zone(label=label, places=tuple(places))
