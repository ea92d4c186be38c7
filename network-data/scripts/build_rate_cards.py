"""
Make ``rate_cards.csv`` and ``surcharges.csv`` from the compact inputs and the tables.

Run after ``build_services.py`` and ``build_truck_lanes.py``. One card per service or lane and load
unit, plus connector cards. How a price is made:

rail
    ``inputs/rail_rates.csv`` gives a FEU price: ``haul`` as it stands, ``through`` with lifts and
    border fees inside (they are in ``facilities.csv`` and ``borders.csv``, so they are taken off),
    ``tariff`` the Chinese distance tariff. 30 % is fixed and 70 % by distance, so that a ride on a
    part of the way costs its part. ``inputs/unit_factors.csv`` turns it into other units.
road
    USD a km by country (``inputs/road_rates.csv``) times the factor of the lane and the unit.
air
    An all-in rate at 300 kg (``inputs/air_services.csv``) spread over weight breaks, less the
    surcharges per kg, which are cards of their own. ULDs are sold to the pivot: 55 % of the payload
    at 85 % of the all-in rate of 1000 kg; surcharges per kg do not touch them.
LOOSE on road and rail
    A multiple of what one kilogram costs in a full unit at 75 % fill, falling with mass: the
    consolidator's price that own consolidation has to beat.
"""

from __future__ import annotations

from rate_rows import (
    AIR_KG_PER_M3,
    CARD_COLUMNS,
    FullUnit,
    Way,
    breaks_text,
    card,
    estimate,
    loose_card,
    source_of,
    ways,
)
from table_io import INPUTS, PROVENANCE, TABLES, Row, by_key, number_text, read_rows, write_rows

LIFTED_TEU = 2
FIXED_SHARE = 0.3
TARIFF_FIXED_CNY, TARIFF_PER_KM_CNY = 680.0, 2.754
TRUCK_FIXED_USD = 60.0

AIR_MULTIPLES = ((0, 1.45), (45, 1.22), (100, 1.11), (300, 1.0), (500, 0.94), (1000, 0.88))
AIR_MINIMUM_USD = {"short": 42.0, "long": 70.0}
AIR_LONG_HAUL_KM = 5000.0
AIR_FUEL_CNY_PER_KG, AIR_SECURITY_CNY_PER_KG = 1.5, 0.5
PIVOT_SHARE, PIVOT_RATE_SHARE = 0.55, 0.85

CONNECTOR_LOOSE = ((0, 0.25), (300, 0.18), (1000, 0.13), (3000, 0.10))
CONNECTOR_LOOSE_FIXED_CNY, CONNECTOR_LOOSE_PER_TKM_CNY = 50.0, 1.5
CONNECTOR_LOOSE_MINIMUM_CNY = 80.0

SURCHARGE_COLUMNS = (
    "surcharge_id", "name_en", "scope", "share", "per_unit", "per_kg", "currency", "valid_from",
    "valid_to", *PROVENANCE,
)  # fmt: skip


def rail_price(row: Row, way: Way, tables: dict[str, dict[str, Row]]) -> tuple[float, float]:
    """
    Fixed part and part per kilometre of a FEU, in the row's currency.

    Raises
    ------
    ValueError
        The basis is unknown.
    """
    if row["basis"] == "tariff":
        return TARIFF_FIXED_CNY, TARIFF_PER_KM_CNY
    price = float(row["feu_price"])
    if row["basis"] == "through":
        ends = (way.facility_ids[0], way.facility_ids[-1])
        lifts_cny = LIFTED_TEU * sum(
            float(tables["facilities"][end]["unit_handling_cny_per_teu"]) for end in ends
        )
        borders_cny = sum(
            float(tables["borders"][crossing]["unit_cost_cny"]) for crossing in way.crossing_ids
        )
        price -= (lifts_cny + borders_cny) / float(tables["fx"][row["currency"]]["cny_per_unit"])
    elif row["basis"] != "haul":
        raise ValueError(f"{row['service_id']}: basis {row['basis']} is unknown")
    return FIXED_SHARE * price, (1 - FIXED_SHARE) * price / way.distance_km


