"""Deliveries of webhooks, attempt by attempt; each attempt is a workflow of its own."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from api.database.base import now
from api.database.engine import reading, transaction
from api.database.models_jobs import Webhook, WebhookDelivery
from api.jobs.durable import WEBHOOKS, Queues
from api.jobs.webhook_send import Sent, send
from api.settings import Settings
from api.telemetry import log

PENDING, DELIVERED, FAILED = "pending", "delivered", "failed"


class Deliverer:
    """Sends, records, and queues the next attempt."""

    def __init__(self, settings: Settings, engine: Engine, queues: Queues) -> None:
        self._settings, self._engine, self._queues = settings, engine, queues

    def deliver(self, delivery_id: str) -> None:
        """
        One attempt.

        A worker that is killed between sending and recording sends again, so receivers see a
        message at least once, and know a repetition by its delivery id.
        """
        with reading(self._engine) as session:
            delivery = session.get(WebhookDelivery, delivery_id)
            hook = session.get(Webhook, delivery.webhook_id) if delivery else None
        if delivery is None or hook is None or delivery.state != PENDING:
            return
        sent = send(
            hook.url,
            hook.secret,
            delivery_id,
            delivery.payload,
            private_allowed=self._settings.webhook_private_allowed,
        )
        with transaction(self._engine) as session:
            self._record(session, delivery_id, delivery.attempts, sent)

    def _record(self, session: Session, delivery_id: str, attempt: int, sent: Sent) -> None:
        delivery = session.get(WebhookDelivery, delivery_id, with_for_update=True)
        if delivery is None or delivery.state != PENDING or delivery.attempts != attempt:
            return
        delivery.attempts += 1
        delivery.last_status, delivery.last_error = sent.status, sent.error[:200]
        waits = self._settings.webhook_backoff_s
        if sent.is_delivered:
            delivery.state, delivery.delivered_at, delivery.next_at = DELIVERED, now(), None
        elif attempt >= len(waits):
            delivery.state, delivery.next_at = FAILED, None
        else:
            wait_s = waits[attempt]
            delivery.next_at = now() + timedelta(seconds=wait_s)
            self._queues.put(
                session,
                WEBHOOKS,
                f"{delivery_id}.{delivery.attempts}",
                delivery_id,
                delay_s=wait_s,
            )
        log.info(
            "webhook_attempt", delivery_id=delivery_id, status=sent.status, state=delivery.state
        )
