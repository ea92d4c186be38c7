"""Matrices at a time: earliest arrivals, and all departures of a week that are worth taking."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from optimizer.domain.shipment import Place
from optimizer.domain.skim import MatrixQuery
from optimizer.errors import DemandError, Finding, ModelError
from optimizer.kernels.arrays import Ints
from optimizer.models.routing.matrix_average import is_domestic
from optimizer.models.routing.matrix_ends import place_ends
from optimizer.models.routing.matrix_result import NOTHING
from optimizer.models.routing.problem import crossing_dwell
from optimizer.models.routing.skim_values import clearances, offer_values
from optimizer.network.arrivals import earliest_arrivals
from optimizer.network.connections import Clearances, Connections, connections_of
from optimizer.network.connectors import Reach, reach_of
from optimizer.network.network import UNREACHED, Network
from optimizer.network.profiles import arrival_profile
from optimizer.network.skim_points import Point, with_points
from optimizer.network.skim_times import WEEK_MIN, week_start_min
from optimizer.units import MINUTES_PER_HOUR


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Timetables:
    """
    What a load may take, for international and for domestic pairs.

    Parameters
    ----------
    number
        Place to facility number; addresses come behind the facilities.
    """

    abroad: Connections
    at_home: Connections
    number: dict[Place, int]


def timetables_of(network: Network, query: MatrixQuery, places: Sequence[Place]) -> Timetables:
    """Timetables with the addresses among places as facilities of their own."""
    addresses = tuple(dict.fromkeys(place for place in places if not place.facility_id))
    abroad, at_home, first_point = _connections(network, query, addresses)
    number = {
        place: network.facility_index[place.facility_id] for place in places if place.facility_id
    }
    number |= {place: first_point + at for at, place in enumerate(addresses)}
    return Timetables(abroad=abroad, at_home=at_home, number=number)


@lru_cache(maxsize=8)
def _connections(
    network: Network, query: MatrixQuery, addresses: tuple[Place, ...]
) -> tuple[Connections, Connections, int]:
    load = query.load
    offers = offer_values(network, load, query.week, query.without)
    # A leg that does not run all the week still runs when it does: the clock decides, not the mean.
    usable = offers.is_sold
    quantile = network.data.parameters["planning_quantile"]
    dwell = crossing_dwell(network, load.customs_mode, quantile)
    export_min, import_min = clearances(network, load)
    points = [Point(label=place.label, reach=_reach(network, place, query)) for place in addresses]
    grown = with_points(network, points, usable, dwell)
    closed = np.full(len(points), NOTHING, dtype=np.int64)
    booked_min = None if query.at is None else network.minute(query.at)
    abroad = connections_of(
        grown.network,
        dwell_min=grown.dwell_min,
        usable=grown.usable,
        booked_min=booked_min,
        clearances=Clearances(
            export_min=np.concatenate((export_min, closed)),
            import_min=np.concatenate((import_min, closed)),
        ),
    )
    trucks = network.trucks
    crosses = np.zeros(len(grown.usable), dtype=bool)
    crosses[: len(network.rides.head)] = network.rides.crosses == 1
    crosses[trucks.offer_from : trucks.offer_from + len(trucks.head)] = trucks.crosses == 1
    at_home = connections_of(
        grown.network,
        dwell_min=grown.dwell_min,
        usable=grown.usable & ~crosses,
        booked_min=booked_min,
    )
    return abroad, at_home, grown.first_point


def _reach(network: Network, place: Place, query: MatrixQuery) -> Reach:
    """Reach of an address, to facilities that the load's connector is sold to."""
    reach = reach_of(network.data, place)
    ends = place_ends(network, place, query.load, query.week, inbound=True)
    sold = np.isin(reach.facilities, ends.facilities)
    return Reach(
        facilities=reach.facilities[sold],
        distance_m=reach.distance_m[sold],
        duration_min=reach.duration_min[sold],
    )


def arrivals_between(
    network: Network, query: MatrixQuery, rows: Sequence[Place], columns: Sequence[Place]
) -> Ints:
    """
    (n_rows, n_columns) clock minutes of delivery of what is ready at ``query.at``; -1 for none.

    Raises
    ------
    DemandError
        S371: the moment is outside of the network's horizon.
    """
    moment = moment_of(query)
    at_min = network.minute(moment)
    _check_minute(network, at_min, moment.isoformat())
    tables = timetables_of(network, query, (*rows, *columns))
    sources = np.array([tables.number[place] for place in rows], dtype=np.int64)
    targets = np.array([tables.number[place] for place in columns], dtype=np.int64)
    domestic = is_domestic(network, rows, columns)
    found = np.where(
        domestic,
        _all(tables.at_home, sources, at_min, targets, domestic),
        _all(tables.abroad, sources, at_min, targets, ~domestic),
    ).astype(np.int64)
    found[_same(rows, columns)] = at_min
    return np.where(found == UNREACHED, NOTHING, found)


