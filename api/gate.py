"""
The gate before all operations: request id, key, rate, headers, log and metrics.

It is one plain ASGI middleware, because each layer of a framework's own kind costs a request a
tenth of a millisecond. Keys are checked before a route is looked up: no operation can forget to.
"""

from __future__ import annotations

import re
from time import perf_counter

from anyio import CapacityLimiter, to_thread
from sqlalchemy.exc import SQLAlchemyError
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from structlog.contextvars import bind_contextvars, clear_contextvars

from api import metrics
from api.auth import Caller
from api.database import key_repository
from api.database.base import new_id
from api.database.engine import reading
from api.deps import Service
from api.errors import database_problem
from api.problems import Problem, problem_response, too_big
from api.telemetry import log

_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")
_PUBLIC = "/v1/health/"
_METRICS = "/v1/metrics"
_SERVER_ERROR = 500
SECURE_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
}


class Gate:
    """The middleware."""

    def __init__(self, app: ASGIApp, service: Service) -> None:
        self.app, self.service = app, service
        # Its own threads: a check must not wait behind long answers.
        self._limiter = CapacityLimiter(8)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or pass it on."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started, headers = perf_counter(), Headers(scope=scope)
        said = headers.get("x-request-id", "")
        request_id = said if _REQUEST_ID.fullmatch(said) else new_id("req")
        clear_contextvars()
        bind_contextvars(request_id=request_id)
        scope["teahorse.request_id"] = request_id
        status = 0

        async def send_safely(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                answer = MutableHeaders(scope=message)
                answer["X-Request-ID"] = request_id
                answer.setdefault("Cache-Control", "no-store")
                for name, value in SECURE_HEADERS.items():
                    answer.setdefault(name, value)
            await send(message)

        metrics.RUNNING.inc()
        try:
            problem = await self._admit(scope, headers)
            if problem is None:
                await self.app(scope, receive, send_safely)
            else:
                metrics.REFUSED.labels(problem.code).inc()
                await problem.response()(scope, receive, send_safely)
        except Exception:
            log.exception("failed", path=scope["path"])
            if status:
                raise
            answer = problem_response(500, "internal_error", "The service failed")
            await answer(scope, receive, send_safely)
        finally:
            metrics.RUNNING.dec()
            self._tell(scope, status, perf_counter() - started)

    async def _admit(self, scope: Scope, headers: Headers) -> Problem | None:
        """Who calls, into the scope; or why the request goes no further."""
        path: str = scope["path"]
        if path.startswith(_PUBLIC):
            return None
        if path == _METRICS and self.service.settings.metrics_open:
            return None
        try:
            caller, wait_s = await to_thread.run_sync(
                self._check, headers.get("authorization", ""), limiter=self._limiter
            )
        except Problem as problem:
            return problem
        except SQLAlchemyError as error:
            return database_problem(error)
        bind_contextvars(tenant_id=caller.tenant_id, key_id=caller.key_id)
        if wait_s:
            return Problem(
                429,
                "too_many_requests",
                "The key asks too often",
                detail=f"{self.service.settings.rate_per_s:g} requests a second are allowed",
                headers={"Retry-After": str(wait_s)},
            )
        scope["teahorse.caller"] = caller
        return self._too_long(headers)

    def _check(self, authorization: str) -> tuple[Caller, int]:
        service = self.service
        with reading(service.engine) as session:
            caller = key_repository.authenticate(session, authorization)
        service.last_used.note(caller.key_id)
        return caller, service.rates.take(caller.key_id)

    def _too_long(self, headers: Headers) -> Problem | None:
        length, limit = headers.get("content-length", "0"), self.service.settings.max_upload_bytes
        if not length.isdecimal():
            return Problem(400, "invalid_length", "Content-Length is not a number")
        # Operations have lower limits of their own; this one spares reading what none would take.
        return too_big("a body in bytes", limit, int(length)) if int(length) > limit else None

    def _tell(self, scope: Scope, status: int, seconds: float) -> None:
        route = scope.get("route")
        operation = getattr(route, "operation_id", None) or getattr(route, "name", "") or "none"
        status = status or 499
        metrics.REQUESTS.labels(operation, scope["method"], str(status)).inc()
        metrics.SECONDS.labels(operation).observe(seconds)
        if status >= _SERVER_ERROR or operation not in {"live", "ready"}:
            log.info(
                "request",
                operation=operation,
                method=scope["method"],
                path=scope["path"][:200],
                status=status,
                milliseconds=round(1000 * seconds, 1),
            )
