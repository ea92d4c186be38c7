"""
A person's plan as rows: one leg a row, in CSV or JSON.

Columns: ``shipment_id``, ``leg_no`` (1, 2, ...), ``ref`` (service or truck lane; empty for a
connector), ``from``, ``to`` (facility ids; empty for the shipment's own ends), ``departs_at`` (RFC
3339 with zone; empty: first opportunity), ``load_unit`` (empty: loose), ``n_units`` (empty: as many
as needed), ``load_id`` (the same for all who share a unit; several with spaces between them:
divided evenly over so many units). JSON: ``{"rows": [...]}`` with these names.
"""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from optimizer.domain.service import LOOSE
from optimizer.domain.shipment import Shipment
from optimizer.errors import Finding, show_value
from optimizer.plan.io_fields import parse_moment
from optimizer.plan.load import Content
from optimizer.replan.hand_plan import HandLoad, HandRide, HandWay

COLUMNS = (
    *("shipment_id", "leg_no", "ref", "from", "to"),
    *("departs_at", "load_unit", "n_units", "load_id"),
)
_NEEDED = frozenset({"shipment_id", "leg_no"})
_FORM = f"one leg a row, with the columns {', '.join(COLUMNS)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Row:
    where: str
    shipment_id: str
    leg_no: int
    load_ids: tuple[str, ...]
    ride: HandRide


def rows_of_csv(text: str, findings: list[Finding]) -> list[tuple[str, dict[str, str]]]:
    """Rows with their places; unknown and missing columns are findings."""
    reader = csv.DictReader(io.StringIO(text.removeprefix("\ufeff")))
    names = [name.strip() for name in reader.fieldnames or ()]
    unknown, missing = [n for n in names if n not in COLUMNS], sorted(_NEEDED - set(names))
    for what, listed in (("is no column of a plan", unknown), ("column is missing", missing)):
        findings.extend(_finding("P777", what, "header", name, _FORM) for name in listed)
    rows: list[tuple[str, dict[str, str]]] = []
    for number, row in enumerate(reader, start=2):
        values = {name.strip(): (value or "").strip() for name, value in row.items() if name}
        if any(values.values()):
            rows.append((f"line {number}", values))
        if None in row:
            findings.append(_finding("P777", "has more cells than columns", f"line {number}"))
    return [] if missing else rows


def rows_of_json(value: object, findings: list[Finding]) -> list[tuple[str, dict[str, str]]]:
    """Rows of ``{"rows": [...]}`` with their places; numbers and nulls are taken as text."""
    listed = value.get("rows") if isinstance(value, Mapping) else None
    if not isinstance(listed, list):
        findings.append(_finding("P777", "is not a list of rows", "/rows", remedy=_FORM))
        return []
    rows: list[tuple[str, dict[str, str]]] = []
    for number, row in enumerate(listed):
        where = f"/rows/{number}"
        if not isinstance(row, Mapping):
            findings.append(_finding("P777", "is not an object", where, show_value(row), _FORM))
            continue
        for name in row:
            if name not in COLUMNS:
                shown = show_value(name)
                findings.append(_finding("P777", "is no field of a row", where, shown, _FORM))
        values = {str(n): "" if cell is None else str(cell).strip() for n, cell in row.items()}
        rows.append((where, values))
    return rows


def read_rows(
    rows: Sequence[tuple[str, Mapping[str, str]]],
    shipments: Mapping[str, Shipment],
    epoch_at: datetime,
    findings: list[Finding],
) -> tuple[tuple[HandWay, ...], tuple[HandLoad, ...]]:
    """
    Ways and loads of rows.

    Parameters
    ----------
    findings
        Grows by P770 (unknown shipment), P773 (time without zone), P776 (riders of a load disagree
        about its legs) and P777 (malformed).
    """
    read = [_row(where, values, shipments, epoch_at, findings) for where, values in rows]
    by_shipment: dict[str, list[_Row]] = defaultdict(list)
    for row in read:
        if row is not None:
            by_shipment[row.shipment_id].append(row)
    ways: list[HandWay] = []
    loads: dict[str, _Sharing] = {}
    for shipment_id, legs in by_shipment.items():
        legs.sort(key=lambda row: row.leg_no)
        if [row.leg_no for row in legs] != list(range(1, len(legs) + 1)):
            numbers = ", ".join(str(row.leg_no) for row in legs)
            what = "legs are not numbered 1, 2, 3, ... each once"
            findings.append(_finding("P777", what, f"shipment {shipment_id}", numbers))
        ways.append(_way(shipments[shipment_id], legs, loads, findings))
    return tuple(ways), tuple(_load(load_id, one) for load_id, one in loads.items())


@dataclass(slots=True)
class _Sharing:
    rides: list[HandRide]
    contents: list[Content]


