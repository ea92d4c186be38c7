"""
Gauges of a rail graph, and where trains or boxes change between them.

A node has the gauge of its country (``inputs/rail_gauges.csv``) or of a named line with ``via``
points. An edge between gauges is no railway: it goes, unless it lies at a listed crossing, where it
becomes a transfer. A dual-gauge line gets its nodes twice, so that no train changes gauge unseen.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from roads_graph import TRANSFER, Draft, IntArray, add_edges, keep_edges, nearest
from roads_sections import points, way
from table_io import INPUTS, Row, read_rows

DUAL = "dual"


def gauges() -> list[Row]:
    """Rows of ``inputs/rail_gauges.csv``."""
    return read_rows(INPUTS / "rail_gauges.csv")


def node_gauges(draft: Draft, rows: list[Row]) -> IntArray:
    """
    (n_nodes,) millimetres.

    Raises
    ------
    ValueError
        A country has no gauge.
    """
    by_country = {row["country"]: int(row["gauge_mm"]) for row in rows if not row["via"]}
    unknown = sorted(set(draft.country.tolist()) - set(by_country))
    if unknown:
        raise ValueError(f"no gauge of {unknown}: add rows to rail_gauges.csv")
    gauge_mm = np.array([by_country[one] for one in draft.country.tolist()], dtype=np.int64)
    for row in rows:
        if row["via"] and row["kind"] != DUAL:
            edges = _line(draft, row)
            nodes = np.union1d(draft.tail[edges], draft.head[edges])
            gauge_mm[nodes[draft.country[nodes] == row["country"]]] = int(row["gauge_mm"])
    return gauge_mm


def _line(draft: Draft, row: Row) -> IntArray:
    inside = (draft.country[draft.tail] == row["country"]) & (
        draft.country[draft.head] == row["country"]
    )
    domestic, via = keep_edges(draft, inside), points(row["via"])
    edges = way(domestic, draft.raw_m[inside], via, row["name"], row["country"])
    return np.flatnonzero(inside)[edges]


def with_gauges(draft: Draft, rows: list[Row]) -> Draft:
    """Graph whose edges have a gauge; those between gauges are transfers at crossings, or gone."""
    gauge_mm = node_gauges(draft, rows)
    at_tail, at_head = gauge_mm[draft.tail], gauge_mm[draft.head]
    is_break = at_tail != at_head
    is_graph = draft.kind == 0
    is_listed = np.char.endswith(draft.crossing, "-RAIL")
    is_kept = ~is_break | ~is_graph | is_listed
    is_transfer = (is_break & is_graph & is_listed) | (draft.kind == TRANSFER)
    draft = replace(
        draft,
        kind=np.where(is_transfer, TRANSFER, draft.kind),
        gauge_mm=np.where(is_break | is_transfer, 0, at_tail),
    )
    return keep_edges(draft, is_kept)


def with_dual_lines(draft: Draft, rows: list[Row]) -> Draft:
    """
    Graph in which each dual line is there a second time, in its other gauge.

    The copy takes over the border edges of the line, which the original loses, and is joined to the
    original at its last point by a transfer of no length.
    """
    for row in rows:
        if row["kind"] != DUAL:
            continue
        other_mm = int(row["gauge_mm"])
        edges = _line(draft, row)
        nodes = np.union1d(draft.tail[edges], draft.head[edges])
        copy = {int(node): draft.n_nodes + i for i, node in enumerate(nodes.tolist())}
        last = nearest(draft, *points(row["via"])[-1], row["country"])[0]
        border = np.flatnonzero(
            draft.is_border()
            & (draft.kind == TRANSFER)
            & (np.isin(draft.tail, nodes) | np.isin(draft.head, nodes))
        )
        draft = replace(
            draft,
            lat_mdeg=np.append(draft.lat_mdeg, draft.lat_mdeg[nodes]),
            lon_mdeg=np.append(draft.lon_mdeg, draft.lon_mdeg[nodes]),
            country=np.append(draft.country, draft.country[nodes]),
        )
        draft = add_edges(
            draft,
            [copy[int(x)] for x in draft.tail[edges]],
            [copy[int(x)] for x in draft.head[edges]],
            draft.raw_m[edges],
            gauge_mm=other_mm,
        )
        for edge in border.tolist():
            one, two = int(draft.tail[edge]), int(draft.head[edge])
            draft = add_edges(
                draft,
                copy.get(one, one),
                copy.get(two, two),
                int(draft.raw_m[edge]),
                crossing=str(draft.crossing[edge]),
                gauge_mm=other_mm,
            )
        is_kept = np.ones(draft.n_edges, dtype=bool)
        is_kept[border] = False
        draft = keep_edges(draft, is_kept)
        draft = add_edges(draft, last, copy[last], 1, kind=TRANSFER)
    return draft
