"""
Risk of a way: a criterion that adds up, from the same distributions as on-time shares.

The risk of a leg is ``-1000 * ln(P)``, in milli-nepers, where P is the probability that none of its
random parts exceeds its plan by more than ``TOLERANCE_MIN``: the delay of a truck lane or of each
call of a service that is passed or reached, the dwell at each crossing beyond its median, and an
inspection there, which happens with the share of the declarant's credit class. Parts are lognormal
(rule T2) and taken as independent, so that risks of legs add up, and ``exp(-risk / 1000)`` is the
probability that nothing on the way goes badly wrong. Connectors and clearances have none: every way
of a shipment has the same clearances.

It is a criterion of search. What an itinerary promises is still the on-time share from samples.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from math import log
from statistics import NormalDist

import numpy as np

from optimizer.domain.border import CreditClass, Duration
from optimizer.domain.shipment import Shipment
from optimizer.kernels.arrays import Ints
from optimizer.network.durations import sigma_of
from optimizer.network.network import Network, Offer

TOLERANCE_MIN = 240
MNP_PER_NEPER = 1000
MAX_PROBABILITY = 1.0 - 1e-9
"""A part that is almost sure to exceed its plan counts 20.7 nepers, not infinitely many."""


def leg_risks(network: Network, shipment: Shipment) -> Ints:
    """(n_offers,) milli-nepers of each leg, at least 0."""
    return _leg_risks(network, shipment.credit_class, shipment.customs_mode)


@lru_cache(maxsize=64)
def _leg_risks(network: Network, credit_class: CreditClass, customs_mode: str) -> Ints:
    risks = [
        sum(
            -log(1.0 - min(MAX_PROBABILITY, probability))
            for probability in _exceeding(network, offer, credit_class, customs_mode)
        )
        for offer in network.offers
    ]
    return np.floor(MNP_PER_NEPER * np.array(risks, dtype=float) + 0.5).astype(np.int64)


def exceeds(duration: Duration, limit_min: int) -> float:
    """Probability that a lognormal duration is longer than a number of minutes."""
    sigma = sigma_of(duration)
    if sigma == 0.0 or limit_min <= 0:
        return float(duration.p50_min > limit_min)
    return 1.0 - NormalDist().cdf(log(limit_min / duration.p50_min) / sigma)


def _exceeding(
    network: Network, offer: Offer, credit_class: CreditClass, customs_mode: str
) -> Iterator[float]:
    """Probabilities of the parts of a leg."""
    data = network.data
    if offer.ref in data.services:
        for call in data.services[offer.ref].calls[offer.from_call + 1 : offer.to_call + 1]:
            yield exceeds(call.delay, TOLERANCE_MIN)
    elif offer.ref in data.truck_lanes:
        yield exceeds(data.truck_lanes[offer.ref].delay, TOLERANCE_MIN)
    for crossing_id in offer.crossing_ids:
        crossing = data.crossings[crossing_id]
        if customs_mode in crossing.customs_modes:
            dwell = crossing.dwell_for(customs_mode)
            yield exceeds(dwell, dwell.p50_min + TOLERANCE_MIN)
        for row in data.inspections:
            if row.credit_class is credit_class and row.mode is crossing.mode:
                yield row.inspection_share * exceeds(row.delay, TOLERANCE_MIN)
