"""
The service, truck and price tables as committed: they resolve, run forward in time, and agree with
published lengths, times and prices.
"""

from __future__ import annotations

import csv
from collections import Counter, defaultdict
from datetime import datetime, timedelta
from functools import cache
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

TABLES = Path(__file__).resolve().parents[2] / "network-data" / "tables"
SUMMER, WINTER = datetime(2026, 7, 1), datetime(2026, 12, 1)  # noqa: DTZ001
LOOSE = "LOOSE"
Row = dict[str, str]

PUBLISHED_KM = {
    "RAIL-KMG-VTE-LME": 1035,
    "RAIL-VTE-KUL-AEX": 2206,
    "RAIL-CKG-DUI-X": 11179,
    "RAIL-XIY-DUI": 9908,
    "RAIL-CTU-LOD-X": 9826,
    "RAIL-CGO-HAM-E": 10214,
    "RAIL-XIY-ALA": 3860,
    "RAIL-XIY-TAS": 4486,
    "RAIL-CTU-TAS": 4800,
    "RAIL-YVN-STR": 1726,
    "TRK-CNKMG-THBKK": 1836,
    "TRK-CNKMG-VNHAN": 700,
    "TRK-CNKMG-VNHPH": 780,
    "TRK-CNNNG-VNHAN": 400,
    "TRK-CNCKG-LAVTE-GMS": 1900,
    "TRK-CNKMG-KHPNH": 2500,
    "TRK-LAVTE-LAZVK": 490,
    "TRK-VNSGN-KHPNH": 232,
    "TRK-THBKK-SGSIN": 1800,
    "TRK-MYKUL-SGSIN": 370,
    "AIR-KMG-BKK-F": 1275,
    "AIR-KMG-DEL-F": 2571,
    "AIR-CTU-LGG-F": 8006,
}
"""Kilometres end to end."""

PUBLISHED_H = {
    ("RAIL-KMG-VTE-LME", 0, 1): (26, 26),
    ("RAIL-VTE-KMG-LME", 0, 1): (26, 26),
    ("RAIL-KMG-VTE-D1", 0, 1): (30, 36),
    ("RAIL-CTU-VTE", 0, 2): (68, 76),
    ("RAIL-KMG-LCI-COLD", 0, 1): (20, 20),
    ("RAIL-KMG-HPH", 0, 3): (96, 144),
    ("RAIL-NNG-YVN-X", 0, 1): (14, 16.5),
    ("RAIL-NNG-YVN", 0, 2): (14.5, 16.5),
    ("RAIL-CKG-DUI-X", 0, 1): (315, 315),
    ("RAIL-CKG-BUD-X", 0, 1): (264, 264),
    ("RAIL-CTU-LOD-X", 0, 2): (264, 264),
    ("RAIL-CTU-MAL", 0, 1): (312, 360),
    ("RAIL-CTU-HAM", 0, 2): (18 * 24, 21 * 24),
    ("RAIL-XIY-DUI", 0, 2): (288, 336),
    ("RAIL-CTU-TAS", 0, 1): (240, 240),
    ("RAIL-XIY-TAS", 0, 1): (120, 216),
    ("RAIL-VTE-KUL-AEX", 0, 2): (72, 96),
}
"""Hours from departure at one call to arrival at another: least and most published."""


