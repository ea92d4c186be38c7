"""Reservations: units of lots kept for an order until confirmed, issued or free again."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Response
from sqlalchemy import select
from sqlalchemy.orm import Session

from api.auth import Caller, require
from api.database import stock_repository
from api.database.base import now
from api.database.engine import reading, transaction
from api.database.models_stock import StockLot, StockReservation
from api.database.stock_repository import Take
from api.deps import Service, get_service
from api.idempotency import Answer, Once, once_key
from api.pages import Page, PageQuery
from api.problems import not_found, problems
from api.schemas.common import NAME_PATTERN
from api.schemas.stock import (
    ReservationAnswer,
    ReservationRequest,
    Reservations,
    ReservationState,
)
from api.strict_json import StrictRoute

router = APIRouter(prefix="/v1", tags=["reservations"], route_class=StrictRoute)
Allocator = Annotated[Caller, Depends(require("allocate"))]
TheService = Annotated[Service, Depends(get_service)]
TheOnce = Annotated[Once, Depends(once_key)]
ReservationId = Annotated[str, Path(min_length=1, max_length=40, pattern="^[A-Za-z0-9_]+$")]


@router.post(
    "/reservations",
    status_code=201,
    response_class=Response,
    responses={201: {"model": Reservations}, **problems(404, 409, 415)},
)
def create_reservations(body: ReservationRequest, caller: Allocator, once: TheOnce) -> Response:
    """
    Hold units of lots for an order, all of them or none.

    Too few free units are a 409 ``out_of_stock``. Send an Idempotency-Key: a repetition without
    one holds units again.
    """

    def work(session: Session) -> Answer:
        wanted = [line.lot_id for line in body.lines]
        row_ids = lot_rows(session, caller.tenant_id, wanted)
        takes = [Take(row_ids[line.lot_id], line.units) for line in body.lines]
        expires_at = now() + timedelta(minutes=body.hold_min)
        made = stock_repository.reserve(session, caller.tenant_id, body.order_id, takes, expires_at)
        codes = {row_id: code for code, row_id in row_ids.items()}
        shown = [shown_reservation(row, codes[row.lot_id]) for row in made]
        return Answer(status=201, body=Reservations(reservations=shown))

    return once.within(work)


@router.get("/reservations", responses=problems())
def list_reservations(
    caller: Allocator,
    service: TheService,
    page: Annotated[PageQuery, Depends()],
    order_id: Annotated[str, Query(max_length=64, pattern=NAME_PATTERN)] = "",
    state: ReservationState | None = None,
) -> Page[ReservationAnswer]:
    """Reservations of the tenant, newest first."""
    query: Any = (
        select(StockReservation, StockLot.lot_code)
        .join(StockLot, StockLot.lot_id == StockReservation.lot_id)
        .where(StockReservation.tenant_id == caller.tenant_id)
    )
    if order_id:
        query = query.where(StockReservation.order_id == order_id)
    if state:
        query = query.where(StockReservation.state == state)
    key = StockReservation.reservation_id
    with reading(service.engine) as session:
        rows = session.execute(page.apply(query, key, newest_first=True)).all()
    return Page[ReservationAnswer](
        **page.answer(rows, lambda row: row[0].reservation_id, lambda row: shown_reservation(*row))
    )


@router.get("/reservations/{reservation_id}", responses=problems(404))
def get_reservation(
    reservation_id: ReservationId, caller: Allocator, service: TheService
) -> ReservationAnswer:
    """A reservation as it is now."""
    with reading(service.engine) as session:
        row = session.scalar(
            select(StockReservation).where(
                StockReservation.tenant_id == caller.tenant_id,
                StockReservation.reservation_id == reservation_id,
            )
        )
        if row is None:
            raise not_found("reservation", reservation_id)
        return _shown(session, row)


@router.post(
    "/reservations/{reservation_id}/confirm",
    response_class=Response,
    responses={200: {"model": ReservationAnswer}, **problems(404, 409)},
)
def confirm_reservation(
    reservation_id: ReservationId, caller: Allocator, once: TheOnce
) -> Response:
    """Make a held reservation last; once more changes nothing. 409 once its time is over."""
    return _changed(stock_repository.confirm, reservation_id, caller, once)


@router.post(
    "/reservations/{reservation_id}/issue",
    response_class=Response,
    responses={200: {"model": ReservationAnswer}, **problems(404, 409)},
)
def issue_reservation(reservation_id: ReservationId, caller: Allocator, once: TheOnce) -> Response:
    """The goods have left the warehouse; the reservation has to be confirmed."""
    return _changed(stock_repository.issue, reservation_id, caller, once)


@router.delete("/reservations/{reservation_id}", responses=problems(404, 409))
def release_reservation(
    reservation_id: ReservationId, caller: Allocator, service: TheService
) -> ReservationAnswer:
    """Give the units back; once more changes nothing. 409 if the goods have left."""
    with transaction(service.engine) as session:
        row = stock_repository.release(session, caller.tenant_id, reservation_id)
        return _shown(session, row)


def lot_rows(session: Session, tenant_id: str, lot_ids: Iterable[str]) -> dict[str, str]:
    """
    Row ids of lots by the tenant's own ids.

    Raises
    ------
    Problem
        404 for the first that is not there.
    """
    wanted = set(lot_ids)
    query = select(StockLot.lot_code, StockLot.lot_id).where(
        StockLot.tenant_id == tenant_id, StockLot.lot_code.in_(wanted)
    )
    found = {row.lot_code: row.lot_id for row in session.execute(query)}
    for missing in sorted(wanted - set(found)):
        raise not_found("lot", missing)
    return found


def shown_reservation(row: StockReservation, lot_code: str) -> ReservationAnswer:
    """The answer's form of a row."""
    return ReservationAnswer(
        reservation_id=row.reservation_id,
        order_id=row.order_id,
        lot_id=lot_code,
        units=row.units,
        state=row.state,  # pyright: ignore[reportArgumentType]  (written by us)
        created_at=row.created_at,
        expires_at=row.expires_at,
        ended_at=row.ended_at,
    )


def _shown(session: Session, row: StockReservation) -> ReservationAnswer:
    code = session.scalar(select(StockLot.lot_code).where(StockLot.lot_id == row.lot_id))
    return shown_reservation(row, code or "")


def _changed(
    change: Callable[[Session, str, str], StockReservation],
    reservation_id: str,
    caller: Caller,
    once: Once,
) -> Response:
    def work(session: Session) -> Answer:
        return Answer(body=_shown(session, change(session, caller.tenant_id, reservation_id)))

    return once.within(work)
