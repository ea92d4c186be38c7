"""
A road network made quick to ask: build once, new weights in milliseconds, tables of distances.

>>> roads = Hierarchy.build(3, [0, 1, 1], [1, 0, 2])
>>> metric = roads.customize([5, 5, 7])
>>> metric.table([0, 2], [1, 2]).tolist()
[[5, 12], [2147483647, 0]]
"""

from __future__ import annotations

from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike, NDArray

from optimizer.errors import Finding, NetworkError, show_ids
from optimizer.kernels import hierarchy as kernels
from optimizer.kernels import hierarchy_lanes
from optimizer.kernels.hierarchy import FAR
from optimizer.kernels.sweeps import LANES, UNREACHED
from optimizer.network.answers import OneToAll
from optimizer.network.metric import Metric, Workspaces
from optimizer.network.plain_metric import PlainMetric
from optimizer.network.structure import (
    MAX_TRIANGLES,
    Structure,
    build_structure,
    content_hash,
    load,
    save,
)

__all__ = ["FAR", "UNREACHED", "Hierarchy", "Metric", "OneToAll", "PlainMetric"]

Ints = NDArray[np.int32]


class Hierarchy:
    """
    The topology of a network, ready to take weights.

    Parameters
    ----------
    n_nodes, tail, head
        Directed arcs. Loops, parallel arcs, isolated nodes and several components are fine.
    structure
        Contracted, or ``None``: then every answer comes from plain Dijkstra.
    note
        Why it is not contracted.
    """

    def __init__(
        self, n_nodes: int, tail: Ints, head: Ints, structure: Structure | None, note: str = ""
    ) -> None:
        self.n_nodes = n_nodes
        self.tail = tail
        self.head = head
        self.structure = structure
        self.note = note
        self._workspaces = Workspaces(n_nodes)

    @property
    def n_arcs(self) -> int:
        """Number of input arcs."""
        return len(self.tail)

    @property
    def is_contracted(self) -> bool:
        """Whether the hierarchy is on; off where separators are too large (``note``)."""
        return self.structure is not None

    @property
    def content_hash(self) -> str:
        """Of the topology; key of the files."""
        return content_hash(self.n_nodes, self.tail, self.head)

    @classmethod
    def build(
        cls,
        n_nodes: int,
        tail: ArrayLike,
        head: ArrayLike,
        *,
        max_triangles: int = MAX_TRIANGLES,
    ) -> Hierarchy:
        """
        Contract a network: seconds for a few hundred thousand nodes.

        Parameters
        ----------
        tail, head
            (n_arcs,) node indices.
        max_triangles
            Beyond so many the hierarchy is left off: what makes a network hard is the size of its
            separators, not its number of nodes.

        Raises
        ------
        NetworkError
            N260: arcs that are not arcs of this network.
        """
        tails, heads = _check_arcs(n_nodes, tail, head)
        structure, n_triangles = build_structure(n_nodes, tails, heads, max_triangles=max_triangles)
        return cls(n_nodes, tails, heads, structure, _why_off(structure, n_triangles))

    @classmethod
    def cached(
        cls,
        n_nodes: int,
        tail: ArrayLike,
        head: ArrayLike,
        *,
        directory: Path,
        max_triangles: int = MAX_TRIANGLES,
    ) -> Hierarchy:
        """
        The same from files in ``directory`` if this topology was built before; else built and kept.

        Files are mapped into memory, so processes share them.
        """
        tails, heads = _check_arcs(n_nodes, tail, head)
        folder = directory / content_hash(n_nodes, tails, heads)
        structure = load(folder)
        if structure is not None and len(structure.opposite) <= max_triangles:
            return cls(n_nodes, tails, heads, structure)
        built = cls.build(n_nodes, tails, heads, max_triangles=max_triangles)
        if built.structure is not None:
            save(built.structure, folder)
        return built

    def customize(self, weights: ArrayLike) -> Metric | PlainMetric:
        """
        Take new weights.

        Parameters
        ----------
        weights
            (n_arcs,) integers from 0, in the order of the arcs; ``UNREACHED`` closes an arc.

        Raises
        ------
        NetworkError
            N261: not one weight an arc, not integers, negative, or too large.
        """
        checked = self._check_weights(weights, "weights", np.empty(self.n_arcs, np.int32))
        structure = self.structure
        if structure is None:
            return PlainMetric(self.n_nodes, self.tail, self.head, checked)
        both = np.empty((len(structure.up_head), 2), np.int32)
        kernels.respect(structure.slot, checked, both)
        kernels.customize(structure.up_first, structure.opposite, both)
        return Metric(structure, self._workspaces, both=both, weights=checked)

    def customize_lanes(self, weights: ArrayLike) -> list[Metric | PlainMetric]:
        """
        Take several sets of weights, 16 in the time of a few.

        Parameters
        ----------
        weights
            (n_metrics, n_arcs), each as in :meth:`customize`.

        Raises
        ------
        NetworkError
            N261, as in :meth:`customize`, for all metrics at once.
        """
        findings: list[Finding] = []
        rows: list[Ints] = []
        given = np.asarray(weights)
        # Taken where the lanes read them, with no copy between.
        room = np.empty((len(given), self.n_arcs), np.int32)
        for at, row in enumerate(given):
            try:
                rows.append(self._check_weights(row, f"weights {at}", room[at]))
            except NetworkError as error:
                findings.extend(error.findings)
        if findings:
            raise NetworkError(findings)
        structure = self.structure
        if structure is None:
            return [PlainMetric(self.n_nodes, self.tail, self.head, row) for row in rows]
        metrics: list[Metric | PlainMetric] = []
        for first in range(0, len(rows), LANES):
            some = room[first : first + LANES]
            both = np.empty((len(structure.up_head), 2, LANES), np.int32)
            hierarchy_lanes.respect_lanes(structure.slot, some, both)
            hierarchy_lanes.customize_lanes(structure.up_first, structure.opposite, both)
            metrics += [
                Metric(structure, self._workspaces, both=partial(_lane, both, lane), weights=row)
                for lane, row in enumerate(some)
            ]
        return metrics

    def _check_weights(self, weights: ArrayLike, name: str, weight: Ints) -> Ints:
        """``weights`` as int32 in ``weight``, or findings."""
        array = np.asarray(weights)
        if array.size == 0 and self.n_arcs == 0:
            return weight
        if array.shape != (self.n_arcs,) or array.dtype.kind not in "iu":
            raise NetworkError(
                Finding(
                    code="N261",
                    what=f"{name} are not one integer an arc",
                    value=f"{array.dtype} of shape {array.shape}",
                    remedy=f"pass {self.n_arcs} integers",
                )
            )
        # Other integers are few and rare; these two the kernel is compiled for.
        kept = array if array.dtype in (np.int32, np.int64) else array.astype(np.int64)
        if kernels.narrow(np.ascontiguousarray(kept), weight):
            return weight
        wrong = np.flatnonzero((array < 0) | ((array >= FAR) & (array != UNREACHED)))
        if len(wrong):
            raise NetworkError(
                Finding(
                    code="N261",
                    what=f"{name} are negative or {FAR} and more",
                    where=f"arcs {show_ids([str(arc) for arc in wrong[:10]])}",
                    value=str(array[wrong[0]]),
                    remedy="use a coarser unit; UNREACHED closes an arc",
                )
            )
        return weight


