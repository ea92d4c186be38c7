"""Network designs small enough to work out by hand."""

from __future__ import annotations

from optimizer.models.consolidation.network_design import NetworkDesign


def hub_fields(**changes: object) -> dict[str, object]:
    """
    Two origins, a hub and a market: A -> H takes 10, B -> H takes 20, H -> M takes 30 minutes.

    One truck of 10 kg costs 100 on A -> H, 100 on B -> H and 500 on H -> M; kilograms are free.
    Commodity a (4 kg) is ready at A at 0 and due at M at 70: slack 30. Commodity b (5 kg) is ready
    at B at 15 and due at M at 80: slack 15. They can share H -> M from 35 (b's arrival at H) to 40
    (a's latest).
    """
    fields: dict[str, object] = {
        "node_names": ["A", "B", "H", "M"],
        "arc_tail": [0, 1, 2],
        "arc_head": [2, 2, 3],
        "arc_travel_min": [10, 20, 30],
        "option_arc": [0, 1, 2],
        "option_fen": [100, 100, 500],
        "option_kg": [10, 10, 10],
        "commodity_ids": ["a", "b"],
        "commodity_origin": [0, 1],
        "commodity_destination": [3, 3],
        "commodity_kg": [4, 5],
        "commodity_release_min": [0, 15],
        "commodity_latest_min": [70, 80],
    }
    return fields | changes


def hub_design(**changes: object) -> NetworkDesign:
    """The instance of ``hub_fields``; sharing the hub's truck costs 700, not sharing 1,200."""
    return NetworkDesign.build(**hub_fields(**changes))


def chain_design() -> NetworkDesign:
    """
    Three commodities on two arcs in a row, where pairs fit in time but the chain of them does not.

    Arc 0 joins P and Q in 10 minutes, arc 1 joins Q and R in 10; a truck of 10 kg costs 100.
    x (3 kg) goes P -> Q, ready at 20, due at 30: it leaves at 20. y (3 kg) goes P -> R between 0
    and 45: it leaves P in 0..25 and Q in 10..35. z (3 kg) goes Q -> R, ready at 0, due at 35: it
    leaves Q in 0..25. y may ride with x (at 20, then Q at 30 or later), or with z (at 25 at the
    latest), but not with both: 300 instead of the 200 that two shared trucks would cost.
    """
    return NetworkDesign.build(
        node_names=["P", "Q", "R"],
        arc_tail=[0, 1],
        arc_head=[1, 2],
        arc_travel_min=[10, 10],
        option_arc=[0, 1],
        option_fen=[100, 100],
        option_kg=[10, 10],
        commodity_ids=["x", "y", "z"],
        commodity_origin=[0, 0, 1],
        commodity_destination=[1, 2, 2],
        commodity_kg=[3, 3, 3],
        commodity_release_min=[20, 0, 0],
        commodity_latest_min=[30, 45, 35],
    )
