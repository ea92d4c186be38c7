"""Parts that all rate cards are made of: the card itself, its way, and the price of loose cargo."""

from __future__ import annotations

from dataclasses import dataclass

from table_io import ESTIMATED_ON, PROVENANCE, Row, number_text

VALID = {"valid_from": "2026-01-01", "valid_to": "2027-12-31"}

SURFACE_KG_PER_M3, AIR_KG_PER_M3 = 333, 167
REFERENCE_FILL = 0.75
# Chinese LTL is a wholesale market; across borders the published retail rates are far above a full
# unit's share: 38-49 THB/kg China-Thailand (S153), 9.5-14.5 CNY/kg China-Europe (R83). With these
# multiples ours stay below the lowest published rate from 1,000 kg: 4.1 and 7.0 CNY/kg.
LOOSE_MULTIPLES = {
    "domestic": ((0, 1.9), (300, 1.8), (1000, 1.65), (3000, 1.5), (10000, 1.35)),
    "abroad": ((0, 3.4), (300, 3.1), (1000, 2.8), (3000, 2.4), (10000, 1.9)),
    "europe": ((0, 3.4), (300, 3.1), (1000, 2.8), (3000, 2.4), (10000, 1.9)),
}
LOOSE_BY_DISTANCE = 0.8
LOOSE_MINIMUM_CNY = {"domestic": 80.0, "abroad": 350.0, "europe": 900.0}
LONG_RAIL_KM = 3000.0

CARD_COLUMNS = (
    "rate_id", "scope", "load_unit", "currency", "fixed", "per_km", "per_tkm", "minimum",
    "volumetric_kg_per_m3", "breaks", "valid_from", "valid_to", *PROVENANCE,
)  # fmt: skip


@dataclass(frozen=True)
class Way:
    """What a price depends on: kilometres by country, ends and crossings of a service or lane."""

    km_by_country: dict[str, float]
    facility_ids: tuple[str, ...]
    crossing_ids: tuple[str, ...]

    @property
    def distance_km(self) -> float:
        """Whole length."""
        return sum(self.km_by_country.values())


def ways(sections: list[Row], key: str, ends: dict[str, tuple[str, ...]]) -> dict[str, Way]:
    """Ways of services or lanes from their section rows."""
    lengths: dict[str, dict[str, float]] = {}
    crossings: dict[str, list[str]] = {}
    for row in sections:
        by_country = lengths.setdefault(row[key], {})
        by_country[row["country"]] = by_country.get(row["country"], 0.0) + float(row["distance_km"])
        if row["crossing_id"]:
            crossings.setdefault(row[key], []).append(row["crossing_id"])
    return {
        item: Way(by_country, ends[item], tuple(crossings.get(item, ())))
        for item, by_country in lengths.items()
    }


def source_of(row: Row, **changes: str) -> Row:
    """Provenance of an input row, with changes."""
    return {column: changes.get(column, row[column]) for column in PROVENANCE}


def estimate(note: str) -> Row:
    """Provenance of an own estimate."""
    return dict(zip(PROVENANCE, ("EST", "estimate", ESTIMATED_ON, note), strict=True))


def card(scope: str, unit: str, currency: str, source: Row, **values: str) -> Row:
    """A rate card; what is not given is zero or empty."""
    surface = {"fixed": "0", "per_km": "0", "per_tkm": "0", "minimum": "0", "breaks": ""}
    return {
        "rate_id": f"{scope}/{unit}",
        "scope": scope,
        "load_unit": unit,
        "currency": currency,
        "volumetric_kg_per_m3": str(SURFACE_KG_PER_M3),
        **surface,
        **values,
        **VALID,
        **source,
    }


def breaks_text(pairs: list[tuple[int, float]], digits: int) -> str:
    """``from_kg:rate`` pairs as the table wants them."""
    return ";".join(f"{from_kg}:{number_text(rate, digits)}" for from_kg, rate in pairs)


def full_unit_kg(unit: Row, mode: str) -> float:
    """Chargeable kilograms in a full load unit: by mass or volume, whatever ends first."""
    return min(float(unit[f"payload_{mode}_kg"]), float(unit["usable_m3"]) * SURFACE_KG_PER_M3)


@dataclass(frozen=True)
class FullUnit:
    """A full load unit over a whole way, from which the price of loose cargo is made."""

    unit: Row
    mode: str
    way: Way
    price: float
    currency: str
    cny_per_unit: float
    source: Row


def loose_card(scope: str, full: FullUnit) -> Row:
    """
    Card for loose cargo: a falling multiple of the kilogram's share of a full unit.

    The distance part is the same for every mass, so that a ride on a part of the way costs its
    part; the breaks carry the rest.
    """
    per_kg = full.price / (REFERENCE_FILL * full_unit_kg(full.unit, full.mode))
    group = "domestic"
    if full.way.crossing_ids:
        group = "europe" if full.way.distance_km > LONG_RAIL_KM else "abroad"
    multiples = LOOSE_MULTIPLES[group]
    by_distance = LOOSE_BY_DISTANCE * multiples[-1][1] * per_kg
    pairs = [(from_kg, multiple * per_kg - by_distance) for from_kg, multiple in multiples]
    text = (
        f"{multiples[0][1]} to {multiples[-1][1]} times the share of a full "
        f"{full.unit['code']} at 75 % fill; published retail rates with clearance are higher"
    )
    return card(
        scope,
        "LOOSE",
        full.currency,
        source_of(full.source, confidence="estimate", note=text),
        per_tkm=number_text(by_distance * 1000 / full.way.distance_km, 6),
        minimum=number_text(LOOSE_MINIMUM_CNY[group] / full.cny_per_unit, 2),
        breaks=breaks_text(pairs, 4),
    )
