"""Greenhouse gas of legs per kilogram, as exact fractions: rule E1."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction

from optimizer.domain.border import ANY
from optimizer.domain.location import Mode
from optimizer.domain.network_data import NetworkData
from optimizer.domain.service import Section
from optimizer.domain.tariff import EmissionFactor

HUB = "hub"
CONNECTOR = "connector"
KG_M_PER_TKM = 1_000_000
KG_PER_T = 1_000
NOTHING = Fraction(0)


class EmissionRates:
    """
    Grams CO2e per kilogram of a leg.

    Parameters
    ----------
    data
        Network data whose factors are used.
    """

    def __init__(self, data: NetworkData) -> None:
        self._rows: dict[tuple[Mode, str, str], list[EmissionFactor]] = {}
        for row in data.emission_factors:
            self._rows.setdefault((row.mode, row.traction, row.country), []).append(row)
        for rows in self._rows.values():
            rows.sort(key=lambda row: row.from_distance_m)

    def _factor(
        self, mode: Mode, traction: str, country: str, distance_m: int
    ) -> EmissionFactor | None:
        for place in (country, ANY):
            holding = [
                row
                for row in self._rows.get((mode, traction, place), ())
                if row.from_distance_m <= distance_m
            ]
            if holding:
                return holding[-1]
        return None

    def leg(self, mode: Mode, sections: Iterable[Section], hub_country: str) -> Fraction:
        """Grams per kilogram of a service or truck leg, with loading; 0 without a factor."""
        way = tuple(sections)
        distance_m = sum(section.distance_m for section in way)
        total = NOTHING
        for at, section in enumerate(way):
            factor = self._factor(mode, section.traction, section.country, distance_m)
            if factor is None:
                continue
            added_m = factor.distance_add_m if mode is Mode.AIR and at == 0 else 0
            total += Fraction(factor.g_per_tkm) * (section.distance_m + added_m) / KG_M_PER_TKM
        hub = self._factor(mode, HUB, hub_country, distance_m)
        return total if hub is None else total + Fraction(hub.g_per_tkm) / KG_PER_T

    def connector(self, country: str, distance_m: int) -> Fraction:
        """Grams per kilogram of a connector; 0 where no factor is known."""
        factor = self._factor(Mode.ROAD, CONNECTOR, country, distance_m)
        if factor is None:
            return NOTHING
        return Fraction(factor.g_per_tkm) * distance_m / KG_M_PER_TKM


def grams(g_per_kg: Fraction, gross_kg: int) -> int:
    """Grams of a mass, rounded half up."""
    # Exact integers: adding fractions would look for common divisors each time.
    above, below = g_per_kg.numerator, g_per_kg.denominator
    return (2 * above * gross_kg + below) // (2 * below)