def rail_cards(tables: dict[str, dict[str, Row]], by_service: dict[str, Way]) -> list[Row]:
    """Cards of all trains."""
    factors = {row["load_unit"]: row for row in tables["factors"].values() if row["mode"] == "rail"}
    cards: list[Row] = []
    for row in read_rows(INPUTS / "rail_rates.csv"):
        service, way = row["service_id"], by_service[row["service_id"]]
        fixed, per_km = rail_price(row, way, tables)
        units = tables["services"][service]["load_units"].split(";")
        basis = f"{row['basis']}: {row['note']}"
        for unit in units:
            if unit == "LOOSE":
                price = fixed + per_km * way.distance_km
                cny = float(tables["fx"][row["currency"]]["cny_per_unit"])
                box = tables["units"]["40HQ"]
                full = FullUnit(box, "rail", way, price, row["currency"], cny, row)
                cards.append(loose_card(service, full))
                continue
            factor = float(factors[unit]["factor"])
            exact = unit in ("40HQ", "40GP")
            cards.append(
                card(
                    service,
                    unit,
                    row["currency"],
                    source_of(
                        row,
                        confidence=row["confidence"] if exact else "estimate",
                        note=basis if factor == 1 else f"{basis}; x {factor} for {unit}",
                    ),
                    fixed=number_text(fixed * factor, 2),
                    per_km=number_text(per_km * factor, 5),
                )
            )
    return cards


def road_cards(tables: dict[str, dict[str, Row]], by_lane: dict[str, Way]) -> list[Row]:
    """Cards of all truck lanes."""
    rates = by_key(INPUTS / "road_rates.csv", "country")
    points = by_key(INPUTS / "truck_points.csv", "point")
    factors = {row["load_unit"]: row for row in tables["factors"].values() if row["mode"] == "road"}
    usd = float(tables["fx"]["USD"]["cny_per_unit"])
    inputs = {
        (points[row["from"]]["facility_id"], points[row["to"]]["facility_id"], row["suffix"]): row
        for row in read_rows(INPUTS / "truck_lanes.csv")
    }
    cards: list[Row] = []
    for lane, row in tables["lanes"].items():
        way = by_lane[lane]
        suffix = lane.split("-", 3)[3] if lane.count("-") == 3 else ""
        forward = inputs.get((row["from_facility_id"], row["to_facility_id"], suffix))
        backward = inputs.get((row["to_facility_id"], row["from_facility_id"], suffix))
        entry = forward or backward
        assert entry is not None  # noqa: S101  every lane comes from these inputs
        level = float(entry["rate_factor"]) * (1.0 if forward else float(entry["back_factor"]))
        haul = sum(
            km * float(rates[country]["usd_per_km"]) for country, km in way.km_by_country.items()
        )
        price = TRUCK_FIXED_USD + level * haul
        per_km = (price - TRUCK_FIXED_USD) / way.distance_km
        by_country = " ".join(
            f"{country} {rates[country]['usd_per_km']}" for country in way.km_by_country
        )
        note = f"USD a km {by_country}; level of the lane {number_text(level, 3)}"
        source = estimate(note)
        for unit in row["load_units"].split(";"):
            if unit == "LOOSE":
                trailer = tables["units"]["T136"]
                full = FullUnit(trailer, "road", way, price, "USD", usd, source)
                cards.append(loose_card(lane, full))
                continue
            factor = float(factors[unit]["factor"])
            cards.append(
                card(
                    lane,
                    unit,
                    "USD",
                    source if factor == 1 else {**source, "note": f"{source['note']}; x {factor}"},
                    fixed=number_text(TRUCK_FIXED_USD * factor, 2),
                    per_km=number_text(per_km * factor, 5),
                )
            )
    return cards


def air_cards(tables: dict[str, dict[str, Row]], by_service: dict[str, Way]) -> list[Row]:
    """Cards of all flights."""
    usd = float(tables["fx"]["USD"]["cny_per_unit"])
    surcharge_usd = (AIR_FUEL_CNY_PER_KG + AIR_SECURITY_CNY_PER_KG) / usd
    cards: list[Row] = []
    for row in read_rows(INPUTS / "air_services.csv"):
        service, rate = row["service_id"], float(row["q300_usd_per_kg"])
        long_haul = by_service[service].distance_km > AIR_LONG_HAUL_KM
        pairs = [(from_kg, rate * multiple - surcharge_usd) for from_kg, multiple in AIR_MULTIPLES]
        all_in = f"all-in {rate} USD a kg at 300 kg airport to airport; cost of a flight spread"
        for unit in tables["services"][service]["load_units"].split(";"):
            if unit == "LOOSE":
                values = {
                    "minimum": number_text(AIR_MINIMUM_USD["long" if long_haul else "short"], 2),
                    "breaks": breaks_text(pairs, 3),
                }
                note = f"{all_in}; fuel and security taken off and charged as surcharges"
            else:
                pivot_kg = PIVOT_SHARE * float(tables["units"][unit]["payload_air_kg"])
                q1000 = rate * AIR_MULTIPLES[-1][1]
                values = {"fixed": number_text(pivot_kg * PIVOT_RATE_SHARE * q1000, 2)}
                note = f"{all_in}; pivot {round(pivot_kg)} kg at 0.85 of the all-in 1000 kg rate"
            values["volumetric_kg_per_m3"] = str(AIR_KG_PER_M3)
            cards.append(card(service, unit, "USD", estimate(note), **values))
    return cards


