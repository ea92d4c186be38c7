import json
from pathlib import Path

from optimizer.report.geojson import feature_collection, write_geojson


def pairs(coordinates):
    if isinstance(coordinates[0], float | int):
        yield coordinates
        return
    for inner in coordinates:
        yield from pairs(inner)


def test_every_feature_is_valid_and_longitude_comes_first(sample, tmp_path: Path) -> None:
    result, data = sample
    path = tmp_path / "plan.geojson"
    write_geojson(result, data, path)
    collection = json.loads(path.read_text(encoding="utf-8"))
    assert collection["type"] == "FeatureCollection"
    assert "crs" not in collection
    for feature in collection["features"]:
        assert feature["type"] == "Feature"
        assert feature["geometry"]["type"] in {"Point", "LineString", "MultiLineString"}
        for lon, lat in pairs(feature["geometry"]["coordinates"]):
            assert 0 < lon < 110
            assert 0 < lat < 75
    kunming = next(f for f in collection["features"] if f["properties"].get("id") == "CNKMG-WJX")
    assert kunming["geometry"]["coordinates"] == [102.84, 24.98]


def test_one_load_one_flow_and_their_places(tiny) -> None:
    result, data = tiny
    features = feature_collection(result.plan, data)["features"]
    layers = [feature["properties"]["layer"] for feature in features]
    assert sorted(layers) == ["crossing", "facility", "facility", "flow", "load"]
    flow = next(f["properties"] for f in features if f["properties"]["layer"] == "flow")
    assert flow["mass_t"] == 5.0
    assert flow["teu"] == 2.0
    assert flow["cost_cny"] == 6900.0
    assert flow["n_shipments"] == 2
    load = next(f for f in features if f["properties"]["layer"] == "load")
    assert load["geometry"]["coordinates"] == [[[102.84, 24.98], [101.7, 21.2], [102.72, 17.9]]]
    assert load["properties"]["departs"] == "2026-09-08T00:00:00+08:00"
    assert load["properties"]["volume_fill"] == 0.5
