"""Pareto-optimal ways over cost, time and CO2e: labels per second, and one pair at a time."""

from __future__ import annotations

import argparse
from functools import partial
from statistics import median
from time import perf_counter, process_time
from typing import TYPE_CHECKING, Any

from benchmarks.compare import Comparison as Found
from benchmarks.compare import Contender, Preparation, Row, compare, rows
from benchmarks.registry import Comparison, register

if TYPE_CHECKING:
    from benchmarks.instances.multimodal_net import Net
    from benchmarks.peers.pareto_heapq import Neighbours

TERMINALS = (300, 1000)
EVERY_UP_TO = 1000
"""Terminals up to which all fronts from one source are asked for: labels grow fast with size."""
TWIN_LABELS = 20_000
"""After so many labels the plain Python twin stops and its time is scaled."""
TWIN = "plain Python heapq twin"
NO_PEER = "no installable peer found"
MS = 1000.0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Sizes, pairs, repetitions."""
    parser.add_argument("--terminals", type=int, nargs="+", default=list(TERMINALS))
    parser.add_argument("--pairs", type=int, default=20)
    parser.add_argument("--repetitions", type=int, default=3)
    parser.add_argument("--clock", choices=("wall", "cpu"), default="wall")
    parser.add_argument("--no-corridor", action="store_true", help="synthetic networks only")


def run(options: argparse.Namespace) -> Found:
    """Every size, then the corridor network; one thread."""
    found = Found()
    for n_terminals in options.terminals:
        _synthetic(n_terminals, options, found)
    if not options.no_corridor:
        _corridor(options, found)
    return found


def _synthetic(n_terminals: int, options: argparse.Namespace, found: Found) -> None:
    import numpy as np

    from benchmarks.instances.multimodal_net import MODES, make_net
    from benchmarks.peers.pareto_heapq import least_to, pareto_labels
    from optimizer.network.pareto_paths import CriteriaGraph

    net = make_net(n_terminals, options.seed)
    started = process_time()
    graph = CriteriaGraph(n_nodes=net.n_nodes, tail=net.tail, head=net.head, weights=net.weights)
    what = f"sort arcs, {net.n_nodes} nodes, {len(net.tail)} arcs"
    found.preparations.append(
        Preparation(contender="ours", what=what, cpu_s=process_time() - started)
    )
    after, before = _neighbours(net)
    if n_terminals <= EVERY_UP_TO:
        ours = graph.fronts_from(0)
        _row(
            found,
            options,
            (partial(graph.fronts_from, 0), partial(pareto_labels, after, 0, limit=TWIN_LABELS)),
            n_labels=ours.n_labels,
            n_targets=net.n_nodes,
        )
    pairs = np.random.default_rng(options.seed + 1).choice(n_terminals, (options.pairs, 2))
    timed: list[tuple[float, int, int, int]] = []
    for source, target in (pairs * len(MODES)).tolist():
        # Bounds to the target are kept from here on.
        front = graph.front_between(source, target)
        times = []
        for _ in range(options.repetitions):
            begun = perf_counter()
            front = graph.front_between(source, target)
            times.append((perf_counter() - begun) * MS)
        timed.append((median(times), source, target, front.n_labels))
    timed.sort()
    _, source, target, n_labels = timed[len(timed) // 2]
    bounds = [least_to(before, target, criterion) for criterion in range(3)]
    twin = partial(pareto_labels, after, source, target=target, bounds=bounds, limit=TWIN_LABELS)
    note = (
        f"{n_terminals} terminals, pair of median time of {len(timed)}; all pairs "
        f"{timed[0][0]:.2f}-{timed[-1][0]:.2f} ms"
    )
    ours_here = partial(graph.front_between, source, target)
    _row(
        found, options, (ours_here, twin), n_labels=n_labels, n_targets=1, target=target, note=note
    )


def _neighbours(net: Net) -> tuple[Neighbours, Neighbours]:
    """Arcs out of and into every node."""
    after: Neighbours = [[] for _ in range(net.n_nodes)]
    before: Neighbours = [[] for _ in range(net.n_nodes)]
    rows_of = zip(net.tail.tolist(), net.head.tolist(), net.weights.tolist(), strict=True)
    for tail, head, (cost, time, co2e) in rows_of:
        after[tail].append((head, (cost, time, co2e)))
        before[head].append((tail, (cost, time, co2e)))
    return after, before


def _row(
    found: Found,
    options: argparse.Namespace,
    contenders: tuple[Any, Any],
    *,
    n_labels: int,
    n_targets: int,
    target: int | None = None,
    note: str = "",
) -> None:
    """Ours against the twin; exactness where the twin came to its end."""
    ours, twin = contenders
    scale = max(1.0, n_labels / TWIN_LABELS)
    timed = compare(
        [Contender(name="ours", run=ours), Contender(name=TWIN, run=twin, scale=scale)],
        options.repetitions,
        clock=options.clock,
    )
    error: float | None = None
    if scale == 1.0:
        front: Any = timed[0].result
        twins: Any = timed[1].result
        theirs = twins[1]
        asked = range(n_targets) if target is None else (target,)
        same = all(
            front.sums(node).tolist() == [list(one) for one in theirs[node]] for node in asked
        )
        error = 0.0 if same else float("inf")
    speed = n_labels / median(timed[0].times_ms) / MS
    told = f"{n_labels} labels, {speed:.2f} M labels/s" + (f"; {note}" if note else "")
    found.rows += rows(
        "pareto",
        1,
        n_targets,
        timed,
        errors=[error, error],
        clock=options.clock,
        notes=["", told],
    )


def _corridor(options: argparse.Namespace, found: Found) -> None:
    """Random pairs of facilities of the real network with the timetabled kernel."""
    from benchmarks.instances.corridor_pairs import corridor_searches

    searches = corridor_searches(options.pairs * 5, options.seed)
    for search in searches:
        search()
    times, labels = [], []
    for search in searches:
        begun = perf_counter()
        labels.append(search())
        times.append((perf_counter() - begun) * MS)
    ranked = sorted(times)
    speed = sum(labels) / sum(times) / MS
    found.rows.append(
        Row(
            subject="pareto",
            peer=NO_PEER,
            n_sources=1,
            n_targets=1,
            ours_ms=round(median(times), 4),
            peer_ms=0.0,
            ratio=0.0,
            max_abs_error=None,
            repetitions=len(times),
            note=(
                f"corridor network with timetables, kernel and bounds, {len(times)} pairs, "
                f"95 % within {ranked[int(0.95 * len(ranked))]:.2f} ms, {speed:.2f} M labels/s"
            ),
        )
    )


register(
    Comparison(
        name="pareto",
        question="How long do Pareto-optimal ways over cost, time and CO2e take?",
        add_arguments=add_arguments,
        run=run,
    )
)
