# ruff: noqa: ANN401, ARG001  llvmlite has no types; intrinsics do not use their typing context
"""
Earliest arrival over scheduled connections and on-demand arcs, for one start or many at once.

A *connection* is one hop of one voyage: it leaves ``tail``, is caught by whoever is ready there by
``cutoff_min``, and makes its cargo ready at ``head`` at ``ready_min``. Who came on the same voyage
stays on board whatever the cut-off. An *arc* can be used at any minute: it makes cargo that is
ready at its tail at ``t`` ready at its head at ``max(t, until) + add``, with the piece of the arc
that holds for ``t``; without pieces it takes a constant time. Arcs are of three kinds. A ``HAUL``
may follow anything. A ``WALK`` (a drayage connector) may not follow another ``WALK``. A ``KEEP`` (a
clearance) leaves open what may follow.

Two labels a node
-----------------
Because two walks in a row are not allowed, walks are not transitive, and one label a node is
silently wrong: cargo that walked to a node early hides cargo that a vehicle brings later and that
alone may walk on. ``ready`` is the earliest way of any kind, ``came`` the earliest that did not end
with a walk. A connection is tested against ``came`` and boarded from ``ready``.

Lanes
-----
Many starts are scanned together: row ``v`` of a label holds 16 or 64 starts, a connection is
tested for all of them with a few vector comparisons, and what boards is a bit mask a voyage. Labels
are 16 bits wide (minutes after the first start) and the caller repeats the scan with 32 bits when
``TOO_LATE`` says that a minute did not fit, so the width never shows in a result. Ties go to the
connection that leaves first, then to the one with the smaller number; results do not depend on the
machine or on how starts are grouped.

Connection Scan: Dibbelt, Pajor, Strasser, Wagner (2018), doi:10.1145/3274661.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from llvmlite import ir
from numba import config, njit, types
from numba.extending import intrinsic
from numpy.typing import NDArray

from optimizer.kernels.arrays import Int32s, Ints, Labels, Lanes, Masks, Single, Timetable

UNREACHED = 2**31 - 1
"""Clock minute that never comes, in results and 32-bit labels. Never added to."""
NEVER = -(2**31)
"""Cut-off of a connection that nobody may board at its tail."""
NONE = -1
HAUL, WALK, KEEP = 0, 1, 2
BY_START, BY_ARC = -1, -2
"""What made a label: it is a start; this less the number of an arc."""
DONE, TOO_LATE, TOO_DEEP = 0, 1, 2
"""Status: exact; a minute does not fit the labels; the stack of arcs is too small."""
CHECK_EVERY = 4096
"""Connections between two looks at which nodes are settled; no influence on results."""
LOOK_EVERY = 512
"""The same for one start, where a look is cheaper."""
BLOCK = 64
"""Most connections that are looked at before the first of them takes effect."""


# --- rows of labels -------------------------------------------------------------------------------
# LLVM does not find these vector forms by itself (loops over lanes with a mask cost 5-10 times
# more), so they are written out. Without the compiler the same names are plain Python.


def _row(context: Any, builder: Any, signature: Any, arguments: Any) -> tuple[Any, int, Any]:
    """Pointer to the first label of a row, number of lanes, type of a label."""
    labels, lanes = signature.args[0], signature.args[1]
    element = ir.IntType(labels.dtype.bitwidth)
    n_lanes = lanes.dtype.bitwidth
    data = context.make_array(labels)(context, builder, arguments[0]).data
    first = builder.mul(arguments[2], ir.Constant(ir.IntType(64), n_lanes))
    return builder.gep(data, [first]), n_lanes, element


def _splat(builder: Any, value: Any, width: int) -> Any:
    vector = ir.VectorType(value.type, width)
    undefined = ir.Constant(vector, ir.Undefined)
    first = builder.insert_element(undefined, value, ir.Constant(ir.IntType(32), 0))
    zeros = ir.Constant(ir.VectorType(ir.IntType(32), width), [0] * width)
    return builder.shuffle_vector(first, undefined, zeros)


def _part(builder: Any, row: Any, at: int, width: int, element: Any) -> Any:
    """Pointer to ``width`` labels from lane ``at`` on, as a vector."""
    pointer = builder.gep(row, [ir.Constant(ir.IntType(64), at)])
    return builder.bitcast(pointer, ir.VectorType(element, width).as_pointer())


def _compare(context: Any, builder: Any, signature: Any, arguments: Any, sign: str) -> Any:
    """Bit mask of the lanes whose label compares with a value."""
    row, n_lanes, element = _row(context, builder, signature, arguments)
    width = min(n_lanes, 32)
    value = _splat(builder, builder.trunc(arguments[3], element), width)
    mask = ir.Constant(ir.IntType(64), 0)
    for at in range(0, n_lanes, width):
        labels = builder.load(_part(builder, row, at, width, element))
        labels.align = element.width // 8
        bits = builder.bitcast(builder.icmp_signed(sign, labels, value), ir.IntType(width))
        shifted = builder.shl(builder.zext(bits, ir.IntType(64)), ir.Constant(ir.IntType(64), at))
        mask = builder.or_(mask, shifted)
    return mask


def _compiled_rows() -> tuple[Any, Any, Any]:
    @intrinsic
    def not_after(_context: Any, labels: Any, lanes: Any, row: Any, at: Any) -> Any:
        def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            return _compare(context, builder, signature, arguments, "<=")

        return types.uint64(labels, lanes, types.int64, types.int64), generate

    @intrinsic
    def later(_context: Any, labels: Any, lanes: Any, row: Any, at: Any) -> Any:
        def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            return _compare(context, builder, signature, arguments, ">")

        return types.uint64(labels, lanes, types.int64, types.int64), generate

    @intrinsic
    def put(_context: Any, labels: Any, lanes: Any, row: Any, at: Any, mask: Any) -> Any:
        def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            row_at, n_lanes, element = _row(context, builder, signature, arguments)
            width = min(n_lanes, 256 // element.width)
            value = _splat(builder, builder.trunc(arguments[3], element), width)
            vector = ir.VectorType(element, width)
            bits = ir.Constant(vector, [_signed(1 << bit, element.width) for bit in range(width)])
            for lane in range(0, n_lanes, width):
                shifted = builder.lshr(arguments[4], ir.Constant(ir.IntType(64), lane))
                chosen = _splat(builder, builder.trunc(shifted, element), width)
                hit = builder.icmp_signed("==", builder.and_(chosen, bits), bits)
                pointer = _part(builder, row_at, lane, width, element)
                before = builder.load(pointer)
                before.align = element.width // 8
                stored = builder.store(builder.select(hit, value, before), pointer)
                stored.align = element.width // 8
            return context.get_dummy_value()

        return types.void(labels, lanes, types.int64, types.int64, types.uint64), generate

    return not_after, later, put


def _signed(bit: int, width: int) -> int:
    return bit - (1 << width) if bit >> (width - 1) else bit


def _plain_rows() -> tuple[Any, Any, Any]:
    def compared(labels: Labels, lanes: NDArray[Any], row: int) -> Labels:
        n_lanes = lanes.itemsize * 8
        return labels[row * n_lanes : (row + 1) * n_lanes]

    def mask_of(hit: NDArray[np.bool_]) -> np.uint64:
        return np.uint64(sum(1 << int(lane) for lane in np.flatnonzero(hit)))

    def not_after(labels: Labels, lanes: NDArray[Any], row: int, at: int) -> np.uint64:
        return mask_of(compared(labels, lanes, row).astype(np.int64) <= at)

    def later(labels: Labels, lanes: NDArray[Any], row: int, at: int) -> np.uint64:
        return mask_of(compared(labels, lanes, row).astype(np.int64) > at)

    def put(labels: Labels, lanes: NDArray[Any], row: int, at: int, mask: np.uint64) -> None:
        of_row = compared(labels, lanes, row)
        for lane in range(len(of_row)):
            if int(mask) >> lane & 1:
                of_row[lane] = at

    return not_after, later, put


_not_after, _later, _put = _plain_rows() if getattr(config, "DISABLE_JIT", 0) else _compiled_rows()


# What only this file calls has no entry from Python: unpacking the many arrays of a timetable there
# is a sixth of the time to compile. Nodes and minutes are passed as int64, because each other type
# would be compiled once more.


# --- arcs -----------------------------------------------------------------------------------------


@njit(cache=True, inline="always")
def _by_arc(tt: Timetable, arc: int, at_min: int) -> int:
    """Clock minute of readiness at the head of an arc, ``UNREACHED`` if it never comes."""
    low, high = int(tt.piece_first[arc]), int(tt.piece_first[arc + 1])
    if low == high:
        return at_min + int(tt.arc_min[arc])
    # The last piece that holds from at_min or before; the first one if there is none.
    while high - low > 1:
        middle = (low + high) // 2
        if tt.piece_from[middle] <= at_min:
            low = middle
        else:
            high = middle
    if tt.piece_until[low] == UNREACHED:
        return UNREACHED
    return max(at_min, int(tt.piece_until[low])) + int(tt.piece_add[low])


@njit(  # pyright: ignore[reportCallIssue]
    cache=True, no_cpython_wrapper=True, no_cfunc_wrapper=True
)
def _spread(
    tt: Timetable,
    lanes: Lanes,
    shift: int,
    node: int | np.int64,
    at_min: int | np.int64,
    improved: np.uint64,
    came: np.uint64,
) -> int:
    """
    Follow arcs from a node where lanes became ready.

    Parameters
    ----------
    shift
        Label is clock minute less this.
    at_min
        Clock minute of readiness, the same for all lanes.
    improved, came
        Lanes whose ``ready`` and whose ``came`` just became ``at_min``.

    Notes
    -----
    The time of an arrival does not depend on the lane, so a chain of arcs is followed once for all
    lanes that it improves.
    """
    none = np.uint64(0)
    top = np.iinfo(lanes.ready.dtype).max
    lanes.stack[0, 0] = node
    lanes.stack[0, 1] = at_min
    lanes.stack[0, 2] = np.int64(improved)
    lanes.stack[0, 3] = np.int64(came)
    size = 1
    while size > 0:
        size -= 1
        here = int(lanes.stack[size, 0])
        now = int(lanes.stack[size, 1])
        improved = np.uint64(lanes.stack[size, 2])
        came = np.uint64(lanes.stack[size, 3])
        for arc in range(tt.arc_first[here], tt.arc_first[here + 1]):
            kind = tt.arc_kind[arc]
            using = improved if kind == HAUL else came
            if kind == KEEP:
                using = improved | came
            if using == none:
                continue
            then = _by_arc(tt, arc, now)
            if then == UNREACHED:
                continue
            label = then - shift
            if label >= top:
                return TOO_LATE
            head = int(tt.arc_head[arc])
            sooner = using & _later(lanes.ready, lanes.aboard, head, label)
            arrived = none
            if kind != WALK:
                arrived = using & _later(lanes.came, lanes.aboard, head, label)
                if kind == KEEP:
                    arrived &= came
                if arrived != none:
                    _put(lanes.came, lanes.aboard, head, label, arrived)
                    lanes.reached[head] |= arrived
                    lanes.latest[head] = max(lanes.latest[head], label)
            if sooner != none:
                _put(lanes.ready, lanes.aboard, head, label, sooner)
            if sooner | arrived == none:
                continue
            if tt.onward[head] & (7 if arrived != none else 5) != 0:
                if size == lanes.stack.shape[0]:
                    return TOO_DEEP
                lanes.stack[size, 0] = head
                lanes.stack[size, 1] = then
                lanes.stack[size, 2] = np.int64(sooner)
                lanes.stack[size, 3] = np.int64(arrived)
                size += 1
    return DONE


# --- many starts ----------------------------------------------------------------------------------


@njit(cache=True, inline="always")
def _latest(labels: Labels, n_lanes: int, row: int, top: int) -> int:
    """Largest label of a row below ``top``."""
    most = -top
    for lane in range(n_lanes):
        label = np.int64(labels[row * n_lanes + lane])
        most = max(most, label if label < top else -top)
    return int(most)


@njit(  # pyright: ignore[reportCallIssue]
    cache=True, no_cpython_wrapper=True, no_cfunc_wrapper=True
)
def _expect(tt: Timetable, starts: Int32s, expected: Masks) -> None:
    """Lanes that could come to a node if time did not matter."""
    parts = np.zeros(tt.part.shape[0], dtype=np.uint64)
    for lane in range(starts.shape[0]):
        parts[tt.part[starts[lane]]] |= np.uint64(1) << np.uint64(lane)
    for pair in range(tt.part_tail.shape[0]):
        parts[tt.part_head[pair]] |= parts[tt.part_tail[pair]]
    for node in range(expected.shape[0]):
        expected[node] = parts[tt.part[node]]


@njit(  # pyright: ignore[reportCallIssue]
    cache=True, no_cpython_wrapper=True, no_cfunc_wrapper=True
)
def _settle(
    tt: Timetable, lanes: Lanes, n_lanes: int, n_open: int, now_min: int, shift: int
) -> int:
    """
    Take nodes out of the open ones that no connection from ``now_min`` on can change.

    A node is settled when all expected lanes are ready there for every later departure: then
    connections into it need no look at all, because whoever is on board could as well board at the
    node. It is finished when no later connection comes in.
    """
    kept = 0
    top = np.iinfo(lanes.came.dtype).max
    for at in range(n_open):
        node = int(lanes.open_nodes[at])
        if tt.last_in[node] < now_min:
            continue
        if lanes.reached[node] == lanes.expected[node]:
            now = now_min - shift - tt.lead_min[node]
            if lanes.latest[node] > now:
                lanes.latest[node] = _latest(lanes.came, n_lanes, node, top)
            if lanes.latest[node] <= now:
                lanes.settled[node] = 1
                continue
        lanes.open_nodes[kept] = node
        kept += 1
    return kept


@njit(  # pyright: ignore[reportCallIssue]
    cache=True, no_cpython_wrapper=True, no_cfunc_wrapper=True
)
def _waiting(lanes: Lanes, targets: Int32s, n_waiting: int, now: int) -> int:
    """Move targets to the front at which an expected lane is not ready by the label ``now``."""
    kept = 0
    for at in range(n_waiting):
        node = targets[at]
        expected = lanes.expected[node]
        if _not_after(lanes.ready, lanes.aboard, node, now) & expected == expected:
            continue
        targets[at] = targets[kept]
        targets[kept] = node
        kept += 1
    return kept


@njit(cache=True, nogil=True)
def scan_lanes(
    tt: Timetable,
    starts: Int32s,
    starts_min: Ints,
    targets: Int32s,
    shift: int,
    lanes: Lanes,
) -> int:
    """
    Earliest readiness at every node from as many starts as there are lanes.

    Parameters
    ----------
    starts, starts_min
        (n_lanes,) node and clock minute of readiness there. Fewer starts are filled up with copies
        of one of them.
    targets
        (n_targets,) nodes whose ``ready`` must be exact; the order is modified in place. The scan
        stops when they are; the other labels are upper bounds.
    shift
        Label is clock minute less this; labels of starts are above the least of their type.
    lanes
        Modified in place; ``ready`` holds the result, the largest value of its type where a lane
        does not come.

    Returns
    -------
    int
        ``DONE``; otherwise the labels are not to be used.
    """
    ready, came, aboard = lanes.ready, lanes.came, lanes.aboard
    latest, settled = lanes.latest, lanes.settled
    tail, head, cutoff, comes, link = tt.tail, tt.head, tt.cutoff_min, tt.ready_min, tt.link
    departs = tt.departs_min
    active = np.empty(CHECK_EVERY, dtype=np.uint32)
    hits = np.empty(BLOCK, dtype=np.uint32)
    hit_boards = np.empty(BLOCK, dtype=np.uint64)
    n_lanes = starts.shape[0]
    n_nodes = lanes.reached.shape[0]
    n_connections = tail.shape[0]
    top = np.iinfo(ready.dtype).max
    has_arcs = tt.arc_head.shape[0] > 0
    has_walks = tt.has_walks == 1
    none = np.uint64(0)
    everyone = np.uint64(0)
    ready[:] = top
    came[:] = top
    aboard[:] = 0  # voyages that left before the first start carry nobody
    lanes.reached[:] = 0
    expected = lanes.expected
    _expect(tt, starts, expected)
    settled[:] = 0
    latest[:] = NEVER
    n_open = n_nodes
    for node in range(n_nodes):
        lanes.open_nodes[node] = node
    first_min = starts_min[0]
    for lane in range(n_lanes):
        first_min = min(first_min, starts_min[lane])
        bit = np.uint64(1) << np.uint64(lane)
        everyone |= bit
        node = np.int64(starts[lane])
        label = starts_min[lane] - shift
        if label >= top:
            return TOO_LATE
        improved = bit & _later(ready, aboard, node, label)
        first = bit & _later(came, aboard, node, label)
        if first == none:
            continue
        if improved != none:
            _put(ready, aboard, node, label, improved)
        _put(came, aboard, node, label, first)
        lanes.reached[node] |= bit
        latest[node] = max(latest[node], label)
        if has_arcs:
            at_min = np.int64(starts_min[lane])
            status = _spread(tt, lanes, shift, node, at_min, bit, bit)
            if status != DONE:
                return status
    gap_min = tt.gap_min
    begin = np.searchsorted(tt.departs_min, first_min)
    n_waiting = targets.shape[0]
    for chunk in range(begin, n_connections, CHECK_EVERY):
        now = int(departs[chunk]) - shift
        n_waiting = _waiting(lanes, targets, n_waiting, min(now, top - 1))
        if n_waiting == 0:
            break
        if chunk > begin:
            n_open = _settle(tt, lanes, n_lanes, n_open, int(departs[chunk]), shift)
            if n_open == 0:
                break
        n_active = 0
        for c in range(chunk, min(chunk + CHECK_EVERY, n_connections)):
            active[n_active] = c
            n_active += 1 - settled[head[c]]
        at = 0
        while at < n_active:
            # Connections of a block cannot follow each other: nobody is ready, and no voyage is
            # at its next hop, before the last of them leaves.
            before_min = departs[active[at]] + gap_min
            n_hits = 0
            n_block = 0
            while at < n_active and n_block < BLOCK:
                c = active[at]
                if departs[c] >= before_min:
                    break
                u = tail[c]
                v = head[c]
                slot = link[c] >> 1
                catch = max(min(np.int64(cutoff[c]) - shift, top - 1), -top - 1)
                label = min(np.int64(comes[c]) - shift, top - 1)
                boards = np.uint64(aboard[slot]) & (everyone * np.uint64(link[c] & 1))
                boards |= _not_after(ready, aboard, u, catch)
                # Where the hop before was not looked at, the slot still has another voyage's mask.
                boards &= expected[u]
                aboard[slot] = boards
                arrived = boards & _later(came, aboard, v, label)
                hits[n_hits] = c
                hit_boards[n_hits] = boards
                n_hits += 1 if arrived != none else 0
                n_block += 1
                at += 1
            for hit in range(n_hits):
                c = hits[hit]
                v = head[c]
                label = np.int64(comes[c]) - shift
                arrived = hit_boards[hit] & _later(came, aboard, v, min(label, top - 1))
                if arrived == none:
                    continue
                if label >= top:
                    return TOO_LATE
                _put(came, aboard, v, label, arrived)
                lanes.reached[v] |= arrived
                latest[v] = max(latest[v], label)
                sooner = arrived
                if has_walks:
                    sooner &= _later(ready, aboard, v, label)
                    if sooner != none:
                        _put(ready, aboard, v, label, sooner)
                if has_arcs and tt.onward[v] != 0:
                    node, at_min = np.int64(v), np.int64(comes[c])
                    status = _spread(tt, lanes, shift, node, at_min, sooner, arrived)
                    if status != DONE:
                        return status
    return DONE


@njit(cache=True, nogil=True)
def take_lanes(
    ready: Labels, lanes: NDArray[Any], shift: int, nodes: Int32s, rows: Ints, out: Int32s
) -> None:
    """
    Write clock minutes of lanes into rows.

    Parameters
    ----------
    lanes
        ``Lanes.aboard``, for its width.
    rows
        (n,) row of ``out`` of each of the first lanes.
    out
        (n_rows, n_nodes) int32, modified in place; ``UNREACHED`` where a lane does not come.
    """
    n_lanes = lanes.itemsize * 8
    top = np.iinfo(ready.dtype).max
    n_nodes = nodes.shape[0]
    for first in range(0, n_nodes, BLOCK):
        # A block of rows of labels stays in the nearest cache while it is read lane by lane.
        last = min(first + BLOCK, n_nodes)
        for lane in range(rows.shape[0]):
            for at in range(first, last):
                label = np.int64(ready[nodes[at] * n_lanes + lane])
                out[rows[lane], at] = UNREACHED if label == top else label + shift


# --- one start ------------------------------------------------------------------------------------


@njit(  # pyright: ignore[reportCallIssue]
    cache=True, no_cpython_wrapper=True, no_cfunc_wrapper=True
)
def _follow(tt: Timetable, one: Single, node: int | np.int64, sooner: bool, arrived: bool) -> int:
    """Follow arcs from a node that just became ready; see ``_spread``."""
    one.stack[0, 0] = node
    one.stack[0, 1] = 1 if sooner else 0
    one.stack[0, 2] = 1 if arrived else 0
    size = 1
    while size > 0:
        size -= 1
        here = int(one.stack[size, 0])
        sooner = one.stack[size, 1] == 1
        arrived = one.stack[size, 2] == 1
        for arc in range(tt.arc_first[here], tt.arc_first[here + 1]):
            kind = tt.arc_kind[arc]
            if (kind == HAUL and not sooner) or (kind == WALK and not arrived):
                continue
            # A clearance keeps what may follow: from the earlier label, and from the vehicle's.
            head = int(tt.arc_head[arc])
            better_ready, better_came = False, False
            if sooner and kind != WALK:
                then = _by_arc(tt, arc, int(one.ready[here]))
                better_ready = _improve(one.ready, one.via_ready, head, then, arc)
                if kind == HAUL:
                    better_came = _improve(one.came, one.via_came, head, then, arc)
            if arrived and kind != HAUL:
                then = _by_arc(tt, arc, int(one.came[here]))
                if kind == WALK or not sooner:
                    better_ready |= _improve(one.ready, one.via_ready, head, then, arc)
                if kind == KEEP:
                    better_came = _improve(one.came, one.via_came, head, then, arc)
            useful = (tt.onward[head] & 5 != 0 and better_ready) or (
                tt.onward[head] & 6 != 0 and better_came
            )
            if useful:
                if size == one.stack.shape[0]:
                    return TOO_DEEP
                one.stack[size, 0] = head
                one.stack[size, 1] = 1 if better_ready else 0
                one.stack[size, 2] = 1 if better_came else 0
                size += 1
    return DONE


@njit(cache=True, inline="always")
def _improve(labels: Int32s, via: Int32s, node: int, at_min: int, arc: int) -> bool:
    if at_min >= labels[node]:  # which UNREACHED and anything beyond always is
        return False
    labels[node] = at_min
    via[node] = BY_ARC - arc
    return True


@njit(cache=True, nogil=True)
def scan_one(tt: Timetable, start: int, start_min: int, targets: Int32s, one: Single) -> int:
    """
    Earliest readiness from one start, with what each label came by.

    Parameters
    ----------
    targets
        (n_targets,) nodes whose ``ready`` must be exact; the scan stops when they are. The other
        labels are upper bounds.
    one
        Modified in place.

    Returns
    -------
    int
        ``DONE``; otherwise the labels are not to be used.
    """
    ready, came, aboard = one.ready, one.came, one.aboard
    tail, head, cutoff, comes, link = tt.tail, tt.head, tt.cutoff_min, tt.ready_min, tt.link
    departs, lead = tt.departs_min, tt.lead_min
    has_arcs = tt.arc_head.shape[0] > 0
    ready[:] = UNREACHED
    came[:] = UNREACHED
    aboard[:] = NONE
    one.via_ready[:] = BY_START
    one.via_came[:] = BY_START
    ready[start] = start_min
    came[start] = start_min
    if has_arcs:
        status = _follow(tt, one, np.int64(start), True, True)
        if status != DONE:
            return status
    n_open = _expected_targets(tt, start, targets, one.open_nodes)
    n_connections = tail.shape[0]
    begin = np.searchsorted(departs, start_min)
    for chunk in range(begin, n_connections, LOOK_EVERY):
        n_open = _still_open(tt, ready, one.open_nodes, n_open, int(departs[chunk]), has_arcs)
        if n_open == 0:
            break
        for c in range(chunk, min(chunk + LOOK_EVERY, n_connections)):
            v = head[c]
            slot = link[c] >> 1
            if np.int64(came[v]) + lead[v] <= departs[c]:
                # Whoever is on board could as well board at the node.
                aboard[slot] = NONE
                continue
            boarded = aboard[slot] if link[c] & 1 == 1 else NONE
            if boarded == NONE and ready[tail[c]] <= cutoff[c]:
                boarded = c
            aboard[slot] = boarded
            if boarded == NONE or comes[c] >= came[v]:
                continue
            came[v] = comes[c]
            one.via_came[v] = c
            one.board_came[v] = boarded
            sooner = comes[c] < ready[v]
            if sooner:
                ready[v] = comes[c]
                one.via_ready[v] = c
                one.board_ready[v] = boarded
            if has_arcs and tt.onward[v] != 0:
                status = _follow(tt, one, np.int64(v), sooner, True)
                if status != DONE:
                    return status
    return DONE


@njit(  # pyright: ignore[reportCallIssue]
    cache=True, no_cpython_wrapper=True, no_cfunc_wrapper=True
)
def _expected_targets(tt: Timetable, start: int, targets: Int32s, open_nodes: Int32s) -> int:
    """Targets that could come if time did not matter, each once."""
    parts = np.zeros(tt.part.shape[0], dtype=np.uint8)
    parts[tt.part[start]] = 1
    for pair in range(tt.part_tail.shape[0]):
        parts[tt.part_head[pair]] |= parts[tt.part_tail[pair]]
    kept = 0
    for node in targets:
        if parts[tt.part[node]] == 1:
            open_nodes[kept] = node
            kept += 1
    return kept


@njit(  # pyright: ignore[reportCallIssue]
    cache=True, no_cpython_wrapper=True, no_cfunc_wrapper=True
)
def _still_open(
    tt: Timetable, ready: Int32s, open_nodes: Int32s, n_open: int, now_min: int, has_arcs: bool
) -> int:
    """Targets that a connection from ``now_min`` on can still change."""
    kept = 0
    for at in range(n_open):
        node = open_nodes[at]
        if ready[node] <= now_min or (not has_arcs and tt.last_in[node] < now_min):
            continue
        open_nodes[kept] = node
        kept += 1
    return kept