@cache
def table(name: str) -> list[Row]:
    with (TABLES / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@cache
def keyed(name: str, key: str) -> dict[str, Row]:
    rows = {row[key]: row for row in table(name)}
    assert len(rows) == len(table(name)), f"{name}.{key} is not unique"
    return rows


def grouped(name: str, key: str) -> dict[str, list[Row]]:
    groups: dict[str, list[Row]] = defaultdict(list)
    for row in table(name):
        groups[row[key]].append(row)
    return groups


def facility(facility_id: str) -> Row:
    return keyed("facilities", "facility_id")[facility_id]


def moment(text: str, facility_id: str, day: datetime) -> datetime:
    days, clock = text.split("+")
    hour, minute = (int(part) for part in clock.split(":"))
    local = day + timedelta(days=int(days), hours=hour, minutes=minute)
    return local.replace(tzinfo=ZoneInfo(facility(facility_id)["timezone"])).astimezone(
        ZoneInfo("UTC")
    )


def hours_between(service_id: str, start: int, end: int, day: datetime = SUMMER) -> float:
    calls = grouped("calls", "service_id")[service_id]
    depart = moment(calls[start]["depart"], calls[start]["facility_id"], day)
    arrive = moment(calls[end]["arrive"], calls[end]["facility_id"], day)
    return (arrive - depart).total_seconds() / 3600


def sections_of(scope: str) -> list[Row]:
    if scope.startswith("TRK-"):
        return grouped("truck_sections", "lane_id")[scope]
    return grouped("call_sections", "service_id")[scope]


def length_km(scope: str) -> float:
    return sum(float(row["distance_km"]) for row in sections_of(scope))


def listed(row: Row, column: str) -> set[str]:
    return set(row[column].split(";"))


def test_there_are_enough_services_and_lanes() -> None:
    running = [row for row in table("services") if row["status"] == "running"]
    by_mode = Counter(row["mode"] for row in running)
    assert by_mode["rail"] >= 45
    assert by_mode["air"] >= 30
    assert len(table("truck_lanes")) >= 70
    assert {row["status"] for row in table("services")} == {"running", "suspended", "planned"}
    keyed("truck_lanes", "lane_id")


def test_every_main_flow_runs_both_ways() -> None:
    ends = set()
    for calls in grouped("calls", "service_id").values():
        if keyed("services", "service_id")[calls[0]["service_id"]]["status"] == "running":
            ends.add((calls[0]["facility_id"], calls[-1]["facility_id"]))
    for row in table("truck_lanes"):
        ends.add((row["from_facility_id"], row["to_facility_id"]))
    # The fixed-timetable trains and Zhengzhou run west only; other trains come back from there.
    west_only = {("CNCGO-PTX", "DEHAM-BIL"), ("CNCTU-QBJ", "DEHAM-BIL")}
    missing = {pair for pair in ends if pair[::-1] not in ends and pair not in west_only}
    west = {pair for pair in missing if pair[1][:2] in ("PL", "HU")}
    assert missing == west, missing - west


def test_ids_resolve() -> None:
    facilities = keyed("facilities", "facility_id")
    crossings = keyed("borders", "crossing_id")
    units = {*keyed("load_units", "code"), LOOSE}
    classes = set(keyed("cargo_classes", "code"))
    sources = set(keyed("sources", "source_id"))
    names = ("services", "calls", "call_sections", "truck_lanes", "truck_sections")
    for name in (*names, "rate_cards", "surcharges"):
        for row in table(name):
            assert row["source_id"] in sources, row
            assert row["confidence"] in {"high", "medium", "low", "estimate"}, row
            assert row.get("crossing_id", "") in {*crossings, ""}, row
    for row in (*table("services"), *table("truck_lanes")):
        assert listed(row, "load_units") <= units, row
        assert listed(row, "cargo_classes") <= classes, row
    assert {row["facility_id"] for row in table("calls")} <= set(facilities)
    for row in table("truck_lanes"):
        for column in ("from_facility_id", "to_facility_id"):
            assert "road" in listed(facilities[row[column]], "modes"), row
    scopes = {*keyed("services", "service_id"), *keyed("truck_lanes", "lane_id")}
    for row in table("rate_cards"):
        assert row["scope"] in scopes or row["scope"].startswith("connector"), row
        assert row["currency"] in keyed("fx", "currency"), row
        assert row["load_unit"] in units, row
    for row in table("surcharges"):
        assert row["scope"] in {*scopes, "mode:air", "mode:rail", "mode:road"}, row
    keyed("rate_cards", "rate_id")


def test_units_fit_the_mode() -> None:
    units = keyed("load_units", "code")
    for row in table("services"):
        for code in listed(row, "load_units") - {LOOSE}:
            assert row["mode"] in listed(units[code], "modes"), (row["service_id"], code)
        if "perishable" in listed(row, "cargo_classes"):
            taken = listed(row, "load_units")
            cold = any(code != LOOSE and units[code]["refrigerated"] == "true" for code in taken)
            assert cold or (row["mode"] == "air" and taken == {LOOSE}), row["service_id"]


@pytest.mark.parametrize("day", [SUMMER, WINTER])
def test_calls_follow_each_other_in_utc(day: datetime) -> None:
    services = keyed("services", "service_id")
    for service_id, calls in grouped("calls", "service_id").items():
        mode = services[service_id]["mode"]
        assert [int(row["seq"]) for row in calls] == list(range(len(calls)))
        assert (calls[0]["arrive"], calls[-1]["depart"]) == ("", "")
        assert calls[0]["depart"].startswith("0+")
        moments = []
        for row in calls:
            assert mode in listed(facility(row["facility_id"]), "modes"), row
            assert int(row["delay_p90_min"]) >= int(row["delay_p50_min"]) >= 0
            moments.extend(
                moment(row[column], row["facility_id"], day)
                for column in ("arrive", "depart")
                if row[column]
            )
        assert moments == sorted(set(moments)), service_id


def country_path(rows: list[Row], start: str, end: str) -> None:
    """Sections lead from start to end; a change of customs territory is a matching crossing."""
    crossings = keyed("borders", "crossing_id")
    # Slovakia is only passed through; it has no facility that would put it into the table.
    territory = {"SK": "EU"} | {row["country"]: row["territory"] for row in table("territories")}
    countries = [row["country"] for row in rows]
    assert (countries[0], countries[-1]) in {(start, end), ("*", "*")}, rows[0]
    following = [start, *[*countries[1:], end]] if countries == ["*"] else [*countries[1:], end]
    for row, after in zip(rows, following[-len(rows) :], strict=True):
        before = start if row["country"] == "*" else row["country"]
        if territory.get(before, before) != territory.get(after, after):
            assert row["crossing_id"], row
        if row["crossing_id"]:
            crossing = crossings[row["crossing_id"]]
            assert (crossing["from_country"], crossing["to_country"]) == (before, after), row


def test_crossings_match_countries_in_order() -> None:
    by_service = grouped("call_sections", "service_id")
    for service_id, calls in grouped("calls", "service_id").items():
        for before, call in pairwise(calls):
            rows = [row for row in by_service[service_id] if row["seq"] == call["seq"]]
            assert [int(row["section"]) for row in rows] == list(range(len(rows)))
            ends = (facility(row["facility_id"])["country"] for row in (before, call))
            country_path(rows, *ends)
    lanes = grouped("truck_sections", "lane_id")
    for row in table("truck_lanes"):
        ends = (facility(row[key])["country"] for key in ("from_facility_id", "to_facility_id"))
        country_path(lanes[row["lane_id"]], *ends)


def test_mode_of_crossings() -> None:
    crossings = keyed("borders", "crossing_id")
    modes = {row["service_id"]: row["mode"] for row in table("services")}
    for row in (*table("call_sections"), *table("truck_sections")):
        if row["crossing_id"]:
            expected = modes.get(row.get("service_id", ""), "road")
            assert crossings[row["crossing_id"]]["mode"] == expected, row


def test_gauge_changes_only_where_a_crossing_changes_it() -> None:
    crossings = keyed("borders", "crossing_id")
    by_service = grouped("call_sections", "service_id")
    for service_id, calls in grouped("calls", "service_id").items():
        service = keyed("services", "service_id")[service_id]
        if service["mode"] != "rail" or service["status"] != "running":
            continue
        gauge = service["gauge_mm"]
        for call in calls:
            for row in by_service[service_id]:
                crossing = crossings.get(row["crossing_id"])
                if row["seq"] == call["seq"] and crossing:
                    dual = service_id.startswith(("RAIL-NNG-YVN", "RAIL-YVN-NNG"))
                    assert gauge == crossing["gauge_from_mm"] or dual, row
                    if crossing["interchange"] == "gauge_change":
                        gauge = crossing["gauge_to_mm"]
            assert gauge in listed(facility(call["facility_id"]), "gauges_mm"), call


@pytest.mark.parametrize(("scope", "expected_km"), PUBLISHED_KM.items())
def test_published_length(scope: str, expected_km: float) -> None:
    # Published flight lengths start at the old Kunming airport, 20 km from the new one.
    tolerance = 0.015 if scope.startswith("AIR-") else 0.006
    assert length_km(scope) == pytest.approx(expected_km, rel=tolerance)


@pytest.mark.parametrize(("ride", "bounds_h"), PUBLISHED_H.items())
def test_published_time(ride: tuple[str, int, int], bounds_h: tuple[float, float]) -> None:
    least, most = bounds_h
    assert least <= hours_between(*ride) <= most
    # One hour of daylight saving is the most that the season may change.
    assert abs(hours_between(*ride, WINTER) - hours_between(*ride)) <= 1


def card(scope: str, unit: str) -> Row:
    return keyed("rate_cards", "rate_id")[f"{scope}/{unit}"]


def cny(row: Row, amount: float) -> float:
    return amount * float(keyed("fx", "currency")[row["currency"]]["cny_per_unit"])


def unit_cny(scope: str, unit: str, km: float | None = None) -> float:
    row = card(scope, unit)
    way_km = length_km(scope) if km is None else km
    return cny(row, float(row["fixed"]) + float(row["per_km"]) * way_km)


def breaks(row: Row) -> list[tuple[int, float]]:
    pairs = (text.split(":") for text in row["breaks"].split(";"))
    return [(int(from_kg), float(rate)) for from_kg, rate in pairs]


def loose_cny(scope: str, chargeable_kg: float) -> float:
    row = card(scope, LOOSE)
    by_mass = min(rate * max(chargeable_kg, from_kg) for from_kg, rate in breaks(row))
    return cny(row, by_mass + float(row["per_tkm"]) * chargeable_kg / 1000 * length_km(scope))


def lifts_and_borders_cny(scope: str, facility_ids: tuple[str, str]) -> float:
    crossings = keyed("borders", "crossing_id")
    lifts = sum(2 * float(facility(end)["unit_handling_cny_per_teu"]) for end in facility_ids)
    return lifts + sum(
        float(crossings[row["crossing_id"]]["unit_cost_cny"])
        for row in sections_of(scope)
        if row["crossing_id"]
    )


def test_every_service_and_lane_has_exactly_the_cards_it_needs() -> None:
    cards = defaultdict(set)
    for row in table("rate_cards"):
        cards[row["scope"]].add(row["load_unit"])
    for name, key in (("services", "service_id"), ("truck_lanes", "lane_id")):
        for row in table(name):
            assert cards[row[key]] == listed(row, "load_units"), row[key]
    every_unit = {*keyed("load_units", "code"), LOOSE}
    for scope in ("connector", *(f"connector:{country}" for country in ("CN", "TH", "VN", "LA"))):
        assert cards[scope] == every_unit, scope


def test_breaks_fall_and_never_reach_zero() -> None:
    for row in table("rate_cards"):
        if row["load_unit"] == LOOSE:
            pairs = breaks(row)
            assert pairs[0][0] == 0
            assert pairs == sorted(pairs, key=lambda pair: pair[0])
            rates = [rate for _, rate in pairs]
            assert rates == sorted(rates, reverse=True), row["rate_id"]
            assert rates[-1] > 0, row["rate_id"]
            expected = "167" if row["scope"].startswith("AIR-") else "333"
            assert row["volumetric_kg_per_m3"] == expected


def test_loose_cargo_costs_a_multiple_of_its_share_of_a_unit_three_quarters_full() -> None:
    """Wholesale inside China; across borders nearer to, and below, the published retail rates."""
    reference = {"RAIL": ("40HQ", "payload_rail_kg"), "TRK": ("T136", "payload_road_kg")}
    crossing = {row["service_id"] for row in table("call_sections") if row["crossing_id"]}
    crossing |= {row["lane_id"] for row in table("truck_sections") if row["crossing_id"]}
    for row in table("rate_cards"):
        kind = row["scope"].partition("-")[0]
        if row["load_unit"] != LOOSE or kind not in reference:
            continue
        unit, payload = reference[kind]
        sizes = keyed("load_units", "code")[unit]
        full_kg = min(float(sizes[payload]), float(sizes["usable_m3"]) * 333)
        share = unit_cny(row["scope"], unit) / (0.75 * full_kg)
        least, most = (1.85, 3.45) if row["scope"] in crossing else (1.3, 1.95)
        for kg in (200, 1000, 5000, 12000):
            multiple = loose_cny(row["scope"], kg) / kg / share
            assert least < multiple < most, (row["rate_id"], kg)


def test_loose_cargo_stays_below_the_published_retail_rates() -> None:
    # 38 THB/kg China-Thailand above a tonne (S153) at 4.5538 THB to the CNY; 9.5 CNY/kg (R83).
    assert loose_cny("TRK-CNKMG-THBKK", 1000) / 1000 < 38 / 4.5538
    assert loose_cny("RAIL-CTU-MAL", 1000) / 1000 < 9.5


def test_through_price_is_the_published_one_with_lifts_and_borders_added() -> None:
    ends = ("CNCTU-QBJ", "PLMLA-MAL")
    total = unit_cny("RAIL-CTU-MAL", "40HQ") + lifts_and_borders_cny("RAIL-CTU-MAL", ends)
    assert total / 7.0779 == pytest.approx(5250, abs=1)
    ends = ("CNKMG-WJX", "UZTAS-CHK")
    total = unit_cny("RAIL-KMG-TAS", "40HQ") + lifts_and_borders_cny("RAIL-KMG-TAS", ends)
    assert total / 7.0779 == pytest.approx(3050, abs=1)


def test_price_levels() -> None:
    # Tariff model 680 + 2.754 CNY a km: 680 + 2.754 x 940.
    assert unit_cny("RAIL-KMG-CTU", "40HQ") == pytest.approx(3268.76, abs=0.01)
    for suffix in ("LME", "D1", "D2"):
        assert 6500 <= unit_cny(f"RAIL-KMG-VTE-{suffix}", "40HQ") <= 8500
    # 60 + 688 x 1.4 + 228 x 2.5 + 920 x 1.4 = 2881.2 USD and two borders make about 3400.
    assert unit_cny("TRK-CNKMG-THBKK", "T136") / 7.0779 == pytest.approx(2881.2, abs=0.5)
    borders = lifts_and_borders_cny("TRK-CNKMG-THBKK", ("CNKMG-RDH", "THBKK-RDH"))
    assert 3200 < (unit_cny("TRK-CNKMG-THBKK", "T136") + borders) / 7.0779 < 3500


@pytest.mark.parametrize(
    ("service_id", "usd_per_kg"),
    [
        ("AIR-KMG-HAN-F", 1.5),
        ("AIR-KMG-BKK-F", 1.8),
        ("AIR-KMG-DEL-F", 2.4),
        ("AIR-CTU-LGG-F", 4.2),
    ],
)
def test_air_rate_and_surcharges_make_the_all_in_rate(service_id: str, usd_per_kg: float) -> None:
    per_kg = sum(float(row["per_kg"]) for row in table("surcharges") if row["scope"] == "mode:air")
    at_300 = dict(breaks(card(service_id, LOOSE)))[300]
    assert at_300 + per_kg / 7.0779 == pytest.approx(usd_per_kg, abs=0.001)


def test_block_time_follows_the_great_circle() -> None:
    # (1275 + 95) / 780 + 0.5 = 2.26 h and (8006 + 95) / 830 + 0.5 = 10.26 h, to five minutes.
    assert hours_between("AIR-KMG-BKK-F", 0, 1) == pytest.approx(2.26, abs=0.05)
    assert hours_between("AIR-CTU-LGG-F", 0, 1) == pytest.approx(10.26, abs=0.05)
