from __future__ import annotations

import numpy as np
import pytest

from optimizer.models.consolidation.formulation import (
    build,
    define_assignment,
    define_linking,
    define_mass_capacity,
    define_resources,
    define_variables,
    define_volume_capacity,
    layout,
    unit_share,
)
from optimizer.models.consolidation.index import make_index
from optimizer.solvers.highs import solve_mip
from optimizer.solvers.lp_text import render_model, render_rows
from tests.toy.consolidation_instances import CorridorSize, Draft, corridor, two_departures


def _render(family: str) -> str:
    problem = two_departures()
    index = make_index(problem)
    columns = define_variables(problem, index, named=True)
    rows = {
        "assignment": lambda: define_assignment(problem),
        "mass_capacity": lambda: define_mass_capacity(problem, index),
        "volume_capacity": lambda: define_volume_capacity(problem, index),
        "resources": lambda: define_resources(problem),
        "linking": lambda: define_linking(problem, index, named=True),
    }[family]()
    return render_rows(columns, rows)


@pytest.mark.parametrize(
    "family", ["assignment", "mass_capacity", "volume_capacity", "resources", "linking"]
)
def test_each_family_reads_as_agreed(family, golden):
    golden(f"consolidation/{family}.lp", _render(family))


def test_the_whole_model_reads_as_agreed(golden):
    golden("consolidation/model.lp", render_model(build(two_departures(), named=True)))


def test_the_optimum_of_the_toy_follows_from_arithmetic():
    # One 40HQ on Monday takes 19 of 20 t and 63 of 70 m3: 1600 + 100 + 120 + 90 yuan.
    model = build(two_departures(), named=True)
    result = solve_mip(model, time_s=10)
    assert result.objective == pytest.approx(1910.0)
    chosen = {model.columns.names[j] for j in np.flatnonzero(result.require_values() > 0.5)}
    assert chosen == {"x[s1,0:monday]", "x[s2,3:monday]", "x[s3,6:monday]", "y[monday:40HQ]"}


def test_linking_rows_for_some_pairs_are_those_of_all():
    problem = corridor(3, CorridorSize(n_shipments=30))
    index = make_index(problem)
    every, some = define_linking(problem, index), np.array([5, 2, 9])
    few = define_linking(problem, index, some)
    for i, pair in enumerate(some):
        one = slice(few.ptr[i], few.ptr[i + 1])
        other = slice(every.ptr[pair], every.ptr[pair + 1])
        np.testing.assert_array_equal(few.col[one], every.col[other])
        np.testing.assert_array_equal(few.value[one], every.value[other])


def test_linking_never_cuts_off_the_integer_optimum():
    for seed in range(6):
        problem = corridor(seed, CorridorSize(n_shipments=12, n_days=8))
        plain = solve_mip(build(problem, linked=False), time_s=20)
        linked = solve_mip(build(problem, linked=True), time_s=20)
        assert linked.objective == pytest.approx(plain.objective)


def test_a_unit_counts_for_the_share_it_can_carry():
    draft = Draft(
        buckets=["b"], shipments=[("big", 30, 10, 99, True), ("whole", 30, 10, 99, False)]
    )
    draft.options = [(0, "small", 1, 10, 10, 9, []), (0, "large", 2, 40, 40, 9, [])]
    draft.columns = [(0, 0, [0], []), (1, 0, [0], [])]
    problem = draft.problem()
    share = unit_share(problem, np.array([0, 1]), np.array([0, 0, 1, 1]), np.array([0, 1, 0, 1]))
    # A small unit takes a third of what may be cut, and nothing of what must stay whole.
    np.testing.assert_allclose(share, [1 / 3, 1, 0, 1])


def test_blocks_of_variables_follow_each_other():
    place = layout(two_departures())
    assert (place.u, place.y, place.n) == (7, 10, 14)
