"""Runs migrations on the connection that :mod:`api.database.migrate` hands over."""

from __future__ import annotations

from alembic import context

from api.database.models import Base

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    render_as_batch=True,
    compare_type=True,
    # What durable jobs keep for themselves is not ours to compare.
    include_name=lambda name, kind, _: kind != "table" or name in Base.metadata.tables,
)
with context.begin_transaction():
    context.run_migrations()
