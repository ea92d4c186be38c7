"""One order at a time, on stock small enough for arithmetic."""

from __future__ import annotations

from datetime import UTC, date, datetime
from itertools import product

import numpy as np
import pytest

from optimizer.domain.stock import CustomsStatus, StockData
from optimizer.models.allocation.assemble import why_lost
from optimizer.models.allocation.desk import Choice
from optimizer.models.allocation.price_table import PriceTable
from optimizer.models.allocation.reasons import backorders, find_repairs
from optimizer.models.allocation.single import Engine
from optimizer.plan.allocation import StockPrice
from tests.toy import allocation_toy as toy

BONDED, PAID = CustomsStatus.BONDED, CustomsStatus.DUTY_PAID
MONDAY = date(2026, 9, 14)


def moment(minute: int) -> datetime:
    return datetime.fromtimestamp(toy.EPOCH.timestamp() + 60 * minute, tz=UTC)


def best(engine: Engine, *lines: tuple[str, int], **fields: object) -> Choice:
    found, _ = engine.best(toy.order(*lines, **fields))
    assert found is not None
    return found


def taken(engine: Engine, choice: Choice) -> dict[str, int]:
    board = engine.board
    return {board.lot_ids[one.lot]: one.units for part in choice.parts for one in part.takes}


def price(name: str, at: str, status: CustomsStatus, fen: int) -> StockPrice:
    return StockPrice(sku=name, warehouse_id=at, customs_status=status, week=MONDAY, price_fen=fen)


def test_cheapest_warehouse_wins_and_the_runner_up_says_why() -> None:
    data = toy.stock(
        [toy.sku("A")], [toy.lot("N", "A", toy.NEAR, 5), toy.lot("W", "A", toy.FAR, 5)]
    )
    engine = toy.engine(data)
    first, second = engine.best(toy.order(("A", 2)))
    assert first is not None
    assert second is not None
    assert taken(engine, first) == {"N": 2}
    # 1000 + 1 kg x 100 for the way, 300 + 2 x 50 for picking.
    assert first.score[1] == 1000 + 100 + 300 + 100
    assert taken(engine, second) == {"W": 2}
    assert why_lost(first, second) == "it costs 20.00 CNY more; promised 24 h later"


@pytest.mark.parametrize("prices", [None, "rule of thumb"])
def test_the_last_bonded_unit_is_kept_for_those_who_need_it(prices: str | None) -> None:
    """9710 may take either; the bonded unit is worth 30 CNY to 1210, the way costs 20 more."""
    data = toy.stock(
        [toy.sku("A")],
        [toy.lot("B", "A", toy.NEAR, 1, BONDED), toy.lot("P", "A", toy.FAR, 50, PAID)],
    )
    table = PriceTable.from_prices([price("A", toy.NEAR, BONDED, 3000)])
    engine = toy.engine(data, table if prices is None else PriceTable())
    assert taken(engine, best(engine, ("A", 1))) == {"P": 1}
    assert taken(toy.engine(data), best(toy.engine(data), ("A", 1))) == {"B": 1}
    assert taken(engine, best(engine, ("A", 1), mode="1210")) == {"B": 1}


def test_first_expired_first_out_in_whole_packs_and_nothing_expired() -> None:
    lots = [
        toy.lot("old", "A", toy.NEAR, 9, expires=date(2026, 9, 13)),
        toy.lot("late", "A", toy.NEAR, 9, expires=date(2026, 12, 1)),
        toy.lot("soon", "A", toy.NEAR, 5, expires=date(2026, 9, 20)),
        toy.lot("keeps", "A", toy.NEAR, 99),
    ]
    packed = toy.sku("A", pack_units=2, breaks_pack=False)
    engine = toy.engine(toy.stock([packed], lots))
    # Of five units in the lot that goes first, two packs; of nine in the next, four.
    assert taken(engine, best(engine, ("A", 14))) == {"soon": 4, "late": 8, "keeps": 2}


def test_incompatible_goods_leave_in_two_parcels_of_one_warehouse() -> None:
    food = toy.sku("FOOD", incompatible_with=frozenset({"soap"}))
    data = toy.stock(
        [food, toy.sku("SOAP"), toy.sku("TEA")],
        [toy.lot(name, name, toy.NEAR, 5) for name in ("FOOD", "SOAP", "TEA")],
    )
    engine = toy.engine(data)
    found = best(engine, ("FOOD", 1), ("SOAP", 1), ("TEA", 1))
    contents = [{engine.board.lot_ids[t.lot] for t in part.takes} for part in found.parts]
    assert contents == [{"FOOD", "TEA"}, {"SOAP"}]
    assert found.warehouses == (0,)


