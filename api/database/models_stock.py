"""Tables of stock in cloud warehouses and of the hands that are laid on it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Date,
    ForeignKey,
    Index,
    String,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from api.database.base import Base, Document, Id, UtcTime
from api.database.models_access import Tenant


class StockLot(Base):
    """
    Units of a SKU in one warehouse with one customs status and one expiry.

    What is free is ``units_on_hand - units_reserved``; the database itself refuses a state in which
    more is reserved than there is.
    """

    __tablename__ = "stock_lots"
    __table_args__ = (
        UniqueConstraint("tenant_id", "lot_code"),
        Index(None, "tenant_id", "sku", "warehouse_id"),
        CheckConstraint("units_reserved >= 0", name="reserved_not_negative"),
        CheckConstraint("units_reserved <= units_on_hand", name="reserved_within_stock"),
    )

    lot_id: Mapped[str] = mapped_column(Id, primary_key=True)
    tenant_id: Mapped[str] = mapped_column(ForeignKey(Tenant.tenant_id))
    lot_code: Mapped[str] = mapped_column(String(64))
    sku: Mapped[str] = mapped_column(String(64))
    warehouse_id: Mapped[str] = mapped_column(String(64))
    customs_status: Mapped[str] = mapped_column(String(16))
    units_on_hand: Mapped[int] = mapped_column(BigInteger)
    units_reserved: Mapped[int] = mapped_column(BigInteger)
    expires_on: Mapped[date | None] = mapped_column(Date)
    available_at: Mapped[datetime | None] = mapped_column(UtcTime)
    inbound_ref: Mapped[str] = mapped_column(String(80))
    created_at: Mapped[datetime] = mapped_column(UtcTime)
    updated_at: Mapped[datetime] = mapped_column(UtcTime)


class StockReservation(Base):
    """Units of a lot kept for an order: held until a time, then confirmed, issued or free again."""

    __tablename__ = "stock_reservations"
    __table_args__ = (
        Index(None, "tenant_id", "reservation_id"),
        Index(None, "tenant_id", "order_id"),
        Index(None, "state", "expires_at"),
        Index(None, "lot_id", "state"),
        CheckConstraint("units > 0", name="units_positive"),
    )

    reservation_id: Mapped[str] = mapped_column(Id, primary_key=True)
    tenant_id: Mapped[str] = mapped_column(ForeignKey(Tenant.tenant_id))
    order_id: Mapped[str] = mapped_column(String(64))
    lot_id: Mapped[str] = mapped_column(ForeignKey("stock_lots.lot_id"))
    units: Mapped[int] = mapped_column(BigInteger)
    state: Mapped[str] = mapped_column(String(16))
    created_at: Mapped[datetime] = mapped_column(UtcTime)
    expires_at: Mapped[datetime] = mapped_column(UtcTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcTime)


class StockSku(Base):
    """A kind of goods of a tenant; see :class:`optimizer.domain.stock.Sku`."""

    __tablename__ = "stock_skus"

    tenant_id: Mapped[str] = mapped_column(ForeignKey(Tenant.tenant_id), primary_key=True)
    sku: Mapped[str] = mapped_column(String(64), primary_key=True)
    document: Mapped[dict[str, Any]] = mapped_column(Document)


class StockWarehouse(Base):
    """A facility where a tenant's orders are picked."""

    __tablename__ = "stock_warehouses"

    tenant_id: Mapped[str] = mapped_column(ForeignKey(Tenant.tenant_id), primary_key=True)
    warehouse_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    document: Mapped[dict[str, Any]] = mapped_column(Document)


class StockVersion(Base):
    """How often a tenant's lots, SKUs or warehouses changed otherwise than in their units."""

    __tablename__ = "stock_versions"

    tenant_id: Mapped[str] = mapped_column(ForeignKey(Tenant.tenant_id), primary_key=True)
    version: Mapped[int]
