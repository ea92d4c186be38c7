"""
What the tables mean together: one function per defect, each naming the ids and the remedy.

The checks take :class:`NetworkData`, so that they hold for data changed by a scenario, too. A
strict check forbids planning; the others are warnings, because the network still answers questions
without the part that is wrong.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from optimizer.datasets.route_checks import (
    country_order,
    crossing_modes,
    gauge_mismatches,
    missing_facility_modes,
)
from optimizer.domain.border import ANY, CreditClass
from optimizer.domain.location import Mode
from optimizer.domain.network_data import NetworkData
from optimizer.errors import Finding, show_ids

RUNNING = "running"


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """
    One kind of defect.

    Parameters
    ----------
    what
        Sentence about the ids that follow it.
    find
        Gives the offenders.
    strict
        Whether a network with the defect must not be planned with.
    """

    code: str
    what: str
    remedy: str
    find: Callable[[NetworkData], Iterable[str]]
    strict: bool = True


@dataclass(frozen=True, slots=True)
class Checked:
    """A finding, and whether it forbids planning."""

    finding: Finding
    strict: bool


def check_network(data: NetworkData) -> list[Checked]:
    """Findings of all checks, N221 to N233, in the order of their codes."""
    checked: list[Checked] = []
    for check in CHECKS:
        ids = list(dict.fromkeys(check.find(data)))
        if ids:
            what = f"{len(ids)} {check.what}"
            finding = Finding(code=check.code, what=what, where=show_ids(ids), remedy=check.remedy)
            checked.append(Checked(finding, check.strict))
    return checked


def _times_reversed(data: NetworkData) -> Iterator[str]:
    """Calls that are left before they are reached, or reached before the last one was left."""
    for service in data.services.values():
        zones = [
            ZoneInfo(data.facilities[call.facility_id].timezone)
            for call in service.calls
            if call.facility_id in data.facilities
        ]
        if len(zones) != len(service.calls):
            continue
        midnight = datetime.combine(service.valid_from, datetime.min.time())

        def at(minute: int, zone: ZoneInfo, midnight: datetime = midnight) -> datetime:
            return (midnight + timedelta(minutes=minute)).replace(tzinfo=zone)

        for position, call in enumerate(service.calls):
            if 0 <= call.depart_min < call.arrive_min:
                yield f"{service.service_id} call {position}"
        for position, (one, two) in enumerate(pairwise(service.calls)):
            leaves = at(one.depart_min, zones[position])
            if at(two.arrive_min, zones[position + 1]).timestamp() <= leaves.timestamp():
                yield f"{service.service_id} call {position + 1}"


def _unpriced(data: NetworkData) -> Iterator[str]:
    scopes = {card.scope for card in data.rate_cards}
    running = [s.service_id for s in data.services.values() if s.status == RUNNING]
    running += [lane.lane_id for lane in data.truck_lanes.values() if lane.status == RUNNING]
    return (ref for ref in running if ref not in scopes)


def _unknown_crossings(data: NetworkData) -> Iterator[str]:
    for service in data.services.values():
        for call in service.calls:
            for section in call.sections:
                if section.crossing_id and section.crossing_id not in data.crossings:
                    yield f"{service.service_id} {section.crossing_id}"
    for lane in data.truck_lanes.values():
        for section in lane.sections:
            if section.crossing_id and section.crossing_id not in data.crossings:
                yield f"{lane.lane_id} {section.crossing_id}"


def _one_way_borders(data: NetworkData) -> Iterator[str]:
    directions = {(c.border_id, c.from_country, c.to_country) for c in data.crossings.values()}
    for border_id, from_country, to_country in sorted(directions):
        if (border_id, to_country, from_country) not in directions:
            yield f"{border_id}:{to_country}-{from_country}"


def _negative_capacities(data: NetworkData) -> Iterator[str]:
    for crossing in data.crossings.values():
        if crossing.throughput_per_day < 0 or not 0 <= crossing.firm_share <= 1:
            yield crossing.crossing_id
    for service in data.services.values():
        if min(service.allotment_teu_c, service.allotment_kg, service.allotment_positions) < 0:
            yield service.service_id
    for lane in data.truck_lanes.values():
        if lane.quota_per_day < 0:
            yield lane.lane_id


def _crossings_without_dwell(data: NetworkData) -> Iterator[str]:
    return (c.crossing_id for c in data.crossings.values() if ANY not in c.dwell)


def _missing_clearances(data: NetworkData) -> Iterator[str]:
    known = {(row.direction, row.country, row.customs_mode) for row in data.clearances}
    offered = {(f.country, mode) for f in data.facilities.values() for mode in f.customs_modes}
    for country, mode in sorted(offered):
        for direction in ("export", "import"):
            if not any(
                (direction, some_country, some_mode) in known
                for some_country in (country, ANY)
                for some_mode in (mode, ANY)
            ):
                yield f"{direction} {country} {mode}"


def _missing_inspections(data: NetworkData) -> Iterator[str]:
    known = {(row.credit_class, row.mode) for row in data.inspections}
    for mode in sorted({crossing.mode for crossing in data.crossings.values()}):
        for credit_class in CreditClass:
            if (credit_class, mode) not in known:
                yield f"{credit_class} {mode}"


def _missing_emission_factors(data: NetworkData) -> Iterator[str]:
    known = {(row.mode, row.traction, row.country) for row in data.emission_factors}
    used = {
        (service.mode, section.traction, section.country)
        for service in data.services.values()
        for call in service.calls
        for section in call.sections
    }
    used |= {
        (Mode.ROAD, section.traction, section.country)
        for lane in data.truck_lanes.values()
        for section in lane.sections
    }
    for mode, traction, country in sorted(used):
        if not {(mode, traction, country), (mode, traction, ANY)} & known:
            yield f"{mode} {traction} {country}"


CHECKS: tuple[Check, ...] = (
    Check(
        code="N221",
        what="calls or lane ends at a facility without that mode of transport",
        remedy="add the mode to the facility, or correct the facility",
        find=missing_facility_modes,
    ),
    Check(
        code="N222",
        what="calls at a rail terminal without the gauge of the train",
        remedy="correct gauge_mm or gauges_mm, or route the service over a gauge change",
        find=gauge_mismatches,
    ),
    Check(
        code="N223",
        what="sections or calls that are not in the country reached so far",
        remedy="put the crossing at the end of the last section before the border, in order",
        find=country_order,
    ),
    Check(
        code="N224",
        what="uses of a crossing by another mode of transport than its own",
        remedy="use the crossing of the service's mode at that border",
        find=crossing_modes,
    ),
    Check(
        code="N225",
        what="calls left before they are reached, or reached before the previous one is left",
        remedy="correct arrive and depart: day offset and local clock at that facility",
        find=_times_reversed,
    ),
    Check(
        code="N226",
        what="running services or lanes have no rate card, so that nobody can book them",
        remedy="add a row to rate_cards.csv with the id as its scope",
        find=_unpriced,
        strict=False,
    ),
    Check(
        code="N227",
        what="crossings used on the way are not in the network",
        remedy="add the crossing to borders.csv or correct its id",
        find=_unknown_crossings,
    ),
    Check(
        code="N228",
        what="borders lack a direction",
        remedy="add the missing row to borders.csv, with status closed where nothing may pass",
        find=_one_way_borders,
        strict=False,
    ),
    Check(
        code="N229",
        what="capacities, quotas or shares are negative, or a share is above 1",
        remedy="use 0 where the measure does not apply",
        find=_negative_capacities,
    ),
    Check(
        code="N230",
        what="crossings have no general dwell time",
        remedy="add a row to border_times.csv with customs_mode * for that border",
        find=_crossings_without_dwell,
    ),
    Check(
        code="N231",
        what="pairs of country and customs mode have no clearance time",
        remedy="add a row to clearances.csv, if need be with * for country or customs_mode",
        find=_missing_clearances,
    ),
    Check(
        code="N232",
        what="pairs of credit class and mode have no inspection row",
        remedy="add a row to inspections.csv",
        find=_missing_inspections,
    ),
    Check(
        code="N233",
        what="kinds of carriage have no emission factor",
        remedy="add a row to emission_factors.csv, if need be with * for country",
        find=_missing_emission_factors,
    ),
)
