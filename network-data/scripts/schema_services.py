"""Schemas of the tables about services, trucks and prices."""

from __future__ import annotations

from typing import Any

from schema_fields import (
    CALL_TIME_PATTERN,
    COUNTRY_OR_ANY_PATTERN,
    COUNTRY_PATTERN,
    LIST_PATTERN,
    Field,
    foreign_key,
    names,
    number,
    provenance,
    table,
    text,
    validity,
    whole,
)

STATUSES = ("running", "suspended", "planned")
TRACTIONS = ("electric", "electric-yn", "diesel", "freighter", "belly", "truck")


def _delay() -> list[Field]:
    return [
        whole("delay_p50_min", "Median delay", "min"),
        whole("delay_p90_min", "90th percentile of the delay", "min"),
    ]


def _status() -> Field:
    return text("status", "Only running rows are used", enum=STATUSES)


def services() -> dict[str, Any]:
    """Timetabled products of carriers."""
    fields = [
        text("service_id", "Key of the service", unique=True),
        *names(),
        text("mode", "Mode of transport", enum=("air", "rail", "road")),
        text("operator", "Who runs it"),
        text("days", "ISO weekdays on which a voyage starts, local", pattern=r"1?2?3?4?5?6?7?"),
        *validity(),
        number("booking_close_h", "Booking ends before the first departure", "h"),
        number("capacity_teu", "Whole train", "TEU", required=False),
        number("capacity_kg", "Whole train or aircraft", "kg", required=False),
        number("capacity_positions", "Whole aircraft", required=False),
        number("allotment_teu", "What one planner may book, 0 where it does not apply", "TEU"),
        number("allotment_kg", "What one planner may book, 0 where it does not apply", "kg"),
        whole("allotment_positions", "What one planner may book, 0 where it does not apply"),
        text("load_units", "Load units and LOOSE", pattern=LIST_PATTERN),
        text("cargo_classes", "Cargo classes taken", pattern=LIST_PATTERN),
        whole("gauge_mm", "Track gauge, 0 or empty in the air", "mm", required=False),
        _status(),
        *provenance(),
    ]
    return table("services", "Timetabled services", fields, "service_id")


def calls() -> dict[str, Any]:
    """Stops of services."""
    time_text = "D+HH:MM local at this facility, D days after the voyage date"
    fields = [
        text("service_id", "Service"),
        whole("seq", "Position of the call, from 0"),
        text("facility_id", "Facility of the call"),
        text("arrive", time_text, required=False, pattern=CALL_TIME_PATTERN),
        text("depart", time_text, required=False, pattern=CALL_TIME_PATTERN),
        number("cargo_cutoff_h", "Cargo at the facility before departure", "h"),
        number("customs_cutoff_h", "Customs release before departure", "h"),
        number("availability_h", "From arrival to collection", "h"),
        *_delay(),
        *provenance(),
    ]
    keys = [
        foreign_key("service_id", "services", "service_id"),
        foreign_key("facility_id", "facilities", "facility_id"),
    ]
    return table("calls", "Calls of services", fields, ["service_id", "seq"], keys)


def call_sections() -> dict[str, Any]:
    """Way into a call, by country."""
    fields = [
        text("service_id", "Service"),
        whole("seq", "Call that the section leads to", minimum=1),
        whole("section", "Position of the section, from 0"),
        text("country", "Country, * in the air", pattern=COUNTRY_OR_ANY_PATTERN),
        number("distance_km", "Length; great circle in the air", "km"),
        number("speed_km_per_h", "Informative", "km/h"),
        text("traction", "Key of the emission factor", enum=TRACTIONS),
        text("crossing_id", "Crossing at the end of the section", required=False),
        *provenance(),
    ]
    keys = [
        foreign_key(["service_id", "seq"], "calls", ["service_id", "seq"]),
        foreign_key("crossing_id", "borders", "crossing_id"),
    ]
    return table(
        "call_sections", "Sections of services", fields, ["service_id", "seq", "section"], keys
    )


