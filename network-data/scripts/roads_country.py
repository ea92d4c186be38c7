"""
Country of a point, from the Natural Earth 1:10m countries that world-atlas packs.

At this scale an outline may be off by a few kilometres, which matters at border towns; points
listed in ``inputs/road_country_fixes.csv`` are put right within a radius.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import build_land
import numpy as np
import numpy.typing as npt
import shapely
from table_io import INPUTS, Row, read_rows

EARTH_M = 6_371_008.8
"""Mean radius of the earth."""

CELL_DEG = 2.0
"""Polygons are cut into cells of this size, because one point in all of Russia takes long."""

HALF_TURN_DEG = 180.0
EASTERN = shapely.box(0.0, -90.0, HALF_TURN_DEG, 90.0)

FloatArray = npt.NDArray[np.float64]


def great_circle_m(
    lat_deg: npt.ArrayLike, lon_deg: npt.ArrayLike, to_lat: npt.ArrayLike, to_lon: npt.ArrayLike
) -> FloatArray:
    """Great-circle metres between points in degrees (haversine)."""
    lat_1, lon_1, lat_2, lon_2 = (np.radians(x) for x in (lat_deg, lon_deg, to_lat, to_lon))
    half = np.sin((lat_2 - lat_1) / 2) ** 2
    half = half + np.cos(lat_1) * np.cos(lat_2) * np.sin((lon_2 - lon_1) / 2) ** 2
    return 2 * EARTH_M * np.arcsin(np.sqrt(np.minimum(half, 1.0)))


class Countries:
    """Lookup of ISO 3166 alpha-2 codes by point."""

    def __init__(self, topology_path: Path) -> None:
        topology = json.loads(topology_path.read_text(encoding="utf-8"))
        codes = json.loads((Path(__file__).parent / "iso_numeric.json").read_text("utf-8"))
        arcs = build_land.decode_arcs(topology)
        self._cells: list[shapely.Geometry] = []
        self._codes: list[str] = []
        for geometry in topology["objects"]["countries"]["geometries"]:
            code = codes["alpha2"].get(geometry.get("id", ""), "")
            if code:
                parts = [cell for one in _polygons(geometry, arcs) for cell in _cut(one)]
                self._cells += parts
                self._codes += [code] * len(parts)
        self._tree = shapely.STRtree(self._cells)

    def of(self, lat_deg: FloatArray, lon_deg: FloatArray) -> npt.NDArray[np.str_]:
        """(n,) codes; at sea that of the nearest country, of two that touch the first."""
        codes = np.array(self._codes)
        points = shapely.points(lon_deg, lat_deg)
        point, cell = self._tree.query(points, predicate="intersects")
        order = np.lexsort((codes[cell], point))[::-1]
        found = np.full(len(points), "", dtype=codes.dtype)
        found[point[order]] = codes[cell[order]]
        (missing,) = np.nonzero(found == "")
        if len(missing):
            which, cell = self._tree.query_nearest(points[missing], all_matches=True)
            order = np.lexsort((codes[cell], which))[::-1]
            found[missing[which[order]]] = codes[cell[order]]
        return found


def _polygons(
    geometry: dict[str, Any], arcs: list[list[build_land.Point]]
) -> list[shapely.Polygon]:
    """Polygons of a geometry; one that crosses the antimeridian keeps its part west of it."""
    parts = [geometry["arcs"]] if geometry["type"] == "Polygon" else geometry.get("arcs", [])
    found: list[shapely.Polygon] = []
    for part in parts:
        shell, *holes = [build_land.ring(indices, arcs) for indices in part]
        holes = [hole for hole in holes if len(hole) >= build_land.N_RING_POINTS]
        if len(shell) < build_land.N_RING_POINTS:
            continue
        longitudes = [x for x, _ in shell]
        if max(longitudes) - min(longitudes) > HALF_TURN_DEG:
            shell = [(x % (2 * HALF_TURN_DEG), y) for x, y in shell]
            whole = shapely.make_valid(shapely.Polygon(shell)).intersection(EASTERN)
        else:
            whole = shapely.make_valid(shapely.Polygon(shell, holes))
        found += build_land.areas(whole)
    return found


def _cut(polygon: shapely.Polygon) -> list[shapely.Geometry]:
    west, south, east, north = polygon.bounds
    if max(east - west, north - south) <= CELL_DEG:
        return [polygon]
    middle_x, middle_y = (west + east) / 2, (south + north) / 2
    is_wide = east - west > north - south
    halves = (
        ((west, south, middle_x, north), (middle_x, south, east, north))
        if is_wide
        else ((west, south, east, middle_y), (west, middle_y, east, north))
    )
    parts: list[shapely.Geometry] = []
    for bounds in halves:
        for part in build_land.areas(polygon.intersection(shapely.box(*bounds))):
            parts += _cut(part)
    return parts


def fixed(
    codes: npt.NDArray[np.str_], lat_deg: FloatArray, lon_deg: FloatArray, rows: list[Row]
) -> npt.NDArray[np.str_]:
    """Codes with the points near each fix set to its country; the nearest fix decides."""
    result, nearest_m = codes.copy(), np.full(len(codes), np.inf)
    for row in rows:
        away_m = great_circle_m(lat_deg, lon_deg, float(row["lat"]), float(row["lon"]))
        is_near = (away_m <= float(row["radius_km"]) * 1000) & (away_m < nearest_m)
        result[is_near], nearest_m[is_near] = row["country"], away_m[is_near]
    return result


def country_fixes() -> list[Row]:
    """Rows of ``inputs/road_country_fixes.csv``."""
    return read_rows(INPUTS / "road_country_fixes.csv")
