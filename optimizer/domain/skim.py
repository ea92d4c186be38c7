"""What a matrix is asked for: places and zones, what rides, and how attributes are weighed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from fractions import Fraction

from optimizer.domain.border import CreditClass
from optimizer.domain.location import Mode
from optimizer.domain.service import LOOSE
from optimizer.domain.shipment import Place
from optimizer.units import FEN_PER_CNY, MINUTES_PER_HOUR

MICRO = 1_000_000
"""Weights are whole millionths of a fen, so that a generalized cost is exact."""
G_PER_T = 1_000_000


class SkimMode(StrEnum):
    """What a matrix runs over: the corridor network, the road graph, or the railway graph."""

    MULTIMODAL = "multimodal"
    ROAD = "road"
    RAIL = "rail"


class ZoneRule(StrEnum):
    """
    How a zone of several places answers.

    ``BEST`` is the pair of members with the least generalized cost (earliest arrival, where a time
    was asked), ties to the pair named first. ``MEAN`` is the plain mean of each attribute over the
    pairs of members that are joined. A member is not paired with itself unless it is alone on both
    sides.
    """

    BEST = "best"
    MEAN = "mean"


@dataclass(frozen=True, slots=True, kw_only=True)
class Zone:
    """
    One row or column of a matrix.

    Parameters
    ----------
    label
        As it was asked for.
    places
        A facility, an address, or the members of a zone.
    """

    label: str
    places: tuple[Place, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SkimWeights:
    """
    Weights of a *generalized cost*: ``cost x money + time x hours + co2e x tonnes``.

    Parameters
    ----------
    cost
        Of money itself; 1 unless money shall not count.
    time_cny_per_h
        Value of time.
    co2e_cny_per_t
        Price of carbon.
    """

    cost: Fraction = Fraction(1)
    time_cny_per_h: Fraction = Fraction(0)
    co2e_cny_per_t: Fraction = Fraction(0)

    @property
    def micro_fen(self) -> tuple[int, int, int]:
        """Millionths of a fen for a fen, a minute and a gram; each rounded half up."""
        exact = (
            self.cost * MICRO,
            self.time_cny_per_h * FEN_PER_CNY * MICRO / MINUTES_PER_HOUR,
            self.co2e_cny_per_t * FEN_PER_CNY * MICRO / G_PER_T,
        )
        cost, time, co2e = (int((2 * weight + 1) // 2) for weight in exact)
        return cost, time, co2e

    def __str__(self) -> str:
        parts = (
            ("cost", self.cost),
            ("time", self.time_cny_per_h),
            ("co2e", self.co2e_cny_per_t),
        )
        return ",".join(f"{name}={float(weight):g}" for name, weight in parts)


@dataclass(frozen=True, slots=True, kw_only=True)
class SkimLoad:
    """
    What rides: loose cargo, or a number of load units with what is in them.

    Parameters
    ----------
    gross_kg
        Mass that CO2e is counted for, and that loose cargo pays for.
    volume_dm3
        Of loose cargo; 0 for load units, which pay storage for their usable volume.
    n_units
        0 for loose cargo.
    """

    gross_kg: int
    volume_dm3: int
    load_unit: str = LOOSE
    n_units: int = 0
    cargo_class: str = "general"
    customs_mode: str = "0110"
    credit_class: CreditClass = CreditClass.ORDINARY

    def __str__(self) -> str:
        if self.load_unit == LOOSE:
            return f"loose {self.gross_kg} kg {self.volume_dm3} dm3"
        return f"{self.n_units} x {self.load_unit} with {self.gross_kg} kg"


@dataclass(frozen=True, slots=True, kw_only=True)
class MatrixQuery:
    """
    Everything that a matrix depends on apart from the network.

    Parameters
    ----------
    week
        Monday of the week that averages are taken over, and of a profile.
    at
        Ready time of an earliest-arrival matrix; ``None`` for averages.
    is_profile
        All best departures of the week instead of one value a cell.
    without
        Modes that may not be used.
    """

    origins: tuple[Zone, ...]
    destinations: tuple[Zone, ...]
    load: SkimLoad
    week: date
    mode: SkimMode = SkimMode.MULTIMODAL
    weights: SkimWeights = SkimWeights()
    zone_rule: ZoneRule = ZoneRule.BEST
    at: datetime | None = None
    is_profile: bool = False
    without: frozenset[Mode] = frozenset()
