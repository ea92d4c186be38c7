from __future__ import annotations

from dataclasses import fields, replace

import numpy as np
import pytest

from optimizer.errors import ModelError
from optimizer.models.consolidation.problem import Problem
from tests.toy.consolidation_instances import two_departures


def test_the_toy_has_the_sizes_it_says():
    problem = two_departures()
    sizes = (problem.n_shipments, problem.n_columns, problem.n_buckets, problem.n_options)
    assert sizes == (3, 7, 2, 4)
    assert problem.n_resources == 2


def test_lists_become_arrays_of_the_documented_types():
    problem = two_departures()
    lists = {
        spec.name: value.tolist() if isinstance(value, np.ndarray) else list(value)
        for spec in fields(problem)
        for value in (getattr(problem, spec.name),)
    }
    again = Problem.build(**lists)
    assert again.kg.dtype == np.int64
    assert again.col_bucket.dtype == np.int32
    assert again.may_split.dtype == np.bool_
    with pytest.raises(ModelError, match=r"M601.*lacks kg"):
        Problem.build(**{name: value for name, value in lists.items() if name != "kg"})
    with pytest.raises(ModelError, match=r"M601.*does not know pounds"):
        Problem.build(**lists, pounds=[1])


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"kg": np.array([1, 2], dtype=np.int64)}, "kg has 2 entries, not 3"),
        ({"kg": np.array([1.0, 2.0, 3.0])}, "kg is 1-d float64"),
        ({"kg": np.array([1, -2, 3], dtype=np.int64)}, r"kg is negative at \[1\]"),
        ({"col_shipment": np.full(7, 3, dtype=np.int32)}, r"col_shipment points outside 0\.\.2"),
        ({"option_bucket": np.array([0, 0, 1, 2], dtype=np.int32)}, "option_bucket points outside"),
        ({"col_bucket_ptr": np.array([0, 2, 1, 2, 3, 4, 6, 7])}, "col_bucket_ptr does not run"),
        ({"col_bucket": np.array([0, 1, 0, 1, 0, 0, 0], dtype=np.int32)}, r"\[5\] ride twice"),
    ],
)
def test_defects_are_named(change, message):
    with pytest.raises(ModelError, match=message):
        replace(two_departures(), **change).validate()


def test_all_defects_of_a_kind_are_told_at_once():
    wrong = replace(
        two_departures(),
        kg=np.array([1, -2, 3], dtype=np.int64),
        option_fen=np.array([-1, 0, 0, 0], dtype=np.int64),
    )
    with pytest.raises(ModelError) as caught:
        wrong.validate()
    assert str(caught.value).count("M602") == 2
