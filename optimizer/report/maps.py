"""The maps of a report: flows on land, facilities, borders; one overview and one close-up."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import hypot, pi, sin, sqrt
from pathlib import Path

from markupsafe import Markup
from shapely.geometry.base import BaseGeometry

from optimizer.domain.network_data import NetworkData
from optimizer.plan.plan import Plan
from optimizer.report.cities import city_names, named
from optimizer.report.flows import flows, way
from optimizer.report.labels import place_labels
from optimizer.report.land import land_path, read_land
from optimizer.report.pins import Pin, pins
from optimizer.report.places import Gazetteer
from optimizer.report.projection import View
from optimizer.report.segments import Segment, segments
from optimizer.report.svg import element, path
from optimizer.report.tables import CONNECTOR

_WIDEST, _THINNEST = 9.0, 1.4
_BEND = {"rail": 0.0, "road": 0.05, "air": 0.07, CONNECTOR: 0.0}
"""Share of its length by which a line bows, so that modes on one relation lie side by side."""
_CLOSE_UP = (88.0, -12.0, 116.0, 31.0)
"""West, south, east, north of the corridors between Kunming and its southern neighbours."""
_MIN_HEIGHT_SHARE = 1.35


@dataclass(frozen=True, slots=True)
class MapSheet:
    """One finished map."""

    name: str
    title: str
    svg: Markup


@dataclass(frozen=True, slots=True)
class Maps:
    """All maps and the key to their line widths."""

    sheets: tuple[MapSheet, ...]
    widest_kg: int
    widest_teu_c: int
    has_land: bool
    modes: tuple[str, ...]


def draw_maps(
    plan: Plan,
    data: NetworkData,
    places: Gazetteer,
    land: Path | None,
    *,
    country_outlines: bool,
) -> Maps:
    """
    Maps of all movements of a plan.

    Parameters
    ----------
    land
        GeoJSON of country outlines; None or a missing file draws flows without land.
    country_outlines
        False dissolves all countries into one land mass.

    Returns
    -------
    Maps
        No sheet when nothing moves; a close-up of Kunming and its southern neighbours only where
        the plan reaches far beyond them.
    """
    moving = flows(plan, data)
    cut = segments(moving, data, places)
    hubs = frozenset(load.from_id for load in plan.loads) | {load.to_id for load in plan.loads}
    marks = pins(moving, hubs, data, places)
    shapes = read_land(land) if land is not None and land.is_file() else ()
    used = [(spot.lon, spot.lat) for s in cut for spot in (s.start, s.end)]
    names = city_names(data)
    views = _views(used)
    sheets = []
    for name, title, view in views:
        close_up = _CLOSE_UP if name == "wide" and len(views) > 1 else None
        drawn = _Sheet(view, cut, named(marks, names, close_up), data, places)
        svg = drawn.svg(title, shapes, outlines=country_outlines)
        sheets.append(MapSheet(name, title, svg))
    return Maps(
        sheets=tuple(sheets),
        widest_kg=max((s.gross_kg for s in cut), default=0),
        widest_teu_c=max((s.teu_c for s in cut), default=0),
        has_land=bool(shapes),
        modes=tuple(sorted({s.mode for s in cut}, key=list(_BEND).index)),
    )


def _views(used: Sequence[tuple[float, float]]) -> list[tuple[str, str, View]]:
    if not used:
        return []
    west, south, east, north = _CLOSE_UP
    close = [(x, y) for x, y in used if west <= x <= east and south <= y <= north]
    wide = View.around(used, 780, 500)
    if len(close) in {0, len(used)}:
        return [("wide", "All movements", View.around(used, 1180, 560))]
    near = View.around(close, 400, 500, margin=0.12)
    if near.scale < wide.scale * _MIN_HEIGHT_SHARE:
        return [("wide", "All movements", View.around(used, 1180, 560))]
    return [("wide", "All movements", wide), ("near", "Kunming and its neighbours", near)]


class _Sheet:
    """Draws one view."""

    def __init__(
        self,
        view: View,
        cut: tuple[Segment, ...],
        marks: tuple[Pin, ...],
        data: NetworkData,
        places: Gazetteer,
    ) -> None:
        self.view = view
        self.cut = cut
        self.marks = marks
        self.data = data
        self.places = places

    def svg(self, title: str, shapes: tuple[BaseGeometry, ...], *, outlines: bool) -> Markup:
        land = land_path(shapes, self.view, outlines=outlines) if shapes else ""
        css = "land lined" if outlines else "land"
        return element(
            "svg",
            element("path", class_=css, d=land) if land else None,
            element("g", *self._lines(), class_="flows"),
            element("g", *self._pins(), class_="pins"),
            class_="map",
            viewBox=f"0 0 {self.view.width:g} {self.view.height:g}",
            role="img",
            aria_label=title,
            preserveAspectRatio="xMidYMid slice",
        )

    def _lines(self) -> list[Markup]:
        top_kg = max((s.gross_kg for s in self.cut), default=0)
        top_teu = max((s.teu_c for s in self.cut), default=0)
        # Heavy lines first, so that light ones stay visible on top; short moves below all.
        ordered = sorted(self.cut, key=lambda s: (s.mode != CONNECTOR, -s.gross_kg))
        return [
            element(
                "g",
                element("title", segment.text(self.data)),
                element("path", class_="hit", d=line),
                element(
                    "path",
                    class_="line",
                    d=line,
                    stroke_width=_width(segment, segment.gross_kg, top_kg),
                    data_t=_width(segment, segment.gross_kg, top_kg),
                    data_teu=_width(segment, segment.teu_c, top_teu),
                ),
                class_=f"flow m-{segment.mode}",
            )
            for segment in ordered
            if (line := self._line(segment))
        ]

    def _line(self, segment: Segment) -> str:
        nodes = (segment.start.label, segment.end.label)
        points = [self.view.xy(*p) for p in way(segment.mode, nodes, self.places)]
        return path(_bowed(points, _BEND[segment.mode]))

    def _pins(self) -> list[Markup]:
        # The same place again (two directions, two kinds of permit) gets one label.
        order = sorted(self.marks, key=lambda p: (p.kind == "border", -p.weight))
        where = [(*self.view.xy(pin.lon, pin.lat), pin.label) for pin in order]
        # Shippers' addresses are small and unnamed: a label may cover them.
        shown = [
            (x, y, "" if pin.minor else label)
            for pin, (x, y, label) in zip(order, where, strict=True)
            if pin.kind != "point"
        ]
        n_home = int(bool(order) and order[0].home)
        fitted = iter(place_labels(shown, self.view.width, self.view.height, n_first=n_home))
        sides = ["" if pin.kind == "point" else next(fitted) for pin in order]
        drawn = []
        for pin, (x, y, label), side in zip(order, where, sides, strict=True):
            drawn.append(
                element(
                    "g",
                    element(
                        "g",
                        element("title", pin.text),
                        _shape(pin),
                        element("text", label, class_=side or "off") if label else None,
                        class_="s",
                    ),
                    class_=" ".join(_classes(pin)),
                    transform=f"translate({x:.1f} {y:.1f})",
                )
            )
        return drawn[::-1]


def _classes(pin: Pin) -> Iterator[str]:
    yield from ("pin", pin.kind)
    if pin.status:
        yield pin.status
    if pin.minor:
        yield "minor"
    if pin.home:
        yield "home"


def _shape(pin: Pin) -> Markup:
    if pin.kind == "border":
        cross = element("path", class_="x", d="M-3 0H3") if pin.status == "closed" else None
        return element("g", element("path", d="M0-5.5 5.5 0 0 5.5-5.5 0Z"), cross)
    radius = {"hub": 4.6, "facility": 3.2}.get(pin.kind, 1.6)
    return element("circle", r=radius)


def _width(segment: Segment, amount: float, top: float) -> float:
    if segment.mode == CONNECTOR or not top:
        return 1.0
    return _THINNEST + (_WIDEST - _THINNEST) * sqrt(amount / top)


def _bowed(points: list[tuple[float, float]], bend: float) -> list[tuple[float, float]]:
    """The line moved sideways by a half sine of ``bend`` times the distance of its ends."""
    (x1, y1), (x2, y2) = points[0], points[-1]
    length = hypot(x2 - x1, y2 - y1)
    if not bend or length < 1e-9:  # noqa: PLR2004
        return points
    if len(points) == 2:  # noqa: PLR2004
        points = [(x1 + (x2 - x1) * i / 12, y1 + (y2 - y1) * i / 12) for i in range(13)]
    # Always to the upper side, whichever way the segment was named.
    sign = 1.0 if x2 > x1 else -1.0
    normal = (sign * (y2 - y1) / length, -sign * (x2 - x1) / length)
    last = len(points) - 1
    return [
        (
            x + normal[0] * bend * length * sin(pi * i / last),
            y + normal[1] * bend * length * sin(pi * i / last),
        )
        for i, (x, y) in enumerate(points)
    ]
