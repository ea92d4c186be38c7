"""Logs as JSON lines, each with the id of its request or job; OpenTelemetry on request."""

from __future__ import annotations

import logging
import re
import sys
from typing import TYPE_CHECKING, Any

import structlog

if TYPE_CHECKING:
    from collections.abc import MutableMapping

log: structlog.stdlib.BoundLogger = structlog.get_logger("teahorse")

_SECRET = re.compile(r"(th_[0-9a-f]{12})_[A-Za-z0-9_-]{16,}|(://[^:/@\s]+):[^@/\s]+@")


def hide_secrets(text: str) -> str:
    """The text with keys and passwords of addresses cut out."""

    def cut(found: re.Match[str]) -> str:
        return f"{found[1]}_***" if found[1] else f"{found[2]}:***@"

    return _SECRET.sub(cut, text)


def _hide(_logger: object, _name: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    for field, value in event.items():
        if isinstance(value, str):
            event[field] = hide_secrets(value)
    return event


def set_up_logs(level: str = "info") -> None:
    """Write all logs, also those of libraries, as JSON lines to standard error."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        _hide,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(ensure_ascii=False),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    for noisy in ("uvicorn", "uvicorn.error", "alembic"):
        logger = logging.getLogger(noisy)
        logger.handlers.clear()
        logger.propagate = True
    logging.getLogger("alembic").setLevel(logging.WARNING)
    # Each request is logged by the gate, with its id and its time.
    access = logging.getLogger("uvicorn.access")
    access.handlers.clear()
    access.propagate = False
