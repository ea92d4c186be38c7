"""Street patches on the road graph: who is linked, how long it is, and what stays as it was."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from optimizer.domain.streets import StreetPatch
from optimizer.errors import NetworkError
from optimizer.network.road_file import StoredNetwork, great_circle_m
from optimizer.network.roads import RoadNetwork, from_stored
from optimizer.network.streets import (
    LINK_CIRCUITY,
    RIM_JOIN_M,
    country_at,
    join_patches,
)

MAIN, LOCAL = 0, 5


def _line_of_roads(n_nodes=120) -> RoadNetwork:
    """Towns on the equator, 0.1 degrees (11.1 km) apart, joined by roads of 12 km at 60 km/h."""
    n_edges = n_nodes - 1
    zeros = np.zeros(n_edges, dtype=np.int32)
    return from_stored(
        "road",
        StoredNetwork(
            lat_mdeg=np.zeros(n_nodes, dtype=np.int32),
            lon_mdeg=np.arange(n_nodes, dtype=np.int32) * 100,
            country=np.zeros(n_nodes, dtype=np.int32),
            tail=np.arange(n_edges, dtype=np.int32),
            head=np.arange(1, n_nodes, dtype=np.int32),
            raw_length_m=zeros + 12_000,
            section=zeros,
            kind=zeros,
            crossing=zeros - 1,
            forbidden=zeros,
            gauge_mm=zeros,
            countries=("LA",),
            crossings=(),
            sections=(("LA", 1.0, 60),),
            meta={},
        ),
    )


def _patch(points, streets, *, rim=(), rank=None, name="toy") -> StreetPatch:
    """Patch of (lat, lon) points and two-way streets (tail, head, metres) at 36 km/h."""
    arcs = sorted([*streets, *((head, tail, metres) for tail, head, metres in streets)])
    metres = np.array([arc[2] for arc in arcs], dtype=np.int32)
    return StreetPatch(
        name=name,
        source="test",
        country="LA",
        gross_kg=18_000,
        lat_deg=np.array([lat for lat, _ in points], dtype=np.float64),
        lon_deg=np.array([lon for _, lon in points], dtype=np.float64),
        rank=np.array(rank or [MAIN] * len(points), dtype=np.int8),
        rim=np.isin(np.arange(len(points)), rim),
        tail=np.array([arc[0] for arc in arcs], dtype=np.int32),
        head=np.array([arc[1] for arc in arcs], dtype=np.int32),
        length_m=metres,
        drive_s=metres // 10,
        counts={},
    )


def _distances_m(roads: RoadNetwork, source: int) -> np.ndarray:
    weights = csr_array((roads.length_m, (roads.tail, roads.head)), shape=(roads.n_nodes,) * 2)
    return dijkstra(weights, indices=source)


@pytest.fixture(scope="module")
def roads():
    return _line_of_roads()


def test_a_rim_node_is_linked_with_the_nearest_town(roads):
    # Node 0 lies 0.02 degrees (2,224 m) north of town 5; node 1 is an address 3 km further on.
    patch = _patch([(0.02, 0.5), (0.04, 0.5)], [(0, 1, 3_000)], rim=[0])
    joined = join_patches(roads, [patch])
    link_m = int(np.ceil(2_223.9 * LINK_CIRCUITY))
    assert joined.links[0].road_node.tolist() == [5]
    assert joined.links[0].length_m.tolist() == [link_m]
    assert joined.first_patch_node.tolist() == [120, 122]
    # Address, street, link, two roads: an address in the patch is snapped to the patch.
    node, access_m = joined.roads.snap(0.0401, 0.5)
    assert node[0] == 121
    assert access_m[0] == 12
    assert _distances_m(joined.roads, 121)[7] == 3_000 + link_m + 2 * 12_000
    assert _distances_m(joined.roads, 7)[121] == 3_000 + link_m + 2 * 12_000


def test_towns_inside_a_patch_are_linked_with_its_main_roads(roads):
    # Town 5 lies in the box; node 1 is nearer to it than node 0, but no main road.
    points = [(0.002, 0.5), (0.001, 0.5), (-0.01, 0.49), (0.01, 0.51)]
    streets = [(0, 1, 120), (1, 2, 2_000), (0, 3, 2_000)]
    patch = _patch(points, streets, rank=[MAIN, LOCAL, LOCAL, LOCAL])
    joined = join_patches(roads, [patch])
    assert joined.links[0].patch_node.tolist() == [0]
    assert joined.links[0].n_rim == 0
    assert joined.links[0].length_m.tolist() == [int(np.ceil(222.39 * LINK_CIRCUITY))]


def test_the_road_graph_keeps_its_nodes_arcs_and_distances(roads):
    rng = np.random.default_rng(7)
    points = [(float(lat), 0.45 + float(lon)) for lat, lon in rng.uniform(-0.06, 0.3, (40, 2))]
    streets = []
    for node in range(1, 40):
        other = int(rng.integers(node))
        straight = great_circle_m(*points[node], *points[other])
        streets.append((other, node, int(np.ceil(straight)) + 1))
    patch = _patch(points, streets, rim=[0, 3, 5])
    joined = join_patches(roads, [patch]).roads
    assert joined.lat_deg[: roads.n_nodes].tolist() == roads.lat_deg.tolist()
    old = joined.length_m[(joined.tail < roads.n_nodes) & (joined.head < roads.n_nodes)]
    assert old.tolist() == roads.length_m.tolist()
    before, after = _distances_m(roads, 2), _distances_m(joined, 2)[: roads.n_nodes]
    assert (after <= before).all()
    # Shorter only over streets, and those are never shorter than straight.
    straight_m = great_circle_m(0.0, 0.2, roads.lat_deg, roads.lon_deg)
    assert (after >= np.floor(straight_m)).all()
    # Arcs are in the order that every user of the arrays relies on.
    key = joined.tail.astype(np.int64) * joined.n_nodes + joined.head
    assert (np.diff(key) >= 0).all()
    starts = joined.first_arc[joined.tail]
    assert ((starts <= np.arange(joined.n_arcs)) & (joined.drive_s >= 1)).all()


def test_streets_that_reach_no_link_are_left_out(roads):
    linked = _patch([(0.01, 0.5), (0.02, 0.5), (0.2, 0.9), (0.21, 0.9)], [(0, 1, 1_200)], rim=[0])
    patch = replace(
        linked,
        # 2 -> 3 goes nowhere from, and nothing leads to 2.
        tail=np.append(linked.tail, np.int32(2)),
        head=np.append(linked.head, np.int32(3)),
        length_m=np.append(linked.length_m, np.int32(1_200)),
        drive_s=np.append(linked.drive_s, np.int32(120)),
    )
    joined = join_patches(roads, [patch])
    assert joined.first_patch_node.tolist() == [120, 122]


def test_several_patches_follow_each_other(roads):
    one = _patch([(0.01, 0.5), (0.02, 0.5)], [(0, 1, 1_200)], rim=[0], name="one")
    two = _patch([(0.01, 0.9), (0.02, 0.9)], [(0, 1, 1_300)], rim=[0], name="two")
    joined = join_patches(roads, [one, two])
    assert joined.names == ("one", "two")
    assert joined.first_patch_node.tolist() == [120, 122, 124]
    assert len({roads.content_hash, joined.roads.content_hash}) == 2
    again = join_patches(roads, [one, two])
    assert again.roads.content_hash == joined.roads.content_hash
    assert np.isfinite(_distances_m(joined.roads, 121)[123])


def test_no_patches_change_nothing(roads):
    assert join_patches(roads, []).roads is roads


def test_patches_far_from_every_road_are_all_named(roads):
    far = 2 * RIM_JOIN_M / 111_195
    lonely = _patch([(far, 0.5), (far + 0.01, 0.5)], [(0, 1, 1_200)], rim=[0], name="lonely")
    rimless = replace(lonely, rim=np.zeros(2, dtype=np.bool_), name="rimless")
    with pytest.raises(NetworkError) as refused:
        join_patches(roads, [lonely, rimless])
    assert [finding.code for finding in refused.value.findings] == ["N251", "N251"]
    assert "30.0 km away" in refused.value.findings[0].value


def test_country_is_that_of_the_nearest_node(roads):
    assert country_at(roads, 0.3, 0.7) == "LA"
