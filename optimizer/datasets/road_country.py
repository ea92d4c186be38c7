"""Country of a point by the road graph, which knows both sides of a border."""

from __future__ import annotations

from math import cos, radians

import numpy as np

from optimizer.domain.roads import RoadGraph

NEAR_KM = 2.0
"""Nodes are junctions of main roads: farther away, one across the border may be the nearest."""
_KM_PER_DEG = 111.195


class RoadCountries:
    """
    Countries of points.

    Parameters
    ----------
    graph
        Roads with a country at each node.
    """

    def __init__(self, graph: RoadGraph) -> None:
        lat = np.asarray(graph.lat_deg, dtype=np.float64)
        order = np.argsort(lat, kind="stable")
        self._lat = lat[order]
        self._lon = np.asarray(graph.lon_deg, dtype=np.float64)[order]
        self._country = np.asarray(graph.country)[order]
        self._names = tuple(graph.countries)

    def country_at(self, lat: float, lon: float) -> str:
        """ISO 3166 alpha-2 code of the nearest node within ``NEAR_KM``; empty without one."""
        band_deg = NEAR_KM / _KM_PER_DEG
        first, last = np.searchsorted(self._lat, [lat - band_deg, lat + band_deg])
        if first == last:
            return ""
        # On two kilometres the earth is flat.
        north = self._lat[first:last] - lat
        east = (self._lon[first:last] - lon) * cos(radians(lat))
        square = north * north + east * east
        nearest = int(square.argmin())
        if square[nearest] > band_deg * band_deg:
            return ""
        return self._names[int(self._country[first + nearest])]


_latest: list[tuple[RoadGraph, RoadCountries]] = []


def road_countries(graph: RoadGraph) -> RoadCountries:
    """Countries by a graph; those of the last graph are kept, as every query asks again."""
    if not _latest or _latest[0][0] is not graph:
        _latest[:] = [(graph, RoadCountries(graph))]
    return _latest[0][1]
