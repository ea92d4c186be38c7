"""Distances of one set of weights on a road hierarchy: tables, one-to-all, paths."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from itertools import pairwise
from threading import Lock

import numpy as np
from numpy.typing import ArrayLike, NDArray

from optimizer.errors import NetworkError, show_ids
from optimizer.kernels import hierarchy as building
from optimizer.kernels import shortest_path, sweeps
from optimizer.kernels.sweeps import FAR, LANES, NONE, UNREACHED
from optimizer.network.answers import OneToAll, check_nodes, no_path, too_long
from optimizer.network.structure import Structure

Ints = NDArray[np.int32]
Longs = NDArray[np.int64]

N_CHUNKS = 2
"""Groups of 16 sources that share one reading of a table's program."""
FEW = 2
"""Up to so many sources and targets together, climbing in scalars is quicker than in lanes."""


class Workspaces:
    """Marks by node that are all empty between tables; one array a table at a time."""

    def __init__(self, n_nodes: int) -> None:
        self._n_nodes = n_nodes
        self._idle: list[Ints] = []
        self._lock = Lock()

    def take(self) -> Ints:
        """(n_nodes, N_MARKS) for ``plan_table``."""
        with self._lock:
            if self._idle:
                return self._idle.pop()
        return empty_marks(self._n_nodes)

    @cached_property
    def every_node(self) -> Ints:
        """Marks of a sweep over all nodes. Read only."""
        marks = empty_marks(self._n_nodes)
        marks[:, sweeps.KEPT] = np.arange(self._n_nodes)
        return marks

    def give_back(self, marks: Ints) -> None:
        """They are empty again."""
        with self._lock:
            self._idle.append(marks)


def empty_marks(n_nodes: int) -> Ints:
    """No sources below, not swept, no meets."""
    marks = np.full((n_nodes, sweeps.N_MARKS), NONE, np.int32)
    marks[:, sweeps.N_BELOW] = 0
    return marks


