"""Webhooks."""

from __future__ import annotations

from typing import Literal

from pydantic import ConfigDict, Field

from api.jobs.addresses import MAX_URL
from api.schemas.common import AnswerModel, Line, Request

EventName = Literal[
    "job.validated",
    "job.invalid",
    "job.solving",
    "job.completed",
    "job.failed",
    "job.cancelled",
]


class WebhookRequest(Request):
    """Who wants to be told of what."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"url": "https://hooks.example.com/teahorse", "events": ["job.completed"]}]
        }
    )

    url: Line = Field(min_length=8, max_length=MAX_URL, description="https, on a public address")
    events: list[EventName] = Field(
        default_factory=lambda: ["job.completed", "job.failed"], min_length=1, max_length=6
    )


class WebhookAnswer(AnswerModel):
    """A webhook."""

    webhook_id: str
    url: str
    events: list[str]
    is_active: bool
    created_at: str


class NewWebhookAnswer(WebhookAnswer):
    """A new webhook with the secret that signs its messages, which is shown this once."""

    secret: str


class DeliveryAnswer(AnswerModel):
    """A message to a webhook, and how sending it went."""

    delivery_id: str
    job_id: str
    event: str
    state: Literal["pending", "delivered", "failed"]
    attempts: int
    last_status: int = Field(description="HTTP status of the last attempt; 0: no answer")
    last_error: str
    created_at: str
    next_at: str | None
    delivered_at: str | None
