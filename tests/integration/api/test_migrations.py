"""The way up and down of the tables, on both databases, and what is refused at the start."""

from __future__ import annotations

import pysqlite3.dbapi2 as sqlite
import pytest
from sqlalchemy import inspect, text

from api.database import migrate
from api.database.engine import DatabaseUnusable, make_engine, reading, transaction
from api.database.models import Base
from api.settings import Settings
from api.telemetry import hide_secrets


@pytest.fixture
def empty(database_url):
    made = make_engine(database_url)
    yield made
    made.dispose()


def test_up_and_down_and_up(empty):
    assert migrate.current(empty) == ""
    for _ in range(2):
        migrate.upgrade(empty)
        migrate.check(empty)
        assert set(Base.metadata.tables) <= set(inspect(empty).get_table_names())
        migrate.downgrade(empty, "base")
        assert set(inspect(empty).get_table_names()) == {"alembic_version"}
    for revision in ("0001", "head"):
        migrate.upgrade(empty, revision)
    migrate.check(empty)
    with reading(empty) as session:
        names = session.execute(text("SELECT name FROM tenants")).scalars().all()
    assert names == ["default"]


def test_an_upgrade_keeps_what_is_there(empty):
    migrate.upgrade(empty)
    with transaction(empty) as session:
        session.execute(text("UPDATE tenants SET name = 'kept'"))
    migrate.downgrade(empty, "0001")
    migrate.upgrade(empty)
    with reading(empty) as session:
        names = session.execute(text("SELECT name FROM tenants ORDER BY name")).scalars().all()
    assert names == ["default", "kept"]


def test_databases_of_other_versions_are_refused(empty):
    with pytest.raises(DatabaseUnusable, match="teahorse db upgrade"):
        migrate.check(empty)
    migrate.upgrade(empty)
    with transaction(empty) as session:
        session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    for act in (migrate.check, migrate.upgrade):
        with pytest.raises(DatabaseUnusable, match="later version"):
            act(empty)


def test_tables_that_were_changed_by_hand_are_noticed(empty):
    migrate.upgrade(empty)
    with transaction(empty) as session:
        session.execute(text("ALTER TABLE tenants ADD COLUMN extra INTEGER"))
    with pytest.raises(DatabaseUnusable, match="differ"):
        migrate.check(empty)


def test_damaged_files_are_refused_and_kept(tmp_path):
    path = tmp_path / "damaged.db"
    path.write_bytes(b"SQLite format 3\0" + b"\x5a" * 8_000)
    before = path.read_bytes()
    engine = make_engine(f"sqlite:///{path}")
    for act in (migrate.current, migrate.upgrade, migrate.check):
        with pytest.raises(DatabaseUnusable, match="restore a backup"):
            act(engine)
    engine.dispose()
    assert path.read_bytes() == before


def test_sqlite_is_set_up_to_lose_nothing(tmp_path):
    assert sqlite.sqlite_version_info >= (3, 51, 3)
    engine = make_engine(f"sqlite:///{tmp_path / 'new' / 'a.db'}")
    with reading(engine) as session:
        said = [
            session.execute(text(f"PRAGMA {name}")).scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        ]
    engine.dispose()
    assert said == ["wal", 2, 1, 10_000]


@pytest.mark.parametrize("url", ["mysql://x/y", "postgresql+asyncpg2://x", "sqlite+aiosqlite:///x"])
def test_only_two_kinds_of_database(url, tmp_path):
    if url.startswith("mysql"):
        with pytest.raises(DatabaseUnusable, match="cannot use"):
            make_engine(url)
    else:
        assert make_engine(url.replace("///x", f"///{tmp_path}/x")).dialect.driver in {
            "psycopg",
            "pysqlite",
        }


def test_passwords_are_not_shown():
    settings = Settings(database_url="postgresql://u:hunter2@h/d")
    assert "hunter2" not in repr(settings)
    assert "hunter2" not in str(settings.model_dump())
    assert hide_secrets(f"to {settings.url}") == "to postgresql://u:***@h/d"
