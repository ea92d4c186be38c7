"""Of departures that cost the same, the first one: nobody waits for nothing."""

from __future__ import annotations

from optimizer.models.consolidation.packing import PackingUnknown
from optimizer.models.consolidation.state import State
from optimizer.solvers.limits import Deadline


def leave_earlier(state: State, columns_of: list[list[int]], deadline: Deadline) -> None:
    """
    Move whole loads to the first unused bucket that does not cost more.

    A bucket's number rises with its departure within a lane. Loads whose shipments ride on in
    another load stay.

    Parameters
    ----------
    columns_of
        Columns of each shipment.
    """
    for bucket, members in enumerate(state.members):
        if not members or deadline.is_over:
            continue
        inside = sorted(members)
        if any(len(state.col_buckets[state.column[k]]) > 1 for k in inside):
            continue
        ways = [_ways_before(state, columns_of[k], k, bucket) for k in inside]
        for other in sorted(set(ways[0]).intersection(*ways[1:])):
            moves = {k: way[other] for k, way in zip(inside, ways, strict=True)}
            if not state.members[other] and _move(state, moves):
                break


def _ways_before(state: State, columns: list[int], shipment: int, bucket: int) -> dict[int, int]:
    """Earlier bucket -> column that rides in it alone and costs the shipment no more."""
    now_fen = state.own_fen(shipment, state.column[shipment])
    found: dict[int, int] = {}
    for column in columns:
        buckets = state.col_buckets[column]
        if len(buckets) == 1 and buckets[0] < bucket and state.own_fen(shipment, column) <= now_fen:
            found.setdefault(buckets[0], column)
    return found


def _move(state: State, columns: dict[int, int]) -> bool:
    before_fen = state.cost_fen
    state.begin()
    try:
        if state.adopt(columns, {}) and state.cost_fen <= before_fen:
            return True
    except PackingUnknown:
        pass
    state.undo()
    return False
