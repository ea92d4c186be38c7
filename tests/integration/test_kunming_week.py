"""The demo's shipments: made by the generator, and composed as its README says."""

from __future__ import annotations

from collections import Counter
from functools import cache
from pathlib import Path
from statistics import median

import pytest

from optimizer.datasets.read import read_network
from optimizer.datasets.shipments import read_shipments
from optimizer.demand.checks import check_shipments
from optimizer.demand.generate import HARD_EVERY, HARD_OFFSET, generate_week
from optimizer.demand.shipments_csv import write_shipments_csv
from optimizer.domain.network_data import NetworkData
from optimizer.domain.shipment import Shipment
from optimizer.scenario.scenario import load_scenario

pytestmark = pytest.mark.data

FOLDER = Path(__file__).parents[2] / "scenarios" / "kunming-week"


@cache
def _network() -> NetworkData:
    return read_network()


@cache
def _week() -> tuple[Shipment, ...]:
    return tuple(generate_week(_network()))


def _flow(shipment: Shipment) -> str:
    if not shipment.is_international:
        return "domestic"
    return "export" if shipment.origin.country == "CN" else "import"


def test_the_file_is_what_the_generator_makes(tmp_path: Path) -> None:
    made = tmp_path / "shipments.csv"
    write_shipments_csv(made, _week())
    assert made.read_bytes() == (FOLDER / "shipments.csv").read_bytes()


def test_the_scenario_is_read_and_covers_all_due_times() -> None:
    scenario = load_scenario(FOLDER)
    assert scenario.name == FOLDER.name
    assert all(
        scenario.planned_at <= one.booked_at <= one.ready_at < scenario.horizon_end
        and one.due_at is not None
        and one.due_at < scenario.horizon_end
        for one in _week()
    )


def test_composition() -> None:
    week = _week()
    n_shipments = len(week)
    flows = Counter(_flow(one) for one in week)
    assert flows["export"] / n_shipments == pytest.approx(0.60, abs=0.02)
    assert flows["import"] / n_shipments == pytest.approx(0.35, abs=0.02)
    modes = {one.customs_mode for one in week}
    assert modes == {"0110", "9610", "9710", "9810", "1210", "1039", "mail"}
    # Most fill less than half of a 40-foot box, which stows some 66 m3.
    small = sum(one.volume_dm3 < 33_000 for one in week)
    assert small / n_shipments > 0.9
    assert 4000 <= median(one.volume_dm3 for one in week) <= 6000
    assert any(one.volume_dm3 > 66_000 for one in week)


def test_only_hard_cases_are_implausible() -> None:
    planned_at = load_scenario(FOLDER).planned_at
    easy = [one for one in _week() if int(one.shipment_id[1:]) % HARD_EVERY != HARD_OFFSET]
    assert check_shipments(_network(), easy, planned_at=planned_at) == []
    assert len(easy) / len(_week()) == pytest.approx(0.975)


def test_the_price_of_not_serving_is_above_flying() -> None:
    # No rate found for cargo out of Kunming is above 4.2 USD, some 30 CNY, a kilogram.
    for one in _week():
        chargeable_kg = max(one.gross_kg, one.volume_dm3 * 167 / 1000)
        if chargeable_kg <= 1000:
            assert one.unserved_fen > 100 * 30 * chargeable_kg


def test_the_reader_gives_back_what_was_written() -> None:
    scenario = load_scenario(FOLDER)
    read = read_shipments(
        FOLDER / "shipments.csv", _network(), default_booked_at=scenario.planned_at
    )
    assert tuple(read) == _week()
