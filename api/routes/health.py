"""Health: alive, ready, and what answers. The only routes that need no key."""

from __future__ import annotations

from functools import cache
from importlib.metadata import version
from typing import Annotated

from fastapi import APIRouter, Depends
from sqlalchemy import text

from api.database.engine import is_sqlite, reading
from api.database.migrate import current
from api.deps import Service, get_service
from api.problems import ProblemBody
from api.schemas.health import Limits, Live, Ready, Versions
from optimizer import __version__

_LIBRARIES = ("fastapi", "highspy", "numba", "numpy", "ortools", "pydantic", "sqlalchemy")
_UNAVAILABLE = {503: {"model": ProblemBody, "description": "The database does not answer"}}

router = APIRouter(prefix="/v1/health", tags=["health"])


@router.get("/live")
async def live() -> Live:
    """The process answers."""
    return Live(version=__version__)


@router.get("/ready", responses={**_UNAVAILABLE})
def ready(service: Annotated[Service, Depends(get_service)]) -> Ready:
    """The network is read and the database answers."""
    with reading(service.engine) as session:
        session.execute(text("SELECT 1"))
    return Ready(
        network_fingerprint=service.networks.shipped.data.fingerprint,
        database="sqlite" if is_sqlite(service.engine) else "postgresql",
    )


@router.get("/versions", responses={**_UNAVAILABLE})
def versions(service: Annotated[Service, Depends(get_service)]) -> Versions:
    """Versions, fingerprints of the data, and published limits."""
    settings, data = service.settings, service.networks.shipped.data
    return Versions(
        version=__version__,
        libraries=dict(_libraries()),
        database_revision=current(service.engine),
        network_fingerprint=data.fingerprint,
        network_rows_by_confidence=data.row_confidence,
        limits=Limits(
            body_bytes=settings.max_body_bytes,
            upload_bytes=settings.max_upload_bytes,
            json_depth=settings.max_json_depth,
            matrix_cells=settings.max_matrix_cells,
            page=settings.max_page,
            rate_per_s=settings.rate_per_s,
            rate_burst=settings.rate_burst,
        ),
    )


@cache
def _libraries() -> tuple[tuple[str, str], ...]:
    return tuple((name, version(name)) for name in _LIBRARIES)
