"""What the application is made of: routes, and what runs beside them."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

from fastapi import APIRouter, FastAPI

from api.jobs.service import job_service
from api.routes import (
    allocations,
    health,
    jobs,
    keys,
    matrices,
    metrics,
    networks,
    plans,
    quotes,
    reservations,
    stock,
    webhooks,
)

ROUTERS: tuple[APIRouter, ...] = (
    health.router,
    metrics.router,
    quotes.router,
    matrices.router,
    networks.router,
    plans.router,
    jobs.router,
    webhooks.router,
    stock.router,
    reservations.router,
    allocations.router,
    keys.router,
)
BACKGROUND: tuple[Callable[[FastAPI], AbstractAsyncContextManager[object]], ...] = (job_service,)
"""Entered when the application starts, left when it stops."""
