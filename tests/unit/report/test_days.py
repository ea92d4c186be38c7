from optimizer.report.days import departure_days
from optimizer.report.places import Gazetteer
from optimizer.report.tables import load_rows, shipment_rows


def days(result, data):
    places = Gazetteer(data, result.plan.epoch_at)
    shipments = shipment_rows(result.plan, data, places)
    loads = load_rows(result.plan, data, places)
    return departure_days(loads, shipments), loads, shipments


def test_one_load_leaves_on_one_day(tiny) -> None:
    (day,), _, _ = days(*tiny)
    assert day.on.isoformat() == "2026-09-08"
    assert (dict(day.units), dict(day.types)) == ({"rail": 1}, {"40HQ": 1})
    assert (day.n_shipments, day.gross_kg, day.n_alone) == (2, 5000, 0)
    assert (day.mass_share, day.volume_share) == (0.25, 0.5)


def test_days_add_up_to_the_plan(sample) -> None:
    found, loads, shipments = days(*sample)
    assert [day.on for day in found] == sorted({day.on for day in found})
    assert sum(sum(day.types.values()) for day in found) == len(loads)
    assert sum(day.gross_kg for day in found) == sum(row.load.gross_kg for row in loads)
    alone = [row for row in shipments if not row.load_ids]
    assert sum(day.n_alone for day in found) == len(alone)
    assert sum(day.alone_kg for day in found) == sum(row.shipment.gross_kg for row in alone)
