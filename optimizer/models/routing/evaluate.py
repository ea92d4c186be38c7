"""On-time probability of itineraries by sampling delays with common random numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from optimizer.domain.border import Crossing, Duration, Inspection
from optimizer.domain.location import Mode
from optimizer.domain.shipment import Shipment
from optimizer.kernels.arrays import Ints
from optimizer.network.clearances import clearance_row
from optimizer.network.durations import sigma_of
from optimizer.network.network import Network
from optimizer.plan.itinerary import ClearanceEvent, Itinerary, Leg, LegKind

N_SAMPLES = 500
N_ROWS = 1024
SEED = 20260930
CONNECTOR, CLEARANCE, SERVICE, TRUCK = 0, 1, 2, 3
ALWAYS = 1.0
P90_AT = -(-90 * (N_SAMPLES - 1) // 100)
"""Position of the 90th percentile among sorted samples, the higher one of two neighbours."""
NOWHERE = -1

Part = tuple[float, float, float, int, int]
"""Median minutes, sigma, share of cases, row of random numbers, minutes in the timetable."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Punctuality:
    """Probability of delivery in time, and the 90th percentile of delivery in clock minutes."""

    on_time_share: float
    delivered_p90_min: int


@lru_cache(maxsize=1)
def _random_numbers() -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    generator = np.random.default_rng(SEED)
    shape = (N_ROWS, N_SAMPLES)
    return generator.standard_normal(shape), generator.random(shape)


def draw_min(parts: Sequence[Part]) -> Ints:
    """(500, n_parts) random minutes, beyond what the timetable contains, rounded."""
    table = np.empty((N_SAMPLES, len(parts)), dtype=np.int64)
    for column, part in enumerate(parts):
        table[:, column] = _drawn(part)
    return table


@lru_cache(maxsize=4096)
def _drawn(part: Part) -> Ints:
    """(500,) minutes of one part. The same borders and calls come up in quote after quote."""
    normals, uniforms = _random_numbers()
    median, sigma, share, row, included_min = part
    minutes = np.rint(median * np.exp(sigma * normals[row]))
    minutes[uniforms[row] >= share] = 0.0
    return (minutes - included_min).astype(np.int64)


def _part(key: str, duration: Duration, *, share: float = ALWAYS, included_min: int = 0) -> Part:
    # The same cause has the same row in every itinerary: common random numbers.
    row = crc32(key.encode()) % N_ROWS
    return (float(duration.p50_min), sigma_of(duration), share, row, included_min)


def sample_punctuality(network: Network, shipment: Shipment, itinerary: Itinerary) -> Punctuality:
    """
    How reliable an itinerary of own legs is.

    Parameters
    ----------
    itinerary
        Legs in order with their clearances, none inside shared loads.

    Notes
    -----
    500 samples of delays of calls and lanes, dwell at borders, clearance, and inspection with the
    probability of the declarant's credit class. A missed departure means the next voyage. The
    90th percentile ends at the horizon, behind which no voyage is known.
    """
    delivered = sample_delivered_min(network, shipment, itinerary)
    limit = shipment.due_at or shipment.latest_at
    share = 1.0 if limit is None else float(np.mean(delivered <= network.minute(limit)))
    p90 = int(np.partition(delivered, P90_AT)[P90_AT])
    latest_known = max(network.horizon_min, itinerary.delivered_min)
    return Punctuality(on_time_share=share, delivered_p90_min=min(p90, latest_known))


def with_punctuality(network: Network, shipment: Shipment, itinerary: Itinerary) -> Itinerary:
    """The itinerary with its on-time share and 90th percentile."""
    found = sample_punctuality(network, shipment, itinerary)
    return replace(
        itinerary,
        on_time_share=found.on_time_share,
        delivered_p90_min=found.delivered_p90_min,
    )


def sample_delivered_min(network: Network, shipment: Shipment, itinerary: Itinerary) -> Ints:
    """(500,) delivery in clock minutes, ``UNREACHED`` where a last departure is missed."""
    from optimizer.kernels.delay_sampling import sample_delivery

    steps, parts = _steps_of(network, shipment, itinerary)
    delivered = np.empty(N_SAMPLES, dtype=np.int64)
    sample_delivery(
        network.places,
        network.rides,
        network.trucks,
        np.array(steps, dtype=np.int64).reshape(-1, 9),
        draw_min(parts),
        network.minute(shipment.ready_at),
        delivered,
    )
    return delivered


