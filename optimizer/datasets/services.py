"""Services with their calls, and truck lanes with their sections, from their tables."""

from __future__ import annotations

from collections import defaultdict

from optimizer.datasets import table_findings as say
from optimizer.datasets.collect import Findings
from optimizer.datasets.convert import Converter
from optimizer.datasets.quantities import minutes_from_hours, teu_c_offered
from optimizer.datasets.tables import Row, Tables
from optimizer.domain.location import Mode
from optimizer.domain.service import Call, Section, Service, TruckLane
from optimizer.units import m_from_km

STATUSES = ("running", "suspended", "planned")
TRUCK = "truck"
"""Traction of a section of a truck lane, whose table has no such column."""
LEAST_CALLS = 2
_N_WEEKDAYS = 7


def build_services(tables: Tables, findings: Findings) -> dict[str, Service]:
    """Services by id, each with its calls in order."""
    calls = _calls(tables, findings)
    cells = Converter(tables, "services", findings)
    services: dict[str, Service] = {}
    for row in cells.rows:
        cells.on(row)
        service_id = cells.text("service_id")
        valid_from, valid_to = cells.validity()
        services[service_id] = Service(
            service_id=service_id,
            name_en=cells.text("name_en"),
            name_zh=cells.text("name_zh"),
            mode=cells.choice("mode", Mode),
            weekdays=_weekdays(cells, findings),
            valid_from=valid_from,
            valid_to=valid_to,
            booking_close_min=minutes_from_hours(cells.number("booking_close_h")),
            allotment_teu_c=teu_c_offered(cells.number("allotment_teu")),
            allotment_kg=cells.whole("allotment_kg"),
            allotment_positions=cells.whole("allotment_positions"),
            load_units=cells.codes("load_units"),
            cargo_classes=cells.codes("cargo_classes"),
            calls=calls.get(service_id, ()),
            gauge_mm=cells.integer("gauge_mm"),
            provenance=cells.provenance(),
            status=_status(cells, findings),
        )
        n_calls = len(calls.get(service_id, ()))
        if service_id and n_calls < LEAST_CALLS and "calls" not in tables.incomplete:
            where = cells.where("service_id")
            findings.add(say.sequence_gap(where, service_id, "in calls.csv, two calls at least"))
    return services


def build_truck_lanes(tables: Tables, findings: Findings) -> dict[str, TruckLane]:
    """Truck lanes by id, each with its sections in order."""
    sections = _sections(tables, "truck_sections", ("lane_id",), findings)
    cells = Converter(tables, "truck_lanes", findings)
    lanes: dict[str, TruckLane] = {}
    for row in cells.rows:
        cells.on(row)
        lane_id = cells.text("lane_id")
        if lane_id and (lane_id,) not in sections and "truck_sections" not in tables.incomplete:
            where = cells.where("lane_id")
            findings.add(say.sequence_gap(where, lane_id, "in truck_sections.csv, one at least"))
        lanes[lane_id] = TruckLane(
            lane_id=lane_id,
            from_facility_id=cells.text("from_facility_id"),
            to_facility_id=cells.text("to_facility_id"),
            sections=sections.get((lane_id,), ()),
            n_drivers=cells.integer("n_drivers", missing=1),
            quota_per_day=cells.integer("quota_per_day"),
            load_units=cells.codes("load_units"),
            cargo_classes=cells.codes("cargo_classes"),
            delay=cells.duration("delay_p50_min", "delay_p90_min"),
            loading_min=minutes_from_hours(cells.number("loading_h")),
            provenance=cells.provenance(),
            status=_status(cells, findings),
        )
    return lanes


def _status(cells: Converter, findings: Findings) -> str:
    status = cells.text("status")
    if status and status not in STATUSES:
        findings.add(say.not_allowed(cells.where("status"), status, list(STATUSES)))
    return status or STATUSES[0]


