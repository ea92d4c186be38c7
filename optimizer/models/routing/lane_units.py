"""A lane departure of a plan in other load units: the same legs, priced for another type."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from functools import lru_cache

import numpy as np

from optimizer.errors import ModelError
from optimizer.models.routing.lane_search import Haul, Pool, UnitSearch, make_pool
from optimizer.models.routing.lanes import lane_of_hauls
from optimizer.network.network import Network
from optimizer.plan.itinerary import Leg, LegKind
from optimizer.plan.load import LaneDeparture, Load

_NO_RIDE = -1

_Place = tuple[LegKind, str, int, int, int, int]
"""Kind, service or lane, tail, head, first and last call."""


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
    pools = (load.customs_pool, load.cargo_pool)
    pool = _pool(network, *pools, quantile)
    hauls = tuple(_haul(network, leg) for leg in load.legs)
    stuffing_min = network.data.facilities[load.from_id].stuffing_min
    lead_min = load.legs[0].departs_min - stuffing_min - load.closes_min
    found = (
        lane_of_hauls(
            _search(network, *pools, quantile, code), load.lane_id, hauls, lead_min=lead_min
        )
        for code in codes
        if network.data.load_units[code].refrigerated == pool.refrigerated
    )
    return [lane for lane in found if lane is not None]


def lead_of(network: Network, leg: Leg) -> int:
    """
    Minutes before the departure of a service or truck at which cargo has to be there (T4, T5).

    Raises
    ------
    ModelError
        M604: the leg is not in the network.
    """
    number, _, _ = _haul(network, leg)
    if leg.kind is LegKind.SERVICE:
        return int(network.rides.lead_min[number])
    loading_min = int(network.trucks.loading_min[number - network.trucks.offer_from])
    return max(loading_min, network.data.facilities[leg.from_id].transfer_min)


@lru_cache(maxsize=32)
def _pool(network: Network, customs_pool: str, cargo_pool: str, quantile: float) -> Pool:
    return make_pool(network, customs_pool, cargo_pool, quantile)


@lru_cache(maxsize=128)
def _search(
    network: Network, customs_pool: str, cargo_pool: str, quantile: float, code: str
) -> UnitSearch:
    return UnitSearch.of(network, _pool(network, customs_pool, cargo_pool, quantile), code)


@lru_cache(maxsize=4)
def _offers(network: Network) -> dict[_Place, list[int]]:
    """Numbers of the offers between two places, made once for a network."""
    trucks, connectors = network.trucks.offer_from, network.connectors.offer_from
    found: dict[_Place, list[int]] = defaultdict(list)
    for number, offer in enumerate(network.offers):
        kind = LegKind.SERVICE if number < trucks else LegKind.TRUCK
        if number >= connectors:
            kind = LegKind.CONNECTOR
        place = (kind, offer.ref, offer.tail, offer.head, offer.from_call, offer.to_call)
        found[place].append(number)
    return dict(found)


def _haul(network: Network, leg: Leg) -> Haul:
    tail, head = network.facility_index.get(leg.from_id), network.facility_index.get(leg.to_id)
    if tail is None or head is None:
        raise _unknown(leg)
    place = (leg.kind, leg.ref, tail, head, leg.from_call, leg.to_call)
    for number in _offers(network).get(place, ()):
        if leg.kind is not LegKind.SERVICE:
            return number, _NO_RIDE, leg.departs_min
        first, last = int(network.rides.first[number]), int(network.rides.first[number + 1])
        ride = first + int(np.searchsorted(network.rides.departs_min[first:last], leg.departs_min))
        if ride < last and int(network.rides.departs_min[ride]) == leg.departs_min:
            return number, ride, leg.departs_min
    raise _unknown(leg)


def _unknown(leg: Leg) -> ModelError:
    return ModelError(
        f"M604 {leg.kind.value} {leg.ref} {leg.from_id} - {leg.to_id} at minute {leg.departs_min} "
        "is not in this network"
    )
