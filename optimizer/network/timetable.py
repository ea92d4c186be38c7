"""Voyages of services as departures between calls: rules T3 and T4."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from optimizer.domain.network_data import NetworkData
from optimizer.domain.service import Service
from optimizer.kernels.arrays import Ints
from optimizer.network.calendars import ZoneClock
from optimizer.network.network import Offer
from optimizer.units import minutes_since

RUNNING = "running"
NO_TIME = -1


@dataclass(frozen=True, slots=True, kw_only=True)
class Ride:
    """
    One call pair of a service with its departures, in the order of departure.

    Parameters
    ----------
    departs_min, arrives_min, book_by_min
        (n,) clock minutes.
    voyage, on
        (n,) ordinals of local dates: start of the voyage, departure from this call.
    """

    offer: Offer
    lead_min: int
    availability_min: int
    crosses: bool
    departs_min: Ints
    arrives_min: Ints
    book_by_min: Ints
    voyage: Ints
    on: Ints


def voyage_days(service: Service, first_day: int, last_day: int) -> Ints:
    """Ordinals of the local dates on which voyages start, between two dates inclusive."""
    if service.status != RUNNING:
        return np.empty(0, dtype=np.int64)
    first = max(first_day, service.valid_from.toordinal())
    last = min(last_day, service.valid_to.toordinal())
    days = np.arange(first, last + 1, dtype=np.int64)
    return days[np.isin((days - 1) % 7, list(service.weekdays))]


def crosses_border(data: NetworkData, offer_ends: tuple[str, str], n_crossings: int) -> bool:
    """Whether a leg needs export clearance: it has a crossing, or its ends differ in territory."""
    tail, head = (data.facilities[end].country for end in offer_ends)
    return n_crossings > 0 or data.territory(tail) != data.territory(head)


def expand_service(
    data: NetworkData,
    service: Service,
    facility_index: dict[str, int],
    zones: dict[str, ZoneClock],
    *,
    days: tuple[int, int],
    horizon_min: int,
    epoch_at: datetime,
) -> list[Ride]:
    """
    All call pairs of a service with their departures in the horizon.

    Parameters
    ----------
    days
        First and last ordinal of local dates on which a voyage may start.
    horizon_min
        Departures from minute 0 to this one are kept.
    """
    voyages = voyage_days(service, *days)
    clocks = [zones[data.facilities[call.facility_id].timezone] for call in service.calls]

    def at(call: int, wall_clock_min: int) -> Ints:
        return clocks[call].minutes(voyages, np.full(len(voyages), wall_clock_min))

    departs = [at(k, call.depart_min) for k, call in enumerate(service.calls[:-1])]
    arrives = [at(k, call.arrive_min) for k, call in enumerate(service.calls)]
    book_by = departs[0] - service.booking_close_min
    shut = _shut_stretches(data, service, departs, arrives, epoch_at)
    rides: list[Ride] = []
    for i, tail in enumerate(service.calls[:-1]):
        kept = (departs[i] >= 0) & (departs[i] <= horizon_min)
        if tail.depart_min == NO_TIME or not kept.any():
            continue
        for j in range(i + 1, len(service.calls)):
            head = service.calls[j]
            if head.arrive_min == NO_TIME or head.facility_id == tail.facility_id:
                continue
            order = np.flatnonzero(kept & ~shut[i:j].any(axis=0))
            if not len(order):
                continue
            order = order[np.argsort(departs[i][order], kind="stable")]
            on = clocks[i].date_ordinals(departs[i][order])
            sections = tuple(s for call in service.calls[i + 1 : j + 1] for s in call.sections)
            crossing_ids = tuple(s.crossing_id for s in sections if s.crossing_id)
            crosses = crosses_border(data, (tail.facility_id, head.facility_id), len(crossing_ids))
            transfer_min = data.facilities[tail.facility_id].transfer_min
            lead_min = max(tail.cargo_cutoff_min, transfer_min)
            if crosses:
                lead_min = max(lead_min, tail.customs_cutoff_min)
            offer = Offer(
                ref=service.service_id,
                mode=service.mode,
                tail=facility_index[tail.facility_id],
                head=facility_index[head.facility_id],
                distance_m=sum(section.distance_m for section in sections),
                from_call=i,
                to_call=j,
                sections=sections,
                crossing_ids=crossing_ids,
            )
            rides.append(
                Ride(
                    offer=offer,
                    lead_min=lead_min,
                    availability_min=head.availability_min,
                    crosses=crosses,
                    departs_min=departs[i][order],
                    arrives_min=arrives[j][order],
                    book_by_min=book_by[order],
                    voyage=voyages[order],
                    on=on,
                )
            )
    return rides


def _shut_stretches(
    data: NetworkData,
    service: Service,
    departs: list[Ints],
    arrives: list[Ints],
    epoch_at: datetime,
) -> NDArray[np.bool_]:
    """
    Which stretches between neighbouring calls are shut for which voyage, (calls - 1, voyages).

    The timetable does not say when a train is at the border itself, so a closure that overlaps any
    minute between the two calls shuts the stretch.
    """
    shut = np.zeros((len(service.calls) - 1, len(departs[0])), dtype=bool)
    for k, call in enumerate(service.calls[1:]):
        # A train may pass a call without stopping: then it leaves when it arrives.
        leaves = departs[k] if service.calls[k].depart_min != NO_TIME else arrives[k]
        for section in call.sections:
            crossing = data.crossings.get(section.crossing_id)
            for closure in crossing.closures if crossing else ():
                start, end = (
                    minutes_since(epoch_at, at) for at in (closure.from_at, closure.until_at)
                )
                shut[k] |= (leaves < end) & (arrives[k + 1] > start)
    return shut
