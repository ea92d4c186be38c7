"""
Named groups of arrays that the search kernels take. Types only: nothing here is compiled.

All arrays are int64 and contiguous. Clock minutes count from the plan epoch; durations are minutes.
Nodes are facilities; a state is ``node * N_LAYERS + layer``.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]


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
    ``co2e_g`` by offer.
    """

    row_first: Ints
    row_from_min: Ints
    cost_fen: Ints
    co2e_g: Ints


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
    ``front`` (m, 4) time, cost, CO2e, label of what reached the destination; ``candidate``
    (N_COLUMNS,); ``counters`` (N_COUNTERS,).
    """

    labels: Ints
    bucket: Ints
    heap: Ints
    front: Ints
    candidate: Ints
    counters: Ints
