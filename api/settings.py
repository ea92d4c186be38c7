"""Settings of the service: environment variables that begin with ``TEAHORSE_``."""

from __future__ import annotations

import os
from functools import cached_property
from pathlib import Path

from platformdirs import user_data_path
from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict


def _state_dir() -> Path:
    return user_data_path("teahorse", appauthor=False)


class Settings(BaseSettings):
    """
    What an operator may choose; everything has a default that serves on the loopback address.

    Parameters
    ----------
    state_dir
        Folder of the embedded database and of large results. The platform's folder for data by
        default, so that the service finds the same keys from wherever it is started.
    database_url
        ``sqlite:///FILE`` or ``postgresql://USER:PASSWORD@HOST/NAME``; the file ``teahorse.db`` in
        ``state_dir`` by default. It may hold a password, so it is never printed.
    data_dir
        Folder of a network data package; the shipped one by default.
    processes
        Processes that answer requests; 0 means one for each core, at most four.
    max_body_bytes, max_upload_bytes
        Of JSON bodies, and of files.
    max_json_depth
        Lists and objects inside each other.
    max_matrix_cells
        Pairs of a matrix that is answered at once.
    max_page
        Rows of a page.
    rate_per_s, rate_burst
        Requests of one key: steady, and at once after a pause. 0 switches the limit off.
    quote_threads
        Quotes that one process computes at a time.
    idempotency_hours
        How long an answer is kept for a repeated request.
    webhook_private_allowed
        Whether webhooks may go to private and loopback addresses.
    cors_origins
        Origins that browsers may call from; none by default.
    metrics_open
        Whether ``/v1/metrics`` is answered without a key.
    telemetry
        Whether OpenTelemetry traces are sent, as the standard ``OTEL_*`` variables say.
    shutdown_s
        Longest wait for running requests after a signal to stop.
    job_slots
        Jobs that one worker solves at a time.
    job_tenant_running
        Jobs of one tenant that are solved at a time, over all workers.
    job_tenant_open
        Jobs of one tenant that may be waiting or running; more are refused with 429.
    job_memory_mb
        Memory that a job may take beside the loaded program.
    job_max_s
        Longest time limit that a job may ask for.
    job_overhead_s
        Time for reading, quoting and reports, beside the solver's limit.
    job_grace_s
        Between the limit (SIGTERM) and the end (SIGKILL) of a job's process.
    job_lease_s
        A worker that is silent for so long is taken for dead.
    job_poll_s
        How often workers look into an idle queue.
    webhook_backoff_s
        Waits between attempts to deliver; after the last one a delivery has failed.
    """

    model_config = SettingsConfigDict(
        env_prefix="TEAHORSE_", extra="ignore", frozen=True, ignored_types=(cached_property,)
    )

    state_dir: Path = Field(default_factory=_state_dir)
    database_url: SecretStr = SecretStr("")
    data_dir: Path | None = None
    processes: int = Field(default=0, ge=0, le=64)
    max_body_bytes: int = Field(default=10_000_000, ge=1_000, le=1_000_000_000)
    max_upload_bytes: int = Field(default=20_000_000, ge=1_000, le=1_000_000_000)
    max_json_depth: int = Field(default=32, ge=4, le=200)
    max_matrix_cells: int = Field(default=10_000, ge=1, le=1_000_000)
    max_page: int = Field(default=500, ge=1, le=500)
    rate_per_s: float = Field(default=200.0, ge=0, le=1e6)
    rate_burst: float = Field(default=400.0, ge=1, le=1e6)
    quote_threads: int = Field(default=2, ge=1, le=64)
    idempotency_hours: float = Field(default=24.0, gt=0, le=24 * 365)
    webhook_private_allowed: bool = False
    cors_origins: list[str] = Field(default_factory=list)
    metrics_open: bool = False
    telemetry: bool = False
    log_level: str = Field(default="info", pattern="^(debug|info|warning|error)$")
    shutdown_s: int = Field(default=10, ge=1, le=600)
    # jobs
    job_slots: int = Field(default=1, ge=1, le=64)
    job_tenant_running: int = Field(default=4, ge=1, le=1_000)
    job_tenant_open: int = Field(default=100, ge=1, le=100_000)
    job_memory_mb: int = Field(default=4_000, ge=64, le=1_000_000)
    job_max_s: float = Field(default=3_600, gt=0, le=7 * 86_400)
    job_overhead_s: float = Field(default=300, ge=1, le=86_400)
    job_grace_s: float = Field(default=2, ge=0.1, le=60)
    job_lease_s: float = Field(default=15, ge=1, le=600)
    job_poll_s: float = Field(default=0.25, ge=0.05, le=60)
    webhook_backoff_s: tuple[float, ...] = (2, 10, 60, 300, 1_800, 7_200)

    @field_validator("data_dir", mode="before")
    @classmethod
    def _none_if_empty(cls, value: object) -> object:
        return None if value == "" else value

    @property
    def n_processes(self) -> int:
        """Processes that answer requests."""
        return self.processes or min(4, len(os.sched_getaffinity(0)))

    @cached_property
    def url(self) -> str:
        """The database's address, with a password if it has one: not for logs."""
        return self.database_url.get_secret_value() or f"sqlite:///{self.state_dir / 'teahorse.db'}"
