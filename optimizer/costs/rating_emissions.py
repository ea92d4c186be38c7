"""Greenhouse gas of a leg, in exact decimals: rule E1."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Context, Decimal

from optimizer.domain.border import ANY
from optimizer.domain.location import Mode
from optimizer.domain.network_data import NetworkData
from optimizer.domain.service import Section
from optimizer.domain.tariff import EmissionFactor

HUB = "hub"
CONNECTOR = "connector"
KG_M_PER_TKM = 1_000_000
KG_PER_T = 1_000
# Factors have a handful of digits, kilograms and metres at most nine each: 50 digits are exact.
_EXACT = Context(prec=50)


class EmissionBook:
    """Emission factors of a network, indexed by mode, traction and country."""

    def __init__(self, data: NetworkData) -> None:
        self._factors: dict[tuple[Mode, str, str], list[EmissionFactor]] = {}
        for factor in data.emission_factors:
            key = (factor.mode, factor.traction, factor.country)
            self._factors.setdefault(key, []).append(factor)

    def factor(
        self, mode: Mode, traction: str, country: str, distance_m: int
    ) -> EmissionFactor | None:
        """
        Factor of a section on a leg of ``distance_m``.

        A row of the country goes before the general one; among those, the row with the largest
        ``from_distance_m`` that the leg reaches.
        """
        for key in ((mode, traction, country), (mode, traction, ANY)):
            reached = [f for f in self._factors.get(key, ()) if f.from_distance_m <= distance_m]
            if reached:
                return max(reached, key=lambda f: f.from_distance_m)
        return None

    def leg_g(
        self, mode: Mode, sections: Iterable[Section], gross_kg: int, hub_country: str
    ) -> int | None:
        """
        Grams of a service or truck leg for a mass, with loading, rounded half up.

        Parameters
        ----------
        hub_country
            Country of the facility where it is loaded.

        Returns
        -------
        int or None
            ``None`` where a section has no factor.
        """
        parts = tuple(sections)
        distance_m = sum(section.distance_m for section in parts)
        total = Decimal(0)
        for position, section in enumerate(parts):
            factor = self.factor(mode, section.traction, section.country, distance_m)
            if factor is None:
                return None
            added_m = factor.distance_add_m if mode is Mode.AIR and position == 0 else 0
            carried_kg_m = gross_kg * (section.distance_m + added_m)
            share = _EXACT.multiply(factor.g_per_tkm, Decimal(carried_kg_m))
            total = _EXACT.add(total, _EXACT.divide(share, Decimal(KG_M_PER_TKM)))
        hub = self.factor(mode, HUB, hub_country, distance_m)
        if hub is not None:
            share = _EXACT.multiply(hub.g_per_tkm, Decimal(gross_kg))
            total = _EXACT.add(total, _EXACT.divide(share, Decimal(KG_PER_T)))
        return _rounded(total)

    def connector_g(self, country: str, distance_m: int, gross_kg: int) -> int | None:
        """Grams of a connector for a mass, rounded half up; ``None`` without a factor."""
        factor = self.factor(Mode.ROAD, CONNECTOR, country, distance_m)
        if factor is None:
            return None
        share = _EXACT.multiply(factor.g_per_tkm, Decimal(gross_kg * distance_m))
        return _rounded(_EXACT.divide(share, Decimal(KG_M_PER_TKM)))


def _rounded(amount: Decimal) -> int:
    return int(amount.quantize(Decimal(1), ROUND_HALF_UP, context=_EXACT))
