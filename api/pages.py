"""Lists by the page: a cursor that does not shift when rows are added, and a limit."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Sequence
from typing import Annotated, Any, Generic, TypeVar

from fastapi import Query
from pydantic import BaseModel, Field
from sqlalchemy import Select

from api.problems import Problem

Item = TypeVar("Item")
Row = TypeVar("Row")

MAX_LIMIT = 500


class Page(BaseModel, Generic[Item]):
    """Part of a list."""

    items: list[Item]
    next_cursor: str | None = Field(
        default=None, description="Send it as cursor for what follows; missing at the end"
    )


class PageQuery:
    """The dependency: ``limit`` and ``cursor`` of a request."""

    def __init__(
        self,
        limit: Annotated[
            int, Query(ge=1, le=MAX_LIMIT, description="Rows of the answer at most")
        ] = 100,
        cursor: Annotated[
            str, Query(max_length=400, description="next_cursor of the page before")
        ] = "",
    ) -> None:
        self.limit = limit
        self.after = _decoded(cursor)

    def apply(self, query: Select[Any], key: Any, *, newest_first: bool = False) -> Select[Any]:  # noqa: ANN401
        """The query in the order of a unique column, from the cursor on, with one row too many."""
        if self.after:
            query = query.where(key < self.after if newest_first else key > self.after)
        return query.order_by(key.desc() if newest_first else key).limit(self.limit + 1)

    def answer(
        self, rows: Sequence[Row], key: Callable[[Row], str], show: Callable[[Row], Any]
    ) -> dict[str, Any]:
        """The page of rows of :meth:`apply`."""
        kept = rows[: self.limit]
        more = len(rows) > self.limit
        return {
            "items": [show(row) for row in kept],
            "next_cursor": _encoded(key(kept[-1])) if more else None,
        }

    def cut(
        self, rows: Sequence[Row], key: Callable[[Row], str], show: Callable[[Row], Any]
    ) -> dict[str, Any]:
        """The page of rows that are all in memory, in the order of their key."""
        after = [row for row in rows if key(row) > self.after] if self.after else list(rows)
        return self.answer(after[: self.limit + 1], key, show)


def _encoded(key: str) -> str:
    return base64.urlsafe_b64encode(key.encode()).decode().rstrip("=")


def _decoded(cursor: str) -> str:
    if not cursor:
        return ""
    try:
        found = base64.b64decode(
            cursor.encode("ascii") + b"=" * (-len(cursor) % 4), altchars=b"-_", validate=True
        ).decode()
    except (binascii.Error, UnicodeError):
        found = ""
    if not found or not found.isprintable():
        raise Problem(
            422,
            "invalid_cursor",
            "The cursor is not one of this service",
            errors=[{"code": "invalid_cursor", "detail": "unknown cursor", "pointer": "cursor"}],
        )
    return found
