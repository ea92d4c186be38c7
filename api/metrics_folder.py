"""Name of the variable with the folder where processes share their metrics."""

from __future__ import annotations

MULTIPROCESS_FOLDER = "PROMETHEUS_MULTIPROC_DIR"
