"""
What each shipment pays of a shared load.

A load's cost is split in proportion to the larger of the share of the payload and the share of the
usable volume that a shipment takes: the scarcer of the two is what keeps others out of the unit.
Shares are whole fen and sum to the load exactly.
"""

from __future__ import annotations

from collections.abc import Iterable

from optimizer.plan.load import Load


def share_load(load: Load) -> dict[str, int]:
    """
    Split the cost of a load over its contents.

    Largest remainder; equal remainders go to the lower shipment id first. Contents without mass
    and volume share equally. Several parts of one shipment count as one.

    Returns
    -------
    dict
        Shipment id -> fen, in order of ids; sums to ``load.cost_fen``. Empty for an empty load.
    """
    weights: dict[str, int] = {}
    for shipment_id in sorted({content.shipment_id for content in load.contents}):
        parts = [part for part in load.contents if part.shipment_id == shipment_id]
        mass_kg = sum(part.gross_kg for part in parts)
        volume_dm3 = sum(part.volume_dm3 for part in parts)
        # Shares kg/payload and dm3/usable over their common denominator, to stay in integers.
        weights[shipment_id] = max(mass_kg * load.usable_dm3, volume_dm3 * load.payload_kg)
    if not any(weights.values()):
        weights = dict.fromkeys(weights, 1)
    return _apportion(load.cost_fen, weights)


def share_loads(loads: Iterable[Load]) -> dict[str, int]:
    """Shipment id -> fen of all the loads that it rides in."""
    totals: dict[str, int] = {}
    for load in loads:
        for shipment_id, amount_fen in share_load(load).items():
            totals[shipment_id] = totals.get(shipment_id, 0) + amount_fen
    return totals


def _apportion(total_fen: int, weights: dict[str, int]) -> dict[str, int]:
    whole = sum(weights.values())
    if not whole:
        return {}
    shares = {key: total_fen * weight // whole for key, weight in weights.items()}
    rest_fen = total_fen - sum(shares.values())
    by_remainder = sorted(weights, key=lambda key: (-(total_fen * weights[key] % whole), key))
    for key in by_remainder[:rest_fen]:
        shares[key] += 1
    return shares
