"""What the application is made of: routes, and what runs beside them."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

from fastapi import APIRouter, FastAPI

from api.jobs.service import job_service
from api.routes import health, jobs, keys, matrices, metrics, networks, plans, quotes, webhooks

ROUTERS: tuple[APIRouter, ...] = (
    health.router,
    metrics.router,
    quotes.router,
    matrices.router,
    networks.router,
    plans.router,
    jobs.router,
    webhooks.router,
    keys.router,
)
BACKGROUND: tuple[Callable[[FastAPI], AbstractAsyncContextManager[object]], ...] = (job_service,)
"""Entered when the application starts, left when it stops."""
