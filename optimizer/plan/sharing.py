"""
What each shipment pays of the loads it rides in.

Shares are whole fen, sum exactly, and never lift anybody above the price of travelling alone. Where
the loads cost more than their riders would alone, that is impossible; then everybody's limit rises
by the same least amount, which is reported.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from optimizer.plan.load import Load
from optimizer.plan.plan import ShareGroup
from optimizer.plan.sharing_core import Group, coalition_rise, individual_rise, nearest
from optimizer.plan.sharing_rules import (
    ShareRule,
    UnitOffer,
    proportional_weights,
    rider_sizes,
    shapley_targets_fen,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sharing:
    """
    Shares of a plan.

    Parameters
    ----------
    share_fen
        Shipment id -> fen of all the loads that it rides in.
    groups
        Loads tied together by shipments that ride in several, with what was proved about each.
    """

    share_fen: dict[str, int]
    groups: tuple[ShareGroup, ...]


def share_loads(
    loads: Sequence[Load],
    limits_fen: Mapping[str, int],
    *,
    offers: Mapping[str, Sequence[UnitOffer]] | None = None,
    rule: ShareRule = ShareRule.PROPORTIONAL,
) -> Sharing:
    """
    Split the cost of loads over those who ride in them.

    Parameters
    ----------
    limits_fen
        Shipment id -> price of travelling alone less what the shipment pays itself. A shipment
        without one has no limit.
    offers
        Load id -> load units that its lane departure offers, for groups that could leave together.
    rule
        Where limits leave a choice.

    Returns
    -------
    Sharing
        Every load with contents is paid exactly.
    """
    share_fen: dict[str, int] = {}
    groups: list[ShareGroup] = []
    for members in _groups([load for load in loads if load.contents]):
        shares, rise_fen = _share_group(members, limits_fen, offers or {}, rule)
        share_fen.update(shares)
        groups.append(
            ShareGroup(
                load_ids=tuple(load.load_id for load in members),
                shipment_ids=tuple(sorted(shares)),
                least_core_fen=rise_fen,
            )
        )
    return Sharing(share_fen=share_fen, groups=tuple(groups))


def _groups(loads: Sequence[Load]) -> list[list[Load]]:
    """Loads tied by shared riders, in order of first appearance."""
    parent: dict[str, str] = {}

    def root(name: str) -> str:
        while parent.setdefault(name, name) != name:
            name = parent[name]
        return name

    for load in loads:
        for shipment_id in rider_sizes(load):
            parent[root(f"s:{shipment_id}")] = root(f"l:{load.load_id}")
    found: dict[str, list[Load]] = defaultdict(list)
    for load in loads:
        found[root(f"l:{load.load_id}")].append(load)
    return list(found.values())


def _share_group(
    loads: Sequence[Load],
    limits_fen: Mapping[str, int],
    offers: Mapping[str, Sequence[UnitOffer]],
    rule: ShareRule,
) -> tuple[dict[str, int], int]:
    sizes = [rider_sizes(load) for load in loads]
    riders = sorted({rider for by_id in sizes for rider in by_id})
    unlimited_fen = sum(load.cost_fen for load in loads)
    limits = {rider: limits_fen.get(rider, unlimited_fen) for rider in riders}
    entries = [(rider, at) for at, by_id in enumerate(sizes) for rider in by_id]
    group = Group(
        rider=np.array([riders.index(rider) for rider, _ in entries], dtype=np.int64),
        load=np.array([at for _, at in entries], dtype=np.int64),
        load_fen=np.array([load.cost_fen for load in loads], dtype=np.int64),
        limit_fen=np.array([limits[rider] for rider in riders], dtype=np.int64),
        mass_kg=np.array([sizes[at][rider][0] for rider, at in entries], dtype=np.int64),
        volume_dm3=np.array([sizes[at][rider][1] for rider, at in entries], dtype=np.int64),
        smaller=tuple(_smaller(load, offers.get(load.load_id, ())) for load in loads),
    )
    rise_fen = individual_rise(group)
    caps_fen = np.maximum(group.limit_fen + rise_fen, 0)
    objection_fen, coalitions = coalition_rise(group, caps_fen)
    targets = _targets_fen(loads, limits, offers, rule)
    split = nearest(
        group,
        np.array([targets[at][rider] for rider, at in entries], dtype=np.float64),
        caps_fen,
        coalitions,
        objection_fen,
    )
    shares = dict.fromkeys(riders, 0)
    for (rider, _), amount_fen in zip(entries, split.tolist(), strict=True):
        shares[rider] += amount_fen
    # Whose limit is below nothing pays more than alone whatever the others do.
    return shares, max(rise_fen, -int(group.limit_fen.min()))


def _smaller(load: Load, offers: Sequence[UnitOffer]) -> tuple[tuple[int, int, int], ...]:
    cheaper = {
        (offer.payload_kg, offer.usable_dm3, offer.cost_fen)
        for offer in offers
        if offer.cost_fen < load.cost_fen
    }
    return tuple(sorted(cheaper))


def _targets_fen(
    loads: Sequence[Load],
    limits_fen: Mapping[str, int],
    offers: Mapping[str, Sequence[UnitOffer]],
    rule: ShareRule,
) -> list[dict[str, float]]:
    """What a rule would have each rider pay of each load, before limits."""
    proportional: list[dict[str, float]] = []
    for load in loads:
        weights = proportional_weights(load)
        whole = sum(weights.values())
        proportional.append({key: load.cost_fen * w / whole for key, w in weights.items()})
    if rule is ShareRule.PROPORTIONAL:
        return proportional
    # A rider's limit is for all its loads: each load's game gets a part of it, by the first rule.
    paid: dict[str, float] = defaultdict(float)
    for by_id in proportional:
        for rider, amount_fen in by_id.items():
            paid[rider] += amount_fen
    return [
        shapley_targets_fen(
            load,
            {
                rider: limits_fen[rider] * amount_fen / paid[rider] if paid[rider] else 0.0
                for rider, amount_fen in by_id.items()
            },
            offers.get(load.load_id, ()),
        )
        for load, by_id in zip(loads, proportional, strict=True)
    ]
