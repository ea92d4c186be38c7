"""What a tenant stocks and where: uploads, and the whole of it for the allocator."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import fields
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from api.database import stock_repository
from api.database.base import now
from api.database.models_access import Tenant
from api.database.models_stock import StockLot, StockSku, StockVersion, StockWarehouse
from api.database.stock_repository import NewLot
from api.problems import Problem
from optimizer.domain.stock import CustomsStatus, Lot, Sku, StockData, Warehouse

_MOVING = {"lot_code", "units"}
_ATTRIBUTES = tuple(one.name for one in fields(NewLot) if one.name not in _MOVING)


def lock(session: Session, tenant_id: str) -> None:
    """One upload of a tenant at a time; SQLite has one writer anyway."""
    session.execute(select(Tenant.name).where(Tenant.tenant_id == tenant_id).with_for_update())


def version(session: Session, tenant_id: str) -> int:
    """Number of changes so far, apart from units."""
    found = session.scalar(select(StockVersion.version).where(StockVersion.tenant_id == tenant_id))
    return found or 0


def put_rows(
    session: Session,
    tenant_id: str,
    model: type[StockSku | StockWarehouse],
    documents: Mapping[str, dict[str, Any]],
) -> bool:
    """
    Enter or replace SKUs or warehouses by id.

    Returns
    -------
    bool
        Whether anything differs from before.
    """
    key = "sku" if model is StockSku else "warehouse_id"
    mine = session.scalars(select(model).where(model.tenant_id == tenant_id)).all()
    before = {getattr(row, key): row for row in mine}
    has_changed = False
    for name, document in documents.items():
        row = before.get(name)
        if row is None:
            session.add(model(tenant_id=tenant_id, document=document, **{key: name}))
        elif row.document != document:
            row.document = document
        else:
            continue
        has_changed = True
    return has_changed


def put_lots(session: Session, tenant_id: str, lots: Iterable[NewLot]) -> bool:
    """
    Enter lots or replace them by code; units are counted on hand, reserved ones included.

    Returns
    -------
    bool
        Whether anything but units differs from before.

    Raises
    ------
    Problem
        409 ``units_reserved``: more is reserved of a lot than the count says is there.
    """
    query = select(StockLot).where(StockLot.tenant_id == tenant_id)
    before = {row.lot_code: row for row in session.scalars(query)}
    has_changed = False
    short: list[dict[str, str]] = []
    for lot in lots:
        row = before.get(lot.lot_code)
        if row is None:
            stock_repository.add_lot(session, tenant_id, lot)
            has_changed = True
            continue
        new = {name: getattr(lot, name) for name in _ATTRIBUTES}
        has_changed |= any(getattr(row, name) != value for name, value in new.items())
        # The condition is part of the statement: reservations go on meanwhile.
        done = session.execute(
            update(StockLot)
            .where(StockLot.lot_id == row.lot_id, StockLot.units_reserved <= lot.units)
            .values(units_on_hand=lot.units, updated_at=now(), **new)
            .returning(StockLot.lot_id)
            .execution_options(synchronize_session=False)
        ).first()
        if done is None:
            detail = f"more than {lot.units} units are reserved"
            short.append({"code": "units_reserved", "detail": detail, "value": lot.lot_code})
    if short:
        title = "Fewer units than are reserved"
        raise Problem(409, "units_reserved", title, errors=short[:100])
    return has_changed


def raise_version(session: Session, tenant_id: str) -> int:
    """Note a change; the caller holds the lock."""
    row = session.get(StockVersion, tenant_id)
    if row is None:
        row = StockVersion(tenant_id=tenant_id, version=0)
        session.add(row)
    row.version += 1
    session.flush()
    return row.version


def known_ids(session: Session, tenant_id: str) -> tuple[set[str], set[str]]:
    """SKUs and warehouses that a tenant has."""
    skus = session.scalars(select(StockSku.sku).where(StockSku.tenant_id == tenant_id))
    places = session.scalars(
        select(StockWarehouse.warehouse_id).where(StockWarehouse.tenant_id == tenant_id)
    )
    return set(skus), set(places)


def load(session: Session, tenant_id: str) -> tuple[StockData, dict[str, str]]:
    """
    A tenant's stock, units already reserved left out, and row ids by the tenant's lot ids.

    The session reads; on PostgreSQL its statements may see different moments, which later looks at
    :func:`free_since` put right.
    """
    skus = session.scalars(select(StockSku).where(StockSku.tenant_id == tenant_id))
    places = session.scalars(select(StockWarehouse).where(StockWarehouse.tenant_id == tenant_id))
    data = StockData(
        skus={row.sku: sku_of(row.sku, row.document) for row in skus},
        warehouses={row.warehouse_id: warehouse_of(row) for row in places},
        lots={},
    )
    row_ids: dict[str, str] = {}
    for row in session.scalars(select(StockLot).where(StockLot.tenant_id == tenant_id)):
        if row.sku not in data.skus or row.warehouse_id not in data.warehouses:
            continue
        row_ids[row.lot_code] = row.lot_id
        data.lots[row.lot_code] = Lot(
            lot_id=row.lot_code,
            sku=row.sku,
            warehouse_id=row.warehouse_id,
            customs_status=CustomsStatus(row.customs_status),
            units=row.units_on_hand - row.units_reserved,
            expires_on=row.expires_on,
            available_at=row.available_at,
            inbound_ref=row.inbound_ref,
        )
    return data, row_ids


def free_since(session: Session, tenant_id: str, since: datetime | None) -> dict[str, int]:
    """Free units of the lots that changed since a moment, by the tenant's lot ids."""
    query = select(StockLot.lot_code, StockLot.units_on_hand - StockLot.units_reserved).where(
        StockLot.tenant_id == tenant_id
    )
    if since is not None:
        query = query.where(StockLot.updated_at >= since)
    return {row[0]: row[1] for row in session.execute(query)}


def sku_of(sku: str, document: Mapping[str, Any]) -> Sku:
    """A SKU as the planner sees it."""
    rest = {**document, "incompatible_with": frozenset(document["incompatible_with"])}
    return Sku(sku=sku, **rest)


def warehouse_of(row: StockWarehouse) -> Warehouse:
    """A warehouse as the planner sees it."""
    rest = {**row.document, "waves_local_min": tuple(row.document["waves_local_min"])}
    return Warehouse(warehouse_id=row.warehouse_id, **rest)
