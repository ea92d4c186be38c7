from collections import Counter

from optimizer.report.places import Gazetteer
from optimizer.report.tables import cost_lines, load_rows, main_mode, shipment_rows


def test_all_cost_lines_sum_to_the_objective(sample, tiny) -> None:
    for result, _ in (sample, tiny):
        assert sum(fen for *_, fen in cost_lines(result.plan)) == result.plan.objective_fen


def test_what_a_leg_does_not_carry_belongs_to_the_facility(tiny) -> None:
    result, _ = tiny
    total: Counter[tuple[str, str]] = Counter()
    for line, mode, fen in cost_lines(result.plan):
        total[line, mode] += fen
    assert total == {
        ("line_haul", "rail"): 600_000,
        ("border", "rail"): 90_000,
        ("storage", "facility"): 10_000,
        ("customs", "facility"): 80_000,
        ("stuffing", "facility"): 20_000,
        ("unserved", "facility"): 300_000,
    }


def test_load_row(tiny) -> None:
    result, data = tiny
    (row,) = load_rows(result.plan, data, Gazetteer(data, result.plan.epoch_at))
    assert row.mass_share == 5000 / 20_000
    assert row.volume_share == 34_000 / 68_000
    assert row.fill == 0.5
    assert row.fen_per_m3 == 700_000 / 34
    assert row.shippers == ("Shipper A", "Shipper B")
    assert row.departs.isoformat() == "2026-09-08T00:00:00+08:00"
    assert row.arrives.isoformat() == "2026-09-08T23:00:00+07:00"


def test_shipment_row(tiny) -> None:
    result, data = tiny
    first, second = shipment_rows(result.plan, data, Gazetteer(data, result.plan.epoch_at))
    assert first.load_ids == second.load_ids == ("L-1",)
    assert first.saving_fen == 400_000 - (50_000 + 200_000)
    assert first.due is not None
    assert second.due is None
    assert first.legs[0].carried_as == "in L-1 (40HQ)"


def test_the_main_mode_is_the_one_that_carries_furthest(sample) -> None:
    result, data = sample
    for row in shipment_rows(result.plan, data, Gazetteer(data, result.plan.epoch_at)):
        far = max(row.itinerary.legs, key=lambda leg: leg.distance_m)
        assert main_mode(row.itinerary.legs) == row.main_mode == far.mode.value
        assert row.chain == (far.mode.value,)
