"""Door-to-door quotes: the best ways of one shipment that travels alone."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from optimizer.domain.shipment import Shipment
from optimizer.models.routing.evaluate import with_punctuality
from optimizer.models.routing.itineraries import MadeLegs, build_itinerary
from optimizer.models.routing.problem import build_request, products_of
from optimizer.models.routing.reasons import Reason, find_reasons
from optimizer.models.routing.search import Search, Way
from optimizer.models.routing.traits import Traits
from optimizer.network.network import Network
from optimizer.plan.itinerary import Itinerary

MAX_ITINERARIES = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class QuoteResult:
    """
    What was found for a shipment.

    Parameters
    ----------
    itineraries
        By cost, then delivery. None of them is beaten in delivery, cost and CO2e at once.
    reasons
        Why there is none.
    n_front
        Size of the whole Pareto front that the itineraries are taken from.
    n_labels, n_searches
        Work of the kernel.
    is_complete
        Whether no search ran out of room.
    traits
        By itinerary, what tells it apart; only of alternatives.
    """

    itineraries: tuple[Itinerary, ...]
    reasons: tuple[Reason, ...] = ()
    n_front: int = 0
    n_labels: int = 0
    n_searches: int = 0
    is_complete: bool = True
    traits: tuple[Traits, ...] = ()


def quote(
    network: Network,
    shipment: Shipment,
    *,
    max_itineraries: int = MAX_ITINERARIES,
    quantile: float | None = None,
) -> QuoteResult:
    """
    Itineraries of a shipment that travels alone, loose or in load units of its own.

    Parameters
    ----------
    max_itineraries
        The cheapest, the fastest and the greenest come first, then those that differ most.
    quantile
        Of uncertain durations; the network's ``planning_quantile`` unless given.
    """
    if quantile is None:
        quantile = network.data.parameters["planning_quantile"]
    request = build_request(network, shipment, quantile=quantile)
    search = Search(request)
    front = search.front(products_of(network, shipment))
    made: MadeLegs = {}
    built = (build_itinerary(request, way, made) for way in spread(front, max_itineraries))
    itineraries = [
        with_punctuality(network, shipment, itinerary) for itinerary in built if itinerary
    ]
    itineraries.sort(key=lambda one: (one.cost_fen, one.delivered_min, one.co2e_g))
    return QuoteResult(
        itineraries=tuple(itineraries),
        reasons=() if itineraries else find_reasons(network, shipment, quantile),
        n_front=len(front),
        n_labels=search.n_labels,
        n_searches=search.n_searches,
        is_complete=not search.overflowed,
    )


def spread(front: list[Way], limit: int) -> list[Way]:
    """
    At most ``limit`` ways that show what there is to choose.

    The cheapest, fastest and greenest, then one after the other the way that is farthest from those
    chosen, each criterion on the logarithm of its range. Ties go to the cheaper.
    """
    if len(front) <= limit:
        return front
    values = np.log(
        np.array(
            [(way.delivered_min, way.cost_fen, way.co2e_g) for way in front], dtype=float
        ).clip(min=1.0)
    )
    low, high = values.min(axis=0), values.max(axis=0)
    values = (values - low) / np.where(high > low, high - low, 1.0)
    chosen = list(dict.fromkeys(int(at) for at in values.argmin(axis=0)[[1, 0, 2]]))[:limit]
    distance = np.full(len(front), np.inf)
    for at in chosen:
        distance = np.minimum(distance, ((values - values[at]) ** 2).sum(axis=1))
    while len(chosen) < limit:
        farthest = int(distance.argmax())
        chosen.append(farthest)
        distance = np.minimum(distance, ((values - values[farthest]) ** 2).sum(axis=1))
    return [front[at] for at in sorted(chosen)]
