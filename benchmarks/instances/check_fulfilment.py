"""Checks the decisions on an order stream: stock and cost, with code of its own."""

from __future__ import annotations

from typing import Any


def check(stream: Any, ways: list[tuple[int, ...]], lost_fen: float) -> tuple[float, list[str]]:  # noqa: ANN401
    """
    Cost of the decisions, and what they break.

    Parameters
    ----------
    ways
        Warehouse of every unit of every order, -1 for a lost one.
    lost_fen
        Price of a lost unit.
    """
    left = {(s, w): int(units) for s, row in enumerate(stream.stock) for w, units in enumerate(row)}
    found: list[str] = []
    cost = 0.0
    if len(ways) != len(stream.skus):
        found.append(f"{len(ways)} decisions for {len(stream.skus)} orders")
    for n, (skus, way) in enumerate(zip(stream.skus, ways, strict=False)):
        region, parcels = int(stream.region[n]), set[int]()
        if len(way) != len(skus):
            found.append(f"order {n} has {len(way)} decisions for {len(skus)} units")
        for s, w in zip(skus, way, strict=False):
            if w == -1:
                cost += lost_fen
                continue
            left[s, w] -= 1
            if left[s, w] < 0:
                found.append(f"order {n} takes SKU {s} from warehouse {w}, which has none left")
            cost += float(stream.unit_fen[w][region])
            if w not in parcels:
                parcels.add(w)
                cost += float(stream.parcel_fen[w][region])
    return cost, found
