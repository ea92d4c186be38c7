"""Counters and histograms for Prometheus."""

from __future__ import annotations

import os

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

from api.metrics_folder import MULTIPROCESS_FOLDER

REGISTRY = CollectorRegistry(auto_describe=True)

REQUESTS = Counter(
    "teahorse_http_requests",
    "Requests by operation and status.",
    ("operation", "method", "status"),
    registry=REGISTRY,
)
SECONDS = Histogram(
    "teahorse_http_request_seconds",
    "Time from the first byte of a request to the last of its answer.",
    ("operation",),
    buckets=(0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30),
    registry=REGISTRY,
)
RUNNING = Gauge(
    "teahorse_http_requests_running",
    "Requests that are being answered.",
    registry=REGISTRY,
    multiprocess_mode="livesum",
)
REFUSED = Counter(
    "teahorse_refused",
    "Requests that were refused before they reached an operation.",
    ("code",),
    registry=REGISTRY,
)


def exposition() -> bytes:
    """All metrics of all processes, in the text format."""
    if MULTIPROCESS_FOLDER in os.environ:
        registry = CollectorRegistry()
        MultiProcessCollector(registry)
        return generate_latest(registry)
    return generate_latest(REGISTRY)