def test_stock_on_its_way_is_promised_for_when_it_comes() -> None:
    comes = datetime(2026, 9, 16, 15, tzinfo=UTC)
    data = toy.stock([toy.sku("A")], [toy.lot("N", "A", toy.NEAR, 5, available=comes)])
    engine = toy.engine(data)
    found = best(engine, ("A", 5))
    # Picked by 16:00 on the 16th, so the wave is that of noon on the 17th, a day on the way.
    assert moment(found.parts[0].offer.hand_over_min) == datetime(2026, 9, 17, 12, tzinfo=UTC)
    assert moment(found.score[2]) == datetime(2026, 9, 18, 12, tzinfo=UTC)


def test_full_picking_moves_the_order_to_the_next_day() -> None:
    data = toy.stock([toy.sku("A")], [toy.lot("N", "A", toy.NEAR, 9)], pick=4)
    engine = toy.engine(data)
    first = best(engine, ("A", 3))
    engine.take(first)
    second = best(engine, ("A", 3))
    assert second.parts[0].offer.hand_over_min == first.parts[0].offer.hand_over_min + 1440
    assert engine.board.lot_units.tolist() == [6]


def test_splits_only_as_far_as_the_order_allows() -> None:
    data = toy.stock(
        [toy.sku("A"), toy.sku("B")],
        [
            toy.lot("a", "A", toy.NEAR, 1),
            toy.lot("b", "B", toy.FAR, 1),
            toy.lot("c", "A", toy.FAR, 1),
        ],
    )
    engine = toy.engine(data)
    assert taken(engine, best(engine, ("A", 1), ("B", 1))) == {"b": 1, "c": 1}
    split = best(engine, ("A", 2), ("B", 1), max_parcels=2)
    assert taken(engine, split) == {"a": 1, "b": 1, "c": 1}
    none, _ = engine.best(toy.order(("A", 2), ("B", 1)))
    assert none is None
    repairs = find_repairs(engine, toy.order(("A", 2), ("B", 1)), moment)
    assert repairs[0].kind == "split"
    assert repairs[0].cost_fen == split.score[1]


@pytest.mark.parametrize(
    ("lots", "fields", "code"),
    [
        ([], {}, "B901"),
        ([("B", BONDED, None)], {"mode": "domestic"}, "B902"),
        ([("P", PAID, None)], {"mode": "9810"}, "B904"),
        ([("P", PAID, None)], {"units": 9}, "B905"),
        ([("P", PAID, date(2026, 9, 1))], {}, "B903"),
    ],
)
def test_no_is_an_answer_with_a_reason(
    lots: list[tuple[str, CustomsStatus, date | None]], fields: dict[str, object], code: str
) -> None:
    made = [toy.lot(n, "A", toy.NEAR, 5, status, expires=expires) for n, status, expires in lots]
    engine = toy.engine(toy.stock([toy.sku("A")], made))
    units = int(str(fields.pop("units", 1)))
    wanted = toy.order(("A", units), **fields)  # type: ignore[arg-type]
    found, _ = engine.best(wanted)
    assert found is None
    missing = backorders(engine, wanted, (units,), moment, with_repairs=True)
    assert [one.reasons[0].code for one in missing] == [code]


def test_equals_trying_everything_on_random_stock() -> None:
    """The slow twin: every line from every warehouse, every lot filled in order."""
    rng = np.random.default_rng(5)
    for _ in range(60):
        skus = [toy.sku(name, unit_g=int(rng.integers(100, 3000))) for name in "ABC"]
        lots = [
            toy.lot(f"{one.sku}{at}", one.sku, at, int(rng.integers(0, 4)))
            for one in skus
            for at in (toy.NEAR, toy.FAR)
        ]
        data = toy.stock(skus, lots)
        lines = [(one.sku, int(rng.integers(1, 4))) for one in skus[: rng.integers(1, 4)]]
        engine = toy.engine(data)
        found, _ = engine.best(toy.order(*lines, max_parcels=2))
        least = twin(data, lines)
        if least is None:
            continue
        assert found is not None
        assert found.score[1] == least


def twin(data: StockData, lines: list[tuple[str, int]]) -> int | None:
    """Least cost with each line whole from one warehouse."""
    costs: list[int] = []
    for deal in product((toy.NEAR, toy.FAR), repeat=len(lines)):
        if any(
            data.lots[f"{name}{at}"].units < units
            for (name, units), at in zip(lines, deal, strict=True)
        ):
            continue
        total = 0
        for at, base in ((toy.NEAR, 1000), (toy.FAR, 3000)):
            mine = [line for line, where in zip(lines, deal, strict=True) if where == at]
            if mine:
                grams = sum(data.skus[name].unit_g * units for name, units in mine)
                n_units = sum(units for _, units in mine)
                total += base + 100 * -(-grams // 1000) + 300 + 50 * n_units
        costs.append(total)
    return min(costs, default=None)