def _weekdays(cells: Converter, findings: Findings) -> frozenset[int]:
    """Weekdays, Monday 0, of digits 1 to 7; D118."""
    text = cells.text("days")
    days = frozenset(int(digit) - 1 for digit in text if digit in "1234567")
    if text and len(days) != len(text):
        findings.add(say.bad_weekdays(cells.where("days"), text))
    return days


def _grouped(cells: Converter, key: tuple[str, ...]) -> dict[tuple[object, ...], list[Row]]:
    groups: dict[tuple[object, ...], list[Row]] = defaultdict(list)
    for row in cells.rows:
        groups[tuple(row.cells.get(column) for column in key)].append(row)
    return groups


def _in_order(
    cells: Converter, rows: list[Row], column: str, first: tuple[int, ...], findings: Findings
) -> list[Row]:
    """Rows sorted by a counter; D121 where it does not run from ``first`` without gaps."""
    numbered = [row for row in rows if isinstance(row.cells.get(column), int)]
    numbered.sort(key=lambda row: row.cells[column])
    numbers = [row.cells[column] for row in numbered]
    # Rows whose counter has a finding are left out; what remains then looks like a gap.
    complete = len(numbered) == len(rows)
    start = numbers[0] if numbers and numbers[0] in first else first[0]
    if complete and numbers != list(range(start, start + len(numbers))):
        where = cells.on(numbered[0]).where(column)
        wanted = f"{start}, {start + 1}, {start + 2} and on, each once"
        findings.add(say.sequence_gap(where, ", ".join(map(str, numbers)), wanted))
    return numbered


def _sections(
    tables: Tables, table: str, key: tuple[str, ...], findings: Findings
) -> dict[tuple[object, ...], tuple[Section, ...]]:
    """Sections in order by the key columns; their counter starts at 0 or 1."""
    cells = Converter(tables, table, findings)
    sections: dict[tuple[object, ...], tuple[Section, ...]] = {}
    for which, rows in _grouped(cells, key).items():
        sections[which] = tuple(
            Section(
                country=cells.on(row).text("country"),
                distance_m=m_from_km(cells.number("distance_km")),  # type: ignore[arg-type]
                speed_km_per_h=float(cells.number("speed_km_per_h")),
                traction=TRUCK if table == "truck_sections" else cells.text("traction"),
                crossing_id=cells.text("crossing_id"),
            )
            for row in _in_order(cells, rows, "section", (0, 1), findings)
        )
    return sections


def _calls(tables: Tables, findings: Findings) -> dict[str, tuple[Call, ...]]:
    """Calls in order by service. Only the first needs no arrival, only the last no departure."""
    sections = _sections(tables, "call_sections", ("service_id", "seq"), findings)
    cells = Converter(tables, "calls", findings)
    calls: dict[str, tuple[Call, ...]] = {}
    has_sections = "call_sections" not in tables.incomplete
    for (service_id,), rows in _grouped(cells, ("service_id",)).items():
        ordered = _in_order(cells, rows, "seq", (0,), findings)
        made: list[Call] = []
        for position, row in enumerate(ordered):
            cells.on(row)
            way_in = (service_id, row.cells["seq"])
            if position > 0 and way_in not in sections and has_sections:
                text = f"{service_id}, {row.cells['seq']}"
                wanted = "in call_sections.csv, one for the way into each call"
                findings.add(say.sequence_gap(cells.where("seq"), text, wanted))
            made.append(_call(cells, sections.get(way_in, ()), position, len(ordered)))
        calls[str(service_id)] = tuple(made)
    return calls


def _call(cells: Converter, sections: tuple[Section, ...], position: int, n_calls: int) -> Call:
    return Call(
        facility_id=cells.text("facility_id"),
        arrive_min=cells.clock("arrive", required=position > 0),
        depart_min=cells.clock("depart", required=position < n_calls - 1),
        cargo_cutoff_min=minutes_from_hours(cells.number("cargo_cutoff_h")),
        customs_cutoff_min=minutes_from_hours(cells.number("customs_cutoff_h")),
        availability_min=minutes_from_hours(cells.number("availability_h")),
        sections=sections,
        delay=cells.duration("delay_p50_min", "delay_p90_min"),
    )
