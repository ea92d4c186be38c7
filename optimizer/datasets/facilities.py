"""Facilities, load units, cargo classes, territories and parameters from their tables."""

from __future__ import annotations

from decimal import Decimal

from optimizer.datasets import table_findings as say
from optimizer.datasets.collect import Findings
from optimizer.datasets.convert import Converter
from optimizer.datasets.quantities import minutes_from_days, teu_c_taken
from optimizer.datasets.tables import Tables
from optimizer.domain.equipment import CargoClass, LoadUnitType
from optimizer.domain.location import Facility, FacilityKind, Mode
from optimizer.units import capacity_dm3_from_m3, mfen_from_amount

PER_HUNDREDTH = Decimal("0.01")
PER_THOUSANDTH = Decimal("0.001")

REQUIRED_PARAMETERS = (
    "connector_max_km",
    "connector_address_max_km",
    "connector_speed_km_per_h",
    "connector_fixed_min",
    "circuity_default",
    "driver_max_drive_min",
    "driver_rest_min",
    "loose_teu_dm3",
    "loose_teu_kg",
    "planning_quantile",
)


def build_facilities(tables: Tables, findings: Findings) -> dict[str, Facility]:
    """Facilities by id. Prices per TEU, tonne and m3 become milli-fen per hundredth, kg, dm3."""
    cells = Converter(tables, "facilities", findings)
    facilities: dict[str, Facility] = {}
    for row in cells.rows:
        cells.on(row)
        facility_id = cells.text("facility_id")
        facilities[facility_id] = Facility(
            facility_id=facility_id,
            name_en=cells.text("name_en"),
            name_zh=cells.text("name_zh"),
            country=cells.text("country"),
            lat=float(cells.number("lat")),
            lon=float(cells.number("lon")),
            timezone=cells.zone("timezone"),
            kind=cells.choice("kind", FacilityKind),
            modes=cells.choices("modes", Mode),
            hours=cells.hours("hours", closed_on_holidays=cells.flag("closed_on_holidays")),
            customs_modes=cells.codes("customs_modes"),
            consolidates=cells.flag("consolidates"),
            transfer_min=cells.integer("transfer_min"),
            stuffing_min=cells.integer("stuffing_min"),
            unit_handling_mfen_per_teu_c=mfen_from_amount(
                cells.number("unit_handling_cny_per_teu"), PER_HUNDREDTH
            ),
            loose_handling_mfen_per_kg=mfen_from_amount(
                cells.number("loose_handling_cny_per_t"), PER_THOUSANDTH
            ),
            storage_mfen_per_dm3_day=mfen_from_amount(
                cells.number("storage_cny_per_m3_day"), PER_THOUSANDTH
            ),
            storage_free_min=minutes_from_days(cells.number("storage_free_days")),
            provenance=cells.provenance(),
            gauges_mm=cells.whole_numbers("gauges_mm"),
            iata=cells.text("iata"),
            coordinate_error_km=float(cells.number("coordinate_error_km")),
        )
    return facilities


def build_load_units(tables: Tables, findings: Findings) -> dict[str, LoadUnitType]:
    """Load-unit types by code; a mode without a payload is D107."""
    cells = Converter(tables, "load_units", findings)
    units: dict[str, LoadUnitType] = {}
    for row in cells.rows:
        cells.on(row)
        modes = cells.choices("modes", Mode)
        payload_kg = {mode: cells.integer(f"payload_{mode}_kg") for mode in sorted(modes)}
        for mode, payload in payload_kg.items():
            if payload <= 0 and f"payload_{mode}_kg" in row.cells:
                findings.add(say.missing_value(cells.where(f"payload_{mode}_kg")))
        code = cells.text("code")
        units[code] = LoadUnitType(
            code=code,
            name_en=cells.text("name_en"),
            name_zh=cells.text("name_zh"),
            modes=modes,
            payload_kg=payload_kg,
            usable_dm3=capacity_dm3_from_m3(float(cells.number("usable_m3"))),
            inner_length_mm=cells.integer("inner_length_mm"),
            inner_width_mm=cells.integer("inner_width_mm"),
            inner_height_mm=cells.integer("inner_height_mm"),
            teu_c=teu_c_taken(cells.number("teu")),
            positions=cells.integer("positions"),
            refrigerated=cells.flag("refrigerated"),
            provenance=cells.provenance(),
        )
    return units


def build_cargo_classes(tables: Tables, findings: Findings) -> dict[str, CargoClass]:
    """Cargo classes by code."""
    cells = Converter(tables, "cargo_classes", findings)
    classes: dict[str, CargoClass] = {}
    for row in cells.rows:
        cells.on(row)
        code = cells.text("code")
        classes[code] = CargoClass(
            code=code,
            name_en=cells.text("name_en"),
            name_zh=cells.text("name_zh"),
            pool=cells.text("pool"),
            refrigerated=cells.flag("refrigerated"),
            provenance=cells.provenance(),
        )
    return classes


def build_territories(tables: Tables, findings: Findings) -> dict[str, str]:
    """Customs territory by country."""
    cells = Converter(tables, "territories", findings)
    pairs = ((cells.on(row).text("country"), cells.text("territory")) for row in cells.rows)
    return dict(pairs)


def build_parameters(tables: Tables, findings: Findings) -> dict[str, float]:
    """Named numbers; D122 for one that the rules need and the table lacks."""
    cells = Converter(tables, "parameters", findings)
    pairs = ((cells.on(row).text("name"), float(cells.number("value"))) for row in cells.rows)
    parameters = dict(pairs)
    for name in REQUIRED_PARAMETERS:
        if name not in parameters and "parameters" not in tables.incomplete:
            findings.add(say.missing_parameter(cells.file, name))
    return parameters
