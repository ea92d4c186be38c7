"""
When a truck lane or a connector that may leave at any minute makes its cargo ready.

As a function of the minute ``t`` of readiness at the tail that is exactly ``max(t, until) + add``
in pieces: an opening hour, a border or a driver's rest either lets the function rise with ``t`` or
holds it. The pieces are found by driving once, noting how much later cargo could have been ready
without any decision on the way falling out differently, and driving again after that.

Waiting can pay: a truck that reaches a border just after closing time rests in the queue and may
pass one that came just before. Rule T5 lets a truck leave at any later open minute, so the pieces
are those of the best departure, and the function never falls.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from optimizer.kernels.arrays import Connectors, Ints, Places, Trucks

UNREACHED = 2**31 - 1
"""Clock minute that never comes. Never added to."""
NONE = -1
ENDLESS = 2**40
"""Slack of a way on which nothing depends on the minute."""
NOW, HELD, SLACK = 0, 1, 2
"""Fields of a way: clock minute, 1 where it no longer moves with the start, minutes of slack."""


@njit(cache=True)
def _pass_gate(places: Places, place: int, way: Ints) -> bool:
    """Wait until a place is open; False if it does not open again."""
    low, high = int(places.open_first[place]), int(places.open_first[place + 1])
    end = high
    while low < high:
        middle = (low + high) // 2
        if places.closes[middle] > way[NOW]:
            high = middle
        else:
            low = middle + 1
    if low == end:
        return False
    opens = places.opens[low]
    if opens <= way[NOW]:
        if way[HELD] == 0:
            way[SLACK] = min(way[SLACK], places.closes[low] - 1 - way[NOW])
        return True
    if way[HELD] == 0:
        way[SLACK] = min(way[SLACK], opens - way[NOW])
    way[NOW] = opens
    way[HELD] = 1
    return True


@njit(cache=True)
def _drive(places: Places, trucks: Trucks, lane: int, dwell_min: Ints, way: Ints) -> bool:
    """Drive a lane from its departure on: rule T5. False if a crossing does not open again."""
    driven = 0
    for section in range(trucks.section_first[lane], trucks.section_first[lane + 1]):
        remaining = int(trucks.drive_min[section])
        if trucks.alone[lane] == 1:
            while remaining > 0:
                if driven == trucks.max_drive_min:
                    way[NOW] += trucks.rest_min
                    driven = 0
                step = min(remaining, trucks.max_drive_min - driven)
                way[NOW] += step
                driven += step
                remaining -= step
        else:
            way[NOW] += remaining
        crossing = trucks.crossing[section]
        if crossing == NONE:
            continue
        reached, was_held = way[NOW], way[HELD]
        if not _pass_gate(places, crossing, way):
            return False
        way[NOW] += dwell_min[crossing]
        stood = way[NOW] - reached
        if stood >= trucks.rest_min:
            driven = 0
            if was_held == 0 and way[HELD] == 1:
                # Who comes later stands less, and at some point too little for a rest.
                way[SLACK] = min(way[SLACK], stood - trucks.rest_min)
    return True


@njit(cache=True)
def _close(made: Ints, n_made: int, pieces: Ints) -> int:
    """
    Make the function never fall, by waiting for a later departure where that is no slower.

    Rows are (from, until, add). ``pieces`` needs twice as many as ``made`` and is modified in
    place; returns how many it has after neighbours that are one function have been joined.
    """
    at = pieces.shape[0]
    bound = np.int64(ENDLESS)
    for row in range(n_made - 1, -1, -1):
        begins, until, add = made[row, 0], made[row, 1], made[row, 2]
        ends = made[row + 1, 0] if row + 1 < n_made else np.int64(ENDLESS)
        if until == UNREACHED or until + add >= bound:
            until = ends if bound < ENDLESS else np.int64(UNREACHED)
            add = bound - ends if bound < ENDLESS else np.int64(0)
        elif ends - 1 + add > bound:
            # The piece rises above what a later departure reaches: wait from there on.
            at -= 1
            pieces[at, 0], pieces[at, 1], pieces[at, 2] = bound - add, ends, bound - ends
        at -= 1
        pieces[at, 0], pieces[at, 1], pieces[at, 2] = begins, until, add
        bound = max(begins, until) + add if until < UNREACHED else bound
    kept = NONE
    for row in range(at, pieces.shape[0]):
        begins, until, add = pieces[row, 0], pieces[row, 1], pieces[row, 2]
        if kept >= 0 and add == pieces[kept, 2]:
            before = pieces[kept, 1]
            if until == before or (until <= begins and before <= begins):
                continue
        kept += 1
        pieces[kept, 0], pieces[kept, 1], pieces[kept, 2] = begins, until, add
    return kept + 1


@njit(cache=True)
def _add_piece(made: Ints, n_made: int, begins: int, gone: bool, way: Ints) -> int:
    """Append what one drive found; returns how many pieces there are."""
    made[n_made, 0] = begins
    if gone:
        made[n_made, 1] = UNREACHED
        made[n_made, 2] = 0
    else:
        held_until = begins + way[SLACK] if way[HELD] == 1 else begins
        made[n_made, 1] = held_until
        made[n_made, 2] = way[NOW] - held_until
    return n_made + 1


@njit(cache=True, nogil=True)
def truck_pieces(
    places: Places,
    trucks: Trucks,
    lane: int,
    ends: Ints,
    lead_min: int,
    horizon_min: int,
    dwell_min: Ints,
    pieces: Ints,
) -> int:
    """
    Readiness at the head of a truck lane as a function of readiness at its tail: rule T5.

    Parameters
    ----------
    ends
        (2,) tail and head.
    lead_min
        Minutes from readiness to the earliest departure, the longer of loading and transfer.
    horizon_min
        Clock minute; nothing departs later.
    dwell_min
        (n_places,) minutes at crossings.
    pieces
        (n, 3) from, until, add, modified in place; from rises and starts with 0.

    Returns
    -------
    int
        Number of pieces, ``NONE`` if there is no room for them.
    """
    made = np.empty((pieces.shape[0] // 2, 3), dtype=np.int64)
    way = np.empty(3, dtype=np.int64)
    n_made = 0
    begins = 0
    while begins < ENDLESS:
        if n_made == made.shape[0]:
            return NONE
        way[NOW], way[HELD], way[SLACK] = begins + lead_min, 0, ENDLESS
        gone = not _pass_gate(places, int(ends[0]), way) or way[NOW] > horizon_min
        if gone:
            n_made = _add_piece(made, n_made, begins, True, way)
            break
        if way[HELD] == 0:
            way[SLACK] = min(way[SLACK], horizon_min - way[NOW])
        lost = not _drive(places, trucks, lane, dwell_min, way)
        lost = lost or not _pass_gate(places, int(ends[1]), way)
        if not lost:
            way[NOW] += trucks.loading_min[lane]
        n_made = _add_piece(made, n_made, begins, lost, way)
        begins += way[SLACK] + 1
    return _close(made, n_made, pieces)


@njit(cache=True, nogil=True)
def connector_pieces(places: Places, connectors: Connectors, arc: int, pieces: Ints) -> int:
    """
    Readiness at the head of a connector as a function of readiness at its tail: rule T6.

    Parameters
    ----------
    pieces
        (n, 3) as in ``truck_pieces``, modified in place.

    Returns
    -------
    int
        Number of pieces, ``NONE`` if there is no room for them.
    """
    made = np.empty((pieces.shape[0] // 2, 3), dtype=np.int64)
    way = np.empty(3, dtype=np.int64)
    n_made = 0
    begins = 0
    while begins < ENDLESS:
        if n_made == made.shape[0]:
            return NONE
        way[NOW], way[HELD], way[SLACK] = begins + connectors.duration_min[arc], 0, ENDLESS
        gone = not _pass_gate(places, int(connectors.head[arc]), way)
        n_made = _add_piece(made, n_made, begins, gone, way)
        if gone:
            break
        begins += way[SLACK] + 1
    return _close(made, n_made, pieces)
