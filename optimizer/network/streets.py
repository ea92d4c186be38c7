"""
Street patches joined to the road graph, as one network with more detail on the last kilometres.

How a patch is joined, in this order:

1. *Rim.* Where the extract was cut through a main road, that road goes on in the road graph: the
   rim node is linked both ways with the nearest node of the road graph, if there is one within
   :data:`RIM_JOIN_M`. Islands of the road graph with less than :data:`MIN_COMPONENT` nodes do not
   count, and all links of a patch lead to one component.
2. *Inside.* Each node of the road graph in the patch's bounding box is linked both ways with the
   nearest node of the patch on a main road, if there is one within :data:`INNER_JOIN_M`.
3. Nodes of the patch that cannot reach a link, or cannot be reached from one, are left out.

A link is as long as its great circle times a circuity, rounded up, and as slow as the slowest arc
at its node of the road graph. Arcs of the road graph stay as they are: a path takes whichever is
shorter. A patch can shorten a path between two nodes of the road graph only over real streets, as a
rim node has one link at the rim and no link is shorter than straight.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import KDTree

from optimizer.domain.streets import MAIN_RANK, StreetPatch
from optimizer.errors import Finding, NetworkError, show_value
from optimizer.network.road_file import great_circle_m
from optimizer.network.roads import RoadNetwork

RIM_JOIN_M = 15_000
"""The road graph has nodes at junctions only; along a motorway the next one may be this far."""
INNER_JOIN_M = 500
"""Nodes of the road graph lie on a grid of about 100 m; a junction is a few hundred metres wide."""
MIN_COMPONENT = 100
"""Smaller parts of the road graph are digitizing errors and ferry islands, not a network."""
LINK_CIRCUITY = 1.3
"""Mean road distance over great circle of the published pairs."""

_LINK = 1
"""``link`` in the kinds of arcs of a road network."""
_M_PER_DEG = 111_195.0
_KM_PER_H_TO_M_PER_S = 3.6


@dataclass(frozen=True, slots=True, kw_only=True)
class Links:
    """
    What ties a patch to the road graph.

    Parameters
    ----------
    patch_node, road_node
        (n_links,) int32, nodes of the patch and of the road graph.
    length_m
        (n_links,) int32, metres.
    n_rim
        How many of them are at the rim; those come first.
    """

    patch_node: NDArray[np.int32]
    road_node: NDArray[np.int32]
    length_m: NDArray[np.int32]
    n_rim: int


@dataclass(frozen=True, slots=True, kw_only=True)
class JoinedRoads:
    """
    Road graph with street patches.

    Parameters
    ----------
    roads
        Nodes of the road graph keep their index; those of the patches follow.
    first_patch_node
        (n_patches + 1,) int32. Patch p has ``first_patch_node[p]:first_patch_node[p + 1]``.
    names
        Of the patches.
    links
        By patch, in the node indices of the patch as it came and of the road graph.
    """

    roads: RoadNetwork
    first_patch_node: NDArray[np.int32]
    names: tuple[str, ...]
    links: tuple[Links, ...]


def join_patches(roads: RoadNetwork, patches: Iterable[StreetPatch]) -> JoinedRoads:
    """
    Road graph with all patches joined, in their order; each is joined to the road graph proper.

    Raises
    ------
    NetworkError
        N251, one for each patch that the road graph does not touch.
    """
    joined, first, names, links = roads, [roads.n_nodes], [], []
    findings: list[Finding] = []
    for patch in patches:
        found = find_links(roads, patch)
        if isinstance(found, Finding):
            findings.append(found)
            continue
        joined = _appended(joined, patch, found, _reachable(patch, found))
        first.append(joined.n_nodes)
        names.append(patch.name)
        links.append(found)
    if findings:
        raise NetworkError(findings)
    return JoinedRoads(
        roads=joined,
        first_patch_node=np.array(first, dtype=np.int32),
        names=tuple(names),
        links=tuple(links),
    )


def country_at(roads: RoadNetwork, lat_deg: float, lon_deg: float) -> str:
    """ISO 3166 alpha-2 code of the node of the road graph nearest to a point."""
    node = roads.snap(lat_deg, lon_deg)[0][0]
    return roads.countries[roads.country[node]]


def find_links(roads: RoadNetwork, patch: StreetPatch) -> Links | Finding:
    """Links of a patch by the rules above, or N251 where there is none."""
    component = _component_near(roads, patch)
    rim = np.flatnonzero(patch.rim).astype(np.int32)
    outer = roads.snap(patch.lat_deg[rim], patch.lon_deg[rim], component=component)[0]
    inner_patch, inner_road = _inner_pairs(roads, patch, component)
    patch_node = np.concatenate((rim, inner_patch)).astype(np.int32)
    road_node = np.concatenate((outer, inner_road)).astype(np.int32)
    direct_m = great_circle_m(
        patch.lat_deg[patch_node],
        patch.lon_deg[patch_node],
        roads.lat_deg[road_node],
        roads.lon_deg[road_node],
    )
    limit_m = np.where(np.arange(len(patch_node)) < len(rim), RIM_JOIN_M, INNER_JOIN_M)
    is_near = direct_m <= limit_m
    if not is_near.any():
        return _untouched(patch, float(direct_m.min()) if len(direct_m) else None)
    return Links(
        patch_node=patch_node[is_near],
        road_node=road_node[is_near],
        length_m=np.maximum(np.ceil(direct_m[is_near] * LINK_CIRCUITY), 1).astype(np.int32),
        n_rim=int(is_near[: len(rim)].sum()),
    )


def _component_near(roads: RoadNetwork, patch: StreetPatch) -> int:
    """Component of the node nearest to the middle of a patch, the main one for a splinter."""
    node = roads.snap(patch.lat_deg.mean(), patch.lon_deg.mean())[0][0]
    component = int(roads.component[node])
    size = int((roads.component == component).sum())
    return component if size >= MIN_COMPONENT else 0


def _inner_pairs(
    roads: RoadNetwork, patch: StreetPatch, component: int
) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Nearest main-road node of the patch for each node of the road graph inside its box."""
    is_inside = (
        (roads.component == component)
        & (roads.lat_deg >= patch.lat_deg.min())
        & (roads.lat_deg <= patch.lat_deg.max())
        & (roads.lon_deg >= patch.lon_deg.min())
        & (roads.lon_deg <= patch.lon_deg.max())
    )
    inside = np.flatnonzero(is_inside).astype(np.int32)
    main = np.flatnonzero(patch.rank <= MAIN_RANK).astype(np.int32)
    if not len(inside) or not len(main):
        return inside[:0], inside[:0]
    # A patch is small enough for a plane: degrees of longitude shrink by the same cosine.
    scale = np.array([1.0, np.cos(np.radians(patch.lat_deg.mean()))]) * _M_PER_DEG
    tree = KDTree(np.stack((patch.lat_deg[main], patch.lon_deg[main]), axis=1) * scale)
    _, nearest = tree.query(
        np.stack((roads.lat_deg[inside], roads.lon_deg[inside]), axis=1) * scale
    )
    return main[nearest], inside


