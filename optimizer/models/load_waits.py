"""Shared loads wait for stuffing and stripping; sampling has to see those waits as legs."""

from __future__ import annotations

from collections.abc import Mapping

from optimizer.domain.location import Mode
from optimizer.domain.network_data import NetworkData
from optimizer.plan.itinerary import Itinerary, Leg, LegKind
from optimizer.plan.load import Load


def with_waits(
    data: NetworkData, itinerary: Itinerary, loads: Mapping[str, Load]
) -> tuple[Leg, ...]:
    """
    Legs with the waits for stuffing and stripping shared loads as legs of their own.

    Sampling lets each leg start as soon as its cargo is there; a shared load does not.
    """
    exports = [event.ends_min for event in itinerary.clearances if event.direction == "export"]
    at_min = max([*exports, itinerary.legs[0].departs_min]) if itinerary.legs else 0
    legs: list[Leg] = []
    before = ""
    for leg in itinerary.legs:
        if before and leg.load_id != before:
            released_min = loads[before].released_min
            legs.append(_wait(legs[-1], released_min - legs[-1].available_min))
            at_min = released_min
        if leg.load_id and leg.load_id != before:
            ready_min = max([at_min, *(done.available_min for done in legs)])
            lead_min = loads[leg.load_id].legs[0].departs_min - loads[leg.load_id].closes_min
            stuffing_min = data.facilities[leg.from_id].stuffing_min
            legs.append(_wait(leg, leg.departs_min - (lead_min - stuffing_min) - ready_min))
        legs.append(leg)
        before = leg.load_id
    if before:
        legs.append(_wait(legs[-1], loads[before].released_min - legs[-1].available_min))
    return tuple(legs)


def _wait(beside: Leg, minutes: int) -> Leg:
    """A leg that goes nowhere."""
    return Leg(
        kind=LegKind.CONNECTOR,
        mode=Mode.ROAD,
        ref="",
        from_id="",
        to_id="",
        departs_min=beside.departs_min,
        arrives_min=beside.departs_min + max(0, minutes),
        available_min=beside.departs_min + max(0, minutes),
        distance_m=0,
    )
