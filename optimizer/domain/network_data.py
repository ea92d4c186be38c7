"""All the facts a network is built from, as domain objects."""

from __future__ import annotations

from dataclasses import dataclass

from optimizer.domain.border import Clearance, Crossing, CustomsMode, Inspection
from optimizer.domain.equipment import CargoClass, LoadUnitType
from optimizer.domain.location import Facility
from optimizer.domain.roads import ConnectorRoads
from optimizer.domain.service import Service, TruckLane
from optimizer.domain.tariff import EmissionFactor, ExchangeRate, RateCard, Surcharge


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkData:
    """
    One revision of the network: everything that the tables say, nothing derived.

    Parameters
    ----------
    territories
        Customs territory of a country (``DE`` -> ``EU``); a country without an entry is its own.
        Inside a territory no customs mode is needed.
    parameters
        Named numbers of ``parameters.csv``, such as ``connector_speed_km_per_h``.
    fingerprint
        Content hash of the tables.
    """

    facilities: dict[str, Facility]
    crossings: dict[str, Crossing]
    services: dict[str, Service]
    truck_lanes: dict[str, TruckLane]
    load_units: dict[str, LoadUnitType]
    cargo_classes: dict[str, CargoClass]
    customs_modes: dict[str, CustomsMode]
    clearances: tuple[Clearance, ...]
    inspections: tuple[Inspection, ...]
    rate_cards: tuple[RateCard, ...]
    surcharges: tuple[Surcharge, ...]
    exchange_rates: tuple[ExchangeRate, ...]
    emission_factors: tuple[EmissionFactor, ...]
    territories: dict[str, str]
    parameters: dict[str, float]
    fingerprint: str
    row_confidence: dict[str, dict[str, int]]
    """Table -> confidence -> number of rows."""
    roads: ConnectorRoads | None = None
    """Roads of the connectors; without them every connector is a great circle times circuity."""

    def territory(self, country: str) -> str:
        """Customs territory of a country."""
        return self.territories.get(country, country)
