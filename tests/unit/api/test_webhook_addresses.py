"""Webhooks never reach into the network that the service stands in."""

from __future__ import annotations

import ipaddress
import socket

import pytest

from api.jobs import addresses
from api.jobs.addresses import RefusedAddress, is_public, target_of

REFUSED = [
    "http://example.com/",
    "ftp://example.com/",
    "file:///etc/passwd",
    "gopher://127.0.0.1/",
    "https://",
    "https:///path",
    "https://user:secret@example.com/",
    "https://user@example.com/",
    "https://127.0.0.1/",
    "https://127.1/",
    "https://2130706433/",
    "https://0x7f000001/",
    "https://0177.0.0.1/",
    "https://0/",
    "https://0.0.0.0/",
    "https://localhost/",
    "https://localhost.localdomain:8443/",
    "https://10.1.2.3/",
    "https://172.16.0.1/",
    "https://192.168.1.1/",
    "https://100.64.0.1/",
    "https://169.254.169.254/latest/meta-data/",
    "https://192.0.0.192/",
    "https://198.18.0.1/",
    "https://192.88.99.1/",
    "https://224.0.0.1/",
    "https://240.0.0.1/",
    "https://255.255.255.255/",
    "https://[::1]/",
    "https://[::]/",
    "https://[::ffff:127.0.0.1]/",
    "https://[::ffff:10.0.0.1]/",
    "https://[::ffff:a9fe:a9fe]/",
    "https://[::127.0.0.1]/",
    "https://[fe80::1]/",
    "https://[fe80::1%25lo]/",
    "https://[fc00::1]/",
    "https://[fd00:ec2::254]/",
    "https://[fec0::1]/",
    "https://[ff02::1]/",
    "https://[2002:7f00:1::]/",
    "https://[2002:a9fe:a9fe::]/",
    "https://[64:ff9b::7f00:1]/",
    "https://[64:ff9b::a9fe:a9fe]/",
    "https://[64:ff9b:1::1]/",
    "https://[2001:0:7f00:1::]/",
    "https://[2001:db8::1]/",
    "https://exa mple.com/",
    "https://example.com\\@127.0.0.1/",
    "https://example.com%00.127.0.0.1/",
    "https://example.com:99999/",
    "https://ex\nample.com/",
    "https://１２７.0.0.1/",
    "https://nowhere.invalid/",
    "https://" + "a" * 3_000,
]


@pytest.mark.parametrize("url", REFUSED)
def test_addresses_inside_are_refused(url):
    with pytest.raises(RefusedAddress) as refused:
        target_of(url, private_allowed=False)
    # What is found out about the inside is not told.
    assert "127.0.0.1" not in str(refused.value)


def _answers(*found: str):
    def getaddrinfo(host, port, **_options):
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, port)) for one in found]

    return getaddrinfo


def test_a_public_address_is_judged_once_and_kept(monkeypatch):
    monkeypatch.setattr(addresses.socket, "getaddrinfo", _answers("93.184.216.34"))
    target = target_of("https://example.com:8443/hook?a=1", private_allowed=False)
    assert (target.address, target.port) == ("93.184.216.34", 8443)
    assert (target.host, target.path) == ("example.com", "/hook?a=1")


def test_one_inner_address_among_public_ones_is_enough(monkeypatch):
    monkeypatch.setattr(addresses.socket, "getaddrinfo", _answers("93.184.216.34", "10.0.0.5"))
    with pytest.raises(RefusedAddress, match="public internet"):
        target_of("https://example.com/", private_allowed=False)


def test_an_installation_may_allow_its_own_network():
    target = target_of("http://127.0.0.1:9000/", private_allowed=True)
    assert (target.address, target.port, target.scheme) == ("127.0.0.1", 9000, "http")


@pytest.mark.parametrize(
    ("text", "public"),
    [
        ("8.8.8.8", True),
        ("2606:4700::1111", True),
        ("::ffff:8.8.8.8", True),
        ("64:ff9b::808:808", True),
        ("::ffff:192.168.0.1", False),
        ("2002:c0a8:1::", False),
    ],
)
def test_wrapped_addresses_are_unwrapped(text, public):
    assert is_public(ipaddress.ip_address(text)) is public
