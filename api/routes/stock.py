"""Stock of the tenant's warehouses: uploads and lists."""

from __future__ import annotations

from collections import Counter
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from sqlalchemy import select

from api.auth import Caller, require
from api.database import stock_catalogue
from api.database.audit_repository import record
from api.database.engine import reading, transaction
from api.database.models_stock import StockLot, StockSku, StockWarehouse
from api.database.stock_repository import NewLot
from api.deps import Service, get_service
from api.pages import Page, PageQuery
from api.problems import problems
from api.schemas.common import NAME_PATTERN
from api.schemas.stock import LotAnswer, SkuBody, Status, StockRequest, StockWritten, WarehouseBody
from api.strict_json import StrictRoute
from optimizer.domain.network_data import NetworkData
from optimizer.errors import Finding, InputError, show_value

router = APIRouter(prefix="/v1", tags=["stock"], route_class=StrictRoute)
Allocator = Annotated[Caller, Depends(require("allocate"))]
TheService = Annotated[Service, Depends(get_service)]
Filter = Annotated[str, Query(max_length=64, pattern=NAME_PATTERN)]


@router.put("/stock", responses=problems(404, 409, 415))
def put_stock(body: StockRequest, caller: Allocator, service: TheService) -> StockWritten:
    """Enter SKUs, warehouses and lots, or replace them by id; all of it or nothing."""
    data = service.networks.queries(caller.tenant_id).data
    tenant_id = caller.tenant_id
    with transaction(service.engine) as session:
        stock_catalogue.lock(session, tenant_id)
        findings = _findings(body, data, *stock_catalogue.known_ids(session, tenant_id))
        if findings:
            raise InputError(findings)
        skus = {one.sku: one.model_dump(exclude={"sku"}) for one in body.skus}
        places = {one.warehouse_id: _warehouse(one) for one in body.warehouses}
        has_changed = stock_catalogue.put_rows(session, tenant_id, StockSku, skus)
        has_changed |= stock_catalogue.put_rows(session, tenant_id, StockWarehouse, places)
        lots = [_lot(one.model_dump()) for one in body.lots]
        has_changed |= stock_catalogue.put_lots(session, tenant_id, lots)
        number = stock_catalogue.version(session, tenant_id)
        if has_changed:
            number = stock_catalogue.raise_version(session, tenant_id)
        counts = {"skus": len(skus), "warehouses": len(places), "lots": len(lots)}
        record(session, caller, "stock.put", f"version {number}", counts)
    return StockWritten(version=number, **counts)


@router.get("/stock", responses=problems())
def list_stock(
    caller: Allocator,
    service: TheService,
    page: Annotated[PageQuery, Depends()],
    sku: Filter = "",
    warehouse_id: Filter = "",
    customs_status: Status | None = None,
) -> Page[LotAnswer]:
    """Lots of the tenant, oldest first."""
    query = select(StockLot).where(StockLot.tenant_id == caller.tenant_id)
    if sku:
        query = query.where(StockLot.sku == sku)
    if warehouse_id:
        query = query.where(StockLot.warehouse_id == warehouse_id)
    if customs_status:
        query = query.where(StockLot.customs_status == customs_status)
    with reading(service.engine) as session:
        rows = session.scalars(page.apply(query, StockLot.lot_id)).all()
    return Page[LotAnswer](**page.answer(rows, lambda row: row.lot_id, _shown))


@router.get("/stock/skus", responses=problems())
def list_skus(
    caller: Allocator, service: TheService, page: Annotated[PageQuery, Depends()]
) -> Page[SkuBody]:
    """SKUs of the tenant."""
    query = select(StockSku).where(StockSku.tenant_id == caller.tenant_id)
    with reading(service.engine) as session:
        rows = session.scalars(page.apply(query, StockSku.sku)).all()
    answer = page.answer(
        rows, lambda row: row.sku, lambda row: SkuBody(sku=row.sku, **row.document)
    )
    return Page[SkuBody](**answer)


@router.get("/stock/warehouses", responses=problems())
def list_warehouses(
    caller: Allocator, service: TheService, page: Annotated[PageQuery, Depends()]
) -> Page[WarehouseBody]:
    """Warehouses of the tenant."""
    query = select(StockWarehouse).where(StockWarehouse.tenant_id == caller.tenant_id)
    with reading(service.engine) as session:
        rows = session.scalars(page.apply(query, StockWarehouse.warehouse_id)).all()
    answer = page.answer(
        rows,
        lambda row: row.warehouse_id,
        lambda row: WarehouseBody(warehouse_id=row.warehouse_id, **row.document),
    )
    return Page[WarehouseBody](**answer)


def _findings(
    body: StockRequest, data: NetworkData, skus: set[str], places: set[str]
) -> list[Finding]:
    """What is wrong with an upload beyond its form; the codes of the tables' readers."""
    found: list[Finding] = []

    def add(code: str, where: str, value: str, what: str, remedy: str) -> None:
        found.append(
            Finding(code=code, where=where, value=show_value(value), what=what, remedy=remedy)
        )

    for at, sku in enumerate(body.skus):
        if sku.cargo_class not in data.cargo_classes:
            known = ", ".join(sorted(data.cargo_classes))
            text = "the cargo class is unknown"
            add("A821", f"/skus/{at}/cargo_class", sku.cargo_class, text, f"one of {known}")
    for at, place in enumerate(body.warehouses):
        if place.warehouse_id not in data.facilities:
            text = "the warehouse is no facility of the network"
            add("A844", f"/warehouses/{at}/warehouse_id", place.warehouse_id, text, "correct it")
    skus = skus | {one.sku for one in body.skus}
    places = places | {one.warehouse_id for one in body.warehouses}
    for at, lot in enumerate(body.lots):
        if lot.sku not in skus:
            add("A840", f"/lots/{at}/sku", lot.sku, "the SKU is unknown", "send the SKU too")
        if lot.warehouse_id not in places:
            where = f"/lots/{at}/warehouse_id"
            add("A844", where, lot.warehouse_id, "the warehouse is unknown", "send it too")
    for name, ids in (
        ("skus", [one.sku for one in body.skus]),
        ("warehouses", [one.warehouse_id for one in body.warehouses]),
        ("lots", [one.lot_id for one in body.lots]),
    ):
        for value, n in Counter(ids).items():
            if n > 1:
                add("A816", f"/{name}", value, "the id is used twice", "name each once")
    return found[:1000]


def _warehouse(one: WarehouseBody) -> dict[str, Any]:
    document = one.model_dump(exclude={"warehouse_id"})
    return {**document, "waves_local_min": sorted(set(one.waves_local_min))}


def _lot(fields: dict[str, Any]) -> NewLot:
    return NewLot(lot_code=fields.pop("lot_id"), **fields)


def _shown(row: StockLot) -> LotAnswer:
    return LotAnswer(
        lot_id=row.lot_code,
        sku=row.sku,
        warehouse_id=row.warehouse_id,
        customs_status=row.customs_status,  # pyright: ignore[reportArgumentType]  (written by us)
        units_on_hand=row.units_on_hand,
        units_reserved=row.units_reserved,
        units_free=row.units_on_hand - row.units_reserved,
        expires_on=row.expires_on,
        available_at=row.available_at,
        inbound_ref=row.inbound_ref,
        updated_at=row.updated_at,
    )
