"""Earliest arrivals over a span of departures: what leaves when, and what it reaches."""

from __future__ import annotations

from dataclasses import replace
from typing import cast

import numpy as np
from numpy.typing import ArrayLike, NDArray

from optimizer.errors import ModelError
from optimizer.kernels.arrays import Ints, Timetable
from optimizer.kernels.latest_starts import DONE, NEVER, latest_starts
from optimizer.network.arrivals import earliest_arrivals, scan_single
from optimizer.network.connections import Connections

N_HOP_FIELDS = 6


def on_demand(connections: Connections) -> Connections:
    """The same without services: trucks, connectors and clearances alone."""
    timetable = connections.timetable
    empty = {name: getattr(timetable, name)[:0] for name in timetable._fields[:N_HOP_FIELDS]}
    none = np.empty(0, dtype=np.int64)
    return replace(
        connections,
        timetable=cast(
            "Timetable",
            timetable._replace(
                **empty,
                lead_min=np.zeros_like(timetable.lead_min),
                last_in=np.full_like(timetable.last_in, NEVER),
            ),
        ),
        offer=none,
        ride=none,
    )


def starts_of(connections: Connections, source: int, from_min: int, until_min: int) -> Ints:
    """
    Moments in a half-open span from which some service is only just caught, rising.

    Between two of them the services that can be caught first do not change.
    """
    timetable = connections.timetable
    start = int(connections.start_nodes(np.array([source]))[0])
    if len(timetable.arc_head) == 0:
        latest = timetable.cutoff_min[timetable.tail == start].astype(np.int64)
    else:
        n_nodes = connections.n_nodes
        tails = np.repeat(np.arange(n_nodes), np.diff(timetable.arc_first)).astype(np.int32)
        order = np.argsort(timetable.arc_head, kind="stable").astype(np.int32)
        first = np.searchsorted(timetable.arc_head[order], np.arange(n_nodes + 1)).astype(np.int32)
        latest = np.empty(len(timetable.tail), dtype=np.int64)
        by_arcs = on_demand(connections).timetable
        nodes = np.arange(n_nodes, dtype=np.int32)
        least, most = (
            scan_single(by_arcs, start, minute, nodes).ready for minute in (from_min, until_min)
        )
        if latest_starts(timetable, start, least, most, tails, first, order, latest) != DONE:
            raise ModelError("M652 arcs chain too deeply for a profile")
    return np.unique(latest[(latest >= from_min) & (latest < until_min)])


def arrival_profile(
    connections: Connections,
    source: int,
    from_min: int,
    until_min: int,
    targets: ArrayLike | None = None,
    *,
    n_threads: int = 1,
) -> list[NDArray[np.int64]]:
    """
    All Pareto-optimal pairs of departure and arrival that use a service.

    Parameters
    ----------
    source
        Facility.
    from_min, until_min
        Half-open span of clock minutes of readiness at the source.
    targets
        Facilities; all by default.

    Returns
    -------
    list
        By target, (n, 2) clock minutes: the latest readiness at the source, and the earliest at the
        target from then on. Both rise.

    Notes
    -----
    For readiness at ``t`` the earliest arrival is that of the first pair not before ``t``, that for
    readiness at ``until_min``, or what ``on_demand`` gives for ``t``, whichever is earliest: trucks
    leave at any minute, so their part is no list of pairs. A pair that is no better than trucks
    alone, or than something that leaves after the span, is left out. Every moment at which
    a service is just caught is one lane of the kernel, so the pairs of one source to all targets
    cost a scan for each 64 such moments.
    """
    moments = np.append(starts_of(connections, source, from_min, until_min), until_min)
    sources = np.full(len(moments), source)
    arrives = earliest_arrivals(connections, sources, moments, targets, n_threads=n_threads)
    arrives = arrives.astype(np.int64)
    # A pair stays if everything that leaves later arrives later, after the span too.
    later = np.minimum.accumulate(arrives[::-1], axis=0)[::-1]
    kept = arrives[:-1] < later[1:]
    if len(connections.timetable.arc_head):
        alone = earliest_arrivals(
            on_demand(connections), sources[:-1], moments[:-1], targets, n_threads=n_threads
        )
        kept &= arrives[:-1] < alone
    return [
        np.stack((moments[:-1][kept[:, at]], arrives[:-1][kept[:, at], at]), axis=1)
        for at in range(arrives.shape[1])
    ]
