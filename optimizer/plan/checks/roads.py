"""
Road distances of connectors in plain Python, after the words of rule T6.

Shares no code with the planner: own snapping, own Dijkstra with the library's heap. The graph and
the table of facility pairs are facts, as every other table is.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from heapq import heappop, heappush
from itertools import islice
from math import asin, cos, radians, sin, sqrt
from typing import cast

from optimizer.domain.roads import N_ENTRIES, ConnectorRoads, RoadGraph
from optimizer.plan.checks.parts import EARTH_RADIUS_M, End

M_PER_DEG = 111_000.0
"""A little less than a degree of latitude has."""


class RoadFacts:
    """
    Road ways between ends.

    Parameters
    ----------
    roads
        Facts about roads; ``None`` where the network has none.
    parameters
        Named numbers of the network.
    """

    def __init__(self, roads: ConnectorRoads | None, parameters: Mapping[str, float]) -> None:
        self._roads = roads
        self._snap_m = round(parameters.get("connector_snap_km", 0) * 1000)
        self._detour_max = parameters.get("connector_detour_max", 0.0)
        self._graph: _Graph | None = None

    def distance_m(self, origin: End, destination: End, direct_m: float, circuity: float) -> int:
        """
        Length of a connector.

        Parameters
        ----------
        direct_m
            Great circle between the ends.
        circuity
            Of their country.
        """
        straight_m = round(direct_m * circuity)
        road_m = self._road_m(origin, destination, direct_m, circuity)
        if road_m is None or road_m > self._detour_max * direct_m:
            return straight_m
        return min(road_m, straight_m) if round(direct_m) <= self._snap_m else road_m

    def _road_m(
        self, origin: End, destination: End, direct_m: float, circuity: float
    ) -> int | None:
        roads = self._roads
        if roads is None or not self._snap_m:
            return None
        if origin.facility is not None and destination.facility is not None:
            pair = sorted((origin.facility.facility_id, destination.facility.facility_id))
            return roads.pairs_m.get((pair[0], pair[1]))
        if roads.load is None:
            return None
        if self._graph is None:
            self._graph = _Graph(roads.load())
        # From the point to the facility, whichever way the leg goes.
        start, end = (origin, destination) if origin.facility is None else (destination, origin)
        limit_m = int(self._detour_max * direct_m)
        return self._graph.way_m(start, end, self._snap_m, circuity, limit_m)


class _Graph:
    """The road graph as lists, and what was found on it."""

    def __init__(self, graph: RoadGraph) -> None:
        self._lat = graph.lat_deg.tolist()
        self._lon = graph.lon_deg.tolist()
        self._country = graph.country.tolist()
        self._code = {name: code for code, name in enumerate(graph.countries)}
        self._by_country: list[list[int]] = [[] for _ in graph.countries]
        for node, code in enumerate(cast("list[int]", self._country)):
            self._by_country[code].append(node)
        self._first = cast("list[int]", graph.first_arc.tolist())
        self._head = cast("list[int]", graph.head.tolist())
        self._length = cast("list[int]", graph.length_m.tolist())
        self._forbidden = graph.forbidden.tolist()
        self._known_roads: dict[int, list[tuple[int, int]]] = {}
        self._south_to_north: dict[str, tuple[list[float], list[int]]] = {}
        self._entered: dict[tuple[float, float, str], list[tuple[int, int]]] = {}

    def way_m(self, start: End, end: End, snap_m: int, circuity: float, limit_m: int) -> int | None:
        """Least metres over roads of one country, ``None`` above the limit."""
        first_hops = self._entries(start, snap_m, circuity)
        last_hops: dict[int, int] = {}
        for node, hop_m in self._entries(end, snap_m, circuity):
            last_hops[node] = min(hop_m, last_hops.get(node, hop_m))
        best = limit_m + 1
        known: dict[int, int] = {}
        queue: list[tuple[int, int]] = []
        for node, hop_m in first_hops:
            if hop_m < known.get(node, best):
                known[node] = hop_m
                heappush(queue, (hop_m, node))
        while queue and queue[0][0] < best:
            here, node = heappop(queue)
            if here > known[node]:
                continue
            if node in last_hops:
                best = min(best, here + last_hops[node])
            for onward, metres in self._roads_from(node):
                there = here + metres
                if there < known.get(onward, best):
                    known[onward] = there
                    heappush(queue, (there, onward))
        return best if best <= limit_m else None

    def _roads_from(self, node: int) -> list[tuple[int, int]]:
        """Nodes of the same country next to a node, and the metres to them."""
        roads = self._known_roads.get(node)
        if roads is None:
            country, first, last = self._country[node], self._first[node], self._first[node + 1]
            roads = self._known_roads[node] = [
                (head, metres)
                for head, metres, forbidden in zip(
                    self._head[first:last],
                    self._length[first:last],
                    self._forbidden[first:last],
                    strict=True,
                )
                if not forbidden and self._country[head] == country
            ]
        return roads

    def _entries(self, end: End, snap_m: int, circuity: float) -> list[tuple[int, int]]:
        """Nearest nodes of the end's country within reach of a hop, and the hop's metres."""
        key = (end.lat, end.lon, end.country)
        if key not in self._entered:
            near: list[tuple[int, int, float]] = []
            for node in self._candidates(end, snap_m / M_PER_DEG):
                direct_m = _great_circle_m(end, self._lat[node], self._lon[node])
                if round(direct_m) <= snap_m:
                    near.append((round(direct_m), node, direct_m))
            hops = (
                (node, round(direct_m * circuity))
                for _, node, direct_m in sorted(near)
                if self._roads_from(node)
            )
            self._entered[key] = list(islice(hops, N_ENTRIES))
        return self._entered[key]

    def _candidates(self, end: End, band_deg: float) -> Sequence[int]:
        """Nodes of a country in a box of degrees around an end."""
        lats, nodes = self._country_nodes(end.country)
        first = bisect_left(lats, end.lat - band_deg)
        last = bisect_right(lats, end.lat + band_deg)
        # Meridians draw together towards the poles, so that the box is wider there.
        wide_deg = band_deg / max(0.01, cos(radians(min(90.0, abs(end.lat) + band_deg))))
        west, east = end.lon - wide_deg, end.lon + wide_deg
        return [node for node in nodes[first:last] if west <= self._lon[node] <= east]

    def _country_nodes(self, country: str) -> tuple[list[float], list[int]]:
        """Latitudes and nodes of a country from south to north."""
        if country not in self._south_to_north:
            here = list(self._by_country[self._code[country]]) if country in self._code else []
            here.sort(key=self._lat.__getitem__)
            self._south_to_north[country] = [self._lat[node] for node in here], here
        return self._south_to_north[country]


def _great_circle_m(end: End, lat: float, lon: float) -> float:
    lat_1, lat_2 = radians(end.lat), radians(lat)
    h = sin((lat_2 - lat_1) / 2) ** 2
    h += cos(lat_1) * cos(lat_2) * sin(radians(lon - end.lon) / 2) ** 2
    return 2 * EARTH_RADIUS_M * asin(min(1.0, sqrt(h)))