def _steps_of(
    network: Network, shipment: Shipment, itinerary: Itinerary
) -> tuple[list[tuple[int, ...]], list[Part]]:
    steps: list[tuple[int, ...]] = []
    parts: list[Part] = []
    inspections = {
        row.mode: row
        for row in network.data.inspections
        if row.credit_class is shipment.credit_class
    }
    waiting = list(itinerary.clearances)

    def clear_at(facility_id: str, from_min: int) -> None:
        while waiting and (
            waiting[0].facility_id == facility_id and waiting[0].starts_min >= from_min
        ):
            steps.append(_clearance_step(network, shipment, waiting.pop(0), parts))

    clear_at(shipment.origin.facility_id, network.minute(shipment.ready_at))
    for leg in itinerary.legs:
        if leg.kind is LegKind.SERVICE:
            steps.append(_service_step(network, shipment, leg, inspections, parts))
        elif leg.kind is LegKind.TRUCK:
            steps.append(_truck_step(network, shipment, leg, inspections, parts))
        else:
            place = network.facility_index.get(leg.to_id, NOWHERE)
            minutes = leg.arrives_min - leg.departs_min
            steps.append((CONNECTOR, place, 0, minutes, NOWHERE, 0, 0, 0, NOWHERE))
        clear_at(leg.to_id, leg.available_min)
    return steps, parts


def _clearance_step(
    network: Network, shipment: Shipment, event: ClearanceEvent, parts: list[Part]
) -> tuple[int, ...]:
    country = network.data.facilities[event.facility_id].country
    row = clearance_row(network.clearance_rows, country, event.direction, shipment.customs_mode)
    duration = row.duration if row else Duration(p50_min=0, p90_min=0)
    parts.append(_part(f"clear:{event.facility_id}:{event.direction}", duration))
    n_parts = len(parts)
    return (CLEARANCE, NOWHERE, 0, 0, NOWHERE, 0, n_parts - 1, n_parts, NOWHERE)


def _service_step(
    network: Network,
    shipment: Shipment,
    leg: Leg,
    inspections: dict[Mode, Inspection],
    parts: list[Part],
) -> tuple[int, ...]:
    first = len(parts)
    calls = network.data.services[leg.ref].calls[leg.from_call + 1 : leg.to_call + 1]
    parts.extend(
        _part(f"call:{leg.ref}:{leg.from_call + 1 + at}:{leg.voyage_on}", call.delay)
        for at, call in enumerate(calls)
    )
    for passage in leg.passages:
        crossing = network.data.crossings[passage.crossing_id]
        parts.extend(_crossing_parts(shipment, crossing, inspections, in_timetable=True))
    pair = service_pairs(network)[leg.ref, leg.from_call, leg.to_call]
    return (
        SERVICE,
        network.facility_index[leg.to_id],
        leg.departs_min,
        int(network.rides.lead_min[pair]),
        pair,
        int(network.rides.availability_min[pair]),
        first,
        len(parts),
        NOWHERE,
    )


def _truck_step(
    network: Network,
    shipment: Shipment,
    leg: Leg,
    inspections: dict[Mode, Inspection],
    parts: list[Part],
) -> tuple[int, ...]:
    first = len(parts)
    lane = network.data.truck_lanes[leg.ref]
    for passage in leg.passages:
        crossing = network.data.crossings[passage.crossing_id]
        parts.extend(_crossing_parts(shipment, crossing, inspections, in_timetable=False))
    parts.append(_part(f"lane:{leg.ref}:{leg.departs_min}", lane.delay))
    tail = network.facility_index[leg.from_id]
    return (
        TRUCK,
        network.facility_index[leg.to_id],
        leg.departs_min,
        max(lane.loading_min, int(network.places.transfer_min[tail])),
        truck_positions(network)[leg.ref],
        lane.loading_min,
        first,
        len(parts),
        tail,
    )


def _crossing_parts(
    shipment: Shipment,
    crossing: Crossing,
    inspections: dict[Mode, Inspection],
    *,
    in_timetable: bool,
) -> Sequence[Part]:
    dwell = crossing.dwell_for(shipment.customs_mode)
    inspection = inspections.get(crossing.mode)
    nothing = Duration(p50_min=0, p90_min=0)
    return (
        _part(
            f"border:{crossing.crossing_id}",
            dwell,
            included_min=dwell.p50_min if in_timetable else 0,
        ),
        _part(
            f"inspection:{crossing.crossing_id}",
            inspection.delay if inspection else nothing,
            share=inspection.inspection_share if inspection else 0.0,
        ),
    )


@lru_cache(maxsize=8)
def service_pairs(network: Network) -> dict[tuple[str, int, int], int]:
    """Offer number of each call pair of each service."""
    return {
        (offer.ref, offer.from_call, offer.to_call): at
        for at, offer in enumerate(network.offers[: network.trucks.offer_from])
    }


@lru_cache(maxsize=8)
def truck_positions(network: Network) -> dict[str, int]:
    """Position of each truck lane among the lanes."""
    span = network.offers[network.trucks.offer_from : network.connectors.offer_from]
    return {offer.ref: at for at, offer in enumerate(span)}
