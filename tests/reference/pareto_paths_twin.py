"""Pareto-optimal paths by comparing every label with every other: slow and obvious."""

from __future__ import annotations

Sums = tuple[int, ...]


def beats(one: Sums, other: Sums) -> bool:
    """No worse in any criterion, or equal."""
    return all(a <= b for a, b in zip(one, other, strict=True))


def fronts(
    n_nodes: int, arcs: list[tuple[int, int, Sums]], source: int, n_criteria: int
) -> list[list[Sums]]:
    """Sums of all Pareto-optimal paths from a node to each node, sorted; equal sums once."""
    found: list[set[Sums]] = [set() for _ in range(n_nodes)]
    found[source] = {(0,) * n_criteria}
    waiting = [(source, (0,) * n_criteria)]
    while waiting:
        node, sums = waiting.pop()
        if sums not in found[node]:
            continue
        for tail, head, weight in arcs:
            if tail != node:
                continue
            longer = tuple(a + b for a, b in zip(sums, weight, strict=True))
            if any(beats(other, longer) for other in found[head]):
                continue
            found[head] = {other for other in found[head] if not beats(longer, other)}
            found[head].add(longer)
            waiting.append((head, longer))
    return [sorted(labels) for labels in found]
