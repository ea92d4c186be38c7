from __future__ import annotations

import time

import pytest

from optimizer.errors import ModelError
from optimizer.solvers.limits import Deadline, SolveLimits


@pytest.mark.parametrize(
    "wrong",
    [
        {"time_s": 0},
        {"time_s": float("nan")},
        {"gap": 1.0},
        {"gap": -0.1},
        {"seed": -1},
        {"n_threads": 0},
    ],
)
def test_limits_that_make_no_sense_are_refused(wrong):
    with pytest.raises(ModelError, match="M603"):
        SolveLimits(**wrong)


def test_a_deadline_counts_down_to_zero():
    deadline = Deadline(0.05)
    assert 0 < deadline.left_s <= 0.05
    time.sleep(0.06)
    assert deadline.is_over
    assert deadline.left_s == 0.0


def test_a_deadline_can_begin_in_the_past():
    deadline = Deadline(10.0, time.monotonic() - 4.0)
    assert deadline.left_s == pytest.approx(6.0, abs=0.1)
