"""Tenants, keys, audit, idempotency, networks, shipments, scenarios, stock."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from api.database.base import Document, Id, UtcTime

revision = "0001"
down_revision = None

TABLES = (
    "tenants",
    "api_keys",
    "audit_log",
    "idempotency",
    "rate_buckets",
    "network_contents",
    "network_revisions",
    "shipments",
    "scenarios",
    "scenario_runs",
    "stock_lots",
    "stock_reservations",
)


def upgrade() -> None:
    """Make the tables."""
    _access()
    _requests()
    _networks()
    _scenarios()
    _stock()


def downgrade() -> None:
    """Drop them; their indices go with them."""
    for table in reversed(TABLES):
        op.drop_table(table)


def _tenant(*, primary_key: bool = False) -> sa.Column[str]:
    return sa.Column(
        "tenant_id",
        Id,
        sa.ForeignKey("tenants.tenant_id"),
        nullable=False,
        primary_key=primary_key,
    )


def _text(name: str, length: int, *, primary_key: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.String(length), nullable=False, primary_key=primary_key)


def _time(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, UtcTime, nullable=nullable)


def _index(table: str, *columns: str) -> None:
    op.create_index(f"ix_{table}_{'_'.join(columns)}", table, list(columns))


def _access() -> None:
    op.create_table(
        "tenants",
        sa.Column("tenant_id", Id, primary_key=True),
        sa.Column("name", sa.String(64), nullable=False, unique=True),
        _time("created_at"),
    )
    op.create_table(
        "api_keys",
        sa.Column("key_id", Id, primary_key=True),
        _tenant(),
        _text("name", 64),
        sa.Column("prefix", sa.String(16), nullable=False, unique=True),
        sa.Column("digest", sa.LargeBinary(32), nullable=False),
        sa.Column("scopes", Document, nullable=False),
        _time("created_at"),
        _time("expires_at", nullable=True),
        _time("revoked_at", nullable=True),
        _time("last_used_at", nullable=True),
    )
    _index("api_keys", "tenant_id", "key_id")
    op.create_table(
        "audit_log",
        sa.Column("entry_id", Id, primary_key=True),
        _tenant(),
        sa.Column("key_id", Id),
        _time("at"),
        _text("action", 64),
        _text("object_id", 80),
        _text("request_id", 64),
        sa.Column("detail", Document, nullable=False),
    )
    _index("audit_log", "tenant_id", "entry_id")


def _requests() -> None:
    op.create_table(
        "idempotency",
        _tenant(primary_key=True),
        _text("key", 128, primary_key=True),
        _text("request_hash", 64),
        sa.Column("status", sa.SmallInteger),
        sa.Column("headers", Document, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
        _time("lease_until"),
        _time("expires_at"),
    )
    _index("idempotency", "expires_at")
    op.create_table(
        "rate_buckets",
        sa.Column(
            "key_id", Id, sa.ForeignKey("api_keys.key_id", ondelete="CASCADE"), primary_key=True
        ),
        sa.Column("tokens", sa.Float, nullable=False),
        _time("filled_at"),
    )


def _networks() -> None:
    op.create_table(
        "network_contents",
        _text("content_hash", 64, primary_key=True),
        sa.Column("package", sa.LargeBinary, nullable=False),
        _time("created_at"),
    )
    op.create_table(
        "network_revisions",
        sa.Column("revision_id", Id, primary_key=True),
        _tenant(),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("parent_id", Id),
        sa.Column(
            "content_hash",
            sa.String(64),
            sa.ForeignKey("network_contents.content_hash"),
            nullable=False,
        ),
        _text("fingerprint", 64),
        sa.Column("edits", Document, nullable=False),
        _text("note", 500),
        sa.Column("key_id", Id),
        _time("created_at"),
        sa.UniqueConstraint("tenant_id", "number"),
    )


def _scenarios() -> None:
    op.create_table(
        "shipments",
        _tenant(primary_key=True),
        _text("shipment_id", 64, primary_key=True),
        sa.Column("document", Document, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        _time("created_at"),
        _time("updated_at"),
    )
    op.create_table(
        "scenarios",
        sa.Column("scenario_id", Id, primary_key=True),
        _tenant(),
        _text("name", 120),
        sa.Column("base_revision_id", Id),
        sa.Column("document", Document, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        _time("created_at"),
        _time("updated_at"),
    )
    _index("scenarios", "tenant_id", "scenario_id")
    op.create_table(
        "scenario_runs",
        sa.Column("run_id", Id, primary_key=True),
        _tenant(),
        sa.Column(
            "scenario_id",
            Id,
            sa.ForeignKey("scenarios.scenario_id", ondelete="CASCADE"),
            nullable=False,
        ),
        sa.Column("scenario_version", sa.Integer, nullable=False),
        sa.Column("job_id", Id),
        sa.Column("seed", sa.BigInteger, nullable=False),
        sa.Column("input_hashes", Document, nullable=False),
        sa.Column("kpis", Document, nullable=False),
        _time("created_at"),
    )
    _index("scenario_runs", "tenant_id", "scenario_id", "run_id")


def _stock() -> None:
    op.create_table(
        "stock_lots",
        sa.Column("lot_id", Id, primary_key=True),
        _tenant(),
        _text("lot_code", 64),
        _text("sku", 64),
        _text("warehouse_id", 64),
        _text("customs_status", 16),
        sa.Column("units_on_hand", sa.BigInteger, nullable=False),
        sa.Column("units_reserved", sa.BigInteger, nullable=False),
        sa.Column("expires_on", sa.Date),
        _time("available_at", nullable=True),
        _text("inbound_ref", 80),
        _time("created_at"),
        _time("updated_at"),
        sa.UniqueConstraint("tenant_id", "lot_code"),
        sa.CheckConstraint("units_reserved >= 0", name="reserved_not_negative"),
        sa.CheckConstraint("units_reserved <= units_on_hand", name="reserved_within_stock"),
    )
    _index("stock_lots", "tenant_id", "sku", "warehouse_id")
    op.create_table(
        "stock_reservations",
        sa.Column("reservation_id", Id, primary_key=True),
        _tenant(),
        _text("order_id", 64),
        sa.Column("lot_id", Id, sa.ForeignKey("stock_lots.lot_id"), nullable=False),
        sa.Column("units", sa.BigInteger, nullable=False),
        _text("state", 16),
        _time("created_at"),
        _time("expires_at"),
        _time("ended_at", nullable=True),
        sa.CheckConstraint("units > 0", name="units_positive"),
    )
    _index("stock_reservations", "tenant_id", "reservation_id")
    _index("stock_reservations", "tenant_id", "order_id")
    _index("stock_reservations", "state", "expires_at")
    _index("stock_reservations", "lot_id", "state")
