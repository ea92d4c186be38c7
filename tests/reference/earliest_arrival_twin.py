"""
Twin of the earliest-arrival kernel: a search over single states, one heap, no arrays.

A state is cargo ready at a node (and whether a walk brought it) or on board of a voyage after one of
its hops. Time only grows along a move, so the first time a state leaves the heap is its earliest.
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass, field

HAUL, WALK, KEEP = 0, 1, 2


@dataclass(frozen=True)
class Hop:
    tail: int
    head: int
    departs: int
    cutoff: int | None
    arrives: int
    ready: int
    voyage: int
    hop: int


@dataclass(frozen=True)
class Way:
    """An arc: ready at the head is ``max(t, until) + add`` with the last piece from ``t`` on."""

    tail: int
    head: int
    kind: int
    pieces: tuple[tuple[int, int | None, int], ...]

    def ready(self, at: int) -> int | None:
        held = [piece for piece in self.pieces if piece[0] <= at] or [self.pieces[0]]
        _, until, add = held[-1]
        return None if until is None else max(at, until) + add


@dataclass(frozen=True)
class Timetable:
    n_nodes: int
    hops: tuple[Hop, ...]
    ways: tuple[Way, ...] = field(default=())


def earliest(timetable: Timetable, start: int, start_min: int) -> list[int | None]:
    """Earliest readiness at every node, None where no journey exists."""
    best: list[int | None] = [None] * timetable.n_nodes
    # ("at", node, walked) is ready at a node; ("on", voyage, hop) has arrived with that hop.
    heap: list[tuple[int, tuple[str, int, int]]] = [(start_min, ("at", start, 0))]
    done: set[tuple[str, int, int]] = set()
    by_key = {(hop.voyage, hop.hop): hop for hop in timetable.hops}
    while heap:
        now, state = heapq.heappop(heap)
        if state in done:
            continue
        done.add(state)
        kind, place, detail = state
        if kind == "on":
            hop = by_key[place, detail]
            heapq.heappush(heap, (hop.ready, ("at", hop.head, 0)))
            after = by_key.get((place, detail + 1))
            if after is not None:
                heapq.heappush(heap, (after.arrives, ("on", place, detail + 1)))
            continue
        if best[place] is None:
            best[place] = now
        for hop in timetable.hops:
            if hop.tail == place and hop.cutoff is not None and now <= hop.cutoff:
                heapq.heappush(heap, (hop.arrives, ("on", hop.voyage, hop.hop)))
        for way in timetable.ways:
            if way.tail != place or (way.kind == WALK and detail == 1):
                continue
            then = way.ready(now)
            if then is not None:
                walked = {HAUL: 0, WALK: 1, KEEP: detail}[way.kind]
                heapq.heappush(heap, (then, ("at", way.head, walked)))
    return best
