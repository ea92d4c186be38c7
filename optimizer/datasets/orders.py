"""Orders of a cloud warehouse: a CSV or Excel table with one row a line, or one order as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from optimizer.datasets.collect import Findings
from optimizer.datasets.flat_table import MORE_CODE, Columns, Row, read_rows
from optimizer.datasets.places import PlaceResolver
from optimizer.datasets.shipment_cells import cell_text, plain
from optimizer.domain.border import CreditClass
from optimizer.domain.network_data import NetworkData
from optimizer.domain.order import LEGAL_STATUSES, Order, OrderLine
from optimizer.domain.shipment import Place
from optimizer.domain.stock import Sku
from optimizer.errors import DemandError, Finding, show_value

ORDER_COLUMNS = Columns(
    ("order_id", "sku", "units", "destination", "customs_mode", "placed_at"),
    (
        "due_at",
        "late_cny_per_day",
        "priority",
        "unserved_cny",
        "max_parcels",
        "partial",
        "min_units",
        "credit_class",
    ),
)
LINE_COLUMNS = ("order_id", "sku", "units")
MAX_LINES = 200
MAX_PARCELS = 99
MAX_JSON_BYTES = 1_000_000


def read_orders(path: Path, data: NetworkData, skus: Mapping[str, Sku]) -> list[Order]:
    """
    Read orders, one row a line; later rows of an order may leave its other cells empty.

    Raises
    ------
    DemandError
        With all findings A8xx.
    """
    findings = Findings(MORE_CODE)
    orders = _orders(read_rows(path, ORDER_COLUMNS, findings), data, skus, findings)
    if findings:
        raise DemandError(findings.listed())
    if not orders:
        raise DemandError(
            Finding(
                code="A802", what="the file has no orders", where=path.name, remedy="add some rows"
            )
        )
    return orders


def read_order_file(path: Path, data: NetworkData, skus: Mapping[str, Sku]) -> Order:
    """One order from a JSON file; see :func:`read_order`."""
    try:
        if path.stat().st_size > MAX_JSON_BYTES:
            raise DemandError(
                _finding("A830", path.name, "the file is too large", "one order only")
            )
        text = path.read_bytes().decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or "it is not UTF-8"
        raise DemandError(
            _finding("A801", path.name, f"the file cannot be read: {why}", "check the path")
        ) from error
    bad: list[Finding] = []

    def not_finite(constant: str) -> str:
        bad.append(
            _finding("A835", path.name, f"{constant} is not a number", "write a finite number")
        )
        return ""

    try:
        document = json.loads(text, parse_constant=not_finite, parse_float=str, parse_int=str)
    except (ValueError, RecursionError) as error:
        raise DemandError(
            _finding("A833", path.name, "the file is not JSON", str(error)[:80])
        ) from error
    if bad:
        raise DemandError(bad)
    return read_order(document, data, skus, where=path.name)


def read_order(
    document: object,
    data: NetworkData,
    skus: Mapping[str, Sku],
    *,
    where: str = "order",
    places: PlaceResolver | None = None,
) -> Order:
    """
    One order from its JSON form: the columns of ``orders.csv`` as keys, and ``lines``.

    Parameters
    ----------
    places
        Resolver of the network's places, where there is one: making it takes longer than an order.

    Raises
    ------
    DemandError
        With all findings A8xx.
    """
    findings = Findings(MORE_CODE)
    rows = _json_rows(document, where, findings)
    orders = _orders(rows, data, skus, findings, places)
    if findings or len(orders) != 1:
        raise DemandError(
            findings.listed()
            or _finding("A836", where, "the order has no lines", "add lines with sku and units")
        )
    return orders[0]


def _json_rows(document: object, where: str, findings: Findings) -> list[Row]:
    shape = "write an object with order_id, destination, customs_mode, placed_at and lines"
    if not isinstance(document, dict):
        findings.add(_finding("A836", where, "the JSON is not an object", shape))
        return []
    fields: dict[str, Any] = document
    lines = fields.get("lines")
    known = {*ORDER_COLUMNS.names, "lines"} - {"sku", "units"}
    for key in fields:
        if key not in known:
            findings.add(_finding("A805", where, f"the key {show_value(key)} is unknown", shape))
    if not isinstance(lines, list) or not lines or len(lines) > MAX_LINES:
        findings.add(_finding("A836", f"{where} lines", "lines is not a list of 1 to 200", shape))
        return []
    head = {key: cell_text(fields[key]) for key in known & set(fields) if key != "lines"}
    rows: list[Row] = []
    for at, line in enumerate(lines, start=1):
        place = f"{where} line {at}"
        if not isinstance(line, dict) or not set(line) <= {"sku", "units"}:
            findings.add(_finding("A836", place, "a line is not sku and units", shape))
            continue
        cells = {key: cell_text(value) for key, value in line.items()}
        rows.append(Row(place, {**(head if at == 1 else {}), **cells}))
        rows[-1].cells.setdefault("order_id", head.get("order_id", ""))
    return rows


def _orders(
    rows: Iterable[Row],
    data: NetworkData,
    skus: Mapping[str, Sku],
    findings: Findings,
    places: PlaceResolver | None = None,
) -> list[Order]:
    places = places or PlaceResolver(data)
    heads: dict[str, tuple[Order, dict[str, str]]] = {}
    lines: dict[str, dict[str, int]] = {}
    for row in rows:
        order_id = row.text("order_id")
        sku = row.known("sku", "A840", "the SKU is unknown", skus)
        units = row.count("units", 1)
        _check_pack(row, skus.get(sku), units)
        if order_id in heads:
            _check_agrees(row, heads[order_id][1])
        else:
            heads[order_id] = (_head(row, order_id, places), row.cells)
        mine = lines.setdefault(order_id, {})
        if sku and sku in mine:
            row.add("A848", "sku", "the SKU occurs twice in the order", "add the units up")
        mine[sku] = units
        findings.extend(row.findings)
    if findings:
        return []
    return [
        replace(order, lines=tuple(OrderLine(sku=s, units=n) for s, n in lines[order_id].items()))
        for order_id, (order, _) in heads.items()
    ]


def _check_pack(row: Row, sku: Sku | None, units: int) -> None:
    if sku is not None and not sku.breaks_pack and units % sku.pack_units:
        row.add(
            "A845",
            "units",
            f"{sku.sku} is sold in packs of {sku.pack_units} that are not broken",
            "order whole packs",
        )


def _check_agrees(row: Row, first: Mapping[str, str]) -> None:
    for column, text in row.cells.items():
        if column not in LINE_COLUMNS and text and text != first.get(column, ""):
            row.add(
                "A849",
                column,
                "the rows of the order disagree",
                f"write {show_value(first.get(column, ''))} or leave it empty",
            )


def _head(row: Row, order_id: str, places: PlaceResolver) -> Order:
    mode = plain(row.text("customs_mode")).lower()
    if mode and mode not in LEGAL_STATUSES:
        row.add(
            "A843",
            "customs_mode",
            "no customs status may serve an order of this mode",
            f"use one of {', '.join(LEGAL_STATUSES)}",
        )
    text, place = row.text("destination"), None
    if text:
        found = places.resolve(text)
        if isinstance(found, Finding):
            row.keep(found, "destination")
        else:
            place = found
    placed_at, due_at = row.moment("placed_at", required=True), row.moment("due_at")
    if placed_at and due_at and due_at < placed_at:
        row.add("A814", "due_at", "due_at is before placed_at", "correct one of the times")
    return Order(
        order_id=order_id,
        destination=place or Place(facility_id="", lat=0.0, lon=0.0, country=""),
        customs_mode=mode,
        lines=(),
        placed_at=placed_at or datetime.min.replace(tzinfo=UTC),
        due_at=due_at,
        late_fen_per_day=row.money_fen("late_cny_per_day", default=0),
        priority=row.count("priority", 0, 100, default=1),
        unserved_fen=row.money_fen("unserved_cny", default=0),
        max_parcels=row.count("max_parcels", 1, MAX_PARCELS, default=1),
        is_partial_allowed=row.flag("partial", default=False),
        min_units=row.count("min_units", 0, default=0),
        credit_class=row.member("credit_class", CreditClass, CreditClass.ORDINARY)
        or CreditClass.ORDINARY,
    )


def _finding(code: str, where: str, what: str, remedy: str) -> Finding:
    return Finding(code=code, what=what, where=where, remedy=remedy)
