"""
Pareto-optimal paths over three criteria on a graph without clocks: all of them, with their arcs.

What the criteria are is the caller's business: fen, minutes and grams, or any other integers that
add up along a path and are not negative.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from optimizer.errors import Finding, NetworkError, show_value
from optimizer.kernels.arrays import Ints

if TYPE_CHECKING:
    from optimizer.kernels.pareto_labels import Arcs, Fields, Keys, Labels

N_CRITERIA = 3
KEY_BITS = 63
THIRD_BITS = 32
"""Most bits of the third sum with its guard: a band holds it in 32 bits."""
MAX_LABELS = 40_000_000
MOST_16_BITS = 2**16
FIRST_ROOM_LABELS = 1 << 21
BOUNDS_KEPT = 64
NONE = -1
NO_PATH = 2**63 - 1
_LOWER_HALF = np.uint64(2**32 - 1)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ParetoFronts:
    """
    Pareto-optimal paths from one source.

    Parameters
    ----------
    n_labels
        Permanent labels over all nodes: the work done.
    offsets
        (3, n_nodes) added to the sums of labels at a node; all zero without a target.
    """

    source: int
    n_labels: int
    offsets: Ints
    _graph: CriteriaGraph
    _arc_order: Ints
    _tail: Keys
    _fields: Fields
    _labels: Labels

    def n_paths(self, node: int) -> int:
        """How many paths lead to a node."""
        return int(self._labels.nodes[8 * node + 2])

    def sums(self, node: int) -> Ints:
        """
        Sums of all paths to a node.

        Returns
        -------
        (n_paths, 3)
            In rising order of the first sum, then the second. No row is beaten by another.
        """
        first = int(self._labels.nodes[8 * node])
        keys = self._labels.key[first : first + self.n_paths(node)].astype(np.int64)
        second, third = int(self._fields.second_bits), int(self._fields.third_bits)
        parts = (keys >> (second + third), (keys >> third) % (1 << second), keys % (1 << third))
        return np.stack(parts, axis=1) + self.offsets[:, node]

    def path(self, node: int, row: int) -> Ints:
        """
        Arcs of one path, from the source.

        Parameters
        ----------
        row
            Of ``sums(node)``.
        """
        arcs: list[int] = []
        nodes, parents = self._labels.nodes, self._labels.parent
        while True:
            parent = int(parents[int(nodes[8 * node]) + row])
            arc = parent >> 32
            if arc == int(_LOWER_HALF):
                return np.array(arcs[::-1], dtype=np.int64)
            arcs.append(int(self._arc_order[arc]))
            node, row = int(self._tail[arc]), parent & int(_LOWER_HALF)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CriteriaGraph:
    """
    A directed graph with three weights an arc. Arcs keep the caller's numbers.

    Parameters
    ----------
    tail, head
        (n_arcs,) nodes. Parallel arcs and loops are legal.
    weights
        (n_arcs, 3) int64, not negative.
    """

    n_nodes: int
    tail: Ints
    head: Ints
    weights: Ints
    _by_head: Ints = field(init=False)
    _bounds: OrderedDict[int, Ints] = field(default_factory=OrderedDict[int, Ints])

    def __post_init__(self) -> None:
        findings = list(_findings(self))
        if findings:
            raise NetworkError(findings)
        object.__setattr__(self, "_by_head", np.argsort(self.head, kind="stable"))

    def fronts_from(self, source: int, *, max_labels: int = MAX_LABELS) -> ParetoFronts:
        """
        All Pareto-optimal paths from a node to every node.

        Raises
        ------
        NetworkError
            N291: sums are too large for a key. N292: more than ``max_labels`` labels.
        """
        offsets = np.zeros((N_CRITERIA, self.n_nodes), dtype=np.int64)
        weights = self.weights[self._by_head]
        return self._search((source, NONE), (self._by_head, weights), offsets, max_labels)

    def front_between(
        self, source: int, target: int, *, max_labels: int = MAX_LABELS
    ) -> ParetoFronts:
        """
        All Pareto-optimal paths between two nodes; at other nodes what may lead to them.

        Lower bounds to the latest 64 targets are kept.

        Raises
        ------
        NetworkError
            N291, N292 as in :meth:`fronts_from`.
        """
        bounds = self._bounds_to(target)
        joined = bounds[0] != NO_PATH
        if not joined[source]:
            offsets = np.zeros((N_CRITERIA, self.n_nodes), dtype=np.int64)
            nothing = np.empty(0, dtype=np.int64)
            return self._search(
                (source, target), (nothing, self.weights[nothing]), offsets, max_labels
            )
        # An arc whose head is joined to the target joins its tail.
        used = self._by_head if joined.all() else self._by_head[joined[self.head[self._by_head]]]
        finite = np.where(joined, bounds, 0)
        reduced = self.weights[used] + (finite[:, self.head[used]] - finite[:, self.tail[used]]).T
        offsets = finite[:, [source]] - finite
        return self._search((source, target), (used, reduced), offsets, max_labels)

    def _bounds_to(self, target: int) -> Ints:
        """(3, n_nodes) least sums of each criterion alone to a node, ``NO_PATH``."""
        known = self._bounds.get(target)
        if known is None:
            from optimizer.kernels.least_sums import least_sums

            first, order = _sorted_by(self.head, self.n_nodes)
            other = self.tail.astype(np.uint64)
            sums = np.empty((N_CRITERIA, self.n_nodes), dtype=np.uint64)
            for criterion in range(N_CRITERIA):
                weight = np.ascontiguousarray(self.weights[:, criterion]).astype(np.uint64)
                least_sums(first, order, other, weight, target, sums[criterion])
            known = sums.astype(np.int64)
            self._bounds[target] = known
            if len(self._bounds) > BOUNDS_KEPT:
                self._bounds.popitem(last=False)
        return known

    def _search(
        self,
        ends: tuple[int, int],
        arcs_used: tuple[Ints, Ints],
        offsets: Ints,
        max_labels: int,
    ) -> ParetoFronts:
        """Search between ``ends`` over arcs in order of their heads and their weights."""
        from optimizer.kernels import pareto_labels as kernel
        from optimizer.kernels.least_sums import least_sums

        (source, target), (used, weights) = ends, arcs_used
        fields = _fields_for(self.tail[used], weights, self.n_nodes)
        arcs, by_tail = _packed(self.n_nodes, self.tail[used], self.head[used], weights, fields)
        base = np.zeros(self.n_nodes, dtype=np.uint64)
        if target == NONE:
            second = np.ascontiguousarray(weights[:, 1]).astype(np.uint64)
            least_sums(arcs.first_out, by_tail, arcs.head, second, source, base)
            base[base == kernel.LAST] = 0
        labels = _room_for(self.n_nodes, len(used))
        kernel.start_search(arcs, by_tail, base, source, labels)
        status = kernel.set_labels(arcs, fields, target, labels)
        while status in {kernel.LABELS_FULL, kernel.STEPS_FULL}:
            labels = _enlarged(labels, status, max_labels)
            status = kernel.set_labels(arcs, fields, target, labels)
        if status == kernel.FIELD_FULL:
            raise NetworkError(_too_large("the sums of a path", weights))
        return ParetoFronts(
            source=source,
            n_labels=int(labels.used[kernel.PERMANENT]),
            offsets=offsets,
            _graph=self,
            _arc_order=used,
            _tail=arcs.tail,
            _fields=fields,
            _labels=labels,
        )


def _findings(graph: CriteriaGraph) -> list[Finding]:
    findings: list[Finding] = []
    n_arcs = len(graph.tail)
    if graph.head.shape != (n_arcs,) or graph.weights.shape != (n_arcs, N_CRITERIA):
        return [
            Finding(
                code="N290",
                what="arcs need one tail, one head and three weights each",
                value=f"{graph.tail.shape}, {graph.head.shape}, {graph.weights.shape}",
                remedy="pass arrays of equal length",
            )
        ]
    for name, ends in (("tail", graph.tail), ("head", graph.head)):
        wrong = np.flatnonzero((ends < 0) | (ends >= graph.n_nodes))
        if len(wrong):
            findings.append(
                Finding(
                    code="N290",
                    what=f"the {name} is not a node of {graph.n_nodes}",
                    where=f"arc {int(wrong[0])} and {len(wrong) - 1} more",
                    value=show_value(int(ends[wrong[0]])),
                    remedy="number nodes from 0",
                )
            )
    wrong = np.flatnonzero((graph.weights < 0).any(axis=1))
    if len(wrong):
        findings.append(
            Finding(
                code="N290",
                what="a weight is negative",
                where=f"arc {int(wrong[0])} and {len(wrong) - 1} more",
                value=show_value(graph.weights[wrong[0]].tolist()),
                remedy="shift or drop the criterion: dominance needs sums that do not fall",
            )
        )
    return findings


def _sorted_by(ends: Ints, n_nodes: int) -> tuple[Keys, Keys]:
    """(n_nodes + 1,) first position of a node, and (n_arcs,) arcs in that order."""
    # Sorting 16-bit numbers is by radix, several times as fast.
    narrow = ends.astype(np.uint16) if n_nodes <= MOST_16_BITS else ends
    order = np.argsort(narrow, kind="stable")
    return _first_of(ends, n_nodes), order.astype(np.uint64)


def _first_of(ends: Ints, n_nodes: int) -> Keys:
    first = np.zeros(n_nodes + 1, dtype=np.int64)
    np.cumsum(np.bincount(ends, minlength=n_nodes), out=first[1:])
    return first.astype(np.uint64)


def _fields_for(tail: Ints, weights: Ints, n_nodes: int) -> Fields:
    """
    Widths of the sums in a key.

    A path that no other beats visits a node at most once, so that no sum exceeds the largest arc
    out of each node, all added up. Where that does not fit into 63 bits, the widest fields are cut,
    and the kernel's guard bits tell if a sum outgrows them.
    """
    from optimizer.kernels.pareto_labels import Fields

    need, floor = [], []
    for criterion in range(N_CRITERIA):
        largest = np.zeros(n_nodes, dtype=np.int64)
        np.maximum.at(largest, tail, weights[:, criterion])
        total = sum(largest.tolist())
        need.append(total.bit_length() + 1)
        floor.append(int(largest.max(initial=0)).bit_length() + 1)
    need[2] = min(need[2], THIRD_BITS)
    while sum(need) > KEY_BITS:
        widest = max(range(N_CRITERIA), key=lambda at: (need[at] - floor[at], need[at]))
        need[widest] -= 1
        if need[widest] < floor[widest]:
            break
    if any(bits < least for bits, least in zip(need, floor, strict=True)):
        raise NetworkError(_too_large("the weights of an arc", weights))
    guards = (1 << (need[2] - 1)) | (1 << (need[1] + need[2] - 1)) | (1 << (sum(need) - 1))
    return Fields(
        second_bits=np.uint64(need[1]), third_bits=np.uint64(need[2]), guards=np.uint64(guards)
    )


def _too_large(what: str, weights: Ints) -> Finding:
    largest: NDArray[np.int64] = weights.max(axis=0, initial=0)
    return Finding(
        code="N291",
        what=f"{what} do not fit into {KEY_BITS} bits together",
        value=f"largest arc {largest.tolist()}",
        remedy="use coarser units, such as yuan for fen or kilograms for grams",
    )


def _packed(
    n_nodes: int, tail: Ints, head: Ints, weights: Ints, fields: Fields
) -> tuple[Arcs, Keys]:
    from optimizer.kernels.pareto_labels import Arcs

    first_out, by_tail = _sorted_by(tail, n_nodes)
    second, third = int(fields.second_bits), int(fields.third_bits)
    key = (weights[:, 0] << (second + third)) | (weights[:, 1] << third) | weights[:, 2]
    arcs = Arcs(
        first_in=_first_of(head, n_nodes),
        tail=tail.astype(np.uint64),
        head=head.astype(np.uint64),
        key=key.astype(np.uint64),
        first_out=first_out,
    )
    return arcs, by_tail


def _room_for(n_nodes: int, n_arcs: int) -> Labels:
    from optimizer.kernels.pareto_labels import BAND_ROW, N_USED, NODE_COLUMNS, Labels

    size = 1 << max(1, (n_nodes - 1).bit_length())

    def words(length: int) -> Keys:
        return np.empty(length, dtype=np.uint64)

    # Memory that is never touched costs nothing.
    room = max(16 * n_nodes, min(256 * n_nodes, FIRST_ROOM_LABELS))
    return Labels(
        nodes=words(NODE_COLUMNS * n_nodes),
        key=words(room),
        parent=words(room),
        step=words(room),
        least=np.empty(n_nodes * int(BAND_ROW), dtype=np.uint32),
        pointer=words(n_arcs),
        next_key=words(n_arcs),
        node_key=words(size),
        node_arc=words(n_nodes),
        winner=np.zeros(2 * size, dtype=np.uint32),
        idle_arc=words(n_arcs),
        n_idle=words(n_nodes),
        used=words(N_USED),
    )


def _enlarged(labels: Labels, status: int, max_labels: int) -> Labels:
    from optimizer.kernels.pareto_labels import LABELS_FULL, PERMANENT

    n_labels = int(labels.used[PERMANENT])
    if n_labels >= max_labels:
        raise NetworkError(
            Finding(
                code="N292",
                what=f"there are more than {max_labels} Pareto-optimal labels",
                value=str(n_labels),
                remedy="use coarser units, or ask for one target",
            )
        )
    if status == LABELS_FULL:
        return labels._replace(key=_doubled(labels.key), parent=_doubled(labels.parent))
    return labels._replace(step=_doubled(labels.step))


def _doubled(values: Keys) -> Keys:
    larger = np.empty(2 * len(values), dtype=values.dtype)
    larger[: len(values)] = values
    return larger
