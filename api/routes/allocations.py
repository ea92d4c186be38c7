"""Allocation of single orders, answered at once, with reservations."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Annotated

from anyio import to_thread
from fastapi import APIRouter, Depends, Response
from sqlalchemy.orm import Session

from api.auth import Caller, require
from api.database import stock_repository
from api.database.base import now
from api.database.stock_repository import Take
from api.deps import Service, get_service
from api.desks import Desk, held_units
from api.idempotency import Answer, Once, once_key
from api.problems import Problem, problems
from api.schemas.allocations import AllocationAnswer, AllocationRequest
from api.strict_json import StrictRoute

if TYPE_CHECKING:
    from optimizer.domain.order import Order
    from optimizer.plan.allocation import Allocation

router = APIRouter(prefix="/v1", tags=["allocations"], route_class=StrictRoute)
MAX_TRIES = 5


class _Changed(Exception):
    """The stock is not what the desk took it for: look at it, and answer again."""


@router.post(
    "/allocations",
    responses={200: {"model": AllocationAnswer}, **problems(404, 409, 415)},
    response_class=Response,
)
async def create_allocation(
    body: AllocationRequest,
    caller: Annotated[Caller, Depends(require("allocate"))],
    service: Annotated[Service, Depends(get_service)],
    once: Annotated[Once, Depends(once_key)],
) -> Response:
    """
    Which stock serves an order: parcels, lots, departures, promises, costs and the runner-up.

    Units are held until they are confirmed or ``hold_min`` have passed, unless it is a
    ``what_if``. An order that cannot be served is answered with reasons and priced repairs.
    """
    desks = service.desks
    return await to_thread.run_sync(
        _allocated, body, caller.tenant_id, service, once, limiter=desks.limiter
    )


def _allocated(body: AllocationRequest, tenant_id: str, service: Service, once: Once) -> Response:
    placed_at = body.placed_at or now()
    desk = service.desks.desk(tenant_id, body.network, placed_at)
    order = _order(body, placed_at, desk)
    if body.what_if:
        return once.around(lambda: _said(desk, _looked(desk, order, service), None))
    for _ in range(MAX_TRIES):
        # Computed before the transaction, which others may wait for.
        found = _looked(desk, order, service)
        try:
            return once.within(
                lambda session, found=found: _held(session, body.hold_min, found, desk)
            )
        except _Changed:
            desk.look(service.engine, at_once=True)
        except BaseException:
            desk.forget()
            raise
    title = "Others took the units again and again"
    raise Problem(409, "contended", title, headers={"Retry-After": "1"})


def _looked(desk: Desk, order: Order, service: Service) -> Allocation:
    """An answer; units are only said to be missing after a fresh look."""
    found = desk.allocator.what_if(order)
    if found.backorders and desk.look(service.engine, at_once=True):
        found = desk.allocator.what_if(order)
    return found


def _held(session: Session, hold_min: int, found: Allocation, desk: Desk) -> Answer:
    """
    The answer with its reservations entered in the session.

    Raises
    ------
    _Changed
        Units are gone meanwhile.
    """
    if held_units(session, desk.tenant_id, found.order_id):
        detail = "confirm or release its reservations, or send the Idempotency-Key of the first"
        title = "The order holds units already"
        raise Problem(409, "order_holds_units", title, detail=detail)
    expires_at = now() + timedelta(minutes=hold_min)
    takes = [
        Take(desk.row_ids[line.lot_id], line.units)
        for parcel in found.parcels
        for line in parcel.lines
    ]
    if not takes:
        return _said(desk, found, None)
    try:
        made = stock_repository.reserve(session, desk.tenant_id, found.order_id, takes, expires_at)
    except Problem as problem:
        if problem.code == "out_of_stock":
            raise _Changed from problem
        raise
    desk.take(found)
    ids = tuple(row.reservation_id for row in made)
    return _said(desk, replace(found, reservation_ids=ids), expires_at)


def _said(desk: Desk, found: Allocation, expires_at: datetime | None) -> Answer:
    from optimizer.plan.allocation_io import allocation_to_json

    data = desk.allocator.inputs.data
    body = allocation_to_json(data, found) | {
        "expires_at": expires_at.isoformat() if expires_at else None,
        "network_fingerprint": data.fingerprint,
        "stock_version": desk.version,
    }
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"), default=str)
    return Answer(body=text.encode())


def _order(body: AllocationRequest, placed_at: datetime, desk: Desk) -> Order:
    """
    The order as the planner has it.

    Raises
    ------
    DemandError
        With all findings A8xx.
    """
    document: dict[str, object] = {
        "order_id": body.order_id,
        "destination": body.destination,
        "customs_mode": body.customs_mode,
        "placed_at": placed_at.isoformat(),
        "due_at": body.due_at.isoformat() if body.due_at else "",
        "priority": str(body.priority),
        "max_parcels": str(body.max_parcels),
        "partial": "true" if body.partial else "false",
        "min_units": str(body.min_units),
        "credit_class": body.credit_class,
        "lines": [{"sku": one.sku, "units": str(one.units)} for one in body.lines],
    }
    order = desk.reader.read(document, desk.allocator.stock.skus)
    # Money here is fen already; the tables have CNY.
    return replace(order, late_fen_per_day=body.late_fen_per_day, unserved_fen=body.unserved_fen)
