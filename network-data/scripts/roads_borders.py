"""
Where a network may pass from one country to another.

A crossing is a row of ``tables/borders.csv`` or ``inputs/road_crossings.csv``. What happens to an
edge between two countries depends on the rule of the pair in ``inputs/road_border_rules.csv``:

strict
    It survives at a known crossing only, and bears that crossing's id.
open
    It survives anywhere (free movement, or one customs territory) and bears the id of the pair.
unlisted
    As open: no list of crossings was made, because the pair is far from the corridors.
closed
    It goes.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path

import numpy as np
from roads_graph import (
    Draft,
    IntArray,
    add_edges,
    add_node,
    detour_m,
    distance_m,
    keep_edges,
    labels,
)
from table_io import INPUTS, TABLES, Row, read_rows

PERMIT_SUFFIX = "-GMS"
"""Crossings for trucks with a permit pass the same gate as the ordinary ones."""

GATE_M = 100
"""Length of the edge between the two sides of a gate."""

SHORT_M = 3_000
"""A border edge up to this length is its own gate."""

SLACK_M = 6_000
DETOUR_SHARE = 0.2
"""A crossing lies on an edge if calling at it is a detour of at most this much in all."""

MAX_STRAY_NODES = 4
N_STRAY_ROUNDS = 2

RULES = ("strict", "open", "unlisted", "closed")


@dataclass(frozen=True, slots=True, kw_only=True)
class Crossing:
    """A place where a border may be passed."""

    border_id: str
    countries: frozenset[str]
    lat_deg: float
    lon_deg: float


def crossings(mode: str, tables: Path = TABLES, inputs: Path = INPUTS) -> list[Crossing]:
    """Crossings of a mode, each border once, sorted by id."""
    found: dict[str, Crossing] = {}
    rows = [
        (row["border_id"], row["from_country"], row["to_country"], row)
        for row in read_rows(tables / "borders.csv")
        if row["mode"] == mode and not row["border_id"].endswith(PERMIT_SUFFIX)
    ] + [
        (row["border_id"], row["country_a"], row["country_b"], row)
        for row in read_rows(inputs / "road_crossings.csv")
        if row["mode"] == mode
    ]
    for border_id, one, other, row in rows:
        found[border_id] = Crossing(
            border_id=border_id,
            countries=frozenset((one, other)),
            lat_deg=float(row["lat"]),
            lon_deg=float(row["lon"]),
        )
    return [found[border_id] for border_id in sorted(found)]


def pair_rule(rows: list[Row], one: str, other: str) -> str:
    """
    Rule of a pair of countries: the row of the pair, else of either with ``*``, else unlisted.

    Of two starred rows the one that lets less through counts. A group such as ``EU`` stands for
    its members, which the rows of the group name in ``members``.
    """
    exact = {frozenset((row["country_a"], row["country_b"])): row["rule"] for row in rows}
    if frozenset((one, other)) in exact:
        return exact[frozenset((one, other))]
    for row in rows:
        members = set(row["members"].split(";"))
        if {one, other} <= members:
            return row["rule"]
    starred = [
        row["rule"] for row in rows if row["country_b"] == "*" and row["country_a"] in (one, other)
    ]
    return min(starred, key=["closed", "strict", "open", "unlisted"].index, default="unlisted")


def _of_crossing(draft: Draft, edges: IntArray, crossing: Crossing) -> tuple[IntArray, IntArray]:
    ends = np.stack((draft.country[draft.tail[edges]], draft.country[draft.head[edges]]))
    is_pair = np.array([set(pair) == crossing.countries for pair in ends.T], dtype=bool)
    edges = edges[is_pair]
    detour = detour_m(draft, edges, crossing.lat_deg, crossing.lon_deg)
    is_on = detour <= np.maximum(SLACK_M, DETOUR_SHARE * draft.raw_m[edges])
    return edges[is_on], detour[is_on]


def _match(draft: Draft, known: list[Crossing]) -> dict[str, IntArray]:
    """Edges of each crossing: those as near to it as the nearest, give or take the slack."""
    border = np.flatnonzero(draft.is_border() & (draft.kind == 0))
    best: dict[int, tuple[float, str]] = {}
    for crossing in known:
        edges, detour = _of_crossing(draft, border, crossing)
        if not len(edges):
            continue
        limit = detour.min() + SLACK_M / 2
        for edge, extra in zip(edges.tolist(), detour.tolist(), strict=True):
            if extra <= limit:
                best[edge] = min(best.get(edge, (np.inf, "")), (extra, crossing.border_id))
    found: dict[str, list[int]] = {}
    for edge, (_, border_id) in sorted(best.items()):
        found.setdefault(border_id, []).append(edge)
    return {border_id: np.array(edges) for border_id, edges in found.items()}


def _beside(draft: Draft, crossing: Crossing, own: IntArray) -> tuple[float, float]:
    """Point a thousandth of a degree from a crossing towards some nodes, so that sides differ."""
    north = float(draft.lat_mdeg[own].mean()) / 1000 - crossing.lat_deg
    east = float(draft.lon_mdeg[own].mean()) / 1000 - crossing.lon_deg
    if abs(north) >= abs(east):
        return crossing.lat_deg + math.copysign(0.001, north), crossing.lon_deg
    return crossing.lat_deg, crossing.lon_deg + math.copysign(0.001, east)


def _with_gate(draft: Draft, crossing: Crossing, edges: IntArray) -> Draft:
    """Graph in which the long edges of a crossing meet at one gate, a node on either side."""
    gates: dict[str, int] = {}
    ends_of = np.union1d(draft.tail[edges], draft.head[edges])
    for country in sorted(crossing.countries):
        own = ends_of[draft.country[ends_of] == country]
        point = _beside(draft, crossing, own)
        draft, gates[country] = add_node(draft, *point, country)
    for edge in edges.tolist():
        ends = np.array([draft.tail[edge], draft.head[edge]])
        away = np.maximum(distance_m(draft, ends, crossing.lat_deg, crossing.lon_deg), 1)
        parts = np.rint((draft.raw_m[edge] - GATE_M) * away / away.sum()).astype(np.int64)
        sides = [gates[str(country)] for country in draft.country[ends]]
        draft = add_edges(draft, ends, sides, parts, gauge_mm=int(draft.gauge_mm[edge]))
    one, other = (gates[country] for country in sorted(crossing.countries))
    gauge_mm = int(draft.gauge_mm[edges].min())
    return add_edges(draft, one, other, GATE_M, crossing=crossing.border_id, gauge_mm=gauge_mm)


def without_strays(draft: Draft, matched: dict[str, IntArray]) -> Draft:
    """
    Graph in which a few nodes cut off from their country by its border belong to the other side.

    A road that follows a border strays over an outline drawn at 1:10 million. Where a known
    crossing touches such a group, it is left alone.
    """
    for _ in range(N_STRAY_ROUNDS):
        is_border = draft.is_border()
        inside = keep_edges(draft, ~is_border)
        label = labels(inside)
        size = np.bincount(label)
        at_gate = np.zeros(len(size), dtype=bool)
        for edges in matched.values():
            at_gate[label[draft.tail[edges]]] = at_gate[label[draft.head[edges]]] = True
        country = draft.country.copy()
        around: dict[int, set[str]] = {}
        least: dict[int, int] = {}
        for edge in np.flatnonzero(is_border).tolist():
            ends = int(draft.tail[edge]), int(draft.head[edge])
            for one, other in (ends, ends[::-1]):
                part, beside = int(label[one]), int(size[label[other]])
                around.setdefault(part, set()).add(str(draft.country[other]))
                least[part] = min(least.get(part, beside), beside)
        for part, neighbours in sorted(around.items()):
            is_few = size[part] <= MAX_STRAY_NODES and size[part] < least[part]
            if is_few and len(neighbours) == 1 and not at_gate[part]:
                country[label == part] = next(iter(neighbours))
        draft = replace(draft, country=country)
    return draft


def at_crossings(
    draft: Draft, known: list[Crossing], rules: list[Row]
) -> tuple[Draft, dict[str, int]]:
    """
    Graph that passes borders as the rules say, and how many edges each known crossing has.

    Links are left as they are: their rows name their crossing.
    """
    draft = without_strays(draft, _match(draft, known))
    matched = _match(draft, known)
    by_id = {crossing.border_id: crossing for crossing in known}
    name = draft.crossing.copy()
    is_gone = np.zeros(draft.n_edges, dtype=bool)
    for edge in np.flatnonzero(draft.is_border() & (draft.kind == 0)).tolist():
        pair = sorted({str(draft.country[draft.tail[edge]]), str(draft.country[draft.head[edge]])})
        rule = pair_rule(rules, pair[0], pair[1])
        is_gone[edge] = rule in {"closed", "strict"}
        name[edge] = "-".join(pair)
    for border_id, edges in matched.items():
        name[edges] = border_id
        is_gone[edges] = False
    draft = replace(draft, crossing=name)
    for border_id, edges in sorted(matched.items()):
        long = edges[draft.raw_m[edges] > SHORT_M]
        if len(long):
            draft = _with_gate(draft, by_id[border_id], long)
            is_gone[long] = True
    n_new = draft.n_edges - len(is_gone)
    is_kept = np.append(~is_gone, np.ones(n_new, dtype=bool))
    return keep_edges(draft, is_kept), {key: len(edges) for key, edges in matched.items()}


def check_rules(rows: list[Row]) -> None:
    """
    Refuse rules that cannot be meant.

    Raises
    ------
    ValueError
        A rule is unknown, or two rows speak of the same pair.
    """
    unknown = sorted({row["rule"] for row in rows} - set(RULES))
    keys = sorted("-".join(sorted((row["country_a"], row["country_b"]))) for row in rows)
    doubled = [one for one, other in pairwise(keys) if one == other]
    if unknown or doubled:
        raise ValueError(f"road_border_rules.csv: unknown rules {unknown}, doubled pairs {doubled}")
