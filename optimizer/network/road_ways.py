"""
Ways of connectors over the road graph: rule T6.

A way is made of hops off the graph and of arcs. A hop is as long as its great circle times the
country's circuity, and its great circle is at most ``connector_snap_km``. It leads from a place to
one of its :data:`~optimizer.domain.roads.N_ENTRIES` nearest nodes of its own country, or straight
to the other place. Arcs stay in the country.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from optimizer.domain.location import Facility
from optimizer.domain.roads import N_ENTRIES
from optimizer.domain.shipment import Place
from optimizer.kernels.nearby_nodes import UNREACHED, nearby_distances
from optimizer.network.road_file import great_circle_m

if TYPE_CHECKING:
    from optimizer.network.roads import RoadNetwork

_M_PER_DEG = 111_000.0
"""Less than a degree of latitude has (111,195 m), so that a band of degrees is wide enough."""

_MAX_ENTERED = 100_000
"""Facilities come back with every question; addresses may be without end."""

Int32s = NDArray[np.int32]
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Hops:
    """
    How hops are measured in a country.

    Parameters
    ----------
    snap_m
        Longest great circle of a hop, whole metres.
    circuity
        Road distance over great circle.
    """

    snap_m: int
    circuity: float


@dataclass(frozen=True, slots=True)
class _CountryNodes:
    """Nodes of a country from south to north: (n,) index, degrees, degrees."""

    node: Int32s
    lat_deg: Floats
    lon_deg: Floats


@dataclass(slots=True, eq=False)
class RoadWays:
    """Answers for one road graph; what it needs of a country is made when first asked for."""

    roads: RoadNetwork
    _weight_m: Int32s = field(init=False)
    _has_arcs: NDArray[np.bool_] = field(init=False)
    _by_country: dict[str, _CountryNodes] = field(init=False, default_factory=dict)
    _entered: dict[tuple[float, float, str, Hops], tuple[Int32s, Int32s]] = field(
        init=False, default_factory=dict
    )

    def __post_init__(self) -> None:
        roads = self.roads
        is_closed = roads.forbidden | (roads.country[roads.tail] != roads.country[roads.head])
        self._weight_m = roads.weight_m(is_closed)
        self._has_arcs = np.zeros(roads.n_nodes, dtype=np.bool_)
        self._has_arcs[roads.tail[~is_closed]] = True

    def entries(self, lat: float, lon: float, country: str, hops: Hops) -> tuple[Int32s, Int32s]:
        """
        Nodes by which a place is entered, nearest first, ties by node.

        Returns
        -------
        node, hop_m
            (n,) int32, at most ``N_ENTRIES`` of them.
        """
        key = (lat, lon, country, hops)
        known = self._entered.get(key)
        if known is None:
            known = self._find_entries(lat, lon, country, hops)
            if len(self._entered) < _MAX_ENTERED:
                self._entered[key] = known
        return known

    def _find_entries(
        self, lat: float, lon: float, country: str, hops: Hops
    ) -> tuple[Int32s, Int32s]:
        nodes = self._nodes_of(country)
        band_deg = hops.snap_m / _M_PER_DEG
        first, last = np.searchsorted(nodes.lat_deg, [lat - band_deg, lat + band_deg])
        direct_m = great_circle_m(lat, lon, nodes.lat_deg[first:last], nodes.lon_deg[first:last])
        node, metres = nodes.node[first:last], np.rint(direct_m)
        nearest = np.lexsort((node, metres))[:N_ENTRIES]
        nearest = nearest[metres[nearest] <= hops.snap_m]
        return node[nearest], np.rint(direct_m[nearest] * hops.circuity).astype(np.int32)

    def distances_m(
        self,
        start: Place | Facility,
        ends: Sequence[Facility],
        country: str,
        hops: Hops,
        limit_m: int,
    ) -> list[int | None]:
        """Metres over roads from one place to others of its country, ``None`` above the limit."""
        source, source_m = self.entries(start.lat, start.lon, country, hops)
        found = [self.entries(end.lat, end.lon, country, hops) for end in ends]
        if not len(source) or not found:
            return [None] * len(ends)
        target = np.concatenate([node for node, _ in found])
        target_m = nearby_distances(
            self.roads.first_arc,
            self.roads.head,
            self._weight_m,
            source,
            source_m,
            target.astype(np.int32),
            limit_m,
        )
        reached: list[int | None] = []
        at = 0
        for node, hop_m in found:
            ways_m = target_m[at : at + len(node)].astype(np.int64)
            at += len(node)
            sums = (ways_m + hop_m)[ways_m != UNREACHED]
            reached.append(int(sums.min()) if len(sums) and sums.min() <= limit_m else None)
        return reached

    def _nodes_of(self, country: str) -> _CountryNodes:
        known = self._by_country.get(country)
        if known is None:
            roads = self.roads
            is_here = np.zeros(roads.n_nodes, dtype=np.bool_)
            if country in roads.countries:
                is_here = (roads.country == roads.countries.index(country)) & self._has_arcs
            node = np.flatnonzero(is_here).astype(np.int32)
            node = node[np.argsort(roads.lat_deg[node], kind="stable")]
            known = _CountryNodes(node, roads.lat_deg[node], roads.lon_deg[node])
            self._by_country[country] = known
        return known


_KEPT = 4
_known: dict[str, RoadWays] = {}


def road_ways(roads: RoadNetwork) -> RoadWays:
    """Answers for a road graph, kept between calls by its content hash."""
    known = _known.get(roads.content_hash)
    if known is None:
        known = RoadWays(roads)
        if len(_known) >= _KEPT:
            _known.clear()
        _known[roads.content_hash] = known
    return known
