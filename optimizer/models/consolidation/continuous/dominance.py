"""Ways that another way of the same commodity can always stand in for."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import replace

import numpy as np

from optimizer.models.consolidation.continuous.loads import LoadPrices
from optimizer.models.consolidation.continuous.ways import Way
from optimizer.models.consolidation.network_design import NetworkDesign


def keep_undominated(
    design: NetworkDesign,
    prices: LoadPrices,
    ways: list[Way],
    should_stop: Callable[[], bool] | None = None,
) -> list[Way]:
    """
    The ways that are left when every way that another can stand in for is taken out.

    Way w can stand in for way v of the same commodity if, on the arcs where they differ, w costs
    no more with load units of its own than v does at its cheapest, and w can keep the times of v
    on the arcs that they have in common. Fewer ways mean fewer partners on the arcs, so that
    v's cheapest cost rises: repeated until nothing changes, or ``should_stop`` says so.
    """
    while True:
        ways = _with_low_fen(design, prices, ways)
        groups: dict[int, list[Way]] = defaultdict(list)
        for way in ways:
            groups[way.commodity].append(way)
        kept = [way for k in sorted(groups) for way in _survivors(groups[k])]
        if len(kept) == len(ways) or (should_stop is not None and should_stop()):
            return kept
        ways = kept


def _with_low_fen(design: NetworkDesign, prices: LoadPrices, ways: list[Way]) -> list[Way]:
    """Ways with their least cost on each arc, given who may still share the arc."""
    shared = may_share(design, ways)
    renewed, at = [], 0
    for way in ways:
        kg, dm3 = int(design.commodity_kg[way.commodity]), int(design.commodity_dm3[way.commodity])
        low = tuple(
            int(design.arc_fen_per_kg[arc]) * kg + prices.least_added_fen(arc, kg, dm3)
            if shared[at + i]
            else way.alone_fen[i]
            for i, arc in enumerate(way.arcs)
        )
        at += len(way.arcs)
        renewed.append(replace(way, low_fen=low))
    return renewed


def may_share(design: NetworkDesign, ways: list[Way]) -> np.ndarray:
    """Whether another commodity could ride along, for every arc of every way in turn; bool."""
    n = [len(way.arcs) for way in ways]
    arc = np.array([arc for way in ways for arc in way.arcs], dtype=np.int64)
    first = np.array([start for way in ways for start in way.starts_min], dtype=np.int64)
    last = first + np.repeat([way.slack_min for way in ways], n)
    k = np.repeat([way.commodity for way in ways], n)
    pool = design.commodity_pool[k] if len(k) else k
    shared = np.zeros(len(arc), dtype=np.bool_)
    order = np.lexsort((pool, arc))
    cuts = np.flatnonzero((np.diff(arc[order]) != 0) | (np.diff(pool[order]) != 0)) + 1
    for block in np.split(order, cuts):
        meets = (first[block][:, None] <= last[block]) & (first[block] <= last[block][:, None])
        meets &= k[block][:, None] != k[block]
        shared[block] = meets.any(axis=1)
    return shared


def _survivors(ways: list[Way]) -> list[Way]:
    """Ways of one commodity that no other one that is left can stand in for."""
    ranked = sorted(range(len(ways)), key=lambda w: (ways[w].alone_total, w))
    dropped: set[int] = set()
    for v in ranked:
        if any(w != v and w not in dropped and _stands_in(ways[w], ways[v]) for w in ranked):
            dropped.add(v)
    return [way for w, way in enumerate(ways) if w not in dropped]


def _stands_in(other: Way, way: Way) -> bool:
    """Whether ``other`` can replace ``way`` in every plan without raising its cost."""
    if other.alone_total <= way.low_total:
        return True
    if other.slack_min < way.slack_min or not other.arcs or not way.arcs:
        return False
    shorter = min(len(other.arcs), len(way.arcs))
    head = 0
    while head < shorter and other.arcs[head] == way.arcs[head]:
        head += 1
    tail = 0
    while tail < shorter - head and other.arcs[-1 - tail] == way.arcs[-1 - tail]:
        tail += 1
    theirs = sum(other.alone_fen[head : len(other.arcs) - tail]) + other.own_fen
    return theirs <= sum(way.low_fen[head : len(way.arcs) - tail]) + way.own_fen
