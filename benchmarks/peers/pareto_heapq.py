"""
Three-criteria label setting in plain Python with ``heapq``: the peer where no package offers one.

It is a twin, not an achievement of others: same criteria, same pruning by lower bounds, ordinary
lists. Searched for and not found as an installable package: exact Pareto-optimal paths over three
additive criteria (cspy solves constrained paths with one objective, networkx, igraph, networkit and
scipy one criterion).
"""

from __future__ import annotations

from heapq import heappop, heappush

Weights = tuple[int, int, int]
Neighbours = list[list[tuple[int, Weights]]]


def least_to(neighbours_before: Neighbours, target: int, criterion: int) -> list[float]:
    """Least sum of one criterion from each node to the target."""
    least = [float("inf")] * len(neighbours_before)
    least[target] = 0
    heap: list[tuple[float, int]] = [(0, target)]
    while heap:
        sum_here, node = heappop(heap)
        if sum_here > least[node]:
            continue
        for before, weights in neighbours_before[node]:
            through = sum_here + weights[criterion]
            if through < least[before]:
                least[before] = through
                heappush(heap, (through, before))
    return least


def pareto_labels(
    neighbours: Neighbours,
    source: int,
    *,
    target: int = -1,
    bounds: list[list[float]] | None = None,
    limit: int = 10**9,
) -> tuple[int, list[list[Weights]]]:
    """
    Permanent labels and the sums at each node.

    Parameters
    ----------
    bounds
        By criterion, :func:`least_to` the target; without a target not needed.
    limit
        Stop after so many permanent labels.
    """
    fronts: list[list[Weights]] = [[] for _ in neighbours]
    heap: list[tuple[int, int, int, int]] = [(0, 0, 0, source)]
    n_permanent = 0
    while heap and n_permanent < limit:
        first, second, third, node = heappop(heap)
        if _covered(fronts[node], second, third):
            continue
        if bounds and _covered(fronts[target], second + bounds[1][node], third + bounds[2][node]):
            continue
        fronts[node].append((first, second, third))
        n_permanent += 1
        if node == target:
            continue
        for head, (w1, w2, w3) in neighbours[node]:
            if bounds and bounds[0][head] == float("inf"):
                continue
            longer = (second + w2, third + w3)
            if not _covered(fronts[head], *longer):
                heappush(heap, (first + w1, *longer, head))
    return n_permanent, fronts


def _covered(front: list[Weights], second: float, third: float) -> bool:
    return any(a <= second and b <= third for _, a, b in front)
