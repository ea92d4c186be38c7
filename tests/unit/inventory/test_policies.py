"""What policies promise: arithmetic, the simulation kernel and its twin, and one against the other."""

from __future__ import annotations

import numpy as np
import pytest

from optimizer.errors import ModelError
from optimizer.kernels import inventory_simulation as kernel
from optimizer.models.inventory.lattice import (
    compound_pmf,
    cumulative,
    grid_pmf,
    losses,
    moments,
    normal_pmf,
    poisson_pmf,
    sums_of_random_length,
)
from optimizer.models.inventory.policy_service import (
    Policy,
    PolicyKind,
    ServiceKind,
    StockModel,
)
from optimizer.models.inventory.simulation import Horizon, draw, simulate
from tests.reference.stock_twin import run

COIN = np.array([0.5, 0.0, 0.5])
"""Nothing or two units a day."""
LUMPY = compound_pmf(0.15, np.array([0, 0.5, 0, 0.2, 0, 0.2, 0, 0, 0, 0.1]))


def test_sums_over_a_random_number_of_days():
    # 1 or 2 days, equally likely: P(0) = (1/2 + 1/4) / 2, P(2) = (1/2 + 1/2) / 2, P(4) = 1/8.
    found = sums_of_random_length(COIN, np.array([0.0, 0.5, 0.5]), plus=0)
    assert found[[0, 2, 4]] == pytest.approx([0.375, 0.5, 0.125])
    assert moments(found)[0] == pytest.approx(1.5)


def test_losses_and_probabilities_by_hand():
    # E max(0, X - y) of 0 or 2: y = -1 gives 2, 0 gives 1, 1 gives 1/2, 2 gives 0.
    assert losses(COIN, [-1, 0, 1, 2, 9]) == pytest.approx([2.0, 1.0, 0.5, 0.0, 0.0])
    assert cumulative(COIN, [-1, 0, 1, 2]) == pytest.approx([0.0, 0.5, 0.5, 1.0])


def test_a_grid_keeps_the_mean():
    assert moments(grid_pmf([7, 12, 40], 5))[0] * 5 == pytest.approx(59 / 3)
    assert moments(normal_pmf(50, 8)) == pytest.approx((50, 8), rel=2e-3)


def test_base_stock_by_hand():
    # Review daily, no lead time, S = 2: the day's 0 or 2 are always served; one is on hand on
    # average, an order follows every other day.
    model = StockModel(COIN, np.ones(1), 1)
    found = model.promise(
        Policy(kind=PolicyKind.BASE_STOCK, reorder_point=1, span=1, review_days=1)
    )
    assert (found.cycle_service, found.fill_rate) == pytest.approx((1.0, 1.0))
    assert (found.on_hand, found.orders_per_day) == pytest.approx((1.0, 0.5))
    # With S = 1 half of the two units is served at once, and every cycle ends with one waiting.
    found = model.promise(
        Policy(kind=PolicyKind.BASE_STOCK, reorder_point=0, span=1, review_days=1)
    )
    assert (found.cycle_service, found.fill_rate) == pytest.approx((0.0, 0.5))


def test_the_least_reorder_point_is_the_least():
    model = StockModel(poisson_pmf(4.0), np.array([0, 0, 0.5, 0.5]), 2)
    for kind, span in ((PolicyKind.LOTS, 12), (PolicyKind.ORDER_UP_TO, 20)):
        for service in ServiceKind:
            found = model.least(kind, span, service, 0.95)
            below = Policy(
                kind=kind, reorder_point=found.reorder_point - 1, span=span, review_days=2
            )
            assert model.promise(found).of(service) >= 0.95 > model.promise(below).of(service)


@pytest.mark.parametrize("kind", [kernel.ORDER_UP_TO, kernel.ORDER_LOTS])
def test_kernel_equals_its_twin(kind):
    generator = np.random.default_rng(7 + kind)
    for review, first in ((1, 0), (7, 3)):
        demand = generator.poisson(1.5, (2, 60)) * generator.integers(0, 4, (2, 60))
        leads = generator.integers(0, 9, (2, 60))
        policy = (kind, 6, 14 if kind == kernel.ORDER_UP_TO else 5, review, first)
        found = np.zeros((2, kernel.N_COLUMNS), dtype=np.int64)
        kernel.simulate_stock(demand, leads, np.array(policy), 10, found)
        twins = [run(demand[r].tolist(), leads[r].tolist(), policy, 10) for r in range(2)]
        assert found.tolist() == twins


@pytest.mark.parametrize("demand", [poisson_pmf(4.0), LUMPY], ids=["poisson", "lumpy"])
@pytest.mark.parametrize(
    ("kind", "span", "review"),
    [(PolicyKind.BASE_STOCK, 1, 7), (PolicyKind.ORDER_UP_TO, 12, 1), (PolicyKind.LOTS, 10, 2)],
)
def test_simulation_confirms_the_promise(demand, kind, span, review):
    leads = np.array([[2, 3, 3, 5]])
    model = StockModel(demand, np.bincount(leads.ravel()) / leads.size, review)
    policy = model.least(kind, span, ServiceKind.FILL_RATE, 0.93)
    promise = model.promise(policy)
    horizon = Horizon(n_replications=120, n_days=900, warm_up_days=150)
    found = simulate(policy, *draw(demand, leads, horizon, (5, 1)), horizon)
    # Twice the half width: about four standard errors.
    for promised, simulated in (
        (promise.fill_rate, found.fill_rate),
        (promise.cycle_service, found.cycle_service),
        (promise.on_hand, found.on_hand),
        (promise.backordered, found.backordered),
    ):
        assert abs(promised - simulated.mean) <= 2 * simulated.half_width + 0.005 * promised


def test_draws_depend_on_the_seed_alone():
    leads = np.array([[1, 2], [3, 4]])
    horizon = Horizon(n_replications=3, n_days=40, warm_up_days=0)
    one, two = (draw(COIN, leads, horizon, (1, 4)) for _ in range(2))
    other = draw(COIN, leads, horizon, (1, 5))
    assert all(np.array_equal(a, b) for a, b in zip(one, two, strict=True))
    assert not np.array_equal(one[0], other[0])
    assert set(one[1][:, ::2].ravel()) <= {1, 2}
    assert set(one[1][:, 1::2].ravel()) <= {3, 4}


def test_refusals():
    with pytest.raises(ModelError, match="M666"):
        StockModel(np.ones(1), np.ones(1), 1)
    with pytest.raises(ModelError, match="M667"):
        StockModel(COIN, np.ones(1), 1).least(PolicyKind.LOTS, 2, ServiceKind.CYCLE, 1.0)
