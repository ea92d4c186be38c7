"""The road hierarchy against arithmetic, its slow twin, scipy, and itself without a compiler."""

from __future__ import annotations

import os
import subprocess
import sys

import numpy as np
import pytest
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import dijkstra

from optimizer.errors import NetworkError
from optimizer.network.hierarchy import FAR, UNREACHED, Hierarchy
from tests.reference.shortest_paths import distances


def random_graph(seed: int, max_nodes: int = 30):
    """Directed and asymmetric, with loops, parallel, closed and free arcs, and lonely nodes."""
    rng = np.random.default_rng(seed)
    n = int(rng.integers(1, max_nodes))
    n_arcs = int(rng.integers(0, 4 * n))
    tail, head = rng.integers(0, n, (2, n_arcs))
    weight = rng.integers(0, (2, 10, 100_000)[seed % 3], n_arcs)
    weight[rng.random(n_arcs) < 0.1] = UNREACHED
    return rng, n, tail, head, weight


def check_graph(seed: int, max_nodes: int = 30) -> None:
    rng, n, tail, head, weight = random_graph(seed, max_nodes)
    # One in ten is left uncontracted and answers by plain search.
    limit = -1 if seed % 10 == 9 else 10**6
    metric = Hierarchy.build(n, tail, head, max_triangles=limit).customize(weight)
    sources, targets = (
        rng.integers(0, n, rng.integers(0, 40)),
        rng.integers(0, n, rng.integers(0, 50)),
    )
    if seed % 7 == 0:
        targets = sources
    table = metric.table(sources, targets)
    assert table.shape == (len(sources), len(targets))
    assert table.dtype == np.int32
    arcs = list(zip(tail.tolist(), head.tolist(), weight.tolist(), strict=True))
    for i, source in enumerate(sources.tolist()):
        best = distances(arcs, source)
        assert table[i].tolist() == [best.get(t, UNREACHED) for t in targets.tolist()]
        for target in targets[:2].tolist():
            if target not in best:
                with pytest.raises(NetworkError, match="N264"):
                    metric.path(source, target)
                continue
            at = source
            path = metric.path(source, target)
            for arc in path:
                assert tail[arc] == at
                at = head[arc]
            assert at == target
            assert weight[path].sum() == best[target]


def test_corridor_by_hand():
    # 0 -5-> 1 -7-> 2, back 1 -6-> 0, and a long way 0 -13-> 2.
    metric = Hierarchy.build(4, [0, 1, 1, 0], [1, 2, 0, 2]).customize([5, 7, 6, 13])
    far = UNREACHED
    assert metric.table(range(4), range(4)).tolist() == [
        [0, 5, 12, far],
        [6, 0, 7, far],
        [far, far, 0, far],
        [far, far, far, 0],
    ]
    assert metric.path(0, 2).tolist() == [0, 1]
    assert metric.path(2, 2).tolist() == []


@pytest.mark.parametrize("block", range(5))
def test_random_graphs_equal_the_slow_twin(block):
    for seed in range(block * 30, block * 30 + 30):
        check_graph(seed)


@pytest.mark.slow
def test_a_thousand_random_graphs_equal_the_slow_twin():
    for seed in range(1000, 2000):
        check_graph(seed, max_nodes=60)


def grid(width: int, seed: int):
    """A road-like square grid with both directions of different weights."""
    rng = np.random.default_rng(seed)
    node = np.arange(width * width).reshape(width, width)
    one = np.concatenate((node[:, :-1].ravel(), node[:-1].ravel()))
    other = np.concatenate((node[:, 1:].ravel(), node[1:].ravel()))
    tail, head = np.concatenate((one, other)), np.concatenate((other, one))
    return width * width, tail, head, rng.integers(1, 1000, len(tail))


@pytest.fixture(scope="module")
def grid_metric():
    n, tail, head, weight = grid(40, 1)
    hierarchy = Hierarchy.build(n, tail, head)
    return hierarchy, hierarchy.customize(weight), weight


@pytest.fixture(scope="module")
def exact(grid_metric):
    hierarchy, _, weight = grid_metric
    return reference(hierarchy, weight)


def reference(hierarchy: Hierarchy, weight):
    shape = (hierarchy.n_nodes, hierarchy.n_nodes)
    return dijkstra(csr_matrix((weight, (hierarchy.tail, hierarchy.head)), shape=shape))


@pytest.mark.parametrize("size", [1, 2, 3, 15, 16, 17, 33, 200])
def test_tables_equal_scipy(grid_metric, exact, size):
    hierarchy, metric, _ = grid_metric
    nodes = np.random.default_rng(size).integers(0, hierarchy.n_nodes, 2 * size)
    for sources, targets in ((nodes[:size], nodes[size:]), (nodes, nodes[:1]), (nodes[:1], nodes)):
        table = metric.table(sources, targets)
        assert np.array_equal(table, exact[np.ix_(sources, targets)])
        for n_threads in (2, 3):
            assert np.array_equal(table, metric.table(sources, targets, n_threads=n_threads))


def test_one_to_all_equals_scipy_in_both_directions(grid_metric, exact):
    hierarchy, metric, _ = grid_metric
    ends = np.random.default_rng(3).integers(0, hierarchy.n_nodes, 40)
    away, back = metric.one_to_all(ends), metric.one_to_all(ends, reverse=True)
    for at, end in enumerate(ends):
        assert np.array_equal(away.of(at), exact[end])
        assert np.array_equal(back.of(at), exact[:, end])


