"""Pareto-optimal paths: by arithmetic, against the twin that compares all labels, and refusals."""

from __future__ import annotations

import random

import networkx as nx
import numpy as np
import pytest

from optimizer.errors import NetworkError
from optimizer.network.pareto_paths import CriteriaGraph
from tests.reference.pareto_paths_twin import fronts


def _graph(n_nodes, arcs):
    table = np.array([(t, h, *w) for t, h, w in arcs], dtype=np.int64).reshape(-1, 5)
    return CriteriaGraph(
        n_nodes=n_nodes, tail=table[:, 0], head=table[:, 1], weights=table[:, 2:].copy()
    )


def _random(seed):
    """Small graphs with loops, parallel arcs, zero weights, ties and nodes out of reach."""
    rng = random.Random(seed)  # noqa: S311
    n_nodes = rng.randrange(1, 9)
    largest = rng.choice((2, 5, 50, 5000))
    least = rng.choice((0, 0, 1))
    arcs = [
        (
            rng.randrange(n_nodes),
            rng.randrange(n_nodes),
            tuple(rng.randrange(least, largest + 1) for _ in range(3)),
        )
        for _ in range(rng.randrange(0, 4 * n_nodes))
    ]
    return n_nodes, arcs


def _check_paths(graph, found, node):
    """Every path starts at the source, hangs together, ends at the node, and sums up."""
    for row, sums in enumerate(found.sums(node)):
        path = found.path(node, row)
        ends = [found.source, *graph.head[path].tolist()]
        assert graph.tail[path].tolist() == ends[:-1]
        assert ends[-1] == node
        assert graph.weights[path].sum(axis=0).tolist() == sums.tolist()


@pytest.mark.parametrize("block", range(10))
def test_equals_the_twin(block):
    for seed in range(100 * block, 100 * block + 100):
        n_nodes, arcs = _random(seed)
        graph = _graph(n_nodes, arcs)
        expected = fronts(n_nodes, arcs, 0, 3)
        every = graph.fronts_from(0)
        assert every.n_labels == sum(len(labels) for labels in expected), seed
        for node in range(n_nodes):
            assert [tuple(row) for row in every.sums(node).tolist()] == expected[node], seed
            _check_paths(graph, every, node)
            one = graph.front_between(0, node)
            assert [tuple(row) for row in one.sums(node).tolist()] == expected[node], seed
            _check_paths(graph, one, node)


def test_three_ways_by_arithmetic():
    # Rail 0-1-3: 100+20, 30+2, 10+1; air 0-3: 900, 5, 80; road 0-2-3: 200, 20, 40; and a second
    # road that is worse than the first in everything.
    graph = _graph(
        4,
        [
            (0, 1, (100, 30, 10)),
            (1, 3, (20, 2, 1)),
            (0, 3, (900, 5, 80)),
            (0, 2, (150, 12, 30)),
            (2, 3, (50, 8, 10)),
            (2, 3, (51, 8, 11)),
        ],
    )
    found = graph.front_between(0, 3)
    assert found.sums(3).tolist() == [[120, 32, 11], [200, 20, 40], [900, 5, 80]]
    assert [found.path(3, row).tolist() for row in range(3)] == [[0, 1], [3, 4], [2]]


def _grid(side, seed):
    rng = np.random.default_rng(seed)
    nodes = np.arange(side * side).reshape(side, side)
    pairs = [(nodes[:, :-1], nodes[:, 1:]), (nodes[:-1], nodes[1:])]
    tail = np.concatenate([part.ravel() for a, b in pairs for part in (a, b)])
    head = np.concatenate([part.ravel() for a, b in pairs for part in (b, a)])
    weights = rng.integers(1, 100, (len(tail), 3))
    return CriteriaGraph(n_nodes=side * side, tail=tail, head=head, weights=weights)


def test_least_of_each_criterion_is_that_of_networkx():
    graph = _grid(12, 3)
    target = graph.n_nodes - 1
    sums = graph.front_between(0, target).sums(target)
    every = graph.fronts_from(0)
    for criterion in range(3):
        other = nx.DiGraph()
        for tail, head, weight in zip(
            graph.tail.tolist(),
            graph.head.tolist(),
            graph.weights[:, criterion].tolist(),
            strict=True,
        ):
            other.add_edge(tail, head, weight=weight)
        least = nx.single_source_dijkstra_path_length(other, 0)
        assert sums[:, criterion].min() == least[target]
        for node in range(graph.n_nodes):
            assert every.sums(node)[:, criterion].min() == least[node]


def test_room_grows_without_a_change(monkeypatch):
    graph = _grid(14, 5)
    target = graph.n_nodes - 1
    whole = graph.fronts_from(0)
    assert whole.n_labels > 16 * graph.n_nodes
    monkeypatch.setattr("optimizer.network.pareto_paths.FIRST_ROOM_LABELS", 0)
    grown = graph.fronts_from(0)
    assert grown.n_labels == whole.n_labels
    assert (grown.sums(target) == whole.sums(target)).all()
    between = graph.front_between(0, target)
    assert (between.sums(target) == whole.sums(target)).all()
    assert between.n_labels < whole.n_labels
    _check_paths(graph, between, target)


def test_order_of_criteria_and_of_arcs_changes_nothing():
    graph = _grid(8, 7)
    target = graph.n_nodes - 1
    expected = graph.front_between(0, target).sums(target)
    turned = CriteriaGraph(
        n_nodes=graph.n_nodes,
        tail=graph.tail[::-1].copy(),
        head=graph.head[::-1].copy(),
        weights=graph.weights[::-1, [2, 0, 1]].copy(),
    )
    sums = turned.front_between(0, target).sums(target)[:, [1, 2, 0]]
    assert sorted(map(tuple, sums.tolist())) == sorted(map(tuple, expected.tolist()))


def test_more_labels_than_allowed_are_refused(monkeypatch):
    monkeypatch.setattr("optimizer.network.pareto_paths.FIRST_ROOM_LABELS", 0)
    with pytest.raises(NetworkError, match="N292"):
        _grid(14, 5).fronts_from(0, max_labels=1000)


def test_weights_that_fit_no_key_are_refused():
    graph = _graph(2, [(0, 1, (2**30, 2**30, 2**30))])
    with pytest.raises(NetworkError, match="N291"):
        graph.fronts_from(0)


def test_sums_that_outgrow_their_field_are_refused():
    # Any path of 64 arcs sums up to 2**26 in each criterion: 27 bits and a guard, three times 28.
    # The bound does not fit, so the guard bits have to tell.
    arcs = [(node, node + 1, (2**20, 2**20, 2**20)) for node in range(64)]
    with pytest.raises(NetworkError, match="N291"):
        _graph(65, arcs).fronts_from(0)
    # With a target, what counts is how much worse a path is than the least: nothing here.
    assert _graph(65, arcs).front_between(0, 64).sums(64).tolist() == [[2**26, 2**26, 2**26]]


def test_all_findings_at_once():
    with pytest.raises(NetworkError) as caught:
        _graph(2, [(0, 5, (1, 1, 1)), (-1, 0, (1, -1, 1))])
    assert [finding.code for finding in caught.value.findings] == ["N290"] * 3
    with pytest.raises(NetworkError, match="equal length"):
        CriteriaGraph(
            n_nodes=2,
            tail=np.zeros(2, dtype=np.int64),
            head=np.zeros(1, dtype=np.int64),
            weights=np.zeros((2, 3), dtype=np.int64),
        )
