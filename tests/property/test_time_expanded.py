"""
Outside implementations: scipy and networkx on the time-expanded graph, with change times and walks.

Two traps are kept as tests, because with either of them everything looks right until it is compared:
one label a node where walks are not transitive (see ``tests/unit/kernels/test_earliest_arrival.py``
too), and a time-expanded graph in which cargo that rides through steps onto the platform and boards
again without the change time.
"""

from __future__ import annotations

from itertools import pairwise
from typing import NamedTuple

import networkx as nx
import numpy as np
import pytest
from scipy.sparse import csr_array
from scipy.sparse.csgraph import breadth_first_order

from optimizer.kernels.earliest_arrival import UNREACHED, WALK
from optimizer.network.arrivals import earliest_arrivals
from optimizer.network.connections import Connections, connections_from
from optimizer.network.schedule import Arc, Arcs, Hops

N_TERMINALS = 60
N_VOYAGES = 700
SPAN_MIN = 10 * 1440
START_MIN = 300
N_NEAR = 4


class Case(NamedTuple):
    hops: Hops
    arcs: list[Arc]
    connections: Connections


@pytest.fixture(scope="module")
def case() -> Case:
    """Sixty terminals with change times of two to twelve hours and walks to the nearest four."""
    rng = np.random.default_rng(38)
    place = rng.random((N_TERMINALS, 2)) * 1000
    km = np.hypot(*(place[:, None] - place[None]).transpose(2, 0, 1))
    change_min = rng.choice([120, 240, 480, 720], N_TERMINALS)
    rows = []
    for voyage in range(N_VOYAGES):
        now, at = int(rng.integers(SPAN_MIN)), int(rng.integers(N_TERMINALS))
        for hop in range(int(rng.integers(1, 6))):
            head = int(rng.integers(N_TERMINALS))
            if head == at:
                break
            arrives = now + 30 + int(km[at, head])
            rows.append((at, head, now, now - change_min[at], arrives, arrives, voyage, hop))
            now, at = arrives + int(rng.integers(0, 300)), head
    arcs = [
        Arc(at, int(near), WALK, 60 + int(km[at, near]), np.empty((0, 3), dtype=np.int64), 0)
        for at in range(N_TERMINALS)
        for near in np.argsort(km[at])[1 : N_NEAR + 1]
    ]
    hops = Hops(*np.array(rows, dtype=np.int64).T)
    return Case(hops, arcs, connections_from(N_TERMINALS, hops, Arcs.of(arcs)))


class Expanded(NamedTuple):
    """Platforms are (terminal, minute); a hop has an event on board after it."""

    graph: nx.DiGraph
    start: tuple[int, int]


def _expanded(case: Case, source: int, *, through_the_platform: bool = False) -> Expanded:
    """
    Cargo on a platform may board; cargo on board may stay, get off, or get off and walk.

    ``through_the_platform`` is the trap: staying on board is drawn as an arc from the platform on
    arrival to the next departure, without the change time.
    """
    graph = nx.DiGraph()
    start = (source, START_MIN)
    minutes: dict[int, set[int]] = {at: set() for at in range(N_TERMINALS)}
    minutes[source].add(START_MIN)
    walks = [(arc.tail, arc.head, arc.minutes) for arc in case.arcs]
    hops = [tuple(int(value) for value in row) for row in zip(*case.hops, strict=True)]
    number = {(hop[6], hop[7]): at for at, hop in enumerate(hops)}
    for tail, head, took in walks:
        if tail == source:
            graph.add_edge(start, (head, START_MIN + took))
            minutes[head].add(START_MIN + took)
    for at, (tail, head, _, cutoff, arrives, ready, voyage, hop) in enumerate(hops):
        on_board = ("on board", at)
        minutes[tail].add(cutoff)
        minutes[head].add(ready)
        graph.add_edge((tail, cutoff), on_board)
        graph.add_edge(on_board, (head, ready))
        after = number.get((voyage, hop + 1))
        if after is not None:
            graph.add_edge((head, ready) if through_the_platform else on_board, ("on board", after))
        for from_terminal, to_terminal, took in walks:
            if from_terminal == head:
                graph.add_edge(on_board, (to_terminal, ready + took))
                minutes[to_terminal].add(ready + took)
        assert arrives == ready
    for terminal, known in minutes.items():
        ordered = sorted(known)
        for before, later in pairwise(ordered):
            graph.add_edge((terminal, before), (terminal, later))
    return Expanded(graph, start)


def _with_networkx(expanded: Expanded) -> list[int]:
    reached = nx.descendants(expanded.graph, expanded.start) | {expanded.start}
    return _earliest(reached)


def _with_scipy(expanded: Expanded) -> list[int]:
    names = list(expanded.graph)
    number = {name: at for at, name in enumerate(names)}
    tails, heads = zip(*((number[t], number[h]) for t, h in expanded.graph.edges), strict=True)
    matrix = csr_array(
        (np.ones(len(tails), dtype=np.int8), (tails, heads)), shape=(len(names), len(names))
    )
    order = breadth_first_order(matrix, number[expanded.start], return_predecessors=False)
    return _earliest({names[at] for at in order})


def _earliest(reached: set) -> list[int]:
    found = [UNREACHED] * N_TERMINALS
    for terminal, minute in reached:
        if terminal != "on board":
            found[terminal] = min(found[terminal], minute)
    return found


SOURCES = range(0, N_TERMINALS, 8)


def test_equal_to_networkx_and_scipy(case: Case) -> None:
    found = earliest_arrivals(case.connections, SOURCES, START_MIN)
    assert (found != UNREACHED).mean() > 0.9
    for row, source in enumerate(SOURCES):
        expanded = _expanded(case, source)
        assert found[row].tolist() == _with_networkx(expanded)
        assert found[row].tolist() == _with_scipy(expanded)
        alone = earliest_arrivals(case.connections, source, START_MIN)
        assert found[row].tolist() == alone[0].tolist()


def test_the_cross_check_sees_the_platform_trap(case: Case) -> None:
    found = earliest_arrivals(case.connections, SOURCES, START_MIN)
    wrong = [
        _with_networkx(_expanded(case, source, through_the_platform=True)) for source in SOURCES
    ]
    assert (np.array(wrong) < found).mean() > 0.01
    assert (np.array(wrong) <= found).all()


def test_the_cross_check_sees_the_single_label_trap(case: Case) -> None:
    found = earliest_arrivals(case.connections, SOURCES, START_MIN)
    wrong = np.array([_one_label(case, source) for source in SOURCES])
    assert (wrong > found).mean() > 0.01
    assert (wrong >= found).all()


def _one_label(case: Case, source: int) -> list[int]:
    """The scan with a single label a node: the trap."""
    label = [UNREACHED] * N_TERMINALS
    label[source] = START_MIN
    walks: dict[int, list[Arc]] = {at: [] for at in range(N_TERMINALS)}
    for arc in case.arcs:
        walks[arc.tail].append(arc)
    for arc in walks[source]:
        label[arc.head] = min(label[arc.head], START_MIN + arc.minutes)
    boarded: set[int] = set()
    hops = zip(*case.hops, strict=True)
    for tail, head, _, cutoff, _, ready, voyage, _ in sorted(
        hops, key=lambda hop: (hop[2], hop[7])
    ):
        if voyage in boarded or label[tail] <= cutoff:
            boarded.add(voyage)
            if ready < label[head]:
                label[head] = ready
                for arc in walks[head]:
                    label[arc.head] = min(label[arc.head], ready + arc.minutes)
    return label
