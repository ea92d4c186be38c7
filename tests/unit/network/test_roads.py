"""The road network: stored form, directed arrays, snapping, closing, weights."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import networkx as nx
import numpy as np
import pytest

from optimizer.errors import DataError, NetworkError
from optimizer.network.road_file import StoredNetwork, from_bytes, great_circle_m, to_bytes
from optimizer.network.roads import UNREACHED, from_stored, load_roads

SECTIONS = (("CN", 1.10, 60), ("LA", 1.25, 40), ("DE", 1.0, 70))


def ints(*values: int) -> np.ndarray:
    return np.array(values, dtype=np.int32)


def stored(**changes: object) -> StoredNetwork:
    """
    A road from China (0, 1) over a gate to Laos (2, 3), and a lone edge in Germany (4, 5).

    ::

        0 --10 km-- 1 --1 km, GATE-- 2 --20 km-- 3      4 --5 km-- 5
        0 ----------- 50 km, forbidden --------- 3
    """
    plain = StoredNetwork(
        lat_mdeg=ints(21000, 21080, 21085, 21200, 50000, 50040),
        lon_mdeg=ints(101000, 101010, 101020, 101100, 8000, 8010),
        country=ints(0, 0, 2, 2, 1, 1),
        tail=ints(0, 0, 1, 2, 4),
        head=ints(1, 3, 2, 3, 5),
        raw_length_m=ints(10_000, 50_000, 1_000, 20_000, 5_000),
        section=ints(0, 0, 0, 1, 2),
        kind=ints(0, 0, 1, 0, 0),
        crossing=ints(-1, -1, 0, -1, -1),
        forbidden=ints(0, 1, 0, 0, 0),
        gauge_mm=ints(0, 0, 0, 0, 0),
        countries=("CN", "DE", "LA"),
        crossings=("MOHAN-BOTEN-ROAD",),
        sections=SECTIONS,
        meta={"mode": "road"},
    )
    return dataclasses.replace(plain, **changes)


def test_stored_form_comes_back_and_bytes_are_the_same() -> None:
    one = to_bytes(stored())
    assert one == to_bytes(stored())
    back = from_bytes(one)
    for field in dataclasses.fields(StoredNetwork):
        np.testing.assert_array_equal(getattr(back, field.name), getattr(stored(), field.name))


def test_random_networks_come_back_from_their_bytes() -> None:
    rng = np.random.default_rng(7)
    for n in (2, 50, 400):
        pairs = np.unique(np.sort(rng.integers(0, n, (3 * n, 2)), axis=1), axis=0)
        tail, head = pairs[pairs[:, 0] < pairs[:, 1]].T.astype(np.int32)
        m = len(tail)
        draw = lambda low, high, size=m: rng.integers(low, high, size).astype(np.int32)  # noqa: E731
        one = stored(
            lat_mdeg=draw(-12_000, 72_000, n),
            lon_mdeg=draw(-5_000, 180_000, n),
            country=draw(0, 3, n),
            tail=tail,
            head=head,
            raw_length_m=draw(1, 20_000_000),
            section=draw(0, 3),
            kind=draw(0, 3),
            crossing=draw(-1, 1),
            forbidden=draw(0, 2),
            gauge_mm=draw(0, 1521),
        )
        back = from_bytes(to_bytes(one))
        for name in ("lat_mdeg", "lon_mdeg", "tail", "head", "raw_length_m", "crossing"):
            np.testing.assert_array_equal(getattr(back, name), getattr(one, name))


def test_unsorted_edges_and_foreign_files_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="sorted"):
        to_bytes(stored(tail=ints(1, 0, 0, 2, 4), head=ints(2, 1, 3, 3, 5)))
    with pytest.raises(ValueError, match="not a road or rail network"):
        from_bytes(b"PK\x03\x04 nothing")
    (tmp_path / "cut.npz").write_bytes(to_bytes(stored())[:900])
    for name in ("cut.npz", "missing.npz"):
        with pytest.raises(DataError) as caught:
            load_roads(tmp_path / name)
        (finding,) = caught.value.findings
        assert finding.code == "D170"
        assert name in finding.where
        assert "build_roads" in finding.remedy


def test_lengths_and_times_are_calibrated_by_hand() -> None:
    net = from_stored("road", stored())
    assert (net.n_nodes, net.n_arcs) == (6, 10)
    by_ends = dict(
        zip(zip(net.tail.tolist(), net.head.tolist(), strict=True), range(10), strict=True)
    )
    # 10 km x 1.10 at 60 km/h; the link keeps its kilometre; 20 km x 1.25 at 40 km/h.
    for ends, length_m, seconds in (
        ((0, 1), 11_000, 660),
        ((1, 2), 1_000, 60),
        ((2, 3), 25_000, 2_250),
        ((4, 5), 5_000, 258),
    ):
        for arc in (by_ends[ends], by_ends[ends[::-1]]):
            assert net.length_m[arc] == length_m
            assert net.drive_s[arc] == seconds
    assert net.corridors[net.corridor[by_ends[2, 3]]] == "LA"
    assert net.crossings[net.crossing[by_ends[2, 1]]] == "MOHAN-BOTEN-ROAD"
    starts = [net.tail[net.first_arc[n] : net.first_arc[n + 1]].tolist() for n in range(6)]
    assert starts == [[0, 0], [1, 1], [2, 2], [3, 3], [4], [5]]


def test_components_do_not_pass_forbidden_arcs_and_the_largest_is_first() -> None:
    assert from_stored("road", stored()).component.tolist() == [0, 0, 0, 0, 1, 1]
    cut = stored(forbidden=ints(0, 1, 1, 0, 0))
    assert from_stored("road", cut).component.tolist() == [0, 0, 1, 1, 2, 2]


def test_components_are_those_of_networkx() -> None:
    rng = np.random.default_rng(3)
    n = 200
    pairs = np.unique(np.sort(rng.integers(0, n, (150, 2)), axis=1), axis=0)
    tail, head = pairs[pairs[:, 0] < pairs[:, 1]].T.astype(np.int32)
    zeros = np.zeros(len(tail), dtype=np.int32)
    net = from_stored(
        "road",
        stored(
            lat_mdeg=rng.integers(0, 9000, n).astype(np.int32),
            lon_mdeg=rng.integers(0, 9000, n).astype(np.int32),
            country=np.zeros(n, dtype=np.int32),
            tail=tail,
            head=head,
            raw_length_m=zeros + 5,
            section=zeros,
            kind=zeros,
            crossing=zeros - 1,
            forbidden=zeros,
            gauge_mm=zeros,
        ),
    )
    graph = nx.Graph()
    graph.add_nodes_from(range(n))
    graph.add_edges_from(zip(tail.tolist(), head.tolist(), strict=True))
    parts = sorted(nx.connected_components(graph), key=lambda part: (-len(part), min(part)))
    for number, part in enumerate(parts):
        assert {net.component[node] for node in part} == {number}


def test_snap_is_the_nearest_by_great_circle() -> None:
    net = from_stored("road", stored())
    rng = np.random.default_rng(1)
    lat, lon = rng.uniform(20, 51, 60), rng.uniform(5, 103, 60)
    node, access_m = net.snap(lat, lon)
    for i in range(60):
        away = great_circle_m(net.lat_deg, net.lon_deg, lat[i], lon[i])
        assert away[node[i]] == pytest.approx(away.min(), rel=1e-9)
        assert access_m[i] == pytest.approx(away.min(), abs=1.5)
    assert net.snap(50.0, 8.0)[0].tolist() == [4]
    assert net.snap(50.0, 8.0, component=0)[0].tolist() != [4]


def test_snap_leaves_out_nodes_that_only_forbidden_arcs_touch() -> None:
    net = from_stored("road", stored(forbidden=ints(1, 1, 0, 0, 0)))
    assert net.snap(21.0, 101.0)[0].tolist() == [1]
    with pytest.raises(NetworkError) as caught:
        net.snap([21.0, 91.0, float("nan")], [101.0, 0.0, 0.0])
    (finding,) = caught.value.findings
    assert finding.code == "N242"
    assert "point 1, point 2" in finding.where
    with pytest.raises(NetworkError, match="N242"):
        net.snap(0.0, 0.0, component=9)


def test_borders_and_countries_close() -> None:
    net = from_stored("road", stored())
    assert net.closed().sum() == 2
    shut = net.closed(crossings=["MOHAN-BOTEN-ROAD"])
    assert {tuple(e) for e in np.stack((net.tail, net.head), 1)[shut & ~net.forbidden]} == {
        (1, 2),
        (2, 1),
    }
    barred = net.closed(countries=["DE", "LA"])
    assert net.tail[~barred].tolist() == [0, 1]
    with pytest.raises(NetworkError) as caught:
        net.closed(crossings=["NOWHERE", "ELSEWHERE"], countries=["XX"])
    assert [f.code for f in caught.value.findings] == ["N240", "N240", "N241"]


def test_weights_mark_what_is_closed_and_gates_take_time() -> None:
    net = from_stored("road", stored())
    assert (net.weight_m() == UNREACHED).sum() == 2
    assert net.weight_m()[~net.forbidden].sum() == 2 * (11_000 + 1_000 + 25_000 + 5_000)
    gate = net.is_gate()
    assert gate.sum() == 2
    late = net.weight_s(gate_s=14_400)
    assert (late[gate] - net.drive_s[gate]).tolist() == [14_400, 14_400]
    np.testing.assert_array_equal(late[~gate], net.weight_s()[~gate])
    open_border = from_stored("road", stored(crossings=("CN-LA",)))
    assert not open_border.is_gate().any()


def test_arrays_are_read_only_and_the_hash_follows_them() -> None:
    net = from_stored("road", stored())
    with pytest.raises(ValueError, match="read-only"):
        net.length_m[0] = 1
    assert net.content_hash == from_stored("road", stored()).content_hash
    other = stored(sections=(("CN", 1.11, 60), *SECTIONS[1:]))
    assert net.content_hash != from_stored("road", other).content_hash
    assert net.content_hash != from_stored("rail", stored()).content_hash
