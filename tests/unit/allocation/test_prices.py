"""Forecast prices on a problem small enough for a pencil."""

from __future__ import annotations

import numpy as np

from optimizer.models.allocation.prices import best_way, forecast_prices


def test_price_is_what_one_more_unit_saves():
    """Three units wanted; one more at warehouse 0 (10) replaces one from warehouse 1 (25)."""
    prices = forecast_prices(
        np.array([[1, 9]]), np.array([[3.0]]), np.array([[10.0], [25.0]]), 100.0,
        np.random.default_rng(1), n_samples=0,
    )  # fmt: skip
    assert prices.tolist() == [[15.0, 0.0]]


def test_the_rule_leaves_the_dear_unit():
    assert best_way(np.array([10.0, 20.0]), np.array([15.0, 0.0])) == 1
    assert best_way(np.array([10.0, 26.0]), np.array([15.0, 0.0])) == 0
