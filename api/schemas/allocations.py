"""Allocation of one order, and its answer."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field, StrictBool

from api.schemas.common import AnswerModel, Line, Request, Whole
from api.schemas.quotes import PLACE
from api.schemas.stock import HOLD_MIN, MAX_FEN, MAX_HOLD_MIN, MAX_UNITS, Code, Moment, Status

ALLOCATION_EXAMPLE = {
    "order_id": "O-1001",
    "destination": "17.97,102.63",
    "customs_mode": "9610",
    "lines": [{"sku": "TEA-100", "units": 3}],
    "placed_at": "2026-09-14T09:30:00+08:00",
    "due_at": "2026-09-18T18:00:00+07:00",
    "late_fen_per_day": 2_000,
}


class OrderLineBody(Request):
    """Units of one SKU."""

    sku: Code
    units: Whole = Field(ge=1, le=MAX_UNITS)


class AllocationRequest(Request):
    """One order; times are RFC 3339 with zone."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [ALLOCATION_EXAMPLE | {"what_if": True}, ALLOCATION_EXAMPLE]}
    )

    order_id: Code
    destination: Line = Field(min_length=1, max_length=64, description=PLACE)
    customs_mode: Literal["1210", "9610", "9710", "9810", "domestic"]
    lines: Annotated[list[OrderLineBody], Field(min_length=1, max_length=200)]
    placed_at: Moment | None = Field(default=None, description="Now if missing")
    due_at: Moment | None = Field(default=None, description="Soft; see late_fen_per_day")
    late_fen_per_day: Whole = Field(default=0, ge=0, le=MAX_FEN, description="Per started day")
    priority: Whole = Field(default=1, ge=0, le=100)
    unserved_fen: Whole = Field(
        default=0, ge=0, le=MAX_FEN, description="Of a unit that is not served; 0: chosen here"
    )
    max_parcels: Whole = Field(default=1, ge=1, le=99, description="Warehouses at most")
    partial: StrictBool = Field(default=False, description="Whether units may be back-ordered")
    min_units: Whole = Field(default=0, ge=0, le=MAX_UNITS, description="Least partial delivery")
    credit_class: Line = Field(default="ordinary", max_length=32)
    hold_min: Whole = Field(default=HOLD_MIN, ge=1, le=MAX_HOLD_MIN)
    what_if: StrictBool = Field(default=False, description="Answer only, hold nothing")
    network: Line = Field(
        default="current", min_length=1, max_length=40, description="Revision, current or shipped"
    )


class AllocationLineAnswer(AnswerModel):
    """Units of a lot in a parcel."""

    sku: str
    lot_id: str
    customs_status: Status
    units: int


class ParcelAnswer(AnswerModel):
    """What leaves one warehouse together; the itinerary is that of a quote."""

    parcel_id: str
    warehouse_id: str
    lines: list[AllocationLineAnswer]
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
    cost_fen: int
    co2e_g: int
    opportunity_fen: int
    itinerary: dict[str, Any]


class ReasonAnswer(AnswerModel):
    """Why units are not served."""

    code: str
    text: str
    resource: str


class RepairAnswer(AnswerModel):
    """A change that would serve them, with its price."""

    kind: str
    change: str
    cost_fen: int
    promise_at: datetime | None


class BackorderAnswer(AnswerModel):
    """Units that wait."""

    sku: str
    units: int
    reasons: list[ReasonAnswer]
    repairs: list[RepairAnswer]


class RunnerUpAnswer(AnswerModel):
    """The best answer from other warehouses, and why it lost."""

    warehouse_ids: list[str]
    cost_fen: int
    opportunity_fen: int
    promise_at: datetime | None
    co2e_g: int
    why: str


class AllocationAnswer(AnswerModel):
    """Which stock serves an order, by which way, for which price."""

    order_id: str
    status: Literal["served", "partial", "backordered"]
    cost_fen: int
    cost_cny: float
    opportunity_fen: int
    co2e_g: int
    promise_at: datetime | None
    parcels: list[ParcelAnswer]
    backorders: list[BackorderAnswer]
    runner_up: RunnerUpAnswer | None
    reservation_ids: list[str] = Field(description="Confirm them before expires_at")
    warnings: list[str]
    expires_at: datetime | None = Field(description="Of the reservations; none without any")
    network_fingerprint: str
    stock_version: int
