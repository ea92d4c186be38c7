"""
What OpenStreetMap's tags of a road mean for a truck: may it drive there, and how fast.

Keys and values as documented in the OpenStreetMap wiki, "Key:access", "Key:hgv", "Key:maxweight"
and "Key:maxspeed".
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from optimizer.domain.streets import RANK_OF_HIGHWAY

ACCESS_KEYS = ("hgv", "motor_vehicle", "vehicle", "access")
"""From the most specific to the most general: the first one that is there decides."""

FORBIDDING = frozenset(
    {
        "no",
        "private",
        "permit",
        "military",
        "emergency",
        "agricultural",
        "forestry",
        "agricultural;forestry",
        "bus",
        "psv",
        "use_sidepath",
    }
)

USED_TAGS = (
    "highway",
    "area",
    "oneway",
    "junction",
    *ACCESS_KEYS,
    "maxweight",
    "maxweight:hgv",
    "maxspeed",
    "maxspeed:hgv",
)
"""Tags of a road that decide anything here."""

ANY_COUNTRY = "*"
_NUMBER = re.compile(r"\s*(\d{1,6}(?:\.\d{1,3})?)\s*([a-z/.]*)\s*", re.ASCII)
_KG_PER_UNIT = {
    "": 1000.0,
    "t": 1000.0,
    "kg": 1.0,
    "st": 907.18474,
    "lt": 1016.0469,
    "lbs": 0.45359237,
}
_KM_PER_UNIT = {"": 1.0, "km/h": 1.0, "kmh": 1.0, "kph": 1.0, "mph": 1.609344, "knots": 1.852}


@dataclass(frozen=True, slots=True)
class TruckSpeeds:
    """
    Average speed of a truck by country and class of road, in free flow.

    Parameters
    ----------
    km_per_h
        By (country, highway); the country ``*`` has every class.
    """

    km_per_h: Mapping[tuple[str, str], float]

    def of(self, tags: Mapping[str, str], country: str) -> float:
        """
        Kilometres per hour on a road.

        Parameters
        ----------
        tags
            Those of the way; a ``maxspeed`` (first ``maxspeed:hgv``) below the table caps it.
        country
            ISO 3166 alpha-2 code; without a row of its own ``*`` holds.
        """
        highway = tags["highway"]
        speed = self.km_per_h.get((country, highway)) or self.km_per_h[ANY_COUNTRY, highway]
        limit = _quantity(tags.get("maxspeed:hgv") or tags.get("maxspeed", ""), _KM_PER_UNIT)
        return min(speed, limit) if limit else speed


def barred(tags: Mapping[str, str], gross_kg: int) -> str:
    """
    Why a truck may not use a way.

    Parameters
    ----------
    tags
        Those of the way.
    gross_kg
        Mass of the truck.

    Returns
    -------
    str
        ``class`` for a way that is no road for cars, ``access`` or ``mass``; empty where trucks
        may drive. Roads for destination or delivery traffic are open: this is the last mile.
        Restrictions that hold at times are not read.
    """
    if tags.get("highway") not in RANK_OF_HIGHWAY or tags.get("area") == "yes":
        return "class"
    for key in ACCESS_KEYS:
        if key in tags:
            if tags[key] in FORBIDDING:
                return "access"
            break
    limit_kg = _quantity(tags.get("maxweight:hgv") or tags.get("maxweight", ""), _KG_PER_UNIT)
    return "mass" if limit_kg and limit_kg < gross_kg else ""


def _quantity(text: str, units: Mapping[str, float]) -> float | None:
    """Number in the base unit, ``None`` for none, an unknown unit or zero."""
    found = _NUMBER.fullmatch(text.lower())
    if found is None or found[2] not in units:
        return None
    return float(found[1]) * units[found[2]] or None
