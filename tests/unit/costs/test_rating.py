"""The scalar reference of leg prices: rules C1 and C2, by arithmetic."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from math import floor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from optimizer.costs.rating import Carriage, RateBook, fen_from_mfen
from optimizer.domain.location import Mode
from optimizer.domain.service import LOOSE
from tests.factories import (
    LOAD_UNITS,
    make_crossing,
    make_facility,
    make_network_data,
    make_rate_card,
    make_surcharge,
)

HERE = make_facility(
    "CNKMG-A", unit_handling_mfen_per_teu_c=200_000, loose_handling_mfen_per_kg=5_000
)
THERE = make_facility(
    "LAVTE-A", unit_handling_mfen_per_teu_c=100_001, loose_handling_mfen_per_kg=333
)
BORDER = make_crossing(unit_cost_mfen=60_000_499, loose_cost_mfen_per_kg=4_001)
BOX = LOAD_UNITS["40HQ"]


def carriage(ref: str = "T", distance_m: int = 100_000, **changes) -> Carriage:
    values = {
        "mode": Mode.RAIL,
        "ref": ref,
        "country": "CN",
        "distance_m": distance_m,
        "on": date(2026, 12, 2),
        "origin": HERE,
        "destination": THERE,
    }
    return Carriage(**(values | changes))


def book(*cards, surcharges=()) -> RateBook:
    return RateBook(make_network_data(rate_cards=cards, surcharges=surcharges))


@pytest.mark.parametrize(("mfen", "fen"), [(0, 0), (499, 0), (500, 1), (1499, 1), (1500, 2)])
def test_money_is_rounded_half_up(mfen: int, fen: int) -> None:
    assert fen_from_mfen(mfen) == fen


def test_unit_lines() -> None:
    # 8000 + 5 a km * 100.001 km = 8500.005: 850 000.5 fen rounds up to 850 001.
    # Surcharge 5 % of the unrounded 850 000.5 is 42 500.025, plus 50: 47 500.
    # Handling 2 TEU * 200, and 200 * 100 001 mfen = 20 000.2 fen. Border 60 000.499 fen.
    rates = book(
        make_rate_card("T", "40HQ", fixed_mfen=800_000_000, per_km_mfen=500_000),
        surcharges=(make_surcharge("T", share_bp=500, per_unit_mfen=5_000_000),),
    )
    leg = carriage(distance_m=100_001, crossings=(BORDER,))
    assert rates.unit_lines(leg, BOX, 1) == {
        "line_haul": 850_001,
        "surcharge": 47_500,
        "handling": 40_000 + 20_000,
        "border": 60_000,
    }
    assert rates.unit_lines(leg, BOX, 3) == {
        "line_haul": 3 * 850_001,
        "surcharge": 3 * 47_500,
        "handling": 3 * 60_000,
        "border": 3 * 60_000,
    }


def test_minimum_holds_before_surcharges() -> None:
    rates = book(
        make_rate_card("T", "40HQ", per_km_mfen=1, minimum_mfen=100_000),
        surcharges=(make_surcharge("mode:rail", share_bp=1000),),
    )
    lines = rates.unit_lines(carriage(), BOX, 1)
    assert lines is not None
    assert (lines["line_haul"], lines["surcharge"]) == (100, 10)


def test_loose_takes_the_cheaper_of_breaks() -> None:
    # 2331 kg chargeable (7 m3 * 333): 1.80 a kg is 4195.80; paying 3000 kg at 1.50 is 4500.
    rates = book(make_rate_card("T", LOOSE, [(0, 180_000), (3000, 150_000)]))
    assert rates.loose_lines(carriage(), 2000, 7000)["line_haul"] == 419_580
    # From 2500 kg on it is cheaper to pay for 3000.
    assert rates.loose_lines(carriage(), 2499, 0)["line_haul"] == 449_820
    assert rates.loose_lines(carriage(), 2501, 0)["line_haul"] == 450_000
    assert rates.loose_lines(carriage(), 3001, 0)["line_haul"] == 450_150


def test_loose_lines_have_all_terms() -> None:
    # Fixed 100, 0.5 a km * 100 km, 1 a kg * 10 kg, 3 a tkm * 0.01 t * 100 km = 100 + 50 + 10 + 3.
    # Surcharge 10 % + 0.20 a kg. Handling 10 kg * 5, and 3.33 -> 3 fen; border 40.01 -> 40 fen.
    rates = book(
        make_rate_card(
            "T",
            LOOSE,
            [(0, 100_000)],
            fixed_mfen=10_000_000,
            per_km_mfen=50_000,
            per_tkm_mfen=300_000,
        ),
        surcharges=(make_surcharge("T", share_bp=1000, per_kg_mfen=20_000),),
    )
    assert rates.loose_lines(carriage(crossings=(BORDER,)), 10, 1) == {
        "line_haul": 16_300,
        "surcharge": 1_630 + 200,
        "handling": 50 + 3,
        "border": 40,
    }


def test_connector_has_no_handling_nor_surcharge_and_prefers_its_country() -> None:
    rates = book(
        make_rate_card("connector", LOOSE, fixed_mfen=1_000_000),
        make_rate_card("connector:TH", LOOSE, fixed_mfen=2_000_000),
        surcharges=(make_surcharge("mode:road", share_bp=5000),),
    )
    leg = carriage(ref="", mode=Mode.ROAD)
    assert rates.loose_lines(leg, 10, 10) == {"connector": 1_000}
    there = carriage(ref="", mode=Mode.ROAD, country="TH")
    assert rates.loose_lines(there, 10, 10) == {"connector": 2_000}


def test_card_must_be_valid_on_the_day_and_sold_in_the_unit() -> None:
    day = date(2026, 12, 2)
    rates = book(
        make_rate_card("T", "40HQ", fixed_mfen=1_000, valid_to=date(2026, 12, 1)),
        make_rate_card("T", "40HQ", fixed_mfen=2_000, valid_from=day, valid_to=day),
    )
    assert rates.unit_lines(carriage(origin=None, destination=None), BOX, 1) == {"line_haul": 2}
    assert rates.unit_lines(carriage(on=date(2026, 12, 3)), BOX, 1) is None
    assert rates.unit_lines(carriage(), LOAD_UNITS["20GP"], 1) is None
    assert rates.loose_lines(carriage(), 1, 1) is None
    assert rates.unit_lines(carriage(ref="other"), BOX, 1) is None


def test_surcharges_are_dated_and_scoped() -> None:
    rates = book(
        make_rate_card("T", "40HQ"),
        surcharges=(
            make_surcharge("T", per_unit_mfen=1_000, valid_to=date(2026, 12, 1)),
            make_surcharge("U", per_unit_mfen=2_000),
            make_surcharge("mode:road", per_unit_mfen=4_000),
            make_surcharge("mode:rail", per_unit_mfen=8_000),
        ),
    )
    assert rates.unit_lines(carriage(origin=None, destination=None), BOX, 1) == {"surcharge": 8}


money = st.integers(0, 10**10)


cards = st.fixed_dictionaries(
    {
        "fixed_mfen": money,
        "per_km_mfen": st.integers(0, 10**7),
        "per_tkm_mfen": st.integers(0, 10**6),
        "minimum_mfen": money,
    }
)


@given(cards, st.integers(0, 10_000), st.integers(0, 10**8), st.integers(0, 10**5))
def test_loose_lines_equal_fractions(terms, share, metres, kg) -> None:
    dm3 = 7 * kg % 100_003
    card = make_rate_card(
        "T",
        LOOSE,
        [(0, 7_001), (100, 6_003), (1000, 5_007)],
        **terms,
    )
    rates = book(card, surcharges=(make_surcharge("T", share_bp=share, per_kg_mfen=13),))
    lines = rates.loose_lines(carriage(distance_m=metres, origin=None, destination=None), kg, dm3)
    taken = max(kg, -(-dm3 * 333 // 1000))
    km = Fraction(metres, 1000)
    base = max(
        Fraction(terms["minimum_mfen"]),
        terms["fixed_mfen"]
        + terms["per_km_mfen"] * km
        + min(7_001 * taken, 6_003 * max(taken, 100), 5_007 * max(taken, 1000))
        + terms["per_tkm_mfen"] * Fraction(taken, 1000) * km,
    )
    added = base * Fraction(share, 10_000) + 13 * taken
    assert lines is not None
    assert lines.get("line_haul", 0) == floor(base / 1000 + Fraction(1, 2))
    assert lines.get("surcharge", 0) == floor(added / 1000 + Fraction(1, 2))
