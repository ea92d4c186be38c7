"""
From which moment at a start a connection is only just caught by trucks and connectors.

The arcs of a timetable backwards: the latest readiness at the tail for a readiness at the head, and
label correcting from the connection's cut-off towards the start.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from optimizer.kernels.arrays import Int32s, Ints, Timetable

UNREACHED = 2**31 - 1
"""Clock minute that never comes. Never added to."""
NEVER = -(2**31)
"""No moment, however early."""
WALK, KEEP = 1, 2
DONE, TOO_DEEP = 0, 2


@njit(cache=True, inline="always")
def _before_arc(tt: Timetable, arc: int, by_min: int) -> int:
    """Latest readiness at the tail of an arc for readiness at its head by then, or ``NEVER``."""
    low, end = int(tt.piece_first[arc]), int(tt.piece_first[arc + 1])
    if low == end:
        return by_min - int(tt.arc_min[arc])
    # The last piece whose first minute is in time; arrivals never fall from piece to piece.
    found = low - 1
    first, high = low, end
    while low < high:
        middle = (low + high) // 2
        until = int(tt.piece_until[middle])
        begins = max(int(tt.piece_from[middle]), until)
        if until != UNREACHED and begins + int(tt.piece_add[middle]) <= by_min:
            found = middle
            low = middle + 1
        else:
            high = middle
    if found < first:
        return NEVER
    latest = by_min - int(tt.piece_add[found])
    if found + 1 < end:
        latest = min(latest, int(tt.piece_from[found + 1]) - 1)
    return latest


@njit(cache=True, nogil=True)
def latest_starts(
    tt: Timetable,
    start: int,
    least_min: Int32s,
    most_min: Int32s,
    tails: Int32s,
    in_first: Int32s,
    in_arcs: Int32s,
    out: Ints,
) -> int:
    """
    Latest readiness at a start from which each connection is caught by arcs alone.

    Parameters
    ----------
    least_min, most_min
        (n_nodes,) clock minutes: earliest readiness by arcs alone for the first and the last
        moment that is asked for. Other starts are not looked for.
    tails
        (n_arcs,) tails of arcs.
    in_first, in_arcs
        (n_nodes + 1,), (n_arcs,) arcs by head.
    out
        (n_connections,) clock minutes, modified in place; ``NEVER`` where there is none.

    Returns
    -------
    int
        ``DONE`` or ``TOO_DEEP``.
    """
    n_nodes = tt.lead_min.shape[0]
    # By node and whether a walk follows: then no walk may lead there.
    late = np.full(2 * n_nodes, NEVER, dtype=np.int64)
    touched = np.empty(2 * n_nodes, dtype=np.int32)
    stack = np.empty(4 * tails.shape[0] + 4, dtype=np.int32)
    for c in range(tt.tail.shape[0]):
        out[c] = NEVER
        cutoff = np.int64(tt.cutoff_min[c])
        node = int(tt.tail[c])
        if cutoff < least_min[node] or cutoff >= most_min[node]:
            continue
        first = 2 * node
        late[first] = cutoff
        touched[0] = first
        stack[0] = first
        size, n_touched = 1, 1
        while size > 0:
            size -= 1
            state = int(stack[size])
            by_min = late[state]
            for at in range(in_first[state >> 1], in_first[(state >> 1) + 1]):
                arc = in_arcs[at]
                kind = tt.arc_kind[arc]
                if kind == WALK and state & 1 == 1:
                    continue
                follows = 1 if kind == WALK else (state & 1 if kind == KEEP else 0)
                before = _before_arc(tt, int(arc), int(by_min))
                other = 2 * int(tails[arc]) + follows
                if before < least_min[tails[arc]] or before <= late[other]:
                    continue
                if late[other] == NEVER:
                    touched[n_touched] = other
                    n_touched += 1
                late[other] = before
                if size == stack.shape[0]:
                    return TOO_DEEP
                stack[size] = other
                size += 1
        out[c] = max(late[2 * start], late[2 * start + 1])
        for at in range(n_touched):
            late[touched[at]] = NEVER
    return DONE
