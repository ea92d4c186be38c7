"""
Skims: generalized cost between many nodes of the network without clocks, and what it consists of.

Topology is contracted once (:class:`~optimizer.network.hierarchy.Hierarchy`); a load, a closed
border or other weights only give arcs new numbers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from optimizer.domain.skim import MICRO, SkimWeights
from optimizer.errors import DemandError, Finding, ModelError
from optimizer.kernels.arrays import Ints
from optimizer.network.skim_graph import PASS, SkimGraph

UNREACHED = 2**31 - 1
COST, TIME, DISTANCE, CO2E = 0, 1, 2, 3
COMPONENTS = ("cost_fen", "time_min", "distance_m", "co2e_g")
MAX_ARC = 2**30 - 2
"""Largest weight of an arc that the kernels take."""
MAX_EXACT = 2**62

Weights = NDArray[Any]
"""int32."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ArcValues:
    """
    What the arcs of a graph cost one load.

    Parameters
    ----------
    values
        (n_arcs, 4) by :data:`COMPONENTS`, meaningless where closed.
    is_open
        (n_arcs,) bool.
    """

    values: Ints
    is_open: NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Skim:
    """
    One generalized cost between sources and targets.

    Parameters
    ----------
    generalized_fen
        (n_sources, n_targets) int64, -1 where there is no way.
    components
        (n_sources, n_targets, 4) by :data:`COMPONENTS`, along the path that the generalized cost
        belongs to; -1 where there is no way.
    """

    generalized_fen: Ints
    components: Ints


def generalized(arcs: ArcValues, made_by: Ints, weights: SkimWeights) -> Weights:
    """
    Generalized cost of every arc in fen, rounded half up; ``UNREACHED`` where closed.

    At least 1, but for passing through, so that no cycle is free: the price of that is one fen for
    each free arc of a way.

    Raises
    ------
    DemandError
        An arc costs more than the kernels can add up.
    """
    of_cost, of_time, of_co2e = weights.micro_fen
    values = np.where(arcs.is_open[:, None], arcs.values, 0)
    largest = values.max(axis=0, initial=0)
    bound = sum(
        int(most) * weight
        for most, weight in zip(
            (largest[COST], largest[TIME], largest[CO2E]), (of_cost, of_time, of_co2e), strict=True
        )
    )
    if bound > MAX_EXACT or 2 * bound > 2 * MAX_ARC * MICRO:
        raise DemandError(
            Finding(
                code="S372",
                what="a leg has a generalized cost beyond 10 million CNY",
                where="weights",
                value=str(weights),
                remedy="use smaller weights, or a smaller load",
            )
        )
    exact = values[:, COST] * of_cost + values[:, TIME] * of_time + values[:, CO2E] * of_co2e
    fen = np.maximum((2 * exact + MICRO) // (2 * MICRO), (made_by != PASS).astype(np.int64))
    return np.where(arcs.is_open, fen, UNREACHED).astype(np.int32)


class Skims:
    """
    Shortest ways over one graph, for any number of loads and weights.

    Parameters
    ----------
    graph
        Contracted when first asked.
    """

    def __init__(self, graph: SkimGraph) -> None:
        from optimizer.network.hierarchy import Hierarchy

        self.graph = graph
        self._hierarchy = Hierarchy.build(graph.n_nodes, graph.tail, graph.head)
        self._everywhere = np.arange(graph.n_nodes, dtype=np.int64)

    def skim(
        self, arcs: ArcValues, weights: Sequence[SkimWeights], sources: Ints, targets: Ints
    ) -> list[Skim]:
        """
        Skims of several generalized costs at once.

        Parameters
        ----------
        sources, targets
            Nodes.
        """
        rows = np.stack([generalized(arcs, self.graph.made_by, one) for one in weights])
        metrics = self._hierarchy.customize_lanes(rows)
        return [
            self._skim(arcs, row, metric.table(sources, self._everywhere), sources, targets)
            for row, metric in zip(rows, metrics, strict=True)
        ]

    def _skim(
        self, arcs: ArcValues, weight: Weights, distances: Weights, sources: Ints, targets: Ints
    ) -> Skim:
        from optimizer.kernels.skim_sums import path_arc_sums

        graph = self.graph
        sums = np.empty((len(sources), len(targets), len(COMPONENTS)), dtype=np.int64)
        n_lost = path_arc_sums(
            graph.tail,
            weight,
            graph.first_in,
            graph.arc_in,
            arcs.values,
            sources,
            targets,
            distances,
            sums,
        )
        if n_lost:
            raise ModelError(f"{n_lost} distances of a skim have no path")
        found = distances[:, targets].astype(np.int64)
        return Skim(
            generalized_fen=np.where(found == UNREACHED, -1, found),
            components=sums,
        )

    def path(
        self, arcs: ArcValues, weights: SkimWeights, source: int, target: int
    ) -> list[int] | None:
        """Arcs of the way that a cell stands for, or ``None`` where there is none."""
        from optimizer.kernels.skim_sums import path_arcs

        graph = self.graph
        weight = generalized(arcs, graph.made_by, weights)
        metric = self._hierarchy.customize(weight)
        distance = metric.table(np.array([source]), self._everywhere)[0]
        found = np.empty(graph.n_nodes, dtype=np.int64)
        n_found = path_arcs(
            graph.tail, weight, graph.first_in, graph.arc_in, distance, source, target, found
        )
        return None if n_found < 0 else found[:n_found].tolist()


@lru_cache(maxsize=8)
def skims_of(graph: SkimGraph) -> Skims:
    """The skims of a graph, contracted once."""
    return Skims(graph)
