"""
Named groups of arrays that the search kernels take. Types only: nothing here is compiled.

Arrays are contiguous, and int64 unless said otherwise. Clock minutes count from
the plan epoch; durations are minutes. Nodes are facilities; a state is
``node * N_LAYERS + layer``.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Int32s = NDArray[np.int32]
Uint32s = NDArray[np.uint32]
Masks = NDArray[np.uint64]
Labels = NDArray[Any]


class Places(NamedTuple):
    """
    Facilities, then crossings, with their opening intervals.

    ``open_first`` (n_places + 1,) points into ``opens``, ``closes``: clock minutes, half-open,
    rising. The rest is by facility: minutes, milli-fen per dm3 and day, minutes.
    """

    open_first: Ints
    opens: Ints
    closes: Ints
    transfer_min: Ints
    storage_mfen: Ints
    storage_free_min: Ints


class Rides(NamedTuple):
    """
    Call pairs of services, sorted by tail; offers 0 to n_rides - 1.

    ``first_out`` (n_nodes + 1,) points into the pairs; ``first`` (n_rides + 1,) into their
    departures, which rise. ``book_by_min`` is the end of booking, ``row`` the row of prices.
    """

    first_out: Ints
    head: Ints
    lead_min: Ints
    availability_min: Ints
    crosses: Ints
    least_min: Ints
    first: Ints
    departs_min: Ints
    arrives_min: Ints
    book_by_min: Ints
    row: Ints


class Trucks(NamedTuple):
    """
    Truck lanes, sorted by tail; offers from ``offer_from`` on.

    ``crossing`` of a section is the position of the place at its end, or ``NONE``. ``alone`` is 1
    for a single driver.
    """

    first_out: Ints
    head: Ints
    loading_min: Ints
    crosses: Ints
    alone: Ints
    least_min: Ints
    section_first: Ints
    drive_min: Ints
    crossing: Ints
    max_drive_min: int
    rest_min: int
    offer_from: int


class Connectors(NamedTuple):
    """Short road moves between facilities, sorted by tail; offers from ``offer_from`` on."""

    first_out: Ints
    head: Ints
    duration_min: Ints
    offer_from: int


class Prices(NamedTuple):
    """
    Prices of one class of cargo.

    ``row_first`` (n_offers + 1,) points into rows, ``row_from_min`` is the clock minute of
    departure from which a row holds. ``cost_fen`` is by row, -1 where the leg is not sold;
    ``co2e_g`` and ``risk_mnp`` (milli-nepers, all 0 where risk is no criterion) by offer.
    """

    row_first: Ints
    row_from_min: Ints
    cost_fen: Ints
    co2e_g: Ints
    risk_mnp: Ints


class Query(NamedTuple):
    """
    One class of cargo from its starts to its ends.

    ``origin_dm3`` pays storage before the first leg, ``storage_dm3`` between legs.
    ``dwell_min`` is by place, crossings only. ``export_min``, ``import_min`` are by facility, -1
    where clearance is not possible. ``final_min``, ``final_fen``, ``final_co2e_g`` are the way from
    a facility to the destination, -1 where there is none; ``final_is_connector`` is 0 where the
    destination is a facility.
    """

    dwell_min: Ints
    export_min: Ints
    import_min: Ints
    export_fen: int
    import_fen: int
    booked_min: int
    until_min: int
    horizon_min: int
    due_min: int
    late_fen_per_hour: int
    storage_dm3: int
    origin_dm3: int
    max_hauls: int
    final_min: Ints
    final_fen: Ints
    final_co2e_g: Ints
    final_is_connector: int


class Bounds(NamedTuple):
    """Least remaining minutes, fen and grams, (n_layers * n_nodes,); ``UNREACHED`` minutes."""

    minutes: Ints
    cost_fen: Ints
    co2e_g: Ints


class Workspace(NamedTuple):
    """
    Buffers, modified in place and meaningful until the next search.

    ``labels`` (n, N_COLUMNS); ``bucket`` (n_nodes * n_layers,) first label; ``heap`` (n,);
    ``front`` (m, 5) time, cost, CO2e, label, risk of what reached the destination; ``candidate``
    (N_COLUMNS,); ``counters`` (N_COUNTERS,).
    """

    labels: Ints
    bucket: Ints
    heap: Ints
    front: Ints
    candidate: Ints
    counters: Ints


class Timetable(NamedTuple):
    """
    Connections by departure, then arcs by tail, as the earliest-arrival kernels take them.

    (n_connections,): ``tail``, ``head`` and ``link`` uint32 (an unsigned index saves the kernel a
    test for negative ones), ``departs_min``, ``cutoff_min`` (latest readiness at the tail,
    ``NEVER`` where boarding is not allowed) and ``ready_min`` (later than the departure) int32
    clock minutes. ``link`` is twice the slot of the voyage plus one unless this is its
    first hop; slots are used again when a voyage has ended, slot 0 is for voyages of one hop.

    ``lead_min`` (n_nodes,) int32 is the most that a departure lies after its cut-off,
    ``UNREACHED`` where some connection cannot be boarded; ``last_in`` (n_nodes,) int32 the
    departure of the last connection into a node, ``NEVER`` without one.

    ``arc_first`` (n_nodes + 1,), ``arc_head``, ``arc_kind``, ``arc_min`` (constant duration) and
    ``piece_first`` (n_arcs + 1,) are int32; ``piece_from`` (clock minute from which a piece holds,
    the first holds before it too), ``piece_until`` and ``piece_add`` int32. ``onward`` (n_nodes,)
    int32 has bit ``1 << kind`` for each kind of arc that leaves a node.

    ``part`` (n_nodes,) int32 is the strongly connected part of a node when time is ignored;
    ``part_tail``, ``part_head`` int32 are the pairs of parts that are joined, and a part only joins
    smaller ones. ``gap_min``: nothing that leaves within so many minutes of a connection depends
    on it. ``has_walks`` is 1 if some arc is a ``WALK``.
    """

    tail: Uint32s
    head: Uint32s
    departs_min: Int32s
    cutoff_min: Int32s
    ready_min: Int32s
    link: Uint32s
    lead_min: Int32s
    last_in: Int32s
    arc_first: Int32s
    arc_head: Int32s
    arc_kind: Int32s
    arc_min: Int32s
    piece_first: Int32s
    piece_from: Int32s
    piece_until: Int32s
    piece_add: Int32s
    onward: Int32s
    part: Int32s
    part_tail: Int32s
    part_head: Int32s
    gap_min: int
    n_slots: int
    has_walks: int


class Lanes(NamedTuple):
    """
    Buffers of a scan in lanes, modified in place.

    ``ready``, ``came`` (n_nodes * n_lanes,) int16 or int32 labels, the same array where the
    timetable has no walks; ``aboard`` (n_slots,) uint16, uint32 or uint64, whose width is the
    number of lanes; ``latest`` (n_nodes,) int64, a bound on the largest ``came``; ``reached``
    and ``expected`` (n_nodes,) uint64, lanes with a ``came``, and lanes that could come if time
    did not matter; ``settled`` (n_nodes,) uint8; ``open_nodes`` (n_nodes,) int32;
    ``stack`` (n, 4) int64 node, time, lanes.
    """

    ready: Labels
    came: Labels
    aboard: NDArray[Any]
    latest: Ints
    reached: Masks
    expected: Masks
    settled: NDArray[np.uint8]
    open_nodes: Int32s
    stack: Ints


class Single(NamedTuple):
    """
    Buffers of a scan from one start, modified in place.

    ``ready``, ``came`` (n_nodes,) int32 clock minutes; ``via_ready``, ``via_came`` (n_nodes,) int32
    what made the label: a connection, ``BY_ARC`` less the arc, or ``BY_START``; ``board_ready``,
    ``board_came`` (n_nodes,) int32 the connection at which that voyage was boarded; ``aboard``
    (n_slots,) int32 the same by slot, or ``NONE``; ``open_nodes`` (n,) int32, as many as targets;
    ``stack`` (n, 4) int64.
    """

    ready: Int32s
    came: Int32s
    via_ready: Int32s
    via_came: Int32s
    board_ready: Int32s
    board_came: Int32s
    aboard: Int32s
    open_nodes: Int32s
    stack: Ints
