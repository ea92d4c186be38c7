"""What is not served, by reason: the desk acts on a reason, not on a shipment."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from optimizer.domain.shipment import Shipment
from optimizer.plan.plan import Plan, Repair, Unassigned
from optimizer.plan.reasons import REASONS
from optimizer.report import formats
from optimizer.report.places import Gazetteer, Spot
from optimizer.units import moment_at


@dataclass(frozen=True, slots=True, kw_only=True)
class RepairRow:
    """A repair with its texts for people: the change, and delivery on the clock of the far end."""

    repair: Repair
    what: str
    delivered: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class MissRow:
    """
    One shipment that is not served.

    Parameters
    ----------
    detail
        What its reason says beyond that of its group, with local times.
    repairs
        Changes that were tried and would get it served, cheapest first.
    """

    miss: Unassigned
    shipment: Shipment
    start: Spot
    end: Spot
    detail: str
    repairs: tuple[RepairRow, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class MissGroup:
    """Shipments that are not served for the same reason and have the same remedy."""

    code: str
    meaning: str
    remedy: str
    rows: tuple[MissRow, ...]

    @property
    def gross_kg(self) -> int:
        """Mass that stays behind."""
        return sum(row.shipment.gross_kg for row in self.rows)

    @property
    def penalty_fen(self) -> int:
        """What the group adds to the objective."""
        return sum(row.miss.penalty_fen for row in self.rows)


def miss_groups(plan: Plan, places: Gazetteer) -> tuple[MissGroup, ...]:
    """Groups with the largest penalty first, their shipments alike."""
    found: dict[tuple[str, str, str], list[MissRow]] = {}
    repairs: dict[str, list[Repair]] = {}
    for repair in plan.repairs:
        repairs.setdefault(repair.shipment_id, []).append(repair)
    for miss in plan.unassigned:
        shipment = plan.shipments[miss.shipment_id]
        start, end = places.spot(shipment.origin.label), places.spot(shipment.destination.label)
        meaning, detail = _parts(miss)
        detail = formats.plainly(detail, end.zone)
        resource = formats.plainly(miss.resource, end.zone)
        if resource and resource not in detail:
            detail = f"{detail} · {resource}" if detail else resource
        row = MissRow(
            miss=miss,
            shipment=shipment,
            start=start,
            end=end,
            detail=detail,
            repairs=tuple(
                RepairRow(
                    repair=one,
                    what=formats.plainly(one.what, end.zone),
                    delivered=moment_at(plan.epoch_at, one.delivered_min).astimezone(end.zone),
                )
                for one in sorted(repairs.get(miss.shipment_id, ()), key=lambda r: r.cost_fen)
            ),
        )
        found.setdefault((miss.code, meaning, miss.remedy), []).append(row)
    groups = [
        MissGroup(
            code=code,
            meaning=meaning,
            remedy=remedy,
            rows=tuple(sorted(rows, key=lambda r: (-r.miss.penalty_fen, r.miss.shipment_id))),
        )
        for (code, meaning, remedy), rows in found.items()
    ]
    return tuple(sorted(groups, key=lambda group: (-group.penalty_fen, group.code, group.meaning)))


def _parts(miss: Unassigned) -> tuple[str, str]:
    """What the code means, and what the reason adds for this shipment."""
    known = REASONS.get(miss.code)
    if known is not None and miss.reason.startswith(known.meaning_en):
        return known.meaning_en, miss.reason.removeprefix(known.meaning_en).lstrip(": ")
    return miss.reason, ""