def test_new_weights_and_many_weights_equal_one_by_one(grid_metric):
    hierarchy, _, weight = grid_metric
    rng = np.random.default_rng(4)
    weights = np.array([weight * (i + 1) + rng.integers(0, 50, len(weight)) for i in range(18)])
    weights[3, ::7] = UNREACHED
    nodes = rng.integers(0, hierarchy.n_nodes, 60)
    for row, metric in zip(weights, hierarchy.customize_lanes(weights), strict=True):
        single = hierarchy.customize(row).table(nodes[:30], nodes[30:])
        assert np.array_equal(metric.table(nodes[:30], nodes[30:]), single)


def test_same_order_and_same_structure_twice():
    n, tail, head, _ = grid(30, 2)
    one, other = Hierarchy.build(n, tail, head), Hierarchy.build(n, tail, head)
    assert one.content_hash == other.content_hash
    assert np.array_equal(one.structure.position, other.structure.position)
    assert np.array_equal(one.structure.up_head, other.structure.up_head)


def test_files_give_the_same_answers_and_damage_is_built_anew(tmp_path):
    n, tail, head, weight = grid(12, 5)
    nodes = np.arange(n)
    built = Hierarchy.cached(n, tail, head, directory=tmp_path)
    table = built.customize(weight).table(nodes, nodes)
    mapped = Hierarchy.cached(n, tail, head, directory=tmp_path)
    assert np.array_equal(mapped.customize(weight).table(nodes, nodes), table)
    (folder,) = tmp_path.iterdir()
    assert folder.name == built.content_hash
    (folder / "up_head.npy").write_bytes(b"not an array")
    again = Hierarchy.cached(n, tail, head, directory=tmp_path)
    assert np.array_equal(again.customize(weight).table(nodes, nodes), table)
    # Another topology has another folder.
    Hierarchy.cached(n, head[:-1], tail[:-1], directory=tmp_path)
    assert len(list(tmp_path.iterdir())) == 2


def test_large_separators_turn_the_hierarchy_off():
    n = 40
    tail, head = (array.ravel() for array in np.meshgrid(np.arange(n), np.arange(n)))
    weight = np.abs(tail - head) ** 2
    off = Hierarchy.build(n, tail, head, max_triangles=1000)
    assert not off.is_contracted
    assert "9880 triangles" in off.note  # 40 choose 3
    on = Hierarchy.build(n, tail, head)
    assert on.is_contracted
    nodes = np.arange(n)
    one, other = off.customize(weight), on.customize(weight)
    assert np.array_equal(one.table(nodes, nodes), other.table(nodes, nodes))
    assert np.array_equal(one.one_to_all([3]).of(0), other.one_to_all([3]).of(0))


@pytest.mark.parametrize("limit", [-1, 1000])
def test_lengths_that_do_not_fit_are_refused_and_those_that_do_are_not(limit):
    hierarchy = Hierarchy.build(3, [0, 1], [1, 2], max_triangles=limit)
    half = FAR // 2
    fits = hierarchy.customize([half, half])
    assert fits.table([0], [2])[0, 0] == 2 * half < FAR
    # One-way arcs: no bound is proved, so a missing path is told from a long one by a second table.
    assert fits.table([2], [0])[0, 0] == UNREACHED
    with pytest.raises(NetworkError, match=r"N263.*0 to 2|N263.*from 0"):
        hierarchy.customize([half, half + 2]).table([0], [2])


def test_findings_come_all_at_once():
    with pytest.raises(NetworkError) as refused:
        Hierarchy.build(2, [0, 5], [-1])
    assert [finding.code for finding in refused.value.findings] == ["N260", "N260"]
    with pytest.raises(NetworkError, match="differ in length"):
        Hierarchy.build(2, [0, 1], [1])
    hierarchy = Hierarchy.build(2, [0, 1], [1, 0])
    for weights in ([1], [1.5, 2.0], [-1, 2], [FAR, 1]):
        with pytest.raises(NetworkError, match="N261"):
            hierarchy.customize(weights)
    with pytest.raises(NetworkError) as refused:
        hierarchy.customize_lanes([[1, -1], [1, 1], [-1, 1]])
    assert len(refused.value.findings) == 2
    with pytest.raises(NetworkError) as refused:
        hierarchy.customize([1, 1]).table([2], [0.5])
    assert [finding.code for finding in refused.value.findings] == ["N262", "N262"]


def test_nothing_at_all():
    metric = Hierarchy.build(0, [], []).customize([])
    assert metric.table([], []).shape == (0, 0)
    lonely = Hierarchy.build(1, [], []).customize([])
    assert lonely.table([0, 0], [0]).tolist() == [[0], [0]]
    assert lonely.table([0], []).shape == (1, 0)


@pytest.mark.slow
def test_the_same_without_a_compiler():
    """The vector operations have an interpreted form; all of the above with it, on few graphs."""
    code = (
        "from tests.unit.network.test_hierarchy import *\n"
        "[check_graph(seed, 20) for seed in range(40)]\n"
        "n, tail, head, weight = grid(8, 1)\n"
        "hierarchy = Hierarchy.build(n, tail, head)\n"
        "metrics = hierarchy.customize_lanes(np.stack((weight, weight * 2)))\n"
        "exact = reference(hierarchy, weight)\n"
        "assert np.array_equal(metrics[0].table(range(n), range(n)), exact)\n"
        "assert np.array_equal(metrics[1].one_to_all([5]).of(0), 2 * exact[5])\n"
    )
    run = subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        env=os.environ | {"NUMBA_DISABLE_JIT": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
