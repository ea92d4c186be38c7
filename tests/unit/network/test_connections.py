"""A network's connections and arcs: against truck runs minute by minute, and the Pareto search."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache
from itertools import pairwise

import numpy as np
import pytest

from optimizer import planner
from optimizer.kernels.arrays import Bounds, Prices, Query, Workspace
from optimizer.kernels.earliest_arrival import HAUL, NEVER, UNREACHED, WALK
from optimizer.kernels.timetabled_labels import (
    N_COLUMNS,
    N_COUNTERS,
    N_LAYERS,
    OVERFLOWED,
    next_open,
    pareto_search,
    truck_run,
)
from optimizer.network.arrivals import earliest_arrivals
from optimizer.network.build import build_network
from optimizer.network.connections import (
    Clearances,
    Connections,
    connections_of,
    crossing_dwell_min,
)
from optimizer.network.journeys import journey
from optimizer.network.network import Network
from tests.factories import EPOCH
from tests.reference.random_networks import make_random

IN_TRANSIT = 1


@cache
def _real() -> tuple[Network, np.ndarray]:
    network = build_network(
        planner.read(), epoch_at=datetime(2026, 11, 30, tzinfo=UTC), horizon_days=20
    )
    return network, crossing_dwell_min(network, network.data.customs_modes, 0.5)


def _by_arc(connections: Connections, arc: int, minutes: np.ndarray) -> np.ndarray:
    """Pieces read in the plainest way."""
    tt = connections.timetable
    low, high = tt.piece_first[arc], tt.piece_first[arc + 1]
    at = np.searchsorted(tt.piece_from[low:high], minutes, side="right") - 1 + low
    until = tt.piece_until[at].astype(np.int64)
    ready = np.maximum(minutes, until) + tt.piece_add[at]
    return np.where(until == UNREACHED, UNREACHED, ready)


def _truck_minutes(network: Network, dwell: np.ndarray, lane: int, tail: int, minutes: np.ndarray):
    """Readiness by driving from every minute; a later departure is taken where it is faster."""
    trucks, places = network.trucks, network.places
    passages = np.empty((16, 2), dtype=np.int64)
    lead = max(trucks.loading_min[lane], places.transfer_min[tail])
    found = np.full(len(minutes), UNREACHED, dtype=np.int64)
    for at, minute in enumerate(minutes):
        departs = next_open(places, tail, int(minute + lead))
        if departs > network.horizon_min:
            continue
        arrives = truck_run(places, trucks, lane, departs, dwell, passages)
        opens = UNREACHED
        if arrives != UNREACHED:
            opens = next_open(places, int(trucks.head[lane]), arrives)
        if opens != UNREACHED:
            found[at] = opens + trucks.loading_min[lane]
    return np.minimum.accumulate(found[::-1])[::-1], found


@pytest.mark.parametrize("seed", range(25))
def test_pieces_of_random_networks_are_truck_runs_and_connectors(seed: int) -> None:
    data, _ = make_random(seed, with_storage=False)
    network = build_network(data, epoch_at=EPOCH, horizon_days=12)
    dwell = np.zeros(network.n_facilities + len(network.crossing_ids), dtype=np.int64)
    dwell[network.n_facilities :] = 7 * 60 + seed
    everything = np.ones(len(network.offers), dtype=bool)
    connections = connections_of(network, dwell_min=dwell, usable=everything)
    minutes = np.arange(network.horizon_min + 1)
    tails = np.repeat(np.arange(network.n_facilities), np.diff(connections.timetable.arc_first))
    for arc, tail in enumerate(tails):
        found = _by_arc(connections, arc, minutes)
        offer = int(connections.arc_offer[arc])
        if connections.timetable.arc_kind[arc] == HAUL:
            lane = offer - int(network.trucks.offer_from)
            best, _ = _truck_minutes(network, dwell, lane, int(tail), minutes)
            np.testing.assert_array_equal(found, best)
        else:
            assert connections.timetable.arc_kind[arc] == WALK
            at = offer - int(network.connectors.offer_from)
            took = int(network.connectors.duration_min[at])
            head = int(network.connectors.head[at])
            plain = [next_open(network.places, head, int(minute + took)) for minute in minutes]
            np.testing.assert_array_equal(found, plain)


def test_pieces_of_the_real_lanes() -> None:
    network, dwell = _real()
    connections = connections_of(network, dwell_min=dwell)
    tails = np.repeat(np.arange(network.n_facilities), np.diff(connections.timetable.arc_first))
    hauls = np.flatnonzero(connections.timetable.arc_kind == HAUL)
    minutes = np.arange(0, 8 * 1440)
    for arc in hauls[::9]:
        lane = int(connections.arc_offer[arc] - network.trucks.offer_from)
        _, first = _truck_minutes(network, dwell, lane, int(tails[arc]), minutes)
        # On the real lanes waiting for a later departure never pays, but for the end of the span.
        np.testing.assert_array_equal(
            _by_arc(connections, int(arc), minutes)[:-1440], first[:-1440]
        )


def _pareto_arrival(
    network: Network, dwell: np.ndarray, source: int, target: int, start_min: int
) -> int:
    """Earliest delivery that the Pareto search finds when nothing costs anything."""
    n, n_offers = network.n_facilities, len(network.offers)
    zeros, nowhere = np.zeros(n, dtype=np.int64), np.full(n, -1, dtype=np.int64)
    here = nowhere.copy()
    here[target] = 0
    pair = np.repeat(np.arange(len(network.rides.head)), np.diff(network.rides.first))
    prices = Prices(
        row_first=np.arange(n_offers + 1),
        row_from_min=np.zeros(n_offers, dtype=np.int64),
        cost_fen=np.where(network.offer_closed, -1, 0).astype(np.int64),
        co2e_g=np.zeros(n_offers, dtype=np.int64),
        risk_mnp=np.zeros(n_offers, dtype=np.int64),
    )
    query = Query(
        dwell_min=dwell,
        export_min=nowhere,
        import_min=here,
        export_fen=0,
        import_fen=0,
        booked_min=start_min,
        until_min=UNREACHED - 1,
        horizon_min=network.horizon_min,
        due_min=0,
        late_fen_per_hour=0,
        storage_dm3=0,
        origin_dm3=0,
        max_hauls=40,
        final_min=here,
        final_fen=zeros,
        final_co2e_g=zeros,
        final_is_connector=0,
    )
    empty = np.zeros(N_LAYERS * n, dtype=np.int64)
    workspace = Workspace(
        labels=np.empty((200_000, N_COLUMNS), dtype=np.int64),
        bucket=np.empty(N_LAYERS * n, dtype=np.int64),
        heap=np.empty(200_000, dtype=np.int64),
        front=np.empty((64, 5), dtype=np.int64),
        candidate=np.empty(N_COLUMNS, dtype=np.int64),
        counters=np.zeros(N_COUNTERS, dtype=np.int64),
    )
    pareto_search(
        network.places._replace(storage_mfen=zeros),
        network.rides._replace(row=pair),
        network.trucks,
        network.connectors,
        prices,
        query,
        Bounds(minutes=empty, cost_fen=empty, co2e_g=empty),
        np.array([(source, IN_TRANSIT, 0, start_min, start_min, 0, 0)], dtype=np.int64),
        workspace,
    )
    assert workspace.counters[OVERFLOWED] == 0
    found = workspace.front[: workspace.counters[2], 0]
    return int(found.min()) if len(found) else UNREACHED


def test_equal_to_the_pareto_search_on_the_real_network() -> None:
    network, dwell = _real()
    rng = np.random.default_rng(38)
    n_reached = 0
    for start_min in (0, 1777, 9000):
        connections = connections_of(network, dwell_min=dwell, booked_min=start_min)
        sources = rng.integers(network.n_facilities, size=8)
        found = earliest_arrivals(connections, sources, start_min)
        for row, source in enumerate(sources):
            target = int(rng.integers(network.n_facilities))
            expected = _pareto_arrival(network, dwell, int(source), target, start_min)
            assert found[row, target] == expected
            legs = journey(connections, int(source), start_min, target)
            assert (legs is None) == (expected == UNREACHED)
            n_reached += legs is not None
            if legs:
                assert legs[-1].available_min == expected
                _check_legs(network, legs, int(source), target)
    assert n_reached > 15


def _check_legs(network: Network, legs: tuple, source: int, target: int) -> None:
    """By the offers and departures of the network: boarding T4, connectors never twice T6."""
    assert (legs[0].tail, legs[-1].head) == (source, target)
    connector = int(network.connectors.offer_from)
    for before, after in pairwise(legs):
        assert (before.head, before.available_min) == (after.tail, after.ready_min)
        assert before.offer < connector or after.offer < connector
    for leg in legs:
        offer = network.offers[leg.offer]
        assert (offer.tail, offer.head) == (leg.tail, leg.head)
        if leg.boards >= 0:
            assert leg.boards == leg.alights
            rides = network.rides
            assert rides.first[leg.offer] <= leg.boards < rides.first[leg.offer + 1]
            assert leg.ready_min + rides.lead_min[leg.offer] <= leg.departs_min
            assert leg.departs_min == rides.departs_min[leg.boards]
            available = rides.arrives_min[leg.boards] + rides.availability_min[leg.offer]
            assert leg.available_min == available
        else:
            assert leg.available_min > leg.ready_min


def test_clearances_are_layers() -> None:
    network, dwell = _real()
    n = network.n_facilities
    anywhere = Clearances(
        export_min=np.full(n, 120, dtype=np.int64), import_min=np.full(n, 60, dtype=np.int64)
    )
    plain = connections_of(network, dwell_min=dwell)
    layered = connections_of(network, dwell_min=dwell, clearances=anywhere)
    nowhere = Clearances(
        export_min=np.full(n, -1, dtype=np.int64), import_min=np.full(n, -1, dtype=np.int64)
    )
    without = connections_of(network, dwell_min=dwell, clearances=nowhere)
    sources = np.arange(0, n, 7)
    free = earliest_arrivals(plain, sources, 600)
    cleared = earliest_arrivals(layered, sources, 600)
    assert (cleared >= np.where(free == UNREACHED, UNREACHED, free)).all()
    # At the source itself both clearances and nothing else are needed.
    assert (cleared[np.arange(len(sources)), sources] == 600 + 120 + 60).all()
    assert (earliest_arrivals(without, sources, 600) == UNREACHED).all()
    alone = np.concatenate([earliest_arrivals(layered, int(source), 600) for source in sources])
    np.testing.assert_array_equal(alone, cleared)


def test_booking_close_usable_and_hash() -> None:
    network, dwell = _real()
    first = connections_of(network, dwell_min=dwell)
    again = connections_of(network, dwell_min=dwell)
    assert first.content_hash == again.content_hash
    booked = connections_of(network, dwell_min=dwell, booked_min=5000)
    assert (network.rides.book_by_min[booked.ride] >= 5000).all()
    assert len(booked.ride) == (network.rides.book_by_min >= 5000)[first.ride].sum()
    assert booked.content_hash != first.content_hash
    nothing = connections_of(
        network, dwell_min=dwell, usable=np.zeros(len(network.offers), dtype=bool)
    )
    found = earliest_arrivals(nothing, [0, 1, 2, 3], 0)
    assert (found != UNREACHED).sum() == 4
    assert (nothing.timetable.last_in == NEVER).all()
