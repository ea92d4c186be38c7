"""
Lengths of published pairs on the built network, and the factors that fit them best.

A pair is measured along its way: the shortest way on raw lengths through the pair's ``via`` points.
Its calibrated length is the sum over sections of raw kilometres times the section's factor, plus
links, whose published lengths are not scaled.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
import numpy.typing as npt
from roads_sections import points
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra
from table_io import INPUTS, Row, read_rows

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from optimizer.network.roads import RoadNetwork

FloatArray = npt.NDArray[np.float64]
NO_NODE = -9999

GATE_S = 4 * 3600
"""Time at a border on the quickest way: the lower of the estimates in the tables."""

SHRINKAGE = 0.05
"""
Weight of a section's prior against the squared relative error of a pair. A factor that is 0.1 away
from its prior costs as much as an error of 2.2 % in one pair.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """
    A pair on the network, in kilometres.

    Attributes
    ----------
    row
        The pair.
    raw_free, raw_way
        Shortest way before calibration, without and with the ``via`` points.
    by_section
        (n_sections,) raw kilometres of the way, links left out.
    links
        Kilometres of links on the way.
    quickest
        Calibrated length of the quickest way, without ``via`` points: what a router gets.
    drive_h
        Hours of driving on the quickest way.
    """

    row: Row
    raw_free: float
    raw_way: float
    by_section: FloatArray
    links: float
    quickest: float
    drive_h: float

    @property
    def published(self) -> float:
        """Published kilometres."""
        return float(self.row["published_km"])

    def length(self, factors: FloatArray) -> float:
        """Kilometres of the way under given factors."""
        return float(self.by_section @ factors + self.links)


class Ruler:
    """Shortest ways on a network."""

    def __init__(self, network: RoadNetwork) -> None:
        self.network = network
        self._graphs = {
            name: self._graph(weight)
            for name, weight in (
                ("raw", network.raw_length_m),
                ("time", network.weight_s(gate_s=GATE_S)),
            )
        }

    def _graph(self, weight: npt.NDArray[np.int32]) -> csr_array:
        net, usable = self.network, ~self.network.forbidden
        ends = (net.tail[usable], net.head[usable])
        return csr_array((weight[usable].astype(float), ends), shape=(net.n_nodes, net.n_nodes))

    def arcs(self, by: str, nodes: list[int]) -> npt.NDArray[np.int64]:
        """
        Arcs of the shortest way by ``raw`` length or ``time`` through nodes.

        Raises
        ------
        ValueError
            Two nodes are not joined.
        """
        net, found = self.network, []
        for start, end in pairwise(nodes):
            before = dijkstra(self._graphs[by], indices=start, return_predecessors=True)[1]
            node, leg = end, []
            while node != start:
                previous = int(before[node])
                if previous == NO_NODE:
                    raise ValueError(f"no way from node {start} to {end}")
                first, last = net.first_arc[previous], net.first_arc[previous + 1]
                leg.append(int(first + np.searchsorted(net.head[first:last], node)))
                node = previous
            found += leg[::-1]
        return np.array(found, dtype=np.int64)

    def measure(self, row: Row) -> Measured:
        """A pair; its ends and points are snapped to the largest component."""
        net = self.network
        stops = [
            (float(row["from_lat"]), float(row["from_lon"])),
            *points(row["via"]),
            (float(row["to_lat"]), float(row["to_lon"])),
        ]
        nodes = net.snap(*np.array(stops).T, component=0)[0].tolist()
        way, ends = self.arcs("raw", nodes), [nodes[0], nodes[-1]]
        free = way if len(nodes) == len(ends) else self.arcs("raw", ends)
        quick = self.arcs("time", ends)
        is_link = net.kind[way] != 0
        by_section = np.bincount(
            net.corridor[way[~is_link]],
            weights=net.raw_length_m[way[~is_link]] / 1000,
            minlength=len(net.corridors),
        )
        return Measured(
            row=row,
            raw_free=net.raw_length_m[free].sum() / 1000,
            raw_way=net.raw_length_m[way].sum() / 1000,
            by_section=by_section,
            links=net.raw_length_m[way[is_link]].sum() / 1000,
            quickest=net.length_m[quick].sum() / 1000,
            drive_h=net.drive_s[quick].sum() / 3600,
        )


def pairs(mode: str) -> list[Row]:
    """Rows of ``inputs/calibration_pairs.csv`` of a mode."""
    return [row for row in read_rows(INPUTS / "calibration_pairs.csv") if row["mode"] == mode]


def fit(measured: list[Measured], prior: FloatArray) -> FloatArray:
    """
    (n_sections,) factors with the least squared relative error, shrunk towards their priors.

    Ridge regression: minimises the sum over pairs of ((length - published) / published)^2 plus
    `SHRINKAGE` times the squared distance from the priors. A section that no pair touches keeps its
    prior, and a pair alone cannot pull its section all the way.
    """
    scale = np.array([one.published for one in measured])
    x = np.array([one.by_section for one in measured]) / scale[:, None]
    y = 1 - np.array([one.links for one in measured]) / scale
    matrix = x.T @ x + SHRINKAGE * np.eye(len(prior))
    return prior + np.linalg.solve(matrix, x.T @ (y - x @ prior))


def errors(measured: list[Measured], factors: FloatArray) -> FloatArray:
    """(n_pairs,) relative errors, positive where the network is longer than published."""
    return np.array([one.length(factors) / one.published - 1 for one in measured])


def left_out_errors(measured: list[Measured], prior: FloatArray) -> FloatArray:
    """(n_pairs,) relative error of each pair under factors fitted to all the others."""
    found = []
    for place, one in enumerate(measured):
        factors = fit(measured[:place] + measured[place + 1 :], prior)
        found.append(one.length(factors) / one.published - 1)
    return np.array(found)
