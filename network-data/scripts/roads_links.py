"""
Repairs of the source graphs: sourced links, and places that get a node of their own.

A link joins two points. Each end takes the nearest node of its country within ``snap_km``, or a new
node at the point, which further links then find.
"""

from __future__ import annotations

import numpy as np
from roads_graph import (
    LINK,
    TRANSFER,
    Draft,
    add_edges,
    add_node,
    detour_m,
    distance_m,
    nearest,
    split_edge,
)
from table_io import INPUTS, TABLES, Row, read_rows

KINDS = {"link": LINK, "transfer": TRANSFER}

PLACE_AWAY_M = 4_000
"""A place farther than this from any node of its country gets a node."""

PLACE_DETOUR_M = 3_000
PLACE_DETOUR_SHARE = 0.15
"""An edge may call at a place if the detour is at most this much, absolutely or of its length."""

MIN_RATIO = 0.98
"""A link may be this much shorter than the straight line: its ends are rounded."""


def links(mode: str) -> list[Row]:
    """Rows of ``inputs/road_links.csv`` of a mode, in the order of the file."""
    return [row for row in read_rows(INPUTS / "road_links.csv") if row["mode"] == mode]


def _end(draft: Draft, row: Row, side: str) -> tuple[Draft, int]:
    lat, lon, country = (
        float(row[f"{side}_lat"]),
        float(row[f"{side}_lon"]),
        row[f"{side}_country"],
    )
    node, away_m = nearest(draft, lat, lon, country)
    if away_m <= float(row["snap_km"]) * 1000:
        return draft, node
    return add_node(draft, lat, lon, country)


def with_links(draft: Draft, rows: list[Row]) -> Draft:
    """
    Graph with the links.

    Raises
    ------
    ValueError
        A link joins a node with itself, crosses a border without naming it, or is shorter than the
        straight line.
    """
    for row in rows:
        draft, tail = _end(draft, row, "from")
        draft, head = _end(draft, row, "to")
        length_m = round(float(row["length_km"]) * 1000)
        is_border = row["from_country"] != row["to_country"]
        if tail == head:
            raise ValueError(f"link {row['link_id']} joins node {tail} with itself")
        if is_border and not row["crossing_id"]:
            raise ValueError(f"link {row['link_id']} crosses a border without a crossing_id")
        draft = add_edges(
            draft,
            tail,
            head,
            length_m,
            kind=KINDS[row["kind"]],
            crossing=row["crossing_id"],
            gauge_mm=int(row["gauge_mm"] or 0),
        )
        straight_m = _straight_m(draft, tail, head)
        if length_m < MIN_RATIO * straight_m - 1000:
            raise ValueError(
                f"link {row['link_id']} has {length_m} m, the straight line {straight_m:.0f} m"
            )
    return draft


def _straight_m(draft: Draft, tail: int, head: int) -> float:
    lat, lon = float(draft.lat_mdeg[head] / 1000), float(draft.lon_mdeg[head] / 1000)
    return float(distance_m(draft, np.array([tail]), lat, lon)[0])


def places(modes: set[str]) -> list[Row]:
    """Facilities that one of the modes calls at, and the rows of ``inputs/road_places.csv``."""
    facilities = [
        {"name": row["facility_id"]} | {key: row[key] for key in ("country", "lat", "lon")}
        for row in read_rows(TABLES / "facilities.csv")
        if modes & set(row["modes"].split(";"))
    ]
    named = [row for row in read_rows(INPUTS / "road_places.csv") if row["mode"] in modes]
    return facilities + named


def with_places(draft: Draft, rows: list[Row]) -> tuple[Draft, int]:
    """
    Graph in which edges that pass near a place call at it, and how many places got a node.

    A place that is near a node, or near no edge inside its country, is left alone.
    """
    n_new = 0
    for row in rows:
        lat, lon = float(row["lat"]), float(row["lon"])
        if nearest(draft, lat, lon)[1] <= PLACE_AWAY_M:
            continue
        country = draft.country == row["country"]
        inside = np.flatnonzero(
            country[draft.tail] & country[draft.head] & (draft.kind == 0) & (draft.raw_m > 1)
        )
        if not len(inside):
            continue
        detour = detour_m(draft, inside, lat, lon)
        allowed = np.maximum(PLACE_DETOUR_M, PLACE_DETOUR_SHARE * draft.raw_m[inside])
        best = int(np.argmin(detour - allowed))
        if detour[best] <= allowed[best]:
            draft, node = add_node(draft, lat, lon, row["country"])
            draft = split_edge(draft, int(inside[best]), node)
            n_new += 1
    return draft, n_new
