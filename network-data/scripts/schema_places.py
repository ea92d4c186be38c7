"""Schemas of the tables about places, borders, customs, units and factors."""

from __future__ import annotations

from typing import Any

from schema_fields import (
    COUNTRY_OR_ANY_PATTERN,
    COUNTRY_PATTERN,
    LIST_PATTERN,
    Field,
    field,
    foreign_key,
    latitude,
    longitude,
    names,
    number,
    provenance,
    table,
    text,
    whole,
)

KINDS = (
    "airport",
    "rail_terminal",
    "border",
    "bonded_zone",
    "bonded_centre",
    "cloud_warehouse",
    "overseas_warehouse",
    "mail_centre",
    "export_park",
    "import_platform",
    "dry_port",
    "road_hub",
    "seaport",
)
MODES = ("air", "rail", "road")
CREDIT_CLASSES = (
    "senior_certified",
    "certified",
    "ordinary",
    "discredited",
    "seriously_discredited",
)
HOURS_TEXT = "Local opening hours, such as 24/7 or Mo-Fr 08:00-18:00; Sa 08:00-12:00"


def _country(name: str = "country", any_allowed: bool = False) -> Field:
    pattern = COUNTRY_OR_ANY_PATTERN if any_allowed else COUNTRY_PATTERN
    extra = ", or * for all others" if any_allowed else ""
    return text(name, f"ISO 3166 alpha-2 code{extra}", pattern=pattern)


def _codes(name: str, description: str, required: bool = True) -> Field:
    return text(
        name, f"{description}, separated by semicolons", required=required, pattern=LIST_PATTERN
    )


def _spread() -> list[Field]:
    return [
        whole("p50_min", "Median duration", "min"),
        whole("p90_min", "90th percentile of the duration", "min"),
    ]


def sources() -> dict[str, Any]:
    """Where facts come from."""
    fields = [
        text("source_id", "Key used by every other table", unique=True),
        text("title", "What the source says, in our own words"),
        text("publisher", "Publisher or host"),
        text("published", "Date or year as far as known", required=False),
        text("address", "Address as found; shortened where the facts list shortens it"),
        text("note", "Scope or doubt", required=False),
    ]
    return table("sources", "Sources of facts", fields, "source_id")


def facilities() -> dict[str, Any]:
    """Places that handle freight."""
    fields = [
        text(
            "facility_id",
            "UN/LOCODE-shaped code and a suffix",
            unique=True,
            pattern=r"[A-Z]{5}-[A-Z0-9]{2,4}",
        ),
        *names(),
        _country(),
        latitude(),
        longitude(),
        text("timezone", "IANA zone of hours and calendars"),
        text("kind", "Kind of place", enum=KINDS),
        text("iata", "IATA code of an airport", required=False, pattern=r"[A-Z]{3}"),
        _codes("modes", "Modes that call here: air, rail, road"),
        _codes("gauges_mm", "Track gauges of a rail terminal in mm", required=False),
        text("hours", HOURS_TEXT, estimate=True),
        field("closed_on_holidays", "boolean", "Closed on the country's holidays", estimate=True),
        _codes("customs_modes", "Customs modes that may be declared here"),
        field("consolidates", "boolean", "Whether shared load units are stuffed and stripped here"),
        whole(
            "transfer_min", "Least time between arrival and next departure", "min", estimate=True
        ),
        whole("stuffing_min", "Time to stuff or strip a shared load unit", "min", estimate=True),
        number("unit_handling_cny_per_teu", "One lift of a load unit", "CNY/TEU", estimate=True),
        number(
            "loose_handling_cny_per_t", "Loose cargo, each load or unload", "CNY/t", estimate=True
        ),
        number(
            "storage_cny_per_m3_day", "Storage beyond the free time", "CNY/m3/day", estimate=True
        ),
        number("storage_free_days", "Free storage", "day", estimate=True),
        number("coordinate_error_km", "Bound of the error of the coordinates", "km"),
        *provenance(),
    ]
    return table("facilities", "Freight facilities", fields, "facility_id")


