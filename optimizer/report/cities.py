"""Which places are named on a map at first sight: one name per city, the rest on zooming in."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import replace

from optimizer.domain.network_data import NetworkData
from optimizer.report.pins import Pin
from optimizer.report.places import short_name

_NAMED_INSIDE = 6
"""Cities named on an overview inside the frame of its close-up."""


def city_of(facility_id: str) -> str:
    """UN/LOCODE of a facility: what stands before the first dash."""
    return facility_id.partition("-")[0]


def city_names(data: NetworkData) -> dict[str, str]:
    """
    Names of cities by UN/LOCODE.

    Returns
    -------
    The words with which most names of a city's facilities begin alike, such as ``Kunming``. Codes
    whose facilities have nothing in common are missing.
    """
    found: dict[str, list[list[str]]] = defaultdict(list)
    for facility in data.facilities.values():
        found[city_of(facility.facility_id)].append(short_name(facility.name_en).split())
    names = {}
    for code, listed in found.items():
        first, count = Counter(words[0] for words in listed if words).most_common(1)[0]
        if count > 1:
            alike = [words for words in listed if words and words[0] == first]
            common = [a[0] for a in zip(*alike, strict=False) if len(set(a)) == 1]
            names[code] = " ".join(common)
    return names


def named(
    marks: Iterable[Pin],
    names: dict[str, str],
    close_up: tuple[float, float, float, float] | None = None,
) -> tuple[Pin, ...]:
    """
    Pins with the heaviest place of each city under the city's name and the others ``minor``.

    Parameters
    ----------
    marks
        Lightest first, as from :func:`optimizer.report.pins.pins`; the order is kept.
    close_up
        West, south, east, north in degrees of another map that names what lies inside: only the
        heaviest cities keep their names there. None names everything.
    """
    seen: set[str] = set()
    n_inside = 0
    result = []
    for pin in sorted(marks, key=lambda pin: -pin.weight):
        inside = close_up is not None and _inside(pin, close_up)
        if pin.kind == "border":
            result.append(replace(pin, minor=inside))
            continue
        code = city_of(pin.place_id)
        first = bool(pin.label) and code not in seen
        if first:
            seen.add(code)
            n_inside += inside
        minor = not first or (inside and n_inside > _NAMED_INSIDE)
        label = names.get(code, pin.label) if first else pin.label
        result.append(replace(pin, label=label, minor=minor, home=first and len(seen) == 1))
    return tuple(result[::-1])


def _inside(pin: Pin, box: tuple[float, float, float, float]) -> bool:
    west, south, east, north = box
    return west <= pin.lon <= east and south <= pin.lat <= north
