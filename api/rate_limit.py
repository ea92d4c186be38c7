"""
A token bucket for each key, shared by all processes without asking the database each time.

A process takes tokens from the shared bucket in lots of a fifth of a second and spends them by
itself. What it does not spend lapses, so all processes together never pass the rate; a key that
spreads few requests over many processes may be slowed a little earlier.
"""

from __future__ import annotations

import math
from collections import OrderedDict
from dataclasses import dataclass
from threading import Lock
from time import monotonic

from sqlalchemy import Engine, select
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.orm import Session

from api.database.base import now
from api.database.engine import transaction
from api.database.models_access import RateBucket

_LOTS_PER_S = 5
_LOT_LIVES_S = 1.0
_KEYS_KEPT = 10_000


@dataclass(slots=True)
class _Local:
    tokens: float
    at: float


class RateLimiter:
    """
    Parameters
    ----------
    rate_per_s, burst
        Tokens that flow in, and that a bucket holds. A rate of 0 lets everything pass.
    engine
        Where the buckets of several processes are; ``None`` if there is one process only.
    """

    def __init__(self, rate_per_s: float, burst: float, engine: Engine | None = None) -> None:
        self.rate_per_s, self.burst, self._engine = rate_per_s, burst, engine
        self._local: OrderedDict[str, _Local] = OrderedDict()
        self._lock = Lock()

    def take(self, key_id: str) -> int:
        """
        Take one token.

        Returns
        -------
        int
            0, or the whole seconds to wait before the next try.
        """
        if self.rate_per_s <= 0:
            return 0
        if self._engine is None:
            return self._take_local(key_id)
        if self._spend(key_id):
            return 0
        lot = self._lease(self._engine, key_id)
        if lot < 1:
            return max(1, math.ceil((1 - lot) / self.rate_per_s))
        with self._lock:
            self._local[key_id] = _Local(lot - 1, monotonic())
            self._trim()
        return 0

    def _take_local(self, key_id: str) -> int:
        at = monotonic()
        with self._lock:
            bucket = self._local.setdefault(key_id, _Local(self.burst, at))
            self._local.move_to_end(key_id)
            self._trim()
            bucket.tokens = min(self.burst, bucket.tokens + (at - bucket.at) * self.rate_per_s)
            bucket.at = at
            if bucket.tokens < 1:
                return max(1, math.ceil((1 - bucket.tokens) / self.rate_per_s))
            bucket.tokens -= 1
            return 0

    def _spend(self, key_id: str) -> bool:
        with self._lock:
            bucket = self._local.get(key_id)
            if bucket is None or bucket.tokens < 1 or monotonic() - bucket.at > _LOT_LIVES_S:
                return False
            bucket.tokens -= 1
            return True

    def _trim(self) -> None:
        while len(self._local) > _KEYS_KEPT:
            self._local.popitem(last=False)

    def _lease(self, engine: Engine, key_id: str) -> float:
        """Tokens taken from the shared bucket; below 1, what it holds."""
        wanted = max(1.0, self.rate_per_s / _LOTS_PER_S)
        try:
            with transaction(engine) as session:
                return self._lot(session, key_id, wanted)
        except IntegrityError:
            # Two processes met a new key at once; the other has made its bucket.
            with transaction(engine) as session:
                return self._lot(session, key_id, wanted)
        except OperationalError:
            # A bucket that cannot be reached stops nobody; what needs the database says so itself.
            return wanted

    def _lot(self, session: Session, key_id: str, wanted: float) -> float:
        query = select(RateBucket).where(RateBucket.key_id == key_id).with_for_update()
        row, at = session.scalar(query), now()
        if row is None:
            row = RateBucket(key_id=key_id, tokens=self.burst, filled_at=at)
            session.add(row)
        passed_s = max(0.0, (at - row.filled_at).total_seconds())
        held = min(self.burst, row.tokens + passed_s * self.rate_per_s)
        lot = min(wanted, math.floor(held))
        row.tokens, row.filled_at = held - lot, at
        return lot or held