def connector_cards() -> list[Row]:
    """Cards of first miles, last miles and drayage."""
    cards: list[Row] = []
    units = read_rows(INPUTS / "connector_rates.csv")
    for level_row in read_rows(INPUTS / "connector_levels.csv"):
        country, level = level_row["country"], float(level_row["level"])
        scope = "connector" if country == "*" else f"connector:{country}"
        for row in units:
            note = f"{row['note']}; level {level}: {level_row['note']}"
            cards.append(
                card(
                    scope,
                    row["load_unit"],
                    "CNY",
                    estimate(note),
                    fixed=number_text(float(row["fixed_cny"]) * level, 2),
                    per_km=number_text(float(row["per_km_cny"]) * level, 3),
                )
            )
        pairs = [(from_kg, rate * level) for from_kg, rate in CONNECTOR_LOOSE]
        cards.append(
            card(
                scope,
                "LOOSE",
                "CNY",
                estimate(f"city distribution; level {level}: {level_row['note']}"),
                fixed=number_text(CONNECTOR_LOOSE_FIXED_CNY * level, 2),
                per_tkm=number_text(CONNECTOR_LOOSE_PER_TKM_CNY * level, 3),
                minimum=number_text(CONNECTOR_LOOSE_MINIMUM_CNY * level, 2),
                breaks=breaks_text(pairs, 4),
            )
        )
    return cards


def surcharge_rows() -> list[Row]:
    """Rows of ``surcharges.csv`` from ``inputs/surcharges.csv``, checked against the air split."""
    rows = read_rows(INPUTS / "surcharges.csv")
    per_kg = sum(float(row["per_kg"]) for row in rows if row["scope"] == "mode:air")
    if abs(per_kg - AIR_FUEL_CNY_PER_KG - AIR_SECURITY_CNY_PER_KG) > 1e-9:
        raise ValueError("surcharges per kg differ from what the air rates leave out")
    return rows


def read_tables() -> dict[str, dict[str, Row]]:
    """Tables and inputs that prices depend on, by key."""
    factors = {
        f"{row['mode']}/{row['load_unit']}": row for row in read_rows(INPUTS / "unit_factors.csv")
    }
    return {
        "facilities": by_key(TABLES / "facilities.csv", "facility_id"),
        "borders": by_key(TABLES / "borders.csv", "crossing_id"),
        "fx": by_key(TABLES / "fx.csv", "currency"),
        "units": by_key(TABLES / "load_units.csv", "code"),
        "services": by_key(TABLES / "services.csv", "service_id"),
        "lanes": by_key(TABLES / "truck_lanes.csv", "lane_id"),
        "factors": factors,
    }


def main() -> None:
    """Write the two tables."""
    tables = read_tables()
    stops: dict[str, tuple[str, ...]] = {}
    for row in read_rows(TABLES / "calls.csv"):
        stops[row["service_id"]] = (*stops.get(row["service_id"], ()), row["facility_id"])
    ends = {
        lane: (row["from_facility_id"], row["to_facility_id"])
        for lane, row in tables["lanes"].items()
    }
    by_service = ways(read_rows(TABLES / "call_sections.csv"), "service_id", stops)
    by_lane = ways(read_rows(TABLES / "truck_sections.csv"), "lane_id", ends)
    cards = [
        *rail_cards(tables, by_service),
        *air_cards(tables, by_service),
        *road_cards(tables, by_lane),
        *connector_cards(),
    ]
    write_rows(TABLES / "rate_cards.csv", CARD_COLUMNS, cards)
    write_rows(TABLES / "surcharges.csv", SURCHARGE_COLUMNS, surcharge_rows())


if __name__ == "__main__":
    main()
