"""Request of a quote. The answer is the JSON of ``teahorse quote --json``."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

_EXAMPLE = {
    "origin": "CNKMG-CBZ",
    "destination": "THBKK-LKB",
    "gross_kg": 1200,
    "volume_m3": 6,
    "ready_at": "2026-09-14T08:00:00+08:00",
}


class QuoteRequest(BaseModel):
    """One shipment to be quoted; times are RFC 3339 with zone."""

    model_config = ConfigDict(
        extra="forbid", allow_inf_nan=False, json_schema_extra={"examples": [_EXAMPLE]}
    )

    origin: str = Field(max_length=64, description="Facility id, UN/LOCODE, IATA or lat,lon")
    destination: str = Field(max_length=64, description="As origin")
    gross_kg: float = Field(gt=0, le=500_000, description="Gross mass, kg")
    volume_m3: float = Field(gt=0, le=1_000, description="Volume, cubic metres")
    ready_at: str = Field(max_length=40, description="Earliest start")
    due_at: str = Field(default="", max_length=40, description="Soft due time")
    latest_at: str = Field(default="", max_length=40, description="Hard latest delivery")
    booked_at: str = Field(default="", max_length=40, description="Earliest booking; ready_at")
    customs_mode: str = Field(default="0110", max_length=16)
    cargo_class: str = Field(default="general", max_length=32)
    credit_class: str = Field(default="ordinary", max_length=32)
