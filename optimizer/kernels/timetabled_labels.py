"""
Multi-criteria label setting over timetables, trucks on demand and connectors.

A label is cargo at a facility in a customs layer: layer 0 is not cleared, 1 cleared for export or
in transit, 2 imported (domestic cargo lives in layer 2). Criteria are clock time, cost in fen,
grams CO2e and, where the prices carry it, risk in milli-nepers (``models/routing/risk.py``); with
no risk anywhere there are three. Every leg leaves at its first opportunity. Arrays only; the
wrappers that allocate and name things are in ``models/routing``.

Dominance
---------
Label P replaces label Q at a facility and layer if it is ready no later, emits and risks no more,
has used no more line hauls, is not behind a connector unless Q is, and costs no more **after adding
the most storage that it can pay here beyond Q** until the next leg (``_storage_handicap``). So
fronts are exact wherever nobody pays storage, and otherwise: for every itinerary whose legs leave
at their first opportunity there is a label at the destination that is no later, emits and risks no
more and costs no more than it plus the storage that the label itself pays.

Ties go to the label made first, and labels are made in a fixed order, so results are equal on all
machines.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from optimizer.kernels.arrays import (
    Bounds,
    Connectors,
    Ints,
    Places,
    Prices,
    Query,
    Rides,
    Trucks,
    Workspace,
)

UNREACHED = 2**31 - 1
"""Clock minute that never comes. Never added to."""
NONE = -1
DAY_MIN = 1440
HOUR_MIN = 60
MFEN_PER_FEN = 1000
FAR = 2**60
"""More than any cost; sums of a few stay below int64."""
N_LAYERS = 3
NOT_CLEARED, IN_TRANSIT, IMPORTED = 0, 1, 2

# Columns of the label table.
NODE, LAYER, CONNECTED, HAULS, READY, SINCE, COST, CO2E = 0, 1, 2, 3, 4, 5, 6, 7
PARENT, OFFER, RIDE, DEPARTS, STORAGE, KEY, NEXT, ALIVE = 8, 9, 10, 11, 12, 13, 14, 15
RISK = 16
N_COLUMNS = 17

# What made a label, where it is not an offer (0 and up).
START, EXPORTED, IMPORTED_NOW, DELIVERED = -1, -2, -3, -4

# Counters.
N_LABELS, N_HEAP, N_FRONT, OVERFLOWED = 0, 1, 2, 3
N_COUNTERS = 4


@njit(cache=True, inline="always")
def next_open(places: Places, place: int, at_min: int) -> int:
    """Smallest minute >= ``at_min`` at which a place is open, or ``UNREACHED``."""
    low, high = places.open_first[place], places.open_first[place + 1]
    end = high
    while low < high:
        middle = (low + high) // 2
        if places.closes[middle] > at_min:
            high = middle
        else:
            low = middle + 1
    if low == end:
        return UNREACHED
    return int(max(at_min, places.opens[low]))


@njit(cache=True)
def truck_run(
    places: Places, trucks: Trucks, lane: int, departs_min: int, dwell_min: Ints, passages: Ints
) -> int:
    """
    Drive a truck lane from a departure on: rule T5.

    Parameters
    ----------
    lane
        Position among the lanes.
    dwell_min
        (n_places,) minutes at crossings.
    passages
        (n, 2) clock minutes of entering and leaving the crossings in order, modified in place.

    Returns
    -------
    int
        Clock minute of arrival, ``UNREACHED`` if a crossing does not open again.
    """
    now = departs_min
    driven = 0
    n_passed = 0
    for section in range(trucks.section_first[lane], trucks.section_first[lane + 1]):
        remaining = int(trucks.drive_min[section])
        if trucks.alone[lane] == 1:
            while remaining > 0:
                if driven == trucks.max_drive_min:
                    now += trucks.rest_min
                    driven = 0
                step = min(remaining, trucks.max_drive_min - driven)
                now += step
                driven += step
                remaining -= step
        else:
            now += remaining
        crossing = trucks.crossing[section]
        if crossing != NONE:
            enters = next_open(places, crossing, now)
            if enters == UNREACHED:
                return UNREACHED
            leaves = enters + int(dwell_min[crossing])
            if leaves - now >= trucks.rest_min:
                driven = 0
            passages[n_passed, 0] = enters
            passages[n_passed, 1] = leaves
            n_passed += 1
            now = leaves
    return now


@njit(cache=True, inline="always")
def price_row(prices: Prices, offer: int, departs_min: int) -> int:
    """Row of prices that holds for a truck or connector that departs at a moment."""
    row = int(prices.row_first[offer])
    while row + 1 < prices.row_first[offer + 1] and prices.row_from_min[row + 1] <= departs_min:
        row += 1
    return row


@njit(cache=True, inline="always")
def storage_fen(places: Places, node: int, wait_min: int, dm3: int) -> int:
    """Storage of a wait at a facility: rule C4."""
    paid_min = wait_min - places.storage_free_min[node]
    if paid_min <= 0:
        return 0
    days = (paid_min + DAY_MIN - 1) // DAY_MIN
    return (2 * places.storage_mfen[node] * dm3 * days + MFEN_PER_FEN) // (2 * MFEN_PER_FEN)


@njit(cache=True, inline="always")
def _stored_dm3(query: Query, label: Ints) -> int:
    """Volume that waits: of the goods before any leg, of what they ride in afterwards."""
    if label[HAULS] == 0 and label[CONNECTED] == 0:
        return query.origin_dm3
    return query.storage_dm3


@njit(cache=True, inline="always")
def _storage_handicap(places: Places, query: Query, p: Ints, q: Ints) -> int:
    """Most storage that label P can pay here beyond label Q until the next leg."""
    rate = places.storage_mfen[p[NODE]]
    dm3_p = _stored_dm3(query, p)
    if rate == 0:
        return 0
    if dm3_p > _stored_dm3(query, q):
        return FAR
    if p[SINCE] >= q[SINCE]:
        return 0
    days = (q[SINCE] - p[SINCE] + DAY_MIN - 1) // DAY_MIN
    # One fen more, because both amounts are rounded.
    return (rate * dm3_p * days + MFEN_PER_FEN - 1) // MFEN_PER_FEN + 1


@njit(cache=True, inline="always")
def _dominates(places: Places, query: Query, p: Ints, q: Ints) -> bool:
    if (
        p[READY] > q[READY]
        or p[COST] > q[COST]
        or p[CO2E] > q[CO2E]
        or p[CONNECTED] > q[CONNECTED]
        or p[HAULS] > q[HAULS]
        or p[RISK] > q[RISK]
    ):
        return False
    return p[COST] + _storage_handicap(places, query, p, q) <= q[COST]


@njit(cache=True)
def _comes_before(labels: Ints, p: int, q: int) -> bool:
    for column in (KEY, COST, CO2E):
        if labels[p, column] != labels[q, column]:
            return labels[p, column] < labels[q, column]
    return p < q


@njit(cache=True)
def _push(ws: Workspace, label: int) -> None:
    at = ws.counters[N_HEAP]
    ws.counters[N_HEAP] += 1
    while at > 0:
        above = (at - 1) // 2
        if _comes_before(ws.labels, int(ws.heap[above]), label):
            break
        ws.heap[at] = ws.heap[above]
        at = above
    ws.heap[at] = label


@njit(cache=True)
def _pop(ws: Workspace) -> int:
    top = ws.heap[0]
    ws.counters[N_HEAP] -= 1
    size = ws.counters[N_HEAP]
    last = int(ws.heap[size])
    at = 0
    while 2 * at + 1 < size:
        below = 2 * at + 1
        if below + 1 < size and _comes_before(ws.labels, ws.heap[below + 1], ws.heap[below]):
            below += 1
        if not _comes_before(ws.labels, ws.heap[below], last):
            break
        ws.heap[at] = ws.heap[below]
        at = below
    ws.heap[at] = last
    return top


@njit(cache=True, inline="always")
def lateness_fen(query: Query, at_min: int) -> int:
    """Price of arriving at a moment: rule C6."""
    if at_min <= query.due_min:
        return 0
    hours = (at_min - query.due_min + HOUR_MIN - 1) // HOUR_MIN
    return hours * query.late_fen_per_hour


@njit(cache=True, inline="always")
def _front_beats(ws: Workspace, time_min: int, cost_fen: int, co2e_g: int, risk_mnp: int) -> bool:
    for row in range(ws.counters[N_FRONT]):
        if (
            ws.front[row, 0] <= time_min
            and ws.front[row, 1] <= cost_fen
            and ws.front[row, 2] <= co2e_g
            and ws.front[row, 4] <= risk_mnp
        ):
            return True
    return False


@njit(cache=True, inline="always")
def _append(ws: Workspace) -> int:
    """Copy the candidate into the table; ``NONE`` when it is full."""
    label = ws.counters[N_LABELS]
    if label == ws.labels.shape[0]:
        ws.counters[OVERFLOWED] = 1
        return NONE
    ws.counters[N_LABELS] += 1
    for column in range(N_COLUMNS):
        ws.labels[label, column] = ws.candidate[column]
    ws.labels[label, ALIVE] = 1
    return label


@njit(cache=True)
def _deliver(ws: Workspace, query: Query) -> None:
    """Enter the candidate into the front of the destination, unless something there beats it."""
    c = ws.candidate
    if c[READY] > query.until_min:
        return
    cost = c[COST] + lateness_fen(query, c[READY])
    if _front_beats(ws, c[READY], cost, c[CO2E], c[RISK]):
        return
    kept = 0
    for row in range(ws.counters[N_FRONT]):
        beaten = (
            c[READY] <= ws.front[row, 0]
            and cost <= ws.front[row, 1]
            and c[CO2E] <= ws.front[row, 2]
            and c[RISK] <= ws.front[row, 4]
        )
        if not beaten:
            for column in range(5):
                ws.front[kept, column] = ws.front[row, column]
            kept += 1
    ws.counters[N_FRONT] = kept
    if kept == ws.front.shape[0]:
        ws.counters[OVERFLOWED] = 1
        return
    c[COST] = cost
    label = _append(ws)
    if label == NONE:
        return
    ws.front[kept, 0] = c[READY]
    ws.front[kept, 1] = cost
    ws.front[kept, 2] = c[CO2E]
    ws.front[kept, 3] = label
    ws.front[kept, 4] = c[RISK]
    ws.counters[N_FRONT] = kept + 1


@njit(cache=True)
def _insert(places: Places, query: Query, bounds: Bounds, ws: Workspace) -> None:
    """Keep the candidate if it may lead to something new: bounds, then dominance."""
    c = ws.candidate
    at = c[NODE] * N_LAYERS + c[LAYER]
    if bounds.minutes[at] == UNREACHED:
        return
    at_least = c[READY] + bounds.minutes[at]
    if at_least > query.until_min:
        return
    least_cost = c[COST] + bounds.cost_fen[at] + lateness_fen(query, at_least)
    if _front_beats(ws, at_least, least_cost, c[CO2E] + bounds.co2e_g[at], c[RISK]):
        return
    before = NONE
    label = ws.bucket[at]
    while label != NONE:
        other = ws.labels[label]
        after = other[NEXT]
        if _dominates(places, query, other, c):
            return
        if _dominates(places, query, c, other):
            other[ALIVE] = 0
            if before == NONE:
                ws.bucket[at] = after
            else:
                ws.labels[before, NEXT] = after
        else:
            before = label
        label = after
    c[KEY] = at_least
    c[NEXT] = ws.bucket[at]
    label = _append(ws)
    if label != NONE:
        ws.bucket[at] = label
        _push(ws, label)


@njit(cache=True, inline="always")
def _begin_leg(
    places: Places, query: Query, ws: Workspace, label: int, departs_min: int, haul: int
) -> None:
    """Fill the candidate with what a leg from a label has in common, after storage."""
    c, parent = ws.candidate, ws.labels[label]
    stored = storage_fen(
        places, parent[NODE], departs_min - parent[SINCE], _stored_dm3(query, parent)
    )
    c[LAYER] = parent[LAYER]
    c[HAULS] = parent[HAULS] + haul
    c[CONNECTED] = 1 - haul
    c[COST] = parent[COST] + stored
    c[STORAGE] = parent[STORAGE] + stored
    c[CO2E] = parent[CO2E]
    c[RISK] = parent[RISK]
    c[PARENT] = label
    c[RIDE] = NONE
    c[DEPARTS] = departs_min


@njit(cache=True)
def _by_ride(
    places: Places,
    rides: Rides,
    prices: Prices,
    query: Query,
    bounds: Bounds,
    ws: Workspace,
    label: int,
) -> None:
    parent = ws.labels[label]
    node = parent[NODE]
    for pair in range(rides.first_out[node], rides.first_out[node + 1]):
        if rides.crosses[pair] == 1 and parent[LAYER] != IN_TRANSIT:
            continue
        head = rides.head[pair]
        if bounds.minutes[head * N_LAYERS + parent[LAYER]] == UNREACHED:
            continue
        low, end = rides.first[pair], rides.first[pair + 1]
        high = end
        ready = parent[READY] + rides.lead_min[pair]
        while low < high:
            middle = (low + high) // 2
            if rides.departs_min[middle] >= ready and rides.book_by_min[middle] >= query.booked_min:
                high = middle
            else:
                low = middle + 1
        if low == end or prices.cost_fen[rides.row[low]] < 0:
            continue
        c = ws.candidate
        _begin_leg(places, query, ws, label, int(rides.departs_min[low]), 1)
        c[NODE] = head
        c[OFFER] = pair
        c[RIDE] = low
        c[READY] = rides.arrives_min[low] + rides.availability_min[pair]
        c[SINCE] = c[READY]
        c[COST] += prices.cost_fen[rides.row[low]]
        c[CO2E] += prices.co2e_g[pair]
        c[RISK] += prices.risk_mnp[pair]
        _insert(places, query, bounds, ws)


@njit(cache=True)
def _by_truck(
    places: Places,
    trucks: Trucks,
    prices: Prices,
    query: Query,
    bounds: Bounds,
    ws: Workspace,
    label: int,
    passages: Ints,
) -> None:
    parent = ws.labels[label]
    node = parent[NODE]
    for lane in range(trucks.first_out[node], trucks.first_out[node + 1]):
        if trucks.crosses[lane] == 1 and parent[LAYER] != IN_TRANSIT:
            continue
        head, offer = trucks.head[lane], trucks.offer_from + lane
        if bounds.minutes[head * N_LAYERS + parent[LAYER]] == UNREACHED:
            continue
        lead = max(trucks.loading_min[lane], places.transfer_min[node])
        departs = next_open(places, node, parent[READY] + lead)
        if departs > query.horizon_min:
            continue
        row = price_row(prices, offer, departs)
        if prices.cost_fen[row] < 0:
            continue
        arrives = truck_run(places, trucks, lane, departs, query.dwell_min, passages)
        if arrives == UNREACHED:
            continue
        opens = next_open(places, head, arrives)
        if opens == UNREACHED:
            continue
        c = ws.candidate
        _begin_leg(places, query, ws, label, departs, 1)
        c[NODE] = head
        c[OFFER] = offer
        c[READY] = opens + trucks.loading_min[lane]
        c[SINCE] = c[READY]
        c[COST] += prices.cost_fen[row]
        c[CO2E] += prices.co2e_g[offer]
        c[RISK] += prices.risk_mnp[offer]
        _insert(places, query, bounds, ws)


@njit(cache=True)
def _by_connector(
    places: Places,
    connectors: Connectors,
    prices: Prices,
    query: Query,
    bounds: Bounds,
    ws: Workspace,
    label: int,
) -> None:
    parent = ws.labels[label]
    node = parent[NODE]
    if parent[CONNECTED] == 1:
        return
    departs = int(parent[READY])
    for arc in range(connectors.first_out[node], connectors.first_out[node + 1]):
        head, offer = connectors.head[arc], connectors.offer_from + arc
        if bounds.minutes[head * N_LAYERS + parent[LAYER]] == UNREACHED:
            continue
        row = price_row(prices, offer, departs)
        if prices.cost_fen[row] < 0:
            continue
        opens = next_open(places, head, departs + connectors.duration_min[arc])
        if opens == UNREACHED:
            continue
        c = ws.candidate
        _begin_leg(places, query, ws, label, departs, 0)
        c[NODE] = head
        c[OFFER] = offer
        c[READY] = opens
        c[SINCE] = opens
        c[COST] += prices.cost_fen[row]
        c[CO2E] += prices.co2e_g[offer]
        _insert(places, query, bounds, ws)


@njit(cache=True)
def _by_customs(places: Places, query: Query, bounds: Bounds, ws: Workspace, label: int) -> None:
    parent = ws.labels[label]
    node = parent[NODE]
    if parent[LAYER] == NOT_CLEARED:
        duration, fee, made_by = query.export_min[node], query.export_fen, EXPORTED
    elif parent[LAYER] == IN_TRANSIT:
        duration, fee, made_by = query.import_min[node], query.import_fen, IMPORTED_NOW
    else:
        return
    if duration < 0:
        return
    c = ws.candidate
    for column in range(N_COLUMNS):
        c[column] = parent[column]
    c[LAYER] += 1
    c[READY] += duration
    c[COST] += fee
    c[PARENT] = label
    c[OFFER] = made_by
    c[RIDE] = NONE
    c[DEPARTS] = parent[READY]
    _insert(places, query, bounds, ws)


@njit(cache=True)
def _by_final(places: Places, query: Query, ws: Workspace, label: int) -> None:
    parent = ws.labels[label]
    node = parent[NODE]
    if parent[LAYER] != IMPORTED or query.final_min[node] < 0:
        return
    c = ws.candidate
    if query.final_is_connector == 1:
        if parent[CONNECTED] == 1:
            return
        _begin_leg(places, query, ws, label, parent[READY], 0)
    else:
        for column in range(N_COLUMNS):
            c[column] = parent[column]
        c[PARENT] = label
    c[NODE] = node
    c[LAYER] = IMPORTED
    c[OFFER] = DELIVERED
    c[READY] = parent[READY] + query.final_min[node]
    c[SINCE] = c[READY]
    c[COST] += query.final_fen[node]
    c[CO2E] += query.final_co2e_g[node]
    _deliver(ws, query)


@njit(cache=True, nogil=True)
def pareto_search(
    places: Places,
    rides: Rides,
    trucks: Trucks,
    connectors: Connectors,
    prices: Prices,
    query: Query,
    bounds: Bounds,
    starts: Ints,
    ws: Workspace,
) -> int:
    """
    All Pareto-optimal labels from the starts, and their front at the destination.

    Parameters
    ----------
    starts
        (n, 7) node, layer, connected, ready minute, waiting since, fen, grams.
    ws
        Modified in place. Rows already in ``ws.front`` (with label ``NONE``) prune the search;
        new ones name their label. Set ``counters[N_FRONT]`` before the call.

    Returns
    -------
    int
        Number of labels made. ``counters[OVERFLOWED]`` tells that the table was too small.

    Notes
    -----
    Label setting after Martins (1984) with lower bounds to the destination; labels leave the heap
    by earliest possible delivery.
    """
    ws.counters[N_LABELS] = 0
    ws.counters[N_HEAP] = 0
    ws.counters[OVERFLOWED] = 0
    ws.bucket[:] = NONE
    passages = np.empty((16, 2), dtype=np.int64)
    for start in range(starts.shape[0]):
        c = ws.candidate
        c[:] = 0
        c[NODE] = starts[start, 0]
        c[LAYER] = starts[start, 1]
        c[CONNECTED] = starts[start, 2]
        c[READY] = starts[start, 3]
        c[SINCE] = starts[start, 4]
        c[COST] = starts[start, 5]
        c[CO2E] = starts[start, 6]
        c[PARENT] = NONE
        c[OFFER] = START
        c[RIDE] = start
        c[DEPARTS] = NONE
        _insert(places, query, bounds, ws)
    while ws.counters[N_HEAP] > 0 and ws.counters[OVERFLOWED] == 0:
        label = _pop(ws)
        if ws.labels[label, ALIVE] == 0:
            continue
        here = ws.labels[label]
        at = here[NODE] * N_LAYERS + here[LAYER]
        at_least = here[KEY]
        least_cost = here[COST] + bounds.cost_fen[at] + lateness_fen(query, at_least)
        if _front_beats(ws, at_least, least_cost, here[CO2E] + bounds.co2e_g[at], here[RISK]):
            continue
        _by_final(places, query, ws, label)
        _by_customs(places, query, bounds, ws, label)
        _by_connector(places, connectors, prices, query, bounds, ws, label)
        if here[HAULS] < query.max_hauls:
            _by_ride(places, rides, prices, query, bounds, ws, label)
            _by_truck(places, trucks, prices, query, bounds, ws, label, passages)
    return ws.counters[N_LABELS]