def borders() -> dict[str, Any]:
    """Border crossings by direction and mode."""
    fields = [
        text("crossing_id", "border_id:FROM-TO", unique=True),
        text("border_id", "Border, both directions"),
        *names(),
        text("mode", "Mode of transport", enum=MODES),
        _country("from_country"),
        _country("to_country"),
        text("from_facility_id", "Border facility on the near side", required=False),
        text("to_facility_id", "Border facility on the far side", required=False),
        latitude(),
        longitude(),
        text("timezone", "IANA zone of the hours"),
        text("hours", HOURS_TEXT),
        whole("throughput_per_day", "Trucks or trains a day this way, 0 unlimited", "1/day"),
        number(
            "firm_share",
            "Share of the throughput that one planner may count on",
            maximum=1,
            estimate=True,
        ),
        text("status", "Whether freight may cross", enum=("open", "restricted", "closed")),
        text("status_note", "Reason of the status", required=False),
        text(
            "interchange",
            "What happens to the vehicle",
            enum=("none", "gauge_change", "truck_swap"),
        ),
        whole("gauge_from_mm", "Gauge on the near side", "mm", required=False),
        whole("gauge_to_mm", "Gauge on the far side", "mm", required=False),
        _codes("customs_modes", "Customs modes that may cross"),
        number("unit_cost_cny", "Crossing of a load unit", "CNY", estimate=True),
        number("loose_cost_cny_per_t", "Crossing of loose cargo", "CNY/t", estimate=True),
        *provenance(),
    ]
    keys = [
        foreign_key("from_facility_id", "facilities", "facility_id"),
        foreign_key("to_facility_id", "facilities", "facility_id"),
    ]
    return table("borders", "Border crossings", fields, "crossing_id", keys)


def border_times() -> dict[str, Any]:
    """Dwell at a border."""
    fields = [
        text("border_id", "Border of borders.csv"),
        text("direction", "FROM-TO, or * for both", pattern=r"[A-Z]{2}-[A-Z]{2}|\*"),
        text("customs_mode", "Customs mode, or * for the rest"),
        *_spread(),
        *provenance(),
    ]
    return table(
        "border_times", "Time at borders", fields, ["border_id", "direction", "customs_mode"]
    )


def inspections() -> dict[str, Any]:
    """Physical inspection by credit class."""
    fields = [
        text("credit_class", "Credit class of the declarant", enum=CREDIT_CLASSES),
        text("mode", "Mode of transport", enum=MODES),
        number("inspection_share", "Share of shipments inspected", maximum=1),
        *_spread(),
        number("cost_cny", "Cost of one inspection", "CNY"),
        *provenance(),
    ]
    return table("inspections", "Inspections", fields, ["credit_class", "mode"])


def clearances() -> dict[str, Any]:
    """Time to customs release."""
    fields = [
        _country(any_allowed=True),
        text("direction", "Direction of trade", enum=("export", "import")),
        text("customs_mode", "Customs mode, or * for the rest"),
        *_spread(),
        *provenance(),
    ]
    return table("clearances", "Customs release", fields, ["country", "direction", "customs_mode"])


def customs_modes() -> dict[str, Any]:
    """Customs supervision modes."""
    fields = [
        text("code", "Code used in all tables", unique=True),
        *names(),
        text("pool", "Shipments share a unit within a pool", enum=("trade", "ecommerce", "mail")),
        field("export", "boolean", "Whether it exists for exports"),
        field("import", "boolean", "Whether it exists for imports"),
        number("declaration_cny", "Fee of one declaration", "CNY"),
        *provenance(),
    ]
    return table("customs_modes", "Customs modes", fields, "code")


def cargo_classes() -> dict[str, Any]:
    """Cargo classes."""
    fields = [
        text("code", "Code used in all tables", unique=True),
        *names(),
        text("pool", "Classes of one pool may share a unit", enum=("dry", "cold", "dangerous")),
        field("refrigerated", "boolean", "Whether it needs a refrigerated unit"),
        *provenance(),
    ]
    return table("cargo_classes", "Cargo classes", fields, "code")


ALL = (
    sources,
    facilities,
    borders,
    border_times,
    inspections,
    clearances,
    customs_modes,
    cargo_classes,
)