def _lane(both: Ints, lane: int) -> Ints:
    single = np.empty((len(both), 2), np.int32)
    hierarchy_lanes.one_lane(both, lane, single)
    return single


def _why_off(structure: Structure | None, n_triangles: int) -> str:
    if structure is not None:
        return ""
    return (
        f"the network does not contract well ({n_triangles} triangles): "
        "distances come from plain searches"
    )


def _check_arcs(n_nodes: int, tail: ArrayLike, head: ArrayLike) -> tuple[Ints, Ints]:
    findings: list[Finding] = []
    arrays: list[Ints] = []
    if n_nodes < 0 or n_nodes >= FAR:
        findings.append(
            Finding(
                code="N260", what="not a number of nodes", value=str(n_nodes), remedy="0 or more"
            )
        )
    for name, given in (("tail", tail), ("head", head)):
        array = np.asarray(given)
        if array.size == 0:
            array = np.empty(0, np.int32)
        if array.ndim != 1 or array.dtype.kind not in "iu":
            findings.append(
                Finding(
                    code="N260",
                    what=f"{name} is not a list of node indices",
                    value=f"{array.dtype} of shape {array.shape}",
                    remedy="pass integers",
                )
            )
            continue
        wrong = np.flatnonzero((array < 0) | (array >= n_nodes))
        if len(wrong):
            findings.append(
                Finding(
                    code="N260",
                    what=f"{name} has nodes that are not in the network",
                    where=f"arcs {show_ids([str(arc) for arc in wrong[:10]])}",
                    value=str(array[wrong[0]]),
                    remedy=f"nodes are 0 to {n_nodes - 1}",
                )
            )
        arrays.append(array.astype(np.int32))
    if not findings and len(arrays[0]) != len(arrays[1]):
        findings.append(
            Finding(
                code="N260",
                what="tail and head differ in length",
                value=f"{len(arrays[0])} and {len(arrays[1])}",
                remedy="pass one of each an arc",
            )
        )
    if findings:
        raise NetworkError(findings)
    return arrays[0], arrays[1]