def _row(
    where: str,
    values: Mapping[str, str],
    shipments: Mapping[str, Shipment],
    epoch_at: datetime,
    findings: list[Finding],
) -> _Row | None:
    shipment_id = values.get("shipment_id", "")
    shipment = shipments.get(shipment_id)
    if shipment is None:
        remedy = "name a shipment of the list (--shipments or --scenario)"
        findings.append(
            _finding("P770", "unknown shipment", where, show_value(shipment_id), remedy)
        )
    leg_no = _whole(values, "leg_no", where, findings)
    n_units = _whole(values, "n_units", where, findings) if values.get("n_units") else None
    departs = values.get("departs_at", "")
    departs_min = None
    if departs:
        moment = parse_moment(departs)
        if moment is None:
            remedy = "like 2026-09-16T08:00+08:00"
            what = "is not a time with zone"
            findings.append(_finding("P773", what, where, show_value(departs), remedy))
        else:
            departs_min = (moment - epoch_at) // timedelta(minutes=1)
    if shipment is None or leg_no is None:
        return None
    return _Row(
        where=where,
        shipment_id=shipment_id,
        leg_no=leg_no,
        load_ids=tuple(values.get("load_id", "").split()),
        ride=HandRide(
            where=where,
            ref=values.get("ref", ""),
            from_id=values.get("from", ""),
            to_id=values.get("to", ""),
            departs_min=departs_min,
            load_unit=values.get("load_unit", "") or LOOSE,
            n_units=n_units,
        ),
    )


def _whole(values: Mapping[str, str], name: str, where: str, findings: list[Finding]) -> int | None:
    text = values.get(name, "")
    if text.isascii() and text.isdigit() and len(text) < 7:  # noqa: PLR2004
        return int(text)
    findings.append(_finding("P777", f"{name} is not a whole number", where, show_value(text)))
    return None


def _way(
    shipment: Shipment, rows: list[_Row], loads: dict[str, _Sharing], findings: list[Finding]
) -> HandWay:
    """Legs in order, those in one load as one step; its own ends where none are named."""
    rides = [row.ride for row in rows]
    rides[0] = replace(rides[0], from_id=rides[0].from_id or shipment.origin.label)
    rides[-1] = replace(rides[-1], to_id=rides[-1].to_id or shipment.destination.label)
    steps: list[HandRide | str] = []
    at = 0
    while at < len(rows):
        names = rows[at].load_ids
        if not names:
            steps.append(rides[at])
            at += 1
            continue
        first = at
        while at < len(rows) and rows[at].load_ids == names:
            at += 1
        steps.append(names[0])
        for number, name in enumerate(names):
            part = Content(
                shipment_id=shipment.shipment_id,
                gross_kg=_even(shipment.gross_kg, number, len(names)),
                volume_dm3=_even(shipment.volume_dm3, number, len(names)),
            )
            _join(name, rides[first:at], part, loads, findings)
    return HandWay(shipment_id=shipment.shipment_id, steps=tuple(steps))


def _even(amount: int, number: int, n_parts: int) -> int:
    return amount * (number + 1) // n_parts - amount * number // n_parts


def _join(
    name: str,
    rides: list[HandRide],
    part: Content,
    loads: dict[str, _Sharing],
    findings: list[Finding],
) -> None:
    known = loads.setdefault(name, _Sharing(rides=rides, contents=[]))
    known.contents.append(part)
    if [_same(ride) for ride in known.rides] != [_same(ride) for ride in rides] or any(
        one.departs_min != other.departs_min
        for one, other in zip(known.rides, rides, strict=False)
        if one.departs_min is not None and other.departs_min is not None
    ):
        remedy = "give all who share it the same legs, unit and times, or another load_id"
        findings.append(
            _finding("P776", "riders of a load name different legs", rides[0].where, name, remedy)
        )
        return
    # Who leaves the time open goes with those who state it.
    known.rides = [
        one if one.departs_min is not None else other
        for one, other in zip(known.rides, rides, strict=True)
    ]


def _same(ride: HandRide) -> tuple[str, str, str, str]:
    return ride.ref, ride.from_id, ride.to_id, ride.load_unit


def _load(load_id: str, shared: _Sharing) -> HandLoad:
    signature = ";".join(f"{r.ref}.{r.from_id}.{r.to_id}.{r.departs_min}" for r in shared.rides)
    return HandLoad(
        load_id=load_id,
        lane_id=signature,
        load_unit=shared.rides[0].load_unit,
        rides=tuple(shared.rides),
        contents=tuple(sorted(shared.contents, key=lambda part: part.shipment_id)),
    )


def _finding(code: str, what: str, where: str, value: str = "", remedy: str = "") -> Finding:
    return Finding(code=code, what=what, where=where, value=value, remedy=remedy)
