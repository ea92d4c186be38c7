"""Orders and stock in, parcels and back-orders out: toys with their arithmetic, rules re-counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence

import numpy as np
import pytest

from optimizer.domain.order import LEGAL_STATUSES, Order
from optimizer.models.allocation.batch_answer import Moments, answer_batch
from optimizer.models.allocation.batch_build import BatchRules
from optimizer.models.allocation.batch_solve import solve_batch
from optimizer.models.allocation.board import Board
from optimizer.models.allocation.offers import NEVER
from optimizer.plan.allocation import AllocationStatus, BatchResult
from optimizer.solvers.limits import SolveLimits
from tests.unit.allocation.batch_toy import (
    BONDED,
    DAY,
    EPOCH,
    PAID,
    TableLanes,
    board,
    lot,
    minute_of,
    moment_of,
    order,
    sku,
)

MOMENTS = Moments(epoch_at=EPOCH, minute_of=minute_of, moment_of=moment_of)
LIMITS = SolveLimits(time_s=20)
ROUGH = SolveLimits(time_s=20, gap=0.03)


def answer(
    stock: Board,
    orders: Sequence[Order],
    truck_kg: int = NEVER,
    limits: SolveLimits = LIMITS,
    should_stop: Callable[[], bool] | None = None,
) -> BatchResult:
    lanes = TableLanes(stock.warehouses, truck_kg)
    result = answer_batch(stock, lanes, orders, MOMENTS, limits=limits, should_stop=should_stop)
    recount(result, stock, orders, truck_kg)
    return result


def recount(result: BatchResult, stock: Board, orders: Sequence[Order], truck_kg: int) -> None:
    """All rules counted again from the answers, one unit after the other."""
    left = dict(zip(stock.lot_ids, stock.lot_units.tolist(), strict=True))
    picked, carried, total = Counter(), Counter(), 0
    for wanted, got in zip(orders, result.allocations, strict=True):
        assert got.order_id == wanted.order_id
        served = Counter()
        for parcel in got.parcels:
            w = stock.warehouse_index[parcel.warehouse_id]
            picked[w, parcel.hand_over_at.date()] += parcel.units
            carried[parcel.departure] += parcel.gross_kg
            grams = 0
            for line in parcel.lines:
                number, at = stock.lot_index[line.lot_id], stock.sku_index[line.sku]
                assert stock.warehouses[stock.lot_warehouse[number]] == parcel.warehouse_id
                assert stock.lot_available_min[number] <= minute_of(parcel.hand_over_at)
                assert minute_of(parcel.hand_over_at) < stock.lot_last_min[number]
                assert line.customs_status in LEGAL_STATUSES[wanted.customs_mode]
                assert line.units % stock.pack_units[at] == 0
                left[line.lot_id] -= line.units
                served[line.sku] += line.units
                grams += line.units * stock.unit_g.item(at)
            assert parcel.gross_kg == max(1, -(-grams // 1000))
        missing = Counter()
        for one in got.backorders:
            missing[one.sku] += one.units
            assert one.reasons
            total += one.units * wanted.unserved_fen
        for line in wanted.lines:
            missing[line.sku] -= line.units
            served[line.sku] += missing[line.sku]
        assert not any(served.values())
        assert len({parcel.warehouse_id for parcel in got.parcels}) <= wanted.max_parcels
        if got.parcels and not wanted.is_partial_allowed:
            assert got.status is AllocationStatus.SERVED
        total += got.cost_fen
    assert min(left.values()) >= 0
    assert all(units <= stock.pick_units_per_day[w] for (w, _), units in picked.items())
    assert all(kilograms <= truck_kg for kilograms in carried.values())
    assert result.objective_fen == total
    assert 0 <= result.bound_fen <= total


def test_last_bonded_unit_is_left_to_the_order_that_needs_it():
    """Q from A: 500 + 100 + 100 + 10 + release 300; P from B, 800 + 210, though A is 300 less."""
    stock = board([sku("X")], [lot("b", "X", "A", 1, BONDED), lot("p", "X", "B", 1)])
    orders = [order("P", ("X", 1), customs_mode="9710"), order("Q", ("X", 1), customs_mode="1210")]
    result = answer(stock, orders)
    assert [one.parcels[0].lines[0].lot_id for one in result.allocations] == ["p", "b"]
    assert [one.cost_fen for one in result.allocations] == [1010, 1010]
    assert (result.objective_fen, result.bound_fen, result.stop_reason) == (2020, 2020, "optimal")


def test_repairs_are_priced_and_the_binding_stock_comes_first():
    """One unit at A for two orders: a second one there costs 710, bonded B 1010, a wait for C 2210."""
    stock = board(
        [sku("X")],
        [lot("a", "X", "A", 1), lot("b", "X", "B", 3, BONDED), lot("c", "X", "C", 3, day=10)],
    )
    orders = [order("P", ("X", 1), unserved_fen=1_500), order("Q", ("X", 1))]
    result = answer(stock, orders)
    assert result.objective_fen == 710 + 1_500
    (short,) = result.allocations[0].backorders
    assert (short.units, short.reasons[0].resource) == (1, "X (duty_paid) at A")
    found = [(one.kind, one.cost_fen) for one in short.repairs]
    assert found == [
        ("stock", 710), ("mode", 1010), ("mode", 1010), ("stock", 1010), ("mode", 1310),
        ("stock", 2210), ("wait", 2210),
    ]  # fmt: skip
    assert "wait for lot c at 2026-03-12" in short.repairs[-1].change


def test_full_days_push_orders_on_and_name_picking():
    """One unit a day and two days: the third order can come a day later, or with more picking."""
    stock = board([sku("X")], [lot("a", "X", "A", 5)], pick=1)
    orders = [order(name, ("X", 1), unserved_fen=9_000 + ord(name)) for name in "PQR"]
    result = answer(stock, orders)
    assert [one.status.value for one in result.allocations] == ["backordered", "served", "served"]
    days = {one.parcels[0].hand_over_at.date().day for one in result.allocations[1:]}
    assert days == {2, 3}
    (short,) = result.allocations[0].backorders
    assert short.reasons[0].resource == "picking at A"
    assert {one.kind: one.cost_fen for one in short.repairs} == {"capacity": 710, "late": 710}


def test_departures_hold_their_mass():
    """A truck of one kilogram a day: two of three orders leave, the third needs a kilogram more."""
    stock = board([sku("X")], [lot("a", "X", "A", 5)])
    orders = [order(name, ("X", 1), unserved_fen=9_000 + ord(name)) for name in "PQR"]
    result = answer(stock, orders, truck_kg=1)
    (short,) = result.allocations[0].backorders
    assert [one.change for one in short.repairs if one.kind == "capacity"] == [
        "book 1 kg on svc:A:0:1 more"
    ]


def test_packs_expiry_split_partial_and_goods_that_do_not_go_together():
    skus = [
        sku("X"), sku("P", pack_units=6, breaks_pack=False),
        sku("F", goods_class="food", incompatible_with=frozenset({"detergent"})),
        sku("D", goods_class="detergent"),
    ]  # fmt: skip
    lots = [
        lot("x2", "X", "A", 2), lot("x1", "X", "A", 2, expires=9), lot("x0", "X", "A", 9, expires=1),
        lot("p", "P", "A", 20), lot("f", "F", "A", 5), lot("d", "D", "A", 5), lot("xb", "X", "B", 2),
    ]  # fmt: skip
    orders = [
        order("fefo", ("X", 3)), order("packs", ("P", 12)), order("odd", ("P", 7)),
        order("apart", ("F", 1), ("D", 1)),
        order("split", ("X", 2), ("F", 1), max_parcels=2),
        order("part", ("P", 12), is_partial_allowed=True, min_units=6),
    ]  # fmt: skip
    result = answer(board(skus, lots), orders)
    by_id = {one.order_id: one for one in result.allocations}
    fefo = {line.lot_id: line.units for line in by_id["fefo"].parcels[0].lines}
    others = {line.lot_id for p in by_id["split"].parcels for line in p.lines}
    # x0 expires on the first of March, before any wave; x1 goes before x2 whoever takes it.
    assert "x0" not in fefo.keys() | others
    assert fefo["x1"] == 2
    assert [one.status.value for one in result.allocations] == [
        "served", "served", "backordered", "served", "served", "partial",
    ]  # fmt: skip
    assert [len(one.lines) for one in by_id["apart"].parcels] == [1, 1]
    assert [one.warehouse_id for one in by_id["split"].parcels] == ["A", "B"]
    assert by_id["odd"].backorders[0].reasons[-1].code == "B906"
    assert sum(one.units for one in by_id["part"].parcels) == 6


def test_inbound_stock_leaves_after_it_arrives():
    stock = board([sku("X")], [lot("a", "X", "A", 5, day=4)])
    (got,) = answer(stock, [order("P", ("X", 2))]).allocations
    # Available at midnight of day 4, picked in an hour, handed over at 18:00.
    assert minute_of(got.parcels[0].hand_over_at) == 4 * DAY + 18 * 60
    # 500 + 2 kg * 100 + 100 + 2 * 10
    assert got.cost_fen == 820


def test_stock_over_its_room_is_pushed_out():
    """Ten dm3 in room for 9: with a price on it the unit leaves A (710), not cheaper B."""
    stock = board(
        [sku("X")], [lot("a", "X", "B", 10), lot("b", "X", "A", 1)], room_dm3=9
    )  # fmt: skip
    lanes = TableLanes(stock.warehouses)
    free = BatchRules(minute_of=minute_of)
    dear = BatchRules(minute_of=minute_of, storage_over_mfen=1_000)
    orders = [order("P", ("X", 1))]
    plain = solve_batch(stock, orders, lanes, free, limits=LIMITS)
    pushed = solve_batch(stock, orders, lanes, dear, limits=LIMITS)
    assert (plain.objective_fen, plain.short_fen) == (710, 0)
    assert (pushed.objective_fen, pushed.short_fen) == (1010, 0)
    assert pushed.picks[0].lot == stock.lot_index["a"]


def drawn(seed: int) -> tuple[Board, list[Order]]:
    """Scarce stock of eight SKUs in three warehouses, fourteen orders of all kinds."""
    rng = np.random.default_rng(seed)
    skus = [
        sku(
            f"S{at}", unit_g=int(rng.integers(100, 2_500)), pack_units=1 + at % 3,
            breaks_pack=at % 3 != 2, goods_class=("toys", "food")[at % 2],
            incompatible_with=frozenset({"toys"} if at == 1 else ()),
        )
        for at in range(8)
    ]  # fmt: skip
    lots = [
        lot(
            f"L{at}-{w}-{k}", f"S{at}", "ABC"[w], int(rng.integers(1, 7)), (PAID, BONDED)[k],
            expires=int(rng.choice([0, 3, 30])), day=int(rng.choice([0, 0, 3])),
        )
        for at in range(8)
        for w in range(3)
        for k in range(2)
    ]  # fmt: skip
    orders = [
        order(
            f"O{at:02d}",
            *((f"S{s}", int(rng.integers(1, 4))) for s in rng.choice(8, rng.integers(1, 4), False)),
            customs_mode=str(rng.choice(["domestic", "1210", "9710"])),
            max_parcels=int(rng.integers(1, 3)), is_partial_allowed=bool(rng.random() < 0.4),
            min_units=int(rng.integers(0, 3)), unserved_fen=int(rng.integers(1_000, 9_000)),
            due_at=moment_of(int(rng.integers(2, 5)) * DAY), late_fen_per_day=200,
        )
        for at in range(14)
    ]  # fmt: skip
    return board(skus, lots, pick=7), orders


@pytest.mark.parametrize("seed", [1, 2])
def test_drawn_batches_keep_every_rule_and_are_the_same_again(seed: int):
    stock, orders = drawn(seed)
    before = stock.lot_units.copy()
    first = answer(stock, orders, truck_kg=6, limits=ROUGH)
    again = answer(stock, orders, truck_kg=6, limits=ROUGH)
    assert first.allocations == again.allocations
    assert first.stock_prices == again.stock_prices
    assert np.array_equal(before, stock.lot_units)
    assert first.stop_reason in {"gap", "optimal"}
    assert any(one.backorders for one in first.allocations)


def test_asked_to_stop_it_answers_with_what_it_has():
    stock, orders = drawn(3)
    result = answer(stock, orders, should_stop=lambda: True)
    assert result.stop_reason == "cancelled"
    assert any(one.parcels for one in result.allocations)


def test_no_orders():
    stock, _ = drawn(1)
    result = answer(stock, [])
    assert (result.allocations, result.objective_fen, result.stop_reason) == ((), 0, "optimal")
