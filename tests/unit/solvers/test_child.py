from __future__ import annotations

import time

import pytest

from optimizer.solvers.child import Child, ChildDied, run_in_child
from tests.toy.child_work import bad_limits, count


def test_a_child_that_overruns_is_killed():
    began = time.monotonic()
    with pytest.raises(ChildDied, match="M617"):
        run_in_child(time.sleep, (60,), time_s=0.5)
    assert time.monotonic() - began < 15


def test_a_child_answers():
    assert run_in_child(divmod, (17, 5), time_s=10) == (3, 2)


def test_an_error_of_the_project_comes_back_with_its_text():
    with pytest.raises(Exception, match="M603"):
        run_in_child(bad_limits, (), time_s=10)


def test_messages_arrive_in_order_and_the_end_is_seen():
    child = Child(count, (3,))
    found = []
    while child.is_running:
        found += child.messages(1.0)
    child.stop()
    assert found == [0, 1, 2]
