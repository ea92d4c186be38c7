"""Scalars of a JSON document by their pointers."""

from __future__ import annotations

from collections.abc import Iterator


def leaves(value: object, place: str = "") -> Iterator[tuple[str, object]]:
    """JSON pointer and value of all scalars."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield from leaves(item, f"{place}/{key}")
    elif isinstance(value, list):
        for position, item in enumerate(value):
            yield from leaves(item, f"{place}/{position}")
    else:
        yield place, value


def get(document: object, place: str):
    """The value at a pointer."""
    for step in place.strip("/").split("/"):
        document = document[int(step)] if isinstance(document, list) else document[step]
    return document


def put(document: object, place: str, value: object) -> None:
    """Replace the value at a pointer, in place."""
    way, _, last = place.rpartition("/")
    holder = get(document, way) if way else document
    holder[int(last) if isinstance(holder, list) else last] = value
