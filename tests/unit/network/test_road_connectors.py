"""Connectors on roads (rule T6): a toy by arithmetic, and the checker's own reading of the rule."""

from __future__ import annotations

from dataclasses import replace
from math import asin, cos, radians, sin, sqrt

import numpy as np
import pytest

from optimizer.datasets.connector_table import connector_rows, read_connector_table
from optimizer.domain.roads import ConnectorRoads
from optimizer.errors import DataError
from optimizer.network.build import build_network
from optimizer.network.connectors import ConnectorRules, reach_of
from optimizer.network.road_file import StoredNetwork
from optimizer.network.roads import RoadNetwork, from_stored
from optimizer.plan.checks.parts import End, great_circle_m
from optimizer.plan.checks.roads import RoadFacts
from tests.factories import EPOCH, at_point, make_facility, make_network_data

PARAMETERS = {"connector_snap_km": 10.0, "connector_detour_max": 3.0, "circuity_default": 1.5}
M_PER_MDEG = 6371.0088 * radians(1)
"""Metres of a thousandth of a degree on the equator: 111.2."""


def _roads(nodes, edges, countries=("CN", "LA")) -> RoadNetwork:
    """Roads from (lat, lon, country) in thousandths of a degree, and (tail, head, metres)."""
    edges = sorted(edges)
    zeros = np.zeros(len(edges), dtype=np.int32)
    return from_stored(
        "road",
        StoredNetwork(
            lat_mdeg=np.array([node[0] for node in nodes], dtype=np.int32),
            lon_mdeg=np.array([node[1] for node in nodes], dtype=np.int32),
            country=np.array([countries.index(node[2]) for node in nodes], dtype=np.int32),
            tail=np.array([edge[0] for edge in edges], dtype=np.int32),
            head=np.array([edge[1] for edge in edges], dtype=np.int32),
            raw_length_m=np.array([edge[2] for edge in edges], dtype=np.int32),
            section=zeros,
            kind=zeros,
            crossing=zeros - 1,
            forbidden=zeros,
            gauge_mm=zeros,
            countries=countries,
            crossings=(),
            sections=(("all", 1.0, 60),),
            meta={},
        ),
    )


def _data(roads=None, pairs_m=None, facilities=None, **parameters):
    load = (lambda: roads) if roads is not None else None
    data = make_network_data(
        facilities=facilities or [make_facility("CNBBB-X", lat=0.0, lon=1.0)],
        parameters=PARAMETERS | parameters,
    )
    return replace(data, roads=ConnectorRoads(pairs_m=pairs_m or {}, load=load))


def _to_facility(data, **point):
    place = at_point(**({"lat": 0.0, "lon": 0.0, "country": "CN"} | point))
    reach = reach_of(data, place)
    assert reach.facilities.tolist() == [0]
    return int(reach.distance_m[0])


# A point at (0, 0), a facility a degree (111,195 m) to the east. Nodes 50 mdeg (5,560 m) from each.
NODES = [(0, 50, "CN"), (0, 950, "CN")]
HOP_M = round(50 * M_PER_MDEG * 1.5)
STRAIGHT_M = round(1000 * M_PER_MDEG * 1.5)


def test_a_hop_the_road_and_a_hop():
    assert _to_facility(_data(_roads(NODES, [(0, 1, 120_000)]))) == 120_000 + 2 * HOP_M


def test_without_roads_it_is_the_great_circle_times_circuity():
    assert _to_facility(_data()) == STRAIGHT_M
    roads = _roads(NODES, [(0, 1, 120_000)])
    assert _to_facility(_data(roads, connector_snap_km=5.0)) == STRAIGHT_M
    assert _to_facility(_data(roads, connector_snap_km=0.0)) == STRAIGHT_M


def test_a_way_of_more_than_three_great_circles_is_a_gap():
    limit_m = int(3 * 1000 * M_PER_MDEG) - 2 * HOP_M
    assert _to_facility(_data(_roads(NODES, [(0, 1, limit_m)]))) == limit_m + 2 * HOP_M
    assert _to_facility(_data(_roads(NODES, [(0, 1, limit_m + 1)]))) == STRAIGHT_M


def test_the_nearest_node_need_not_be_the_best():
    # A node 10 mdeg to the west is nearest, and its road goes round.
    nodes = [*NODES, (0, -10, "CN")]
    roads = _roads(nodes, [(0, 1, 120_000), (1, 2, 200_000)])
    assert _to_facility(_data(roads)) == 120_000 + 2 * HOP_M


def test_ways_stay_in_the_country():
    # The short way is over a node abroad; the long one is at home.
    nodes = [*NODES, (100, 500, "LA"), (200, 500, "CN")]
    abroad = [(0, 2, 50_000), (1, 2, 50_000)]
    assert _to_facility(_data(_roads(nodes, abroad))) == STRAIGHT_M
    at_home = [*abroad, (0, 3, 90_000), (1, 3, 90_000)]
    assert _to_facility(_data(_roads(nodes, at_home))) == 180_000 + 2 * HOP_M


