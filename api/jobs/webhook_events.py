"""What webhooks are told, and how it is signed."""

from __future__ import annotations

import hashlib
import hmac
import json
from datetime import datetime
from typing import TYPE_CHECKING

from api.jobs import states

if TYPE_CHECKING:
    from api.database.models_jobs import Job

EVENTS = tuple(
    f"job.{state}"
    for state in (
        states.VALIDATED,
        states.INVALID,
        states.SOLVING,
        states.COMPLETED,
        states.FAILED,
        states.CANCELLED,
    )
)
"""What can be subscribed to."""

SIGNATURE_HEADER = "Teahorse-Signature"
ID_HEADER = "Teahorse-Delivery"


def event_name(state: str) -> str:
    """The event of a job that comes into a state."""
    return f"job.{state}"


def payload_of(job: Job, delivery_id: str, event: str, at: datetime) -> str:
    """The body that is sent, the same at every attempt; what it links to needs a key."""
    body = {
        "delivery_id": delivery_id,
        "event": event,
        "at": at.isoformat(),
        "job": {
            "job_id": job.job_id,
            "kind": job.kind,
            "mode": job.mode,
            "label": job.label,
            "state": job.state,
            "error_code": job.error_code,
            "href": f"/v1/jobs/{job.job_id}",
        },
    }
    return json.dumps(body, ensure_ascii=False, separators=(",", ":"))


def signature(secret: str, body: bytes, at_s: int) -> str:
    """
    ``t=<seconds>,v1=<hex>``: HMAC-SHA256 over ``<seconds>.<body>``.

    The time is signed too, so that a receiver can refuse a message that is played back later.
    """
    digest = hmac.new(secret.encode(), f"{at_s}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={at_s},v1={digest}"
