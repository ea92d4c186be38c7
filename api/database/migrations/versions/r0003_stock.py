"""SKUs and warehouses of tenants, and when they changed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from api.database.base import Document, Id

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables."""
    for table, key in (("stock_skus", "sku"), ("stock_warehouses", "warehouse_id")):
        op.create_table(
            table,
            sa.Column("tenant_id", Id, nullable=False),
            sa.Column(key, sa.String(64), nullable=False),
            sa.Column("document", Document, nullable=False),
            sa.ForeignKeyConstraint(
                ["tenant_id"], ["tenants.tenant_id"], name=op.f(f"fk_{table}_tenant_id_tenants")
            ),
            sa.PrimaryKeyConstraint("tenant_id", key, name=op.f(f"pk_{table}")),
        )
    op.create_table(
        "stock_versions",
        sa.Column("tenant_id", Id, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["tenants.tenant_id"], name=op.f("fk_stock_versions_tenant_id_tenants")
        ),
        sa.PrimaryKeyConstraint("tenant_id", name=op.f("pk_stock_versions")),
    )


def downgrade() -> None:
    """Drop them, and everything in them."""
    for table in ("stock_versions", "stock_warehouses", "stock_skus"):
        op.drop_table(table)
