"""First departures of lanes: voyages in the window, trucks on a grid of local times."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from optimizer.costs.tables import cost_tables
from optimizer.kernels.arrays import Ints
from optimizer.models.routing.legs import MAX_PASSAGES, offer_row
from optimizer.network.network import UNREACHED, Network


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstHaul:
    """
    One departure that a lane can begin with, with all places where it can be left.

    Parameters
    ----------
    alternatives
        ``((offer, departure number or -1, minute of departure), row of prices, available minute)``.
    lead_min
        Time that cargo must be at the facility before departure; the largest of the alternatives.
    """

    tail: int
    departs_min: int
    lead_min: int
    alternatives: tuple[tuple[tuple[int, int, int], int, int], ...]


def service_hauls(
    network: Network, tails: Iterable[int], from_min: int, until_min: int
) -> list[FirstHaul]:
    """Voyages that depart from facilities in a window (its end excluded)."""
    rides = cost_tables(network).rides
    hauls: list[FirstHaul] = []
    for tail in tails:
        found: defaultdict[tuple[int, str, int, int, int], list[tuple[int, int]]]
        found = defaultdict(list)
        for pair in range(rides.first_out[tail], rides.first_out[tail + 1]):
            offer = network.offers[pair]
            for ride in range(rides.first[pair], rides.first[pair + 1]):
                departs = int(rides.departs_min[ride])
                if from_min <= departs < until_min:
                    voyage = int(network.ride_voyage[ride])
                    # A border ride may close earlier than a domestic one of the same voyage.
                    lead = int(rides.lead_min[pair])
                    key = (departs, offer.ref, offer.from_call, voyage, lead)
                    found[key].append((pair, ride))
        hauls.extend(
            FirstHaul(
                tail=tail,
                departs_min=key[0],
                lead_min=key[4],
                alternatives=tuple(
                    (
                        (pair, ride, key[0]),
                        int(rides.row[ride]),
                        int(rides.arrives_min[ride] + rides.availability_min[pair]),
                    )
                    for pair, ride in found[key]
                ),
            )
            for key in sorted(found)
        )
    return hauls


def truck_hauls(
    network: Network,
    tails: Iterable[int],
    from_min: int,
    until_min: int,
    *,
    dwell_min: Ints,
    local_min: Sequence[int],
) -> list[FirstHaul]:
    """
    Trucks that depart from facilities at local times of day, or when the place opens next.

    Parameters
    ----------
    local_min
        Minutes after local midnight.
    """
    import numpy as np

    from optimizer.kernels.timetabled_labels import truck_run

    trucks, tables = network.trucks, cost_tables(network)
    passages = np.empty((MAX_PASSAGES, 2), dtype=np.int64)
    hauls: list[FirstHaul] = []
    for tail in tails:
        facility_id = network.facility_ids[tail]
        departures = _grid(network, facility_id, from_min, until_min, local_min)
        for lane in range(trucks.first_out[tail], trucks.first_out[tail + 1]):
            loading = int(trucks.loading_min[lane])
            offer = trucks.offer_from + lane
            head_id = network.facility_ids[trucks.head[lane]]
            for departs in departures:
                arrives = int(truck_run(network.places, trucks, lane, departs, dwell_min, passages))
                if arrives == UNREACHED:
                    continue
                opens = network.next_open_facility(head_id, arrives)
                if opens == UNREACHED:
                    continue
                hauls.append(
                    FirstHaul(
                        tail=tail,
                        departs_min=departs,
                        lead_min=max(loading, int(network.places.transfer_min[tail])),
                        alternatives=(
                            (
                                (offer, -1, departs),
                                offer_row(tables, offer, departs),
                                opens + loading,
                            ),
                        ),
                    )
                )
    return hauls


def _grid(
    network: Network, facility_id: str, from_min: int, until_min: int, local_min: Sequence[int]
) -> list[int]:
    zone = network.data.facilities[facility_id].timezone
    clock = network.clock(zone)
    first = network.local_date(zone, from_min).toordinal()
    last = network.local_date(zone, until_min).toordinal()
    moments = {
        network.next_open_facility(facility_id, clock.minute(day, minute))
        for day in range(first, last + 1)
        for minute in local_min
    }
    return sorted(at for at in moments if from_min <= at < until_min)
