"""Reservations: counters that cannot be overdrawn, on both databases."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from api.database import stock_repository as stock
from api.database.base import now
from api.database.engine import reading, transaction
from api.database.key_repository import tenant_named
from api.database.models_stock import StockLot, StockReservation
from api.database.stock_repository import NewLot, State, Take
from api.problems import Problem

LATER = timedelta(minutes=10)


def _lot(engine, units, code="L1", tenant="default"):
    with transaction(engine) as session:
        owner = tenant_named(session, tenant).tenant_id
        lot = NewLot(
            lot_code=code, sku="TEA", warehouse_id="CNKMG-CBZ", customs_status="bonded", units=units
        )
        return owner, stock.add_lot(session, owner, lot).lot_id


def _reserve(engine, tenant_id, *takes, expires_in=LATER):
    with transaction(engine) as session:
        made = stock.reserve(session, tenant_id, "O1", takes, now() + expires_in)
        return [row.reservation_id for row in made]


def _counters(engine, lot_id):
    with reading(engine) as session:
        row = session.get(StockLot, lot_id)
        return row.units_on_hand, row.units_reserved


def test_one_thousand_units_are_sold_once(engine):
    """100 units and 16 clients that each try 20 times; the full number is in the benchmarks."""
    owner, lot = _lot(engine, 100)
    lost: list[str] = []

    def client(_number):
        won = 0
        for _ in range(20):
            try:
                won += len(_reserve(engine, owner, Take(lot, 1)))
            except Problem as problem:
                lost.append(problem.code)
        return won

    with ThreadPoolExecutor(16) as pool:
        won = list(pool.map(client, range(16)))
    assert sum(won) == 100
    assert lost == ["out_of_stock"] * 220
    assert _counters(engine, lot) == (100, 100)
    with reading(engine) as session:
        assert session.scalar(select(func.sum(StockReservation.units))) == 100


def test_all_lots_or_none(engine):
    owner, first = _lot(engine, 5, "A")
    _, second = _lot(engine, 1, "B")
    with pytest.raises(Problem) as caught:
        _reserve(engine, owner, Take(first, 5), Take(second, 2))
    assert caught.value.status == 409
    assert [error["value"] for error in caught.value.errors] == [second]
    assert _counters(engine, first) == (5, 0)
    assert len(_reserve(engine, owner, Take(second, 1), Take(first, 5))) == 2
    assert _counters(engine, first) == (5, 5)


def test_what_is_held_too_long_is_free_again(engine):
    owner, lot = _lot(engine, 2)
    [held] = _reserve(engine, owner, Take(lot, 2), expires_in=timedelta(seconds=-1))
    with transaction(engine) as session, pytest.raises(Problem, match="reservation_ended"):
        stock.confirm(session, owner, held)
    # Nobody swept; the next one that needs the units finds them.
    assert _reserve(engine, owner, Take(lot, 1))
    assert _counters(engine, lot) == (2, 1)
    with transaction(engine) as session:
        assert stock.free_units(session, owner, lot) == 1
        assert session.get(StockReservation, held).state == State.EXPIRED
        assert stock.release(session, owner, held).state == State.EXPIRED
    assert _counters(engine, lot) == (2, 1)


def test_life_of_a_reservation(engine):
    owner, lot = _lot(engine, 10)
    kept, freed = _reserve(engine, owner, Take(lot, 3), Take(lot, 4))
    with transaction(engine) as session:
        with pytest.raises(Problem, match="reservation_ended"):
            stock.issue(session, owner, kept)
        for _ in range(2):
            assert stock.confirm(session, owner, kept).state == State.CONFIRMED
            assert stock.release(session, owner, freed).state == State.RELEASED
    assert _counters(engine, lot) == (10, 3)
    with transaction(engine) as session:
        for _ in range(2):
            assert stock.issue(session, owner, kept).state == State.ISSUED
        with pytest.raises(Problem, match="reservation_ended"):
            stock.release(session, owner, kept)
        with pytest.raises(Problem, match="reservation_ended"):
            stock.confirm(session, owner, freed)
    assert _counters(engine, lot) == (7, 0)


def test_another_tenant_has_no_such_lot(engine):
    _, lot = _lot(engine, 1)
    other, _ = _lot(engine, 1, tenant="other")
    with pytest.raises(Problem) as caught:
        _reserve(engine, other, Take(lot, 1))
    assert caught.value.status == 404
    owner, _ = _lot(engine, 1, "L2")
    [mine] = _reserve(engine, owner, Take(lot, 1))
    for act in (stock.confirm, stock.release, stock.issue):
        with transaction(engine) as session, pytest.raises(Problem, match="not_found"):
            act(session, other, mine)


def test_the_database_itself_refuses_what_cannot_be(engine):
    from sqlalchemy import update
    from sqlalchemy.exc import IntegrityError

    _, lot = _lot(engine, 3)
    for values in ({"units_reserved": 4}, {"units_reserved": -1}, {"units_on_hand": -1}):
        with pytest.raises(IntegrityError), transaction(engine) as session:
            session.execute(update(StockLot).where(StockLot.lot_id == lot).values(values))
    assert _counters(engine, lot) == (3, 0)
