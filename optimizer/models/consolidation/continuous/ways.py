"""Every way that a commodity might take through the network, and no way that it need not take."""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np

from optimizer.errors import ModelError
from optimizer.models.consolidation.continuous.loads import LoadPrices, can_carry
from optimizer.models.consolidation.network_design import FOREVER, NetworkDesign

MAX_WAYS = 400_000
"""Ways of one instance; beyond it the enumeration is given up with an error."""
_HOUR = 60
_DEAR = 2**62


@dataclass(frozen=True, slots=True)
class Way:
    """
    One path of one commodity.

    Parameters
    ----------
    arcs
        In order; empty if the commodity stays unserved.
    starts_min
        Earliest dispatch on each arc; the latest is ``slack_min`` later on every arc.
    fen
        What the commodity pays by itself: variable cost and lateness, or the price of not serving.
    low_fen, alone_fen
        For each arc: the least and the most that the commodity adds to variable and fixed cost.
    """

    commodity: int
    arcs: tuple[int, ...]
    starts_min: tuple[int, ...]
    slack_min: int
    fen: int
    low_fen: tuple[int, ...]
    alone_fen: tuple[int, ...]
    own_fen: int
    """Cost that is of no arc: lateness, or the price of not serving."""

    @property
    def low_total(self) -> int:
        """No plan that uses this way saves more than this by taking the commodity out."""
        return sum(self.low_fen) + self.own_fen

    @property
    def alone_total(self) -> int:
        """Adding this way to any plan, sharing nothing, costs this."""
        return sum(self.alone_fen) + self.own_fen


@dataclass(frozen=True, slots=True)
class Reach:
    """
    Which arcs a commodity can use in time.

    Parameters
    ----------
    to_node_min, from_node_min
        (K, N) int64, fastest minutes from the origin to a node and from it to the destination.
    usable
        (A, K) bool.
    first_min, last_min
        (A, K) int64, earliest and latest dispatch, where usable.
    """

    to_node_min: np.ndarray
    from_node_min: np.ndarray
    usable: np.ndarray
    first_min: np.ndarray
    last_min: np.ndarray


def find_reach(design: NetworkDesign) -> Reach:
    """Windows of every commodity on every arc, from fastest paths."""
    allowed = can_carry(design)
    shape = (design.n_commodities, design.n_nodes)
    ahead, behind = np.full(shape, FOREVER), np.full(shape, FOREVER)
    tails, heads = design.arc_tail.tolist(), design.arc_head.tolist()
    for k in range(design.n_commodities):
        arcs = np.flatnonzero(allowed[:, k]).tolist()
        ahead[k] = _fastest(design, arcs, tails, heads, int(design.commodity_origin[k]))
        behind[k] = _fastest(design, arcs, heads, tails, int(design.commodity_destination[k]))
    first = design.commodity_release_min + ahead[:, design.arc_tail].T
    last = (
        design.commodity_latest_min - design.arc_travel_min[:, None] - behind[:, design.arc_head].T
    )
    usable = allowed & (first <= last)
    # No way comes back to its origin or goes on from its destination.
    usable &= design.arc_head[:, None] != design.commodity_origin
    usable &= design.arc_tail[:, None] != design.commodity_destination
    return Reach(
        to_node_min=ahead, from_node_min=behind, usable=usable, first_min=first, last_min=last
    )


def _fastest(
    design: NetworkDesign, arcs: list[int], tails: list[int], heads: list[int], source: int
) -> np.ndarray:
    out: dict[int, list[int]] = defaultdict(list)
    for arc in arcs:
        out[tails[arc]].append(arc)
    travel = design.arc_travel_min
    reached = np.full(design.n_nodes, FOREVER)
    reached[source] = 0
    heap = [(0, source)]
    while heap:
        minute, node = heapq.heappop(heap)
        if minute > reached[node]:
            continue
        for arc in out[node]:
            later = minute + int(travel[arc])
            if later < reached[heads[arc]]:
                reached[heads[arc]] = later
                heapq.heappush(heap, (later, heads[arc]))
    return reached


def list_ways(
    design: NetworkDesign,
    reach: Reach,
    prices: LoadPrices,
    should_stop: Callable[[], bool] | None = None,
) -> list[Way] | None:
    """
    Every way that an optimal plan may need, commodity by commodity.

    A partial path is dropped if another one reaches its end no later and costs less sharing
    nothing than the first one at its cheapest: in any plan the second can stand in for the first.

    Returns
    -------
    None if ``should_stop``, asked before each commodity, said so.

    Raises
    ------
    ModelError
        There are more than ``MAX_WAYS``.
    """
    shared = _may_share(design, reach)
    ways: list[Way] = []
    for k in range(design.n_commodities):
        if should_stop is not None and should_stop():
            return None
        ways.extend(_ways_of(design, reach, prices, shared, k))
        if len(ways) > MAX_WAYS:
            raise ModelError(
                f"M624 the commodities have more than {MAX_WAYS} ways in time: narrow their "
                f"windows, or forbid arcs that they would not take"
            )
    return ways


def _may_share(design: NetworkDesign, reach: Reach) -> np.ndarray:
    """(A, K) bool: another commodity of the pool may be dispatched at the same minute."""
    shared = np.zeros_like(reach.usable)
    for arc in range(design.n_arcs):
        ks = np.flatnonzero(reach.usable[arc])
        first, last = reach.first_min[arc, ks], reach.last_min[arc, ks]
        meets = (first[:, None] <= last) & (first <= last[:, None])
        meets &= design.commodity_pool[ks][:, None] == design.commodity_pool[ks]
        shared[arc, ks] = meets.sum(axis=1) > 1
    return shared


