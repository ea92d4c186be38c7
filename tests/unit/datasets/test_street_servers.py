"""Places by the map servers, with OSMnx's requests answered by the test: no internet here."""

from __future__ import annotations

import geopandas as gpd
import networkx as nx
import osmnx
import pytest
import requests
import shapely

from optimizer.datasets.roads import streets_of_place
from optimizer.datasets.truck_rules import TruckSpeeds
from optimizer.domain.streets import RANK_OF_HIGHWAY
from optimizer.errors import DataError

SPEEDS = TruckSpeeds({("*", highway): 36.0 for highway in RANK_OF_HIGHWAY})
BOX = shapely.box(102.80, 24.80, 102.90, 24.90)


def _fetch(place="Chenggong, Kunming"):
    return streets_of_place(
        place, name="toy", country_at=lambda lat, lon: "CN", speeds=SPEEDS, gross_kg=18_000
    )


def _answer(monkeypatch, name, value):
    def answer(*args, **kwargs):
        if isinstance(value, Exception):
            raise value
        return value

    monkeypatch.setattr(osmnx, name, answer)


def _area(polygon):
    return gpd.GeoDataFrame(geometry=[polygon], crs="epsg:4326")


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (requests.ConnectionError("no route"), "D135"),
        (requests.Timeout("slow"), "D135"),
        (osmnx._errors.InsufficientResponseError("nothing"), "D136"),
        (TypeError("not a polygon"), "D136"),
        (osmnx._errors.ResponseStatusCodeError("504"), "D137"),
        (requests.HTTPError("429"), "D137"),
    ],
)
def test_what_servers_may_say(error, code, monkeypatch):
    _answer(monkeypatch, "geocode_to_gdf", error)
    before = osmnx.settings.use_cache
    with pytest.raises(DataError) as refused:
        _fetch()
    assert [finding.code for finding in refused.value.findings] == [code]
    assert osmnx.settings.use_cache == before


def test_a_province_is_too_large(monkeypatch):
    _answer(monkeypatch, "geocode_to_gdf", _area(shapely.box(98, 22, 106, 29)))
    with pytest.raises(DataError, match=r"D134.*at most 2,500 km2.*km2"):
        _fetch("Yunnan")


def test_no_roads_in_the_place(monkeypatch):
    _answer(monkeypatch, "geocode_to_gdf", _area(BOX))
    _answer(monkeypatch, "graph_from_polygon", ValueError("found no graph nodes"))
    with pytest.raises(DataError, match="D133"):
        _fetch()


def test_roads_that_leave_the_place_end_at_its_rim(monkeypatch):
    graph = nx.MultiDiGraph(crs="epsg:4326")
    for node, lon in ((1, 102.82), (2, 102.88), (3, 102.92)):
        graph.add_node(node, x=lon, y=24.85)
    for tail, head in ((1, 2), (2, 1), (2, 3), (3, 2)):
        graph.add_edge(tail, head, highway="primary", length=4_000.0)
    graph.add_edge(1, 3, highway="primary", length=10.0, hgv="no")
    _answer(monkeypatch, "geocode_to_gdf", _area(BOX))
    _answer(monkeypatch, "graph_from_polygon", graph)
    patch = _fetch()
    assert patch.lon_deg[patch.rim].tolist() == [102.92]
    # Node 2 is a bend: one street each way, 8,000 m at 10 m/s.
    assert patch.length_m.tolist() == [8_000, 8_000]
    assert patch.drive_s.tolist() == [800, 800]
    assert patch.country == "CN"
