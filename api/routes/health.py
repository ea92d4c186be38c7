"""Health: alive, and what data is served."""

from __future__ import annotations

from fastapi import APIRouter, Request

from optimizer import __version__

router = APIRouter(prefix="/v1/health", tags=["health"])


@router.get("/live")
def live() -> dict[str, str]:
    """The process answers."""
    return {"status": "live", "version": __version__}


@router.get("/ready")
def ready(request: Request) -> dict[str, str]:
    """The network is read; with its fingerprint."""
    return {"status": "ready", "network_fingerprint": request.app.state.queries.data.fingerprint}
