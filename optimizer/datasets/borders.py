"""Crossings, customs modes, clearances and inspections from their tables."""

from __future__ import annotations

from decimal import Decimal

from optimizer.datasets import table_findings as say
from optimizer.datasets.collect import Findings
from optimizer.datasets.convert import Converter
from optimizer.datasets.facilities import PER_THOUSANDTH
from optimizer.datasets.tables import Tables
from optimizer.domain.border import (
    ANY,
    BorderStatus,
    Clearance,
    CreditClass,
    Crossing,
    CustomsMode,
    Duration,
    Inspection,
    Interchange,
)
from optimizer.domain.location import Mode
from optimizer.units import mfen_from_amount

PER_ONE = Decimal(1)
DIRECTIONS = ("export", "import")


def build_crossings(tables: Tables, findings: Findings) -> dict[str, Crossing]:
    """
    Crossings by id, with their dwell times.

    A dwell time of the crossing's own direction wins over one of direction ``*`` for the same
    customs mode. D124 where the facility on a side is not in that side's country.
    """
    dwells = _dwells(tables, findings)
    countries = {
        row.cells.get("facility_id"): row.cells.get("country")
        for row in Converter(tables, "facilities", findings).rows
    }
    cells = Converter(tables, "borders", findings)
    crossings: dict[str, Crossing] = {}
    for row in cells.rows:
        cells.on(row)
        for side in ("from", "to"):
            facility_id, country = cells.text(f"{side}_facility_id"), cells.text(f"{side}_country")
            if facility_id and countries.get(facility_id, country) != country:
                where = cells.where(f"{side}_facility_id")
                findings.add(say.crossing_country(where, facility_id, country))
        crossing_id, border_id = cells.text("crossing_id"), cells.text("border_id")
        direction = f"{cells.text('from_country')}-{cells.text('to_country')}"
        provenance = cells.provenance()
        crossings[crossing_id] = Crossing(
            crossing_id=crossing_id,
            border_id=border_id,
            name_en=cells.text("name_en"),
            name_zh=cells.text("name_zh"),
            mode=cells.choice("mode", Mode),
            from_country=cells.text("from_country"),
            to_country=cells.text("to_country"),
            lat=float(cells.number("lat")),
            lon=float(cells.number("lon")),
            timezone=cells.zone("timezone"),
            hours=cells.hours("hours"),
            throughput_per_day=cells.integer("throughput_per_day"),
            firm_share=float(cells.number("firm_share")),
            status=cells.choice("status", BorderStatus),
            status_note=cells.text("status_note"),
            status_as_of=cells.day("as_of"),
            interchange=cells.choice("interchange", Interchange),
            customs_modes=cells.codes("customs_modes"),
            dwell=dwells.get((border_id, ANY), {}) | dwells.get((border_id, direction), {}),
            unit_cost_mfen=mfen_from_amount(cells.number("unit_cost_cny"), PER_ONE),
            loose_cost_mfen_per_kg=mfen_from_amount(
                cells.number("loose_cost_cny_per_t"), PER_THOUSANDTH
            ),
            provenance=provenance,
        )
    return crossings


def _dwells(tables: Tables, findings: Findings) -> dict[tuple[str, str], dict[str, Duration]]:
    """Dwell by customs mode, by border and direction."""
    cells = Converter(tables, "border_times", findings)
    dwells: dict[tuple[str, str], dict[str, Duration]] = {}
    for row in cells.rows:
        cells.on(row)
        key = (cells.text("border_id"), cells.text("direction"))
        dwells.setdefault(key, {})[cells.text("customs_mode")] = cells.duration()
    return dwells


def build_customs_modes(tables: Tables, findings: Findings) -> dict[str, CustomsMode]:
    """Customs modes by code."""
    cells = Converter(tables, "customs_modes", findings)
    modes: dict[str, CustomsMode] = {}
    for row in cells.rows:
        cells.on(row)
        code = cells.text("code")
        modes[code] = CustomsMode(
            code=code,
            name_en=cells.text("name_en"),
            name_zh=cells.text("name_zh"),
            pool=cells.text("pool"),
            export=cells.flag("export"),
            import_=cells.flag("import"),
            declaration_mfen=mfen_from_amount(cells.number("declaration_cny"), PER_ONE),
            provenance=cells.provenance(),
        )
    return modes


def build_clearances(tables: Tables, findings: Findings) -> tuple[Clearance, ...]:
    """Clearance times in the order of the table; D109 for a direction that is none."""
    cells = Converter(tables, "clearances", findings)
    clearances: list[Clearance] = []
    for row in cells.rows:
        cells.on(row)
        direction = cells.text("direction")
        if direction not in DIRECTIONS and "direction" in row.cells:
            findings.add(say.not_allowed(cells.where("direction"), direction, list(DIRECTIONS)))
        clearances.append(
            Clearance(
                country=cells.text("country"),
                direction=direction,
                customs_mode=cells.text("customs_mode"),
                duration=cells.duration(),
                provenance=cells.provenance(),
            )
        )
    return tuple(clearances)


def build_inspections(tables: Tables, findings: Findings) -> tuple[Inspection, ...]:
    """Inspections by credit class and mode, in the order of the table."""
    cells = Converter(tables, "inspections", findings)
    return tuple(
        Inspection(
            credit_class=cells.on(row).choice("credit_class", CreditClass),
            mode=cells.choice("mode", Mode),
            inspection_share=float(cells.number("inspection_share")),
            delay=cells.duration(),
            cost_mfen=mfen_from_amount(cells.number("cost_cny"), PER_ONE),
            provenance=cells.provenance(),
        )
        for row in cells.rows
    )
