"""A network with addresses among its facilities, so that timetables reach them by connector."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from optimizer.domain.location import Mode
from optimizer.kernels.arrays import Connectors, Ints, Places
from optimizer.network.connectors import Reach
from optimizer.network.network import Network, Offer

ALWAYS = 2**30
"""An address is open from ``-ALWAYS`` to ``ALWAYS`` minutes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """
    An address.

    Parameters
    ----------
    label
        Its id among facilities.
    reach
        Facilities that connectors join it with, both ways.
    """

    label: str
    reach: Reach


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PointNetwork:
    """
    A network whose last facilities are addresses.

    Parameters
    ----------
    usable
        (n_offers,) of the given network's, and all connectors of addresses.
    dwell_min
        (n_places,)
    first_point
        Facility number of the first address.
    """

    network: Network
    usable: NDArray[np.bool_]
    dwell_min: Ints
    first_point: int


def with_points(
    network: Network, points: Sequence[Point], usable: NDArray[np.bool_], dwell_min: Ints
) -> PointNetwork:
    """
    Add addresses. Two connectors in a row stay forbidden, so no way leads through an address.

    Parameters
    ----------
    usable
        (n_offers,) what may be taken.
    dwell_min
        (n_places,) minutes at crossings.
    """
    n_known, n_points = network.n_facilities, len(points)
    none = np.zeros(n_points, dtype=np.int64)
    tails, heads, metres, minutes = (
        np.concatenate([part(at + n_known, one.reach) for at, one in enumerate(points)] or [none])
        for part in (_tails, _heads, _metres, _minutes)
    )
    connectors = network.connectors
    known_tails = np.repeat(np.arange(n_known), np.diff(connectors.first_out))
    order = np.argsort(np.concatenate((known_tails, tails)), kind="stable")
    offers = [
        *network.offers[connectors.offer_from :],
        *(
            Offer(ref="", mode=Mode.ROAD, tail=int(tail), head=int(head), distance_m=int(length))
            for tail, head, length in zip(tails, heads, metres, strict=True)
        ),
    ]
    counts = np.bincount(
        np.concatenate((known_tails, tails)).astype(np.int64), minlength=n_known + n_points
    )
    joined = Connectors(
        first_out=np.concatenate(([0], np.cumsum(counts))).astype(np.int64),
        head=np.concatenate((connectors.head, heads))[order],
        duration_min=np.concatenate((connectors.duration_min, minutes))[order],
        offer_from=connectors.offer_from,
    )
    trucks, rides = network.trucks, network.rides
    grown = replace(
        network,
        facility_ids=(*network.facility_ids, *(point.label for point in points)),
        places=_places(network.places, n_known, none),
        connectors=joined,
        offers=(
            *network.offers[: connectors.offer_from],
            *(offers[at] for at in order.tolist()),
        ),
        rides=rides._replace(first_out=_longer(rides.first_out, n_points)),
        trucks=trucks._replace(
            first_out=_longer(trucks.first_out, n_points),
            crossing=np.where(trucks.crossing >= 0, trucks.crossing + n_points, trucks.crossing),
        ),
    )
    by_connector = np.concatenate(
        (usable[connectors.offer_from :], np.ones(len(tails), dtype=bool))
    )
    return PointNetwork(
        network=grown,
        usable=np.concatenate((usable[: connectors.offer_from], by_connector[order])),
        dwell_min=np.concatenate((dwell_min[:n_known], none, dwell_min[n_known:])),
        first_point=n_known,
    )


def _tails(point: int, reach: Reach) -> Ints:
    return np.concatenate((np.full(len(reach.facilities), point), reach.facilities))


def _heads(point: int, reach: Reach) -> Ints:
    return np.concatenate((reach.facilities, np.full(len(reach.facilities), point)))


def _metres(_point: int, reach: Reach) -> Ints:
    return np.tile(reach.distance_m, 2)


def _minutes(_point: int, reach: Reach) -> Ints:
    return np.tile(reach.duration_min, 2)


def _longer(first: Ints, n: int) -> Ints:
    return np.concatenate((first, np.full(n, first[-1], dtype=np.int64)))


def _places(places: Places, n_known: int, none: Ints) -> Places:
    n_points = len(none)
    at = int(places.open_first[n_known])
    spans = np.arange(1, n_points + 1, dtype=np.int64)
    return Places(
        open_first=np.concatenate(
            (
                places.open_first[: n_known + 1],
                at + spans,
                places.open_first[n_known + 1 :] + n_points,
            )
        ),
        opens=np.insert(places.opens, at, np.full(n_points, -ALWAYS)),
        closes=np.insert(places.closes, at, np.full(n_points, ALWAYS)),
        transfer_min=np.concatenate((places.transfer_min, none)),
        storage_mfen=np.concatenate((places.storage_mfen, none)),
        storage_free_min=np.concatenate((places.storage_free_min, none)),
    )
