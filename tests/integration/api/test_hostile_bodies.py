"""Bodies and headers that nobody sends in good faith: each refused with a 4xx problem and a code."""

from __future__ import annotations

import json

import pytest

from api.problems import PROBLEM_JSON
from api.schemas.quotes import QUOTE_EXAMPLE

pytestmark = pytest.mark.data

GOOD = json.dumps(QUOTE_EXAMPLE)
MAX_BYTES = 200_000


def _with(**fields):
    return json.dumps(QUOTE_EXAMPLE | fields)


def _raw(field, text):
    """The example with a field's value as raw JSON text."""
    rest = {name: value for name, value in QUOTE_EXAMPLE.items() if name != field}
    return json.dumps(rest)[:-1] + f', "{field}": {text}}}'


DEEP = 40
CASES = {
    # Not JSON, or not one value
    "empty": ("", 422, "missing"),
    "space": ("   ", 422, "json_invalid"),
    "cut off": (GOOD[:-1], 422, "json_invalid"),
    "trailing text": (GOOD + "x", 422, "json_invalid"),
    "two values": (GOOD + GOOD, 422, "json_invalid"),
    "trailing comma": (GOOD[:-1] + ",}", 422, "json_invalid"),
    "comment": ("/* */" + GOOD, 422, "json_invalid"),
    "single quotes": (GOOD.replace('"', "'"), 422, "json_invalid"),
    "python": ("True", 422, "json_invalid"),
    "hexadecimal": (_raw("gross_kg", "0x10"), 422, "json_invalid"),
    "octal": (_raw("gross_kg", "010"), 422, "json_invalid"),
    "plus sign": (_raw("gross_kg", "+1"), 422, "json_invalid"),
    "bare point": (_raw("gross_kg", ".5"), 422, "json_invalid"),
    "line break in text": (_raw("origin", '"CN\nKMG"'), 422, "json_invalid"),
    "zero byte": (b'{"origin": "\x00"}', 422, "json_invalid"),
    "html": ("<html>", 422, "json_invalid"),
    "xml": ('<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "b">]>', 422, "json_invalid"),
    # Another kind of value
    "null": ("null", 422, "model_attributes_type"),
    "true": ("true", 422, "model_attributes_type"),
    "number": ("1", 422, "model_attributes_type"),
    "text": ('"CNKMG"', 422, "model_attributes_type"),
    "list": ("[]", 422, "model_attributes_type"),
    "list of one": (f"[{GOOD}]", 422, "model_attributes_type"),
    # Encodings
    "utf-16": (GOOD.encode("utf-16"), 422, "byte_order_mark"),
    "utf-16 little": (GOOD.encode("utf-16-le"), 422, "json_invalid"),
    "utf-32": (GOOD.encode("utf-32-be"), 422, "json_invalid"),
    "byte order mark": (b"\xef\xbb\xbf" + GOOD.encode(), 422, "byte_order_mark"),
    "latin-1": (_with(origin="München").encode().replace(b"\\u00fc", b"\xfc"), 422, "not_utf8"),
    "overlong": (b'{"origin": "\xc0\xaf"}', 422, "not_utf8"),
    "half a character": (b'{"origin": "\xe4\xb8"}', 422, "not_utf8"),
    "surrogate in utf-8": (b'{"origin": "\xed\xa0\x80"}', 422, "not_utf8"),
    "gzip": (b"\x1f\x8b\x08\x00\x00\x00", 422, "not_utf8"),
    # Texts
    "lone surrogate": (_raw("origin", r'"\ud800"'), 422, "lone_surrogate"),
    "lone surrogate in a key": (_with() [:-1] + r', "\udfff": 1}', 422, "lone_surrogate"),
    "lone surrogate in a list": (_raw("origin", r'["\ud800"]'), 422, "lone_surrogate"),
    "U+0000": (_raw("origin", r'"CN\u0000KMG"'), 422, "null_character"),
    "line breaks for headers": (_with(origin="CNKMG\r\nSet-Cookie: a=b"), 422, "string_pattern_mismatch"),
    "escape sequence": (_with(origin="\x1b[2J"), 422, "string_pattern_mismatch"),
    "long text": (_with(origin="x" * 100_000), 422, "string_too_long"),
    "empty text": (_with(origin=""), 422, "string_too_short"),
    # Numbers
    "NaN": (_raw("gross_kg", "NaN"), 422, "not_finite"),
    "Infinity": (_raw("gross_kg", "Infinity"), 422, "not_finite"),
    "-Infinity": (_raw("gross_kg", "-Infinity"), 422, "not_finite"),
    "1e999": (_raw("gross_kg", "1e999"), 422, "number_too_large"),
    "-1e999": (_raw("gross_kg", "-1e999"), 422, "number_too_large"),
    "5,000 digits": (_raw("gross_kg", "9" * 5_000), 422, "number_too_large"),
    "2^63": (_raw("gross_kg", str(2**63)), 422, "number_too_large"),
    "5,000 digits after the point": (_raw("gross_kg", "0." + "0" * 5_000 + "1"), 422, "greater_than"),
    "smallest double": (_raw("gross_kg", "5e-324"), 422, "S"),
    "minus zero": (_raw("gross_kg", "-0.0"), 422, "greater_than"),
    "negative": (_with(gross_kg=-1), 422, "greater_than"),
    "too heavy": (_with(gross_kg=500_001), 422, "less_than_equal"),
    "number as text": (_with(gross_kg="１２"), 422, "wrong_kind"),
    "number as list": (_with(gross_kg=[1]), 422, "float_type"),
    # Objects
    "duplicate key": (GOOD[:-1] + ', "origin": "CNKMG"}', 422, "duplicate_key"),
    "duplicate escaped key": (GOOD[:-1] + r', "\u006frigin": "CNKMG"}', 422, "duplicate_key"),
    "__proto__": (_with(__proto__={"admin": True}), 422, "extra_forbidden"),
    "unknown field": (_with(colour="red"), 422, "extra_forbidden"),
    "missing field": (_raw("origin", "null"), 422, "string_type"),
    # Nesting
    "deep lists": ("[" * DEEP + "]" * DEEP, 413, "too_big"),
    "deep objects": ('{"a":' * DEEP + "1" + "}" * DEEP, 413, "too_big"),
    "100,000 open lists": ("[" * 100_000, 413, "too_big"),
    "60,000 nested lists": ("[" * 60_000 + "]" * 60_000, 413, "too_big"),
    "many brackets in text": (_with(origin="[" * 100), 422, "string_too_long"),
    "body above the limit": (_with(origin="x" * (MAX_BYTES + 1)), 413, "too_big"),
    # Injection
    "SQL": (_with(origin="CNKMG'; DROP TABLE api_keys; --"), 422, "S317"),
    "SQL in a code": (_with(cargo_class="' OR '1'='1"), 422, "S"),
    "template": (_with(origin="{{7*7}}"), 422, "S317"),
    "path": (_with(network="../../etc/passwd"), 404, "not_found"),
    "script": (_with(origin="<script>alert(1)</script>"), 422, "S317"),
    "formula": (_with(origin='=cmd|" /C calc"!A0'), 422, "S317"),
    # Sense
    "no zone": (_with(ready_at="2026-09-14T08:00:00"), 422, "S"),
    "no date": (_with(ready_at="2026-13-41T99:00:00Z"), 422, "S"),
    "year 9999": (_with(ready_at="9999-12-31T23:59:59+08:00"), 422, "S"),
    "year 1": (_with(ready_at="0001-01-01T00:00:00+14:00"), 422, "S"),
    "due before ready": (_with(due_at="2020-01-01T00:00:00Z"), 422, "S"),
    "same place": (_with(destination="CNKMG-CBZ"), 422, "S"),
    "north of the pole": (_with(origin="91,10"), 422, "S"),
    "swapped": (_with(origin="102.72,25.04"), 422, "S318"),
}  # fmt: skip


