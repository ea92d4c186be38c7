"""Types of a demand profile: what a synthetic week is made of."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from math import inf

ADDRESS = "@address"
"""An address around the home city instead of a facility."""


class Flow(StrEnum):
    """Direction seen from China."""

    EXPORT = "export"
    IMPORT = "import"
    DOMESTIC = "domestic"


@dataclass(frozen=True, slots=True, kw_only=True)
class Market:
    """
    Where the far ends of shipments are, and how fast customers there expect them.

    Parameters
    ----------
    facilities
        Facility id -> weight.
    express_days, standard_days
        Days from ready to due, least and most.
    most_m3, express_most_m3
        Larger shipments are not sent there, and not sold as express: they would have to fly.
    """

    facilities: dict[str, float]
    express_days: tuple[int, int]
    standard_days: tuple[int, int]
    most_m3: float = inf
    express_most_m3: float = inf


@dataclass(frozen=True, slots=True, kw_only=True)
class Product:
    """
    A kind of shipment.

    Parameters
    ----------
    weight
        Relative number of shipments within its flow.
    modes, near_ends, markets
        Customs mode, Chinese end and market -> weight. An end is a facility id or :data:`ADDRESS`.
    median_m3, sigma_m3, least_m3, most_m3
        Lognormal volume of a shipment and the range it is kept in.
    kg_per_m3
        Median density; the deviation of its logarithm is 0.15.
    cny_per_kg
        Median value; the deviation of its logarithm is 0.5.
    package_m3
        Volume of one package.
    express_share
        Share of shipments sold as express.
    late_share_per_day
        Price of a day late, as a share of the value.
    weekend_weight
        Weight of Saturday against a weekday; Sunday has half of it.
    """

    code: str
    weight: float
    modes: dict[str, float]
    cargo_class: str
    median_m3: float
    sigma_m3: float
    least_m3: float
    most_m3: float
    kg_per_m3: float
    cny_per_kg: float
    package_m3: float
    near_ends: dict[str, float]
    markets: dict[str, float]
    express_share: float = 0.15
    late_share_per_day: float = 0.015
    weekend_weight: float = 0.35


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """
    A whole week.

    Parameters
    ----------
    flows
        Share of each flow by number of shipments.
    home_lat, home_lon, home_timezone, home_radius_km
        Around which addresses at the Chinese end are drawn.
    market_address_share, market_radius_km
        Share of foreign ends that are an address, and how far from the facility drawn.
    credit_by_rank
        Last rank of each credit class among the shippers, largest shipper first.
    """

    flows: dict[Flow, float]
    products: dict[Flow, tuple[Product, ...]]
    markets: dict[str, Market]
    home_lat: float
    home_lon: float
    home_radius_km: float
    market_address_share: float
    market_radius_km: float
    credit_by_rank: tuple[tuple[int, str], ...]
