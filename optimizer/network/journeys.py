"""The legs of an earliest arrival."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from optimizer.kernels.arrays import Single
from optimizer.kernels.earliest_arrival import (
    BY_ARC,
    BY_START,
    KEEP,
    UNREACHED,
    WALK,
)
from optimizer.network.arrivals import checked_query, scan_single
from optimizer.network.connections import NONE, Connections


class JourneyLeg(NamedTuple):
    """
    One leg of a journey between facilities; a clearance has the same facility at both ends.

    Parameters
    ----------
    offer
        Offer of the network; -1 for a clearance.
    boards, alights
        Numbers among the network's departures of the hops at which a voyage is boarded and left,
        the same for call pairs; -1 for trucks, connectors and clearances.
    ready_min
        When the cargo was ready at the tail.
    departs_min
        When the voyage leaves; for the others the same as ``ready_min``.
    available_min
        When the cargo is ready at the head.
    """

    offer: int
    boards: int
    alights: int
    tail: int
    head: int
    ready_min: int
    departs_min: int
    available_min: int


def journey(
    connections: Connections, source: int, departs_min: int, target: int
) -> tuple[JourneyLeg, ...] | None:
    """
    Legs of an earliest journey between two facilities.

    Parameters
    ----------
    departs_min
        Clock minute of readiness at the source.

    Returns
    -------
    tuple or None
        Legs in order, none if source and target are the same node; None where no journey exists.
        Of journeys that arrive together it is the one whose last legs leave first.
    """
    sources, departs, targets = checked_query(connections, source, departs_min, target)
    start = int(connections.start_nodes(sources)[0])
    ends = connections.end_nodes(targets).astype(np.int32)
    one = scan_single(connections.timetable, start, int(departs[0]), ends)
    if one.ready[ends[0]] == UNREACHED:
        return None
    return tuple(reversed(_legs_back(connections, one, int(ends[0]))))


def _legs_back(connections: Connections, one: Single, end: int) -> list[JourneyLeg]:
    """From the end to the start: each label says what made it."""
    tt, n_layers = connections.timetable, connections.n_layers
    node, walked = end, True
    legs: list[JourneyLeg] = []
    while True:
        labels = (
            (one.ready, one.via_ready, one.board_ready)
            if walked
            else (one.came, one.via_came, one.board_came)
        )
        available_min, via, board = (int(label[node]) for label in labels)
        if via == BY_START:
            return legs
        if via <= BY_ARC:
            arc = BY_ARC - via
            tail = int(np.searchsorted(tt.arc_first, arc, side="right")) - 1
            kind = int(tt.arc_kind[arc])
            # Any label may be hauled; only one that did not end with a walk may walk.
            walked = walked if kind == KEEP else kind != WALK
            ready_min = int((one.ready if walked else one.came)[tail])
            offer, boards, alights = int(connections.arc_offer[arc]), NONE, NONE
            departs_min = ready_min
        else:
            tail, walked = int(tt.tail[board]), True
            ready_min, departs_min = int(one.ready[tail]), int(tt.departs_min[board])
            offer = int(connections.offer[board])
            boards, alights = int(connections.ride[board]), int(connections.ride[via])
        legs.append(
            JourneyLeg(
                offer=offer,
                boards=boards,
                alights=alights,
                tail=tail // n_layers,
                head=node // n_layers,
                ready_min=ready_min,
                departs_min=departs_min,
                available_min=available_min,
            )
        )
        node = tail
