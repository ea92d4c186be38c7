"""Land as SVG path data: clipped to a view, simplified to what its pixels can show."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

import shapely
from shapely.geometry.base import BaseGeometry

from optimizer.report.projection import View, miller
from optimizer.report.svg import path

_BEYOND = 0.5
"""Land is kept half a window beyond each side, for panning."""
_TOLERANCE = 0.3
"""User units; also the least extent of an island that is drawn."""


@lru_cache(maxsize=4)
def read_land(source: Path) -> tuple[BaseGeometry, ...]:
    """
    Polygons of a GeoJSON feature collection in degrees, one geometry per feature.

    Raises
    ------
    OSError, ValueError
        The file cannot be read, or is not GeoJSON.
    """
    features = json.loads(source.read_text(encoding="utf-8"))["features"]
    shapes = [shapely.from_geojson(json.dumps(feature["geometry"])) for feature in features]
    return tuple(shape if shape.is_valid else shapely.make_valid(shape) for shape in shapes)


def land_path(shapes: tuple[BaseGeometry, ...], view: View, *, outlines: bool) -> str:
    """
    Path data of the land in a view.

    Parameters
    ----------
    shapes
        As returned by :func:`read_land`.
    outlines
        True: every feature keeps its own ring. False: all are dissolved into one mass, so that
        no line lies between two countries.
    """
    window = shapely.box(*view.extent(_BEYOND))
    near = [shape for shape in shapes if shape.intersects(window)]
    if not near:
        return ""
    if not outlines:
        near = [_dissolved(near)]
    clipped = [_on_view(shapely.intersection(shape, window), view) for shape in near]
    simple = shapely.coverage_simplify(clipped, _TOLERANCE)
    return "".join(ring for shape in simple for ring in _rings(shape))


def _dissolved(shapes: list[BaseGeometry]) -> BaseGeometry:
    """One mass without the hairline holes that neighbours leave between their outlines."""
    merged = shapely.union_all(shapes)
    parts = []
    for polygon in _polygons(merged):
        holes = [ring for ring in polygon.interiors if shapely.Polygon(ring).area > 0.05]  # noqa: PLR2004
        parts.append(shapely.Polygon(polygon.exterior, holes))
    return shapely.MultiPolygon(parts)


def _on_view(shape: BaseGeometry, view: View) -> BaseGeometry:
    polygons = [polygon for polygon in _polygons(shape) if not polygon.is_empty]

    def project(degrees):  # noqa: ANN001, ANN202 - shapely hands and takes bare arrays
        projected = degrees.copy()
        for i, (lon, lat) in enumerate(degrees):
            x, y = miller(lon, lat)
            projected[i] = (x - view.x0) * view.scale, (view.y0 - y) * view.scale
        return projected

    return shapely.transform(shapely.MultiPolygon(polygons), project)


def _polygons(shape: BaseGeometry) -> Iterator[shapely.Polygon]:
    if isinstance(shape, shapely.Polygon):
        yield shape
    for part in getattr(shape, "geoms", ()):
        yield from _polygons(part)


def _rings(shape: BaseGeometry) -> Iterator[str]:
    for polygon in _polygons(shape):
        west, south, east, north = polygon.bounds
        if max(east - west, north - south) < 4 * _TOLERANCE:
            continue
        for ring in (polygon.exterior, *polygon.interiors):
            yield path(((x, y) for x, y, *_ in ring.coords), closed=True)
