"""From facts to the compiled network."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from fractions import Fraction
from math import ceil

import numpy as np

from optimizer.domain.border import BorderStatus, Crossing
from optimizer.domain.location import Facility, Mode
from optimizer.domain.network_data import NetworkData
from optimizer.domain.service import LOOSE, Section, TruckLane
from optimizer.kernels.arrays import Connectors, Ints, Places, Rides, Trucks
from optimizer.network.calendars import ZoneClock, opening_intervals, without_closures
from optimizer.network.clearances import clearance_rows
from optimizer.network.connectors import ConnectorRules, facility_distance_m, great_circle_m
from optimizer.network.network import Network, Offer
from optimizer.network.timetable import RUNNING, Ride, crosses_border, expand_service
from optimizer.units import MINUTES_PER_DAY

DAYS_BEFORE = 30
"""A voyage that started this long before the epoch may still call inside the horizon."""
DAYS_AFTER = 45
"""Opening hours are known this long after the horizon, for what is still on its way."""


def build_network(data: NetworkData, *, epoch_at: datetime, horizon_days: int = 45) -> Network:
    """
    Compile a network for a time span.

    Parameters
    ----------
    epoch_at
        Zero of all minutes, with zone.
    horizon_days
        Departures in this many days from the epoch are known.
    """
    epoch_at = epoch_at.astimezone(UTC)
    horizon_min = horizon_days * MINUTES_PER_DAY
    today = epoch_at.date().toordinal()
    days = (today - DAYS_BEFORE, today + horizon_days + DAYS_AFTER)
    zones = {
        zone: ZoneClock(zone, epoch_at, days[0] - 1, days[1] + 2)
        for zone in {place.timezone for place in _all_places(data)}
    }
    facility_index = {facility_id: at for at, facility_id in enumerate(data.facilities)}
    crossing_index = {crossing_id: at for at, crossing_id in enumerate(data.crossings)}
    expanded = [
        ride
        for service in data.services.values()
        for ride in expand_service(
            data,
            service,
            facility_index,
            zones,
            days=(days[0], today + horizon_days + 1),
            horizon_min=horizon_min,
            epoch_at=epoch_at,
        )
    ]
    expanded.sort(key=lambda ride: ride.offer.tail)  # stable: then by service and calls
    lanes = sorted(
        (lane for lane in data.truck_lanes.values() if lane.status == RUNNING),
        key=lambda lane: facility_index[lane.from_facility_id],
    )
    truck_offers = [_truck_offer(lane, facility_index) for lane in lanes]
    connector_offers = _connector_offers(data)
    offers = (*(ride.offer for ride in expanded), *truck_offers, *connector_offers)
    customs_bits = {code: 1 << at for at, code in enumerate(data.customs_modes)}
    cargo_bits = {code: 1 << at for at, code in enumerate(data.cargo_classes)}
    unit_bits = {code: 1 << at for at, code in enumerate((LOOSE, *data.load_units))}
    return Network(
        data=data,
        epoch_at=epoch_at,
        horizon_min=horizon_min,
        facility_ids=tuple(data.facilities),
        facility_index=facility_index,
        crossing_ids=tuple(data.crossings),
        crossing_index=crossing_index,
        customs_bits=customs_bits,
        cargo_bits=cargo_bits,
        unit_bits=unit_bits,
        offers=offers,
        offer_customs=_ints(_customs_of(data, offer, customs_bits) for offer in offers),
        offer_cargo=_ints(_cargo_of(data, offer, cargo_bits) for offer in offers),
        offer_units=_ints(_units_of(data, offer, unit_bits) for offer in offers),
        offer_closed=np.array([_is_closed(data, offer) for offer in offers], dtype=bool),
        n_passed=_ints(len(offer.crossing_ids) for offer in offers),
        places=_places(data, zones, days, epoch_at),
        rides=_rides(expanded, len(facility_index)),
        trucks=_trucks(data, lanes, truck_offers, crossing_index, len(expanded)),
        connectors=_connectors(data, connector_offers, len(expanded) + len(lanes)),
        ride_voyage=_joined([ride.voyage for ride in expanded]),
        ride_on=_joined([ride.on for ride in expanded]),
        zones=zones,
        clearance_rows=clearance_rows(data),
    )


def driving_min(section: Section) -> int:
    """Minutes of driving of a section: rule T5."""
    metres_per_h = Fraction(str(section.speed_km_per_h)) * 1000
    return ceil(section.distance_m * 60 / metres_per_h)


def _all_places(data: NetworkData) -> tuple[Facility | Crossing, ...]:
    return (*data.facilities.values(), *data.crossings.values())


def _ints(values: Iterable[int]) -> Ints:
    return np.fromiter(values, dtype=np.int64)


def _joined(parts: Sequence[Ints]) -> Ints:
    return np.concatenate(parts).astype(np.int64) if parts else np.empty(0, dtype=np.int64)


def _first_out(tails: Iterable[int], n_nodes: int) -> Ints:
    counts = np.bincount(_ints(tails), minlength=n_nodes)
    return np.concatenate(([0], np.cumsum(counts))).astype(np.int64)


def _starts(lengths: Iterable[int]) -> Ints:
    return np.concatenate(([0], np.cumsum(_ints(lengths)))).astype(np.int64)


def _customs_of(data: NetworkData, offer: Offer, bits: dict[str, int]) -> int:
    allowed = sum(bits.values())
    for crossing_id in offer.crossing_ids:
        crossing = data.crossings[crossing_id]
        allowed &= sum(bits[code] for code in crossing.customs_modes if code in bits)
    return allowed


def _is_closed(data: NetworkData, offer: Offer) -> bool:
    return any(
        data.crossings[crossing_id].status is BorderStatus.CLOSED
        for crossing_id in offer.crossing_ids
    )


def _cargo_of(data: NetworkData, offer: Offer, bits: dict[str, int]) -> int:
    product = data.services.get(offer.ref) or data.truck_lanes.get(offer.ref)
    taken = bits if product is None else product.cargo_classes
    return sum(bits[code] for code in taken if code in bits)


def _units_of(data: NetworkData, offer: Offer, bits: dict[str, int]) -> int:
    product = data.services.get(offer.ref) or data.truck_lanes.get(offer.ref)
    taken = bits if product is None else product.load_units
    return sum(
        bits[code]
        for code in taken
        if code == LOOSE
        or (code in bits and data.load_units[code].payload_kg.get(offer.mode, 0) > 0)
    )


def _places(
    data: NetworkData, zones: dict[str, ZoneClock], days: tuple[int, int], epoch_at: datetime
) -> Places:
    spans = [
        opening_intervals(place.hours, zones[place.timezone], place.country, *days)
        for place in data.facilities.values()
    ] + [
        without_closures(
            *opening_intervals(place.hours, zones[place.timezone], place.from_country, *days),
            place.closures,
            epoch_at,
        )
        for place in data.crossings.values()
    ]
    facilities = data.facilities.values()
    return Places(
        open_first=_starts(len(opens) for opens, _ in spans),
        opens=_joined([opens for opens, _ in spans]),
        closes=_joined([closes for _, closes in spans]),
        transfer_min=_ints(facility.transfer_min for facility in facilities),
        storage_mfen=_ints(facility.storage_mfen_per_dm3_day for facility in facilities),
        storage_free_min=_ints(facility.storage_free_min for facility in facilities),
    )


def _rides(expanded: Sequence[Ride], n_nodes: int) -> Rides:
    return Rides(
        first_out=_first_out((ride.offer.tail for ride in expanded), n_nodes),
        head=_ints(ride.offer.head for ride in expanded),
        lead_min=_ints(ride.lead_min for ride in expanded),
        availability_min=_ints(ride.availability_min for ride in expanded),
        crosses=_ints(int(ride.crosses) for ride in expanded),
        least_min=_ints(
            int((ride.arrives_min - ride.departs_min).min()) + ride.lead_min + ride.availability_min
            for ride in expanded
        ),
        first=_starts(len(ride.departs_min) for ride in expanded),
        departs_min=_joined([ride.departs_min for ride in expanded]),
        arrives_min=_joined([ride.arrives_min for ride in expanded]),
        book_by_min=_joined([ride.book_by_min for ride in expanded]),
        row=np.zeros(sum(len(ride.departs_min) for ride in expanded), dtype=np.int64),
    )


def _truck_offer(lane: TruckLane, facility_index: dict[str, int]) -> Offer:
    return Offer(
        ref=lane.lane_id,
        mode=Mode.ROAD,
        tail=facility_index[lane.from_facility_id],
        head=facility_index[lane.to_facility_id],
        distance_m=sum(section.distance_m for section in lane.sections),
        sections=lane.sections,
        crossing_ids=tuple(s.crossing_id for s in lane.sections if s.crossing_id),
    )


def _trucks(
    data: NetworkData,
    lanes: Sequence[TruckLane],
    offers: Sequence[Offer],
    crossing_index: dict[str, int],
    offer_from: int,
) -> Trucks:
    n_nodes = len(data.facilities)
    sections = [section for lane in lanes for section in lane.sections]
    drives = [[driving_min(section) for section in lane.sections] for lane in lanes]
    return Trucks(
        first_out=_first_out((offer.tail for offer in offers), n_nodes),
        head=_ints(offer.head for offer in offers),
        loading_min=_ints(lane.loading_min for lane in lanes),
        crosses=_ints(
            int(
                crosses_border(
                    data, (lane.from_facility_id, lane.to_facility_id), len(offer.crossing_ids)
                )
            )
            for lane, offer in zip(lanes, offers, strict=True)
        ),
        alone=_ints(int(lane.n_drivers <= 1) for lane in lanes),
        least_min=_ints(
            sum(drive) + 2 * lane.loading_min for lane, drive in zip(lanes, drives, strict=True)
        ),
        section_first=_starts(len(lane.sections) for lane in lanes),
        drive_min=_ints(minutes for drive in drives for minutes in drive),
        crossing=_ints(
            n_nodes + crossing_index[section.crossing_id] if section.crossing_id else -1
            for section in sections
        ),
        max_drive_min=round(data.parameters["driver_max_drive_min"]),
        rest_min=round(data.parameters["driver_rest_min"]),
        offer_from=offer_from,
    )


def _connector_offers(data: NetworkData) -> list[Offer]:
    rules = ConnectorRules.of(data)
    facilities = list(data.facilities.values())
    lats = np.array([facility.lat for facility in facilities])
    lons = np.array([facility.lon for facility in facilities])
    countries = np.array([facility.country for facility in facilities])
    offers: list[Offer] = []
    for tail, facility in enumerate(facilities):
        distances = great_circle_m(facility.lat, facility.lon, lats, lons)
        near = (distances <= rules.reach_m(with_point=False)) & (countries == facility.country)
        offers.extend(
            Offer(
                ref="",
                mode=Mode.ROAD,
                tail=tail,
                head=int(head),
                distance_m=facility_distance_m(
                    data, rules, facility, facilities[head], float(distances[head])
                ),
            )
            for head in np.flatnonzero(near)
            if head != tail
        )
    return offers


def _connectors(data: NetworkData, offers: Sequence[Offer], offer_from: int) -> Connectors:
    rules = ConnectorRules.of(data)
    return Connectors(
        first_out=_first_out((offer.tail for offer in offers), len(data.facilities)),
        head=_ints(offer.head for offer in offers),
        duration_min=_ints(rules.duration_min(offer.distance_m) for offer in offers),
        offer_from=offer_from,
    )
