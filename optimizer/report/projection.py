"""Map views: Miller cylindrical projection into the user units of one SVG."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import atan, degrees, exp, log, pi, radians, tan

_LAT_LIMIT = 84.0


def miller(lon: float, lat: float) -> tuple[float, float]:
    """Miller coordinates (x east, y north) in radians of a point in degrees."""
    lat = max(-_LAT_LIMIT, min(_LAT_LIMIT, lat))
    return radians(lon), 1.25 * log(tan(pi / 4 + 0.4 * radians(lat)))


def miller_lat(y: float) -> float:
    """Latitude in degrees of a Miller ordinate."""
    return degrees(2.5 * (atan(exp(0.8 * y)) - pi / 4))


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """
    A window on the map.

    Parameters
    ----------
    width, height
        User units of the SVG.
    scale
        User units per radian of longitude.
    x0, y0
        Miller coordinates of the upper left corner.
    """

    width: float
    height: float
    scale: float
    x0: float
    y0: float

    @classmethod
    def around(
        cls,
        points: Iterable[tuple[float, float]],
        width: float,
        height: float,
        *,
        margin: float = 0.09,
        least_deg: float = 8.0,
    ) -> View:
        """
        The smallest window that shows all points ``(lon, lat)`` with a margin.

        Parameters
        ----------
        margin
            Share of width and height kept free on each side.
        least_deg
            Least extent, so that one city does not fill the sheet.

        Raises
        ------
        ValueError
            There are no points.
        """
        projected = [miller(lon, lat) for lon, lat in points]
        west, east = min(x for x, _ in projected), max(x for x, _ in projected)
        south, north = min(y for _, y in projected), max(y for _, y in projected)
        least = radians(least_deg)
        span_x, span_y = max(east - west, least), max(north - south, least)
        free = 1 - 2 * margin
        scale = min(width * free / span_x, height * free / span_y)
        return cls(
            width=width,
            height=height,
            scale=scale,
            x0=(west + east) / 2 - width / scale / 2,
            y0=(south + north) / 2 + height / scale / 2,
        )

    def xy(self, lon: float, lat: float) -> tuple[float, float]:
        """User units (x right, y down) of a point in degrees."""
        x, y = miller(lon, lat)
        return (x - self.x0) * self.scale, (self.y0 - y) * self.scale

    def sees(self, lon: float, lat: float) -> bool:
        """Whether a point lies in the window."""
        x, y = self.xy(lon, lat)
        return 0 <= x <= self.width and 0 <= y <= self.height

    def extent(self, beyond: float = 0.0) -> tuple[float, float, float, float]:
        """West, south, east, north in degrees, widened by a share of the window on each side."""
        dx, dy = self.width / self.scale * beyond, self.height / self.scale * beyond
        top, bottom = self.y0 + dy, self.y0 - self.height / self.scale - dy
        limit = miller(0, _LAT_LIMIT)[1]
        return (
            max(-180.0, degrees(self.x0 - dx)),
            miller_lat(max(-limit, bottom)),
            min(180.0, degrees(self.x0 + self.width / self.scale + dx)),
            miller_lat(min(limit, top)),
        )
