"""The shipped tables: enough of them, consistent, sourced, and in the right places."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from collections import Counter
from pathlib import Path
from zoneinfo import ZoneInfo

import holidays
import pytest
from shapely.geometry import Point, shape

from optimizer.domain.hours import WeeklyHours

ROOT = Path(__file__).resolve().parents[2] / "network-data"
SCRIPTS = ROOT / "scripts"
PACKAGE = json.loads((ROOT / "datapackage.json").read_text(encoding="utf-8"))
RESOURCES = {resource["name"]: resource for resource in PACKAGE["resources"]}

Rows = list[dict[str, str]]


def read(name: str) -> Rows:
    with (ROOT / RESOURCES[name]["path"]).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def listed(cell: str) -> list[str]:
    return [item for item in cell.split(";") if item]


TABLES = {name: read(name) for name in RESOURCES}
FACILITIES = {row["facility_id"]: row for row in TABLES["facilities"]}
CODES = {row["code"] for row in TABLES["customs_modes"]}
LAND_CROSSINGS = [row for row in TABLES["borders"] if row["mode"] != "air"]


def test_there_are_enough_places_and_crossings() -> None:
    assert len(FACILITIES) >= 90
    assert len({row["country"] for row in FACILITIES.values()}) >= 20
    assert len({row["border_id"] for row in LAND_CROSSINGS}) >= 20
    assert {row["mode"] for row in LAND_CROSSINGS} == {"rail", "road"}
    kinds = Counter(row["kind"] for row in FACILITIES.values() if row["country"] == "CN")
    assert kinds["export_park"] == 5
    assert kinds["import_platform"] == 2


def test_kunming_and_bangkok_have_the_ids_that_others_use() -> None:
    assert {"CNKMG-KMG", "CNKMG-WJX", "CNKMG-CBZ", "CNKMG-MEC", "THBKK-LKB"} <= set(FACILITIES)
    changshui = FACILITIES["CNKMG-KMG"]
    assert (float(changshui["lat"]), float(changshui["lon"])) == (25.1019, 102.9292)
    assert FACILITIES["CNKMG-CBZ"]["kind"] == "cloud_warehouse"
    assert not [row for row in FACILITIES.values() if row["iata"] == "PNH"]


@pytest.mark.parametrize("name", RESOURCES)
def test_primary_keys_are_unique(name: str) -> None:
    key = RESOURCES[name]["schema"]["primaryKey"]
    columns = [key] if isinstance(key, str) else key
    found = Counter(tuple(row[column] for column in columns) for row in TABLES[name])
    assert [value for value, n in found.items() if n > 1] == []


@pytest.mark.parametrize("name", RESOURCES)
def test_columns_are_those_of_the_schema(name: str) -> None:
    with (ROOT / RESOURCES[name]["path"]).open(encoding="utf-8", newline="") as file:
        header = next(csv.reader(file))
    assert header == [field["name"] for field in RESOURCES[name]["schema"]["fields"]]


@pytest.mark.parametrize("name", [name for name in RESOURCES if name != "sources"])
def test_every_row_has_provenance_with_a_known_source(name: str) -> None:
    sources = {row["source_id"] for row in TABLES["sources"]}
    for row in TABLES[name]:
        assert row["source_id"] in sources, row
        assert row["confidence"] in {"high", "medium", "low", "estimate"}, row
        assert len(row["as_of"]) == len("2026-01-01"), row
        if row["source_id"] == "EST":
            assert row["confidence"] == "estimate", row
            assert row["note"], row


def test_sources_can_be_found_again() -> None:
    for row in TABLES["sources"]:
        assert row["title"], row
        assert row["address"], row


def test_every_border_has_both_directions_with_gauges_turned_round() -> None:
    crossings = {row["crossing_id"]: row for row in TABLES["borders"]}
    for row in crossings.values():
        one, other = row["from_country"], row["to_country"]
        assert row["crossing_id"] == f"{row['border_id']}:{one}-{other}"
        back = crossings[f"{row['border_id']}:{other}-{one}"]
        assert (back["gauge_from_mm"], back["gauge_to_mm"]) == (
            row["gauge_to_mm"],
            row["gauge_from_mm"],
        )
        assert back["from_facility_id"] == row["to_facility_id"]
        changes_gauge = row["gauge_from_mm"] != row["gauge_to_mm"]
        assert changes_gauge == (row["interchange"] == "gauge_change")


def test_border_facilities_lie_on_their_side_and_near_the_crossing() -> None:
    for row in LAND_CROSSINGS:
        for side in ("from", "to"):
            facility = FACILITIES[row[f"{side}_facility_id"]]
            assert facility["country"] == row[f"{side}_country"], row["crossing_id"]
            assert row["mode"] in listed(facility["modes"]), row["crossing_id"]
            off = max(abs(float(facility[axis]) - float(row[axis])) for axis in ("lat", "lon"))
            assert off < 0.35, (row["crossing_id"], off)
            gauge = row[f"gauge_{side}_mm"]
            assert not gauge or gauge in listed(facility["gauges_mm"]), row["crossing_id"]


def test_no_crossing_inside_a_customs_territory() -> None:
    territory = {row["country"]: row["territory"] for row in TABLES["territories"]}
    for row in TABLES["borders"]:
        one, other = row["from_country"], row["to_country"]
        assert territory.get(one, one) != territory.get(other, other), row["crossing_id"]


@pytest.mark.parametrize("border", ["POIPET-ARAN-ROAD", "MAESOT-MYAWADDY-ROAD", "RUILI-MUSE-ROAD"])
def test_borders_last_known_as_closed_stay_closed(border: str) -> None:
    rows = [row for row in LAND_CROSSINGS if row["border_id"] == border]
    assert [row["status"] for row in rows] == ["closed", "closed"]
    assert all(row["status_note"] for row in rows)


def test_every_border_has_a_general_time_and_times_spread_upward() -> None:
    borders = {row["border_id"] for row in TABLES["borders"]}
    general = Counter()
    for row in TABLES["border_times"]:
        assert row["border_id"] in borders
        assert row["customs_mode"] in CODES | {"*"}
        if row["customs_mode"] == "*":
            general[row["border_id"]] += 1 if row["direction"] != "*" else 2
    assert {border for border in borders if general[border] < 2} == set()
    for name in ("border_times", "clearances", "inspections"):
        for row in TABLES[name]:
            assert int(row["p90_min"]) >= int(row["p50_min"]), row


def test_published_border_times_are_kept() -> None:
    times = {
        (row["border_id"], row["direction"], row["customs_mode"]): int(row["p50_min"])
        for row in TABLES["border_times"]
    }
    assert times["KHORGOS-ALTYNKOL-RAIL", "CN-KZ", "*"] == round(34.8 * 60)
    assert times["KHORGOS-NURZHOLY-ROAD", "CN-KZ", "*"] == round(51.4 * 60)
    assert times["MOHAN-BOTEN-RAIL", "*", "0110"] == 5 * 60


def test_codes_in_lists_exist() -> None:
    units = {row["code"] for row in TABLES["load_units"]} | {"LOOSE"}
    classes = {row["code"] for row in TABLES["cargo_classes"]}
    for name in ("facilities", "borders"):
        for row in TABLES[name]:
            assert set(listed(row["customs_modes"])) <= CODES, row
    for name in ("services", "truck_lanes"):
        for row in TABLES[name]:
            assert set(listed(row["load_units"])) <= units, row
            assert set(listed(row["cargo_classes"])) <= classes, row
    for row in TABLES["vehicles"]:
        assert set(listed(row["load_units"])) <= units, row
    assert {row["load_unit"] for row in TABLES["rate_cards"]} <= units


@pytest.mark.parametrize("name", ["facilities", "borders"])
def test_zones_and_hours_can_be_read(name: str) -> None:
    for row in TABLES[name]:
        ZoneInfo(row["timezone"])
        assert WeeklyHours.parse(row["hours"]).intervals
        if row.get("country") == "CN":
            assert row["timezone"] == "Asia/Shanghai"


def test_facilities_lie_in_their_countries() -> None:
    features = json.loads((ROOT / "derived" / "land.geojson").read_text(encoding="utf-8"))[
        "features"
    ]
    outlines = {one["properties"]["iso"]: shape(one["geometry"]) for one in features}
    for row in FACILITIES.values():
        place = Point(float(row["lon"]), float(row["lat"]))
        # Outlines are simplified to 0.08 degrees.
        assert outlines[row["country"]].distance(place) < 0.1, row["facility_id"]


def test_outlines_cover_every_country_and_stay_small() -> None:
    path = ROOT / "derived" / "land.geojson"
    features = json.loads(path.read_text(encoding="utf-8"))["features"]
    assert path.stat().st_size <= 600_000
    assert {row["country"] for row in FACILITIES.values()} <= {
        one["properties"]["iso"] for one in features
    }
    assert all(shape(one["geometry"]).is_valid for one in features)


def test_modes_of_facilities_agree_with_their_kind() -> None:
    for row in FACILITIES.values():
        modes = listed(row["modes"])
        assert ("air" in modes) == bool(row["iata"]) == (row["kind"] == "airport")
        assert ("rail" in modes) == bool(row["gauges_mm"]), row["facility_id"]


def test_load_units_have_a_payload_for_each_mode_and_fit_their_box() -> None:
    for row in TABLES["load_units"]:
        for mode in listed(row["modes"]):
            assert int(row[f"payload_{mode}_kg"]) > 0, row["code"]
        box_m3 = 1.0
        for side in ("length", "width", "height"):
            box_m3 *= int(row[f"inner_{side}_mm"]) / 1000
        # The contour of a ULD is not its box, so its stowage may come close to it.
        assert float(row["usable_m3"]) <= box_m3 * 1.2, row["code"]


def test_holidays_are_known_to_the_package() -> None:
    known = holidays.list_supported_countries()
    assert {row["calendar"] for row in TABLES["holidays"]} <= set(known)
    assert {row["country"] for row in TABLES["holidays"]} >= {
        row["country"] for row in FACILITIES.values()
    }


def test_air_factors_follow_the_two_distance_bands() -> None:
    bands = {
        (row["traction"], float(row["from_distance_km"])): (
            float(row["g_per_tkm"]),
            float(row["distance_add_km"]),
        )
        for row in TABLES["emission_factors"]
        if row["mode"] == "air" and row["traction"] != "hub"
    }
    for traction in ("freighter", "belly"):
        assert bands[traction, 0.0] == (1363.0, 95.0)
        assert bands[traction, 1500.0] == (788.0, 95.0)


def test_estimates_are_marked_and_counted() -> None:
    shares = Counter(
        row["confidence"]
        for name in RESOURCES
        if name != "sources"
        for row in TABLES[name]
        if row["source_id"] != "DEF"
    )
    by_grade = {grade: f"{n / shares.total():.0%}" for grade, n in shares.most_common()}
    # Most of the numbers have no publication; a share near nothing would mean hidden estimates.
    assert 0.3 < shares["estimate"] / shares.total() < 0.95, by_grade
    assert shares["high"] > 100, by_grade


@pytest.mark.parametrize(
    "command",
    [
        [sys.executable, str(SCRIPTS / "build_datapackage.py"), "--check"],
        [sys.executable, str(SCRIPTS / "airport_coordinates.py"), "--check"],
    ],
    ids=["datapackage", "airports"],
)
def test_derived_files_are_current(command: list[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_frictionless_accepts_the_package() -> None:
    from frictionless import validate

    report = validate(str(ROOT / "datapackage.json"))
    assert report.valid, report.flatten(["title", "rowNumber", "fieldName", "message"])[:5]
