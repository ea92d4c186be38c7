"""
Static distance tables: ours against peers on the same graph, same sets, one thread.

Sources and targets are disjoint random nodes. The reference is scipy's Dijkstra over as many
sources as it is timed on. Memory is the growth of the peak of a process of its own.
"""

from __future__ import annotations

import argparse
import multiprocessing
import resource
import sys
import tempfile
from functools import partial
from pathlib import Path
from time import process_time
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.compare import Comparison, Contender, Preparation, compare, rows
from benchmarks.graphs import Graph, load_graph
from benchmarks.peers.matrices import PEERS, Peer, Table
from benchmarks.registry import Comparison as Subject
from benchmarks.registry import register

if TYPE_CHECKING:
    from optimizer.network.hierarchy import Metric, OneToAll, PlainMetric

SIZES = (1, 10, 100, 500, 1000)
OURS = "teahorse"
SLOW_PEERS = ("igraph", "networkit", "scgraph")
ALL_SOURCES = 64
SCIPY_TREES = 2
"""One-to-all of so many sources; scipy grows so many trees, scaled."""
MAX_SLOW = 100
"""Peers slower than scipy are measured up to this size: beyond, the scaled figure says the same."""
LIMIT_S = 8.0
"""After so many seconds of a size a peer has been measured enough; a run takes a few minutes."""
MB = 1024.0


def ours(graph: Graph, n_threads: int = 1) -> Table:
    """Build, take weights, answer."""
    return _our_table(_our_metric(graph), n_threads)


def _our_metric(graph: Graph) -> Metric | PlainMetric:
    from optimizer.network.hierarchy import Hierarchy

    hierarchy = Hierarchy.build(graph.n_nodes, graph.tail, graph.head)
    metric = hierarchy.customize(graph.weight)
    # Arcs are put in the order of sweeps on the first question, which belongs to preparing.
    metric.table(np.zeros(1, np.int64), np.zeros(1, np.int64))
    return metric


def _our_table(metric: Metric | PlainMetric, n_threads: int) -> Table:
    def table(sources: NDArray[Any], targets: NDArray[Any]) -> NDArray[Any]:
        return metric.table(sources, targets, n_threads=n_threads)

    return table


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Options of this subject."""
    parser.add_argument("--graph", default="world_highways", help="name, or PATH.npz")
    parser.add_argument("--sizes", type=int, nargs="+", default=list(SIZES))
    parser.add_argument("--peers", nargs="*", default=None, help="only these packages")
    parser.add_argument("--repetitions", type=int, default=7)
    parser.add_argument("--clock", choices=("wall", "cpu"), default="wall")
    parser.add_argument("--threads", type=int, default=1, help="ours; peers use one")
    parser.add_argument("--no-memory", action="store_true", help="do not start a process each")


def run(arguments: argparse.Namespace) -> Comparison:
    """Prepare all contenders, then compare them size by size."""
    graph = load_graph(arguments.graph)
    found = Comparison()
    tables: dict[str, tuple[str, Table, int]] = {}
    ours(graph, arguments.threads)  # compiles, or loads what was compiled
    started = process_time()
    metric = _our_metric(graph)
    tables[OURS] = (OURS, _our_table(metric, arguments.threads), 0)
    took = [(OURS, process_time() - started)]
    for peer in PEERS:
        if arguments.peers is not None and peer.package not in arguments.peers:
            continue
        reason = peer.missing()
        if reason:
            found.skipped.append((peer.package, reason))
            continue
        started = process_time()
        tables[peer.package] = (peer.name, peer.prepare(graph), peer.max_sources)
        took.append((peer.package, process_time() - started))
    if arguments.peers is None:
        found.skipped.append(("osrm", "works on extracts of map files and not on arrays of arcs"))
    memory_mb = {} if arguments.no_memory else _memory_mb(list(tables), graph)
    for package, cpu_s in took:
        found.preparations.append(
            Preparation(
                contender=tables[package][0],
                what=f"prepares {graph.name}, {graph.n_nodes} nodes",
                cpu_s=cpu_s,
                memory_mb=memory_mb.get(package),
            )
        )
    nodes = np.random.default_rng(arguments.seed).permutation(graph.n_nodes)
    for size in arguments.sizes:
        if 2 * size > graph.n_nodes:
            found.skipped.append((f"size {size}", "the graph has too few nodes"))
            continue
        _compare_size(found, tables, nodes[:size], nodes[size : 2 * size], arguments)
    _compare_one_to_all(found, metric, tables, nodes[:ALL_SOURCES], arguments)
    return found


def _compare_one_to_all(
    found: Comparison,
    metric: Metric | PlainMetric,
    tables: dict[str, tuple[str, Table, int]],
    sources: NDArray[Any],
    arguments: argparse.Namespace,
) -> None:
    """Distances to every node: ours left in lanes, in memory that is used again; scipy's rows."""
    if "scipy" not in tables:
        return
    name, table, _ = tables["scipy"]
    n_nodes = len(metric.one_to_all(sources[:1]).position)
    rows_before: list[NDArray[np.int32]] = []

    def in_lanes() -> OneToAll:
        answer = metric.one_to_all(sources, rows=rows_before.pop() if rows_before else None)
        rows_before.append(answer.rows)
        return answer

    n = min(SCIPY_TREES, len(sources))
    contenders = [
        Contender(name=OURS, run=in_lanes),
        Contender(
            name=name,
            run=partial(table, sources[:n], np.arange(n_nodes)),
            scale=len(sources) / n,
        ),
    ]
    timed = compare(contenders, arguments.repetitions, clock=arguments.clock, limit_s=LIMIT_S)
    answer = metric.one_to_all(sources[:n])
    error = _error(np.stack([answer.of(at) for at in range(n)]), np.asarray(timed[1].result))
    found.rows += rows(
        "matrix",
        len(sources),
        n_nodes,
        timed,
        errors=[error, 0.0],
        clock=arguments.clock,
        notes=["", "one to all, ours left in lanes"],
    )


