"""
Country outlines for report maps, from the Natural Earth topology that world-atlas packs.

Usage::

    npm pack world-atlas@2.0.2 && tar xzf world-atlas-2.0.2.tgz
    python network-data/scripts/build_land.py package/countries-50m.json

Arcs are simplified before polygons are put together, so that neighbours keep a common border. The
result is the same on every run. Outlines serve orientation only; they take no side in any dispute,
and public maps draw land without national borders.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from shapely import make_valid, set_precision, union_all
from shapely.geometry import LineString, MultiPolygon, Polygon, box, mapping
from shapely.geometry.base import BaseGeometry

ROOT = Path(__file__).resolve().parent.parent
OUT = ROOT / "derived" / "land.geojson"
CLIP = box(-12.0, -12.0, 155.0, 72.0)
TOLERANCE_DEG = 0.08
MIN_AREA_DEG2 = 0.03
GRID_DEG = 0.01
N_RING_POINTS = 4
"""Least number of points of a closed ring."""

Point = tuple[float, float]


def decode_arcs(topology: dict[str, Any]) -> list[list[Point]]:
    """Arcs of a quantized topology as lists of (lon, lat) degrees."""
    (scale_x, scale_y), (shift_x, shift_y) = (
        topology["transform"]["scale"],
        topology["transform"]["translate"],
    )
    arcs = []
    for arc in topology["arcs"]:
        x = y = 0
        points: list[Point] = []
        for step_x, step_y, *_ in arc:
            x, y = x + step_x, y + step_y
            points.append((x * scale_x + shift_x, y * scale_y + shift_y))
        arcs.append(points)
    return arcs


def simplify_arc(points: list[Point]) -> list[Point]:
    """Arc without points closer than the tolerance to its course; its ends stay."""
    if len(points) <= 2:
        return points
    simple = [(x, y) for x, y in LineString(points).simplify(TOLERANCE_DEG).coords]
    is_ring = points[0] == points[-1]
    return points if is_ring and len(simple) < N_RING_POINTS else simple


def ring(indices: list[int], arcs: list[list[Point]]) -> list[Point]:
    """Closed ring from arc indices; ``~i`` is arc i backwards."""
    points: list[Point] = []
    for index in indices:
        arc = arcs[index] if index >= 0 else arcs[~index][::-1]
        points.extend(arc[1:] if points else arc)
    return points


def polygons(geometry: dict[str, Any], arcs: list[list[Point]]) -> list[Polygon]:
    """Valid polygons of a topology geometry; rings that collapsed are left out."""
    parts = [geometry["arcs"]] if geometry["type"] == "Polygon" else geometry.get("arcs", [])
    found: list[Polygon] = []
    for part in parts:
        shell, *holes = [ring(indices, arcs) for indices in part]
        if len(shell) < N_RING_POINTS:
            continue
        whole = Polygon(shell, [hole for hole in holes if len(hole) >= N_RING_POINTS])
        found.extend(areas(make_valid(whole)))
    return found


def areas(geometry: BaseGeometry) -> list[Polygon]:
    """Polygons inside any geometry, without lines and points."""
    if isinstance(geometry, Polygon):
        return [] if geometry.is_empty else [geometry]
    return [one for part in getattr(geometry, "geoms", ()) for one in areas(part)]


def outline(
    geometry: dict[str, Any], arcs: list[list[Point]], exact: list[list[Point]]
) -> MultiPolygon:
    """
    Clipped outline of a country; small islands go, but the largest part always stays.

    Parameters
    ----------
    arcs, exact
        Simplified and full arcs; the full ones serve countries that vanish when simplified.
    """
    for source in (arcs, exact):
        clipped = [
            part
            for polygon in polygons(geometry, source)
            for part in areas(set_precision(polygon.intersection(CLIP), GRID_DEG))
        ]
        clipped.sort(key=lambda part: (-part.area, part.bounds))
        if clipped:
            kept = [part for i, part in enumerate(clipped) if i == 0 or part.area >= MIN_AREA_DEG2]
            return MultiPolygon(areas(union_all(kept, grid_size=GRID_DEG)))
    return MultiPolygon()


def build(topology: dict[str, Any]) -> dict[str, Any]:
    """GeoJSON feature collection with ``iso`` (ISO 3166 alpha-2, empty if none) and ``name``."""
    codes = json.loads((Path(__file__).parent / "iso_numeric.json").read_text(encoding="utf-8"))
    exact = decode_arcs(topology)
    arcs = [simplify_arc(points) for points in exact]
    features = []
    for geometry in topology["objects"]["countries"]["geometries"]:
        shape = outline(geometry, arcs, exact)
        if shape.is_empty:
            continue
        code = codes["alpha2"].get(geometry.get("id", ""), "")
        name = codes["names"].get(code, geometry["properties"]["name"])
        features.append(
            {
                "type": "Feature",
                "properties": {"iso": code, "name": name},
                "geometry": _rounded(mapping(shape)),
            }
        )
    features.sort(key=lambda one: (one["properties"]["iso"], one["properties"]["name"]))
    return {"type": "FeatureCollection", "name": "land", "features": features}


def _rounded(value: Any) -> Any:  # noqa: ANN401 - nested tuples of numbers
    if isinstance(value, float):
        return round(value, 2)
    if isinstance(value, dict):
        return {key: _rounded(one) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [_rounded(one) for one in value]
    return value


def main() -> int:
    """Write the outlines."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("topology", type=Path, help="countries-50m.json of world-atlas")
    parser.add_argument("--out", type=Path, default=OUT)
    options = parser.parse_args()
    collection = build(json.loads(options.topology.read_text(encoding="utf-8")))
    text = json.dumps(collection, ensure_ascii=False, separators=(",", ":")) + "\n"
    options.out.parent.mkdir(parents=True, exist_ok=True)
    options.out.write_text(text, encoding="utf-8", newline="\n")
    print(f"{len(collection['features'])} outlines, {len(text.encode()) / 1000:.0f} kB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
