"""
Where webhooks may go: never into the network that the service itself stands in.

A name is resolved here, every address that it has is judged, and the connection is made to the
address that was judged, so that a name that answers differently a moment later gains nothing.
"""

from __future__ import annotations

import ipaddress
import socket
from dataclasses import dataclass
from urllib.parse import urlsplit

MAX_URL = 2_000
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
_NAT64_LOCAL = ipaddress.IPv6Network("64:ff9b:1::/48")
_NOT_PUBLIC_V4 = tuple(
    ipaddress.IPv4Network(text)
    # Carrier-grade NAT, protocol assignments, 6to4 relays, benchmarks: not all "private" to Python.
    for text in ("100.64.0.0/10", "192.0.0.0/24", "192.88.99.0/24", "198.18.0.0/15")
)
_PORT_OF = {"https": 443, "http": 80}

IpAddress = ipaddress.IPv4Address | ipaddress.IPv6Address


class RefusedAddress(ValueError):
    """A webhook may not go there; the text says why, and names no inner address."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A judged destination: connect to ``address``, speak to ``host``."""

    scheme: str
    host: str
    port: int
    address: str
    path: str


def is_public(address: IpAddress) -> bool:
    """Whether an address is on the public internet, whatever it is wrapped in."""
    if isinstance(address, ipaddress.IPv6Address):
        inner = _unwrapped(address)
        if inner is not None:
            return is_public(inner)
        if address in _NAT64_LOCAL or address.is_site_local:
            return False
    elif any(address in network for network in _NOT_PUBLIC_V4):
        return False
    return address.is_global and not address.is_multicast and not address.is_reserved


def _unwrapped(address: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    """The IPv4 address that an IPv6 one stands for: mapped, compatible, 6to4, Teredo, NAT64."""
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    if address.sixtofour is not None:
        return address.sixtofour
    if address.teredo is not None:
        return address.teredo[1]
    low = int(address) & 0xFFFF_FFFF
    if address in _NAT64:
        return ipaddress.IPv4Address(low)
    is_compatible = int(address) >> 32 == 0 and low > 1
    return ipaddress.IPv4Address(low) if is_compatible else None


def target_of(url: str, *, private_allowed: bool) -> Target:
    """
    Judge an address.

    Parameters
    ----------
    private_allowed
        Take any address, and plain HTTP: for installations whose receivers are inside.

    Raises
    ------
    RefusedAddress
        It is not an address, or a webhook may not go there.
    """
    if len(url) > MAX_URL or not url.isascii() or not url.isprintable() or " " in url:
        raise RefusedAddress(f"write an address of at most {MAX_URL} visible ASCII characters")
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port or _PORT_OF.get(parts.scheme, 0)
    except ValueError as error:
        raise RefusedAddress("it is not an address") from error
    if parts.scheme != "https" and not (private_allowed and parts.scheme == "http"):
        raise RefusedAddress("it has to begin with https://")
    if parts.username is not None or parts.password is not None:
        raise RefusedAddress("it must not hold a name or a password")
    if not host or "\\" in url or "%" in parts.netloc:
        raise RefusedAddress("it has no host")
    address = _judged(host, port, private_allowed=private_allowed)
    path = parts.path or "/"
    return Target(
        scheme=parts.scheme,
        host=host,
        port=port,
        address=address,
        path=f"{path}?{parts.query}" if parts.query else path,
    )


def _judged(host: str, port: int, *, private_allowed: bool) -> str:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise RefusedAddress("its host cannot be found") from error
    addresses = [str(one[4][0]).partition("%")[0] for one in found]
    judged = [ipaddress.ip_address(one) for one in addresses]
    # One inner address among public ones is enough to refuse: which one answers is chance.
    if not private_allowed and not all(is_public(one) for one in judged):
        raise RefusedAddress("its host is not on the public internet")
    return addresses[0]
