"""Requests for plans."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from pydantic import (
    AwareDatetime,
    BeforeValidator,
    ConfigDict,
    Field,
    JsonValue,
    model_validator,
)

from api.schemas.common import Line, Request
from api.schemas.jobs import Mode

MAX_SHIPMENTS = 20_000
_TEXT = Field(default="", max_length=64)
_TIME = Field(default="", max_length=40, description="RFC 3339 with zone")
_SHIPMENTS: list[JsonValue] = [
    {
        "shipment_id": "S1",
        "origin": "CNKMG-CBZ",
        "destination": "THBKK-LKB",
        "gross_kg": 1200,
        "volume_m3": 6,
        "ready_at": "2026-09-14T08:00:00+08:00",
    },
    {
        "shipment_id": "S2",
        "origin": "CNKMG-CBZ",
        "destination": "THBKK-LKB",
        "gross_kg": 2300,
        "volume_m3": 9,
        "ready_at": "2026-09-14T12:00:00+08:00",
    },
]


def _from_text(value: object) -> object:
    """RFC 3339 only: pydantic would take a number for seconds since 1970."""
    if isinstance(value, str | datetime) or value is None:
        return value
    raise ValueError("write a time as text, RFC 3339 with zone")


Moment = Annotated[AwareDatetime, BeforeValidator(_from_text)]


class PlanShipment(Request):
    """A shipment; the columns of the shipments' file, by the same names."""

    shipment_id: Line = Field(min_length=1, max_length=64)
    shipper: Line = _TEXT
    origin: Line = Field(
        min_length=1, max_length=64, description="Facility id, UN/LOCODE, IATA or lat,lon"
    )
    destination: Line = Field(min_length=1, max_length=64, description="As origin")
    gross_kg: float = Field(gt=0, le=500_000, description="Gross mass, kg")
    volume_m3: float = Field(gt=0, le=1_000, description="Volume, cubic metres")
    n_packages: int = Field(default=1, ge=1, le=1_000_000)
    value_cny: float = Field(default=0, ge=0, le=1e12)
    cargo_class: Line = Field(default="general", max_length=32)
    customs_mode: Line = Field(default="0110", max_length=16)
    credit_class: Line = Field(default="ordinary", max_length=32)
    ready_at: Line = Field(min_length=1, max_length=40, description="Earliest start, with zone")
    due_at: Line = _TIME
    latest_at: Line = _TIME
    late_cny_per_h: float = Field(default=0, ge=0, le=1e9)
    unserved_cny: float = Field(default=0, ge=0, le=1e12)
    booked_at: Line = _TIME


class PlanLimits(Request):
    """How hard is tried; a plan is the same whenever the limit of time does not end the search."""

    time_s: float = Field(default=60, gt=0, le=86_400, description="Solver's seconds")
    gap: float = Field(default=0.01, ge=0, le=1, description="Relative gap that is good enough")
    seed: int = Field(default=7, ge=0, le=2**31 - 1)
    planning_quantile: float = Field(default=0.5, ge=0.05, le=0.99)
    explain_s: float = Field(default=20, ge=0, le=3_600, description="Seconds for priced repairs")
    memory_mb: int = Field(default=0, ge=0, le=1_000_000, description="0: the service's limit")


class PlanSettings(PlanLimits):
    """What a request for a plan has beside shipments."""

    mode: Mode = "solve"
    label: Line = Field(default="", max_length=200)
    planned_at: Moment | None = Field(
        default=None, description="Nothing is booked before; the earliest booking if missing"
    )
    horizon_days: int = Field(
        default=0, ge=0, le=120, description="Departures so far ahead; 0: 30 days after the last"
    )
    priority: int = Field(default=5, ge=0, le=9, description="0 first, among your own jobs")
    network: Line = Field(default="current", min_length=1, max_length=64)


class PlanRequest(PlanSettings):
    """Shipments to be planned, or a plan to be evaluated."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"shipments": _SHIPMENTS, "time_s": 10, "explain_s": 0}]}
    )

    shipments: list[PlanShipment] = Field(default_factory=list, max_length=MAX_SHIPMENTS)
    plan: dict[str, Any] | None = Field(
        default=None, description="A plan.json, edited; for mode evaluate"
    )

    @model_validator(mode="after")
    def _has_what_the_mode_needs(self) -> PlanRequest:
        if self.mode == "evaluate":
            if self.plan is None or self.shipments:
                raise ValueError("mode evaluate needs plan, and no shipments")
        elif not self.shipments or self.plan is not None:
            raise ValueError(f"mode {self.mode} needs shipments, and no plan")
        return self
