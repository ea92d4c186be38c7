"""Answers of the cloud warehouse: which lot serves which order, in what parcel, and why."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from optimizer.domain.stock import CustomsStatus
from optimizer.plan.itinerary import Itinerary

PICKING, RELEASE, LATENESS = "picking", "release", "lateness"
"""Cost lines that an allocation adds to those of the itinerary."""


class AllocationStatus(StrEnum):
    """What became of an order."""

    SERVED = "served"
    PARTIAL = "partial"
    BACKORDERED = "backordered"


@dataclass(frozen=True, slots=True, kw_only=True)
class AllocationLine:
    """Units of one lot that serve one order."""

    order_id: str
    sku: str
    lot_id: str
    warehouse_id: str
    customs_status: CustomsStatus
    units: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
    """
    What leaves one warehouse for one order at one hand-over.

    Parameters
    ----------
    gross_kg, volume_dm3
        Of all lines together, rounded up once.
    hand_over_at
        Wave at which the warehouse gives it to the carrier, with zone; the itinerary's ready time.
    departs_at
        Departure of the first leg.
    departure
        What is caught: ``svc:<service>:<voyage date>:<call>`` or ``lane:<lane>:<local date>`` of
        the first leg that is no connector; ``connector`` where the whole way is one.
    delivered_at
        By plan, at the planning quantile.
    promise_at
        Delivered no later than this in the share ``confidence`` of samples, and not before
        ``delivered_at``.
    cost_lines_fen
        The itinerary's lines, ``picking``, ``release`` and ``lateness``; they sum to ``cost_fen``.
    opportunity_fen
        Value of the units to later orders; steers the choice and is no part of the cost.
    itinerary
        Door to door, in minutes since the answer's ``epoch_at``.
    """

    parcel_id: str
    order_id: str
    warehouse_id: str
    lines: tuple[AllocationLine, ...]
    gross_kg: int
    volume_dm3: int
    cargo_class: str
    hand_over_at: datetime
    departs_at: datetime
    departure: str
    delivered_at: datetime
    promise_at: datetime
    confidence: float
    cost_lines_fen: dict[str, int]
    co2e_g: int
    opportunity_fen: int
    itinerary: Itinerary

    @property
    def cost_fen(self) -> int:
        """Sum of the cost lines."""
        return sum(self.cost_lines_fen.values())

    @property
    def units(self) -> int:
        """Units of all lines."""
        return sum(line.units for line in self.lines)


@dataclass(frozen=True, slots=True, kw_only=True)
class AllocationReason:
    """Why units are not served, or why a way was not taken: code, sentence, what binds."""

    code: str
    text: str
    resource: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AllocationRepair:
    """
    One change after which the units are served, tried on the same stock and priced.

    Parameters
    ----------
    change
        What to do, in words.
    kind
        ``wait``, ``mode``, ``split``, ``late``, ``partial``, ``substitute_status``, ``stock`` or
        ``capacity``.
    cost_fen
        Of the whole answer after the change, without opportunity value; -1 where the change has no
        price here.
    promise_at
        Last promise after the change.
    """

    kind: str
    change: str
    cost_fen: int = -1
    promise_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Backorder:
    """Units that are not served now."""

    sku: str
    units: int
    reasons: tuple[AllocationReason, ...] = ()
    repairs: tuple[AllocationRepair, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RunnerUp:
    """The best answer from other warehouses, and what it loses by."""

    warehouse_ids: tuple[str, ...]
    cost_fen: int
    opportunity_fen: int
    promise_at: datetime
    co2e_g: int
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Allocation:
    """
    The answer to one order.

    Parameters
    ----------
    epoch_at
        Zero of the itineraries' minutes, UTC.
    reservation_ids
        One for each line in order; none of a what-if.
    """

    order_id: str
    status: AllocationStatus
    epoch_at: datetime
    parcels: tuple[Parcel, ...] = ()
    backorders: tuple[Backorder, ...] = ()
    runner_up: RunnerUp | None = None
    reservation_ids: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()

    @property
    def cost_fen(self) -> int:
        """Cost of all parcels."""
        return sum(parcel.cost_fen for parcel in self.parcels)

    @property
    def opportunity_fen(self) -> int:
        """Opportunity value of all units taken."""
        return sum(parcel.opportunity_fen for parcel in self.parcels)

    @property
    def co2e_g(self) -> int:
        """Emissions of all parcels."""
        return sum(parcel.co2e_g for parcel in self.parcels)

    @property
    def promise_at(self) -> datetime | None:
        """Last promise; None where nothing is served."""
        return max((parcel.promise_at for parcel in self.parcels), default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class StockPrice:
    """
    Opportunity price of a unit: what one more would save.

    Parameters
    ----------
    week
        Monday of the ISO week in which the unit leaves.
    """

    sku: str
    warehouse_id: str
    customs_status: CustomsStatus
    week: date
    price_fen: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CapacityPrice:
    """
    Opportunity price of a unit of capacity.

    Parameters
    ----------
    what
        ``pick`` (unit picked in the week), ``storage`` (dm3), or a hop ``svc:...`` of a departure
        (kg).
    """

    warehouse_id: str
    week: date
    what: str
    price_fen: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchResult:
    """
    Answers to many orders that were decided together.

    Parameters
    ----------
    objective_fen, bound_fen
        Cost and penalties of the answers, and a proved lower bound.
    stop_reason
        ``optimal``, ``gap``, ``time``, ``cancelled``, ``exhausted`` (nothing left to try) or
        ``sequential`` (no joint decision).
    """

    allocations: tuple[Allocation, ...]
    status: str
    objective_fen: int
    bound_fen: int
    solve_seconds: float
    stop_reason: str
    seed: int = 0
    n_threads: int = 1
    stock_prices: tuple[StockPrice, ...] = ()
    capacity_prices: tuple[CapacityPrice, ...] = ()
    versions: dict[str, str] = field(default_factory=dict[str, str])
    input_hashes: dict[str, str] = field(default_factory=dict[str, str])

    @property
    def gap(self) -> float:
        """Relative distance of the bound from the objective."""
        if self.objective_fen <= self.bound_fen:
            return 0.0
        return (self.objective_fen - self.bound_fen) / abs(self.objective_fen)