def _reachable(patch: StreetPatch, links: Links) -> NDArray[np.int32]:
    """Nodes of a patch that reach a link and are reached from one."""
    outside = patch.n_nodes
    ends = np.full(len(links.patch_node), outside, dtype=np.int32)
    tail = np.concatenate((patch.tail, links.patch_node, ends))
    head = np.concatenate((patch.head, ends, links.patch_node))
    ones = np.ones(len(tail), dtype=np.int8)
    graph = csr_array((ones, (tail, head)), shape=(outside + 1, outside + 1))
    _, label = connected_components(graph, directed=True, connection="strong")
    return np.flatnonzero(label[:outside] == label[outside]).astype(np.int32)


def _appended(
    roads: RoadNetwork, patch: StreetPatch, links: Links, kept: NDArray[np.int32]
) -> RoadNetwork:
    """Network with the kept nodes of a patch, their streets and both directions of the links."""
    new = np.full(patch.n_nodes, -1, dtype=np.int32)
    new[kept] = np.arange(roads.n_nodes, roads.n_nodes + len(kept), dtype=np.int32)
    is_kept = (new[patch.tail] >= 0) & (new[patch.head] >= 0)
    tied = new[links.patch_node]
    link_km_per_h = np.array(
        [
            roads.speed_km_per_h[roads.first_arc[n] : roads.first_arc[n + 1]].min()
            for n in links.road_node
        ]
    )
    link_s = np.ceil(links.length_m * _KM_PER_H_TO_M_PER_S / link_km_per_h).astype(np.int32)
    length_m = np.concatenate((patch.length_m[is_kept], links.length_m, links.length_m))
    drive_s = np.concatenate((patch.drive_s[is_kept], link_s, link_s))
    speed = np.clip(np.rint(length_m * _KM_PER_H_TO_M_PER_S / drive_s), 1, None)
    n_streets, n_links = int(is_kept.sum()), len(tied)
    arcs = {
        "tail": np.concatenate((new[patch.tail[is_kept]], tied, links.road_node)),
        "head": np.concatenate((new[patch.head[is_kept]], links.road_node, tied)),
        "length_m": length_m,
        "raw_length_m": length_m,
        "drive_s": drive_s,
        "speed_km_per_h": speed,
        "kind": np.repeat([0, _LINK], [n_streets, 2 * n_links]),
        "crossing": np.full(len(length_m), -1),
        "forbidden": np.zeros(len(length_m), dtype=np.bool_),
        "corridor": np.full(len(length_m), -1),
        "gauge_mm": np.zeros(len(length_m)),
    }
    country = roads.country[links.road_node[np.argmin(links.length_m)]]
    nodes = {
        "lat_deg": patch.lat_deg[kept],
        "lon_deg": patch.lon_deg[kept],
        "country": np.full(len(kept), country),
        "component": np.full(len(kept), roads.component[links.road_node[0]]),
    }
    return _rebuilt(roads, patch, nodes, arcs)


