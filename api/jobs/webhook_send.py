"""Delivery of one message: signed, to a judged address, without following anywhere."""

from __future__ import annotations

import http.client
import socket
import ssl
import time
from dataclasses import dataclass

from api.jobs.addresses import RefusedAddress, Target, target_of
from api.jobs.webhook_events import ID_HEADER, SIGNATURE_HEADER, signature

TIMEOUT_S = 10.0
_OK = range(200, 300)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """What came back: an HTTP status, or 0 and why there is none."""

    status: int
    error: str = ""

    @property
    def is_delivered(self) -> bool:
        """Whether the receiver took it. A redirect is not followed, and is not a success."""
        return self.status in _OK


def send(url: str, secret: str, delivery_id: str, payload: str, *, private_allowed: bool) -> Sent:
    """POST a message; what goes wrong is in the answer."""
    body = payload.encode()
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "teahorse-webhooks/1",
        ID_HEADER: delivery_id,
        SIGNATURE_HEADER: signature(secret, body, int(time.time())),
    }
    try:
        target = target_of(url, private_allowed=private_allowed)
        connection = _connection(target)
        try:
            connection.request("POST", target.path, body, headers)
            status = connection.getresponse().status
        finally:
            connection.close()
    except RefusedAddress as error:
        return Sent(status=0, error=str(error))
    except (OSError, http.client.HTTPException) as error:
        return Sent(status=0, error=type(error).__name__)
    return Sent(status=status, error="" if status in _OK else f"answered {status}")


def _connection(target: Target) -> http.client.HTTPConnection:
    """A connection to the judged address; certificate and ``Host`` are those of the name."""
    raw = socket.create_connection((target.address, target.port), timeout=TIMEOUT_S)
    if target.scheme == "https":
        try:
            wrapped = ssl.create_default_context().wrap_socket(raw, server_hostname=target.host)
        except BaseException:
            raw.close()
            raise
        connection: http.client.HTTPConnection = http.client.HTTPSConnection(
            target.host, target.port, timeout=TIMEOUT_S
        )
        connection.sock = wrapped
        return connection
    connection = http.client.HTTPConnection(target.host, target.port, timeout=TIMEOUT_S)
    connection.sock = raw
    return connection
