"""Prices of broken rules: by hours, by what is missing, or as if nobody was served."""

from __future__ import annotations

from dataclasses import replace

import pytest

from optimizer.plan.checks.codes import CODES, breach
from optimizer.plan.plan import Plan
from optimizer.replan.soft_price import (
    MADE_ANEW,
    ROOM_IN_LOADS,
    ROOM_ON_RESOURCES,
    TIME,
    SoftPrices,
    price_violations,
)
from tests.toy.tiny_result import make_tiny

UNSERVED_FEN = {"A": 900_000, "B": 500_000, "C": 700_000}
PRICES = SoftPrices(least_fen_per_hour=10_000)


@pytest.fixture(scope="module")
def plan() -> Plan:
    return make_tiny()[0].plan


def priced(plan: Plan, *violations) -> list[int]:
    return [one.penalty_fen for one in price_violations(plan, violations, UNSERVED_FEN, PRICES)]


def test_families_are_of_known_codes_and_do_not_overlap() -> None:
    families = (TIME, ROOM_IN_LOADS, ROOM_ON_RESOURCES, MADE_ANEW)
    assert all(family <= CODES.keys() for family in families)
    assert sum(len(family) for family in families) == len(frozenset().union(*families))


def test_started_hours_count_at_the_dearer_of_two_rates(plan) -> None:
    assert priced(plan, breach("P705", "shipment A leg 0", 61)) == [20_000]
    rated = replace(plan.shipments["A"], late_fen_per_hour=30_000)
    dear = replace(plan, shipments={**plan.shipments, "A": rated})
    assert priced(dear, breach("P705", "shipment A leg 0", 61)) == [60_000]


def test_what_a_load_misses_concerns_all_its_riders(plan) -> None:
    assert priced(plan, breach("P705", "load L-1 leg 0", 60)) == [20_000]


def test_a_shipment_never_costs_more_than_leaving_it_out(plan) -> None:
    found = priced(
        plan,
        breach("P725", "shipment B", 40 * 60),
        breach("P710", "shipment B leg 0 at X", 1),
        breach("P712", "load L-1 content A at X", 1),
        breach("P703", "load L-1 leg 0", 1),
    )
    # 40 h of B; what is left of B; all of A; nothing is left of either.
    assert found == [400_000, 100_000, 900_000, 0]


def test_names_that_begin_alike_are_told_apart(plan) -> None:
    longer = replace(plan.shipments["A"], shipment_id="A 1")
    both = replace(plan, shipments={**plan.shipments, "A 1": longer})
    prices = price_violations(
        both, [breach("P710", "shipment A", 1)], {**UNSERVED_FEN, "A 1": 1}, PRICES
    )
    assert [one.penalty_fen for one in prices] == [900_000]


def test_an_overfull_load_buys_units_once_for_mass_and_volume(plan) -> None:
    (load,) = plan.loads
    found = priced(
        plan,
        breach("P716", "load L-1", load.payload_kg),
        breach("P717", "load L-1", load.usable_dm3 + 1),
    )
    assert found == [load.cost_fen, load.cost_fen]


@pytest.mark.parametrize(
    ("resource", "unit", "amount", "fen"),
    [
        ("svc:X:2026-09-14:0:teu", "TEU/100", 150, 4_500_000),
        ("svc:X:2026-09-14:0:kg", "kg", 20, 60_000),
        ("svc:X:2026-09-14:0:pos", "positions", 1, 6_000_000),
        ("quota:X:2026-09-14", "trucks", 2, 4_000_000),
    ],
)
def test_room_beyond_what_there_is_has_a_price(plan, resource, unit, amount, fen) -> None:
    codes = {"svc": "P718", "quota": "P719"}
    violation = breach(codes[resource.split(":")[0]], resource, amount, unit=unit)
    assert priced(plan, violation) == [fen]


def test_what_is_made_anew_is_free(plan) -> None:
    assert priced(plan, *(breach(code, "shipment A", 1) for code in sorted(MADE_ANEW))) == [
        0
    ] * len(MADE_ANEW)
