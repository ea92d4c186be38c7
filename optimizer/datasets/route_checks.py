"""Defects along the way of a service or a truck lane: modes, gauges, order of countries."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from optimizer.domain.border import ANY, Interchange
from optimizer.domain.location import Mode
from optimizer.domain.network_data import NetworkData
from optimizer.domain.service import Section

PLANNED = "planned"


class Way(NamedTuple):
    """
    A service or a truck lane as a chain of facilities with sections between.

    Parameters
    ----------
    stops
        Facility ids in order.
    ways_in
        Sections into each stop; none into the first.
    """

    ref: str
    mode: Mode
    gauge_mm: int
    stops: tuple[str, ...]
    ways_in: tuple[tuple[Section, ...], ...]


def ways(data: NetworkData) -> Iterator[Way]:
    """All services but planned ones, and truck lanes, as ways."""
    for service in data.services.values():
        if service.status == PLANNED:
            continue  # its track and terminals are not there yet
        stops = tuple(call.facility_id for call in service.calls)
        ways_in = tuple(call.sections for call in service.calls)
        yield Way(service.service_id, service.mode, service.gauge_mm, stops, ways_in)
    for lane in data.truck_lanes.values():
        ends = (lane.from_facility_id, lane.to_facility_id)
        yield Way(lane.lane_id, Mode.ROAD, 0, ends, ((), lane.sections))


def missing_facility_modes(data: NetworkData) -> Iterator[str]:
    """N221: ``service facility`` where the facility lacks the mode, or is not there."""
    for way in ways(data):
        for stop in way.stops:
            facility = data.facilities.get(stop)
            if facility is None or way.mode not in facility.modes:
                yield f"{way.ref} {stop}"


def gauge_mismatches(data: NetworkData) -> Iterator[str]:
    """N222: ``service facility``. Beyond a gauge change the gauge is not known and not checked."""
    for way in ways(data):
        if way.mode is not Mode.RAIL or not way.gauge_mm:
            continue
        for stop, sections in zip(way.stops, way.ways_in, strict=True):
            if any(_changes_gauge(data, section) for section in sections):
                break
            facility = data.facilities.get(stop)
            if facility and facility.gauges_mm and way.gauge_mm not in facility.gauges_mm:
                yield f"{way.ref} {stop}"


def _changes_gauge(data: NetworkData, section: Section) -> bool:
    crossing = data.crossings.get(section.crossing_id)
    return crossing is not None and crossing.interchange is Interchange.GAUGE_CHANGE


def country_order(data: NetworkData) -> Iterator[str]:
    """
    N223: where the country of a section or a facility is not the one reached so far.

    Customs territories change at crossings only, from ``from_country`` to ``to_country``; inside
    one, borders need no crossing. Sections of country ``*`` (air) have no order.
    """
    for way in ways(data):
        if any(section.country == ANY for sections in way.ways_in for section in sections):
            continue
        facilities = [data.facilities.get(stop) for stop in way.stops]
        first = facilities[0] if facilities else None
        if first is None:
            continue
        country = first.country
        for position, (facility, sections) in enumerate(zip(facilities, way.ways_in, strict=True)):
            for section in sections:
                crossing = data.crossings.get(section.crossing_id)
                if data.territory(section.country) != data.territory(country):
                    yield f"{way.ref} call {position} in {section.country}"
                if crossing and crossing.from_country != section.country:
                    yield f"{way.ref} {crossing.crossing_id}"
                country = crossing.to_country if crossing else section.country
            if facility and data.territory(facility.country) != data.territory(country):
                yield f"{way.ref} {facility.facility_id}"
                country = facility.country


def crossing_modes(data: NetworkData) -> Iterator[str]:
    """N224: ``service crossing`` where the modes differ."""
    for way in ways(data):
        for sections in way.ways_in:
            for section in sections:
                crossing = data.crossings.get(section.crossing_id)
                if crossing and crossing.mode is not way.mode:
                    yield f"{way.ref} {crossing.crossing_id}"
