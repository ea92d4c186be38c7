"""
Decisions of a ``plan.json``, which a person may have edited.

Only what was decided is read: legs with their departures, load units and contents, clearance
places, who is left out. Arrivals, prices, shares and totals are made anew, so it does not matter
that they are stale.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from optimizer.domain.shipment import Shipment
from optimizer.errors import Finding, PlanError
from optimizer.plan.io_fields import Fields
from optimizer.plan.io_read import content_from, quantile_from, shipment_from, unassigned_from
from optimizer.plan.itinerary import LegKind
from optimizer.plan.plan import Unassigned
from optimizer.plan.sharing_rules import ShareRule
from optimizer.replan.hand_plan import HandLoad, HandPlan, HandRide, HandWay


def hand_from_plan(value: object, shipments: Mapping[str, Shipment] | None = None) -> HandPlan:
    """
    A person's plan from the JSON form of a plan.

    Parameters
    ----------
    shipments
        By id, in place of those in the plan.

    Raises
    ------
    PlanError
        P790: a decision is missing or malformed; P791: a shipment or load twice. With JSON
        pointers; all of them.
    """
    findings: list[Finding] = []
    fields = Fields(value, "", findings)
    provenance = fields.child("provenance")
    epoch_at = provenance.moment("epoch_at")
    reader = _Reader(epoch_at)
    stated = fields.items("shipments", shipment_from)
    ways = fields.items("itineraries", reader.way)
    loads = fields.items("loads", reader.load)
    for name, ids in (
        ("shipments", [one.shipment_id for one in stated]),
        ("itineraries", [one.shipment_id for one in ways]),
        ("loads", [one.load_id for one in loads]),
    ):
        if len(set(ids)) != len(ids):
            fields.report("P791", "has an id twice", f"/{name}")
    hand = HandPlan(
        epoch_at=epoch_at,
        planned_at=provenance.moment("planned_at"),
        planning_quantile=quantile_from(provenance),
        share_rule=fields.child("sharing").choice("rule", ShareRule),
        shipments=dict(shipments) if shipments else {one.shipment_id: one for one in stated},
        ways=tuple(_follow(way, loads) for way in ways),
        loads=loads,
        unassigned=_left_out(fields, ways),
        warnings=fields.texts("warnings"),
        input_hashes=provenance.texts_by_name("input_hashes"),
    )
    if findings:
        raise PlanError(findings)
    return hand


def _left_out(fields: Fields, ways: tuple[HandWay, ...]) -> tuple[Unassigned, ...]:
    """The unserved list without those whom a person has given a way since."""
    served = {way.shipment_id for way in ways}
    entries = fields.items("unassigned", unassigned_from)
    return tuple(entry for entry in entries if entry.shipment_id not in served)


def _follow(way: HandWay, loads: tuple[HandLoad, ...]) -> HandWay:
    """
    The way through the loads that hold the shipment.

    Who moves a shipment from the contents of one load to those of another need not edit its legs.
    """
    inside = {
        load.load_id: any(part.shipment_id == way.shipment_id for part in load.contents)
        for load in loads
    }
    unused = [name for name, holds in inside.items() if holds and name not in way.steps]
    together = {load.load_id: load.lane_id for load in loads}
    ridden = {together[step] for step in way.steps if isinstance(step, str) and inside.get(step)}
    unused = [name for name in unused if together[name] not in ridden]
    stale = [step for step in way.steps if isinstance(step, str) and not inside.get(step, False)]
    if len(stale) != 1 or len(unused) != 1:
        return way
    steps = tuple(unused[0] if step == stale[0] else step for step in way.steps)
    return HandWay(
        shipment_id=way.shipment_id,
        steps=steps,
        export_at=way.export_at,
        import_at=way.import_at,
    )


class _Reader:
    """Reads what has minutes, which need the epoch."""

    def __init__(self, epoch_at: datetime) -> None:
        self._epoch_at = epoch_at

    def way(self, fields: Fields) -> HandWay:
        steps: list[HandRide | str] = []
        for load_id, ride in fields.items("legs", self._leg):
            if not load_id:
                steps.append(ride)
            elif not steps or steps[-1] != load_id:
                steps.append(load_id)
        cleared = dict(fields.items("clearances", _clearance))
        return HandWay(
            shipment_id=fields.text("shipment_id"),
            steps=tuple(steps),
            export_at=cleared.get("export", ""),
            import_at=cleared.get("import", ""),
        )

    def load(self, fields: Fields) -> HandLoad:
        unit = fields.text("load_unit")
        rides = tuple(ride for _, ride in fields.items("legs", self._leg))
        return HandLoad(
            load_id=fields.text("load_id"),
            lane_id=fields.text("lane_id"),
            load_unit=unit,
            rides=rides,
            contents=fields.items("contents", content_from),
            customs_pool=fields.text("customs_pool"),
            cargo_pool=fields.text("cargo_pool"),
        )

    def _leg(self, fields: Fields) -> tuple[str, HandRide]:
        kind = fields.choice("kind", LegKind)
        return fields.text("load_id"), HandRide(
            where=fields.place,
            ref="" if kind is LegKind.CONNECTOR else fields.text("ref"),
            from_id=fields.text("from"),
            to_id=fields.text("to"),
            departs_min=fields.minute("departs_at", self._epoch_at),
            load_unit=fields.text("load_unit"),
            n_units=fields.count("n_units"),
            from_call=fields.whole("from_call"),
            to_call=fields.whole("to_call"),
        )


def _clearance(fields: Fields) -> tuple[str, str]:
    return fields.text("direction"), fields.text("facility_id")
