from __future__ import annotations

import numpy as np
import pytest

from optimizer.models.consolidation.presolve import keep_columns, useful_columns
from tests.reference.consolidation_enumeration import Enumeration
from tests.toy.consolidation_instances import Draft, tiny


def _draft() -> Draft:
    draft = Draft(buckets=["b"], shipments=[("s", 30, 30, 500, True)], resources=[("r", 2)])
    draft.options = [(0, "o", 10, 12, 12, 9, [(0, 1)])]
    return draft


def _useful(columns) -> list[bool]:
    draft = _draft()
    draft.columns = columns
    return useful_columns(draft.problem()).tolist()


def test_three_units_are_needed_and_two_are_to_be_had():
    assert _useful([(0, 10, [0], []), (0, 100, [], [])]) == [False, True]


def test_a_dearer_way_that_needs_the_same_is_out():
    assert _useful([(0, 90, [], [(0, 1)]), (0, 91, [], [(0, 1)])]) == [True, False]
    assert _useful([(0, 90, [], [(0, 1)]), (0, 91, [], [])]) == [True, True]
    assert _useful([(0, 90, [], []), (0, 91, [], [(0, 1)])]) == [True, False]


def test_overdrawing_or_dearer_than_the_penalty_is_out():
    assert _useful([(0, 90, [], [(0, 3)]), (0, 500, [], [])]) == [False, False]
    assert _useful([(0, 90, [], [(0, 1), (0, 1)]), (0, 80, [], [(0, 2), (0, 1)])]) == [True, False]


@pytest.mark.parametrize("seed", range(80))
def test_the_optimum_stays(seed):
    problem = tiny(seed, 4)
    kept = useful_columns(problem)
    smaller = keep_columns(problem, kept)
    smaller.validate()
    assert smaller.n_columns == int(kept.sum())
    assert np.array_equal(smaller.col_fen, problem.col_fen[kept])
    assert Enumeration(smaller).optimum_fen() == Enumeration(problem).optimum_fen()
