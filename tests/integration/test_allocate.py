"""The cloud warehouse on the real network: promises are quotes, and the checker agrees."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from optimizer.allocator import Allocator, open_allocator
from optimizer.demand.stock_csv import write_scenario
from optimizer.demand.stock_generate import StockSize, generate_stock
from optimizer.domain.order import Order
from optimizer.models.routing.quote import quote
from optimizer.plan.allocation import Allocation, AllocationStatus, Parcel
from optimizer.plan.checks.allocation import check_allocations
from optimizer.planner import read
from tests.helpers_cli import teahorse

START = date(2026, 9, 14)
SIZE = StockSize(n_warehouses=5, n_skus=20, n_orders=14, span_hours=6)
Answered = tuple[Allocator, list[Order], list[Allocation]]


@pytest.fixture(scope="module")
def answered() -> Answered:
    data = read()
    stock, orders = generate_stock(data, seed=11, start=START, size=SIZE)
    desk = open_allocator(data, stock, orders)
    return desk, orders, list(desk.sequence(orders).allocations)


def recheck(answered: Answered, allocations: list[Allocation]) -> set[str]:
    desk, orders, _ = answered
    now = datetime(2026, 9, 14, tzinfo=UTC)
    found = check_allocations(desk.inputs.data, desk.stock, orders, allocations, now)
    return {one.code for one in found}


def first_served(allocations: list[Allocation]) -> int:
    return next(at for at, one in enumerate(allocations) if one.parcels)


def test_an_independent_look_finds_nothing(answered: Answered) -> None:
    _, orders, allocations = answered
    assert recheck(answered, allocations) == set()
    served = [one for one in allocations if one.status is AllocationStatus.SERVED]
    assert len(served) >= len(orders) // 2
    for one in served:
        for parcel in one.parcels:
            assert parcel.cost_fen == sum(parcel.cost_lines_fen.values())


def test_a_promise_is_that_of_a_full_quote(answered: Answered) -> None:
    desk, orders, allocations = answered
    by_id = {order.order_id: order for order in orders}
    parcels = [parcel for one in allocations for parcel in one.parcels][:6]
    assert parcels
    network = desk.inputs.network
    for parcel in parcels:
        order = by_id[parcel.order_id]
        shipment = desk.lanes.shipment(
            parcel.parcel_id,
            desk.board.warehouse_index[parcel.warehouse_id],
            order,
            gross_kg=parcel.gross_kg,
            volume_dm3=parcel.volume_dm3,
            cargo_class=parcel.cargo_class,
            hand_over_min=network.minute(parcel.hand_over_at),
        )
        quoted = quote(network, shipment, max_itineraries=500).itineraries
        same = [one for one in quoted if one.delivered_min == parcel.itinerary.delivered_min]
        assert parcel.itinerary.own_cost_fen in {one.own_cost_fen for one in same}
        promise = max(same[0].delivered_p90_min, same[0].delivered_min)
        assert network.minute(parcel.promise_at) == promise


def test_a_joint_batch_costs_no_more_than_a_sequence_and_is_clean(answered: Answered) -> None:
    first, orders, _ = answered
    desk = Allocator(first.inputs, first.stock)
    desk.lanes = desk.engine.lanes = first.lanes
    result = desk.batch(orders, time_s=5)
    assert desk.check(orders, result) == []
    assert 0 < result.bound_fen <= result.objective_fen
    in_turn = Allocator(first.inputs, first.stock)
    in_turn.lanes = in_turn.engine.lanes = first.lanes
    # The sequence also minds opportunity value, which a single batch need not pay.
    assert result.bound_fen <= in_turn.sequence(orders).objective_fen


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda p: replace(p, cost_lines_fen={**p.cost_lines_fen, "picking": 1}), "P771"),
        (lambda p: replace(p, gross_kg=p.gross_kg + 1), "P770"),
        (lambda p: replace(p, hand_over_at=p.hand_over_at + timedelta(minutes=1)), "P768"),
        (lambda p: replace(p, promise_at=p.delivered_at - timedelta(minutes=9)), "P772"),
        (lambda p: replace(p, lines=(replace(p.lines[0], lot_id="none"),)), "P762"),
        (lambda p: replace(p, lines=(replace(p.lines[0], units=9999),)), "P765"),
    ],
)
def test_the_checker_sees_what_is_wrong(answered: Answered, change: object, code: str) -> None:
    allocations = list(answered[2])
    at = first_served(allocations)
    one = allocations[at]
    parcel: Parcel = change(one.parcels[0])  # type: ignore[operator]
    allocations[at] = replace(one, parcels=(parcel, *one.parcels[1:]))
    assert code in recheck(answered, allocations)
    allocations[at] = replace(one, order_id="nobody's")
    assert "P760" in recheck(answered, allocations)


def test_held_units_are_gone_until_released(answered: Answered) -> None:
    _, orders, allocations = answered
    data, stock = answered[0].inputs.data, answered[0].stock
    desk = Allocator(answered[0].inputs, stock)
    desk.lanes = desk.engine.lanes = answered[0].lanes
    order = orders[first_served(allocations)]
    before = desk.board.lot_units.copy()
    looked = desk.what_if(order)
    assert looked.reservation_ids == ()
    assert desk.board.lot_units.tolist() == before.tolist()
    held = desk.answer(order)
    assert replace(held, reservation_ids=()) == looked
    assert (before - desk.board.lot_units).sum() == sum(p.units for p in held.parcels)
    assert sum(desk.ledger.reserved_units().values()) == sum(p.units for p in held.parcels)
    desk.release(held)
    assert desk.board.lot_units.tolist() == before.tolist()
    assert data is answered[0].inputs.data


def test_the_command_answers_one_order(answered: Answered, tmp_path: Path) -> None:
    desk, orders, allocations = answered
    write_scenario(tmp_path, desk.stock, orders)
    order = orders[first_served(allocations)]
    document = {
        "order_id": order.order_id,
        "destination": f"{order.destination.lat},{order.destination.lon}",
        "customs_mode": order.customs_mode,
        "placed_at": order.placed_at.isoformat(),
        "max_parcels": order.max_parcels,
        "lines": [{"sku": line.sku, "units": line.units} for line in order.lines],
    }
    (tmp_path / "order.json").write_text(json.dumps(document))
    arguments = ["allocate", "--stock", tmp_path / "stock.csv", "--out", tmp_path / "out"]
    ran = teahorse(*arguments, "--single", tmp_path / "order.json", "--what-if", "--json")
    assert ran.code == 0
    (answer,) = ran.json["allocations"]
    assert answer["status"] in {"served", "partial"}
    assert answer["cost_fen"] == sum(parcel["cost_fen"] for parcel in answer["parcels"])
    assert (tmp_path / "out" / "allocation.csv").read_text().startswith("order_id,status,")
    document["lines"] = [{"sku": "NONE", "units": -1}]
    (tmp_path / "order.json").write_text(json.dumps(document))
    bad = teahorse(*arguments, "--single", tmp_path / "order.json", "--json")
    assert bad.code == 2
    assert {"A840", "A823"} <= set(bad.codes)
