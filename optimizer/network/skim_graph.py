"""
The network without clocks as a graph, whose topology no load, border or weight changes.

A node is a facility, in a customs layer (0 not cleared, 1 cleared for export or in transit, 2
imported, or domestic from the start), on a side: ``CAME`` for whoever starts there or came by
service or truck, ``ON`` for whoever came by connector. Connectors leave from ``CAME`` only, because
two in a row are not allowed (T6); everything else leaves from ``ON``, which ``CAME`` reaches for
nothing. Clearances go up a layer; legs that cross a border live in layer 1 only.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from optimizer.kernels.arrays import Ints
from optimizer.network.network import Network

N_LAYERS, N_SIDES = 3, 2
NOT_CLEARED, IN_TRANSIT, IMPORTED = 0, 1, 2
CAME, ON = 0, 1
PASS, EXPORT, IMPORT = -1, -2, -3
"""What makes an arc that is no offer."""

Indices = NDArray[Any]
"""int32."""


def node_of(facility: Ints | int, layer: int, side: int) -> Ints | int:
    """Node of a facility, or nodes of several."""
    return (facility * N_LAYERS + layer) * N_SIDES + side


def facility_of(node: int) -> int:
    """Facility of a node."""
    return node // (N_LAYERS * N_SIDES)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SkimGraph:
    """
    Topology, sorted by tail, head and maker.

    Parameters
    ----------
    tail, head
        (n_arcs,) nodes.
    made_by
        (n_arcs,) number of the offer, or ``PASS``, ``EXPORT``, ``IMPORT``.
    first_in, arc_in
        (n_nodes + 1,), (n_arcs,) arcs by head, rising.
    """

    n_facilities: int
    tail: Indices
    head: Indices
    made_by: Ints
    first_in: Ints
    arc_in: Ints

    @property
    def n_nodes(self) -> int:
        """Number of nodes."""
        return self.n_facilities * N_LAYERS * N_SIDES

    @property
    def n_arcs(self) -> int:
        """Number of arcs."""
        return len(self.tail)

    @property
    def facility(self) -> Ints:
        """(n_arcs,) facility at the tail."""
        return self.tail.astype(np.int64) // (N_LAYERS * N_SIDES)


@lru_cache(maxsize=8)
def skim_graph(network: Network) -> SkimGraph:
    """The graph of a network, made once."""
    everywhere = np.arange(network.n_facilities, dtype=np.int64)
    n_rides, n_trucks = len(network.rides.head), len(network.trucks.head)
    crosses = np.concatenate(
        [network.rides.crosses, network.trucks.crosses, np.zeros(len(network.connectors.head))]
    ).astype(bool)
    offers = np.arange(len(network.offers), dtype=np.int64)
    is_connector = offers >= n_rides + n_trucks
    tails = np.array([offer.tail for offer in network.offers], dtype=np.int64)
    heads = np.array([offer.head for offer in network.offers], dtype=np.int64)
    parts: list[tuple[Ints, Ints, Ints]] = []

    def add(tail: Ints | int, head: Ints | int, made_by: Ints) -> None:
        parts.append((np.asarray(tail), np.asarray(head), made_by))

    for layer in range(N_LAYERS):
        add(
            node_of(everywhere, layer, CAME),
            node_of(everywhere, layer, ON),
            np.full(len(everywhere), PASS),
        )
        for chosen, from_side, to_side in ((~is_connector, ON, CAME), (is_connector, CAME, ON)):
            of_layer = offers[chosen & (~crosses | (layer == IN_TRANSIT))]
            add(
                node_of(tails[of_layer], layer, from_side),
                node_of(heads[of_layer], layer, to_side),
                of_layer,
            )
    for layer, made_by in ((NOT_CLEARED, EXPORT), (IN_TRANSIT, IMPORT)):
        for side in (CAME, ON):
            add(
                node_of(everywhere, layer, side),
                node_of(everywhere, layer + 1, side),
                np.full(len(everywhere), made_by),
            )
    return graph_of(
        network.n_facilities, *(np.concatenate(column) for column in zip(*parts, strict=True))
    )


def graph_of(n_facilities: int, tail: Ints, head: Ints, made_by: Ints) -> SkimGraph:
    """A graph of arcs in any order."""
    order = np.lexsort((made_by, head, tail))
    tail, head, made_by = tail[order], head[order], made_by[order]
    n_nodes = n_facilities * N_LAYERS * N_SIDES
    counts = np.bincount(head, minlength=n_nodes)
    return SkimGraph(
        n_facilities=n_facilities,
        tail=tail.astype(np.int32),
        head=head.astype(np.int32),
        made_by=made_by.astype(np.int64),
        first_in=np.concatenate(([0], np.cumsum(counts))).astype(np.int64),
        arc_in=np.argsort(head, kind="stable").astype(np.int64),
    )
