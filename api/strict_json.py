"""
JSON that means the same to everybody: what parsers disagree on is refused.

Not taken: text that is not UTF-8 or begins with a byte order mark, keys that occur twice, NaN and
infinities, numbers beyond 64 bits, lone surrogates, control characters in text, deep nesting.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Coroutine
from typing import Any, NoReturn

from anyio import to_thread
from fastapi import Request, Response
from fastapi.routing import APIRoute

from api.problems import Problem, too_big

_STRINGS = re.compile(rb'"(?:[^"\\]|\\.)*"', re.DOTALL)
_NOT_BRACKETS = bytes(set(range(256)) - set(b"[]{}"))
_SURROGATE = re.compile("[\ud800-\udfff]")
_NUL = "\0"
_MAX_DIGITS = 19
_LARGE_BYTES = 100_000
"""Bodies above this are read in a thread."""


def refuse(code: str, detail: str, status: int = 422) -> NoReturn:
    """Refuse a body."""
    raise Problem(
        status,
        code,
        "The body is not JSON that can be used",
        errors=[{"code": code, "detail": detail, "pointer": "/body"}],
    )


def depth_of(body: bytes, limit: int) -> int:
    """
    How deep lists and objects are nested, counted up to one more than the limit.

    Each pass takes the innermost pairs away, so the work is done by replacements and not in a loop
    over bytes. A body whose brackets do not match is left to the parser.
    """
    rest = _STRINGS.sub(b"", body).translate(None, _NOT_BRACKETS)
    depth = 0
    while rest and depth <= limit:
        smaller = rest.replace(b"[]", b"").replace(b"{}", b"")
        if len(smaller) == len(rest):
            # Openings without an end are depth too.
            return max(depth, rest.count(b"[") + rest.count(b"{"))
        rest = smaller
        depth += 1
    return depth


def loads(body: bytes, max_depth: int) -> Any:  # noqa: ANN401
    """
    The value of a JSON body.

    Raises
    ------
    Problem
        413 for nesting, 422 for the rest, with a code that says which.
    """
    if body.startswith((b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")):
        refuse("byte_order_mark", "the body begins with a byte order mark")
    if depth_of(body, max_depth) > max_depth:
        raise too_big("lists and objects inside each other", max_depth)
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        refuse("not_utf8", "the body is not UTF-8")
    try:
        return json.loads(
            text,
            object_pairs_hook=_object,
            parse_int=_integer,
            parse_float=_number,
            parse_constant=_constant,
        )
    except json.JSONDecodeError as error:
        refuse("json_invalid", f"{error.msg} at character {error.pos}")
    except RecursionError:
        raise too_big("lists and objects inside each other", max_depth) from None


def _text(text: str) -> None:
    if _SURROGATE.search(text):
        refuse("lone_surrogate", "a text holds half of a character")
    if _NUL in text:
        refuse("null_character", "a text holds the character U+0000")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        refuse("duplicate_key", "an object has the same key twice")
    for name, value in pairs:
        _text(name)
        if isinstance(value, str):
            _text(value)
        elif isinstance(value, list):
            _texts(value)
    return found


def _texts(values: list[Any]) -> None:
    for value in values:
        if isinstance(value, str):
            _text(value)
        elif isinstance(value, list):
            _texts(value)


def _integer(digits: str) -> int:
    if len(digits) > _MAX_DIGITS or not -(2**63) <= int(digits) < 2**63:
        refuse("number_too_large", "a whole number does not fit into 64 bits")
    return int(digits)


def _number(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        refuse("number_too_large", "a number is beyond what a double can hold")
    return value


def _constant(name: str) -> NoReturn:
    refuse("not_finite", f"{name} is not a number in JSON")


class StrictRequest(Request):
    """A request whose body is read by :func:`loads`."""

    async def json(self) -> Any:  # noqa: ANN401
        """The body's value."""
        if not hasattr(self, "_strict"):
            body = await self.body()
            settings = self.app.state.service.settings
            if len(body) > settings.max_body_bytes:
                raise too_big("a body in bytes", settings.max_body_bytes, len(body))
            depth: int = settings.max_json_depth
            if len(body) > _LARGE_BYTES:
                self._strict = await to_thread.run_sync(loads, body, depth)
            else:
                self._strict = loads(body, depth)
        return self._strict


def _check_length(request: Request) -> None:
    limit: int = request.app.state.service.settings.max_body_bytes
    said = int(request.headers.get("content-length", "0"))
    if said > limit:
        raise too_big("a body in bytes", limit, said)


def _check_type(request: Request) -> None:
    said = request.headers.get("content-type", "")
    kind, _, parameters = said.partition(";")
    if kind.strip().lower() != "application/json":
        detail = "send application/json" if said else "send Content-Type: application/json"
        raise Problem(415, "unsupported_media_type", "The body's type is not taken", detail=detail)
    charset = parameters.strip().lower().removeprefix("charset=").strip('"')
    if charset not in {"", "utf-8", "utf8"}:
        raise Problem(
            415, "unsupported_charset", "The body's type is not taken", detail="send UTF-8"
        )
    if request.headers.get("content-encoding", "identity").lower() != "identity":
        raise Problem(
            415,
            "unsupported_encoding",
            "The body's type is not taken",
            detail="send the body as it is, not compressed",
        )


class StrictRoute(APIRoute):
    """A route that reads JSON strictly."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The handler, for a request that reads strictly."""
        handle = super().get_route_handler()
        has_body = self.body_field is not None

        async def strict(request: Request) -> Response:
            if has_body:
                _check_length(request)
                _check_type(request)
            try:
                return await handle(StrictRequest(request.scope, request.receive))
            except RecursionError:
                raise too_big(
                    "lists and objects inside each other",
                    request.app.state.service.settings.max_json_depth,
                ) from None

        return strict