@dataclass(frozen=True, slots=True, order=True)
class _Label:
    """A partial path; labels are settled in the order of minutes, then of making."""

    minutes: int
    order: int
    node: int
    arcs: tuple[int, ...]
    nodes: tuple[int, ...]
    low_fen: int
    alone_fen: int


@dataclass(slots=True)
class _Hops:
    """What one commodity can do at each node, and what it costs there."""

    out: dict[int, list[int]]
    low: dict[int, int]
    alone: dict[int, int]


def _hops_of(
    design: NetworkDesign, reach: Reach, prices: LoadPrices, shared: np.ndarray, k: int
) -> _Hops:
    kg, dm3 = int(design.commodity_kg[k]), int(design.commodity_dm3[k])
    hops = _Hops(out=defaultdict(list), low={}, alone={})
    for arc in np.flatnonzero(reach.usable[:, k]).tolist():
        by_itself = int(design.arc_fen_per_kg[arc]) * kg
        hops.alone[arc] = by_itself + prices.fen(arc, kg, dm3)
        least = prices.least_added_fen(arc, kg, dm3)
        hops.low[arc] = by_itself + least if shared[arc, k] else hops.alone[arc]
        hops.out[int(design.arc_tail[arc])].append(arc)
    return hops


def _ways_of(
    design: NetworkDesign, reach: Reach, prices: LoadPrices, shared: np.ndarray, k: int
) -> list[Way]:
    destination = int(design.commodity_destination[k])
    hops = _hops_of(design, reach, prices, shared, k)
    unserved = [] if design.commodity_must_serve[k] else [_unserved(design, k)]
    # A path may be late, so that its cost alone bounds others only where lateness is free.
    is_soft = bool(
        design.commodity_due_min[k] < design.commodity_latest_min[k]
        and design.commodity_late_fen_per_hour[k] > 0
    )
    best = unserved[0].own_fen if unserved else _DEAR
    kept: dict[int, list[_Label]] = defaultdict(list)
    origin = int(design.commodity_origin[k])
    heap = [_Label(0, 0, origin, (), (origin,), 0, 0)]
    n_labels = 0
    while heap:
        label = heapq.heappop(heap)
        if label.low_fen > best or any(
            other.alone_fen <= label.low_fen for other in kept[label.node]
        ):
            continue
        kept[label.node].append(label)
        if label.node == destination:
            best = best if is_soft else min(best, label.alone_fen)
            continue
        for longer in _extended(design, reach, hops, label, k):
            n_labels += 1
            heapq.heappush(heap, replace(longer, order=n_labels))
        if n_labels > MAX_WAYS:
            raise ModelError(f"M624 commodity {design.commodity_ids[k]} has too many ways in time")
    return unserved + [
        way
        for label in kept[destination]
        if label.low_fen <= best
        for way in _timed(design, k, label, hops)
    ]


def _extended(
    design: NetworkDesign, reach: Reach, hops: _Hops, label: _Label, k: int
) -> Iterator[_Label]:
    """A label with one more arc, wherever it can still arrive in time."""
    length = int(design.commodity_latest_min[k] - design.commodity_release_min[k])
    for arc in hops.out[label.node]:
        node = int(design.arc_head[arc])
        minutes = label.minutes + int(design.arc_travel_min[arc])
        if node not in label.nodes and minutes + reach.from_node_min[k, node] <= length:
            yield _Label(
                minutes,
                0,
                node,
                (*label.arcs, arc),
                (*label.nodes, node),
                label.low_fen + hops.low[arc],
                label.alone_fen + hops.alone[arc],
            )


def _unserved(design: NetworkDesign, k: int) -> Way:
    fen = int(design.commodity_unserved_fen[k])
    return Way(k, (), (), 0, fen, (), (), fen)


def _timed(design: NetworkDesign, k: int, label: _Label, hops: _Hops) -> list[Way]:
    """The path with one latest arrival, or one for each started hour that it may be late."""
    start, kg = int(design.commodity_release_min[k]), int(design.commodity_kg[k])
    starts = []
    for arc in label.arcs:
        starts.append(start)
        start += int(design.arc_travel_min[arc])
    by_itself = sum(int(design.arc_fen_per_kg[arc]) for arc in label.arcs) * kg
    due, latest = int(design.commodity_due_min[k]), int(design.commodity_latest_min[k])
    late_fen = int(design.commodity_late_fen_per_hour[k])
    if late_fen == 0 or due >= latest:
        ends = [(latest, 0)]
    else:
        first = max(0, -(-(start - due) // _HOUR))
        last = -(-(latest - due) // _HOUR)
        ends = [(min(latest, due + _HOUR * h), h * late_fen) for h in range(first, last + 1)]
    return [
        Way(
            commodity=k,
            arcs=label.arcs,
            starts_min=tuple(starts),
            slack_min=end - start,
            fen=by_itself + late,
            low_fen=tuple(hops.low[arc] for arc in label.arcs),
            alone_fen=tuple(hops.alone[arc] for arc in label.arcs),
            own_fen=late,
        )
        for end, late in ends
        if end >= start
    ]
