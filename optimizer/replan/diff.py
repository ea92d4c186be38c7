"""Which paths differ between two plans, and why."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

from optimizer.domain.shipment import Shipment
from optimizer.models.bookings import itinerary_draws
from optimizer.network.network import Network
from optimizer.plan.checks.run import run_checks
from optimizer.plan.itinerary import Itinerary
from optimizer.plan.plan import Plan, ShareGroup, Violation
from optimizer.replan.board import Board, own_legs_of
from optimizer.replan.freeze import keep_only
from optimizer.replan.hint import path_of
from optimizer.units import cny_from_fen

NOT_OF_THE_PATH = frozenset(
    {"P727", "P728", "P729", "P730", "P731", "P736", "P742", "P755", "P756"}
)
"""Findings about money and emissions, which are made anew, not about the path."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PathChange:
    """
    A shipment that travels otherwise than before.

    Parameters
    ----------
    before, after
        The path in words; empty where it is not served, or not in the plan.
    code
        ``new``, ``gone``, ``changed`` (the shipment itself), ``broken`` (the old path is not
        possible any more), ``room`` (others took its room), ``load`` (its load is gone or costs
        more), ``cheaper``, ``unserved``.
    why
        In words, with the rule, resource or amount.
    cost_change_fen
        What the shipment pays more, penalties included; negative where it saves.
    resource
        The first thing that binds, where there is one: a crossing, service, lane, departure, load.
    """

    shipment_id: str
    before: str
    after: str
    code: str
    why: str
    cost_change_fen: int
    resource: str = ""


def changed_paths(network: Network, before: Plan, after: Plan) -> list[PathChange]:
    """
    Every shipment whose path, load unit or co-loading departure differs, by shipment id.

    Parameters
    ----------
    network
        Of the plan ``after``.
    """
    board = Board.of(network, after)
    old = {one.shipment_id: one for one in before.itineraries}
    new = {one.shipment_id: one for one in after.itineraries}
    found: list[PathChange] = []
    for shipment_id in sorted({*before.shipments, *after.shipments}):
        mine, theirs = old.get(shipment_id), new.get(shipment_id)
        if mine is not None and theirs is not None and _same(mine, theirs):
            continue
        in_both = shipment_id in before.shipments and shipment_id in after.shipments
        if mine is None and theirs is None and in_both:
            continue
        code, why, resource = _why(board, before, after, shipment_id)
        found.append(
            PathChange(
                shipment_id=shipment_id,
                before=_words(mine),
                after=_words(theirs),
                code=code,
                why=why,
                cost_change_fen=_pays_fen(after, shipment_id) - _pays_fen(before, shipment_id),
                resource=resource,
            )
        )
    return found


def _same(one: Itinerary, other: Itinerary) -> bool:
    ridden = [[(leg.load_unit, bool(leg.load_id)) for leg in it.legs] for it in (one, other)]
    return path_of(one.legs) == path_of(other.legs) and ridden[0] == ridden[1]


def _words(itinerary: Itinerary | None) -> str:
    if itinerary is None or not itinerary.legs:
        return ""
    steps = [
        f"{leg.ref or leg.mode.value} {leg.load_unit}{' shared' if leg.load_id else ''}"
        f" → {leg.to_id}"
        for leg in itinerary.legs
    ]
    return f"{itinerary.legs[0].from_id} {', '.join(steps)}"


def _pays_fen(plan: Plan, shipment_id: str) -> int:
    for itinerary in plan.itineraries:
        if itinerary.shipment_id == shipment_id:
            return itinerary.cost_fen
    return sum(u.penalty_fen for u in plan.unassigned if u.shipment_id == shipment_id)


