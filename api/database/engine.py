"""
Connections to SQLite or PostgreSQL, and transactions on them.

SQLite comes through ``pysqlite3``: releases before 3.51.3, which distributions and Python still
carry, can corrupt a write-ahead log that several processes share.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pysqlite3.dbapi2
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.orm import Session

from api.refusal import Refusal

sqlite: Any = pysqlite3.dbapi2
BUSY_TIMEOUT_S = 10
POOL_SIZE = 10
_READ_ONLY = "teahorse_read_only"
LEAST_SQLITE = (3, 51, 3)


class DatabaseUnusable(Refusal):
    """The database cannot be used as it is; the message says what to do."""


def make_engine(url: str) -> Engine:
    """
    An engine for one process; threads share it, forks must not.

    Parameters
    ----------
    url
        ``sqlite:///FILE``, ``postgresql://...`` (psycopg 3 is chosen).

    Raises
    ------
    DatabaseUnusable
        The address is not one of the two, or a driver is missing or too old.
    """
    parsed = make_url(url)
    kind = parsed.get_backend_name()
    if kind == "sqlite":
        return _sqlite_engine(parsed)
    if kind == "postgresql":
        return _postgres_engine(parsed)
    msg = f"cannot use a database of kind {kind}: write sqlite:///FILE or postgresql://..."
    raise DatabaseUnusable(msg)


def is_sqlite(engine: Engine) -> bool:
    """Whether the engine's database is the embedded one."""
    return engine.dialect.name == "sqlite"


def _sqlite_engine(url: URL) -> Engine:
    if sqlite.sqlite_version_info < LEAST_SQLITE:
        msg = (
            f"SQLite {sqlite.sqlite_version} can corrupt a log that processes share: "
            "install pysqlite3 0.6.1 or later, or use PostgreSQL"
        )
        raise DatabaseUnusable(msg)
    if not url.database or url.database == ":memory:":
        raise DatabaseUnusable("a database in memory is gone at the next start: name a file")
    Path(url.database).expanduser().parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(
        url.set(drivername="sqlite"),
        module=sqlite,
        connect_args={"timeout": BUSY_TIMEOUT_S, "check_same_thread": False},
        pool_size=POOL_SIZE,
        max_overflow=POOL_SIZE * 3,
    )

    @event.listens_for(engine, "connect")
    def _connect(connection: Any, _record: object) -> None:  # noqa: ANN401
        # The driver's own transactions are off; _begin starts them.
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in (
            f"busy_timeout = {BUSY_TIMEOUT_S * 1000}",
            "journal_mode = WAL",
            # An accepted request stays accepted after a power cut.
            "synchronous = FULL",
            "foreign_keys = ON",
        ):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        # A reader that becomes a writer can fail at once with SQLITE_BUSY, whatever the timeout.
        is_read = connection.get_execution_options().get(_READ_ONLY, False)
        connection.exec_driver_sql("BEGIN" if is_read else "BEGIN IMMEDIATE")

    return engine


def _postgres_engine(url: URL) -> Engine:
    try:
        import psycopg  # noqa: F401
    except ImportError as error:
        msg = "PostgreSQL needs the driver: pip install 'teahorse[postgres]'"
        raise DatabaseUnusable(msg) from error
    return create_engine(
        url.set(drivername="postgresql+psycopg"),
        pool_pre_ping=True,
        pool_size=POOL_SIZE,
        max_overflow=POOL_SIZE,
        pool_timeout=5,
        connect_args={"connect_timeout": 5, "application_name": "teahorse"},
    )


@contextmanager
def transaction(engine: Engine) -> Iterator[Session]:
    """A session in one writing transaction: committed at the end, rolled back by an exception."""
    with Session(engine, expire_on_commit=False) as session, session.begin():
        yield session


@contextmanager
def reading(engine: Engine) -> Iterator[Session]:
    """A session that only reads, from one snapshot on SQLite, and holds up nobody."""
    with (
        engine.connect().execution_options(**{_READ_ONLY: True}) as connection,
        Session(connection, expire_on_commit=False) as session,
    ):
        yield session