def _codes(body):
    return [body["code"], *(error["code"] for error in body.get("errors", ()))]


def _post(client, content, headers, **more):
    content = content if isinstance(content, bytes) else content.encode("utf-8", "surrogatepass")
    sent = {name.lower(): text for name, text in headers.items()}
    sent |= {"content-type": "application/json", **more}
    return client.post("/v1/quotes", content=content, headers=sent)


@pytest.fixture(scope="module")
def service(tmp_path_factory):
    from tests.helpers_service import made_service

    folder = tmp_path_factory.mktemp("hostile")
    with made_service(folder, max_body_bytes=MAX_BYTES) as made:
        yield made


def test_there_are_enough_cases():
    assert len(CASES) >= 60


@pytest.mark.parametrize("name", CASES)
def test_hostile_bodies(service, name):
    content, status, code = CASES[name]
    answer = _post(service.client, content, service.headers("quote"))
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == PROBLEM_JSON
    assert any(one.startswith(code) for one in _codes(answer.json())), answer.text
    assert len(answer.content) < 4_000, "what was sent is not sent back"


@pytest.mark.parametrize(
    ("headers", "status", "code"),
    [
        ({"content-type": "text/plain"}, 415, "unsupported_media_type"),
        ({"content-type": "application/xml"}, 415, "unsupported_media_type"),
        ({"content-type": "multipart/form-data; boundary=x"}, 415, "unsupported_media_type"),
        ({"content-type": "application/json; charset=utf-16"}, 415, "unsupported_charset"),
        ({"content-encoding": "gzip"}, 415, "unsupported_encoding"),
        ({"content-encoding": "br"}, 415, "unsupported_encoding"),
        ({"idempotency-key": "x" * 129}, 422, "string_too_long"),
        ({"idempotency-key": "two words"}, 422, "invalid_idempotency_key"),
        ({"authorization": "Basic YTpi"}, 401, "invalid_key"),
        ({"authorization": "Bearer " + "x" * 5_000}, 401, "invalid_key"),
        ({"authorization": "Bearer th_000000000000_" + "A" * 43}, 401, "invalid_key"),
        ({"authorization": "Bearer th_'; DROP TABLE x; --"}, 401, "invalid_key"),
    ],
)  # fmt: skip
def test_hostile_headers(service, headers, status, code):
    answer = _post(service.client, GOOD, service.headers("quote"), **headers)
    assert answer.status_code == status, answer.text
    assert code in _codes(answer.json())


@pytest.mark.parametrize(
    "path",
    [
        "/v1/networks/..%2f..%2fetc%2fpasswd",
        "/v1/networks/%2e%2e/%2e%2e/etc/passwd",
        "/v1/networks/....//....//etc/passwd",
        "/v1/networks/..%5c..%5cwindows",
        "/v1/networks/%252e%252e%252fetc",
        "/v1/networks/current%00",
        "/v1/keys/' OR 1=1 --",
    ],
)
def test_paths_that_climb(service, path):
    answer = service.client.get(path, headers=service.headers("quote", "admin"))
    assert answer.status_code in {404, 422}, answer.text
    assert answer.headers["content-type"] == PROBLEM_JSON


@pytest.mark.parametrize("cursor", ["x", "!!!!", "4pyT", "AAAA", "%00", "a" * 401])
def test_cursors_that_are_none(service, cursor):
    answer = service.client.get(f"/v1/keys?cursor={cursor}", headers=service.headers("admin"))
    assert answer.status_code in {200, 422}
    if answer.status_code == 200:
        assert answer.json()["next_cursor"] is None
