"""Stuffing, storage, customs, inspection, lateness and unit counts: rules C3 to C7."""

from __future__ import annotations

import pytest

from optimizer.costs.rating_events import (
    customs_fen,
    inspection_fen,
    lateness_fen,
    n_own_units,
    storage_fen,
    stuffing_fen,
)
from optimizer.domain.border import CreditClass
from optimizer.domain.location import Mode
from tests.factories import (
    LOAD_UNITS,
    make_crossing,
    make_customs_mode,
    make_facility,
    make_inspection,
    make_load_unit,
    make_shipment,
)

HERE = make_facility("CNKMG-A", loose_handling_mfen_per_kg=5_000)
THERE = make_facility("LAVTE-A", loose_handling_mfen_per_kg=333)


def test_stuffing_at_both_ends_is_rounded_at_each() -> None:
    # 30 kg * 5 fen; 30 kg * 0.333 fen = 9.99 fen.
    assert stuffing_fen(HERE, THERE, 30) == 150 + 10


@pytest.mark.parametrize(
    ("wait_min", "fen"),
    [(0, 0), (2880, 0), (2881, 200), (2880 + 1440, 200), (2880 + 1441, 400), (-5, 0)],
)
def test_storage_by_started_days_after_the_free_time(wait_min: int, fen: int) -> None:
    # 1 m3 at 2 a m3 and day.
    place = make_facility("CNKMG-A", storage_mfen_per_dm3_day=200, storage_free_min=2880)
    assert storage_fen(place, wait_min, 1000) == fen


def test_customs_fee_is_charged_per_clearance() -> None:
    mode = make_customs_mode(declaration_mfen=500_500)  # 500.5 fen
    assert customs_fen(mode, 2) == 2 * 501
    assert customs_fen(mode, 0) == 0


def test_inspection_is_expected_and_rounded_per_crossing() -> None:
    rows = (
        make_inspection(
            CreditClass.ORDINARY, Mode.ROAD, inspection_share=0.03, cost_mfen=35_050_000
        ),
        make_inspection(CreditClass.CERTIFIED, Mode.ROAD, inspection_share=1.0, cost_mfen=10**9),
        make_inspection(CreditClass.ORDINARY, Mode.RAIL, inspection_share=0.5, cost_mfen=2_000),
    )
    shipment = make_shipment("S", HERE, THERE)
    road, rail = make_crossing(), make_crossing("A:CN-LA", mode=Mode.RAIL)
    # 3 % of 35 050 fen is 1051.5 -> 1052.
    assert inspection_fen(rows, shipment, [road]) == 1_052
    assert inspection_fen(rows, shipment, [road, road, rail]) == 2_105
    assert inspection_fen((), shipment, [road]) == 0


@pytest.mark.parametrize(("minutes", "fen"), [(0, 0), (1, 50), (60, 50), (61, 100)])
def test_lateness_by_started_hours(minutes: int, fen: int) -> None:
    assert lateness_fen(minutes, 50) == fen


def test_own_units_by_the_scarcer_of_mass_and_volume() -> None:
    box = make_load_unit("B", payload_kg={Mode.RAIL: 20_000, Mode.ROAD: 25_000})
    assert n_own_units(box, [Mode.ROAD], 25_000, 1) == 1
    assert n_own_units(box, [Mode.ROAD], 25_001, 1) == 2
    assert n_own_units(box, [Mode.ROAD, Mode.RAIL], 25_000, 1) == 2
    assert n_own_units(box, [Mode.ROAD], 1, 68_001) == 2
    assert n_own_units(box, [Mode.ROAD], 0, 0) == 1


def test_units_that_a_mode_does_not_take() -> None:
    assert n_own_units(LOAD_UNITS["40HQ"], [Mode.AIR], 1, 1) is None
    assert n_own_units(LOAD_UNITS["40HQ"], [], 1, 1) is None
