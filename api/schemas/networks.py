"""Networks: revisions, their facilities, services and borders, and edits."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field, StringConstraints

from api.schemas.common import AnswerModel, Line, Point, Request

Cell = Annotated[str, StringConstraints(max_length=2_000, pattern=r"^[^\x00]*$")]
Column = Annotated[str, StringConstraints(min_length=1, max_length=64, pattern=r"^[a-z0-9_]+$")]
Table = Annotated[str, StringConstraints(min_length=1, max_length=32, pattern=r"^[a-z_]+$")]

EDIT_EXAMPLE = {
    "note": "The express to Vientiane does not run this month",
    "edits": [
        {
            "do": "set",
            "table": "services",
            "key": {"service_id": "RAIL-KMG-VTE-LME"},
            "cells": {"status": "suspended"},
        }
    ],
}


class Edit(Request):
    """One change of one table; cells are text, as in the tables' files."""

    do: Literal["set", "add", "remove"] = Field(description="What to do with the rows")
    table: Table = Field(description="Such as services, calls, borders, facilities, rate_cards")
    key: dict[Column, Cell] = Field(
        default_factory=dict[str, str], max_length=10, description="Columns that name the rows"
    )
    cells: dict[Column, Cell] = Field(
        default_factory=dict[str, str], max_length=60, description="New values by column"
    )


class RevisionRequest(Request):
    """A new revision: edits of the newest one, in order."""

    model_config = ConfigDict(json_schema_extra={"examples": [EDIT_EXAMPLE]})

    note: Line = Field(default="", max_length=500, description="Why")
    edits: list[Edit] = Field(min_length=1, max_length=10_000)
    mode: Literal["solve", "validate"] = Field(
        default="solve", description="validate stores nothing and says what is wrong"
    )


class RevisionAnswer(AnswerModel):
    """A revision of a network: it never changes."""

    revision_id: str
    number: int = Field(description="0 is the shipped network")
    parent_id: str | None
    fingerprint: str = Field(description="Content hash, the network_fingerprint of quotes")
    note: str
    edits: list[dict[str, Any]]
    created_at: datetime | None


class RevisionDetail(RevisionAnswer):
    """A revision with its size."""

    n_facilities: int
    n_crossings: int
    n_services: int
    n_truck_lanes: int
    rows_by_confidence: dict[str, dict[str, int]]


class RevisionCheck(AnswerModel):
    """Edits that could be stored."""

    fingerprint: str = Field(description="Content hash that the revision would have")
    valid: Literal[True] = True


class Provenance(AnswerModel):
    """Where a row comes from and how far it can be trusted."""

    source_id: str
    confidence: str = Field(description="high, medium, low or estimate")
    as_of: date | None


class FacilityAnswer(AnswerModel):
    """A place that handles freight."""

    facility_id: str
    unlocode: str
    iata: str
    name_en: str
    name_zh: str
    country: str
    location: Point
    timezone: str
    kind: str
    modes: list[str]
    customs_modes: list[str]
    gauges_mm: list[int]
    consolidates: bool
    transfer_min: int
    provenance: Provenance


class CallAnswer(AnswerModel):
    """A stop; minutes are local ones since midnight of the day the voyage starts."""

    facility_id: str
    arrive_min: int | None
    depart_min: int | None
    cargo_cutoff_min: int
    customs_cutoff_min: int
    availability_min: int
    distance_m: int = Field(description="From the call before")
    crossing_ids: list[str]


class ServiceAnswer(AnswerModel):
    """A timetabled product of a carrier."""

    service_id: str
    name_en: str
    name_zh: str
    mode: str
    status: str
    weekdays: list[int] = Field(description="1 is Monday")
    valid_from: date
    valid_to: date
    booking_close_min: int
    allotment_teu: float
    allotment_kg: int
    load_units: list[str]
    cargo_classes: list[str]
    calls: list[CallAnswer]
    provenance: Provenance


class BorderAnswer(AnswerModel):
    """One crossing in one direction."""

    crossing_id: str
    border_id: str
    name_en: str
    name_zh: str
    mode: str
    from_country: str
    to_country: str
    location: Point | None = Field(description="None by air, where a border is no place")
    timezone: str
    throughput_per_day: int
    status: str
    status_note: str
    status_as_of: date
    interchange: str
    customs_modes: list[str]
    provenance: Provenance
