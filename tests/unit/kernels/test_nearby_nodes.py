"""Distances to what is near: arithmetic, closed arcs, limits, and networkx on random graphs."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pytest

from optimizer.kernels.nearby_nodes import UNREACHED, nearby_distances


def _csr(n_nodes, arcs):
    arcs = sorted(arcs)
    tail = np.array([arc[0] for arc in arcs], dtype=np.int32)
    first = np.searchsorted(tail, np.arange(n_nodes + 1)).astype(np.int32)
    head = np.array([arc[1] for arc in arcs], dtype=np.int32)
    weight = np.array([arc[2] for arc in arcs], dtype=np.int32)
    return first, head, weight


def _ask(graph, sources, targets, limit_m=10**9):
    node = np.array([source for source, _ in sources], dtype=np.int32)
    metres = np.array([metres for _, metres in sources], dtype=np.int32)
    return nearby_distances(*graph, node, metres, np.array(targets, dtype=np.int32), limit_m)


LINE = _csr(5, [(0, 1, 10), (1, 2, 20), (2, 3, 30), (3, 4, UNREACHED), (1, 0, 10)])


def test_the_nearest_source_counts_with_its_own_metres():
    # To 3 from 0: 5 + 10 + 20 + 30 = 65; from 2: 50 + 30 = 80.
    assert _ask(LINE, [(0, 5), (2, 50)], [3, 2, 0, 3]).tolist() == [65, 35, 5, 65]


def test_closed_arcs_limits_and_lonely_nodes():
    assert _ask(LINE, [(0, 0)], [4]).tolist() == [UNREACHED]
    assert _ask(LINE, [(0, 0)], [2, 3], limit_m=30).tolist() == [30, UNREACHED]
    assert _ask(LINE, [(0, 40)], [0, 1], limit_m=30).tolist() == [UNREACHED, UNREACHED]
    assert _ask(LINE, [(4, 7)], [4, 0]).tolist() == [7, UNREACHED]
    assert _ask(LINE, [], [0]).tolist() == [UNREACHED]
    assert _ask(LINE, [(0, 0)], []).tolist() == []


def test_sums_beyond_int32_are_out_of_reach_and_do_not_wrap():
    far = 2**31 - 2
    graph = _csr(3, [(0, 1, far), (1, 2, far)])
    assert _ask(graph, [(0, 0)], [1, 2], limit_m=far).tolist() == [far, UNREACHED]
    assert _ask(graph, [(0, 1)], [1], limit_m=far).tolist() == [UNREACHED]


@pytest.mark.parametrize("seed", range(40))
def test_random_graphs_agree_with_networkx(seed):
    rng = np.random.default_rng(seed)
    n_nodes = int(rng.integers(2, 40))
    n_arcs = int(rng.integers(1, 4 * n_nodes))
    arcs = [
        (int(tail), int(head), int(metres))
        for tail, head, metres in zip(
            rng.integers(n_nodes, size=n_arcs),
            rng.integers(n_nodes, size=n_arcs),
            # Zero lengths, ties and closed arcs on purpose.
            rng.choice([0, 1, 1, 5, 9, 100, UNREACHED], size=n_arcs),
            strict=True,
        )
    ]
    sources = {int(node): int(rng.integers(20)) for node in rng.integers(n_nodes, size=3)}
    limit_m = int(rng.choice([15, 120, 10**6]))
    graph = nx.DiGraph()
    graph.add_nodes_from(range(n_nodes))
    for tail, head, metres in arcs:
        if metres != UNREACHED:
            known = graph.get_edge_data(tail, head, {"weight": metres})["weight"]
            graph.add_edge(tail, head, weight=min(known, metres))
    graph.add_weighted_edges_from((-1, node, metres) for node, metres in sources.items())
    found = nx.single_source_dijkstra_path_length(graph, -1)
    expected = [
        found[node] if found.get(node, limit_m + 1) <= limit_m else UNREACHED
        for node in range(n_nodes)
    ]
    asked = _ask(_csr(n_nodes, arcs), list(sources.items()), list(range(n_nodes)), limit_m)
    assert asked.tolist() == expected
