"""
Peers of the matrix benchmark: each prepares a graph and answers tables of distances.

A peer that is not installed is skipped with a reason. igraph (GPL) is never a dependency of ours
and is measured only where the user has it. Peers that go source by source are timed on a few
sources and scaled.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.graphs import Graph

Ints = NDArray[np.int64]
Table = Callable[[Ints, Ints], NDArray[Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Peer:
    """
    How to use one package.

    Parameters
    ----------
    package, module
        Distribution and import name.
    prepare
        From a graph to a function of (sources, targets).
    max_sources
        So many sources at most are timed; the rest is scaled. 0: all.
    """

    package: str
    module: str
    prepare: Callable[[Graph], Table]
    max_sources: int = 0

    @property
    def name(self) -> str:
        """Package and version."""
        return f"{self.package} {version(self.package)}"

    def missing(self) -> str:
        """Why it cannot run here, or nothing."""
        try:
            version(self.package)
            import_module(self.module)
        except PackageNotFoundError:
            return "not installed"
        except ImportError as error:
            return f"cannot be imported: {error}"
        return ""


def _routingkit(graph: Graph) -> Table:
    rk = import_module("pyroutingkit")
    topology = rk.CCHTopology()
    topology.build(
        graph.tail.astype(np.uint32), graph.head.astype(np.uint32),
        graph.lat_deg.astype(np.float32), graph.lon_deg.astype(np.float32), graph.n_nodes,
    )  # fmt: skip
    metric = rk.CCHMetric(topology)
    metric.customize(graph.weight.astype(np.uint32), 1)

    def table(sources: Ints, targets: Ints) -> NDArray[Any]:
        found = metric.distances_many_to_many(sources.astype(np.uint32), targets.astype(np.uint32))
        return np.asarray(found).reshape(len(sources), len(targets))

    return table


def _scipy(graph: Graph) -> Table:
    from scipy.sparse import csr_matrix
    from scipy.sparse.csgraph import dijkstra

    # scipy drops explicit zeros and adds parallel arcs up; the least one is wanted.
    order = np.lexsort((graph.weight, graph.head, graph.tail))
    tail, head = graph.tail[order], graph.head[order]
    first = np.ones(len(tail), bool)
    first[1:] = (tail[1:] != tail[:-1]) | (head[1:] != head[:-1])
    weight = np.maximum(graph.weight[order][first], 1e-9)
    matrix = csr_matrix((weight, (tail[first], head[first])), shape=(graph.n_nodes,) * 2)

    def table(sources: Ints, targets: Ints) -> NDArray[Any]:
        return dijkstra(matrix, indices=sources)[:, targets]

    return table


def _igraph(graph: Graph) -> Table:
    ig = import_module("igraph")
    built = ig.Graph(
        n=graph.n_nodes, edges=np.stack((graph.tail, graph.head), axis=1), directed=True
    )
    weights = graph.weight.tolist()

    def table(sources: Ints, targets: Ints) -> NDArray[Any]:
        return np.array(built.distances(sources.tolist(), targets.tolist(), weights=weights))

    return table


def _networkit(graph: Graph) -> Table:
    nk = import_module("networkit")
    nk.setNumberOfThreads(1)
    built = nk.GraphFromCoo(
        (graph.weight.astype(float), (graph.tail, graph.head)),
        n=graph.n_nodes, weighted=True, directed=True,
    )  # fmt: skip

    def table(sources: Ints, targets: Ints) -> NDArray[Any]:
        search = nk.distance.SPSP(built, sources.tolist(), targets.tolist())
        search.run()
        return np.array([[search.getDistance(s, t) for t in targets] for s in sources])

    return table


def _scgraph(graph: Graph) -> Table:
    sg = import_module("scgraph")
    arcs: list[dict[int, float]] = [{} for _ in range(graph.n_nodes)]
    for tail, head, weight in zip(
        graph.tail.tolist(), graph.head.tolist(), graph.weight.tolist(), strict=True
    ):
        arcs[tail][head] = min(weight, arcs[tail].get(head, weight))
    built = sg.Graph(arcs)

    def table(sources: Ints, targets: Ints) -> NDArray[Any]:
        rows = []
        for source in sources.tolist():
            tree = built.get_shortest_path_tree(origin_id=source)
            rows.append(np.asarray(tree["distance_matrix"])[targets])
        return np.array(rows)

    return table


PEERS = (
    Peer(package="pyroutingkit", module="pyroutingkit", prepare=_routingkit),
    Peer(package="scipy", module="scipy", prepare=_scipy, max_sources=5),
    Peer(package="igraph", module="igraph", prepare=_igraph, max_sources=3),
    Peer(package="networkit", module="networkit", prepare=_networkit, max_sources=3),
    Peer(package="scgraph", module="scgraph", prepare=_scgraph, max_sources=2),
)
