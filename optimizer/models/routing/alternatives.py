"""
A few ways of one shipment that a person would call different.

What differs, and by how much, is in ``traits.difference``: modes, borders, gateway, carriage, days.

The cheapest, the fastest and the greenest are always in. Then, one after the other, the way of the
Pareto set whose least difference to those chosen is largest; ties go to the cheaper. Where the
Pareto set has too few, the search runs again without one crossing, mode or gateway of the ways
chosen: what it finds then is admitted if no way chosen beats it by more than ``NEAR_SHARE`` in
cost, time and CO2e all at once. If even that yields too few, there are fewer.

Nothing is random, and ties end with the order of the search, so that equal questions have equal
answers.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from optimizer.domain.shipment import Shipment
from optimizer.models.routing.evaluate import with_punctuality
from optimizer.models.routing.itineraries import build_itinerary
from optimizer.models.routing.problem import Request, build_request, products_of
from optimizer.models.routing.quote import QuoteResult
from optimizer.models.routing.reasons import find_reasons
from optimizer.models.routing.search import Search, Way
from optimizer.models.routing.traits import Traits, difference, traits_of
from optimizer.network.network import Network

NEAR_SHARE = 0.25
CRITERIA = ("cost", "time", "co2e")


def choose(ways: Sequence[tuple[Way, Traits]], limit: int) -> list[int]:
    """
    Positions of at most ``limit`` ways: the best of each criterion, then those that differ most.

    Parameters
    ----------
    ways
        By rising cost.
    """
    if not ways:
        return []
    values = [(way.cost_fen, way.delivered_min, way.co2e_g) for way, _ in ways]
    best = [
        min(range(len(ways)), key=lambda at: (values[at][criterion], values[at], at))
        for criterion in range(len(CRITERIA))
    ]
    chosen = list(dict.fromkeys(best))[:limit]
    while len(chosen) < limit:
        apart = [min(difference(traits, ways[other][1]) for other in chosen) for _, traits in ways]
        farthest = max(range(len(ways)), key=lambda at: (apart[at], -at))
        if apart[farthest] == 0:
            break
        chosen.append(farthest)
    return chosen


def quote_alternatives(
    network: Network, shipment: Shipment, n_alternatives: int, *, quantile: float | None = None
) -> QuoteResult:
    """
    At most ``n_alternatives`` itineraries that differ, by rising cost.

    Parameters
    ----------
    n_alternatives
        Below three there is no room for the cheapest, the fastest and the greenest: then the first
        of them, in this order.
    quantile
        Of uncertain durations; the network's ``planning_quantile`` unless given.

    Returns
    -------
    QuoteResult
        With ``traits`` by itinerary. ``n_front`` is the size of the Pareto set.
    """
    if quantile is None:
        quantile = network.data.parameters["planning_quantile"]
    request = build_request(network, shipment, quantile=quantile)
    search = Search(request)
    front = search.front(products_of(network, shipment))
    known = [(way, traits_of(network, way, request.ready_min)) for way in front]
    chosen = [known[at] for at in choose(known, n_alternatives)]
    if chosen and len(chosen) < n_alternatives:
        chosen = _with_detours(search, chosen, n_alternatives)
    chosen.sort(key=lambda one: (one[0].cost_fen, one[0].delivered_min, one[0].co2e_g))
    built = [(build_itinerary(request, way), traits) for way, traits in chosen]
    itineraries = [(one, traits) for one, traits in built if one is not None]
    return QuoteResult(
        itineraries=tuple(with_punctuality(network, shipment, one) for one, _ in itineraries),
        traits=tuple(traits for _, traits in itineraries),
        reasons=() if itineraries else find_reasons(network, shipment, quantile),
        n_front=len(front),
        n_labels=search.n_labels,
        n_searches=search.n_searches,
        is_complete=not search.overflowed,
    )


def _with_detours(
    search: Search, chosen: list[tuple[Way, Traits]], limit: int
) -> list[tuple[Way, Traits]]:
    """Add ways that avoid what the ways chosen have in common, while they are near enough."""
    request = search.request
    network = request.network
    for banned in list(_bans(network, [traits for _, traits in chosen])):
        if len(chosen) == limit:
            break
        detour = Search(replace(request, allowed=request.allowed & ~banned))
        found = [
            (way, traits_of(network, way, request.ready_min))
            for way in detour.front(products_of(network, request.shipment))
        ]
        search.n_labels += detour.n_labels
        search.n_searches += detour.n_searches
        search.overflowed |= detour.overflowed
        near = [
            (way, traits)
            for way, traits in found
            if all(difference(traits, other) for _, other in chosen)
            and not any(_far_behind(request, way, other) for other, _ in chosen)
        ]
        if near:
            least = [min(difference(traits, other) for _, other in chosen) for _, traits in near]
            chosen = [*chosen, near[max(range(len(near)), key=lambda at: (least[at], -at))]]
    return chosen


def _bans(network: Network, chosen: Iterable[Traits]) -> Iterator[NDArray[np.bool_]]:
    """(n_offers,) what is not to be used: one crossing, one mode, one way out of the country."""
    traits = list(chosen)
    for crossing_id in dict.fromkeys(one for way in traits for one in way.crossing_ids):
        yield np.array([crossing_id in offer.crossing_ids for offer in network.offers])
    for mode in dict.fromkeys(mode for way in traits for mode in way.modes):
        yield np.array([bool(offer.ref) and offer.mode.value == mode for offer in network.offers])
    for gateway_id in dict.fromkeys(way.gateway_id for way in traits):
        at = network.facility_index.get(gateway_id)
        yield np.array([bool(offer.crossing_ids) and offer.tail == at for offer in network.offers])


def _far_behind(request: Request, way: Way, other: Way) -> bool:
    """Whether another way is better by more than the share in all three criteria."""
    pairs = (
        (way.cost_fen, other.cost_fen),
        (way.delivered_min - request.ready_min, other.delivered_min - request.ready_min),
        (way.co2e_g, other.co2e_g),
    )
    return all(mine > (1.0 + NEAR_SHARE) * theirs for mine, theirs in pairs)
