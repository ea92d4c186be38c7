"""A lane departure of a plan in other load units: the same legs, priced for another type."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from optimizer.errors import ModelError
from optimizer.models.routing.lane_search import Haul, UnitSearch, make_pool
from optimizer.models.routing.lanes import lane_of_hauls
from optimizer.network.network import Network
from optimizer.plan.itinerary import Leg, LegKind
from optimizer.plan.load import LaneDeparture, Load

_NO_RIDE = -1


def in_load_units(
    network: Network, load: Load, codes: Iterable[str], *, quantile: float
) -> list[LaneDeparture]:
    """
    The lane departure of a load, once for each load-unit type that all of its legs sell.

    Parameters
    ----------
    load
        Of a plan over this network: its legs exist there.
    codes
        Load-unit types to try; those of the wrong temperature are passed over.
    quantile
        Planning quantile that the plan was made with.

    Raises
    ------
    ModelError
        M604: a leg is not in the network, so plan and network do not belong together.
    """
    pool = make_pool(network, load.customs_pool, load.cargo_pool, quantile)
    hauls = tuple(_haul(network, leg) for leg in load.legs)
    stuffing_min = network.data.facilities[load.from_id].stuffing_min
    lead_min = load.legs[0].departs_min - stuffing_min - load.closes_min
    found = (
        lane_of_hauls(UnitSearch.of(network, pool, code), load.lane_id, hauls, lead_min=lead_min)
        for code in codes
        if network.data.load_units[code].refrigerated == pool.refrigerated
    )
    return [lane for lane in found if lane is not None]


def _haul(network: Network, leg: Leg) -> Haul:
    tail, head = network.facility_index[leg.from_id], network.facility_index[leg.to_id]
    for number in _offers_of(network, leg.kind):
        offer = network.offers[number]
        if (offer.ref, offer.tail, offer.head, offer.from_call, offer.to_call) != (
            leg.ref,
            tail,
            head,
            leg.from_call,
            leg.to_call,
        ):
            continue
        if leg.kind is not LegKind.SERVICE:
            return number, _NO_RIDE, leg.departs_min
        first, last = int(network.rides.first[number]), int(network.rides.first[number + 1])
        ride = first + int(np.searchsorted(network.rides.departs_min[first:last], leg.departs_min))
        if ride < last and int(network.rides.departs_min[ride]) == leg.departs_min:
            return number, ride, leg.departs_min
    raise ModelError(
        f"M604 {leg.kind.value} {leg.ref} {leg.from_id} - {leg.to_id} at minute {leg.departs_min} "
        "is not in this network"
    )


def _offers_of(network: Network, kind: LegKind) -> range:
    trucks, connectors = network.trucks.offer_from, network.connectors.offer_from
    return {
        LegKind.SERVICE: range(trucks),
        LegKind.TRUCK: range(trucks, connectors),
        LegKind.CONNECTOR: range(connectors, len(network.offers)),
    }[kind]
