"""
The durable queue: DBOS, on the service's own database.

This is the only file that knows DBOS. Three things here lean on its insides, each for a reason, and
each has a test that breaks if a release changes them:

- its SQLite engine is ours, because it would take Python's SQLite, which can corrupt a write-ahead
  log that processes share (fixed in 3.51.3, carried by ``pysqlite3``);
- its tables are made through the handle of a client, because ``DBOS.migrate`` takes an address and
  makes an engine of its own;
- workflows of another executor are taken over by the function that its hosted control plane calls.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any

import pysqlite3.dbapi2 as sqlite
from dbos import DBOS, DBOSClient, DBOSConfig, DBOSPortableJSONSerializer, EnqueueOptions
from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.orm import Session

from api.database.engine import make_engine

APPLICATION = "teahorse"
VERSION = "jobs-1"
"""Workflows are resumed only by workers of the same version; raise it when their steps change."""
SCHEMA = "dbos"

CHECKS = "checks"
SOLVES = "solves"
WEBHOOKS = "webhooks"

_BUSY_TIMEOUT_MS = 30_000
_LIVE = ("ENQUEUED", "PENDING", "DELAYED")

logging.getLogger("dbos").setLevel(logging.WARNING)


def dbos_engine(url: str) -> Engine:
    """An engine for DBOS's own transactions, which begin on SQLite when it first writes."""
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite":
        return make_engine(url)
    engine = create_engine(
        parsed.set(drivername="sqlite"), module=sqlite, connect_args={"check_same_thread": False}
    )

    @event.listens_for(engine, "connect")
    def _connect(connection: Any, _record: object) -> None:  # noqa: ANN401
        connection.isolation_level = "IMMEDIATE"
        for pragma in (
            f"busy_timeout = {_BUSY_TIMEOUT_MS}",
            "journal_mode = WAL",
            "synchronous = FULL",
            "foreign_keys = ON",
        ):
            connection.execute(f"PRAGMA {pragma}")

    return engine


class Queues:
    """
    The queues as everybody sees them: put work in, look at it, move it.

    Parameters
    ----------
    engine
        Made by :func:`dbos_engine`.
    """

    def __init__(self, engine: Engine) -> None:
        self._client = DBOSClient(
            system_database_engine=engine,
            dbos_system_schema=SCHEMA,
            serializer=DBOSPortableJSONSerializer(),
            application_name=APPLICATION,
            lazy=True,
            # A request is answered with 503 rather than made to wait for a database.
            retry_connection_errors=False,
        )

    def migrate(self) -> None:
        """Create or update the tables of DBOS; safe where several processes do so at once."""
        self._client._sys_db.run_migrations()  # noqa: SLF001

    def put(
        self,
        session: Session,
        queue: str,
        workflow_id: str,
        argument: str,
        *,
        priority: int = 0,
        partition: str = "",
        delay_s: float = 0.0,
    ) -> None:
        """
        Enqueue within the transaction of a session: both are committed, or neither.

        Parameters
        ----------
        queue
            Also the name of the workflow that is run.
        priority
            1 is the soonest, within a partition; 0 for a queue without.
        partition
            Whose share of the queue it comes out of; for partitioned queues.
        """
        options: EnqueueOptions = {
            "workflow_name": queue,
            "queue_name": queue,
            "workflow_id": workflow_id,
        }
        if priority:
            options["priority"] = priority
        if partition:
            options["queue_partition_key"] = partition
        if delay_s > 0:
            options["delay_seconds"] = delay_s
        self._client.enqueue_in_transaction(session, options, argument)

    def live_jobs(self, job_ids: Sequence[str]) -> set[str]:
        """Those of the jobs that have a workflow that waits or runs."""
        if not job_ids:
            return set()
        found = self._client.list_workflows(
            workflow_id_prefix=[f"{job_id}." for job_id in job_ids],
            status=list(_LIVE),
            load_input=False,
            load_output=False,
        )
        return {one.workflow_id.partition(".")[0] for one in found}

    def running_of(self, executor: str) -> set[str]:
        """Workflows that an executor has taken and not ended."""
        found = self._client.list_workflows(
            status="PENDING", executor_id=executor, load_input=False, load_output=False
        )
        return {one.workflow_id for one in found}

    def hand_back(self, workflow_id: str, executor: str) -> bool:
        """
        Put a workflow that an executor has taken into its queue again.

        Returns
        -------
        bool
            Whether the executor still had it. What it writes of it from then on is refused.
        """
        return self._client._sys_db.reenqueue_for_recovery(  # noqa: SLF001
            workflow_id, [executor], SOLVES
        )


def configure(engine: Engine, executor: str) -> None:
    """
    Make this process an executor; workflows have to be declared after this, then :func:`launch`.

    Parameters
    ----------
    executor
        Stable name: what a process of this name had taken before, it takes up again.
    """
    config: DBOSConfig = {
        "name": APPLICATION,
        "system_database_engine": engine,
        "dbos_system_schema": SCHEMA,
        "application_version": VERSION,
        "executor_id": executor,
        "serializer": DBOSPortableJSONSerializer(),
        "use_listen_notify": False,
        "log_level": "WARNING",
        "enable_otlp": False,
        # There are no schedules.
        "scheduler_polling_interval_sec": 3600.0,
    }
    DBOS(config=config)


def launch(*, slots: int, tenant_running: int, poll_s: float) -> None:
    """
    Take up what this executor had, and begin to take from the queues.

    Parameters
    ----------
    slots
        Solves at a time in this process.
    tenant_running
        Solves of one tenant at a time over all processes. Among tenants with waiting jobs the next
        is drawn at random, so a tenant with many does not hold up one with few.
    """
    DBOS.launch()
    DBOS.register_queue(
        CHECKS, worker_concurrency=1, polling_interval_sec=poll_s, on_conflict="always_update"
    )
    DBOS.register_queue(
        SOLVES,
        worker_concurrency=slots,
        partition_concurrency=tenant_running,
        polling_interval_sec=poll_s,
        on_conflict="always_update",
    )
    DBOS.register_queue(
        WEBHOOKS, worker_concurrency=8, polling_interval_sec=poll_s, on_conflict="always_update"
    )


def stop(wait_s: float) -> None:
    """Take nothing more, wait for what runs, and let go of the database."""
    DBOS.destroy(workflow_completion_timeout_sec=max(1, int(wait_s)), destroy_registry=True)
