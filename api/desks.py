"""
Allocators that stay warm in the process: one for a tenant, a network and a week of orders.

A desk's view of free units is only a guess that is seldom wrong: it looks at the database once a
second, and what it promises is entered by the statements of :mod:`api.database.stock_repository`,
which refuse what is gone. An order that is refused, or not served in full, is answered again after
a fresh look.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from threading import Lock
from time import monotonic
from typing import TYPE_CHECKING

from anyio import CapacityLimiter
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from api.database import stock_catalogue, stock_repository
from api.database.base import now
from api.database.engine import reading, transaction
from api.database.models_stock import StockReservation
from api.networks import Network, NetworkStore
from api.problems import Problem

if TYPE_CHECKING:
    from optimizer.allocator import Allocator
    from optimizer.domain.stock import StockData
    from optimizer.plan.allocation import Allocation
    from optimizer.plan.order_reader import OrderReader

LOOK_S = 1.0
_OVERLAP = timedelta(seconds=10)
"""Rows are looked at again for so long: clocks differ, and transactions end late."""
_LEAD_DAYS = 2
_HORIZON_DAYS = 47
_KEPT = 8
_THREADS = 4
DAYS_PER_WEEK = 7


@dataclass(kw_only=True)
class Desk:
    """
    One allocator, and what it knows of the database.

    Parameters
    ----------
    row_ids
        Rows of lots by the tenant's own ids.
    looked_at
        When the database was last looked at; ``None`` asks for all lots.
    """

    tenant_id: str
    version: int
    allocator: Allocator
    reader: OrderReader
    row_ids: Mapping[str, str]
    looked_at: datetime | None
    next_look: float = 0.0
    lock: Lock = field(default_factory=Lock)

    def look(self, engine: Engine, *, at_once: bool = False) -> bool:
        """
        Bring free units up to date if the last look is old; ends what was held too long.

        Returns
        -------
        bool
            Whether anything is not as it was taken to be.
        """
        with self.lock:
            if not at_once and monotonic() < self.next_look:
                return False
            self.next_look = monotonic() + LOOK_S
            since = self.looked_at
        started = now()
        with reading(engine) as session:
            due = select(StockReservation.reservation_id).where(
                StockReservation.state == stock_repository.State.HELD,
                StockReservation.expires_at <= started,
            )
            has_due = session.scalar(due.limit(1)) is not None
        if has_due:
            with transaction(engine) as session:
                stock_repository.expire_due(session)
        with reading(engine) as session:
            free = stock_catalogue.free_since(session, self.tenant_id, since)
        board, has_changed = self.allocator.board, False
        with self.lock:
            self.looked_at = started - _OVERLAP
            for code, units in free.items():
                at = board.lot_index.get(code)
                if at is not None and board.lot_units[at] != units:
                    board.lot_units[at] = units
                    has_changed = True
        return has_changed

    def forget(self) -> None:
        """Ask for all lots at the next look: what was taken here may have been rolled back."""
        with self.lock:
            self.looked_at, self.next_look = None, 0.0

    def take(self, found: Allocation) -> None:
        """Count the units of an answer as gone."""
        board, lanes = self.allocator.board, self.allocator.lanes
        picked, minute_of = self.allocator.engine.picked_units, self.allocator.inputs.network.minute
        with self.lock:
            for parcel in found.parcels:
                warehouse = board.warehouse_index[parcel.warehouse_id]
                day = (warehouse, lanes.wave_day(warehouse, minute_of(parcel.hand_over_at)))
                picked[day] = picked.get(day, 0) + sum(line.units for line in parcel.lines)
                for line in parcel.lines:
                    at = board.lot_index[line.lot_id]
                    board.lot_units[at] = max(0, int(board.lot_units[at]) - line.units)


class Desks:
    """
    All desks of a process, the latest used ones.

    Parameters
    ----------
    engine, networks
        Where stock and networks are.
    """

    def __init__(self, engine: Engine, networks: NetworkStore) -> None:
        self._engine, self._networks = engine, networks
        self._desks: OrderedDict[tuple[str, str, datetime], Desk] = OrderedDict()
        self._lock, self._building = Lock(), Lock()
        self.limiter = CapacityLimiter(_THREADS)

    def desk(self, tenant_id: str, revision: str, placed_at: datetime) -> Desk:
        """
        The desk for an order, made when first asked for, with a view that is at most a second old.

        Raises
        ------
        Problem
            404 for an unknown revision, 409 where a warehouse is not in the network or the tenant
            has no stock.
        """
        with reading(self._engine) as session:
            network = self._networks.find(session, tenant_id, revision)
            version = stock_catalogue.version(session, tenant_id)
        key = (tenant_id, network.content_hash, epoch_of(placed_at))
        desk = self._known(key, version)
        if desk is None:
            with self._building:
                desk = self._known(key, version) or self._build(key, network)
        desk.look(self._engine)
        return desk

    def _known(self, key: tuple[str, str, datetime], version: int) -> Desk | None:
        with self._lock:
            desk = self._desks.get(key)
            if desk is None or desk.version < version:
                return None
            self._desks.move_to_end(key)
            return desk

    def _build(self, key: tuple[str, str, datetime], network: Network) -> Desk:
        from optimizer.allocator import Allocator
        from optimizer.plan.order_reader import OrderReader
        from optimizer.planner import load

        tenant_id, _, epoch_at = key
        data = self._networks.queries_of(network).data
        started = now()
        with reading(self._engine) as session:
            version = stock_catalogue.version(session, tenant_id)
            stock, row_ids = stock_catalogue.load(session, tenant_id)
        _check(stock, set(data.facilities), set(data.cargo_classes))
        with self._lock:
            before = self._desks.get(key)
            alike = next((one for at, one in self._desks.items() if at[1:] == key[1:]), None)
        # Tenants on one network share what it compiles to.
        inputs = (
            alike.allocator.inputs
            if alike
            else load(epoch_at=epoch_at, horizon_days=_HORIZON_DAYS, data=data)
        )
        made = Allocator(inputs, stock)
        if before and before.allocator.stock.warehouses == stock.warehouses:
            # Ways that were searched stay good; only what lies where is new.
            made.lanes = made.engine.lanes = before.allocator.lanes
            made.engine.picked_units = before.allocator.engine.picked_units
        desk = Desk(
            tenant_id=tenant_id,
            version=version,
            allocator=made,
            reader=alike.reader if alike else OrderReader(data),
            row_ids=row_ids,
            looked_at=started - _OVERLAP,
        )
        with self._lock:
            self._desks[key] = desk
            while len(self._desks) > _KEPT:
                self._desks.popitem(last=False)
        return desk


def epoch_of(placed_at: datetime) -> datetime:
    """Midnight UTC two days before the Monday of an order: orders of a week share a network."""
    day = placed_at.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return day - timedelta(days=day.weekday() + _LEAD_DAYS)


def held_units(session: Session, tenant_id: str, order_id: str) -> bool:
    """Whether an order holds units already."""
    query = select(StockReservation.reservation_id).where(
        StockReservation.tenant_id == tenant_id,
        StockReservation.order_id == order_id,
        (StockReservation.state == stock_repository.State.CONFIRMED)
        | (
            (StockReservation.state == stock_repository.State.HELD)
            & (StockReservation.expires_at > now())
        ),
    )
    return session.scalar(query.limit(1)) is not None


def _check(stock: StockData, facilities: set[str], classes: set[str]) -> None:
    if not stock.skus or not stock.warehouses:
        title = "The tenant has no stock"
        raise Problem(409, "no_stock", title, detail="PUT /v1/stock first")
    errors = [
        {"code": "warehouse_not_in_network", "detail": "not a facility of it", "value": one}
        for one in sorted(set(stock.warehouses) - facilities)
    ]
    errors += [
        {"code": "cargo_class_not_in_network", "detail": "not in the network", "value": one.sku}
        for one in stock.skus.values()
        if one.cargo_class not in classes
    ]
    if errors:
        title = "The stock does not fit the network"
        raise Problem(409, "stock_not_in_network", title, errors=errors[:100])
