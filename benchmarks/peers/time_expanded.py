"""The peers scipy and networkx: breadth-first search on the time-expanded graph of a timetable."""

from __future__ import annotations

from typing import Any

import networkx as nx
import numpy as np
from numpy.typing import NDArray

from benchmarks.instances.synthetic_timetable import SyntheticTimetable
from optimizer.kernels.arrays import Ints
from optimizer.network.network import UNREACHED


class TimeExpanded:
    """
    A node for each minute at which something leaves or arrives at a terminal.

    Arcs are hops and waiting for the next such minute. Without cut-offs and change times nothing
    else is needed: staying on board is no faster than getting off and on again.

    ``terminal``, ``minute`` (n_events,) are sorted by both; ``first`` (n_terminals + 1,) points in.
    """

    def __init__(self, timetable: SyntheticTimetable) -> None:
        from scipy.sparse import csr_array

        hops = timetable.hops
        span = int(hops.arrives_min.max()) + 1
        leaves = hops.tail * span + hops.departs_min
        comes = hops.head * span + hops.arrives_min
        events = np.unique(np.concatenate((leaves, comes)))
        self.terminal, self.minute = events // span, events % span
        self.first = np.searchsorted(self.terminal, np.arange(timetable.n_terminals + 1))
        waits = np.flatnonzero(self.terminal[1:] == self.terminal[:-1])
        self.tail = np.concatenate((np.searchsorted(events, leaves), waits))
        self.head = np.concatenate((np.searchsorted(events, comes), waits + 1))
        size = (len(events), len(events))
        self.matrix: Any = csr_array(
            (np.ones(len(self.tail), dtype=np.int8), (self.tail, self.head)), shape=size
        )

    def networkx_graph(self) -> nx.DiGraph:
        """The same as a networkx graph."""
        graph = nx.DiGraph()
        graph.add_nodes_from(range(len(self.minute)))
        graph.add_edges_from(zip(self.tail.tolist(), self.head.tolist(), strict=True))
        return graph

    def with_scipy(self, sources: Ints, departs_min: int) -> NDArray[np.int64]:
        """Clock minutes by source and terminal, from ``breadth_first_order``."""
        from scipy.sparse.csgraph import breadth_first_order

        out = np.full((len(sources), len(self.first) - 1), UNREACHED, dtype=np.int64)
        for row, source in enumerate(sources):
            event = self._first_event(int(source), departs_min)
            if event >= 0:
                reached = breadth_first_order(self.matrix, event, return_predecessors=False)
                self._earliest(reached, out[row])
            out[row, source] = departs_min
        return out

    def with_networkx(
        self, graph: nx.DiGraph, sources: Ints, departs_min: int
    ) -> NDArray[np.int64]:
        """The same from networkx, whose search goes level by level."""
        out = np.full((len(sources), len(self.first) - 1), UNREACHED, dtype=np.int64)
        for row, source in enumerate(sources):
            event = self._first_event(int(source), departs_min)
            if event >= 0:
                levels = nx.single_source_shortest_path_length(graph, event)
                self._earliest(np.fromiter(levels, dtype=np.int64), out[row])
            out[row, source] = departs_min
        return out

    def _first_event(self, source: int, departs_min: int) -> int:
        low, high = self.first[source], self.first[source + 1]
        at = low + np.searchsorted(self.minute[low:high], departs_min)
        return int(at) if at < high else -1

    def _earliest(self, reached: NDArray[Any], row: NDArray[np.int64]) -> None:
        np.minimum.at(row, self.terminal[reached], self.minute[reached])
