"""
Make ``truck_lanes.csv`` and ``truck_sections.csv`` from ``inputs/truck_lanes.csv``.

An input row stands for both directions. ``way`` reads like
``CN 688@65 > MOHAN-BOTEN-ROAD | LA 228@40``: country, km, line-haul km/h, and after ``>`` the
border at the end of the section. The delay of a lane is the spread of its driving time: median 3 %
and 90th percentile 25 % of the driving minutes, on top of 15 and 60 minutes (an estimate; monsoon
and congestion make mountain roads uneven).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from table_io import INPUTS, PROVENANCE, TABLES, Row, by_key, number_text, read_rows, write_rows

DRY = "general;electronics;textiles;parcels"
UNITS = {
    "@INTL": "T76;T96;T136;T136RF;20GP;40HQ;40RF;LOOSE",
    "@DOMX": "T76;T96;T136;T136RF;20GP;40GP;40HQ;40RF;LOOSE",
    "@DOM": "T42;T76;T96;T136;T136RF;20GP;40GP;40HQ;40RF;LOOSE",
    "@GMS": "T136;T136RF;40HQ;40RF",
    "@CIS": "T136;T136RF;20GP;40HQ;40RF;LOOSE",
    "@EU": "T76;T136;T136RF;20GP;40GP;40HQ;45HQ;40RF;LOOSE",
    "@RFS": "AKE;RKN;PMC;T96;T136;LOOSE",
}
CLASSES = {
    "@ALL": f"{DRY};perishable;pharma;dangerous",
    "@ROAD": f"{DRY};perishable;pharma",
    "@DRY": DRY,
}
_SECTION = re.compile(
    r"(?P<country>[A-Z]{2}) (?P<km>[\d.]+)@(?P<speed>[\d.]+)(?: > (?P<border>\S+))?"
)

LANE_COLUMNS = (
    "lane_id", "name_en", "name_zh", "from_facility_id", "to_facility_id", "n_drivers",
    "quota_per_day", "load_units", "cargo_classes", "loading_h", "delay_p50_min", "delay_p90_min",
    "status", *PROVENANCE,
)  # fmt: skip
SECTION_COLUMNS = (
    "lane_id", "section", "country", "distance_km", "speed_km_per_h", "crossing_id", *PROVENANCE,
)  # fmt: skip


@dataclass(frozen=True)
class Part:
    """A section of a lane; ``border`` is crossed at its end."""

    country: str
    distance_km: float
    speed_km_per_h: float
    border: str

    @property
    def driving_min(self) -> float:
        """Minutes at line-haul speed."""
        return self.distance_km / self.speed_km_per_h * 60


def parts(way: str) -> list[Part]:
    """
    Sections of a way text in order.

    Raises
    ------
    ValueError
        A section is not of the form that the module describes.
    """
    result: list[Part] = []
    for text in way.split("|"):
        match = _SECTION.fullmatch(text.strip())
        if match is None:
            raise ValueError(f"{text.strip()!r} is not like 'CN 688@65 > BORDER'")
        result.append(
            Part(match["country"], float(match["km"]), float(match["speed"]), match["border"] or "")
        )
    return result


def turned(way: list[Part]) -> list[Part]:
    """The same way in the other direction."""
    borders = [*[part.border for part in way[:-1]][::-1], ""]
    return [
        Part(part.country, part.distance_km, part.speed_km_per_h, border)
        for part, border in zip(way[::-1], borders, strict=True)
    ]


def lane_id(start: Row, end: Row, suffix: str) -> str:
    """``TRK-<locode>-<locode>``; the airport lanes keep their own ends apart by the suffix."""
    ends = (row["facility_id"].partition("-")[0] for row in (start, end))
    return "-".join(("TRK", *ends, *((suffix,) if suffix else ())))


def section_rows(lane: str, way: list[Part], crossings: dict[str, Row], source: Row) -> list[Row]:
    """
    Rows of ``truck_sections.csv`` for one direction of a lane.

    Raises
    ------
    ValueError
        A crossing is not in ``borders.csv``.
    """
    rows: list[Row] = []
    for number, part in enumerate(way):
        crossing = ""
        if part.border:
            crossing = f"{part.border}:{part.country}-{way[number + 1].country}"
            if crossing not in crossings:
                raise ValueError(f"{lane}: {crossing} is not in borders.csv")
        rows.append(
            {
                "lane_id": lane,
                "section": str(number),
                "country": part.country,
                "distance_km": number_text(part.distance_km),
                "speed_km_per_h": number_text(part.speed_km_per_h),
                "crossing_id": crossing,
                **source,
            }
        )
    return rows


def lane_row(row: Row, start: Row, end: Row, driving_min: float) -> Row:
    """Row of ``truck_lanes.csv`` for one direction."""
    return {
        "lane_id": lane_id(start, end, row["suffix"]),
        "name_en": f"{start['name_en']}-{end['name_en']} truck, {row['via_en']}",
        "name_zh": f"{start['name_zh']}—{end['name_zh']}卡车({row['via_zh']})",
        "from_facility_id": start["facility_id"],
        "to_facility_id": end["facility_id"],
        "n_drivers": row["n_drivers"],
        "quota_per_day": row["quota_per_day"],
        "load_units": UNITS[row["load_units"]],
        "cargo_classes": ";".join(CLASSES.get(key, key) for key in row["cargo_classes"].split(";")),
        "loading_h": row["loading_h"],
        "delay_p50_min": str(round(15 + 0.03 * driving_min)),
        "delay_p90_min": str(round(60 + 0.25 * driving_min)),
        "status": row["status"],
        **{column: row[column] for column in PROVENANCE},
    }


def main() -> None:
    """Write the two tables."""
    points = by_key(INPUTS / "truck_points.csv", "point")
    crossings = by_key(TABLES / "borders.csv", "crossing_id")
    lanes, sections = [], []
    for row in read_rows(INPUTS / "truck_lanes.csv"):
        forward = parts(row["way"])
        start, end = points[row["from"]], points[row["to"]]
        driving_min = sum(part.driving_min for part in forward)
        for ends, way in (((start, end), forward), ((end, start), turned(forward))):
            lane = lane_row(row, *ends, driving_min)
            source = {column: row[column] for column in PROVENANCE}
            lanes.append(lane)
            sections.extend(section_rows(lane["lane_id"], way, crossings, source))
    write_rows(TABLES / "truck_lanes.csv", LANE_COLUMNS, lanes)
    write_rows(TABLES / "truck_sections.csv", SECTION_COLUMNS, sections)


if __name__ == "__main__":
    main()
