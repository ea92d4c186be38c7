"""What handlers share: settings, database, networks; made once for each application."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from threading import Lock

from anyio import CapacityLimiter
from fastapi import Request
from sqlalchemy import Engine

from api.database import key_repository
from api.database.base import now
from api.database.engine import transaction
from api.desks import Desks
from api.networks import NetworkStore
from api.rate_limit import RateLimiter
from api.settings import Settings


class LastUsed:
    """When keys were last used: kept in memory, written now and then."""

    def __init__(self) -> None:
        self._used: dict[str, datetime] = {}
        self._lock = Lock()

    def note(self, key_id: str) -> None:
        """A key was used now."""
        with self._lock:
            self._used[key_id] = now()

    def write(self, engine: Engine) -> None:
        """Write what was noted."""
        with self._lock:
            used, self._used = self._used, {}
        if used:
            with transaction(engine) as session:
                key_repository.write_last_used(session, used)


@dataclass(frozen=True, kw_only=True)
class Service:
    """What one application serves from."""

    settings: Settings
    engine: Engine
    networks: NetworkStore
    rates: RateLimiter
    quote_limiter: CapacityLimiter
    desks: Desks
    last_used: LastUsed = field(default_factory=LastUsed)


async def get_service(request: Request) -> Service:
    """The dependency; a coroutine, because others are sent to a thread."""
    return request.app.state.service
