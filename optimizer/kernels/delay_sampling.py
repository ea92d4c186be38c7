"""
Delivery times of an itinerary under random delays. Arrays only.

The way is a list of steps; each keeps to its plan unless cargo comes too late for it. A missed
departure means the next voyage of the same call pair. The caller draws the random minutes, so that
two itineraries can see the same luck (common random numbers).
"""

from __future__ import annotations

from numba import njit

from optimizer.kernels.arrays import Ints, Places, Rides, Trucks

UNREACHED = 2**31 - 1
NONE = -1
CONNECTOR, CLEARANCE, SERVICE, TRUCK = 0, 1, 2, 3

# Columns of steps: kind; place where it ends (NONE: a point); planned departure; fixed minutes
# (connector: duration, service and truck: lead before departure); call pair or lane; after
# arrival (availability, unloading); first and end of its random parts; place where a truck starts.
KIND, PLACE, PLANNED, FIXED, OFFER, AFTER, PARTS_FROM, PARTS_TO, STARTS_AT = (
    0,
    1,
    2,
    3,
    4,
    5,
    6,
    7,
    8,
)


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


@njit(cache=True, inline="always")
def _late(draws: Ints, sample: int, first: int, end: int) -> int:
    late = 0
    for part in range(first, end):
        late += draws[sample, part]
    return max(late, 0)


@njit(cache=True)
def _by_service(
    rides: Rides, steps: Ints, at: int, draws: Ints, planned: int, minutes: Ints
) -> None:
    """One ride, or the next that leaves, for every sample."""
    pair, lead, departs = steps[at, OFFER], steps[at, FIXED], steps[at, PLANNED]
    after, first, end = steps[at, AFTER], steps[at, PARTS_FROM], steps[at, PARTS_TO]
    last = rides.first[pair + 1]
    for sample in range(minutes.shape[0]):
        if minutes[sample] == UNREACHED:
            continue
        ride, ready = planned, minutes[sample] + lead
        if ready > departs:
            ride = _departure(rides, pair, planned, ready)
        if ride == last:
            minutes[sample] = UNREACHED
        else:
            minutes[sample] = rides.arrives_min[ride] + _late(draws, sample, first, end) + after


@njit(cache=True, inline="always")
def _by_truck(
    places: Places, trucks: Trucks, steps: Ints, at: int, draws: Ints, sample: int, at_min: int
) -> int:
    """
    The truck run of ``timetabled_labels`` with drawn times at the borders.

    Written out again, because a cached kernel calls only kernels of its own file. Random parts: at
    each crossing dwell and inspection, last the delay of the driving.
    """
    now = int(max(at_min + steps[at, FIXED], steps[at, PLANNED]))
    now = _next_open(places, steps[at, STARTS_AT], now)
    if now == UNREACHED:
        return UNREACHED
    lane, part = steps[at, OFFER], steps[at, PARTS_FROM]
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
            leaves = enters + int(draws[sample, part] + draws[sample, part + 1])
            part += 2
            if leaves - now >= trucks.rest_min:
                driven = 0
            now = leaves
    now += int(draws[sample, part])
    opens = _next_open(places, steps[at, PLACE], now)
    return UNREACHED if opens == UNREACHED else opens + steps[at, AFTER]


@njit(cache=True)
def _by_rest(
    places: Places, trucks: Trucks, steps: Ints, at: int, draws: Ints, minutes: Ints
) -> None:
    """A truck, a connector or a clearance for every sample."""
    kind, fixed, place = steps[at, KIND], steps[at, FIXED], steps[at, PLACE]
    for sample in range(minutes.shape[0]):
        now = minutes[sample]
        if now == UNREACHED:
            continue
        if kind == TRUCK:
            now = _by_truck(places, trucks, steps, at, draws, sample, now)
        elif kind == CLEARANCE:
            now += draws[sample, steps[at, PARTS_FROM]]
        else:
            now += fixed
            if place != NONE:
                now = _next_open(places, place, now)
        minutes[sample] = now


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
        (n_steps, 9) int64, columns above.
    draws
        (n_samples, n_parts) int64 minutes of each random part.
    ready_min
        Clock minute at which the shipment is ready.
    delivered
        (n_samples,) int64 clock minutes, modified in place; ``UNREACHED`` where a departure is
        missed and none follows.

    Notes
    -----
    Step by step over all samples rather than sample by sample over the steps: what belongs to a
    step is read once.
    """
    delivered[:] = ready_min
    for at in range(steps.shape[0]):
        if steps[at, KIND] == SERVICE:
            pair = steps[at, OFFER]
            planned = _departure(rides, pair, int(rides.first[pair]), steps[at, PLANNED])
            _by_service(rides, steps, at, draws, planned, delivered)
        else:
            _by_rest(places, trucks, steps, at, draws, delivered)
