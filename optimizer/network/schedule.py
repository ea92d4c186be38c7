"""From hops of voyages and arcs, in any order, to the timetable that the kernel takes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from optimizer.errors import Finding, NetworkError, show_ids
from optimizer.kernels.arrays import Ints, Timetable
from optimizer.kernels.earliest_arrival import NEVER, UNREACHED, WALK
from optimizer.kernels.timetable_parts import assign_slots, strong_parts

LATEST_MIN = 2**30
"""Clock minutes lie between minus this and this, some 2,000 years: sums of two fit 32 bits."""


class Hops(NamedTuple):
    """
    Hops of voyages, one row each, int64.

    ``voyage`` is any number, ``hop`` rises along a voyage. Clock minutes: ``cutoff_min`` is the
    latest readiness of who boards here (``NEVER`` where nobody may), ``ready_min`` when cargo that
    leaves the voyage at the head is ready there.
    """

    tail: Ints
    head: Ints
    departs_min: Ints
    cutoff_min: Ints
    arrives_min: Ints
    ready_min: Ints
    voyage: Ints
    hop: Ints


class Arc(NamedTuple):
    """One arc: see ``Timetable``. ``pieces`` is (n, 3) from, until, add; none: ``minutes``."""

    tail: int
    head: int
    kind: int
    minutes: int
    pieces: Ints
    offer: int


class Arcs(NamedTuple):
    """Arcs, one row each, int64; ``pieces`` (n, 3) of all arcs, ``n_pieces`` of each."""

    tail: Ints
    head: Ints
    kind: Ints
    minutes: Ints
    n_pieces: Ints
    pieces: Ints

    @classmethod
    def of(cls, arcs: Sequence[Arc]) -> Arcs:
        """From single arcs."""
        columns = np.array(
            [(arc.tail, arc.head, arc.kind, arc.minutes, len(arc.pieces)) for arc in arcs],
            dtype=np.int64,
        ).reshape(-1, 5)
        none = np.empty((0, 3), dtype=np.int64)
        tail, head, kind, minutes, n_pieces = columns.T
        pieces = np.concatenate([none, *(arc.pieces for arc in arcs)])
        return cls(tail, head, kind, minutes, n_pieces, pieces)


def assemble(n_nodes: int, hops: Hops, arcs: Arcs) -> tuple[Timetable, Ints, Ints]:
    """
    Sort, check and number.

    Returns
    -------
    tuple
        The timetable, and for its connections and arcs the rows of ``hops`` and ``arcs``.

    Raises
    ------
    NetworkError
        With all findings: N261 to N266.
    """
    order = np.lexsort((hops.hop, hops.voyage, hops.departs_min))
    hops = Hops(*(column[order] for column in hops))
    findings = [*_hop_findings(n_nodes, hops, order), *_arc_findings(n_nodes, arcs)]
    if findings:
        raise NetworkError(findings)
    voyages, voyage = np.unique(hops.voyage, return_inverse=True)
    n_hops = np.bincount(voyage, minlength=len(voyages))
    link = np.zeros(len(order), dtype=np.int32)
    n_slots = assign_slots(_int32(voyage), _int32(n_hops), link)
    boards = hops.cutoff_min != NEVER
    lead_min = np.zeros(n_nodes, dtype=np.int64)
    np.maximum.at(
        lead_min, hops.tail, np.where(boards, hops.departs_min - hops.cutoff_min, UNREACHED)
    )
    last_in = np.full(n_nodes, NEVER, dtype=np.int64)
    np.maximum.at(last_in, hops.head, hops.departs_min)
    arc_order, arc_columns = _sorted_arcs(n_nodes, arcs)
    part, part_tail, part_head = _parts(
        n_nodes,
        np.concatenate((hops.tail, arcs.tail)),
        np.concatenate((hops.head, arcs.head)),
    )
    timetable = Timetable(
        tail=hops.tail.astype(np.uint32),
        head=hops.head.astype(np.uint32),
        departs_min=_int32(hops.departs_min),
        cutoff_min=_int32(hops.cutoff_min),
        ready_min=_int32(hops.ready_min),
        link=link.astype(np.uint32),
        lead_min=_int32(lead_min),
        last_in=_int32(last_in),
        **arc_columns,
        part=part,
        part_tail=part_tail,
        part_head=part_head,
        gap_min=_gap_min(hops),
        n_slots=n_slots,
        has_walks=int((arcs.kind == WALK).any()),
    )
    return timetable, order, arc_order


def _int32(values: NDArray[np.int64]) -> NDArray[np.int32]:
    return np.ascontiguousarray(values, dtype=np.int32)


def _along(hops: Hops) -> tuple[Ints, Ints]:
    """Rows of hops that follow each other on a voyage."""
    rows = np.lexsort((hops.hop, hops.voyage))
    follows = hops.voyage[rows[1:]] == hops.voyage[rows[:-1]]
    return rows[:-1][follows], rows[1:][follows]


def _gap_min(hops: Hops) -> int:
    """Within this many minutes of a departure nothing that leaves can depend on it."""
    before, after = _along(hops)
    gaps = (hops.ready_min - hops.departs_min, hops.departs_min[after] - hops.departs_min[before])
    return int(min((gap.min() for gap in gaps if len(gap)), default=1))


def _sorted_arcs(n_nodes: int, arcs: Arcs) -> tuple[Ints, dict[str, NDArray[np.int32]]]:
    """Arcs by tail, the order of equal tails kept, with their pieces."""
    order = np.argsort(arcs.tail, kind="stable")
    first_piece = np.concatenate(([0], np.cumsum(arcs.n_pieces)))
    n_pieces = arcs.n_pieces[order]
    starts = np.concatenate(([0], np.cumsum(n_pieces)))
    within = np.arange(starts[-1]) - np.repeat(starts[:-1], n_pieces)
    pieces = arcs.pieces[np.repeat(first_piece[order], n_pieces) + within]
    onward = np.zeros(n_nodes, dtype=np.int64)
    np.bitwise_or.at(onward, arcs.tail, 1 << arcs.kind)
    columns = {
        "arc_first": np.searchsorted(arcs.tail[order], np.arange(n_nodes + 1)),
        "arc_head": arcs.head[order],
        "arc_kind": arcs.kind[order],
        "arc_min": arcs.minutes[order],
        "piece_first": starts,
        "piece_from": pieces[:, 0],
        "piece_until": pieces[:, 1],
        "piece_add": pieces[:, 2],
        "onward": onward,
    }
    return order, {name: _int32(column) for name, column in columns.items()}


def _parts(
    n_nodes: int, tail: Ints, head: Ints
) -> tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.int32]]:
    """Strongly connected parts and the pairs of them that are joined, later numbers first."""
    pairs = np.unique(tail * n_nodes + head)
    first_out = np.searchsorted(pairs, np.arange(n_nodes + 1) * n_nodes)
    heads = pairs % n_nodes
    part = np.empty(n_nodes, dtype=np.int32)
    n_parts = strong_parts(_int32(first_out), _int32(heads), part)
    joined = np.unique(part[pairs // n_nodes].astype(np.int64) * n_parts + part[heads])
    joined = joined[joined // n_parts != joined % n_parts][::-1]
    return part, _int32(joined // n_parts), _int32(joined % n_parts)


def _finding(code: str, what: str, rows: Ints, remedy: str) -> list[Finding]:
    if not len(rows):
        return []
    return [
        Finding(
            code=code,
            what=what,
            where=f"rows {show_ids([str(row) for row in rows])}",
            value=f"{len(rows)} of them",
            remedy=remedy,
        )
    ]


def _hop_findings(n_nodes: int, hops: Hops, order: Ints) -> list[Finding]:
    """What the kernel could not answer for: places and times of hops."""
    before, after = _along(hops)
    outside = np.zeros(len(order), dtype=bool)
    for node in (hops.tail, hops.head):
        outside |= (node < 0) | (node >= n_nodes)
    too_far = hops.cutoff_min < NEVER
    too_far |= (hops.cutoff_min != NEVER) & (hops.cutoff_min < -LATEST_MIN)
    for minute in (hops.departs_min, hops.arrives_min, hops.ready_min):
        too_far |= np.abs(minute) > LATEST_MIN
    timeless = (hops.arrives_min <= hops.departs_min) | (hops.ready_min < hops.arrives_min)
    late = hops.cutoff_min > hops.departs_min
    apart = (hops.head[before] != hops.tail[after]) | (
        hops.departs_min[after] < hops.arrives_min[before]
    )
    return [
        *_finding("N261", "a hop is not between known nodes", order[outside], "correct its ends"),
        *_finding("N262", "a minute is out of range", order[too_far], "use minutes of one epoch"),
        *_finding(
            "N263",
            "a hop does not arrive after it departs, or its cargo is ready before it arrives",
            order[timeless],
            "correct its times; a hop takes a minute at least",
        ),
        *_finding("N264", "a cut-off is after its departure", order[late], "correct the cut-off"),
        *_finding(
            "N265",
            "a hop of a voyage does not start where and after the one before ends",
            order[after[apart]],
            "correct the order of the hops or their times",
        ),
    ]


def _arc_findings(n_nodes: int, arcs: Arcs) -> list[Finding]:
    """Arcs that would let cargo arrive before it left, or that join nothing."""
    outside = (arcs.tail < 0) | (arcs.tail >= n_nodes) | (arcs.head < 0) | (arcs.head >= n_nodes)
    bad = outside | (arcs.minutes < 0) | (arcs.minutes > LATEST_MIN)
    owner = np.repeat(np.arange(len(arcs.tail)), arcs.n_pieces)
    backwards = arcs.pieces[:, 1] != UNREACHED
    backwards &= (
        np.maximum(arcs.pieces[:, 0], arcs.pieces[:, 1]) + arcs.pieces[:, 2] < (arcs.pieces[:, 0])
    )
    bad[owner[backwards]] = True
    return _finding(
        "N266",
        "an arc is not between known nodes or goes back in time",
        np.flatnonzero(bad),
        "correct its ends or its minutes",
    )
