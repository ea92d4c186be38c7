"""Earliest arrivals on timetables whose answers follow from arithmetic, and at the edges."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from optimizer.errors import NetworkError
from optimizer.kernels.earliest_arrival import HAUL, NEVER, TOO_LATE, UNREACHED, WALK, scan_lanes
from optimizer.network.arrivals import earliest_arrivals, lane_buffers
from optimizer.network.connections import Connections, connections_from
from optimizer.network.journeys import journey
from optimizer.network.schedule import Arc, Arcs, Hops

A, B, C, D = range(4)
ROOT = Path(__file__).parents[3]
NO_PIECES = np.empty((0, 3), dtype=np.int64)


def _connections(n_nodes: int, hops: list[tuple[int, ...]], arcs: list[Arc]) -> Connections:
    """Hops are (tail, head, departs, cut-off, arrives, ready, voyage, hop)."""
    columns = np.array(hops, dtype=np.int64).reshape(-1, 8).T
    return connections_from(n_nodes, Hops(*columns), Arcs.of(arcs))


def _walk(tail: int, head: int, minutes: int) -> Arc:
    return Arc(tail, head, WALK, minutes, NO_PIECES, 0)


def test_cut_off_and_staying_on_board() -> None:
    # Voyage 0 runs A 10 - B 20, B 25 - C 40; its cut-off at A is 8, at B 15, so it can only be
    # boarded at A, by 8. Voyage 1 leaves A at 30, cut-off 30, for C at 70; ready 5 minutes later.
    hops = [
        (A, B, 10, 8, 20, 20, 0, 0),
        (B, C, 25, 15, 40, 40, 0, 1),
        (A, C, 30, 30, 70, 75, 1, 0),
    ]
    connections = _connections(3, hops, [])
    assert earliest_arrivals(connections, A, 8).tolist() == [[8, 20, 40]]
    assert earliest_arrivals(connections, A, 9).tolist() == [[9, UNREACHED, 75]]
    assert earliest_arrivals(connections, A, 31).tolist() == [[31, UNREACHED, UNREACHED]]
    assert earliest_arrivals(connections, B, 15).tolist() == [[UNREACHED, 15, 40]]
    assert earliest_arrivals(connections, B, 16).tolist() == [[UNREACHED, 16, UNREACHED]]


def test_minimum_dwell_is_paid_by_who_changes_and_not_by_who_stays() -> None:
    # B needs 12 minutes between trains. Voyage 0 is at B from 20 to 30 and goes on to C at 50;
    # voyage 1 leaves B at 30 for D: cut-off 18, missed. Voyage 2 leaves B at 32: cut-off 20, caught.
    hops = [
        (A, B, 10, 10, 20, 20, 0, 0),
        (B, C, 30, 18, 50, 50, 0, 1),
        (B, D, 30, 18, 45, 45, 1, 0),
        (B, D, 32, 20, 60, 60, 2, 0),
    ]
    assert earliest_arrivals(_connections(4, hops, []), A, 0).tolist() == [[0, 20, 50, 60]]


@pytest.mark.parametrize("n_sources", [1, 16, 30, 64])
def test_a_walk_does_not_hide_a_vehicle_that_may_walk_on(n_sources: int) -> None:
    # Cargo walks A - B in 5 and may not walk on to C. The train brings other cargo to B at 20 and
    # that may: C at 24. With one label a node, B is reached at 5, the train is ignored, C is lost.
    hops = [(A, B, 10, 10, 20, 20, 0, 0)]
    connections = _connections(3, hops, [_walk(A, B, 5), _walk(B, C, 4)])
    found = earliest_arrivals(connections, [A] * n_sources, 0)
    assert found.tolist() == [[0, 5, 24]] * n_sources
    legs = journey(connections, A, 0, C)
    assert legs is not None
    assert [(leg.tail, leg.head, leg.available_min) for leg in legs] == [(A, B, 20), (B, C, 24)]


def test_opening_hours_of_an_arc() -> None:
    # A truck takes 100 minutes and is held until 480 if it is ready before; after 1000 it is gone.
    pieces = np.array([(0, 480, 100), (1001, UNREACHED, 0)], dtype=np.int64)
    connections = _connections(2, [], [Arc(A, B, HAUL, 0, pieces, 0)])
    found = earliest_arrivals(connections, [A] * 5, [0, 480, 481, 1000, 1001])
    assert found[:, B].tolist() == [580, 580, 581, 1100, UNREACHED]


def test_empty_timetables_and_no_sources() -> None:
    connections = _connections(3, [], [])
    assert earliest_arrivals(connections, [A, B, C, A, B], 7).tolist() == [
        [7 if at == source else UNREACHED for at in range(3)] for source in (A, B, C, A, B)
    ]
    assert earliest_arrivals(connections, [], 7).shape == (0, 3)
    assert earliest_arrivals(connections, [A, B, C, A], 7, targets=[]).shape == (4, 0)
    assert journey(connections, A, 7, A) == ()
    assert journey(connections, A, 7, B) is None


def test_months_do_not_fit_sixteen_bits_and_come_out_the_same() -> None:
    # One train a week for a year; changing at B always waits until the next week.
    week = 7 * 1440
    hops = []
    for at in range(52):
        start = at * week
        hops.append((at, at + 1, start + 10, start + 10, start + 20, start + 20, at, 0))
    connections = _connections(53, hops, [])
    expected = [0, *(at * week + 20 for at in range(52))]
    assert earliest_arrivals(connections, [0] * 4, 0).tolist() == [expected] * 4
    assert earliest_arrivals(connections, [0], 0).tolist() == [expected]
    lanes = lane_buffers(connections.timetable, 16, np.int16, 16)
    status = scan_lanes(
        connections.timetable,
        np.zeros(16, dtype=np.int32),
        np.zeros(16, dtype=np.int64),
        np.arange(53, dtype=np.int32),
        np.iinfo(np.int16).max,
        lanes,
    )
    assert status == TOO_LATE


def test_starts_years_apart_in_one_call() -> None:
    year = 365 * 1440
    hops = [
        (A, B, at * year + 100, at * year + 100, at * year + 160, at * year + 160, at, 0)
        for at in range(6)
    ]
    found = earliest_arrivals(_connections(2, hops, []), [A] * 6, np.arange(6) * year)
    assert found[:, B].tolist() == [at * year + 160 for at in range(6)]


def test_a_long_chain_of_arcs_makes_the_stack_grow() -> None:
    n_nodes = 70
    arcs = [
        Arc(tail, head, HAUL, 1000 - tail - head, NO_PIECES, 0)
        for tail in range(n_nodes)
        for head in range(n_nodes)
        if tail != head
    ]
    connections = _connections(n_nodes, [], arcs)
    found = earliest_arrivals(connections, [0, 1, 2, 3], 5, targets=[69, 68])
    assert found[0].tolist() == [5 + 1000 - 69, 5 + 1000 - 68]
    assert found[3].tolist() == [5 + 1000 - 72, 5 + 1000 - 71]


def test_boarding_may_be_forbidden() -> None:
    hops = [(A, B, 10, 10, 20, 20, 0, 0), (B, C, 30, NEVER, 40, 40, 0, 1)]
    connections = _connections(3, hops, [])
    assert earliest_arrivals(connections, [A, B] * 3, 0)[:, C].tolist() == [40, UNREACHED] * 3


def test_all_findings_at_once() -> None:
    hops = [
        (A, 9, 10, 10, 20, 20, 0, 0),  # N261
        (A, B, 2**31, 10, 2**31 + 5, 2**31 + 5, 1, 0),  # N262
        (A, B, 10, 10, 10, 10, 2, 0),  # N263
        (A, B, 10, 11, 20, 20, 3, 0),  # N264
        (A, B, 10, 10, 20, 20, 4, 0),
        (B, C, 19, 19, 30, 30, 4, 1),  # N265
    ]
    back = Arc(A, B, HAUL, 0, np.array([(0, 0, -5)]), 0)  # N266
    with pytest.raises(NetworkError) as caught:
        _connections(3, hops, [back])
    assert [finding.code for finding in caught.value.findings] == [
        "N261",
        "N262",
        "N263",
        "N264",
        "N265",
        "N266",
    ]
    with pytest.raises(NetworkError) as caught:
        earliest_arrivals(_connections(3, [], []), [0, 7], [0, 2**40], targets=[-1])
    assert [finding.code for finding in caught.value.findings] == ["N267", "N267", "N268"]


def test_without_the_compiler_results_are_equal() -> None:
    script = """
import numpy as np
from optimizer.network.arrivals import earliest_arrivals
from optimizer.network.connections import connections_from
from optimizer.network.profiles import arrival_profile
from tests.reference.random_timetables import as_rows, random_timetable
for seed in (3, 8, 11, 25):
    timetable = random_timetable(np.random.default_rng(seed))
    connections = connections_from(timetable.n_nodes, *as_rows(timetable))
    sources = np.tile(np.arange(timetable.n_nodes), 8)[:40]
    print(earliest_arrivals(connections, sources, 3).tolist())
    print(earliest_arrivals(connections, [0], 3).tolist())
    print([pairs.tolist() for pairs in arrival_profile(connections, 0, 0, 50)])
"""
    printed = [
        subprocess.run(
            [sys.executable, "-W", "error", "-c", script],
            capture_output=True,
            text=True,
            check=True,
            cwd=ROOT,
            env=os.environ | {"NUMBA_DISABLE_JIT": off, "PYTHONPATH": str(ROOT)},
        ).stdout
        for off in ("0", "1")
    ]
    assert printed[0] == printed[1]
    assert len(printed[0]) > 1000
