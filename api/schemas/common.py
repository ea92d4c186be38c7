"""What all requests and answers share."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints
from pydantic_core import PydanticCustomError

NAME_PATTERN = r"^[^\x00-\x1f\x7f]*$"
"""One line: control characters would end up in logs, headers and spreadsheets."""


def _no_other_kind(value: object) -> object:
    """JSON has kinds of values: a text or a truth value is not taken for a number."""
    if isinstance(value, bool | str):
        raise PydanticCustomError("wrong_kind", "a number is wanted, not a text or truth value")
    return value


Number = Annotated[float, BeforeValidator(_no_other_kind)]
Whole = Annotated[int, BeforeValidator(_no_other_kind)]
Line = Annotated[str, StringConstraints(pattern=NAME_PATTERN)]
TIME_SCHEMA: dict[str, Any] = {"format": "date-time"}


class Request(BaseModel):
    """Base of requests: unknown fields and numbers that are none are errors."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)


class AnswerModel(BaseModel):
    """Base of answers: a client may rely on the fields, and must let new ones pass."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)


class Point(AnswerModel):
    """A GeoJSON point, WGS-84, longitude first."""

    type: Literal["Point"] = "Point"
    coordinates: tuple[float, float] = Field(description="Longitude, latitude")


class LineGeometry(AnswerModel):
    """A GeoJSON line, or several where it crosses the 180th meridian."""

    type: Literal["LineString", "MultiLineString"]
    coordinates: list[Any]


class Feature(AnswerModel):
    """A GeoJSON feature."""

    type: Literal["Feature"] = "Feature"
    geometry: LineGeometry
    properties: dict[str, Any]


class FeatureCollection(AnswerModel):
    """A GeoJSON feature collection (RFC 7946)."""

    type: Literal["FeatureCollection"] = "FeatureCollection"
    features: list[Feature]
