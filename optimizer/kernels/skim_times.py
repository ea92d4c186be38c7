"""
Mean time of every leg over the ready times of a week: waiting, leads, driving, borders, hours.

Arrays only; ``network/skim_times.py`` allocates. Sums are exact integers, so that the mean is
rounded once. A copy of driving stands here because a cached kernel may only call functions of its
own file; tests compare it with ``timetabled_labels.truck_run``.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from optimizer.kernels.arrays import Ints, Places, Rides, Trucks

NEVER = -1
"""Sum of a leg that some ready time of the week cannot use."""
CLOSED = 2**31 - 1
DAY_MIN = 1440


@njit(cache=True)
def _opens(places: Places, place: int, at_min: int) -> int:
    """Smallest minute >= ``at_min`` at which a place is open, or ``CLOSED``."""
    low, high = places.open_first[place], places.open_first[place + 1]
    end = high
    while low < high:
        middle = (low + high) // 2
        if places.closes[middle] > at_min:
            high = middle
        else:
            low = middle + 1
    if low == end:
        return CLOSED
    return int(max(at_min, places.opens[low]))


@njit(cache=True)
def _started_days(wait_min: int, free_min: int) -> int:
    """Days of storage of a wait: rule C4."""
    return max(0, wait_min - free_min + DAY_MIN - 1) // DAY_MIN


@njit(cache=True)
def _drive(places: Places, trucks: Trucks, lane: int, departs_min: int, dwell_min: Ints) -> int:
    """Arrival of a truck that departs at a minute: rule T5; ``CLOSED`` if a border stays shut."""
    now, driven = departs_min, 0
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
        if crossing >= 0:
            enters = _opens(places, crossing, now)
            if enters == CLOSED:
                return CLOSED
            leaves = enters + int(dwell_min[crossing])
            if leaves - now >= trucks.rest_min:
                driven = 0
            now = leaves
    return now


@njit(cache=True, nogil=True)
def sum_rides(
    places: Places, rides: Rides, from_min: int, week_min: int, minutes: Ints, days: Ints
) -> None:
    """
    Sums over every minute of a week at which cargo may be ready, for each call pair.

    Parameters
    ----------
    from_min, week_min
        The week; departures that can be boarded in it repeat every week.
    minutes
        (n_rides,) from ready to available, summed; ``NEVER`` without a departure. Modified in
        place.
    days
        (n_rides,) started days of paid storage before departure, summed. Modified in place.

    Notes
    -----
    With boarding deadlines ``b_1 < b_2 < ...`` and gaps ``g`` between them, ready times in a gap
    wait ``0 .. g - 1`` minutes for the deadline: the sum is ``g (g - 1) / 2``. Irregular timetables
    so wait longer than half of the mean headway, as they do.
    """
    for node in range(rides.first_out.shape[0] - 1):
        free_min = places.storage_free_min[node]
        for pair in range(rides.first_out[node], rides.first_out[node + 1]):
            lead = rides.lead_min[pair]
            minutes[pair], days[pair] = NEVER, 0
            last = NEVER
            for ride in range(rides.first[pair], rides.first[pair + 1]):
                deadline = rides.departs_min[ride] - lead
                if from_min <= deadline < from_min + week_min:
                    last = deadline
            if last == NEVER:
                continue
            minutes[pair] = 0
            before = last - week_min
            for ride in range(rides.first[pair], rides.first[pair + 1]):
                deadline = rides.departs_min[ride] - lead
                # Of departures with one deadline the first holds: departures rise.
                if deadline < from_min or deadline > last or deadline <= before:
                    continue
                gap = deadline - before
                onward = rides.arrives_min[ride] - deadline + rides.availability_min[pair]
                minutes[pair] += gap * (gap - 1) // 2 + gap * onward
                for wait in range(gap):
                    days[pair] += _started_days(wait + lead, free_min)
                before = deadline


@njit(cache=True, nogil=True)
def sum_trucks(
    places: Places,
    trucks: Trucks,
    ready_min: Ints,
    dwell_min: Ints,
    minutes: Ints,
    days: Ints,
) -> None:
    """
    Sums over given ready times, for each truck lane.

    Parameters
    ----------
    ready_min
        (n,) clock minutes.
    dwell_min
        (n_places,) minutes at crossings.
    minutes, days
        (n_lanes,) as in :func:`sum_rides`. Modified in place.
    """
    for node in range(trucks.first_out.shape[0] - 1):
        free_min = places.storage_free_min[node]
        for lane in range(trucks.first_out[node], trucks.first_out[node + 1]):
            lead = max(trucks.loading_min[lane], places.transfer_min[node])
            minutes[lane], days[lane] = 0, 0
            for at in range(ready_min.shape[0]):
                ready = ready_min[at]
                departs = _opens(places, node, ready + lead)
                arrives = CLOSED
                if departs != CLOSED:
                    arrives = _drive(places, trucks, lane, departs, dwell_min)
                if arrives != CLOSED:
                    arrives = _opens(places, trucks.head[lane], arrives)
                if arrives == CLOSED:
                    minutes[lane], days[lane] = NEVER, 0
                    break
                minutes[lane] += arrives + trucks.loading_min[lane] - ready
                days[lane] += _started_days(departs - ready, free_min)


@njit(cache=True, nogil=True)
def sum_opening_waits(places: Places, reached_min: Ints, waits: Ints) -> None:
    """
    Sums of waiting for the gate over given times of reaching it, for each facility.

    Parameters
    ----------
    reached_min
        (n,) clock minutes.
    waits
        (n_facilities,) minutes, ``NEVER`` where a gate does not open again. Modified in place.
    """
    for node in range(waits.shape[0]):
        waits[node] = 0
        for at in range(reached_min.shape[0]):
            opens = _opens(places, node, reached_min[at])
            if opens == CLOSED:
                waits[node] = NEVER
                break
            waits[node] += opens - reached_min[at]


def empty_sums(n: int) -> Ints:
    """Buffer for sums."""
    return np.empty(n, dtype=np.int64)
