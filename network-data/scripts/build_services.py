"""
Make ``services.csv``, ``calls.csv`` and ``call_sections.csv`` from the compact inputs.

Rail: ``inputs/rail_services.csv`` has one row per service. ``itinerary`` reads like
``CNKMG-WJX 11:00 | 26 KMG-VTE | LAVTE-VSR``: first call and its local departure; then in turn the
running hours with the way, and a call with its stop in hours (``+8``, none at the last call). A way
is a list of ``inputs/rail_ways.csv`` keys joined by ``+``, with ``#BORDER`` where a border is
crossed; ``~`` before it turns the whole way round; ``@NAME`` is one of ``rail_ways.WAYS``.

Air: ``inputs/air_services.csv`` has one row per flight; distance and block time follow from the
airports. Arrivals and departures become wall-clock times of each call. Where clocks change, the
summer of the reference date holds.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from math import asin, cos, radians, sin, sqrt
from zoneinfo import ZoneInfo

from rail_ways import Stretch, stretches
from table_io import (
    ESTIMATED_ON,
    INPUTS,
    PROVENANCE,
    TABLES,
    Row,
    by_key,
    number_text,
    read_rows,
    write_rows,
)

REFERENCE_DAY = datetime(2026, 7, 1)  # noqa: DTZ001  local midnight, the zone is set at each call
VALID = {"valid_from": "2026-01-01", "valid_to": "2027-12-31"}
EARTH_RADIUS_KM = 6371.0088

GROUPS = {
    "@BOX45": "20GP;40GP;40HQ;45HQ",
    "@BOX": "20GP;40GP;40HQ",
    "@DRY": "general;electronics;textiles;parcels",
    "@COLD": "perishable;pharma",
}
AIR_SPEED_KM_PER_H = {"narrow": 780.0, "wide": 830.0}
AIR_EXTRA_KM = 95.0
AIR_EXTRA_H = 0.5

SERVICE_COLUMNS = (
    "service_id", "name_en", "name_zh", "mode", "operator", "days", "valid_from", "valid_to",
    "booking_close_h", "capacity_teu", "capacity_kg", "capacity_positions", "allotment_teu",
    "allotment_kg", "allotment_positions", "load_units", "cargo_classes", "gauge_mm", "status",
    *PROVENANCE,
)  # fmt: skip
CALL_COLUMNS = (
    "service_id", "seq", "facility_id", "arrive", "depart", "cargo_cutoff_h", "customs_cutoff_h",
    "availability_h", "delay_p50_min", "delay_p90_min", *PROVENANCE,
)  # fmt: skip
SECTION_COLUMNS = (
    "service_id", "seq", "section", "country", "distance_km", "speed_km_per_h", "traction",
    "crossing_id", *PROVENANCE,
)  # fmt: skip


@dataclass
class Stop:
    """A call: hours of running and the way into it, hours of standing."""

    facility_id: str
    way: list[Stretch]
    running_h: float = 0.0
    standing_h: float = 0.0


def expand(text: str) -> str:
    """Replace the names of unit and cargo groups by their lists."""
    for name, members in GROUPS.items():
        text = text.replace(name, members)
    return text


def stops(itinerary: str, ways: dict[str, list[Row]]) -> tuple[str, list[Stop]]:
    """Clock of the first departure and the calls of an itinerary text."""
    tokens = [token.strip() for token in itinerary.split("|")]
    first, clock = tokens[0].split()
    result = [Stop(first, [])]
    for hop, call in zip(tokens[1::2], tokens[2::2], strict=True):
        hours, way = hop.split()
        facility, _, standing = call.partition(" +")
        way_sections = stretches(way, ways)
        result.append(Stop(facility, way_sections, float(hours), float(standing or 0)))
    return clock, result


def local_text(moment: datetime, zone: str) -> str:
    """``D+HH:MM`` of a moment in a zone, days counted from the reference day there."""
    local = moment.astimezone(ZoneInfo(zone))
    days = (local.date() - REFERENCE_DAY.date()).days
    return f"{days}+{local:%H:%M}"


def start_moment(clock: str, zone: str) -> datetime:
    """Moment of the first departure on the reference day."""
    hour, minute = (int(part) for part in clock.split(":"))
    return REFERENCE_DAY.replace(hour=hour, minute=minute, tzinfo=ZoneInfo(zone))


def call_rows(
    service: Row, clock: str, way: list[Stop], zones: dict[str, str], source: Row
) -> list[Row]:
    """Rows of ``calls.csv`` for one service."""
    cutoffs = service["cutoffs_h"].split("/")
    delays = [delay.split("/") for delay in service["delays_min"].split("|")]
    moment = start_moment(clock, zones[way[0].facility_id])
    rows: list[Row] = []
    for seq, stop in enumerate(way):
        zone = zones[stop.facility_id]
        moment += timedelta(hours=stop.running_h)
        arrive = local_text(moment, zone) if seq else ""
        moment += timedelta(hours=stop.standing_h)
        last = seq == len(way) - 1
        delay = delays[min(seq, len(delays)) - 1] if seq else ["0", "0"]
        rows.append(
            {
                "service_id": service["service_id"],
                "seq": str(seq),
                "facility_id": stop.facility_id,
                "arrive": arrive,
                "depart": "" if last else local_text(moment, zone),
                "cargo_cutoff_h": "0" if last else cutoffs[0],
                "customs_cutoff_h": "0" if last else cutoffs[1],
                "availability_h": cutoffs[2] if seq else "0",
                "delay_p50_min": delay[0],
                "delay_p90_min": delay[1],
                **source,
            }
        )
    return rows


def section_rows(service_id: str, way: list[Stop], countries: dict[str, str]) -> list[Row]:
    """Rows of ``call_sections.csv`` for one service."""
    rows: list[Row] = []
    for seq, stop in enumerate(way[1:], start=1):
        length_km = sum(part.distance_km for part in stop.way)
        for section, part in enumerate(stop.way):
            following = stop.way[section + 1 :]
            to_country = following[0].country if following else countries[stop.facility_id]
            crossing = f"{part.border}:{part.country}-{to_country}" if part.border else ""
            rows.append(
                {
                    "service_id": service_id,
                    "seq": str(seq),
                    "section": str(section),
                    "country": part.country,
                    "distance_km": number_text(part.distance_km),
                    "speed_km_per_h": number_text(length_km / stop.running_h),
                    "traction": part.traction,
                    "crossing_id": crossing,
                    **part.provenance,
                }
            )
    return rows


def great_circle_km(one: Row, other: Row) -> float:
    """Great-circle distance of two facilities."""
    lat1, lon1, lat2, lon2 = (
        radians(float(value)) for row in (one, other) for value in (row["lat"], row["lon"])
    )
    half = sin((lat2 - lat1) / 2) ** 2 + cos(lat1) * cos(lat2) * sin((lon2 - lon1) / 2) ** 2
    return 2 * EARTH_RADIUS_KM * asin(sqrt(half))


def block_h(distance_km: float, body: str) -> float:
    """Block hours of a flight, rounded to five minutes."""
    hours = (distance_km + AIR_EXTRA_KM) / AIR_SPEED_KM_PER_H[body] + AIR_EXTRA_H
    return round(hours * 12) / 12


def air_crossing(from_country: str, to_country: str, crossings: dict[str, Row]) -> str:
    """
    Crossing of a flight, empty inside a country.

    Raises
    ------
    ValueError
        ``borders.csv`` has no crossing between the countries.
    """
    if from_country == to_country:
        return ""
    for pair in (f"{from_country}-{to_country}", f"{to_country}-{from_country}"):
        crossing = f"AIR-{pair}:{from_country}-{to_country}"
        if crossing in crossings:
            return crossing
    raise ValueError(f"no air crossing from {from_country} to {to_country}")


def service_row(row: Row, mode: str, **values: str) -> Row:
    """Row of ``services.csv``: the input's own cells, the given values, empty elsewhere."""
    merged_row = {**dict.fromkeys(SERVICE_COLUMNS, ""), **VALID, "mode": mode}
    merged_row.update({key: value for key, value in row.items() if key in SERVICE_COLUMNS})
    merged_row.update(values)
    merged_row["load_units"] = expand(merged_row["load_units"])
    merged_row["cargo_classes"] = expand(merged_row["cargo_classes"])
    return merged_row


