"""Databases and applications of the service's tests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from api.database import migrate
from api.database.engine import make_engine
from tests.helpers_service import MadeService, made_service


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database of either kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'test.db'}"
    return request.getfixturevalue("postgres_url")


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    """A database with all tables."""
    made = make_engine(database_url)
    migrate.upgrade(made)
    yield made
    made.dispose()


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MadeService]:
    """One application for all tests of a file; no test relies on what others left in it."""
    with made_service(tmp_path_factory.mktemp("service")) as made:
        yield made
