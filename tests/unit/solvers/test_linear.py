from __future__ import annotations

import numpy as np

from optimizer.solvers.highs import solve_mip
from optimizer.solvers.linear import (
    column_products,
    empty_rows,
    restrict,
    row_products,
    rows_from_triplets,
    stack_rows,
)
from tests.toy.linear_models import knapsack, random_mip


def test_triplets_are_sorted_and_equal_positions_added():
    rows = rows_from_triplets(
        np.array([1, 0, 1, 1]),
        np.array([2, 0, 0, 2]),
        np.array([3, 4, 5, 6]),
        lower=np.zeros(3),
        upper=np.ones(3),
    )
    assert rows.ptr.tolist() == [0, 1, 3, 3]
    assert rows.col.tolist() == [0, 0, 2]
    assert rows.value.tolist() == [4.0, 5.0, 9.0]


def test_products_agree_with_a_dense_matrix():
    model = random_mip(3)
    dense = np.zeros((model.rows.n_rows, model.columns.n_columns))
    for i in range(model.rows.n_rows):
        span = slice(model.rows.ptr[i], model.rows.ptr[i + 1])
        dense[i, model.rows.col[span]] = model.rows.value[span]
    point = np.arange(model.columns.n_columns, dtype=float)
    duals = np.arange(model.rows.n_rows, dtype=float)
    np.testing.assert_allclose(row_products(model.rows, point), dense @ point)
    np.testing.assert_allclose(
        column_products(model.rows, duals, model.columns.n_columns), dense.T @ duals
    )


def test_stacking_keeps_names_only_if_all_have_them():
    named, bare = knapsack().rows, random_mip(1).rows
    assert stack_rows([named, named]).names == (*named.names, *named.names)
    assert stack_rows([named, bare]).names == ()
    assert stack_rows([named, bare]).n_rows == named.n_rows + bare.n_rows
    assert stack_rows([]).n_rows == empty_rows().n_rows == 0


def test_a_restriction_prices_points_like_the_full_model():
    for seed in range(20):
        model = random_mip(seed)
        rng = np.random.default_rng(seed)
        best = solve_mip(model, time_s=5).require_values()
        is_free = rng.random(model.columns.n_columns) < 0.5
        part = restrict(model, is_free, best)
        point = part.expand(best[part.free], best)
        np.testing.assert_array_equal(point, best)
        assert np.isclose(part.model.objective(best[part.free]), model.objective(best))
        # The optimum of the full model, held outside the free part, is the optimum of the part.
        again = solve_mip(part.model, time_s=5)
        assert np.isclose(again.objective, model.objective(best))
