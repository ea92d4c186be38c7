"""Networks that a process has in memory: the shipped one, and revisions as they are asked for."""

from __future__ import annotations

import shutil
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from threading import Lock
from typing import Any
from uuid import uuid4

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from api.database import network_repository
from api.database.engine import reading
from api.database.models_network import NetworkRevision
from api.database.network_repository import NewRevision
from api.settings import Settings
from optimizer import planner, revisions

CURRENT = "current"
SHIPPED = "shipped"
_KEPT = 4
"""Revisions in memory beside the shipped one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Network:
    """One revision, ready to be asked."""

    revision_id: str
    number: int
    fingerprint: str
    note: str = ""
    parent_id: str | None = None
    edits: tuple[dict[str, Any], ...] = ()
    created_at: datetime | None = None
    content_hash: str = ""

    @property
    def etag(self) -> str:
        """What ``If-Match`` has to say to edit this revision."""
        return f'"{self.fingerprint[:32]}-{self.number}"'


class NetworkStore:
    """
    Parameters
    ----------
    engine
        Where revisions are.
    settings
        Where the shipped network is, and where tables may be unpacked.
    shipped
        The shipped network, where it was read before.
    """

    def __init__(
        self, engine: Engine, settings: Settings, shipped: planner.QueryCache | None = None
    ) -> None:
        self._engine, self._settings = engine, settings
        self.shipped = shipped or planner.QueryCache(planner.read(settings.data_dir))
        self._loaded: OrderedDict[str, planner.QueryCache] = OrderedDict()
        self._lock = Lock()

    def find(self, session: Session, tenant_id: str, revision: str = CURRENT) -> Network:
        """
        A revision of a tenant: by id, ``current`` (its newest) or ``shipped``.

        Raises
        ------
        Problem
            404.
        """
        if revision == SHIPPED:
            return self._shipped()
        if revision == CURRENT:
            row = network_repository.newest(session, tenant_id)
            return self._shipped() if row is None else network_of(row)
        return network_of(network_repository.find(session, tenant_id, revision))

    def queries_of(self, network: Network) -> planner.QueryCache:
        """What answers queries on a revision; read and compiled when first asked for."""
        return self._queries(network.content_hash)

    def _queries(self, content_hash: str) -> planner.QueryCache:
        if not content_hash:
            return self.shipped
        with self._lock:
            known = self._loaded.get(content_hash)
            if known is not None:
                self._loaded.move_to_end(content_hash)
                return known
        # Outside the lock: reading takes seconds, and others go on with what they have.
        made = planner.QueryCache(planner.read(self._folder(content_hash)))
        with self._lock:
            known = self._loaded.setdefault(content_hash, made)
            while len(self._loaded) > _KEPT:
                self._loaded.popitem(last=False)
        return known

    def queries(self, tenant_id: str, revision: str | None = None) -> planner.QueryCache:
        """What answers queries on a revision of a tenant, the newest if none is named."""
        if revision == SHIPPED:
            return self.shipped
        with reading(self._engine) as session:
            if revision and revision != CURRENT:
                content_hash = self.find(session, tenant_id, revision).content_hash
            else:
                content_hash = network_repository.newest_content(session, tenant_id)
        return self._queries(content_hash)

    def folder_of(self, network: Network) -> Path | None:
        """Folder with the tables of a revision; ``None`` for the shipped one."""
        return self._folder(network.content_hash)

    def _folder(self, content_hash: str) -> Path | None:
        if not content_hash:
            return self._settings.data_dir
        folder = self._settings.state_dir / "networks" / content_hash
        if not folder.is_dir():
            with reading(self._engine) as session:
                package = network_repository.package_of(session, content_hash)
            revisions.unpack(package, folder)
        return folder

    def edited(
        self,
        network: Network,
        edits: Sequence[revisions.RowEdit],
        shown: list[dict[str, Any]],
        note: str,
    ) -> NewRevision:
        """
        A revision with edits, read and checked as a whole; nothing is stored.

        Raises
        ------
        InputError
            With everything that is wrong with it.
        """
        package = revisions.edit(revisions.pack(self.folder_of(network)), edits)
        folder = self._settings.state_dir / "networks" / f".try-{uuid4().hex}"
        revisions.unpack(package, folder)
        try:
            data = planner.read(folder)
        finally:
            shutil.rmtree(folder, ignore_errors=True)
        return NewRevision(
            content_hash=revisions.content_hash(package),
            package=package,
            fingerprint=data.fingerprint,
            edits=shown,
            note=note,
        )

    def _shipped(self) -> Network:
        return Network(revision_id=SHIPPED, number=0, fingerprint=self.shipped.data.fingerprint)


def network_of(row: NetworkRevision) -> Network:
    """What a row says."""
    return Network(
        revision_id=row.revision_id,
        number=row.number,
        fingerprint=row.fingerprint,
        note=row.note,
        parent_id=row.parent_id,
        edits=tuple(row.edits),
        created_at=row.created_at,
        content_hash=row.content_hash,
    )
