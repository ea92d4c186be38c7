"""
Stock and reservations: counters in the database decide, whoever asks and from where.

A reservation is one ``UPDATE`` with its condition inside, so two callers can never both get the
last unit, on either database and without a lock that could be left behind. Several lots are taken
in the order of their ids, so that two orders cannot wait for each other.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import ColumnElement, Engine, select, update
from sqlalchemy.orm import Session

from api.database.base import new_id, now
from api.database.engine import reading
from api.database.models_stock import StockLot, StockReservation
from api.problems import Problem, not_found


class State(StrEnum):
    """Of a reservation: ``HELD`` until confirmed, and ``CONFIRMED`` until issued, count."""

    HELD = "held"
    CONFIRMED = "confirmed"
    ISSUED = "issued"
    RELEASED = "released"
    EXPIRED = "expired"


COUNTING = (State.HELD, State.CONFIRMED)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewLot:
    """A lot to be stocked; see :class:`optimizer.domain.stock.Lot`."""

    lot_code: str
    sku: str
    warehouse_id: str
    customs_status: str
    units: int
    expires_on: date | None = None
    available_at: datetime | None = None
    inbound_ref: str = ""


@dataclass(frozen=True, slots=True)
class Take:
    """Units wanted of a lot."""

    lot_id: str
    units: int


def add_lot(session: Session, tenant_id: str, lot: NewLot) -> StockLot:
    """Stock a lot."""
    at = now()
    row = StockLot(
        lot_id=new_id("lot"),
        tenant_id=tenant_id,
        lot_code=lot.lot_code,
        sku=lot.sku,
        warehouse_id=lot.warehouse_id,
        customs_status=lot.customs_status,
        units_on_hand=lot.units,
        units_reserved=0,
        expires_on=lot.expires_on,
        available_at=lot.available_at,
        inbound_ref=lot.inbound_ref,
        created_at=at,
        updated_at=at,
    )
    session.add(row)
    session.flush()
    return row


def find_lot(session: Session, tenant_id: str, lot_id: str) -> StockLot:
    """
    A lot of a tenant.

    Raises
    ------
    Problem
        404.
    """
    found = session.scalar(
        select(StockLot).where(StockLot.tenant_id == tenant_id, StockLot.lot_id == lot_id)
    )
    if found is None:
        raise not_found("lot", lot_id)
    return found


def free_units(session: Session, tenant_id: str, lot_id: str) -> int:
    """Units that can be reserved now; what has expired is free."""
    expire_due(session, lot_ids=(lot_id,))
    lot = find_lot(session, tenant_id, lot_id)
    session.refresh(lot)
    return lot.units_on_hand - lot.units_reserved


def refuse_hopeless(engine: Engine, tenant_id: str, takes: Sequence[Take]) -> None:
    """
    Refuse what cannot be had, without a writing transaction; others are not held up by it.

    Only :func:`reserve` decides who gets units; this only says no, and only to what it would
    refuse too.

    Raises
    ------
    Problem
        409 ``out_of_stock``.
    """
    with reading(engine) as session:
        for take in takes:
            row = session.execute(
                select(StockLot.units_on_hand - StockLot.units_reserved).where(
                    StockLot.lot_id == take.lot_id, StockLot.tenant_id == tenant_id
                )
            ).first()
            if row is None or row[0] >= take.units:
                continue
            due = select(StockReservation.reservation_id).where(
                StockReservation.lot_id == take.lot_id,
                StockReservation.state == State.HELD,
                StockReservation.expires_at <= now(),
            )
            if session.scalar(due.limit(1)) is None:
                raise _out_of_stock([take])


def reserve(
    session: Session, tenant_id: str, order_id: str, takes: Sequence[Take], expires_at: datetime
) -> list[StockReservation]:
    """
    Reserve units of one or more lots for an order: all of them or none.

    Raises
    ------
    Problem
        404 for a lot that is not there, 409 ``out_of_stock`` where too few units are free; the
        caller's transaction has to be rolled back, as it is by an exception.
    """
    made: list[StockReservation] = []
    short: list[Take] = []
    for take in sorted(takes, key=lambda one: one.lot_id):
        if _took(session, tenant_id, take) or _took_after_expiry(session, tenant_id, take):
            made.append(_reservation(tenant_id, order_id, take, expires_at))
        else:
            find_lot(session, tenant_id, take.lot_id)
            short.append(take)
    if short:
        raise _out_of_stock(short)
    session.add_all(made)
    session.flush()
    return made


def confirm(session: Session, tenant_id: str, reservation_id: str) -> StockReservation:
    """
    Make a held reservation last; once more changes nothing.

    Raises
    ------
    Problem
        404, or 409 if it has ended or its time is over.
    """
    done = session.execute(
        update(StockReservation)
        .where(
            *_mine(tenant_id, reservation_id),
            StockReservation.state == State.HELD,
            StockReservation.expires_at > now(),
        )
        .values(state=State.CONFIRMED)
        .returning(StockReservation.reservation_id)
    ).first()
    row = _reservation_now(session, tenant_id, reservation_id)
    if done is None and row.state != State.CONFIRMED:
        raise _ended(row)
    return row


def release(session: Session, tenant_id: str, reservation_id: str) -> StockReservation:
    """
    Give the units back; once more changes nothing.

    Raises
    ------
    Problem
        404, or 409 if the goods have left.
    """
    return _end(session, tenant_id, reservation_id, State.RELEASED)


def issue(session: Session, tenant_id: str, reservation_id: str) -> StockReservation:
    """
    The goods leave: they are no longer on hand.

    Raises
    ------
    Problem
        404, or 409 unless the reservation is confirmed or was issued before.
    """
    return _end(session, tenant_id, reservation_id, State.ISSUED)


def expire_due(session: Session, *, lot_ids: Iterable[str] = (), limit: int = 1_000) -> int:
    """
    Give back what was held too long.

    Parameters
    ----------
    lot_ids
        Only of these lots; of all if none are named.
    limit
        Reservations at a time.

    Returns
    -------
    int
        How many reservations ended.
    """
    due = select(StockReservation.reservation_id).where(
        StockReservation.state == State.HELD, StockReservation.expires_at <= now()
    )
    named = list(lot_ids)
    if named:
        due = due.where(StockReservation.lot_id.in_(named))
    due = due.order_by(StockReservation.reservation_id).limit(limit)
    ended = session.execute(
        update(StockReservation)
        .where(
            StockReservation.reservation_id.in_(due.scalar_subquery()),
            StockReservation.state == State.HELD,
        )
        .values(state=State.EXPIRED, ended_at=now())
        .returning(StockReservation.lot_id, StockReservation.units)
        .execution_options(synchronize_session=False)
    ).all()
    back: dict[str, int] = {}
    for lot_id, units in ended:
        back[lot_id] = back.get(lot_id, 0) + units
    for lot_id, units in sorted(back.items()):
        _give_back(session, lot_id, units)
    return len(ended)


def _out_of_stock(short: Sequence[Take]) -> Problem:
    errors = [
        {
            "code": "out_of_stock",
            "detail": f"fewer than {take.units} units are free",
            "value": take.lot_id,
        }
        for take in short
    ]
    return Problem(409, "out_of_stock", "There is not enough free stock", errors=errors)


def _took(session: Session, tenant_id: str, take: Take) -> bool:
    statement = (
        update(StockLot)
        .where(
            StockLot.lot_id == take.lot_id,
            StockLot.tenant_id == tenant_id,
            StockLot.units_on_hand - StockLot.units_reserved >= take.units,
        )
        .values(units_reserved=StockLot.units_reserved + take.units, updated_at=now())
        .returning(StockLot.lot_id)
        .execution_options(synchronize_session=False)
    )
    return session.execute(statement).first() is not None


def _took_after_expiry(session: Session, tenant_id: str, take: Take) -> bool:
    return expire_due(session, lot_ids=(take.lot_id,)) > 0 and _took(session, tenant_id, take)


def _give_back(session: Session, lot_id: str, units: int, *, leaves: bool = False) -> None:
    values: dict[str, object] = {
        "units_reserved": StockLot.units_reserved - units,
        "updated_at": now(),
    }
    if leaves:
        values["units_on_hand"] = StockLot.units_on_hand - units
    session.execute(
        update(StockLot)
        .where(StockLot.lot_id == lot_id)
        .values(values)
        .execution_options(synchronize_session=False)
    )


def _end(session: Session, tenant_id: str, reservation_id: str, state: State) -> StockReservation:
    before = COUNTING if state is State.RELEASED else (State.CONFIRMED,)
    done = session.execute(
        update(StockReservation)
        .where(*_mine(tenant_id, reservation_id), StockReservation.state.in_(before))
        .values(state=state, ended_at=now())
        .returning(StockReservation.lot_id, StockReservation.units)
    ).first()
    if done is not None:
        _give_back(session, done.lot_id, done.units, leaves=state is State.ISSUED)
    row = _reservation_now(session, tenant_id, reservation_id)
    given_back = state is State.RELEASED and row.state == State.EXPIRED
    if done is None and row.state != state and not given_back:
        raise _ended(row)
    return row


def _reservation_now(session: Session, tenant_id: str, reservation_id: str) -> StockReservation:
    row = session.scalar(
        select(StockReservation)
        .where(*_mine(tenant_id, reservation_id))
        .execution_options(populate_existing=True)
    )
    if row is None:
        raise not_found("reservation", reservation_id)
    return row


def _mine(tenant_id: str, reservation_id: str) -> tuple[ColumnElement[bool], ...]:
    return (
        StockReservation.tenant_id == tenant_id,
        StockReservation.reservation_id == reservation_id,
    )


def _reservation(
    tenant_id: str, order_id: str, take: Take, expires_at: datetime
) -> StockReservation:
    return StockReservation(
        reservation_id=new_id("res"),
        tenant_id=tenant_id,
        order_id=order_id,
        lot_id=take.lot_id,
        units=take.units,
        state=State.HELD,
        created_at=now(),
        expires_at=expires_at,
    )


def _ended(row: StockReservation) -> Problem:
    return Problem(
        409, "reservation_ended", "The reservation has ended", detail=f"it is {row.state}"
    )
