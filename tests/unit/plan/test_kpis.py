"""Indicators of the hand-made plan, from its numbers."""

from __future__ import annotations

from dataclasses import replace

import pytest

from optimizer.plan.kpis import summarize
from tests.toy.checked_network import make_checked_network
from tests.toy.checked_plan import make_checked_plan


@pytest.fixture(scope="module")
def summary() -> dict:
    return summarize(
        make_checked_network(),
        make_checked_plan(),
        bound_fen=8_000_000,
        solve_seconds=1.5,
        n_violations=0,
    )


def test_counts(summary) -> None:
    assert summary["n_shipments"] == 8
    assert summary["n_served"] == 7
    assert summary["n_unserved"] == 1
    assert summary["n_loads"] == 3
    assert summary["n_violations"] == 0


def test_money(summary) -> None:
    # S1 5035.59, S2 35489.54, S3 430, S4 1480.49, S5 5042, S6 4430, S7 186.73; loads 16146 and
    # twice 9150; S8 unserved 5000.
    assert summary["objective_cny"] == 91_540.35
    assert summary["bound_cny"] == 80_000.0
    assert summary["gap"] == pytest.approx(1 - 80_000 / 91_540.35, abs=1e-6)
    assert sum(summary["cost_by_line_cny"].values()) == pytest.approx(91_540.35)
    assert summary["cost_by_line_cny"]["unserved"] == 5_000.0
    # 20 + 80 + 80 + ... : S1 80, S2 800, L1 400, L2 and L3 300 each.
    assert summary["cost_by_line_cny"]["border"] == 1_880.0


def test_saving_is_over_shipments_whose_price_alone_is_known(summary) -> None:
    # S1 pays 5035.59, the same as alone; S3 pays 430 + 9226.29 instead of 17000.
    assert summary["stand_alone_cny"] == 22_035.59
    assert summary["saving_share"] == pytest.approx((17_000 - 9_656.29) / 22_035.59, abs=1e-6)


def test_fill_is_a_mean_over_loads(summary) -> None:
    assert summary["mean_mass_fill"] == pytest.approx((8 + 26 + 14) / 26 / 3, abs=1e-6)
    assert summary["mean_volume_fill"] == pytest.approx((35 + 60 + 40) / 68 / 3, abs=1e-6)


def test_modes(summary) -> None:
    # Tonne-kilometres: rail 1020 * (30 + 3 + 5 + 40); air 0.3 * 1270.
    rail, air = 1020 * 78, 0.3 * 1270
    road = 2 * 1120 + 30 * (72.277 + 660) + 3 * 660 + 5 * (660 + 43.366) + 28.911
    whole = rail + air + road
    assert summary["mode_tkm_share"]["rail"] == pytest.approx(rail / whole, abs=1e-6)
    assert summary["mode_tkm_share"]["air"] == pytest.approx(air / whole, abs=1e-6)
    assert summary["mode_tkm_share"]["road"] == pytest.approx(road / whole, abs=1e-6)
    shares = summary["mode_shipments_share"]
    assert shares["rail"] == pytest.approx(4 / 7, abs=1e-6)
    assert shares["air"] == pytest.approx(1 / 7, abs=1e-6)


def test_emissions_and_punctuality(summary) -> None:
    grams = 180_200 + 2_457_831 + 224_100 + 395_183 + 369_150 + 856_000 + 2_891
    assert summary["co2e_t"] == pytest.approx(grams / 1e6)
    assert summary["mean_on_time_share"] == pytest.approx((0.25 + 6) / 7, abs=1e-6)


def test_estimates_are_weighed_by_money(summary) -> None:
    # The rate of the truck from Vientiane is an estimate: S2 pays 13720 on it, L1 6860. All legs:
    # S1 4685.59, S2 2645.54 + 18300 + 13720, L1 9150 + 6860, L2, L3 9150, S4 770.49, S5 4842,
    # S7 186.73.
    whole = 4685.59 + 34665.54 + 16010 + 18300 + 770.49 + 4842 + 186.73
    assert summary["estimate_share"] == pytest.approx(20_580 / whole, abs=1e-6)


def test_empty_plan_has_no_means() -> None:
    plan = replace(make_checked_plan(), shipments={}, itineraries=(), loads=(), unassigned=())
    summary = summarize(
        make_checked_network(), plan, bound_fen=0, solve_seconds=0.0, n_violations=0
    )
    assert summary["objective_cny"] == 0.0
    assert summary["gap"] == 0.0
    assert summary["saving_share"] is summary["mean_mass_fill"] is None
    assert summary["mode_tkm_share"] == {"air": 0.0, "rail": 0.0, "road": 0.0}
