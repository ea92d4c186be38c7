"""Guaranteed service by enumeration: every outbound time of every stage, the slow obvious way."""

from __future__ import annotations

from itertools import product

import numpy as np

from optimizer.models.inventory.guaranteed_service import (
    NO_LIMIT,
    ServiceNetwork,
    Stage,
    network_of,
)


def least_cost(network: ServiceNetwork) -> float:
    """Cost of the best service times; infinite if none are allowed."""
    best = float("inf")
    longest = network.service_limits[1]
    for promised in product(*[range(int(most) + 1) for most in longest]):
        quoted = [stage.inbound_least for stage in network.stages]
        for i, j in zip(network.tail, network.head, strict=True):
            quoted[j] = max(quoted[j], promised[i])
        cost = 0.0
        for k, stage in enumerate(network.stages):
            # A stage may wait longer than it has to: a promise above its replenishment time.
            inbound = max(quoted[k], promised[k] - stage.processing)
            net = inbound + stage.processing - promised[k]
            if net >= len(network.cost_tables[k]):
                cost = float("inf")
                break
            cost += float(network.cost_tables[k][net])
        best = min(best, cost)
    return best


def random_network(
    generator: np.random.Generator, n_stages: int, n_extra: int, *, most_time: int = 3
) -> ServiceNetwork:
    """A connected network in a random direction, a tree if ``n_extra`` is 0."""
    stages = [
        Stage(
            stage_id=str(k),
            processing=int(generator.integers(0, most_time + 1)),
            holding_cost=float(generator.uniform(1, 5)),
            demand_mean=5.0,
            demand_sd=float(generator.uniform(0, 4)) if generator.random() < 0.6 else 0.0,
            inbound_least=int(generator.integers(0, 3)) if generator.random() < 0.3 else 0,
            outbound_most=int(generator.integers(0, 4)) if generator.random() < 0.5 else NO_LIMIT,
        )
        for k in range(n_stages)
    ]
    rank = generator.permutation(n_stages)
    pairs = {(int(generator.integers(0, k)), k) for k in range(1, n_stages)}
    for _ in range(n_extra):
        a, b = generator.choice(n_stages, 2, replace=False).tolist()
        pairs.add((min(a, b), max(a, b)))
    arcs = [(a, b) if rank[a] < rank[b] else (b, a) for a, b in sorted(pairs)]
    return network_of(stages, [(str(a), str(b)) for a, b in arcs])
