"""Webhooks: who is told of jobs, and how that went."""

from __future__ import annotations

import secrets
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Response
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from api.auth import Caller, require
from api.database.audit_repository import record
from api.database.base import new_id, now
from api.database.engine import reading, transaction
from api.database.models_jobs import Webhook, WebhookDelivery
from api.deps import Service, get_service
from api.idempotency import Answer, Once, once_key
from api.jobs.addresses import RefusedAddress, target_of
from api.pages import Page, PageQuery
from api.problems import Problem, not_found, problems
from api.schemas.webhooks import (
    DeliveryAnswer,
    NewWebhookAnswer,
    WebhookAnswer,
    WebhookRequest,
)
from api.strict_json import StrictRoute

router = APIRouter(prefix="/v1", tags=["webhooks"], route_class=StrictRoute)
Planner = Annotated[Caller, Depends(require("plan"))]
TheService = Annotated[Service, Depends(get_service)]
WebhookId = Annotated[str, Path(min_length=1, max_length=40, pattern="^[A-Za-z0-9_]+$")]
MAX_WEBHOOKS = 50


@router.post(
    "/webhooks",
    status_code=201,
    response_class=Response,
    responses={201: {"model": NewWebhookAnswer}, **problems(409, 415)},
)
def create_webhook(
    body: WebhookRequest,
    caller: Planner,
    service: TheService,
    once: Annotated[Once, Depends(once_key)],
) -> Response:
    """
    Be told of jobs.

    Messages are signed: ``Teahorse-Signature: t=<seconds>,v1=<hex>`` with HMAC-SHA256 over
    ``<seconds>.<body>`` under the secret of this answer. They come at least once; the same
    ``delivery_id`` is the same message. Redirects are not followed.
    """
    try:
        target_of(body.url, private_allowed=service.settings.webhook_private_allowed)
    except RefusedAddress as error:
        raise Problem(
            422,
            "webhook_address_refused",
            "Webhooks may not go there",
            errors=[{"code": "webhook_address_refused", "detail": str(error), "pointer": "/url"}],
        ) from error

    def work(session: Session) -> Answer:
        mine = Webhook.tenant_id == caller.tenant_id
        n_now = session.scalar(select(func.count()).select_from(Webhook).where(mine)) or 0
        if n_now >= MAX_WEBHOOKS:
            raise Problem(
                409, "too_many_webhooks", "Too many webhooks", detail=f"at most {MAX_WEBHOOKS}"
            )
        row = Webhook(
            webhook_id=new_id("wh"),
            tenant_id=caller.tenant_id,
            url=body.url,
            secret=f"whsec_{secrets.token_urlsafe(32)}",
            events=sorted(set(body.events)),
            is_active=True,
            created_at=now(),
        )
        session.add(row)
        record(session, caller, "webhook.create", row.webhook_id)
        made = NewWebhookAnswer(**_shown(row).model_dump(), secret=row.secret)
        return Answer(status=201, body=made, headers={"Location": f"/v1/webhooks/{row.webhook_id}"})

    return once.within(work)


@router.get("/webhooks", responses=problems())
def list_webhooks(
    caller: Planner, service: TheService, page: Annotated[PageQuery, Depends()]
) -> Page[WebhookAnswer]:
    """Webhooks of the tenant, newest first."""
    query = select(Webhook).where(Webhook.tenant_id == caller.tenant_id)
    with reading(service.engine) as session:
        rows = session.scalars(page.apply(query, Webhook.webhook_id, newest_first=True)).all()
        return Page[WebhookAnswer](**page.answer(rows, lambda row: row.webhook_id, _shown))


@router.get("/webhooks/{webhook_id}", responses=problems(404))
def get_webhook(webhook_id: WebhookId, caller: Planner, service: TheService) -> WebhookAnswer:
    """A webhook."""
    with reading(service.engine) as session:
        return _shown(_mine(session, caller, webhook_id))


@router.delete("/webhooks/{webhook_id}", status_code=204, responses=problems(404))
def delete_webhook(webhook_id: WebhookId, caller: Planner, service: TheService) -> None:
    """Tell it no more; messages that wait are dropped."""
    with transaction(service.engine) as session:
        row = _mine(session, caller, webhook_id)
        session.execute(delete(WebhookDelivery).where(WebhookDelivery.webhook_id == webhook_id))
        session.delete(row)
        record(session, caller, "webhook.delete", webhook_id)


@router.get("/webhooks/{webhook_id}/deliveries", responses=problems(404))
def list_deliveries(
    webhook_id: WebhookId,
    caller: Planner,
    service: TheService,
    page: Annotated[PageQuery, Depends()],
) -> Page[DeliveryAnswer]:
    """Messages to a webhook, newest first."""
    with reading(service.engine) as session:
        _mine(session, caller, webhook_id)
        query = select(WebhookDelivery).where(WebhookDelivery.webhook_id == webhook_id)
        rows = session.scalars(
            page.apply(query, WebhookDelivery.delivery_id, newest_first=True)
        ).all()
        answer = page.answer(rows, lambda row: row.delivery_id, _delivery)
        return Page[DeliveryAnswer](**answer)


def _mine(session: Session, caller: Caller, webhook_id: str) -> Webhook:
    row = session.scalar(
        select(Webhook).where(
            Webhook.webhook_id == webhook_id, Webhook.tenant_id == caller.tenant_id
        )
    )
    if row is None:
        raise not_found("webhook", webhook_id)
    return row


def _shown(row: Webhook) -> WebhookAnswer:
    return WebhookAnswer(
        webhook_id=row.webhook_id,
        url=row.url,
        events=row.events,
        is_active=row.is_active,
        created_at=row.created_at.isoformat(),
    )


def _delivery(row: WebhookDelivery) -> DeliveryAnswer:
    return DeliveryAnswer(
        delivery_id=row.delivery_id,
        job_id=row.job_id,
        event=row.event,
        state=row.state,  # pyright: ignore[reportArgumentType]  (written by us)
        attempts=row.attempts,
        last_status=row.last_status,
        last_error=row.last_error,
        created_at=row.created_at.isoformat(),
        next_at=row.next_at.isoformat() if row.next_at else None,
        delivered_at=row.delivered_at.isoformat() if row.delivered_at else None,
    )
