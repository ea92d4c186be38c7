"""
A bounded load generator for HTTP/1.1: connections that wait for an answer before they ask again.

Plain sockets of asyncio, because a full client would cost as much as the service that is measured.
"""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import cycle
from time import perf_counter

MAX_SECONDS = 600
MAX_CONNECTIONS = 128
_HEADER_END = b"\r\n\r\n"


@dataclass
class Load:
    """
    What came back.

    Parameters
    ----------
    latencies_s
        Of every answer.
    statuses
        Number of answers by status; 0 for a broken connection.
    """

    seconds: float = 0.0
    latencies_s: list[float] = field(default_factory=list[float])
    statuses: Counter[int] = field(default_factory=Counter[int])
    n_bytes: int = 0

    def quantile_ms(self, share: float) -> float:
        """Latency that a share of answers stays below, milliseconds."""
        ordered = sorted(self.latencies_s)
        return 1000 * ordered[min(len(ordered) - 1, int(share * len(ordered)))]

    def summary(self) -> dict[str, object]:
        """Figures for a table."""
        return {
            "requests": len(self.latencies_s),
            "seconds": round(self.seconds, 1),
            "requests_per_s": round(len(self.latencies_s) / self.seconds, 1),
            "p50_ms": round(self.quantile_ms(0.5), 1),
            "p99_ms": round(self.quantile_ms(0.99), 1),
            "max_ms": round(self.quantile_ms(1.0), 1),
            "statuses": dict(sorted(self.statuses.items())),
            "megabytes": round(self.n_bytes / 1e6, 1),
        }


def request_bytes(path: str, body: object, headers: dict[str, str]) -> bytes:
    """A POST as it goes over the wire."""
    content = json.dumps(body).encode()
    lines = [
        f"POST {path} HTTP/1.1",
        "Host: localhost",
        "Content-Type: application/json",
        f"Content-Length: {len(content)}",
        *(f"{name}: {value}" for name, value in headers.items()),
    ]
    return "\r\n".join(lines).encode() + _HEADER_END + content


async def run_load(
    port: int, requests: Sequence[bytes], *, n_connections: int, seconds: float
) -> Load:
    """
    Send requests in turn over some connections for a time.

    Parameters
    ----------
    n_connections, seconds
        Bounded by ``MAX_CONNECTIONS`` and ``MAX_SECONDS``.
    """
    load = Load()
    until = perf_counter() + min(seconds, MAX_SECONDS)
    started = perf_counter()
    n = min(n_connections, MAX_CONNECTIONS)
    await asyncio.gather(*(_client(port, requests[at::n], until, load) for at in range(n)))
    load.seconds = perf_counter() - started
    return load


async def _client(port: int, requests: Sequence[bytes], until: float, load: Load) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=2**22)
    for request in cycle(requests):
        asked = perf_counter()
        if asked >= until:
            break
        writer.write(request)
        try:
            head = await reader.readuntil(_HEADER_END)
            body = await reader.readexactly(_length(head))
        except (asyncio.IncompleteReadError, ConnectionError):
            load.statuses[0] += 1
            writer.close()
            reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=2**22)
            continue
        load.latencies_s.append(perf_counter() - asked)
        load.statuses[int(head[9:12])] += 1
        load.n_bytes += len(body)
    writer.close()


def _length(head: bytes) -> int:
    for line in head.split(b"\r\n")[1:]:
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            return int(value)
    msg = "an answer without Content-Length"
    raise ConnectionError(msg)
