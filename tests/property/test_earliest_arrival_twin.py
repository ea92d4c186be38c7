"""Random timetables: every kernel, width and grouping of starts gives what the slow twin gives."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from optimizer.kernels.earliest_arrival import UNREACHED
from optimizer.network.arrivals import earliest_arrivals
from optimizer.network.connections import Connections, connections_from
from optimizer.network.journeys import JourneyLeg, journey
from optimizer.network.profiles import arrival_profile, on_demand
from tests.reference.earliest_arrival_twin import HAUL, KEEP, WALK, Timetable, earliest
from tests.reference.random_timetables import as_rows, random_timetable

N_TIMETABLES = 1000
N_PARTS = 10
STARTS_MIN = (0, 17, 2900)


@cache
def _case(seed: int) -> tuple[Timetable, Connections, np.ndarray, np.ndarray, np.ndarray]:
    """A timetable, all its nodes as starts at three moments, and the twin's answer."""
    rng = np.random.default_rng(seed)
    timetable = random_timetable(rng)
    connections = connections_from(timetable.n_nodes, *as_rows(timetable))
    sources = np.tile(np.arange(timetable.n_nodes), len(STARTS_MIN))
    starts_min = np.repeat(STARTS_MIN, timetable.n_nodes)
    expected = np.array(
        [
            [UNREACHED if at is None else at for at in earliest(timetable, int(source), int(start))]
            for source, start in zip(sources, starts_min, strict=True)
        ]
    )
    return timetable, connections, sources, starts_min, expected


@pytest.mark.parametrize("part", range(N_PARTS))
def test_equal_to_the_twin(part: int) -> None:
    for seed in range(part, N_TIMETABLES, N_PARTS):
        timetable, connections, sources, starts_min, expected = _case(seed)
        together = earliest_arrivals(connections, sources, starts_min)
        np.testing.assert_array_equal(together, expected, err_msg=f"seed {seed}, in lanes")
        many = 1 + 64 // len(sources)  # more than one batch of 64
        repeated = earliest_arrivals(
            connections, np.tile(sources, many), np.tile(starts_min, many), n_threads=2
        )
        np.testing.assert_array_equal(
            repeated, np.tile(expected, (many, 1)), err_msg=f"seed {seed}, in 64 lanes"
        )
        rng = np.random.default_rng(seed + 10**6)
        row = int(rng.integers(len(sources)))
        alone = earliest_arrivals(connections, sources[row], starts_min[row])
        np.testing.assert_array_equal(alone[0], expected[row], err_msg=f"seed {seed}, alone")
        targets = rng.integers(timetable.n_nodes, size=int(rng.integers(1, 4)))
        rows = rng.permutation(len(sources))[: int(rng.integers(1, len(sources) + 1))]
        some = earliest_arrivals(connections, sources[rows], starts_min[rows], targets)
        np.testing.assert_array_equal(
            some, expected[np.ix_(rows, targets)], err_msg=f"seed {seed}, to some"
        )


@pytest.mark.parametrize("part", range(4))
def test_journeys_can_be_made_and_arrive_when_they_should(part: int) -> None:
    n_legs = 0
    for seed in range(part, 200, 4):
        timetable, connections, sources, starts_min, expected = _case(seed)
        for row in range(0, len(sources), 2):
            start, now = int(sources[row]), int(starts_min[row])
            for target in range(timetable.n_nodes):
                legs = journey(connections, start, now, target)
                if legs is None:
                    assert expected[row, target] == UNREACHED
                    continue
                arrives = _made(timetable, legs, start, now)
                assert arrives == (target, expected[row, target]), f"seed {seed}"
                n_legs += len(legs)
    assert n_legs > 500


def _made(
    timetable: Timetable, legs: tuple[JourneyLeg, ...], place: int, now: int
) -> tuple[int, int]:
    """Make a journey leg by leg, from the rows of the twin alone; where and when it ends."""
    hops, _ = as_rows(timetable)
    by_key = {(hop.voyage, hop.hop): hop for hop in timetable.hops}
    may_walk = True
    for leg in legs:
        assert (leg.tail, leg.ready_min) == (place, now)
        if leg.boards >= 0:
            first, last = (
                by_key[int(hops.voyage[at]), int(hops.hop[at])] for at in (leg.boards, leg.alights)
            )
            assert first.voyage == last.voyage == leg.offer
            assert first.hop <= last.hop
            assert first.tail == place
            assert first.departs == leg.departs_min
            assert first.cutoff is not None
            assert now <= first.cutoff
            place, now, may_walk = last.head, last.ready, True
        else:
            way = timetable.ways[leg.offer]
            assert way.tail == place
            assert way.kind != WALK or may_walk
            may_walk = {HAUL: True, WALK: False, KEEP: may_walk}[way.kind]
            then = way.ready(now)
            assert then is not None
            place, now = way.head, then
        assert (leg.head, leg.available_min) == (place, now)
    return place, now


@pytest.mark.parametrize("part", range(4))
def test_profiles_hold_at_every_minute(part: int) -> None:
    n_pairs = 0
    for seed in range(part, 80, 4):
        timetable, connections, *_ = _case(seed)
        from_min, until_min = 5, 35
        minutes = np.arange(from_min, until_min)
        for source in range(timetable.n_nodes):
            pairs = arrival_profile(connections, source, from_min, until_min)
            alone = earliest_arrivals(on_demand(connections), np.full(30, source), minutes)
            after = earliest_arrivals(connections, source, until_min)[0]
            truth = np.array([_twin_row(timetable, source, int(minute)) for minute in minutes])
            for target, of_target in enumerate(pairs):
                n_pairs += len(of_target)
                assert (np.diff(of_target, axis=0) > 0).all()
                for at, minute in enumerate(minutes):
                    ahead = of_target[of_target[:, 0] >= minute, 1]
                    best = min(int(alone[at, target]), int(after[target]), *ahead[:1].tolist())
                    assert best == truth[at, target], f"seed {seed}, {source} to {target}, {minute}"
                for departs, arrives in of_target:
                    # Leaving a minute later, a service cannot arrive as early.
                    row = int(departs) - from_min + 1
                    if row < len(minutes):
                        assert truth[row, target] > arrives or alone[row, target] <= arrives
    assert n_pairs > 50


def _twin_row(timetable: Timetable, source: int, minute: int) -> list[int]:
    row = earliest(timetable, source, minute)
    return [UNREACHED if at is None else at for at in row]
