"""Of departures that cost the same, the first one: nobody waits for nothing."""

from __future__ import annotations

from collections.abc import Sequence

from optimizer.models.consolidation.index import Index
from optimizer.models.consolidation.packing import PackingUnknown
from optimizer.models.consolidation.state import State
from optimizer.solvers.limits import Deadline


def leave_earlier(
    state: State, index: Index, released_min: Sequence[int], deadline: Deadline
) -> None:
    """
    Move whole loads to the unused bucket that releases first and does not cost more.

    Who rides on in another load keeps that one.

    Parameters
    ----------
    released_min
        (B,) when each bucket releases its cargo.
    """
    for bucket, members in enumerate(state.members):
        if not members or deadline.is_over:
            continue
        inside = sorted(members)
        ways = [_ways(state, index, k, bucket) for k in inside]
        common = set(ways[0]).intersection(*ways[1:])
        sooner = [b for b in common if released_min[b] < released_min[bucket]]
        for other in sorted(sooner, key=lambda b: (released_min[b], b)):
            moves = {k: way[other] for k, way in zip(inside, ways, strict=True)}
            if not state.members[other] and _move(state, moves):
                break


def _ways(state: State, index: Index, shipment: int, bucket: int) -> dict[int, int]:
    """Another bucket -> column with it in place of this one, which costs no more than now."""
    present = list(state.col_buckets[state.column[shipment]])
    at = present.index(bucket)
    first, last = index.shipment_ptr[shipment], index.shipment_ptr[shipment + 1]
    now_fen = state.own_fen(shipment, state.column[shipment])
    found: dict[int, int] = {}
    for column in index.shipment_col[first:last].tolist():
        buckets = list(state.col_buckets[column])
        others = [*buckets[:at], *buckets[at + 1 :]] == [*present[:at], *present[at + 1 :]]
        if len(buckets) == len(present) and others and state.own_fen(shipment, column) <= now_fen:
            found.setdefault(buckets[at], column)
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
