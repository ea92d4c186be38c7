"""Street import: a grid whose streets follow from arithmetic, the real extract, and bad input."""

from __future__ import annotations

import gzip
from math import radians

import networkx as nx
import numpy as np
import pytest

from optimizer.datasets import osm_file, street_store
from optimizer.datasets.osm_file import read_osm
from optimizer.datasets.roads import patch_name, streets_of_file
from optimizer.datasets.street_store import load_patch, patch_files, read_truck_speeds, save_patch
from optimizer.datasets.truck_rules import TruckSpeeds
from optimizer.domain.streets import RANK_OF_HIGHWAY
from optimizer.errors import DataError
from tests.helpers_streets import real_extract, write_osm

SPEEDS = TruckSpeeds({("*", highway): 36.0 for highway in RANK_OF_HIGHWAY})
"""36 km/h are 10 m/s: seconds are a tenth of the metres."""
METRES_OF_A_MILLIDEGREE = 6_371_009 * radians(0.001)


def _read(path, **changes):
    options = {"name": "toy", "country_at": lambda lat, lon: "FI", "speeds": SPEEDS}
    return streets_of_file(path, **(options | {"gross_kg": 18_000} | changes))


def _codes(refused):
    return {finding.code for finding in refused.value.findings}


@pytest.fixture
def square(tmp_path):
    """
    A one-way square on the equator, 1 -> 2 -> 3 -> 4 -> 1, a millidegree a side, with a bend 5
    between 1 and 2, and a primary road that leaves it at 3 for the absent nodes 99 and 98.
    """
    nodes = {1: (0, 0), 5: (0, 0.0005), 2: (0, 0.001), 3: (0.001, 0.001), 4: (0.001, 0)}
    nodes[6] = (0.001, 0.002)
    one_way = {"highway": "residential", "oneway": "yes"}
    ways = [
        ([1, 5, 2, 3], one_way),
        ([1, 4, 3], one_way | {"oneway": "-1"}),
        ([3, 6, 99, 98], {"highway": "primary"}),
    ]
    return write_osm(tmp_path / "square.osm", nodes, ways)


def test_one_way_streets_bends_and_the_cut(square):
    patch = _read(square)
    # Nodes 1, 2 and 4 are no crossings: the square is one loop at 3, which goes, as it leads
    # nowhere, and the primary road stays in both directions.
    assert patch.n_nodes == 2
    assert patch.counts["clipped roads"] == 1
    assert patch.counts["references dropped"] == 2
    rim = np.flatnonzero(patch.rim)
    assert [patch.lon_deg[node] for node in rim] == [0.002]
    assert patch.length_m.tolist() == [round(METRES_OF_A_MILLIDEGREE)] * 2
    assert patch.drive_s.tolist() == [11, 11]
    assert patch.rank.tolist() == [RANK_OF_HIGHWAY["primary"]] * 2


def test_one_way_keeps_its_direction(tmp_path):
    nodes = {1: (0, 0), 2: (0, 0.001), 3: (0.001, 0.001), 4: (0.001, 0)}
    both = {"highway": "residential"}
    ways = [([1, 2], both), ([2, 3], both | {"oneway": "yes"}), ([3, 4], both), ([4, 1], both)]
    spurs = {11: (0, -0.001), 12: (0, 0.002), 13: (0.001, 0.002), 14: (0.001, -0.001)}
    ways += [([n, 10 + n], both) for n in (1, 2, 3, 4)]
    patch = _read(write_osm(tmp_path / "ring.osm", nodes | spurs, ways))
    at = {
        (float(lat), float(lon)): node
        for node, (lat, lon) in enumerate(zip(patch.lat_deg, patch.lon_deg, strict=True))
    }
    arcs = set(zip(patch.tail.tolist(), patch.head.tolist(), strict=True))
    two, three = at[0, 0.001], at[0.001, 0.001]
    assert (two, three) in arcs
    assert (three, two) not in arcs
    assert patch.n_nodes == 8
    assert patch.n_arcs == 7 * 2 + 1


def test_barred_roads_are_counted_and_left_out(tmp_path):
    nodes = {n: (0, n / 1000) for n in range(1, 7)}
    road = {"highway": "tertiary"}
    ways = [
        ([1, 2], road),
        ([2, 3], road | {"hgv": "no"}),
        ([2, 4], road | {"maxweight": "3.5"}),
        ([2, 5], {"highway": "cycleway"}),
        ([2, 6], road),
    ]
    patch = _read(write_osm(tmp_path / "a.osm", nodes, ways))
    assert patch.counts["barred by access"] == 1
    assert patch.counts["barred by mass"] == 1
    assert patch.counts["roads for trucks"] == 2
    lighter = _read(tmp_path / "a.osm", gross_kg=3_500)
    assert lighter.counts["barred by mass"] == 0
    assert lighter.length_m.sum() > patch.length_m.sum()


def test_a_motorway_is_one_way_without_the_tag_and_kept_through_the_rim(tmp_path):
    """Two carriageways that meet nowhere in the extract are one network by the world outside."""
    nodes = {n: (0.0, n / 1000) for n in range(1, 4)} | {n: (0.001, n / 1000) for n in range(4, 7)}
    motorway = {"highway": "motorway"}
    ways = [([91, 1, 2, 3, 92], motorway), ([93, 6, 5, 4, 94], motorway)]
    patch = _read(write_osm(tmp_path / "m.osm", nodes, ways))
    assert patch.rim.sum() == 4
    assert patch.n_arcs == 2
    east = patch.lon_deg[patch.head] > patch.lon_deg[patch.tail]
    assert sorted(zip(patch.lat_deg[patch.tail].tolist(), east.tolist(), strict=True)) == [
        (0.0, True),
        (0.001, False),
    ]