class Metric:
    """
    Weights on a hierarchy, from :meth:`Hierarchy.customize`.

    Parameters
    ----------
    both
        (n_up_arcs, 2) customized weights up and down, or what gives them.
    weights
        (n_arcs,) input weights, ``FAR`` where closed.
    """

    def __init__(
        self,
        structure: Structure,
        workspaces: Workspaces,
        *,
        both: Ints | Callable[[], Ints],
        weights: Ints,
    ) -> None:
        self.structure = structure
        self.weights = weights
        self._both = both
        self._workspaces = workspaces

    @cached_property
    def bound(self) -> int:
        """No distance is longer; ``FAR`` where that is not proved."""
        return self._ready[1]

    @property
    def _tree(self) -> sweeps.Tree:
        return self._ready[0]

    @cached_property
    def _ready(self) -> tuple[sweeps.Tree, int]:
        """Arcs as sweeps read them, and the bound: made by the first question."""
        structure = self.structure
        both = self._both() if callable(self._both) else self._both
        rising, falling = np.empty((2, len(both), 2), np.int32)
        building.split(both, structure.up_offset, rising, falling)
        buffers = np.empty((2, structure.n_nodes), np.int32)
        bound = building.farthest(
            structure.parent, structure.up_first, structure.up_head, both, buffers[0], buffers[1]
        )
        # What was customized is not needed any more; sixteen lanes of it are large.
        self._both = np.empty((0, 2), np.int32)
        return sweeps.Tree(structure.nodes, rising, falling), bound

    def table(
        self,
        sources: ArrayLike,
        targets: ArrayLike,
        *,
        n_threads: int = 1,
    ) -> Ints:
        """
        Distances between nodes.

        Parameters
        ----------
        sources, targets
            Node indices; may repeat and be empty.
        n_threads
            Threads that share the sources; the result does not depend on it.

        Returns
        -------
        Ints
            (n_sources, n_targets) int32; ``UNREACHED`` where there is no path.

        Raises
        ------
        NetworkError
            N262: unknown nodes. N263: a path is too long for int32.
        """
        here, there = check_nodes(self.structure.n_nodes, sources=sources, targets=targets)
        position = self.structure.position
        table = self.distances(position[here], position[there], n_threads)
        if self.bound >= FAR and (table == UNREACHED).any():
            self._refuse_too_long(here, there, table, n_threads)
        return table

    def distances(self, sources: Ints, targets: Ints, n_threads: int) -> Ints:
        """As :meth:`table`, from positions, without a check of lengths."""
        table = np.empty((len(sources), len(targets)), np.int32)
        if table.size == 0:
            return table
        if len(sources) + len(targets) <= FEW:
            up, down = self._climb(sources, targets)
            shortest_path.meet(up[0], up[1], down[0], down[1], table)
            return table
        source_order = np.argsort(sources, kind="stable").astype(np.int32)
        target_order = np.argsort(targets, kind="stable").astype(np.int32)
        sources, targets = sources[source_order], targets[target_order]
        marks = self._workspaces.take()
        steps, arcs, leaf, meets, touched, n_kept = sweeps.plan_table(
            self._tree, sources, targets, target_order, self.structure.n_levels, marks
        )
        program = sweeps.Program(steps, arcs, leaf, meets, marks)
        n_chunks = min(N_CHUNKS, -(-len(sources) // LANES))
        sizes = np.array((self.structure.n_levels, n_kept, len(targets), n_chunks), np.int64)

        def run(part: slice) -> None:
            sweeps.run_table(
                self._tree,
                program,
                _scratch(sizes),
                sizes,
                sources[part],
                source_order[part],
                table,
            )

        parts = _parts(len(sources), n_chunks * LANES, n_threads)
        if len(parts) == 1:
            run(parts[0])
        else:
            with ThreadPoolExecutor(len(parts)) as pool:
                list(pool.map(run, parts))
        sweeps.forget_table(touched, marks)
        self._workspaces.give_back(marks)
        return table

    def _climb(self, sources: Ints, targets: Ints) -> list[tuple[Ints, Ints]]:
        """Paths to the root and distances along them, of sources up and of targets down."""
        climbs = []
        for ends, arcs in ((sources, self._tree.rising), (targets, self._tree.falling)):
            path = np.empty((len(ends), self.structure.n_levels), np.int32)
            distance = np.empty_like(path)
            shortest_path.climb(ends, self._tree.nodes, arcs, path, distance)
            climbs.append((path, distance))
        return climbs

    @cached_property
    def _reachable(self) -> Metric:
        """The same open arcs with weight 0: tells what no path is from what is too long."""
        structure = self.structure
        weights = np.where(self.weights >= FAR, np.int32(FAR), np.int32(0))
        both = np.empty((len(structure.up_head), 2), np.int32)
        building.respect(structure.slot, weights, both)
        building.customize(structure.up_first, structure.opposite, both)
        return Metric(structure, self._workspaces, both=both, weights=weights)

    def _refuse_too_long(self, sources: Ints, targets: Ints, table: Ints, n_threads: int) -> None:
        position = self.structure.position
        joined = self._reachable.distances(position[sources], position[targets], n_threads)
        wrong = np.argwhere((table == UNREACHED) & (joined != UNREACHED))
        if len(wrong):
            ends = [f"{sources[i]} to {targets[j]}" for i, j in wrong[:10]]
            raise NetworkError(too_long(show_ids(ends)))

    def one_to_all(
        self, sources: ArrayLike, *, reverse: bool = False, rows: Ints | None = None
    ) -> OneToAll:
        """
        Distances from each source to every node, 16 sources a row.

        Parameters
        ----------
        sources
            Node indices.
        reverse
            Distances from every node to each of ``sources`` instead.
        rows
            ``rows`` of an answer that is not needed any more, written over: fresh memory costs as
            much as the distances. It must have the shape of the new answer.

        Raises
        ------
        NetworkError
            N262: unknown nodes. N263: paths may be too long for int32.
        """
        if self.bound >= FAR:
            raise NetworkError(too_long("one-to-all"))
        (ends,) = check_nodes(self.structure.n_nodes, sources=sources)
        structure, tree = self.structure, self._tree
        if reverse:
            tree = sweeps.Tree(tree.nodes, tree.falling, tree.rising)
        ends = structure.position[ends]
        order = np.argsort(ends, kind="stable")
        n, n_chunks = structure.n_nodes, -(-len(ends) // LANES)
        shape = (n_chunks, n, LANES)
        if rows is None or rows.shape != shape or not rows.flags.c_contiguous:
            rows = np.empty(shape, np.int32)
        marks = self._workspaces.every_node
        nothing = np.empty(0, np.int32)
        program = sweeps.Program(
            nothing.reshape(0, sweeps.N_COLUMNS), nothing, nothing, nothing.reshape(0, 3), marks
        )
        first = 0
        while first < n_chunks:
            width = next(width for width in sweeps.WIDTHS if width <= n_chunks - first)
            some = rows[first : first + width]
            sizes = np.array((structure.n_levels, n, 0, len(some)), np.int64)
            scratch = _scratch(sizes, met=some.reshape(-1))
            part = ends[order[first * LANES : (first + len(some)) * LANES]]
            sweeps.sweep_all(tree, program, scratch, sizes, part)
            first += width
        place = np.empty(len(ends), np.int32)
        place[order] = np.arange(len(ends), dtype=np.int32)
        return OneToAll(
            rows=rows, position=structure.position, chunk=place // LANES, lane=place % LANES
        )

    def path(self, source: int, target: int) -> Ints:
        """
        Input arcs of a shortest path, in order; empty where source and target are one node.

        Raises
        ------
        NetworkError
            N262: unknown nodes. N264: no path.
        """
        structure, tree = self.structure, self._tree
        here, there = check_nodes(structure.n_nodes, source=source, target=target)
        if self.table(here, there)[0, 0] == UNREACHED:
            raise NetworkError(no_path(source, target))
        if source == target:
            return np.empty(0, np.int32)
        ends = structure.position[np.concatenate((here, there))]
        up, down = self._climb(ends[:1], ends[1:])
        return shortest_path.unpack(
            ends,
            tree.nodes,
            structure.up_head,
            tree.rising,
            tree.falling,
            self._origins,
            np.concatenate((up[0], down[0])),
            np.concatenate((up[1], down[1])),
        )

    @cached_property
    def _origins(self) -> shortest_path.Origins:
        structure = self.structure
        n_up = len(structure.up_head)
        down_arc = np.argsort(structure.up_head, kind="stable").astype(np.int32)
        down_first = np.zeros(structure.n_nodes + 1, np.int64)
        np.cumsum(np.bincount(structure.up_head, minlength=structure.n_nodes), out=down_first[1:])
        used = np.flatnonzero(structure.slot != NONE).astype(np.int32)
        input_arc = used[np.argsort(structure.slot[used], kind="stable")]
        input_first = np.zeros(2 * n_up + 1, np.int64)
        np.cumsum(np.bincount(structure.slot[used], minlength=2 * n_up), out=input_first[1:])
        return shortest_path.Origins(
            structure.up_tail, down_first, down_arc, input_first, input_arc, self.weights
        )


def _parts(n_sources: int, group: int, n_threads: int) -> list[slice]:
    """Whole groups of sources, shared out evenly."""
    n_groups = -(-n_sources // group)
    n_parts = max(1, min(n_threads, n_groups))
    ends = [round(n_groups * part / n_parts) * group for part in range(n_parts + 1)]
    return [slice(low, min(high, n_sources)) for low, high in pairwise(ends)]


def _scratch(sizes: Longs, met: Ints | None = None) -> sweeps.Scratch:
    n_levels, n_kept, n_targets, n_chunks = (int(size) for size in sizes)
    return sweeps.Scratch(
        rows=np.full(n_chunks * n_levels * LANES, FAR, np.int32),
        path=np.empty(n_levels, np.int32),
        met=np.empty(n_chunks * n_kept * LANES, np.int32) if met is None else met,
        is_met=np.zeros(n_chunks * n_kept, np.uint8),
        reached=np.empty(n_chunks * n_targets * LANES, np.int32),
        some=np.empty(sweeps.BLOCK * LANES, np.int32),
    )
