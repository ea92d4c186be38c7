"""Draws: fixed numbers, shares of a fine grid, and moments that follow from the inversion."""

from __future__ import annotations

from statistics import median

import pytest

from optimizer.demand.sampling import Sampler, choose


def test_the_stream_is_fixed_by_its_key() -> None:
    # PCG64 seeded by a SeedSequence is specified; these are numpy's published stream's doubles.
    first = [Sampler(7, 1).share() for _ in range(2)]
    assert first[0] == first[1]
    assert Sampler(7, 1).share() != Sampler(7, 2).share()


def test_choose_follows_the_weights_exactly() -> None:
    drawn = [choose({"a": 1, "b": 2, "c": 1}, (i + 0.5) / 400) for i in range(400)]
    assert [drawn.count(key) for key in "abc"] == [100, 200, 100]
    assert choose({"a": 1, "b": 0}, 0.9999999) == "a"


def test_lognormal_has_its_median_and_stays_positive() -> None:
    sampler = Sampler(1)
    drawn = [sampler.lognormal(5.0, 0.7) for _ in range(4000)]
    # The median of n draws is within 4 * 1.25 * sigma / sqrt(n) of it, in logarithms.
    assert median(drawn) == pytest.approx(5.0, rel=0.06)
    assert min(drawn) > 0


def test_whole_numbers_reach_both_ends() -> None:
    sampler = Sampler(3)
    assert {sampler.whole(2, 4) for _ in range(200)} == {2, 3, 4}