def test_short_moves_may_keep_to_local_streets():
    # 40 mdeg apart: the facility is within a hop, and the roads go round.
    facilities = [make_facility("CNBBB-X", lat=0.0, lon=0.04)]
    roads = _roads([(0, 5, "CN"), (0, 35, "CN")], [(0, 1, 8_000)])
    data = _data(roads, facilities=facilities)
    assert _to_facility(data) == round(40 * M_PER_MDEG * 1.5)
    roads = _roads([(0, 5, "CN"), (0, 35, "CN")], [(0, 1, 3_400)])
    hop_m = round(5 * M_PER_MDEG * 1.5)
    assert _to_facility(_data(roads, facilities=facilities)) == 3_400 + 2 * hop_m


def test_facility_pairs_come_from_the_table_both_ways():
    facilities = [
        make_facility("CNBBB-X", lat=0.0, lon=1.0),
        make_facility("CNAAA-X", lat=0.0, lon=0.0),
        make_facility("CNCCC-X", lat=0.0, lon=2.0),
    ]
    data = _data(pairs_m={("CNAAA-X", "CNBBB-X"): 131_000}, facilities=facilities)
    network = build_network(data, epoch_at=EPOCH)
    metres = {
        (network.facility_ids[offer.tail], network.facility_ids[offer.head]): offer.distance_m
        for offer in network.offers
    }
    assert metres["CNAAA-X", "CNBBB-X"] == metres["CNBBB-X", "CNAAA-X"] == 131_000
    assert metres["CNBBB-X", "CNCCC-X"] == STRAIGHT_M


def test_the_table_reads_back_and_drops_what_has_moved():
    here = make_facility("CNAAA-X", lat=25.1, lon=102.7)
    there = make_facility("CNBBB-X", lat=25.2, lon=102.9)
    facilities = {one.facility_id: one for one in (here, there)}
    text = connector_rows({("CNAAA-X", "CNBBB-X"): 31_000}, facilities).encode()
    assert read_connector_table(text, facilities) == {("CNAAA-X", "CNBBB-X"): 31_000}
    moved = facilities | {"CNBBB-X": replace(there, lat=25.3)}
    assert read_connector_table(text, moved) == {}
    assert read_connector_table(text, {"CNAAA-X": here}) == {}


@pytest.mark.parametrize("content", [b"", b"a,b\n", b"\xff\xfe", b'facility_id,"'])
def test_a_broken_table_is_a_finding(content):
    with pytest.raises(DataError, match="D117"):
        read_connector_table(content, {})


# ---------------------------------------------------------------- the checker


def _checked_m(data, point, facility) -> int:
    one = End(label="p", facility=None, lat=point.lat, lon=point.lon, country=point.country)
    other = End(
        label="f",
        facility=facility,
        lat=facility.lat,
        lon=facility.lon,
        country=facility.country,
    )
    facts = RoadFacts(data.roads, data.parameters)
    circuity = ConnectorRules.of(data).hops(point.country).circuity
    there = facts.distance_m(one, other, great_circle_m(one, other), circuity)
    back = facts.distance_m(other, one, great_circle_m(one, other), circuity)
    assert there == back
    return there


@pytest.mark.parametrize("seed", range(30))
def test_the_checker_finds_the_same_metres_on_random_roads(seed):
    rng = np.random.default_rng(seed)
    n_nodes = int(rng.integers(2, 60))
    spread = int(rng.choice([30, 300, 1_500]))
    nodes = [
        (int(lat), int(lon), str(country))
        for lat, lon, country in zip(
            rng.integers(-spread, spread, n_nodes),
            rng.integers(-spread, spread, n_nodes),
            rng.choice(["CN", "LA"], n_nodes, p=[0.9, 0.1]),
            strict=True,
        )
    ]
    edges = {}
    for _ in range(3 * n_nodes):
        tail, head = sorted(rng.integers(n_nodes, size=2).tolist())
        if tail != head:
            dx, dy = nodes[tail][0] - nodes[head][0], nodes[tail][1] - nodes[head][1]
            straight_m = sqrt(dx * dx + dy * dy) * M_PER_MDEG
            edges[tail, head] = int(straight_m * rng.uniform(1, 2)) + 1
    roads = _roads(nodes, [(tail, head, metres) for (tail, head), metres in edges.items()])
    facilities = [
        make_facility(f"CN{code}-X", lat=float(lat) / 1000, lon=float(lon) / 1000)
        for code, (lat, lon) in zip(
            ("AAA", "BBB", "CCC", "DDD"), rng.integers(-spread, spread, (4, 2)), strict=True
        )
    ]
    data = _data(roads, facilities=facilities)
    for lat, lon in rng.uniform(-spread / 1000, spread / 1000, (5, 2)):
        point = at_point(lat=round(float(lat), 4), lon=round(float(lon), 4), country="CN")
        reach = reach_of(data, point)
        for index, metres in zip(reach.facilities, reach.distance_m, strict=True):
            assert _checked_m(data, point, facilities[index]) == metres


def test_the_great_circle_of_the_tests_is_the_rule():
    lat, lon = radians(0.3), radians(0.7)
    h = sin(lat / 2) ** 2 + cos(lat) * sin(lon / 2) ** 2
    end = End(label="", facility=None, lat=0.0, lon=0.0, country="CN")
    other = End(label="", facility=None, lat=0.3, lon=0.7, country="CN")
    assert great_circle_m(end, other) == pytest.approx(2 * 6371008.8 * asin(sqrt(h)))
