"""Rate cards, surcharges, exchange rates and emission factors."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from optimizer.domain.location import Mode
from optimizer.domain.provenance import Provenance

CARBON_PRICE = "carbon_price_fen_per_t"
"""Parameter of the network: price of a tonne of CO2e, in fen; none where it is missing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WeightBreak:
    """Rate per chargeable kilogram from ``from_kg`` upward."""

    from_kg: int
    mfen_per_kg: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RateCard:
    """
    What a carrier asks to carry one load unit, or loose cargo, over one leg.

    Parameters
    ----------
    scope
        What it prices: a ``service_id``, a truck ``lane_id``, or ``mode:<mode>:<country>`` /
        ``mode:<mode>`` as the general card. The most specific card that is valid wins.
    load_unit
        Load-unit type, or ``LOOSE``.
    fixed_mfen, per_km_mfen
        Per load unit (or per loose shipment and leg).
    breaks
        For loose cargo, rising ``from_kg``; empty for load units.
    per_tkm_mfen
        Milli-fen per chargeable tonne-kilometre, loose cargo.
    minimum_mfen
        Least charge of a leg before surcharges.
    volumetric_kg_per_m3
        Factor of chargeable weight.
    """

    rate_id: str
    scope: str
    load_unit: str
    currency: str
    fixed_mfen: int
    per_km_mfen: int
    per_tkm_mfen: int
    minimum_mfen: int
    volumetric_kg_per_m3: int
    breaks: tuple[WeightBreak, ...]
    valid_from: date
    valid_to: date
    provenance: Provenance


@dataclass(frozen=True, slots=True, kw_only=True)
class Surcharge:
    """
    Added to the charge of each leg that it covers.

    Parameters
    ----------
    scope
        As in :class:`RateCard`; every surcharge whose scope covers the leg applies.
    share_bp
        Basis points (1/10000) of the base charge.
    per_kg_mfen
        Milli-fen per chargeable kilogram, loose cargo only.
    """

    surcharge_id: str
    scope: str
    share_bp: int
    per_unit_mfen: int
    per_kg_mfen: int
    valid_from: date
    valid_to: date
    provenance: Provenance


@dataclass(frozen=True, slots=True, kw_only=True)
class ExchangeRate:
    """CNY for one unit of a currency on a date."""

    currency: str
    cny_per_unit: Decimal
    on: date
    provenance: Provenance


@dataclass(frozen=True, slots=True, kw_only=True)
class EmissionFactor:
    """
    Well-to-wheel greenhouse gas intensity of one kind of carriage.

    Parameters
    ----------
    mode, traction, country
        Key; ``country`` may be ``*``. Hubs have traction ``hub`` and a factor per tonne.
    g_per_tkm
        Grams CO2e per tonne-kilometre; for hubs, grams per tonne handled.
    from_distance_m
        Applies from this leg distance upward (air: short and long haul).
    distance_add_m
        Added to the leg distance (air: 95 km).
    """

    mode: Mode
    traction: str
    country: str
    g_per_tkm: Decimal
    from_distance_m: int
    distance_add_m: int
    provenance: Provenance
