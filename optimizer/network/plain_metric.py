"""The answers of ``metric.py`` by plain Dijkstra, for networks that do not contract well."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
from numpy.typing import ArrayLike, NDArray

from optimizer.errors import NetworkError
from optimizer.kernels import shortest_path
from optimizer.kernels.sweeps import FAR, LANES, NONE, UNREACHED
from optimizer.network.answers import OneToAll, check_nodes, no_path, too_long

Ints = NDArray[np.int32]
Longs = NDArray[np.int64]


class PlainMetric:
    """
    Weights on a graph that is not contracted; see :class:`optimizer.network.metric.Metric`.

    Parameters
    ----------
    tail, head
        (n_arcs,) node indices.
    weights
        (n_arcs,) ``FAR`` where closed.
    """

    def __init__(self, n_nodes: int, tail: Ints, head: Ints, weights: Ints) -> None:
        self.weights = weights
        self._n_nodes = n_nodes
        self._ways = [
            _by_tail(n_nodes, tail, head, weights),
            _by_tail(n_nodes, head, tail, weights),
        ]
        self._tail = tail

    def table(self, sources: ArrayLike, targets: ArrayLike, *, n_threads: int = 1) -> Ints:
        """As :meth:`Metric.table`, one search a source."""
        here, there = check_nodes(self._n_nodes, sources=sources, targets=targets)
        table = np.empty((len(here), len(there)), np.int32)
        if table.size == 0:
            return table

        def run(row: int) -> None:
            distance, _, gave_up = self._search(here[row], there)
            table[row] = distance[there]
            if gave_up and (table[row] == UNREACHED).any():
                raise NetworkError(too_long(f"from {here[row]}"))

        with ThreadPoolExecutor(max(1, n_threads)) as pool:
            list(pool.map(run, range(len(here))))
        return table

    def one_to_all(
        self, sources: ArrayLike, *, reverse: bool = False, rows: Ints | None = None
    ) -> OneToAll:
        """As :meth:`Metric.one_to_all`."""
        (ends,) = check_nodes(self._n_nodes, sources=sources)
        n_chunks = -(-len(ends) // LANES)
        shape = (n_chunks, self._n_nodes, LANES)
        if rows is None or rows.shape != shape:
            rows = np.empty(shape, np.int32)
        rows[:] = UNREACHED
        nowhere = np.empty(0, np.int32)
        place = np.arange(len(ends), dtype=np.int32)
        for end, (chunk, lane) in enumerate(zip(place // LANES, place % LANES, strict=True)):
            distance, _, gave_up = self._search(ends[end], nowhere, reverse=reverse)
            if gave_up:
                raise NetworkError(too_long(f"from {ends[end]}"))
            rows[chunk, :, lane] = distance
        position = np.arange(self._n_nodes, dtype=np.int32)
        return OneToAll(rows=rows, position=position, chunk=place // LANES, lane=place % LANES)

    def path(self, source: int, target: int) -> Ints:
        """As :meth:`Metric.path`."""
        here, there = check_nodes(self._n_nodes, source=source, target=target)
        distance, by_arc, gave_up = self._search(here[0], there)
        node = int(there[0])
        if distance[node] == UNREACHED:
            raise NetworkError(
                too_long(f"{source} to {target}") if gave_up else no_path(source, target)
            )
        order = self._ways[0][3]
        arcs: list[int] = []
        while node != here[0]:
            arc = int(order[by_arc[node]])
            arcs.append(arc)
            node = int(self._tail[arc])
        return np.array(arcs[::-1], np.int32)

    def _search(
        self, source: int, targets: Ints, *, reverse: bool = False
    ) -> tuple[Longs, Ints, bool]:
        first, head, weight, _ = self._ways[1 if reverse else 0]
        distance = np.empty(self._n_nodes, np.int64)
        by_arc = np.full(self._n_nodes, NONE, np.int32)
        heap = np.empty(len(head) + 1, np.int64)
        gave_up = shortest_path.search(
            first, head, weight, int(source), targets, distance, by_arc, heap
        )
        return distance, by_arc, gave_up


def _by_tail(n_nodes: int, tail: Ints, head: Ints, weights: Ints) -> tuple[Longs, Ints, Ints, Ints]:
    """CSR by tail and the input arc of each place; closed arcs stay and are passed over."""
    order = np.argsort(tail, kind="stable").astype(np.int32)
    first = np.zeros(n_nodes + 1, np.int64)
    np.cumsum(np.bincount(tail, minlength=n_nodes), out=first[1:])
    return first, head[order], np.minimum(weights[order], FAR).astype(np.int32), order
