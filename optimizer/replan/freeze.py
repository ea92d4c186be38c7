"""What of a plan stays as it is when it is made again, and what its frozen loads still hold."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from optimizer.errors import Finding, PlanError, show_value
from optimizer.plan.itinerary import Itinerary
from optimizer.plan.load import LaneDeparture, Load
from optimizer.plan.plan import Plan

SEAT = "seat:"
LEVELS = ("all", "until:TIME", "service:ID", "lane:ID", "load:ID", "shipment:ID")


@dataclass(frozen=True, slots=True, kw_only=True)
class Freeze:
    """
    One thing that stays.

    Parameters
    ----------
    kind
        ``all``, ``until``, ``service``, ``lane``, ``load`` or ``shipment``.
    value
        Id, or an RFC 3339 time: whatever departs before it. Empty for ``all``.
    """

    kind: str
    value: str = ""


def parse_freezes(texts: Iterable[str]) -> list[Freeze]:
    """
    From ``all``, ``until:2026-09-16T12:00+08:00``, ``service:ID``, ``load:L0001`` and so on.

    Raises
    ------
    PlanError
        P796 for each text that is none of these.
    """
    found: list[Freeze] = []
    findings: list[Finding] = []
    kinds = {level.partition(":")[0] for level in LEVELS}
    for text in texts:
        kind, _, value = text.partition(":")
        is_known = kind in kinds and bool(value) == (kind != "all")
        if is_known and kind == "until":
            is_known = _moment(value) is not None
        if is_known:
            found.append(Freeze(kind=kind, value=value))
        else:
            findings.append(
                Finding(
                    code="P796",
                    what="is not something that can be frozen",
                    where="freeze",
                    value=show_value(text),
                    remedy=f"one of {', '.join(LEVELS)}; times with zone",
                )
            )
    if findings:
        raise PlanError(findings)
    return found


def _moment(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo is not None else None


def frozen_shipments(plan: Plan, freezes: Iterable[Freeze]) -> set[str]:
    """
    Shipments whose whole way stays.

    Raises
    ------
    PlanError
        P797 for each id that nothing in the plan has: a freeze without effect is a mistake.
    """
    frozen: set[str] = set()
    findings: list[Finding] = []
    for freeze in freezes:
        hit = {one.shipment_id for one in plan.itineraries if _holds(plan, freeze, one)}
        if not hit and freeze.kind not in ("all", "until"):
            findings.append(
                Finding(
                    code="P797",
                    what=f"no shipment of the plan uses this {freeze.kind}",
                    where="freeze",
                    value=show_value(freeze.value),
                    remedy="look the id up in plan.json",
                )
            )
        frozen |= hit
    if findings:
        raise PlanError(findings)
    return frozen


def _holds(plan: Plan, freeze: Freeze, itinerary: Itinerary) -> bool:
    match freeze.kind:
        case "all":
            return True
        case "until":
            moment = _moment(freeze.value)
            assert moment is not None  # noqa: S101  (parsed before)
            until_min = (moment - plan.epoch_at).total_seconds() / 60
            return any(leg.departs_min < until_min for leg in itinerary.legs)
        case "service" | "lane":
            return any(leg.ref == freeze.value for leg in itinerary.legs)
        case "load":
            # A divided shipment rides in several loads; its legs name only one of them.
            return any(
                part.shipment_id == itinerary.shipment_id
                for load in plan.loads
                if load.load_id == freeze.value
                for part in load.contents
            )
    return itinerary.shipment_id == freeze.value


def keep_only(plan: Plan, shipment_ids: set[str]) -> Plan:
    """
    The part of a plan that carries some shipments; their loads hold nobody else.

    Shares are left out: they are made anew for the whole.
    """
    loads: list[Load] = []
    for load in plan.loads:
        contents = tuple(part for part in load.contents if part.shipment_id in shipment_ids)
        if contents:
            loads.append(replace(load, contents=contents))
    return replace(
        plan,
        shipments={key: one for key, one in plan.shipments.items() if key in shipment_ids},
        itineraries=tuple(
            replace(one, share_fen=0) for one in plan.itineraries if one.shipment_id in shipment_ids
        ),
        loads=tuple(loads),
        unassigned=(),
        share_groups=(),
        repairs=(),
    )


def seat_lane(load: Load) -> LaneDeparture | None:
    """
    What is left in a frozen load, as a lane departure that costs nothing and exists once.

    ``None`` where it is full.
    """
    payload_kg = load.payload_kg - load.gross_kg
    usable_dm3 = load.usable_dm3 - load.volume_dm3
    if payload_kg <= 0 or usable_dm3 <= 0:
        return None
    return LaneDeparture(
        lane_id=f"{SEAT}{load.load_id}",
        bucket=f"{SEAT}{load.load_id}",
        from_id=load.from_id,
        to_id=load.to_id,
        load_unit=load.load_unit,
        customs_pool=load.customs_pool,
        cargo_pool=load.cargo_pool,
        legs=load.legs,
        closes_min=load.closes_min,
        released_min=load.released_min,
        payload_kg=payload_kg,
        usable_dm3=usable_dm3,
        cost_lines_fen={},
        draws=((f"{SEAT}{load.load_id}", 1),),
        co2e_g_per_t=0.0,
    )
