"""
Delivery times of an itinerary under random delays, one sample at a time. Arrays only.

The way is a list of steps; each keeps to its plan unless cargo comes too late for it. A missed
departure means the next voyage of the same call pair. The caller draws the random minutes, so that
two itineraries can see the same luck (common random numbers).
"""

from __future__ import annotations

import numpy as np
from numba import njit

from optimizer.kernels.arrays import Ints, Places, Rides, Trucks

UNREACHED = 2**31 - 1
NONE = -1
CONNECTOR, CLEARANCE, SERVICE, TRUCK = 0, 1, 2, 3

# Columns of steps: kind; place where it ends (NONE: a point); planned departure; fixed minutes
# (connector: duration, service and truck: lead before departure); call pair or lane; after
# arrival (availability, unloading); first and end of its random parts.
KIND, PLACE, PLANNED, FIXED, OFFER, AFTER, PARTS_FROM, PARTS_TO = 0, 1, 2, 3, 4, 5, 6, 7


@njit(cache=True, inline="always")
def _next_open(places: Places, place: int, at_min: int) -> int:
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
def _departure(rides: Rides, pair: int, low: int, from_min: int) -> int:
    """First departure of a call pair, not before ``low``, that leaves at a minute or later."""
    high = int(rides.first[pair + 1])
    while low < high:
        middle = (low + high) // 2
        if rides.departs_min[middle] >= from_min:
            high = middle
        else:
            low = middle + 1
    return low


@njit(cache=True)
def _by_service(rides: Rides, step: Ints, drawn: Ints, at_min: int, planned: int) -> int:
    ride = planned
    ready = at_min + step[FIXED]
    if ready > step[PLANNED]:
        ride = _departure(rides, step[OFFER], planned, ready)
    if ride == rides.first[step[OFFER] + 1]:
        return UNREACHED
    late = 0
    for part in range(step[PARTS_FROM], step[PARTS_TO]):
        late += drawn[part]
    return int(rides.arrives_min[ride] + max(late, 0) + step[AFTER])


@njit(cache=True, inline="always")
def _by_truck(places: Places, trucks: Trucks, step: Ints, drawn: Ints, at_min: int) -> int:
    """
    The truck run of ``timetabled_labels`` with drawn times at the borders.

    Written out again, because a cached kernel calls only kernels of its own file. Random parts: at
    each crossing dwell and inspection, last the delay of the driving.
    """
    now = int(max(at_min + step[FIXED], step[PLANNED]))
    now = _next_open(places, step[8], now)
    if now == UNREACHED:
        return UNREACHED
    lane, part = step[OFFER], step[PARTS_FROM]
    driven = 0
    for section in range(trucks.section_first[lane], trucks.section_first[lane + 1]):
        remaining = int(trucks.drive_min[section])
        while remaining > 0:
            if trucks.alone[lane] == 1 and driven == trucks.max_drive_min:
                now += trucks.rest_min
                driven = 0
            drive = remaining
            if trucks.alone[lane] == 1:
                drive = min(remaining, trucks.max_drive_min - driven)
            now += drive
            driven += drive
            remaining -= drive
        if trucks.crossing[section] != NONE:
            enters = _next_open(places, trucks.crossing[section], now)
            if enters == UNREACHED:
                return UNREACHED
            leaves = enters + int(drawn[part] + drawn[part + 1])
            part += 2
            if leaves - now >= trucks.rest_min:
                driven = 0
            now = leaves
    now += int(drawn[part])
    opens = _next_open(places, step[PLACE], now)
    return UNREACHED if opens == UNREACHED else opens + step[AFTER]


@njit(cache=True, nogil=True)
def sample_delivery(
    places: Places,
    rides: Rides,
    trucks: Trucks,
    steps: Ints,
    draws: Ints,
    ready_min: int,
    delivered: Ints,
) -> None:
    """
    Delivery minute of each sample.

    Parameters
    ----------
    steps
        (n_steps, 9) int64, columns above; the last is the place where a truck starts.
    draws
        (n_samples, n_parts) int64 minutes of each random part.
    ready_min
        Clock minute at which the shipment is ready.
    delivered
        (n_samples,) int64 clock minutes, modified in place; ``UNREACHED`` where a departure is
        missed and none follows.
    """
    planned = np.zeros(steps.shape[0], dtype=np.int64)
    for at in range(steps.shape[0]):
        if steps[at, KIND] == SERVICE:
            pair = steps[at, OFFER]
            planned[at] = _departure(rides, pair, int(rides.first[pair]), steps[at, PLANNED])
    for sample in range(delivered.shape[0]):
        drawn = draws[sample]
        now = ready_min
        for at in range(steps.shape[0]):
            step = steps[at]
            if step[KIND] == CONNECTOR:
                now += step[FIXED]
                if step[PLACE] != NONE:
                    now = _next_open(places, step[PLACE], now)
            elif step[KIND] == CLEARANCE:
                now += drawn[step[PARTS_FROM]]
            elif step[KIND] == SERVICE:
                now = _by_service(rides, step, drawn, now, planned[at])
            else:
                now = _by_truck(places, trucks, step, drawn, now)
            if now == UNREACHED:
                break
        delivered[sample] = now
