"""What distances on a network look like, and what is said when there are none."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from optimizer.errors import Finding, NetworkError, show_ids
from optimizer.kernels.sweeps import FAR, UNREACHED

Ints = NDArray[np.int32]


@dataclass(frozen=True, slots=True, kw_only=True)
class OneToAll:
    """
    Distances from some sources to every node, or from every node to some targets.

    Parameters
    ----------
    rows
        (n_chunks, n_nodes, 16) int32 by chunk of ends, position, lane; ``FAR`` or more is no path.
        Reduce over it as it is: writing it out node by node takes longer than making it.
    position
        (n_nodes,) row of each node.
    chunk, lane
        (n_ends,) where the distances of each end are.
    """

    rows: Ints
    position: Ints
    chunk: Ints
    lane: Ints

    def of(self, end: int) -> Ints:
        """(n_nodes,) distances of one end in the order of nodes; ``UNREACHED`` where no path is."""
        distance = self.rows[self.chunk[end], :, self.lane[end]][self.position]
        return np.where(distance >= FAR, np.int32(UNREACHED), distance)


def check_nodes(n_nodes: int, **named: ArrayLike) -> list[Ints]:
    """
    Node indices as int32 arrays.

    Raises
    ------
    NetworkError
        N262: not integers, or outside the network.
    """
    findings: list[Finding] = []
    arrays: list[Ints] = []
    for name, nodes in named.items():
        array = np.atleast_1d(np.asarray(nodes))
        if array.size == 0:
            arrays.append(np.empty(0, np.int32))
            continue
        if array.ndim != 1 or array.dtype.kind not in "iu":
            findings.append(
                Finding(
                    code="N262",
                    what=f"{name} are not a list of node indices",
                    value=f"{array.dtype} of shape {array.shape}",
                    remedy="pass integers from 0 to the number of nodes less one",
                )
            )
            continue
        wrong = array[(array < 0) | (array >= n_nodes)]
        if len(wrong):
            findings.append(
                Finding(
                    code="N262",
                    what=f"{name} has nodes that are not in the network",
                    value=show_ids([str(node) for node in wrong]),
                    remedy=f"nodes are 0 to {n_nodes - 1}",
                )
            )
            continue
        arrays.append(array.astype(np.int32))
    if findings:
        raise NetworkError(findings)
    return arrays


def no_path(source: int, target: int) -> Finding:
    """No path joins two nodes."""
    return Finding(
        code="N264",
        what="no open path joins the nodes",
        where=f"{source} to {target}",
        remedy="ask the table first: it says UNREACHED where there is none",
    )


def too_long(where: str) -> Finding:
    """A path does not fit int32, or cannot be proved to."""
    return Finding(
        code="N263",
        what=f"a path may be {FAR} or longer, more than the kernels can add without overflow",
        where=where,
        remedy="use a coarser unit, such as metres for millimetres, or close very long arcs",
    )
