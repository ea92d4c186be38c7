"""
How much of a load each rider should pay by a rule, before anybody's limit is looked at.

A rule gives targets; :mod:`optimizer.plan.sharing` moves them as little as needed so that nobody
pays more than travelling alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from random import Random

from optimizer.plan.load import LaneDeparture, Load

EXACT_RIDERS = 10
"""Up to so many riders the Shapley value is exact; beyond, it is a mean over drawn orders."""

N_ORDERS = 256
_SEED = 38


class ShareRule(StrEnum):
    """Rules for splitting the cost of a load."""

    PROPORTIONAL = "proportional"
    """By the larger of the shares of payload and volume: the scarcer keeps others out."""

    SHAPLEY = "shapley"
    """The mean of what each adds to the cost, over all orders in which riders could have joined."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitOffer:
    """A load unit that could be bought on the same lane departure: what it holds and costs."""

    payload_kg: int
    usable_dm3: int
    cost_fen: int

    @classmethod
    def of(cls, unit: LaneDeparture | Load) -> UnitOffer:
        """A unit of a lane departure, loaded or not."""
        return cls(payload_kg=unit.payload_kg, usable_dm3=unit.usable_dm3, cost_fen=unit.cost_fen)


def rider_sizes(load: Load) -> dict[str, tuple[int, int]]:
    """Shipment id -> (kg, dm3) in the load, parts of one shipment together, by id."""
    sizes: dict[str, tuple[int, int]] = {}
    for content in sorted(load.contents, key=lambda part: part.shipment_id):
        mass_kg, volume_dm3 = sizes.get(content.shipment_id, (0, 0))
        sizes[content.shipment_id] = (mass_kg + content.gross_kg, volume_dm3 + content.volume_dm3)
    return sizes


def proportional_weights(load: Load) -> dict[str, int]:
    """
    Weights by the scarcer of mass and volume, whole numbers, by shipment id.

    Contents without mass and volume weigh the same.
    """
    # Shares kg/payload and dm3/usable over their common denominator, to stay in integers.
    weights = {
        shipment_id: max(mass_kg * load.usable_dm3, volume_dm3 * load.payload_kg)
        for shipment_id, (mass_kg, volume_dm3) in rider_sizes(load).items()
    }
    return weights if any(weights.values()) else dict.fromkeys(weights, 1)


def shapley_targets_fen(
    load: Load, limits_fen: Mapping[str, float], offers: Sequence[UnitOffer]
) -> dict[str, float]:
    """
    Shapley value of the game that the riders of a load play.

    The cost of a group is the least of one unit that holds all of it and of the group without one
    of its members, who then travels alone at its limit. What a rider adds to any group is never
    above its limit, so neither is its value (Shapley 1953, doi:10.1515/9781400881970-018).

    Parameters
    ----------
    limits_fen
        What each rider would save at most by leaving: its price alone less what it pays itself.
    offers
        Units that the lane departure offers, other types than the load's own included.

    Returns
    -------
    dict
        Shipment id -> fen. Sums to less than the load where travelling alone is cheaper.
    """
    sizes = rider_sizes(load)
    game = _Game(load, sizes, limits_fen, offers)
    if len(sizes) <= EXACT_RIDERS:
        return game.exact()
    return game.sampled()


class _Game:
    def __init__(
        self,
        load: Load,
        sizes: Mapping[str, tuple[int, int]],
        limits_fen: Mapping[str, float],
        offers: Sequence[UnitOffer],
    ) -> None:
        own = UnitOffer.of(load)
        self._ids = tuple(sizes)
        self._sizes = tuple(sizes.values())
        self._limits = tuple(max(0.0, limits_fen.get(rider, 0.0)) for rider in self._ids)
        self._offers = sorted(
            {own, *(offer for offer in offers if offer.cost_fen < own.cost_fen)},
            key=lambda offer: (offer.cost_fen, -offer.usable_dm3, -offer.payload_kg),
        )
        self._whole_fen = load.cost_fen

    def _unit_fen(self, mass_kg: int, volume_dm3: int) -> int:
        for offer in self._offers:
            if mass_kg <= offer.payload_kg and volume_dm3 <= offer.usable_dm3:
                return offer.cost_fen
        return self._whole_fen

    def exact(self) -> dict[str, float]:
        """Over all groups, each weighted by the number of orders in which it is the first part."""
        n = len(self._ids)
        mass_kg, volume_dm3 = [0] * (1 << n), [0] * (1 << n)
        cost = [0.0] * (1 << n)
        for group in range(1, 1 << n):
            lowest = (group & -group).bit_length() - 1
            rest = group & (group - 1)
            mass_kg[group] = mass_kg[rest] + self._sizes[lowest][0]
            volume_dm3[group] = volume_dm3[rest] + self._sizes[lowest][1]
            cost[group] = min(
                float(self._unit_fen(mass_kg[group], volume_dm3[group])),
                *(cost[group & ~(1 << k)] + self._limits[k] for k in range(n) if group >> k & 1),
            )
        # Weight of a group of s others: s! (n - s - 1)! / n!, by recurrence.
        weight = [1.0 / n]
        for s in range(1, n):
            weight.append(weight[-1] * s / (n - s))
        values = [0.0] * n
        for group in range(1 << n):
            size = group.bit_count()
            for k in range(n):
                if not group >> k & 1:
                    values[k] += weight[size] * (cost[group | 1 << k] - cost[group])
        return dict(zip(self._ids, values, strict=True))

    def sampled(self) -> dict[str, float]:
        """Over drawn orders; a group's cost is followed along the order, never searched again."""
        draw = Random(_SEED)  # noqa: S311  (a fixed sequence, not a secret)
        order = list(range(len(self._ids)))
        sums = [0.0] * len(order)
        for _ in range(N_ORDERS):
            draw.shuffle(order)
            before, mass_kg, volume_dm3 = 0.0, 0, 0
            for k in order:
                mass_kg += self._sizes[k][0]
                volume_dm3 += self._sizes[k][1]
                unit_fen = float(self._unit_fen(mass_kg, volume_dm3))
                after = min(unit_fen, before + self._limits[k])
                sums[k] += after - before
                before = after
        return {rider: total / N_ORDERS for rider, total in zip(self._ids, sums, strict=True)}