def rail(facilities: dict[str, Row]) -> tuple[list[Row], list[Row], list[Row]]:
    """Services, calls and sections of all trains."""
    ways: dict[str, list[Row]] = {}
    for row in read_rows(INPUTS / "rail_ways.csv"):
        ways.setdefault(row["way"], []).append(row)
    zones = {key: row["timezone"] for key, row in facilities.items()}
    countries = {key: row["country"] for key, row in facilities.items()}
    services, calls, sections = [], [], []
    for row in read_rows(INPUTS / "rail_services.csv"):
        clock, way = stops(row["itinerary"], ways)
        source = {column: row[column] for column in PROVENANCE}
        services.append(service_row(row, "rail", allotment_kg="0", allotment_positions="0"))
        calls.extend(call_rows(row, clock, way, zones, source))
        sections.extend(section_rows(row["service_id"], way, countries))
    return services, calls, sections


def air(
    facilities: dict[str, Row], crossings: dict[str, Row]
) -> tuple[list[Row], list[Row], list[Row]]:
    """Services, calls and sections of all flights."""
    zones = {key: row["timezone"] for key, row in facilities.items()}
    services, calls, sections = [], [], []
    for row in read_rows(INPUTS / "air_services.csv"):
        start, end = facilities[row["from_facility_id"]], facilities[row["to_facility_id"]]
        distance_km = great_circle_km(start, end)
        hours = block_h(distance_km, row["body"])
        way = [Stop(start["facility_id"], []), Stop(end["facility_id"], [], hours)]
        source = {column: row[column] for column in PROVENANCE}
        services.append(service_row(row, "air", allotment_teu="0", gauge_mm="0"))
        calls.extend(call_rows(row, row["clock"], way, zones, source))
        sections.append(
            {
                "service_id": row["service_id"],
                "seq": "1",
                "section": "0",
                "country": "*",
                "distance_km": number_text(distance_km),
                "speed_km_per_h": number_text(distance_km / hours),
                "traction": row["traction"],
                "crossing_id": air_crossing(start["country"], end["country"], crossings),
                "source_id": "PKG-AIRPORTSDATA",
                "confidence": "high",
                "as_of": ESTIMATED_ON,
                "note": "great circle between the airports of facilities.csv",
            }
        )
    return services, calls, sections


def main() -> None:
    """Write the three tables."""
    facilities = by_key(TABLES / "facilities.csv", "facility_id")
    crossings = by_key(TABLES / "borders.csv", "crossing_id")
    by_rail, by_air = rail(facilities), air(facilities, crossings)
    names = ("services.csv", "calls.csv", "call_sections.csv")
    columns = (SERVICE_COLUMNS, CALL_COLUMNS, SECTION_COLUMNS)
    for name, header, trains, flights in zip(names, columns, by_rail, by_air, strict=True):
        write_rows(TABLES / name, header, [*trains, *flights])


if __name__ == "__main__":
    main()