def _compare_size(
    found: Comparison,
    tables: dict[str, tuple[str, Table, int]],
    sources: NDArray[Any],
    targets: NDArray[Any],
    arguments: argparse.Namespace,
) -> None:
    contenders = []
    for package, (name, table, max_sources) in tables.items():
        if package in SLOW_PEERS and len(sources) > MAX_SLOW:
            continue
        n = min(max_sources or len(sources), len(sources))
        contenders.append(
            Contender(name=name, run=partial(table, sources[:n], targets), scale=len(sources) / n)
        )
    timed = compare(contenders, arguments.repetitions, clock=arguments.clock, limit_s=LIMIT_S)
    by_name = {
        contender.name: np.asarray(t.result) for contender, t in zip(contenders, timed, strict=True)
    }
    reference = next((by_name[n] for n in by_name if n.startswith("scipy ")), None)
    errors = [_error(result, reference) for result in by_name.values()]
    found.rows += rows(
        "matrix", len(sources), len(targets), timed, errors=errors, clock=arguments.clock
    )


def _error(result: NDArray[Any], reference: NDArray[Any] | None) -> float | None:
    """Largest difference over the rows that both have; what no path reaches must agree."""
    if reference is None:
        return None
    n = min(len(result), len(reference))
    # scipy has 1e-9 for arcs of length 0.
    exact = np.rint(reference[:n])
    reached = np.isfinite(exact)
    one = np.where(reached, result[:n], 0).astype(float)
    return float(np.abs(one - np.where(reached, exact, 0)).max(initial=0))


def _memory_mb(packages: list[str], graph: Graph) -> dict[str, float]:
    """Growth of the peak memory of a fresh process while each contender prepares and answers."""
    if sys.platform == "win32":
        return {}
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "graph.npz"
        # Quicker than reading the graph's own form again in every process.
        np.savez(
            file, n=graph.n_nodes, tail=graph.tail, head=graph.head, weight=graph.weight,
            lat=graph.lat_deg, lon=graph.lon_deg,
        )  # fmt: skip
        context = multiprocessing.get_context("spawn")
        with context.Pool(1, maxtasksperchild=1) as pool:
            grown = pool.starmap(_grow, [(each, str(file)) for each in packages], chunksize=1)
    return dict(zip(packages, grown, strict=True))


def _grow(package: str, graph_name: str) -> float:
    graph = load_graph(graph_name)
    before = _peak_mb()
    prepare = ours if package == OURS else _peer(package).prepare
    nodes = np.random.default_rng(0).permutation(graph.n_nodes)
    n = min(100, graph.n_nodes // 2)
    prepare(graph)(nodes[:2], nodes[n : 2 * n])
    return _peak_mb() - before


def _peak_mb() -> float:
    """Peak memory of this process; ``ru_maxrss`` of Linux begins with that of the parent."""
    status = Path("/proc/self/status")
    if status.is_file():
        for line in status.read_text(encoding="utf-8").splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) / MB
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / MB


def _peer(package: str) -> Peer:
    return next(peer for peer in PEERS if peer.package == package)


register(
    Subject(
        name="matrix",
        question="How long do tables of road distances take, ours and peers?",
        add_arguments=add_arguments,
        run=run,
    )
)
