"""Shared loads are paid for, by those who ride in them, and nobody pays more than alone."""

from __future__ import annotations

from dataclasses import dataclass, field

from optimizer.domain.network_data import NetworkData
from optimizer.plan.checks.codes import breach
from optimizer.plan.plan import Plan, Violation


@dataclass(slots=True)
class _Tied:
    """Loads and shipments that hang together through shared rides."""

    load_ids: set[str] = field(default_factory=set[str])
    shipment_ids: set[str] = field(default_factory=set[str])
    cost_fen: int = 0


def _tied(plan: Plan) -> list[_Tied]:
    """Groups of loads with contents, found by merging sets until nothing touches."""
    groups: list[_Tied] = []
    for load in plan.loads:
        inside = {content.shipment_id for content in load.contents}
        if not inside:
            continue
        merged = _Tied({load.load_id}, set(inside), load.cost_fen)
        apart: list[_Tied] = []
        for group in groups:
            if group.shipment_ids & inside:
                merged.load_ids |= group.load_ids
                merged.shipment_ids |= group.shipment_ids
                merged.cost_fen += group.cost_fen
            else:
                apart.append(group)
        groups = [*apart, merged]
    return groups


def check_shares(data: NetworkData, plan: Plan) -> list[Violation]:
    """Loads are paid in full by those who ride in them, and nobody is paid (P730, P741)."""
    del data
    paid_fen = {itinerary.shipment_id: itinerary.share_fen for itinerary in plan.itineraries}
    groups = _tied(plan)
    found = [
        breach("P741", f"shipment {rider} share", amount, unit="fen")
        for rider, amount in paid_fen.items()
        if amount < 0
    ]
    riders = {rider for group in groups for rider in group.shipment_ids}
    for group in groups:
        gap_fen = sum(paid_fen.get(rider, 0) for rider in group.shipment_ids) - group.cost_fen
        if gap_fen:
            found.append(breach("P730", f"loads {', '.join(sorted(group.load_ids))}", gap_fen))
    found += [
        breach("P730", f"load {load.load_id}", load.cost_fen)
        for load in plan.loads
        if not load.contents and load.cost_fen
    ]
    found += [
        breach("P730", f"shipment {rider}", amount)
        for rider, amount in sorted(paid_fen.items())
        if amount and rider not in riders
    ]
    return found


def check_fairness(data: NetworkData, plan: Plan) -> list[Violation]:
    """The plan's groups are those of its loads, and their shares keep to them (P755, P756)."""
    del data
    tied = {(frozenset(g.load_ids), frozenset(g.shipment_ids)) for g in _tied(plan)}
    stated = {(frozenset(g.load_ids), frozenset(g.shipment_ids)) for g in plan.share_groups}
    found = _above_alone(plan)
    if stated != tied or len(plan.share_groups) != len(stated):
        found.append(breach("P756", "sharing", len(stated ^ tied) or 1))
    return found


def _above_alone(plan: Plan) -> list[Violation]:
    """
    Nobody pays more than alone and the rise that its group states, nor is that too large.

    A rise is the least one: the riders who force it pay their raised limits on average, so one of
    them pays at least that much more than alone.
    """
    found: list[Violation] = []
    above_fen = {
        itinerary.shipment_id: itinerary.cost_fen - itinerary.stand_alone_fen
        for itinerary in plan.itineraries
        if itinerary.stand_alone_fen
    }
    for group in plan.share_groups:
        riders = [rider for rider in group.shipment_ids if rider in above_fen]
        for rider in riders:
            if above_fen[rider] > group.least_core_fen:
                where = f"shipment {rider} share"
                found.append(breach("P755", where, above_fen[rider] - group.least_core_fen))
        most_fen = max((above_fen[rider] for rider in riders), default=0)
        if group.least_core_fen > max(most_fen, 0):
            where = f"sharing of {', '.join(group.load_ids)}"
            found.append(breach("P755", where, group.least_core_fen - max(most_fen, 0)))
    return found
