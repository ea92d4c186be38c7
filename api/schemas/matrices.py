"""Request of a small matrix, and its answer."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field, StringConstraints

from api.schemas.common import NAME_PATTERN, AnswerModel, Line, Request

Place = Annotated[str, StringConstraints(min_length=1, max_length=500, pattern=NAME_PATTERN)]
MATRIX_EXAMPLE = {
    "origins": ["CNKMG-WJX", "CNKMG-KMG"],
    "destinations": ["THBKK-LKB", "LAVTE-VSR"],
    "load": "1200kg 6m3",
    "week": "2026-09-14",
}


class MatrixRequest(Request):
    """Costs between sets of places, answered at once; large ones are jobs."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [MATRIX_EXAMPLE, MATRIX_EXAMPLE | {"at": "2026-09-14T08:00:00+08:00"}]
        }
    )

    origins: list[Place] = Field(
        min_length=1,
        max_length=1_000,
        description="Facility, UN/LOCODE, IATA, lat,lon, country:TH, territory:EU, zone:NAME=ID+ID",
    )
    destinations: list[Place] = Field(min_length=1, max_length=1_000, description="As origins")
    mode: Literal["multimodal", "road", "rail"] = "multimodal"
    load: Line = Field(
        default="1000kg 6m3", max_length=64, description="1200kg 6m3, or 2x40HQ 30000kg"
    )
    at: str = Field(default="", max_length=40, description="Ready time of earliest arrivals")
    week: str = Field(
        default="", max_length=10, description="A day of the week that is averaged over"
    )
    weights: Line = Field(default="", max_length=120, description="cost=1,time=20,co2e=100")
    zone_rule: Literal["best", "mean"] = "best"
    without: list[Literal["air", "rail", "road"]] = Field(
        default_factory=list[Literal["air", "rail", "road"]], max_length=3
    )
    customs_mode: Line = Field(default="0110", max_length=16)
    cargo_class: Line = Field(default="general", max_length=32)
    credit_class: Line = Field(default="ordinary", max_length=32)
    network: Line = Field(default="current", min_length=1, max_length=40)


class MatrixRow(AnswerModel):
    """One pair; what is not known of a pair is missing or null."""

    origin: str
    destination: str
    generalized_cost_fen: int | None = None
    cost_fen: int | None = None
    time_min: int | None = None
    distance_m: int | None = None
    co2e_g: int | None = None
    arrives_at: str | None = None
    from_member: str = ""
    to_member: str = ""
    n_joined: int = 0
    reason_code: str = ""
    reason: str = ""


class MatrixAnswer(AnswerModel):
    """All pairs, origin by origin, and what the values mean."""

    about: dict[str, Any]
    rows: list[MatrixRow]