def moment_of(query: MatrixQuery) -> datetime:
    """The ready time of a query that has one."""
    if query.at is None:
        raise ModelError("a matrix of arrivals needs a time")
    return query.at


def _check_minute(network: Network, minute: int, text: str) -> None:
    if 0 <= minute <= network.horizon_min:
        return
    raise DemandError(
        Finding(
            code="S371",
            what="the time is outside of the horizon that the network was compiled for",
            where="at",
            value=text,
            remedy="ask for a week around the time, or leave --week out",
        )
    )


def _all(
    connections: Connections,
    sources: Ints,
    at_min: int,
    targets: Ints,
    wanted: NDArray[np.bool_],
) -> NDArray[np.int32]:
    """Arrivals of the rows and columns that are wanted somewhere; the others stay unreached."""
    found = np.full(wanted.shape, UNREACHED, dtype=np.int32)
    i, j = np.flatnonzero(wanted.any(axis=1)), np.flatnonzero(wanted.any(axis=0))
    if len(i) and len(j):
        found[np.ix_(i, j)] = earliest_arrivals(connections, sources[i], at_min, targets[j])
    return found


def _same(rows: Sequence[Place], columns: Sequence[Place]) -> NDArray[np.bool_]:
    return np.array([[one == other for other in columns] for one in rows], dtype=bool).reshape(
        len(rows), len(columns)
    )


def profiles_between(
    network: Network, query: MatrixQuery, rows: Sequence[Place], columns: Sequence[Place]
) -> list[list[Ints]]:
    """
    Departures of a week that no other beats, by row and column.

    Returns
    -------
    (n, 2) arrays
        Latest minute to be ready, and delivery; both rising. Empty where there is no way.

    Notes
    -----
    Ways with a service are all there. Trucks on demand leave at any minute: they are listed for
    readiness at each full hour, where nothing beats that.
    """
    from_min = week_start_min(network, query.week)
    tables = timetables_of(network, query, (*rows, *columns))
    targets = np.array([tables.number[place] for place in columns], dtype=np.int64)
    domestic = is_domestic(network, rows, columns)
    same = _same(rows, columns)
    found: list[list[Ints]] = []
    for at, row in enumerate(rows):
        of_row: list[Ints] = [np.empty((0, 2), dtype=np.int64) for _ in columns]
        for connections, wanted in ((tables.at_home, domestic[at]), (tables.abroad, ~domestic[at])):
            here = np.flatnonzero(wanted & ~same[at])
            if len(here):
                profiles = _profiles(connections, tables.number[row], from_min, targets[here])
                for column, pairs in zip(here.tolist(), profiles, strict=True):
                    of_row[column] = pairs
        found.append(of_row)
    return found


def _profiles(connections: Connections, source: int, from_min: int, targets: Ints) -> list[Ints]:
    """(n, 2) pairs by target."""
    until_min = from_min + WEEK_MIN
    by_service = arrival_profile(connections, source, from_min, until_min, targets)
    hours = np.arange(from_min, until_min, MINUTES_PER_HOUR, dtype=np.int64)
    hourly = earliest_arrivals(connections, np.full(len(hours), source), hours, targets)
    found: list[Ints] = []
    for at, pairs in enumerate(by_service):
        reached = hourly[:, at] != UNREACHED
        listed = np.stack((hours[reached], hourly[reached, at].astype(np.int64)), axis=1)
        found.append(best_of([pairs, listed]))
    return found


def best_of(profiles: Sequence[Ints]) -> Ints:
    """Departures that none of several profiles beats: for zones."""
    pairs = np.concatenate([*profiles, np.empty((0, 2), dtype=np.int64)])
    # From the latest to be ready on; what arrives no earlier than something later is beaten.
    order = np.lexsort((pairs[:, 1], -pairs[:, 0]))
    kept: list[int] = []
    earliest = UNREACHED
    for at in order.tolist():
        if pairs[at, 1] < earliest:
            earliest = int(pairs[at, 1])
            kept.append(at)
    return pairs[kept[::-1]]
