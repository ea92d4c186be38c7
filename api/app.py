"""
The HTTP service: a first slice, quotes only, without keys.

It binds to the loopback address by default. Keys, durable jobs and state come with the service
proper; until then it must not be exposed.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from fastapi import FastAPI

from api import errors
from api.routes import health, quotes
from optimizer import __version__, planner, warm


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    """Load compiled kernels before the first request, whoever serves the application."""
    warm.start_up(app.state.queries.data)
    yield


def create_app(data_dir: Path | None = None) -> FastAPI:
    """
    Make the application.

    Parameters
    ----------
    data_dir
        Network data package; the shipped one by default.

    Raises
    ------
    InputError
        The tables cannot be used.
    """
    app = FastAPI(
        title="Teahorse", version=__version__, lifespan=_lifespan, docs_url=None, redoc_url=None
    )
    app.state.queries = planner.QueryCache(planner.read(data_dir))
    errors.install(app)
    app.include_router(health.router)
    app.include_router(quotes.router)
    return app
