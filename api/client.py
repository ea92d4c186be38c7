"""
A small client for the service, free of the planner: it needs ``httpx2`` only.

::

    with Client("http://127.0.0.1:8080", key) as teahorse:
        quote = teahorse.quote(
            origin="CNKMG-CBZ", destination="THBKK-LKB",
            gross_kg=1200, volume_m3=6, ready_at="2026-09-14T08:00:00+08:00",
        )
        print(quote["itineraries"][0]["cost_cny"])

A request that changes something carries an ``Idempotency-Key``, so it is sent again without harm
where an answer is lost, where the service is busy (503) or asks to wait (429).
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator, Mapping, Sequence
from types import TracebackType
from typing import Any, Self

import httpx2

Json = dict[str, Any]
_AGAIN = frozenset({429, 503})
_ERROR = 400
_MAX_WAIT_S = 30.0


class ProblemAnswer(Exception):
    """
    The service refused.

    Attributes
    ----------
    status, code
        HTTP status and stable code.
    body
        The whole problem+json body, with ``errors``.
    """

    def __init__(self, status: int, body: Json) -> None:
        self.status, self.body = status, body
        self.code: str = str(body.get("code", ""))
        what = "; ".join(str(error.get("detail", "")) for error in body.get("errors", ()))
        super().__init__(f"{status} {self.code}: {body.get('title', '')} {what}".strip())


class Client:
    """
    Calls the service with one key.

    Parameters
    ----------
    url
        Such as ``http://127.0.0.1:8080``.
    key
        As ``teahorse keys create`` printed it.
    timeout_s
        Of one try.
    tries
        How often a request is sent at most.
    transport
        Of ``httpx2``, for tests.
    """

    def __init__(
        self,
        url: str,
        key: str,
        *,
        timeout_s: float = 30.0,
        tries: int = 4,
        transport: httpx2.BaseTransport | None = None,
    ) -> None:
        self._tries = tries
        self._http = httpx2.Client(
            base_url=url,
            headers={"Authorization": f"Bearer {key}"},
            timeout=timeout_s,
            transport=transport,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close its connections."""
        self._http.close()

    def ready(self) -> Json:
        """Whether requests can be answered, and the fingerprint of the network."""
        return self._json("GET", "/v1/health/ready")

    def quote(
        self,
        *,
        origin: str,
        destination: str,
        gross_kg: float,
        volume_m3: float,
        ready_at: str,
        **more: Any,  # noqa: ANN401  (the optional fields of the request)
    ) -> Json:
        """Ways of one shipment; ``more`` are the optional fields, such as ``due_at``."""
        body = {
            "origin": origin,
            "destination": destination,
            "gross_kg": gross_kg,
            "volume_m3": volume_m3,
            "ready_at": ready_at,
            **more,
        }
        return self._json("POST", "/v1/quotes", body)

    def matrix(self, origins: Sequence[str], destinations: Sequence[str], **more: Any) -> Json:  # noqa: ANN401
        """Costs between places, at once."""
        body = {"origins": list(origins), "destinations": list(destinations), **more}
        return self._json("POST", "/v1/matrices", body)

    def network(self, revision: str = "current") -> tuple[Json, str]:
        """A revision, and the ETag that an edit of it needs."""
        answer = self._send("GET", f"/v1/networks/{revision}")
        return answer.json(), answer.headers["etag"]

    def edit_network(self, edits: Sequence[Mapping[str, Any]], etag: str, note: str = "") -> Json:
        """A new revision; 412 where somebody else was quicker."""
        body = {"edits": [dict(one) for one in edits], "note": note}
        return self._json("POST", "/v1/networks", body, {"If-Match": etag})

    def rows(self, path: str, **filters: str | int) -> Iterator[Json]:
        """All rows of a list, such as ``/v1/networks/current/facilities``, page by page."""
        cursor: str | None = ""
        while cursor is not None:
            page = self._json("GET", path, parameters={**filters, "cursor": cursor})
            yield from page["items"]
            cursor = page["next_cursor"]

    def start_plan(self, body: Mapping[str, Any]) -> Json:
        """Hand in a plan; the job that makes it."""
        return self._json("POST", "/v1/plans", dict(body))

    def job(self, job_id: str) -> Json:
        """A job as it is now."""
        return self._json("GET", f"/v1/jobs/{job_id}")

    def cancel(self, job_id: str) -> None:
        """Stop a job."""
        self._send("DELETE", f"/v1/jobs/{job_id}")

    def _json(
        self,
        method: str,
        path: str,
        body: Json | None = None,
        headers: dict[str, str] | None = None,
        parameters: Mapping[str, str | int] | None = None,
    ) -> Json:
        return self._send(method, path, body, headers, parameters).json()

    def _send(
        self,
        method: str,
        path: str,
        body: Json | None = None,
        headers: dict[str, str] | None = None,
        parameters: Mapping[str, str | int] | None = None,
    ) -> httpx2.Response:
        sent = dict(headers or {})
        if method == "POST":
            sent["Idempotency-Key"] = uuid.uuid4().hex
        answer = self._tried(method, path, body, sent, parameters)
        if answer.status_code >= _ERROR:
            raise ProblemAnswer(answer.status_code, _body_of(answer))
        return answer

    def _tried(
        self,
        method: str,
        path: str,
        body: Json | None,
        headers: dict[str, str],
        parameters: Mapping[str, str | int] | None,
    ) -> httpx2.Response:
        """The answer of the first try that is not asked to be repeated, or of the last."""
        for tried in range(1, self._tries):
            try:
                answer = self._http.request(
                    method, path, json=body, headers=headers, params=parameters
                )
            except httpx2.TransportError:
                time.sleep(min(_MAX_WAIT_S, 0.5 * 2**tried))
                continue
            if answer.status_code not in _AGAIN:
                return answer
            time.sleep(min(_MAX_WAIT_S, float(answer.headers.get("retry-after", "1"))))
        return self._http.request(method, path, json=body, headers=headers, params=parameters)


def _body_of(answer: httpx2.Response) -> Json:
    try:
        found = answer.json()
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
