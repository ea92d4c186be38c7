"""
The road and rail network under the corridors: nodes, arcs, lengths and truck times as arrays.

The shipped files derive from OpenStreetMap through ``scgraph_data`` (ODbL) and are made by
``network-data/scripts/build_roads.py``. Lengths are calibrated against published ones; arcs between
countries exist at known border crossings only, each with the id of its border.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import KDTree

from optimizer.errors import DataError, Finding, NetworkError, show_ids
from optimizer.network.road_file import EARTH_M, StoredNetwork, read

UNREACHED = 2**31 - 1
"""Weight of an arc that may not be used. Never added to."""

ARC_KINDS = ("graph", "link", "transfer")
"""Where an arc comes from: source graph, sourced repair, change between gauges."""

MAX_LAT_DEG, MAX_LON_DEG = 90.0, 180.0
FOLDER = Path("derived") / "osm"
_PACKAGE = Path(__file__).resolve().parents[1]
_ROOTS = (_PACKAGE / "_data", _PACKAGE.parent / "network-data")

Int32Array = npt.NDArray[np.int32]
Int16Array = npt.NDArray[np.int16]
Int8Array = npt.NDArray[np.int8]
BoolArray = npt.NDArray[np.bool_]
FloatArray = npt.NDArray[np.float64]


@dataclass(slots=True)
class _Trees:
    """Search trees by component, built when first asked for."""

    by_component: dict[int | None, tuple[KDTree, Int32Array]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RoadNetwork:
    """
    Directed network; both directions of a connection are there. Arrays are read-only.

    Parameters
    ----------
    mode
        ``road`` or ``rail``.
    lat_deg, lon_deg
        (n_nodes,) float64, degrees on a grid of 0.001.
    country
        (n_nodes,) int16, index into ``countries`` (ISO 3166 alpha-2).
    component
        (n_nodes,) int32. Parts that no usable arc joins; 0 is the largest.
    first_arc
        (n_nodes + 1,) int32. Arcs of node n are ``first_arc[n]:first_arc[n + 1]``.
    tail, head
        (n_arcs,) int32, sorted by (tail, head).
    length_m, raw_length_m
        (n_arcs,) int32, metres, at least 1: calibrated, and as in the source graph.
    speed_km_per_h
        (n_arcs,) int16. Loaded truck or goods train while moving.
    drive_s
        (n_arcs,) int32, seconds at that speed, at least 1.
    kind
        (n_arcs,) int8, index into `ARC_KINDS`.
    crossing
        (n_arcs,) int16, index into ``crossings`` (border ids), -1 inside a country.
    forbidden
        (n_arcs,) bool. Never for trucks.
    corridor
        (n_arcs,) int16, index into ``corridors``: country, zone or corridor that calibrated it.
    gauge_mm
        (n_arcs,) int16, 0 on roads and where gauges change.
    content_hash
        SHA-256 in hex over everything above.
    """

    mode: str
    lat_deg: FloatArray
    lon_deg: FloatArray
    country: Int16Array
    countries: tuple[str, ...]
    component: Int32Array
    first_arc: Int32Array
    tail: Int32Array
    head: Int32Array
    length_m: Int32Array
    raw_length_m: Int32Array
    speed_km_per_h: Int16Array
    drive_s: Int32Array
    kind: Int8Array
    crossing: Int16Array
    crossings: tuple[str, ...]
    forbidden: BoolArray
    corridor: Int16Array
    corridors: tuple[str, ...]
    gauge_mm: Int16Array
    content_hash: str
    _trees: _Trees = field(default_factory=_Trees, repr=False, compare=False)

    @property
    def n_nodes(self) -> int:
        """Number of nodes."""
        return len(self.lat_deg)

    @property
    def n_arcs(self) -> int:
        """Number of directed arcs."""
        return len(self.tail)

    def snap(
        self, lat_deg: npt.ArrayLike, lon_deg: npt.ArrayLike, *, component: int | None = None
    ) -> tuple[Int32Array, Int32Array]:
        """
        Nearest nodes by great circle. Nodes that only forbidden arcs touch do not count.

        Parameters
        ----------
        lat_deg, lon_deg
            (n,) degrees.
        component
            Component that the nodes must be in; any if None.

        Returns
        -------
        node, access_m
            (n,) int32 node indices, and great-circle metres rounded up.

        Raises
        ------
        NetworkError
            N242: a coordinate is not a place on earth, or no node can be snapped to.
        """
        lat = np.atleast_1d(np.asarray(lat_deg, dtype=np.float64))
        lon = np.atleast_1d(np.asarray(lon_deg, dtype=np.float64))
        is_bad = ~((np.abs(lat) <= MAX_LAT_DEG) & (np.abs(lon) <= MAX_LON_DEG))
        if is_bad.any():
            raise NetworkError(
                Finding(
                    code="N242",
                    what=f"{is_bad.sum()} of {len(lat)} points are not on earth",
                    where=show_ids([f"point {i}" for i in np.flatnonzero(is_bad)]),
                    remedy="give latitude -90 to 90 and longitude -180 to 180 in degrees",
                )
            )
        tree, nodes = self._tree(component)
        chord, nearest = tree.query(_on_sphere(lat, lon))
        arc_m = 2 * EARTH_M * np.arcsin(np.minimum(chord / 2, 1.0))
        return nodes[nearest], np.ceil(arc_m).astype(np.int32)

    def _tree(self, component: int | None) -> tuple[KDTree, Int32Array]:
        if component not in self._trees.by_component:
            is_usable = np.zeros(self.n_nodes, dtype=bool)
            is_usable[self.tail[~self.forbidden]] = True
            if component is not None:
                is_usable &= self.component == component
            nodes = np.flatnonzero(is_usable).astype(np.int32)
            if not len(nodes):
                raise NetworkError(
                    Finding(code="N242", what="no node to snap to", value=f"component {component}")
                )
            points = _on_sphere(self.lat_deg[nodes], self.lon_deg[nodes])
            self._trees.by_component[component] = KDTree(points), nodes
        return self._trees.by_component[component]

    def closed(self, *, crossings: Iterable[str] = (), countries: Iterable[str] = ()) -> BoolArray:
        """
        (n_arcs,) mask of arcs that may not be used.

        Parameters
        ----------
        crossings
            Borders that are shut, by id; a trailing direction (``:CN-LA``) is not part of the id.
        countries
            Countries that may not be entered.

        Raises
        ------
        NetworkError
            N240, N241: a border or country that the network does not know.
        """
        shut, barred = sorted(set(crossings)), sorted(set(countries))
        findings = [
            Finding(code=code, what=f"no such {what} in the {self.mode} network", value=one)
            for code, what, asked, known in (
                ("N240", "border", shut, self.crossings),
                ("N241", "country", barred, self.countries),
            )
            for one in asked
            if one not in known
        ]
        if findings:
            raise NetworkError(findings)
        is_closed = self.forbidden.copy()
        is_closed |= np.isin(self.crossing, [self.crossings.index(one) for one in shut])
        is_barred = np.isin(self.country, [self.countries.index(one) for one in barred])
        return is_closed | is_barred[self.tail] | is_barred[self.head]

    def weight_m(self, closed: BoolArray | None = None) -> Int32Array:
        """(n_arcs,) int32 metres, `UNREACHED` where closed (by default: where forbidden)."""
        return _weights(self.length_m, self.forbidden if closed is None else closed)

    def is_gate(self) -> BoolArray:
        """(n_arcs,) mask of listed crossings; open borders, named by their pair, are none."""
        has_gate = np.array([not _is_pair(one) for one in (*self.crossings, "AA-AA")])
        return has_gate[self.crossing]

    def weight_s(self, closed: BoolArray | None = None, *, gate_s: int = 0) -> Int32Array:
        """
        (n_arcs,) int32 seconds of driving, `UNREACHED` where closed (default: forbidden).

        Parameters
        ----------
        gate_s
            Seconds that a listed border crossing takes on top. With zero, a way may slip through a
            neighbour country for a few minutes' gain, which no truck would.
        """
        weights = self.drive_s + np.where(self.is_gate(), np.int32(gate_s), np.int32(0))
        return _weights(weights, self.forbidden if closed is None else closed)


def _is_pair(border_id: str) -> bool:
    one, dash, other = border_id.partition("-")
    return bool(dash) and len(one) == len(other) == len("CN")


def _weights(values: Int32Array, closed: BoolArray) -> Int32Array:
    return np.where(closed, np.int32(UNREACHED), values)


def _on_sphere(lat_deg: FloatArray, lon_deg: FloatArray) -> FloatArray:
    lat, lon = np.radians(lat_deg), np.radians(lon_deg)
    return np.stack((np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)), axis=1)


def _components(n_nodes: int, tail: Int32Array, head: Int32Array, usable: BoolArray) -> Int32Array:
    graph = csr_array(
        (np.ones(usable.sum(), dtype=np.int8), (tail[usable], head[usable])),
        shape=(n_nodes, n_nodes),
    )
    n_parts, label = connected_components(graph, directed=False)
    size = np.bincount(label, minlength=n_parts)
    # Of equal ones the part with the lowest node comes first, whatever SciPy's labels are.
    lowest = np.full(n_parts, n_nodes)
    np.minimum.at(lowest, label, np.arange(n_nodes))
    rank = np.empty(n_parts, dtype=np.int32)
    rank[np.lexsort((lowest, -size))] = np.arange(n_parts, dtype=np.int32)
    return rank[label]


def from_stored(mode: str, stored: StoredNetwork) -> RoadNetwork:
    """Directed network of a stored one, with the calibration of its sections applied."""
    n_nodes, n_edges = len(stored.lat_mdeg), len(stored.tail)
    edge = np.tile(np.arange(n_edges, dtype=np.int32), 2)
    tail = np.concatenate((stored.tail, stored.head))
    head = np.concatenate((stored.head, stored.tail))
    order = np.lexsort((head, tail))
    edge, tail, head = edge[order], tail[order], head[order]

    factor = np.array([one[1] for one in stored.sections], dtype=np.float64)
    speed = np.array([one[2] for one in stored.sections], dtype=np.int64)
    # A sourced repair has its published length, and is calibrated by that.
    scale = np.where(stored.kind == 0, factor[stored.section], 1.0)
    length_m = np.maximum(np.rint(stored.raw_length_m * scale), 1).astype(np.int64)
    drive_s = np.maximum(-(-length_m * 36 // (speed[stored.section] * 10)), 1)
    forbidden = stored.forbidden.astype(bool)[edge]
    arrays: dict[str, npt.NDArray[np.generic]] = {
        "lat_deg": stored.lat_mdeg / 1000,
        "lon_deg": stored.lon_mdeg / 1000,
        "country": stored.country.astype(np.int16),
        "component": _components(n_nodes, tail, head, ~forbidden),
        "first_arc": np.searchsorted(tail, np.arange(n_nodes + 1)).astype(np.int32),
        "tail": tail,
        "head": head,
        "length_m": length_m[edge].astype(np.int32),
        "raw_length_m": stored.raw_length_m[edge],
        "speed_km_per_h": speed[stored.section][edge].astype(np.int16),
        "drive_s": drive_s[edge].astype(np.int32),
        "kind": stored.kind[edge].astype(np.int8),
        "crossing": stored.crossing[edge].astype(np.int16),
        "forbidden": forbidden,
        "corridor": stored.section[edge].astype(np.int16),
        "gauge_mm": stored.gauge_mm[edge].astype(np.int16),
    }
    digest = hashlib.sha256(repr((mode, stored.countries, stored.crossings)).encode())
    digest.update(repr(stored.sections).encode())
    for array in arrays.values():
        array.setflags(write=False)
        digest.update(np.ascontiguousarray(array).tobytes())
    return RoadNetwork(
        mode=mode,
        countries=stored.countries,
        crossings=stored.crossings,
        corridors=tuple(one[0] for one in stored.sections),
        content_hash=digest.hexdigest(),
        **arrays,  # pyright: ignore[reportArgumentType]
    )


@cache
def _load(mode: str, path: Path) -> RoadNetwork:
    try:
        return from_stored(mode, read(path))
    except (OSError, ValueError) as problem:
        raise DataError(
            Finding(
                code="D170",
                what=f"the {mode} network cannot be read",
                where=str(path),
                value=str(problem),
                remedy="run network-data/scripts/build_roads.py, or install again",
            )
        ) from problem


def find(name: str) -> Path:
    """
    Path of a shipped network file.

    ``TEAHORSE_DATA_DIR`` comes first where it holds one, then the wheel, then the checkout.
    """
    own = os.environ.get("TEAHORSE_DATA_DIR")
    roots = (*((Path(own),) if own else ()), *_ROOTS)
    paths = [root / FOLDER / name for root in roots]
    return next((path for path in paths if path.is_file()), paths[-1])


def load_roads(path: Path | None = None) -> RoadNetwork:
    """
    Road network of Eurasia east of 5 W with ASEAN; read once per process and file.

    Raises
    ------
    DataError
        D170: the file is missing or damaged.
    """
    return _load("road", path or find("roads.npz"))


def load_railways(path: Path | None = None) -> RoadNetwork:
    """Rail network of the same region, by gauge; otherwise like `load_roads`."""
    return _load("rail", path or find("railways.npz"))
