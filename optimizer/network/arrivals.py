"""Earliest arrivals between facilities: at a moment, over a span of departures, and leg by leg."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from numpy.typing import ArrayLike, NDArray

from optimizer.errors import Finding, ModelError, NetworkError
from optimizer.kernels.arrays import Ints, Lanes, Single, Timetable
from optimizer.kernels.earliest_arrival import (
    DONE,
    TOO_DEEP,
    scan_lanes,
    scan_one,
    take_lanes,
)
from optimizer.network.connections import Connections
from optimizer.network.schedule import LATEST_MIN

ALIGNMENT = 64
MASKS = {16: np.uint16, 64: np.uint64}
SHAPES: tuple[tuple[int, type], ...] = ((16, np.int16), (64, np.int16), (64, np.int32))
"""
Lanes and types of labels of the compiled scans, narrow ones first.

Each takes seconds to compile. Labels of 32 bits are for spans of more than six weeks, which are
rare; they and 17 to 63 starts share the scan of 64.
"""
FEW_SOURCES = 3
"""Up to so many starts are scanned one by one."""
STACK_AT_FIRST = 4096
TOO_FAR = "M651 a minute of a journey does not fit 32 bits: shorten the horizon"
Int32s = NDArray[np.int32]


def earliest_arrivals(
    connections: Connections,
    sources: ArrayLike,
    departs_min: ArrayLike,
    targets: ArrayLike | None = None,
    *,
    n_threads: int = 1,
) -> Int32s:
    """
    Earliest readiness at facilities.

    Parameters
    ----------
    sources
        (n_sources,) facilities.
    departs_min
        Clock minutes from which the cargo is ready at its source: one, or (n_sources,). Not
        negative where there are trucks or connectors.
    targets
        (n_targets,) facilities; all by default.
    n_threads
        Batches of 64 sources that run at a time; no influence on results.

    Returns
    -------
    Int32s
        (n_sources, n_targets) clock minutes, ``UNREACHED`` where no journey exists.

    Raises
    ------
    NetworkError
        N267 for an unknown facility, N268 for a minute that is out of range.
    """
    source, departs, target = checked_query(connections, sources, departs_min, targets)
    starts = connections.start_nodes(source).astype(np.int32)
    ends = connections.end_nodes(target).astype(np.int32)
    out = np.empty((len(source), len(target)), dtype=np.int32)
    if len(starts) <= FEW_SOURCES:
        one = None
        for row, (start, start_min) in enumerate(zip(starts, departs, strict=True)):
            one = scan_single(connections.timetable, int(start), int(start_min), ends, one)
            out[row] = one.ready[ends]
        return out
    order = np.argsort(departs, kind="stable")
    batches = [order[first : first + 64] for first in range(0, len(order), 64)]
    chunks = [batches[at::n_threads] for at in range(min(n_threads, len(batches)))]

    def run(chunk: Sequence[Ints]) -> None:
        buffers: dict[tuple[int, type], Lanes] = {}
        for rows in chunk:
            lanes, shift = _scan_batch(
                connections.timetable, starts[rows], departs[rows], ends, buffers
            )
            take_lanes(lanes.ready, lanes.aboard, shift, ends, rows, out)

    if len(chunks) <= 1:
        for chunk in chunks:
            run(chunk)
    else:
        with ThreadPoolExecutor(len(chunks)) as pool:
            list(pool.map(run, chunks))
    return out


def checked_query(
    connections: Connections, sources: ArrayLike, departs_min: ArrayLike, targets: ArrayLike | None
) -> tuple[Ints, Ints, Ints]:
    """Sources, their moments and targets as arrays; N267 and N268 with all that is wrong."""
    n = connections.n_facilities
    source = np.asarray(sources, dtype=np.int64).reshape(-1)
    departs = np.broadcast_to(np.asarray(departs_min, dtype=np.int64), source.shape)
    target = np.arange(n) if targets is None else np.asarray(targets, dtype=np.int64).reshape(-1)
    findings = [
        Finding(
            code="N267",
            what=f"{name} {int(ids[row])} is not a facility",
            where=f"row {row}",
            remedy=f"use 0 to {n - 1}",
        )
        for name, ids in (("source", source), ("target", target))
        for row in np.flatnonzero((ids < 0) | (ids >= n))
    ]
    least = 0 if len(connections.timetable.arc_head) else -LATEST_MIN
    findings += [
        Finding(
            code="N268",
            what="a start is out of range",
            where=f"row {row}",
            value=str(int(departs[row])),
            remedy=f"use {least} to {LATEST_MIN} minutes",
        )
        for row in np.flatnonzero((departs < least) | (departs > LATEST_MIN))
    ]
    if findings:
        raise NetworkError(findings)
    return source, departs, target


def _aligned(n: int, kind: type) -> NDArray[np.generic]:
    """Uninitialised array that starts a line of the cache."""
    size = n * np.dtype(kind).itemsize
    raw = np.empty(size + ALIGNMENT, dtype=np.uint8)
    offset = -raw.ctypes.data % ALIGNMENT
    return raw[offset : offset + size].view(kind)


def lane_buffers(timetable: Timetable, n_lanes: int, kind: type, stack: int) -> Lanes:
    """Buffers of a scan in lanes; ``kind`` is the type of a label."""
    n_nodes = len(timetable.lead_min)
    ready = _aligned(n_nodes * n_lanes, kind)
    return Lanes(
        ready=ready,
        came=_aligned(n_nodes * n_lanes, kind) if timetable.has_walks else ready,
        aboard=_aligned(timetable.n_slots, MASKS[n_lanes]),
        latest=np.empty(n_nodes, dtype=np.int64),
        reached=np.empty(n_nodes, dtype=np.uint64),
        expected=np.empty(n_nodes, dtype=np.uint64),
        settled=np.empty(n_nodes, dtype=np.uint8),
        open_nodes=np.empty(n_nodes, dtype=np.int32),
        stack=np.empty((stack, 4), dtype=np.int64),
    )


def single_buffers(timetable: Timetable, n_targets: int, stack: int = STACK_AT_FIRST) -> Single:
    """Buffers of a scan from one start."""
    n_nodes = len(timetable.lead_min)
    return Single(
        *(np.empty(n_nodes, dtype=np.int32) for _ in range(6)),
        aboard=np.empty(timetable.n_slots, dtype=np.int32),
        open_nodes=np.empty(n_targets, dtype=np.int32),
        stack=np.empty((stack, 4), dtype=np.int64),
    )


def scan_single(
    timetable: Timetable, start: int, start_min: int, ends: Int32s, one: Single | None = None
) -> Single:
    """Scan from one start; the buffers come back because the stack may have to grow."""
    one = one or single_buffers(timetable, len(ends))
    while scan_one(timetable, start, start_min, ends, one) == TOO_DEEP:
        one = single_buffers(timetable, len(ends), 4 * len(one.stack))
    return one


def _scan_batch(
    timetable: Timetable,
    starts: Int32s,
    departs: Ints,
    ends: Int32s,
    buffers: dict[tuple[int, type], Lanes],
) -> tuple[Lanes, int]:
    """Scan up to 64 starts together; the lanes and the shift of their labels."""
    stack = STACK_AT_FIRST
    shapes = [shape for shape in SHAPES if shape[0] >= len(starts)]
    while shapes:
        n_lanes, kind = shapes[0]
        lanes = buffers.get((n_lanes, kind))
        if lanes is None or len(lanes.stack) < stack:
            lanes = lane_buffers(timetable, n_lanes, kind, stack)
            buffers[n_lanes, kind] = lanes
        filled_min = np.resize(departs, n_lanes)
        shift = int(filled_min.min()) + np.iinfo(kind).max if kind is np.int16 else 0
        status = scan_lanes(
            timetable, np.resize(starts, n_lanes), filled_min, ends.copy(), shift, lanes
        )
        if status == DONE:
            return lanes, shift
        if status == TOO_DEEP:
            stack = 4 * len(lanes.stack)
        else:
            shapes = [shape for shape in shapes if np.iinfo(shape[1]).max > np.iinfo(kind).max]
    raise ModelError(TOO_FAR)
