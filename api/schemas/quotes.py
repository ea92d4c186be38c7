"""Request of a quote, and its answer: the JSON of ``teahorse quote --json``."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

from pydantic import ConfigDict, Field, StrictBool

from api.schemas.common import (
    TIME_SCHEMA,
    AnswerModel,
    FeatureCollection,
    Line,
    Number,
    Request,
    Whole,
)

QUOTE_EXAMPLE = {
    "origin": "CNKMG-CBZ",
    "destination": "THBKK-LKB",
    "gross_kg": 1200,
    "volume_m3": 6,
    "ready_at": "2026-09-14T08:00:00+08:00",
}
QUOTE_EXAMPLES = [
    QUOTE_EXAMPLE,
    QUOTE_EXAMPLE | {"origin": "KMG", "destination": "SIN", "due_at": "2026-09-20T18:00:00+08:00"},
    QUOTE_EXAMPLE | {"origin": "25.04,102.72", "destination": "VNHAN", "alternatives": 3},
    QUOTE_EXAMPLE | {"mode": "validate"},
]
PLACE = "Facility id, UN/LOCODE, IATA code or lat,lon"


class QuoteRequest(Request):
    """One shipment to be quoted; times are RFC 3339 with zone."""

    model_config = ConfigDict(json_schema_extra={"examples": QUOTE_EXAMPLES})

    origin: Line = Field(min_length=1, max_length=64, description=PLACE)
    destination: Line = Field(min_length=1, max_length=64, description=PLACE)
    gross_kg: Number = Field(gt=0, le=500_000, description="Gross mass, kg")
    volume_m3: Number = Field(gt=0, le=1_000, description="Volume, cubic metres")
    ready_at: str = Field(
        min_length=1, max_length=40, description="Earliest start", json_schema_extra=TIME_SCHEMA
    )
    due_at: str = Field(default="", max_length=40, description="Soft due time; empty for none")
    latest_at: str = Field(default="", max_length=40, description="Hard latest delivery")
    booked_at: str = Field(default="", max_length=40, description="Earliest booking; ready_at")
    customs_mode: Line = Field(default="0110", max_length=16)
    cargo_class: Line = Field(default="general", max_length=32)
    credit_class: Line = Field(default="ordinary", max_length=32)
    alternatives: Whole = Field(
        default=0, ge=0, le=50, description="At most so many ways that differ, instead of the front"
    )
    geometry: StrictBool = Field(default=False, description="Whether each itinerary has its lines")
    network: Line = Field(
        default="current", min_length=1, max_length=40, description="Revision, current or shipped"
    )
    mode: Literal["solve", "validate"] = Field(
        default="solve", description="validate only says what is wrong with the request"
    )


class PassageAnswer(AnswerModel):
    """A border crossing on a leg."""

    crossing_id: str
    enters_at: datetime | None
    leaves_at: datetime | None


class LegAnswer(AnswerModel):
    """Carriage on one departure or by one truck."""

    kind: str = Field(description="service, truck or connector")
    mode: Literal["air", "rail", "road"]
    ref: str = Field(description="Service or truck lane; empty for connectors")
    from_: str = Field(alias="from")
    to: str
    departs_at: datetime
    arrives_at: datetime
    available_at: datetime
    booking_close_at: datetime | None
    cargo_cutoff_at: datetime | None
    customs_cutoff_at: datetime | None
    distance_m: int
    voyage_on: date | None
    from_call: int
    to_call: int
    passages: list[PassageAnswer]
    load_unit: str
    n_units: int
    load_id: str
    cost_cny: float
    cost_lines_fen: dict[str, int]
    co2e_kg: float


class ClearanceAnswer(AnswerModel):
    """Customs clearance at a facility."""

    facility_id: str
    direction: Literal["export", "import"]
    starts_at: datetime
    ends_at: datetime


class StorageAnswer(AnswerModel):
    """Waiting at a facility."""

    facility_id: str
    from_at: datetime
    until_at: datetime
    cost_fen: int


class ItineraryAnswer(AnswerModel):
    """One way from door to door; times are in the zone of the place where they happen."""

    shipment_id: str
    delivered_at: datetime
    delivered_p90_at: datetime
    on_time_share: float = Field(description="0 to 1, by sampling delays")
    lateness_min: int
    cost_cny: float
    cost_lines_fen: dict[str, int]
    share_fen: int
    stand_alone_fen: int
    co2e_kg: float
    legs: list[LegAnswer]
    clearances: list[ClearanceAnswer]
    storages: list[StorageAnswer]
    estimates: list[str] = Field(description="Rows of the data that are our own estimates")
    warnings: list[str]
    geometry: FeatureCollection | None = Field(
        default=None, description="One feature for each leg, if asked for"
    )


class ReasonAnswer(AnswerModel):
    """Why there is no way."""

    code: str
    reason: str
    resource: str


class TraitsAnswer(AnswerModel):
    """What tells an alternative apart."""

    modes: list[str]
    crossing_ids: list[str]
    gateway_id: str
    is_own: bool
    day_band: int


class QuoteAnswer(AnswerModel):
    """Ways by rising cost, none beaten in delivery, cost and CO2e at once; or the reasons."""

    shipment_id: str
    from_: str = Field(alias="from")
    to: str
    ready_at: datetime
    planning_quantile: float
    network_fingerprint: str
    notes: list[str] = Field(description="What the places were taken for")
    itineraries: list[ItineraryAnswer]
    reasons: list[ReasonAnswer]
    alternatives: list[TraitsAnswer] = Field(default_factory=list[TraitsAnswer])
