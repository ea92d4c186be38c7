from dataclasses import replace

import pytest

from optimizer.report.crossings import crossing_rows
from optimizer.report.figures import cost_matrix, estimate_rows, figures, mode_split
from optimizer.report.places import Gazetteer
from optimizer.report.tables import load_rows, shipment_rows


def headline(result, data):
    places = Gazetteer(data, result.plan.epoch_at)
    shipments = shipment_rows(result.plan, data, places)
    return figures(result, shipments, load_rows(result.plan, data, places))


def test_headline_figures(tiny) -> None:
    f = headline(*tiny)
    assert (f.n_shipments, f.n_served, f.n_shared) == (3, 2, 2)
    assert f.transport_fen == 800_000
    assert f.penalty_fen == 300_000
    assert (f.n_compared, f.compared_fen) == (2, 800_000)
    # B pays 5,500 instead of 6,000, A 2,500 instead of 4,000: nobody is worse off.
    assert (f.n_dearer, f.dearer_fen, f.late_fen) == (0, 0, 0)
    assert f.objective_fen == 1_100_000
    assert f.stand_alone_fen == 1_000_000
    assert f.saving_fen == 200_000
    assert f.saving_share == pytest.approx(0.2)
    assert (f.mass_fill, f.volume_fill, f.best_fill) == (0.25, 0.5, 0.5)
    assert f.on_time_share == pytest.approx(0.8)
    assert (f.n_timed, f.n_late) == (1, 0)
    assert f.co2e_g == 100_000
    assert (f.n_violations, f.estimate_share) == (0, 0.25)


def test_what_the_summary_does_not_say_is_not_known(tiny) -> None:
    result, data = tiny
    f = headline(replace(result, summary={"n_violations": None}), data)
    assert f.n_violations is None
    assert f.estimate_share is None


def test_mode_split(tiny) -> None:
    split = mode_split(tiny[0].plan)
    assert split["tkm"]["rail"] == 5000.0
    assert split["mass_t"]["rail"] == 5.0
    assert split["shipments"]["rail"] == 2
    assert split["cost_fen"] == {
        "rail": 690_000, "road": 0, "air": 0, "connector": 0, "facility": 110_000
    }  # fmt: skip


def test_the_cost_matrix_reads_from_haulage_to_penalties_and_sums_exactly(sample) -> None:
    result, _ = sample
    matrix = cost_matrix(result.plan)
    assert next(iter(matrix)) == "line_haul"
    assert list(matrix)[-1] == "unserved"
    assert sum(sum(row.values()) for row in matrix.values()) == result.plan.objective_fen


def test_unknown_cost_lines_come_before_the_penalties(tiny) -> None:
    result, _ = tiny
    load = result.plan.loads[0]
    load = replace(load, cost_lines_fen={**load.cost_lines_fen, "toll": 5})
    matrix = cost_matrix(replace(result.plan, loads=(load,)))
    assert list(matrix)[-2:] == ["toll", "unserved"]


def test_estimates_are_ranked_by_the_cost_they_touch(tiny) -> None:
    rows = estimate_rows(tiny[0].plan)
    assert [(row.table, row.key, row.n_shipments, row.cost_fen) for row in rows] == [
        ("rate_cards", "R1", 2, 800_000),
        ("borders", "X", 1, 550_000),
    ]


def test_a_load_crosses_a_border_once(tiny) -> None:
    result, data = tiny
    (row,) = crossing_rows(result.plan, data)
    assert row.crossing.crossing_id == "MOHAN-BOTEN-RAIL:CN-LA"
    assert (row.gross_kg, row.n_units, row.shipment_ids) == (5000, 1, {"A", "B"})
