"""Cheapest static network design by trying every set of open links, flows by scipy."""

from __future__ import annotations

from itertools import combinations

import numpy as np
from scipy.optimize import linprog

from optimizer.models.consolidation.network_design import NetworkDesign


def random_design(rng: np.random.Generator, n_nodes: int, n_arcs: int, n_commodities: int):
    """A small static design; about one in six has no plan."""
    tail = rng.integers(n_nodes, size=n_arcs)
    head = (tail + rng.integers(1, n_nodes, size=n_arcs)) % n_nodes
    origin = rng.integers(n_nodes, size=n_commodities)
    destination = (origin + rng.integers(1, n_nodes, size=n_commodities)) % n_nodes
    # A ring joins everything, so that most draws have a plan.
    ring = np.arange(n_nodes)
    tail, head = np.concatenate((tail, ring)), np.concatenate((head, (ring + 1) % n_nodes))
    m = len(tail)
    return NetworkDesign.build(
        node_names=[f"n{n}" for n in range(n_nodes)],
        arc_tail=tail,
        arc_head=head,
        arc_fen_per_kg=rng.integers(0, 6, size=m),
        option_arc=np.arange(m),
        option_fen=rng.integers(0, 60, size=m),
        option_kg=rng.integers(4, 25, size=m),
        option_max_units=np.ones(m, dtype=np.int64),
        commodity_ids=[f"k{k}" for k in range(n_commodities)],
        commodity_origin=origin,
        commodity_destination=destination,
        commodity_kg=rng.integers(1, 10, size=n_commodities),
        commodity_may_split=np.ones(n_commodities, dtype=np.bool_),
    )


def flow_cost(design: NetworkDesign, links: list[int]) -> float:
    """Variable cost of the cheapest flow over open links, infinite if there is none."""
    n_nodes, n_goods, m = design.n_nodes, design.n_commodities, len(links)
    if not m:
        return float("inf")
    tail, head = design.arc_tail[links], design.arc_head[links]
    incidence = np.zeros((n_nodes, m))
    incidence[tail, np.arange(m)] += 1.0
    incidence[head, np.arange(m)] -= 1.0
    supply = np.zeros((n_goods, n_nodes))
    for k in range(n_goods):
        supply[k, design.commodity_origin[k]] += design.commodity_kg[k]
        supply[k, design.commodity_destination[k]] -= design.commodity_kg[k]
    found = linprog(
        np.tile(design.arc_fen_per_kg[links], n_goods),
        A_ub=np.tile(np.eye(m), n_goods),
        b_ub=design.option_kg[links],
        A_eq=np.kron(np.eye(n_goods), incidence),
        b_eq=supply.reshape(-1),
    )
    return float(found.fun) if found.status == 0 else float("inf")


def best_cost(design: NetworkDesign) -> float:
    """Least cost over all sets of links, infinite if none carries everything."""
    everything = list(range(design.n_arcs))
    least_flow = flow_cost(design, everything)
    best = float("inf")
    if not np.isfinite(least_flow):
        return best
    for size in range(1, design.n_arcs + 1):
        for links in combinations(everything, size):
            fixed = float(design.option_fen[list(links)].sum())
            if fixed + least_flow < best:
                best = min(best, fixed + flow_cost(design, list(links)))
    return best
