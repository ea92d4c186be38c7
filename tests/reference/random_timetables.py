"""Random small timetables with voyages, cut-offs, walks that do not close, hauls and clearances."""

from __future__ import annotations

import numpy as np

from optimizer.kernels.earliest_arrival import NEVER, UNREACHED
from optimizer.network.schedule import Arc, Arcs, Hops
from tests.reference.earliest_arrival_twin import HAUL, KEEP, WALK, Hop, Timetable, Way


def random_timetable(rng: np.random.Generator) -> Timetable:
    """Two to nine nodes, up to thirty voyages, none to a dozen arcs; minutes tie often."""
    n_nodes = int(rng.integers(2, 10))
    span = int(rng.choice([40, 300, 3000]))
    hops: list[Hop] = []
    for voyage in range(int(rng.integers(0, 31))):
        departs = int(rng.integers(0, span))
        node = int(rng.integers(n_nodes))
        for hop in range(int(rng.integers(1, 5))):
            head = int(rng.integers(n_nodes))
            arrives = departs + int(rng.integers(1, 30))
            cutoff = None if rng.random() < 0.1 else departs - int(rng.choice([0, 0, 3, 25]))
            ready = arrives + int(rng.choice([0, 0, 2, 20]))
            hops.append(Hop(node, head, departs, cutoff, arrives, ready, voyage, hop))
            departs = arrives + int(rng.integers(0, 20))
            node = head
    ways = tuple(
        Way(
            tail=int(rng.integers(n_nodes)),
            head=int(rng.integers(n_nodes)),
            kind=int(rng.choice([HAUL, WALK, WALK, KEEP])),
            pieces=_random_pieces(rng, span),
        )
        for _ in range(int(rng.choice([0, 3, 12])))
    )
    return Timetable(n_nodes=n_nodes, hops=tuple(hops), ways=ways)


def _random_pieces(rng: np.random.Generator, span: int) -> tuple[tuple[int, int | None, int], ...]:
    """A function of time that never falls: constant, or held by opening hours, or ending."""
    add = int(rng.integers(0, 30))
    if rng.random() < 0.4:
        return ((0, 0, add),)
    pieces: list[tuple[int, int | None, int]] = []
    begins = 0
    for _ in range(int(rng.integers(1, 4))):
        closes = begins + int(rng.integers(1, span))
        opens = closes + int(rng.integers(1, 40))
        pieces += [(begins, begins, add), (closes, opens, add)]
        begins = opens
    if rng.random() < 0.5:
        pieces.append((begins, None, 0))
    return tuple(pieces)


def as_rows(timetable: Timetable) -> tuple[Hops, Arcs]:
    """The same for ``schedule.assemble``, hops in a scrambled but fixed order."""
    columns = np.array(
        [
            (
                *(h.tail, h.head, h.departs, NEVER if h.cutoff is None else h.cutoff),
                *(h.arrives, h.ready, h.voyage, h.hop),
            )
            for h in timetable.hops
        ],
        dtype=np.int64,
    ).reshape(-1, 8)
    columns = columns[np.argsort(columns[:, 5] * 7919 % 101, kind="stable")]
    arcs = [
        Arc(way.tail, way.head, way.kind, way.pieces[0][2], _rows_of(way), at)
        for at, way in enumerate(timetable.ways)
    ]
    return Hops(*columns.T), Arcs.of(arcs)


def _rows_of(way: Way) -> np.ndarray:
    if len(way.pieces) == 1 and way.pieces[0][1] == 0:
        return np.empty((0, 3), dtype=np.int64)
    return np.array(
        [(begins, UNREACHED if until is None else until, add) for begins, until, add in way.pieces],
        dtype=np.int64,
    )
