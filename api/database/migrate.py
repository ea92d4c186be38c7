"""Which revision of the tables a database has, and the way to another."""

from __future__ import annotations

from io import StringIO
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DatabaseError

from api.database.base import new_id, now
from api.database.engine import DatabaseUnusable, is_sqlite, transaction
from api.database.models_access import Tenant

DEFAULT_TENANT = "default"
_LOCK = 7_238_642
"""Any number: one migration at a time on PostgreSQL."""


def _config(connection: Connection | None = None) -> Config:
    # Alembic prints to standard output, which belongs to the command.
    config = Config(stdout=StringIO())
    config.set_main_option("script_location", str(Path(__file__).with_name("migrations")))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config


def head() -> str:
    """The newest revision of the tables that this version knows."""
    return ScriptDirectory.from_config(_config()).get_current_head() or ""


def current(engine: Engine) -> str:
    """
    The revision of a database; empty if it has no tables of ours.

    Raises
    ------
    DatabaseUnusable
        The file is not a database, or is damaged.
    """
    try:
        with engine.connect() as connection:
            return MigrationContext.configure(connection).get_current_revision() or ""
    except DatabaseError as error:
        if error.connection_invalidated or not is_sqlite(engine):
            raise
        raise _damaged(error) from error


def upgrade(engine: Engine, revision: str = "head") -> None:
    """
    Bring the tables to a revision, in one transaction, and make the first tenant.

    Raises
    ------
    DatabaseUnusable
        The database is damaged, or was made by a later version.
    """
    _refuse_later_versions(engine)
    with engine.begin() as connection:
        _lock(connection)
        command.upgrade(_config(connection), revision)
    with transaction(engine) as session:
        if not session.query(Tenant).filter_by(name=DEFAULT_TENANT).first():
            session.add(Tenant(tenant_id=new_id("ten"), name=DEFAULT_TENANT, created_at=now()))


def downgrade(engine: Engine, revision: str) -> None:
    """Take the tables back to a revision; what the newer ones held is lost."""
    with engine.begin() as connection:
        _lock(connection)
        command.downgrade(_config(connection), revision)


def check(engine: Engine) -> None:
    """
    Refuse a database that this version cannot serve.

    Raises
    ------
    DatabaseUnusable
        It is damaged, from another version, or its tables differ from what they should be.
    """
    found = current(engine)
    if found != head():
        _refuse_later_versions(engine)
        msg = (
            f"the database is at revision {found or 'none'}, not {head()}: run teahorse db upgrade"
        )
        raise DatabaseUnusable(msg)
    with engine.connect() as connection:
        if is_sqlite(engine):
            said = connection.execute(text("PRAGMA quick_check(1)")).scalar()
            if said != "ok":
                msg = f"the database file is damaged ({said}): restore a backup"
                raise DatabaseUnusable(msg)
        try:
            command.check(_config(connection))
        except CommandError as error:
            msg = f"the tables differ from those of this version: {error}"
            raise DatabaseUnusable(msg) from error


def _refuse_later_versions(engine: Engine) -> None:
    found = current(engine)
    known = {script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions()}
    if found and found not in known:
        msg = f"the database is at revision {found}, which a later version of Teahorse made"
        raise DatabaseUnusable(msg)


def _lock(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})


def _damaged(error: DatabaseError) -> DatabaseUnusable:
    return DatabaseUnusable(f"the database cannot be read ({error.orig}): restore a backup")