def truck_lanes() -> dict[str, Any]:
    """Trucks on demand."""
    fields = [
        text("lane_id", "Key of the lane, one direction", unique=True),
        *names(),
        text("from_facility_id", "Facility where it starts"),
        text("to_facility_id", "Facility where it ends"),
        whole("n_drivers", "Drivers; with two or more the truck does not rest", minimum=1),
        whole("quota_per_day", "Trucks a day that permits allow, 0 without quota", "1/day"),
        text("load_units", "Load units and LOOSE", pattern=LIST_PATTERN),
        text("cargo_classes", "Cargo classes taken", pattern=LIST_PATTERN),
        number("loading_h", "Loading, and unloading", "h"),
        *_delay(),
        _status(),
        *provenance(),
    ]
    keys = [
        foreign_key("from_facility_id", "facilities", "facility_id"),
        foreign_key("to_facility_id", "facilities", "facility_id"),
    ]
    return table("truck_lanes", "Truck lanes", fields, "lane_id", keys)


def truck_sections() -> dict[str, Any]:
    """Way of a truck lane, by country."""
    fields = [
        text("lane_id", "Lane"),
        whole("section", "Position of the section, from 0"),
        text("country", "Country", pattern=COUNTRY_PATTERN),
        number("distance_km", "Length", "km"),
        number("speed_km_per_h", "Speed while moving", "km/h", minimum=1),
        text("crossing_id", "Crossing at the end of the section", required=False),
        *provenance(),
    ]
    keys = [
        foreign_key("lane_id", "truck_lanes", "lane_id"),
        foreign_key("crossing_id", "borders", "crossing_id"),
    ]
    return table("truck_sections", "Sections of truck lanes", fields, ["lane_id", "section"], keys)


def rate_cards() -> dict[str, Any]:
    """Prices of carriage."""
    fields = [
        text("rate_id", "Key of the card", unique=True),
        text("scope", "service_id, lane_id, connector, or connector:<country>"),
        text("load_unit", "Load unit, or LOOSE"),
        text("currency", "ISO 4217 code", pattern=r"[A-Z]{3}"),
        number("fixed", "Per load unit, or per loose shipment and leg", "currency"),
        number("per_km", "Per kilometre", "currency/km"),
        number("per_tkm", "Per chargeable tonne-kilometre, loose cargo", "currency/tkm"),
        number("minimum", "Least charge of a leg", "currency"),
        number("volumetric_kg_per_m3", "Factor of chargeable mass", "kg/m3"),
        text(
            "breaks",
            "from_kg:rate per chargeable kg, separated by semicolons",
            required=False,
            pattern=r"\d+:\d+(\.\d+)?(;\d+:\d+(\.\d+)?)*",
        ),
        *validity(),
        *provenance(),
    ]
    keys = [foreign_key("currency", "fx", "currency")]
    return table("rate_cards", "Rate cards", fields, "rate_id", keys)


def surcharges() -> dict[str, Any]:
    """Additions to rates."""
    fields = [
        text("surcharge_id", "Key of the surcharge", unique=True),
        text("name_en", "English name"),
        text("scope", "service_id, lane_id, mode:air, mode:rail or mode:road"),
        number("share", "Share of the base charge"),
        number("per_unit", "Per load unit", "currency"),
        number("per_kg", "Per chargeable kilogram, loose cargo", "currency/kg"),
        text("currency", "ISO 4217 code", pattern=r"[A-Z]{3}"),
        *validity(),
        *provenance(),
    ]
    keys = [foreign_key("currency", "fx", "currency")]
    return table("surcharges", "Surcharges", fields, "surcharge_id", keys)


def truck_speeds() -> dict[str, Any]:
    """Speeds on local streets."""
    classes = ("motorway", "trunk", "primary", "secondary", "tertiary")
    links = tuple(f"{name}_link" for name in classes)
    others = ("unclassified", "residential", "living_street", "service", "road")
    fields = [
        text("country", "Country, * where it has no row", pattern=COUNTRY_OR_ANY_PATTERN),
        text("highway", "Class of road in OpenStreetMap", enum=(*classes, *links, *others)),
        number("speed_km_per_h", "Truck in free flow", "km/h", minimum=1, maximum=120),
        *provenance(),
    ]
    return table("truck_speeds", "Truck speeds on streets", fields, ["country", "highway"])


ALL = (
    services,
    calls,
    call_sections,
    truck_lanes,
    truck_sections,
    rate_cards,
    surcharges,
    truck_speeds,
)