def _why(board: Board, before: Plan, after: Plan, shipment_id: str) -> tuple[str, str, str]:
    """Code, words, and the resource that binds."""
    if shipment_id not in before.shipments:
        return "new", "was not in the earlier plan", ""
    if shipment_id not in after.shipments:
        return "gone", "is not in the plan any more", ""
    changed = _changed_fields(before.shipments[shipment_id], after.shipments[shipment_id])
    if changed:
        return "changed", f"the shipment changed: {', '.join(changed)}", ""
    old = next((one for one in before.itineraries if one.shipment_id == shipment_id), None)
    if old is None:
        return "cheaper", "there is a way now that costs less than leaving it", ""
    probes = (
        ("broken", lambda: _broken(board.network, before, after, old)),
        ("room", lambda: _lacking(board, old, after, shipment_id)),
        ("unserved", lambda: _unserved(after, shipment_id)),
        ("load", lambda: _lost_loads(before, after, old)),
    )
    for code, probe in probes:
        why, resource = probe()
        if why:
            return code, why, resource
    saved = _pays_fen(before, shipment_id) - _pays_fen(after, shipment_id)
    more = f"pays {cny_from_fen(-saved):,.2f} CNY more, and the plan as a whole less"
    return "cheaper", f"pays {cny_from_fen(saved):,.2f} CNY less" if saved > 0 else more, ""


def _unserved(after: Plan, shipment_id: str) -> tuple[str, str]:
    for entry in after.unassigned:
        if entry.shipment_id == shipment_id:
            return f"{entry.code} {entry.reason}", entry.resource
    return "", ""


def _changed_fields(one: Shipment, other: Shipment) -> list[str]:
    # When it can be booked moves with the time of planning, which is not the shipment's doing.
    return [
        spec.name
        for spec in fields(Shipment)
        if spec.name != "booked_at" and getattr(one, spec.name) != getattr(other, spec.name)
    ]


def _broken(network: Network, before: Plan, after: Plan, old: Itinerary) -> tuple[str, str]:
    """First rule that the old path breaks on the network of the new plan, and where."""
    shipment_id = old.shipment_id
    alone = keep_only(before, {shipment_id})
    groups = tuple(
        ShareGroup(load_ids=(load.load_id,), shipment_ids=(shipment_id,), least_core_fen=0)
        for load in alone.loads
    )
    draft = replace(
        alone, shipments={shipment_id: after.shipments[shipment_id]}, share_groups=groups
    )
    violations = [one for one in run_checks(network.data, draft) if one.code not in NOT_OF_THE_PATH]
    if not violations:
        return "", ""
    return str(violations[0]), _resource_of(violations[0], old)


def _resource_of(violation: Violation, old: Itinerary) -> str:
    """The crossing that a violation names, or the service or lane of its leg."""
    place, _, crossing = violation.where.partition(" at ")
    if crossing:
        return crossing.split(" ")[0]
    legs = [leg.ref or leg.mode.value for leg in old.legs]
    number = place.rpartition(" leg ")[2].split(" ")[0]
    if place.startswith("shipment") and number.isdigit() and int(number) < len(legs):
        return legs[int(number)]
    return violation.code


def _lacking(board: Board, old: Itinerary, after: Plan, shipment_id: str) -> tuple[str, str]:
    shipment = after.shipments[shipment_id]
    draws = itinerary_draws(board.network, own_legs_of(old), shipment)
    now = next((one for one in after.itineraries if one.shipment_id == shipment_id), None)
    if now is not None:
        # What it uses now would be given back.
        for name, amount in itinerary_draws(board.network, own_legs_of(now), shipment).items():
            if name in draws:
                draws[name] -= amount
    names = sorted(board.lacking(draws))
    if not names:
        return "", ""
    return f"others took the room: {', '.join(names)}", names[0]


def _lost_loads(before: Plan, after: Plan, old: Itinerary) -> tuple[str, str]:
    """Loads it rode in whose departure nobody uses any more, or that have no room left."""
    ridden = {leg.load_id for leg in old.legs if leg.load_id}
    size = before.shipments[old.shipment_id]
    for load in before.loads:
        if load.load_id not in ridden:
            continue
        again = [
            one
            for one in after.loads
            if path_of(one.legs) == path_of(load.legs) and one.customs_pool == load.customs_pool
        ]
        if not again:
            why = f"the others left load {load.load_id}, and alone it would be too dear"
            return why, load.load_id
        if not any(
            one.payload_kg - one.gross_kg >= size.gross_kg
            and one.usable_dm3 - one.volume_dm3 >= size.volume_dm3
            for one in again
        ):
            return f"others fill the departure of load {load.load_id}", load.load_id
    return "", ""
