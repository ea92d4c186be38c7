"""The HTTP service: ``create_app(settings)``."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from threading import Event

from anyio import CapacityLimiter, to_thread
from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware
from fastapi.routing import APIRoute
from sqlalchemy.exc import SQLAlchemyError

from api import errors, routers
from api.database import migrate
from api.database.engine import is_sqlite, make_engine, transaction
from api.database.stock_repository import expire_due
from api.deps import Service
from api.desks import Desks
from api.gate import Gate
from api.idempotency import forget_expired
from api.networks import NetworkStore
from api.openapi import DESCRIPTION, document
from api.rate_limit import RateLimiter
from api.settings import Settings
from api.telemetry import log
from optimizer import __version__, planner, warm

_HOUSEKEEPING_S = 30
_KERNELS_LOADED = Event()
_CORS_HEADERS = ["Authorization", "Content-Type", "Idempotency-Key", "If-Match", "If-None-Match"]


def create_app(
    settings: Settings | None = None, *, shipped: planner.QueryCache | None = None
) -> FastAPI:
    """
    Make the application; it serves a database that has its tables already.

    Parameters
    ----------
    settings
        From the environment by default.
    shipped
        The network of ``settings.data_dir``, where it was read before.

    Raises
    ------
    InputError
        The network's tables cannot be used.
    DatabaseUnusable
        The database cannot be used.
    """
    settings = settings or Settings()
    service = make_service(settings, shipped)
    app = FastAPI(
        title="Teahorse",
        version=__version__,
        description=DESCRIPTION,
        lifespan=_lifespan,
        docs_url=None,
        redoc_url=None,
        openapi_url="/v1/openapi.json",
        generate_unique_id_function=_operation_id,
        max_body_size=settings.max_upload_bytes,
        # Logs would hold what exceptions say; exporters come from the OTEL_* variables.
        telemetry={
            "tracing": settings.telemetry,
            "metrics": settings.telemetry,
            "operation_spans": settings.telemetry,
            "auto_configure": settings.telemetry,
            "logs": False,
        },
    )
    app.state.service = service
    app.state.owns_process = False
    errors.install(app)
    for router in routers.ROUTERS:
        app.include_router(router)
    app.openapi = lambda: document(app)
    app.add_middleware(Gate, service=service)
    if settings.cors_origins:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=settings.cors_origins,
            allow_methods=["GET", "POST", "PUT", "PATCH", "DELETE"],
            allow_headers=_CORS_HEADERS,
            expose_headers=["ETag", "Location", "Retry-After", "X-Request-ID"],
        )
    return app


def make_service(settings: Settings, shipped: planner.QueryCache | None = None) -> Service:
    """Database, networks and limits for one process."""
    engine = make_engine(settings.url)
    is_alone = settings.n_processes == 1 and is_sqlite(engine)
    networks = NetworkStore(engine, settings, shipped)
    return Service(
        settings=settings,
        engine=engine,
        networks=networks,
        desks=Desks(engine, networks),
        rates=RateLimiter(settings.rate_per_s, settings.rate_burst, None if is_alone else engine),
        quote_limiter=CapacityLimiter(settings.quote_threads),
    )


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    """Check the database, load compiled kernels before the first request, keep house."""
    service: Service = app.state.service
    await to_thread.run_sync(migrate.check, service.engine)
    await to_thread.run_sync(_load_kernels, service)
    if app.state.owns_process:
        # What was made so far stays: collections need not walk through it in the midst of requests.
        gc.collect()
        gc.freeze()
    async with AsyncExitStack() as stack:
        for background in routers.BACKGROUND:
            await stack.enter_async_context(background(app))
        keeper = asyncio.create_task(_keep_house(service))
        log.info("started", processes=service.settings.n_processes)
        try:
            yield
        finally:
            keeper.cancel()
            with suppress(asyncio.CancelledError):
                await keeper
    with suppress(SQLAlchemyError):
        await to_thread.run_sync(service.last_used.write, service.engine)
    service.engine.dispose()
    log.info("stopped")


def _load_kernels(service: Service) -> None:
    """Once in a process: compiled code stays loaded, whichever application comes next."""
    if not _KERNELS_LOADED.is_set():
        warm.start_up(service.networks.shipped.data)
        _KERNELS_LOADED.set()


async def _keep_house(service: Service) -> None:
    while True:
        await asyncio.sleep(_HOUSEKEEPING_S)
        try:
            await to_thread.run_sync(_tidy, service)
        except SQLAlchemyError as error:
            log.warning("housekeeping failed", detail=type(error).__name__)


def _tidy(service: Service) -> None:
    service.last_used.write(service.engine)
    with transaction(service.engine) as session:
        forget_expired(session)
        expire_due(session)


def _operation_id(route: APIRoute) -> str:
    return route.name


def create_app_from_environment() -> FastAPI:
    """The application of a process that a server starts; logs are set up too."""
    from api.telemetry import set_up_logs

    settings = Settings()
    set_up_logs(settings.log_level)
    app = create_app(settings)
    app.state.owns_process = True
    return app
