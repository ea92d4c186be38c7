"""Random network designs of a size at which refinement has work to do."""

from __future__ import annotations

import numpy as np

from optimizer.models.consolidation.network_design import NetworkDesign


def random_grid(seed: int, *, n_nodes: int = 14, n_commodities: int = 40) -> NetworkDesign:
    """Random points; arcs to near ones take and cost as much as they are long."""
    rng = np.random.default_rng(seed)
    at = rng.integers(0, 400, size=(n_nodes, 2))
    span = np.abs(at[:, None] - at).sum(axis=2) + 20
    near = np.argsort(span, axis=1)[:, 1:7]
    arcs = sorted(
        {(n, int(m)) for n in range(n_nodes) for m in near[n]}
        | {(n, (n + 1) % n_nodes) for n in range(n_nodes)}
    )
    tail, head = (np.array(ends) for ends in zip(*arcs, strict=True))
    travel = span[tail, head]
    fastest = np.full((n_nodes, n_nodes), 10**6)
    np.fill_diagonal(fastest, 0)
    fastest[tail, head] = np.minimum(fastest[tail, head], travel)
    for via in range(n_nodes):
        fastest = np.minimum(fastest, fastest[:, [via]] + fastest[[via], :])
    origin = rng.integers(0, n_nodes, size=n_commodities)
    destination = (origin + rng.integers(1, n_nodes, size=n_commodities)) % n_nodes
    release = rng.integers(0, 300, size=n_commodities)
    slack = rng.integers(30, 150, size=n_commodities)
    return NetworkDesign.build(
        node_names=[str(n) for n in range(n_nodes)],
        arc_tail=tail,
        arc_head=head,
        arc_travel_min=travel,
        arc_fen_per_kg=travel // 40,
        option_arc=np.arange(len(arcs)),
        option_fen=travel * 5,
        option_kg=np.full(len(arcs), 100),
        commodity_ids=[str(k) for k in range(n_commodities)],
        commodity_origin=origin,
        commodity_destination=destination,
        commodity_kg=rng.integers(5, 40, size=n_commodities),
        commodity_release_min=release,
        commodity_latest_min=release + fastest[origin, destination] + slack,
    )
