"""What inventory planning answers: rows by item, echelon and shared container. Plain data."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class LaneLead:
    """
    Lead times of one lane of supply.

    Parameters
    ----------
    by
        ``network``, or ``given`` for a constant from the file.
    p50_days, p90_days, mean_days
        Over order days and delays, the wait for the departure included.
    cost_fen
        Of the shipment asked about, mean over the order days.
    ways
        Service and lane ids that were taken, most frequent first.
    """

    source_id: str
    warehouse_id: str
    customs_mode: str
    by: str
    shipment_kg: int
    p50_days: float
    p90_days: float
    mean_days: float
    cost_fen: int
    ways: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemRow:
    """
    Policy of one item in one warehouse; units a day, units, days, fen.

    ``simulated_*_half`` is half the width of a 95 % confidence interval.
    """

    sku: str
    warehouse_id: str
    source_id: str
    pattern: str
    demand_model: str
    demand_mean: float
    demand_sd: float
    lead_p50_days: float
    lead_p90_days: float
    policy: str
    review_days: int
    review_weekday: str
    reorder_point: int
    order_up_to: int
    order_units: int
    safety_stock: float
    normal_safety_stock: float
    service_kind: str
    service_target: float
    promised_cycle_service: float
    simulated_cycle_service: float
    simulated_cycle_half: float
    promised_fill_rate: float
    simulated_fill_rate: float
    simulated_fill_half: float
    is_confirmed: bool
    raised_units: int
    on_hand: float
    cost_fen_per_year: int


@dataclass(frozen=True, slots=True, kw_only=True)
class EchelonRow:
    """Service times in days and stock of one item at one echelon (guaranteed service)."""

    sku: str
    echelon_id: str
    facility_id: str
    demand_mean: float
    demand_sd: float
    processing_days: int
    inbound_days: int
    outbound_days: int
    net_days: int
    safety_stock: float
    base_stock: float
    cost_fen_per_year: int


@dataclass(frozen=True, slots=True, kw_only=True)
class EchelonTotal:
    """One item over all echelons: cost, lower bound, and the cost if every echelon held stock."""

    sku: str
    status: str
    cost_fen_per_year: int
    bound_fen_per_year: int
    all_hold_fen_per_year: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ContainerRow:
    """One item's share in the containers of a lane: order cycle in departures, first departure."""

    source_id: str
    warehouse_id: str
    sku: str
    every_departures: int
    first_departure: int
    units: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ContainerLane:
    """Containers of a lane: price of one, number a departure, cost and bound a year."""

    source_id: str
    warehouse_id: str
    unit_type: str
    container_fen: int
    departure_days: int
    most_containers: int
    mean_containers: float
    mean_fill_share: float
    cost_fen_per_year: int
    bound_fen_per_year: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Unplanned:
    """An item that got no policy, and why."""

    sku: str
    warehouse_id: str
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class InventoryPlan:
    """All answers, and remarks that a reader should know."""

    service: float
    seed: int
    history_days: int
    lanes: tuple[LaneLead, ...]
    items: tuple[ItemRow, ...]
    echelons: tuple[EchelonRow, ...]
    echelon_totals: tuple[EchelonTotal, ...]
    containers: tuple[ContainerRow, ...]
    container_lanes: tuple[ContainerLane, ...]
    unplanned: tuple[Unplanned, ...]
    notes: tuple[str, ...]
    seconds: float
    input_hashes: dict[str, str]