def _rebuilt(
    roads: RoadNetwork,
    patch: StreetPatch,
    nodes: dict[str, NDArray[np.generic]],
    arcs: dict[str, NDArray[np.generic]],
) -> RoadNetwork:
    def extended(name: str, more: NDArray[np.generic]) -> NDArray[np.generic]:
        old = getattr(roads, name)
        return np.concatenate((old, more.astype(old.dtype)))

    made = {name: extended(name, more) for name, more in nodes.items()}
    all_arcs = {name: extended(name, more) for name, more in arcs.items()}
    order = np.lexsort((all_arcs["head"], all_arcs["tail"]))
    made |= {name: values[order] for name, values in all_arcs.items()}
    first = np.searchsorted(made["tail"], np.arange(len(made["lat_deg"]) + 1))
    made["first_arc"] = first.astype(np.int32)
    for array in made.values():
        array.setflags(write=False)
    digest = hashlib.sha256(f"{roads.content_hash}+{patch.content_hash}".encode()).hexdigest()
    # A search tree of the old nodes would be kept by replace(): give it a new one.
    trees = type(roads._trees)()  # noqa: SLF001
    return replace(roads, **made, content_hash=digest, _trees=trees)  # pyright: ignore[reportArgumentType]


def _untouched(patch: StreetPatch, nearest_m: float | None) -> Finding:
    far = "it has no rim" if nearest_m is None else f"nearest {nearest_m / 1000:.1f} km away"
    return Finding(
        code="N251",
        what="a street patch does not touch the road graph",
        where=show_value(patch.name),
        value=far,
        remedy="take a larger extract that reaches a trunk road, or one inside the region",
    )
