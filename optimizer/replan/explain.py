"""Repairs for many shipments of a plan, within a time budget."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from time import perf_counter

from optimizer.network.network import Network
from optimizer.plan.plan import Plan, Repair
from optimizer.replan.board import Board
from optimizer.replan.changes import with_plenty
from optimizer.replan.repairs import RepairFinder

OnShipment = Callable[[int, int], None]
"""``(done, all)``."""


def unserved_of(plan: Plan) -> list[str]:
    """Shipments that are not served, the dearest to leave out first."""
    ranked = sorted(plan.unassigned, key=lambda entry: (-entry.penalty_fen, entry.shipment_id))
    return [entry.shipment_id for entry in ranked]


def late_of(plan: Plan) -> list[str]:
    """Shipments planned to arrive after their due time, the latest first."""
    late = [one for one in plan.itineraries if one.lateness_min > 0]
    late.sort(key=lambda one: (-one.lateness_min, one.shipment_id))
    return [one.shipment_id for one in late]


def with_repairs(
    network: Network,
    plan: Plan,
    shipment_ids: Sequence[str],
    *,
    time_s: float,
    on_shipment: OnShipment | None = None,
) -> Plan:
    """
    The plan with repairs of some of its shipments, those it had for others kept.

    Parameters
    ----------
    shipment_ids
        Unserved or late ones; each gets an equal part of the time that is left.
    time_s
        Budget for all. What is found within it is verified; what is not tried is not listed.
    """
    board, plenty = Board.of(network, plan), with_plenty(network)
    ends_s = perf_counter() + time_s
    found: list[Repair] = [one for one in plan.repairs if one.shipment_id not in set(shipment_ids)]
    for done, shipment_id in enumerate(shipment_ids):
        now_s = perf_counter()
        if now_s >= ends_s:
            break
        if on_shipment is not None:
            on_shipment(done, len(shipment_ids))
        share_s = (ends_s - now_s) / (len(shipment_ids) - done)
        finder = RepairFinder(board, shipment_id, plenty=plenty, deadline_s=now_s + share_s)
        found += finder.find()
    return replace(plan, repairs=tuple(found))
