"""Metrics for Prometheus."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response, Security

from api.auth import BEARER, require
from api.deps import Service, get_service
from api.metrics import exposition
from api.problems import problems

router = APIRouter(prefix="/v1", tags=["operations"])
_TEXT = "text/plain; version=0.0.4; charset=utf-8"
_admin = require("admin")


async def _allowed(
    request: Request,
    service: Annotated[Service, Depends(get_service)],
    key: Annotated[object, Security(BEARER)],
) -> None:
    if not service.settings.metrics_open:
        await _admin(request, key)


@router.get(
    "/metrics",
    response_class=Response,
    dependencies=[Depends(_allowed)],
    responses={200: {"content": {"text/plain": {}}, "description": "Metrics"}, **problems()},
)
def metrics() -> Response:
    """Counters and histograms of all processes, for a key with the scope admin."""
    return Response(exposition(), media_type=_TEXT)
