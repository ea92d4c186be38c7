"""The service in the test's own process, with a database of its own and keys on demand."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from fastapi.testclient import TestClient

from api.app import create_app
from api.database import key_repository, migrate
from api.database.engine import make_engine, transaction
from api.settings import Settings
from optimizer import planner


@cache
def shipped(data_dir: Path | None = None) -> planner.QueryCache:
    """A network, read once for all applications of a test process."""
    return planner.QueryCache(planner.read(data_dir))


@dataclass
class MadeService:
    """An application, a client, and keys by tenant and scopes."""

    settings: Settings
    client: TestClient
    _keys: dict[tuple[Any, ...], str] = field(default_factory=dict)

    @property
    def engine(self):
        app: Any = self.client.app
        return app.state.service.engine

    def key(
        self,
        *scopes: str,
        tenant: str = "default",
        expires_at: datetime | None = None,
        name: str = "test",
    ) -> str:
        """A key; the same one for the same question."""
        asked = (scopes, tenant, expires_at, name)
        if asked not in self._keys:
            with transaction(self.engine) as session:
                owner = key_repository.tenant_named(session, tenant)
                made = key_repository.create_key(session, owner.tenant_id, name, scopes, expires_at)
            self._keys[asked] = made.secret
        return self._keys[asked]

    def headers(self, *scopes: str, **options: Any) -> dict[str, str]:
        """The Authorization header of such a key."""
        return {"Authorization": f"Bearer {self.key(*scopes, **options)}"}


def made_settings(folder: Path, **options: Any) -> Settings:
    """Settings with all state in a folder; the database is new unless an address is given."""
    options = {"processes": 1, "rate_per_s": 0.0, **options}
    options.setdefault("database_url", f"sqlite:///{folder / 'teahorse.db'}")
    return Settings(state_dir=folder, **options)


def migrated(url: str) -> None:
    """Make the tables of a database."""
    engine = make_engine(url)
    try:
        migrate.upgrade(engine)
    finally:
        engine.dispose()


@contextmanager
def made_service(folder: Path, **options: Any) -> Iterator[MadeService]:
    """An application that runs; ``options`` are settings."""
    settings = made_settings(folder, **options)
    migrated(settings.url)

    with TestClient(
        create_app(settings, shipped=shipped(settings.data_dir)), raise_server_exceptions=False
    ) as client:
        yield MadeService(settings, client)