def test_compressed_xml_reads_the_same(square, tmp_path):
    packed = tmp_path / "square.osm.gz"
    packed.write_bytes(gzip.compress(square.read_bytes()))
    assert _read(packed).content_hash == _read(square).content_hash


# ---------------------------------------------------------------- the real extract


@pytest.fixture(scope="module")
def kotka():
    return _read(real_extract(), speeds=read_truck_speeds())


def test_the_real_extract_needs_its_clipped_references_dropped(kotka):
    streets = read_osm(real_extract(), gross_kg=18_000)
    assert streets.counts["clipped roads"] == 34
    assert streets.counts["references dropped"] == 280
    assert all(node in streets.locations for way in streets.ways for node in way.nodes)
    assert kotka.rim.sum() == 11
    assert 200 < kotka.n_nodes < 500


def test_every_node_of_the_real_extract_reaches_every_other(kotka):
    graph = nx.DiGraph(zip(kotka.tail.tolist(), kotka.head.tolist(), strict=True))
    rim = np.flatnonzero(kotka.rim).tolist()
    graph.add_edges_from((node, -1) for node in rim)
    graph.add_edges_from((-1, node) for node in rim)
    assert nx.is_strongly_connected(graph)
    assert graph.number_of_nodes() == kotka.n_nodes + 1


def test_streets_of_the_real_extract_are_not_shorter_than_straight(kotka):
    north = np.radians(kotka.lat_deg[kotka.head] - kotka.lat_deg[kotka.tail])
    east = np.radians(kotka.lon_deg[kotka.head] - kotka.lon_deg[kotka.tail])
    east *= np.cos(np.radians(kotka.lat_deg.mean()))
    straight_m = 6_371_009 * np.hypot(north, east)
    assert (kotka.length_m >= straight_m - 1).all()
    # No truck in the table is faster than 75 km/h, or slower than 8; seconds are rounded.
    is_long = kotka.length_m > 300
    km_per_h = 3.6 * kotka.length_m[is_long] / kotka.drive_s[is_long]
    assert 7.5 < km_per_h.min() <= km_per_h.max() < 78


# ---------------------------------------------------------------- storage


def test_a_patch_is_stored_whole_or_refused(square, tmp_path):
    patch = _read(square)
    path = street_store.streets_dir(tmp_path) / f"toy{street_store.SUFFIX}"
    save_patch(patch, path)
    assert patch_files(tmp_path) == (path,)
    again = load_patch(path)
    assert again.content_hash == patch.content_hash
    assert (again.name, again.country, again.counts) == (patch.name, "FI", patch.counts)
    assert [file.name for file in path.parent.iterdir()] == [path.name]

    content = path.read_bytes()
    for damaged in (b"", b"no zip", content[: len(content) // 2]):
        path.write_bytes(damaged)
        with pytest.raises(DataError) as refused:
            load_patch(path)
        assert _codes(refused) == {"D138"}
    with pytest.raises(DataError, match="D138"):
        load_patch(tmp_path / "nowhere.npz")
    np.savez(path, other=np.zeros(3))
    with pytest.raises(DataError, match="D138"):
        load_patch(path)


def test_where_patches_are_kept(monkeypatch, tmp_path):
    monkeypatch.setenv("TEAHORSE_STREETS_DIR", str(tmp_path / "mine"))
    assert street_store.streets_dir() == tmp_path / "mine"
    assert street_store.streets_dir(tmp_path) == tmp_path / "streets"
    monkeypatch.delenv("TEAHORSE_STREETS_DIR")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "xdg"))
    monkeypatch.setattr("sys.platform", "linux")
    assert street_store.streets_dir() == tmp_path / "xdg" / "teahorse" / "streets"


def test_names_of_patches():
    assert patch_name("Chenggong, Kunming, 中国") == "chenggong-kunming-中国"
    assert patch_name("../../etc/passwd") == "etc-passwd"
    assert patch_name("???") == "streets"


def test_the_shipped_speeds_cover_every_class():
    speeds = read_truck_speeds()
    for highway in RANK_OF_HIGHWAY:
        assert 5 <= speeds.of({"highway": highway}, "XX") <= 80


# ---------------------------------------------------------------- bad input


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("absent.osm", None, "D131"),
        ("empty.osm", b"", "D132"),
        ("text.osm", b"hello", "D132"),
        ("page.osm", b"<html><body/></html>", "D132"),
        ("other.shp", b"x", "D132"),
        ("zip.osm.pbf", b"PK\3\4" + b"0" * 99, "D132"),
        ("none.osm", b'<osm version="0.6"></osm>', "D133"),
    ],
)
def test_files_that_are_no_streets(name, content, code, tmp_path):
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(DataError) as refused:
        _read(path)
    assert _codes(refused) == {code}
    assert all(finding.remedy for finding in refused.value.findings)


def test_a_cut_file_is_refused(tmp_path):
    path = tmp_path / "cut.osm.pbf"
    path.write_bytes(real_extract().read_bytes()[:60_000])
    with pytest.raises(DataError, match="D132"):
        _read(path)


def test_a_folder_is_refused(tmp_path):
    with pytest.raises(DataError, match="D131"):
        _read(tmp_path)


def test_roads_whose_nodes_are_all_absent(tmp_path):
    path = write_osm(tmp_path / "a.osm", {1: (0, 0)}, [([7, 8], {"highway": "primary"})])
    with pytest.raises(DataError, match="D133"):
        _read(path)


def test_a_file_that_is_too_large(square, monkeypatch):
    monkeypatch.setattr(osm_file, "MAX_STREET_NODES", 3)
    with pytest.raises(DataError, match="D134"):
        _read(square)
