"""Schemas of the tables about load units, vehicles, factors and parameters."""

from __future__ import annotations

from typing import Any

from schema_fields import (
    COUNTRY_OR_ANY_PATTERN,
    COUNTRY_PATTERN,
    LIST_PATTERN,
    field,
    names,
    number,
    provenance,
    table,
    text,
    whole,
)


def load_units() -> dict[str, Any]:
    """Containers, truck bodies and ULDs."""
    fields = [
        text("code", "Code used in all tables", unique=True),
        *names(),
        text("modes", "Modes that carry it, separated by semicolons", pattern=LIST_PATTERN),
        whole("payload_rail_kg", "Payload on a train", "kg", required=False),
        whole("payload_road_kg", "Payload on a truck", "kg", required=False),
        whole("payload_air_kg", "Payload on an aircraft", "kg", required=False),
        number("usable_m3", "Volume that stowage reaches", "m3"),
        whole("inner_length_mm", "Inner length", "mm"),
        whole("inner_width_mm", "Inner width", "mm"),
        whole("inner_height_mm", "Inner height", "mm"),
        number("teu", "TEU on a train; handling equivalent of ULDs and truck bodies", "TEU"),
        whole("positions", "Aircraft positions, 0 on the ground"),
        field("refrigerated", "boolean", "Whether it cools"),
        *provenance(),
    ]
    return table("load_units", "Load units", fields, "code")


def vehicles() -> dict[str, Any]:
    """Trucks, trains and aircraft, with the limits of countries."""
    fields = [
        text("vehicle_code", "Code of the vehicle", unique=True),
        *names(),
        text("mode", "Mode of transport", enum=("air", "rail", "road")),
        text("countries", "Countries of the limit, or *", pattern=LIST_PATTERN),
        number("gross_kg", "Gross mass limit", "kg", required=False),
        number("payload_kg", "Payload", "kg"),
        number("volume_m3", "Volume", "m3", required=False),
        text("load_units", "Load units it carries", required=False, pattern=LIST_PATTERN),
        *provenance(),
    ]
    return table("vehicles", "Vehicles and their limits", fields, "vehicle_code")


def fx() -> dict[str, Any]:
    """Exchange rates."""
    fields = [
        text("currency", "ISO 4217 code", pattern=r"[A-Z]{3}"),
        number("cny_per_unit", "CNY for one unit of the currency", "CNY"),
        field("on", "date", "Day of the rate"),
        *provenance(),
    ]
    return table("fx", "Exchange rates", fields, ["currency", "on"])


def emission_factors() -> dict[str, Any]:
    """Greenhouse gas intensities, well to wheel."""
    fields = [
        text("mode", "Mode of transport", enum=("air", "rail", "road")),
        text("traction", "Kind of carriage; hub for handling, connector for short road moves"),
        text("country", "ISO 3166 alpha-2 code, or *", pattern=COUNTRY_OR_ANY_PATTERN),
        number("g_per_tkm", "CO2e per tonne-kilometre; hub rows: per tonne handled", "g/tkm"),
        number("from_distance_km", "Applies from this leg distance upward", "km"),
        number("distance_add_km", "Added once to the distance of a leg", "km"),
        *provenance(),
    ]
    key = ["mode", "traction", "country", "from_distance_km"]
    return table("emission_factors", "Emission factors", fields, key)


def territories() -> dict[str, Any]:
    """Customs unions."""
    fields = [
        text("country", "ISO 3166 alpha-2 code", unique=True, pattern=COUNTRY_PATTERN),
        text("territory", "Customs territory of the country"),
        *provenance(),
    ]
    return table("territories", "Customs territories", fields, "country")


def holidays() -> dict[str, Any]:
    """Which holiday calendar holds where."""
    fields = [
        text("country", "ISO 3166 alpha-2 code", unique=True, pattern=COUNTRY_PATTERN),
        text("calendar", "Country code of the holidays package"),
        text("affects", "What the calendar closes"),
        *provenance(),
    ]
    return table("holidays", "Holiday calendars", fields, "country")


def parameters() -> dict[str, Any]:
    """Named numbers of the planner."""
    fields = [
        text("name", "Name of the parameter", unique=True),
        field("value", "number", "Value in the unit of the row"),
        text("unit", "Unit, 1 for a plain number"),
        text("description", "What it does"),
        *provenance(),
    ]
    return table("parameters", "Parameters", fields, "name")


ALL = (load_units, vehicles, fx, emission_factors, territories, holidays, parameters)
