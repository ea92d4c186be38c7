"""Tiny random network designs whose optimum can be enumerated."""

from __future__ import annotations

import numpy as np

from optimizer.models.consolidation.network_design import NetworkDesign


def random_design(seed: int, *, rich: bool = False) -> NetworkDesign:
    """
    Four or five nodes on a ring with some shortcuts, three or four commodities, little slack.

    Parameters
    ----------
    rich
        Also pools, volumes, a second load unit on some arcs, soft due times, forbidden arcs and
        commodities that may stay unserved.
    """
    rng = np.random.default_rng(seed)
    n_nodes = int(rng.integers(4, 6))
    ring = [(n, (n + 1) % n_nodes) for n in range(n_nodes)]
    others = [(a, b) for a in range(n_nodes) for b in range(n_nodes) if a != b]
    others = [pair for pair in others if pair not in ring]
    n_more = int(rng.integers(1, 5))
    arcs = ring + [others[i] for i in rng.choice(len(others), size=n_more, replace=False)]
    n_arcs = len(arcs)
    travel = rng.integers(1, 5, size=n_arcs)
    n_commodities = int(rng.integers(3, 5))
    origin = rng.integers(0, n_nodes, size=n_commodities)
    destination = (origin + rng.integers(1, n_nodes, size=n_commodities)) % n_nodes
    release = rng.integers(0, 6, size=n_commodities)
    fastest = _fastest(n_nodes, arcs, travel)[origin, destination]
    fields: dict[str, object] = {
        "node_names": [f"n{n}" for n in range(n_nodes)],
        "arc_tail": [tail for tail, _ in arcs],
        "arc_head": [head for _, head in arcs],
        "arc_travel_min": travel,
        "arc_fen_per_kg": rng.integers(0, 3, size=n_arcs),
        "option_arc": np.arange(n_arcs),
        "option_fen": rng.integers(10, 40, size=n_arcs),
        "option_kg": rng.integers(5, 14, size=n_arcs),
        "commodity_ids": [f"k{k}" for k in range(n_commodities)],
        "commodity_origin": origin,
        "commodity_destination": destination,
        "commodity_kg": rng.integers(1, 9, size=n_commodities),
        "commodity_release_min": release,
        "commodity_latest_min": release + fastest + rng.integers(0, 4, size=n_commodities),
    }
    if rich:
        fields |= _rich(rng, n_arcs, n_commodities, fields)
    return NetworkDesign.build(**fields)


def _rich(
    rng: np.random.Generator, n_arcs: int, n_commodities: int, fields: dict[str, object]
) -> dict[str, object]:
    n_more = int(rng.integers(0, 4))
    more = rng.choice(n_arcs, size=n_more, replace=False)
    n_options = n_arcs + n_more
    release = np.asarray(fields["commodity_release_min"])
    latest = np.asarray(fields["commodity_latest_min"])
    n_forbidden = int(rng.integers(0, 3))
    return {
        "option_arc": np.concatenate((np.arange(n_arcs), more)),
        "option_fen": rng.integers(5, 40, size=n_options),
        "option_kg": rng.integers(3, 12, size=n_options),
        "option_dm3": rng.integers(5, 30, size=n_options),
        "commodity_dm3": rng.integers(0, 12, size=n_commodities),
        "commodity_pool": rng.integers(0, 2, size=n_commodities),
        "commodity_due_min": np.minimum(latest, release + rng.integers(2, 8, size=n_commodities)),
        "commodity_late_fen_per_hour": rng.integers(0, 9, size=n_commodities),
        "commodity_must_serve": rng.random(n_commodities) < 0.5,
        "commodity_unserved_fen": rng.integers(10, 90, size=n_commodities),
        "forbidden_commodity": rng.integers(0, n_commodities, size=n_forbidden),
        "forbidden_arc": rng.integers(0, n_arcs, size=n_forbidden),
    }


def _fastest(n_nodes: int, arcs: list[tuple[int, int]], travel: np.ndarray) -> np.ndarray:
    """(N, N) minutes between all nodes, by relaxing every arc often enough."""
    minutes = np.full((n_nodes, n_nodes), 10**6)
    np.fill_diagonal(minutes, 0)
    for _ in range(n_nodes):
        for (tail, head), span in zip(arcs, travel, strict=True):
            minutes[:, head] = np.minimum(minutes[:, head], minutes[:, tail] + span)
    return minutes
