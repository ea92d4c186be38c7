"""JSON files of shipments as rows of text."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from optimizer.datasets import shipment_file_findings as file_say
from optimizer.datasets.collect import Findings
from optimizer.datasets.shipment_cells import cell_text
from optimizer.datasets.shipment_columns import REQUIRED
from optimizer.datasets.shipment_sources import (
    MAX_ROWS,
    Header,
    SourceRow,
    check_columns,
    read_bytes,
)
from optimizer.datasets.textfile import detect_encoding
from optimizer.errors import Finding, show_value

LIST_KEY = "shipments"
MAX_KEYS_PER_OBJECT = 40


class JsonNumber(str):
    """A number as it is written: a price of 0.1 stays 0.1, and a number of any length is text."""

    __slots__ = ()


class _Stop(Exception):
    """Ends the reading of a file that cannot be understood any further."""

    def __init__(self, finding: Finding) -> None:
        super().__init__()
        self.finding = finding


def json_source(path: Path, findings: Findings) -> tuple[Header, Iterator[SourceRow]] | None:
    """
    Rows of a list of objects, or of such a list under the key ``shipments``.

    S303, S330, S333 to S336. ``None`` where there are none.
    """
    data = read_bytes(path, findings)
    if data is None:
        return None
    try:
        items = _items(path.name, data, findings)
    except _Stop as stop:
        findings.add(stop.finding)
        return None
    if not items:
        findings.add(file_say.no_shipments(path.name))
        return None
    names = dict.fromkeys(key for item in items if isinstance(item, dict) for key in item)
    known = check_columns([*names, *(r for r in REQUIRED if r not in names)], path.name, findings)
    # Objects need not have the same keys: what is missing is missing in the one object.
    renamed = {name: column for name, column in zip(names, known.columns, strict=False) if column}
    return Header(known.columns, frozenset()), _rows(path.name, items, renamed, findings)


def _items(file: str, data: bytes, findings: Findings) -> list[Any]:
    encoding = detect_encoding(data)
    if encoding is None:
        raise _Stop(file_say.wrong_encoding(file))
    # Counted before parsing: a list of empty objects takes thirty times its text in memory.
    n_objects = data.count(b"{")
    if n_objects > MAX_ROWS + 1:
        raise _Stop(file_say.too_large(file, f"more than {MAX_ROWS} objects"))
    n_values = data.count(b",") + data.count(b"[")
    if n_values > MAX_KEYS_PER_OBJECT * (n_objects + 1):
        raise _Stop(
            file_say.wrong_shape(file, f"more than {MAX_KEYS_PER_OBJECT} values per object")
        )

    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key, value in pairs:
            if key in found:
                findings.add(file_say.duplicate_key(file, key))
            found[key] = value
        return found

    def not_finite(text: str) -> str:
        findings.add(file_say.not_finite(file, text))
        return ""

    try:
        document = json.loads(
            data.decode(encoding),
            object_pairs_hook=unique,
            parse_constant=not_finite,
            parse_float=JsonNumber,
            parse_int=JsonNumber,
        )
    except RecursionError:
        raise _Stop(file_say.wrong_shape(file, "it is nested too deep")) from None
    except ValueError as error:
        raise _Stop(file_say.not_json(file, str(error)[:100])) from None
    items = document.get(LIST_KEY) if isinstance(document, dict) else document
    if not isinstance(items, list):
        raise _Stop(file_say.wrong_shape(file, "it is not a list"))
    return items


def _rows(
    file: str, items: list[Any], renamed: dict[str, str], findings: Findings
) -> Iterator[SourceRow]:
    for number, item in enumerate(items, start=1):
        place = f"{file} item {number}"
        if not isinstance(item, dict):
            findings.add(file_say.wrong_shape(place, "it is not an object"))
            continue
        nested = [key for key, value in item.items() if isinstance(value, (dict, list))]
        for key in nested:
            findings.add(file_say.wrong_shape(f"{place} {show_value(key)}", "a value is nested"))
        if nested:
            continue
        cells = {renamed[key]: cell_text(value) for key, value in item.items() if key in renamed}
        yield SourceRow(place, cells)
