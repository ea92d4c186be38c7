"""The shipped road and rail networks: repaired, calibrated, closable; the README says how well."""

from __future__ import annotations

import csv
import importlib
import importlib.util
import os
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from optimizer.network.roads import UNREACHED, RoadNetwork, load_railways, load_roads

pytestmark = pytest.mark.data

ROOT = Path(__file__).parents[2] / "network-data"
MAX_FILES_BYTES = 6_000_000
TOPOLOGY = "TEAHORSE_WORLD_ATLAS"
"""Environment variable with the path of countries-10m.json for the full rebuild."""


@pytest.fixture
def script(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.syspath_prepend(ROOT / "scripts")
    return importlib.import_module


@cache
def road() -> RoadNetwork:
    return load_roads(ROOT / "derived" / "osm" / "roads.npz")


@cache
def rail() -> RoadNetwork:
    return load_railways(ROOT / "derived" / "osm" / "railways.npz")


def km(
    net: RoadNetwork, start: tuple[float, float], end: tuple[float, float], **shut: Any
) -> float:
    """Shortest calibrated kilometres, infinite where there is no way."""
    weight = net.weight_m(net.closed(**shut))
    usable = weight != UNREACHED
    graph = csr_array(
        (weight[usable].astype(float), (net.tail[usable], net.head[usable])),
        shape=(net.n_nodes, net.n_nodes),
    )
    node = net.snap([start[0], end[0]], [start[1], end[1]], component=0)[0]
    return float(dijkstra(graph, indices=node[0])[node[1]]) / 1000


KUNMING, VIENTIANE, HANOI = (25.0, 102.75), (17.967, 102.61), (21.03, 105.83)


def test_files_are_small_and_say_whose_they_are() -> None:
    folder = ROOT / "derived" / "osm"
    assert sum(path.stat().st_size for path in folder.iterdir()) < MAX_FILES_BYTES
    text = (folder / "ATTRIBUTION.md").read_text(encoding="utf-8")
    assert "OpenStreetMap contributors" in text
    assert "Open Database License" in text


@pytest.mark.parametrize("net", [road(), rail()], ids=["road", "rail"])
def test_arrays_fit_together(net: RoadNetwork) -> None:
    assert net.n_nodes > 200_000
    assert net.length_m.min() >= 1
    assert net.drive_s.min() >= 1
    assert (np.diff(net.tail) >= 0).all()
    ends = {"CN", "LA", "TH", "VN", "MM", "MY", "KZ", "RU", "PL", "DE"}
    assert ends <= set(net.countries)
    # Both directions, of the same length.
    key = net.tail.astype(np.int64) * net.n_nodes + net.head
    back = net.head.astype(np.int64) * net.n_nodes + net.tail
    order, turned = np.argsort(key), np.argsort(back)
    np.testing.assert_array_equal(key[order], back[turned])
    np.testing.assert_array_equal(net.length_m[order], net.length_m[turned])
    # No sum along a simple path can overflow 32 bits: not even the longest n edges together do in
    # 64, and the widest distance found is far below 2**31.
    assert net.length_m.astype(np.int64).sum() < 2**63
    is_border = net.country[net.tail] != net.country[net.head]
    assert (net.crossing[is_border] >= 0).all()


def test_a_distance_from_one_corner_to_the_other_is_far_below_the_overflow() -> None:
    net = road()
    weight = net.weight_m()
    usable = weight != UNREACHED
    graph = csr_array(
        (weight[usable].astype(float), (net.tail[usable], net.head[usable])),
        shape=(net.n_nodes, net.n_nodes),
    )
    away = dijkstra(graph, indices=int(net.snap(36.7, -4.4, component=0)[0][0]))
    assert 10e6 < away[np.isfinite(away)].max() < 2**31 / 10


@pytest.mark.parametrize(
    ("start", "end", "low", "high"),
    [
        ((20.2765, 100.4130), (19.91, 99.84), 110, 130),  # Houayxay-Chiang Rai
        ((16.494, 97.63), (16.72, 98.57), 150, 200),  # Mawlamyine-Mae Sot
        ((21.56, 107.97), (21.53, 107.82), 15, 40),  # Dongxing-Mong Cai
        ((17.40, 104.78), (17.411, 104.831), 10, 35),  # Nakhon Phanom-Thakhek
        ((23.481, 98.837), (22.895, 97.705), 190, 230),  # Qingshuihe-Lashio
        ((1.48, 103.76), (1.33, 103.82), 15, 40),  # Johor Bahru-Singapore
        (KUNMING, HANOI, 620, 720),
    ],
)
def test_roads_named_as_broken_are_joined(start: Any, end: Any, low: float, high: float) -> None:
    assert low < km(road(), start, end) < high


@pytest.mark.parametrize(
    ("start", "end", "low", "high"),
    [
        ((17.937, 102.716), (17.8646, 102.731), 4, 15),  # Vientiane South-Nong Khai
        ((24.95, 102.83), (20.86, 106.68), 700, 800),  # Kunming-Hai Phong by Hekou
        ((34.41, 109.06), (43.34, 76.95), 3300, 3900),  # Xian-Almaty by Khorgos
        ((52.03, 23.53), (51.76, 19.56), 270, 360),  # Malaszewicze-Lodz
        ((52.03, 23.53), (51.40, 6.72), 1100, 1500),  # Malaszewicze-Duisburg
        ((13.80, 100.54), (6.66, 100.32), 900, 1050),  # Bangkok-Padang Besar
    ],
)
def test_railways_named_as_broken_are_joined(start: Any, end: Any, low: float, high: float) -> None:
    assert low < km(rail(), start, end) < high


def test_a_border_can_be_closed() -> None:
    open_km = km(road(), KUNMING, VIENTIANE)
    borders = [one for one in road().crossings if one.startswith(("MOHAN-", "MENG"))]
    assert {"MOHAN-BOTEN-ROAD", "MENGMAN-PANGHAI-ROAD"} <= set(borders)
    round_km = km(road(), KUNMING, VIENTIANE, crossings=borders)
    assert open_km + 50 < round_km < np.inf
    assert km(road(), KUNMING, VIENTIANE, countries=["LA"]) == np.inf
    strict = [
        one
        for one, is_on in zip(
            road().crossings, np.bincount(road().crossing[road().is_gate()]), strict=False
        )
        if is_on
    ]
    assert km(road(), KUNMING, HANOI, crossings=strict) == np.inf


def test_corridor_borders_are_passed_at_listed_crossings_only() -> None:
    listed = set()
    for path in (ROOT / "tables/borders.csv", ROOT / "scripts/inputs/road_crossings.csv"):
        with path.open(encoding="utf-8", newline="") as file:
            listed |= {row["border_id"] for row in csv.DictReader(file)}
    for net in (road(), rail()):
        codes = np.array(net.countries)
        strict = np.isin(codes, ["CN", "LA", "VN", "TH", "KH", "MM", "MY", "SG", "MN"])[net.country]
        is_border = net.country[net.tail] != net.country[net.head]
        borneo = np.isin(codes, ["BN", "ID"])[net.country]
        checked = is_border & (strict[net.tail] | strict[net.head])
        checked &= ~borneo[net.tail] & ~borneo[net.head]
        used = {net.crossings[i] for i in np.unique(net.crossing[checked])}
        assert used <= listed


def test_lorries_keep_off_the_expressway_to_mandalay() -> None:
    net = road()
    assert net.forbidden.sum() > 20
    assert {net.countries[i] for i in net.country[net.tail[net.forbidden]]} == {"MM"}
    assert km(net, (16.85, 96.15), (21.97, 96.08)) == pytest.approx(695, rel=0.03)


def test_trains_change_gauge_at_transfers_only() -> None:
    net = rail()
    at_transfer = net.kind == 2
    assert (net.gauge_mm[at_transfer] == 0).all()
    runs = ~at_transfer
    gauge = np.zeros(net.n_nodes, dtype=np.int64)
    gauge[net.tail[runs]] = net.gauge_mm[runs]
    np.testing.assert_array_equal(gauge[net.tail[runs]], net.gauge_mm[runs])
    np.testing.assert_array_equal(gauge[net.head[runs]], net.gauge_mm[runs])
    changes = {net.crossings[i] for i in np.unique(net.crossing[at_transfer]) if i >= 0}
    assert {
        "HEKOU-LAOCAI-RAIL",
        "KHORGOS-ALTYNKOL-RAIL",
        "ALASHANKOU-DOSTYK-RAIL",
        "BREST-MALASZEWICZE-RAIL",
        "ERENHOT-ZAMYNUUD-RAIL",
        "MANZHOULI-ZABAIKALSK-RAIL",
    } <= changes
    assert "PINGXIANG-DONGDANG-RAIL" not in changes
    assert "MOHAN-BOTEN-RAIL" not in changes


def _between(text: str, begin: str, end: str) -> str:
    return text.partition(begin)[2].partition(end)[0].strip()


@pytest.mark.slow
@pytest.mark.parametrize("mode", ["road", "rail"])
def test_lengths_are_within_the_promised_error(script: Any, mode: str) -> None:
    table = script("calibration_table")
    found = table.measured(mode)
    fitted = [one for one in found if table.is_fitted(one)]
    assert len(fitted) >= {"road": 24, "rail": 9}[mode]
    error = np.abs(script("roads_measure").errors(fitted, table.column(mode, "factor")))
    assert error.mean() <= 0.05
    assert error.max() <= 0.15
    left_out = script("roads_measure").left_out_errors(fitted, table.column(mode, "prior"))
    assert np.abs(left_out).mean() <= 0.05
    # The file was built with the factors that stand in the input.
    for one in fitted:
        assert one.by_section.sum() + one.links == pytest.approx(one.raw_way)


@pytest.mark.slow
def test_readme_has_the_present_tables(script: Any) -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    table, times = script("calibration_table"), script("road_times_table")
    assert _between(readme, table.BEGIN, table.END) == table.text(), "calibration_table.py --write"
    rows = times.compared()
    assert len(rows) == 30
    assert _between(readme, times.BEGIN, times.END) == times.markdown(rows), (
        "road_times_table.py --write"
    )


def test_inputs_name_known_sources() -> None:
    with (ROOT / "tables" / "sources.csv").open(encoding="utf-8", newline="") as file:
        sources = {row["source_id"] for row in csv.DictReader(file)}
    for name in (
        "calibration_pairs",
        "published_road_times",
        "rail_gauges",
        "road_bans",
        "road_border_rules",
        "road_country_fixes",
        "road_crossings",
        "road_links",
        "road_places",
        "road_sections",
    ):
        with (ROOT / "scripts/inputs" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                assert row["source_id"] in sources, (name, row)
                assert row["confidence"] in {"high", "medium", "low", "estimate"}, (name, row)


@pytest.mark.slow
@pytest.mark.skipif(
    not os.environ.get(TOPOLOGY) or importlib.util.find_spec("scgraph_data") is None,
    reason=f"needs scgraph_data and {TOPOLOGY}",
)
def test_full_rebuild_gives_the_same_bytes(
    script: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    arguments = ["build_roads.py", os.environ[TOPOLOGY], "--out", str(tmp_path)]
    monkeypatch.setattr("sys.argv", arguments)
    assert script("build_roads").main() == 0
    for name in ("roads.npz", "railways.npz"):
        assert (tmp_path / name).read_bytes() == (ROOT / "derived/osm" / name).read_bytes(), name
