"""Greenhouse gas of the legs of lanes and connectors."""

from __future__ import annotations

from fractions import Fraction

from optimizer.costs.emissions import EmissionRates, grams
from optimizer.domain.network_data import NetworkData
from optimizer.plan.itinerary import Leg, LegKind


class Meter:
    """Greenhouse gas of legs for a mass: rule E1."""

    def __init__(self, data: NetworkData) -> None:
        self._data = data
        self._rates = EmissionRates(data)
        self._per_kg: dict[tuple[str, int, int, str, str], Fraction] = {}

    def grams(self, leg: Leg, gross_kg: int) -> int:
        """Grams CO2e of a mass on a leg."""
        key = (leg.ref, leg.from_call, leg.to_call, leg.from_id, leg.to_id)
        per_kg = self._per_kg.get(key)
        if per_kg is None:
            per_kg = self._per_kg[key] = self._rate(leg)
        return grams(per_kg, gross_kg)

    def _rate(self, leg: Leg) -> Fraction:
        if leg.kind is LegKind.CONNECTOR:
            hub = self._data.facilities.get(leg.from_id) or self._data.facilities[leg.to_id]
            return self._rates.connector(hub.country, leg.distance_m)
        if leg.kind is LegKind.TRUCK:
            sections = self._data.truck_lanes[leg.ref].sections
        else:
            calls = self._data.services[leg.ref].calls[leg.from_call + 1 : leg.to_call + 1]
            sections = tuple(section for call in calls for section in call.sections)
        return self._rates.leg(leg.mode, sections, self._data.facilities[leg.from_id].country)
