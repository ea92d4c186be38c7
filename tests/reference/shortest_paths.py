"""Shortest paths as one would write them on a slate: the twin of the hierarchy."""

from __future__ import annotations

import heapq

UNREACHED = 2**31 - 1


def distances(arcs: list[tuple[int, int, int]], source: int) -> dict[int, int]:
    """Distance of each node that open arcs (tail, head, weight) reach."""
    leaving: dict[int, list[tuple[int, int]]] = {}
    for tail, head, weight in arcs:
        if weight != UNREACHED:
            leaving.setdefault(tail, []).append((head, weight))
    best = {source: 0}
    queue = [(0, source)]
    while queue:
        so_far, node = heapq.heappop(queue)
        if so_far > best[node]:
            continue
        for head, weight in leaving.get(node, ()):
            if so_far + weight < best.get(head, UNREACHED):
                best[head] = so_far + weight
                heapq.heappush(queue, (so_far + weight, head))
    return best
