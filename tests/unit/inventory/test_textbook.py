"""Single-stage and serial models against published answers and slow searches."""

from __future__ import annotations

import numpy as np
import pytest

from optimizer.errors import ModelError
from optimizer.models.inventory import (
    economic_order,
    joint_replenishment,
    lot_sizing,
    newsvendor,
    order_up_to,
    reorder_quantity,
    serial_system,
)
from optimizer.models.inventory.assembly import as_serial
from optimizer.models.inventory.intermittent import DemandPattern, croston, pattern_of, tsb
from optimizer.models.inventory.lattice import losses, normal_pmf, poisson_pmf
from optimizer.models.inventory.shared_container import Container, SharedItem, share_containers

# Published answers are those of Snyder and Shen, Fundamentals of Supply Chain Theory (2nd ed.).


def test_economic_orders():
    assert economic_order.economic_order_quantity(8, 0.225, 1300) == pytest.approx(
        (304.0468, 68.4105), rel=1e-6
    )
    assert economic_order.with_backorders(8, 0.225, 5, 1300) == pytest.approx(
        (310.8126, 0.0430622, 66.92136), rel=1e-6
    )
    assert economic_order.production_quantity(4, 0.08, 80, 110).quantity == pytest.approx(171.2698)
    breaks, prices = [0, 400, 800], [0.75, 0.72, 0.68]
    found = economic_order.with_all_units_discounts(8, 0.3, 1300, breaks, prices)
    assert found == pytest.approx((800, 978.6))
    found = economic_order.with_disruptions(8, 0.225, 5, 1300, 1.5, 14)
    assert found == pytest.approx((772.8110, 173.9500), rel=1e-5)


def test_lot_sizes():
    found = lot_sizing.wagner_whitin([90, 120, 80, 70], [500] * 4, [2] * 4, [0] * 4)
    assert found == ((210.0, 0.0, 150.0, 0.0), 1380.0)


def test_newsvendors():
    assert newsvendor.newsvendor_normal(0.18, 0.70, 50, 8) == pytest.approx(
        (56.6040, 1.99761), rel=1e-5
    )
    assert newsvendor.newsvendor_explicit(1, 0.3, 0.12, 50, 8) == pytest.approx(
        (56.6040, -33.00239), rel=1e-5
    )
    assert newsvendor.newsvendor_disruptions(0.25, 3, 2000, 0.04, 0.25) == pytest.approx(
        (8000, 2737.06897)
    )
    found = newsvendor.newsvendor_discrete(200, 270, poisson_pmf(18))
    costs = [200 * (s - 18) + 470 * float(losses(poisson_pmf(18), s)) for s in range(60)]
    assert found == pytest.approx((int(np.argmin(costs)), min(costs)))


def test_order_up_to_matches_a_search_over_all_pairs():
    pmf = poisson_pmf(6)
    found = order_up_to.discrete_exact(5, 1, 4, pmf)
    assert found == pytest.approx((4, 10, 8.034112), rel=1e-6)
    cycle = order_up_to._Cycle(5, pmf, lambda y: y - 6 + 5 * float(losses(pmf, y)))
    assert found.cost == pytest.approx(
        min(cycle.cost(s, up) for up in range(1, 25) for s in range(-3, up))
    )
    rounded = order_up_to.power_approximation(2.5, 0.18, 0.70, 50, 8)[:2]
    assert rounded == pytest.approx((40.1946, 74.2902), rel=1e-5)


def test_reorder_quantities():
    demand = reorder_quantity.NormalDemand(1300, 150, 1 / 12)
    found = reorder_quantity.expected_level(8, 0.225, 7.5, demand)
    assert found == pytest.approx((213.9704, 318.5902, 95.45114), rel=1e-6)
    exact = reorder_quantity.normal_exact(8, 0.225, 7.5, demand)
    for r, q in ((exact[0] + 1, exact[1]), (exact[0] - 1, exact[1]), (exact[0], exact[1] + 5)):
        assert reorder_quantity.normal_cost(r, q, 8, 0.225, 7.5, demand) > exact.cost
    assert reorder_quantity.poisson_exact(100, 20, 150, 1.5, 2) == pytest.approx(
        (3, 5, 107.92358), rel=1e-6
    )
    with pytest.raises(ModelError, match="M669"):
        reorder_quantity.expected_level(8, 5.0, 0.001, demand)


def test_finite_horizon():
    costs = lot_sizing.HorizonCosts(1, 25, 1, 25, 1, 40)
    found = lot_sizing.finite_horizon([normal_pmf(18, 3)] * 10, costs, discount=0.98)
    assert found.reorder_points == (17,) * 9 + (18,)
    assert found.order_up_to[0] == 42
    # stockpyl 1.0.2, whose demand ends at four standard deviations, says 519.36.
    assert found.cost == pytest.approx(519.36, rel=1e-3)


def test_serial_systems():
    demand = serial_system.SerialDemand(5, 1)
    found = serial_system.serial_exact([3, 2, 2], [1, 1, 2], 37.12, demand)
    # Example 6.1: levels 6.49, 12.02, 22.71, cost 47.65, to the precision of the book's grid.
    assert found.levels == pytest.approx((6.49, 12.02, 22.71), abs=0.03)
    assert found.cost == pytest.approx(47.65, abs=0.02)
    poisson = serial_system.SerialDemand(16, None)
    one_stage = serial_system.serial_exact([1.0], [0.25], 9, poisson)
    assert one_stage.levels[0] == newsvendor.newsvendor_discrete(1, 9, poisson_pmf(4)).level
    table = serial_system.shang_song([0.25] * 4, [0.25] * 4, 9, poisson)
    assert table.levels == (8, 13, 18, 22)


def test_assembly_becomes_a_chain_by_total_lead_time():
    found = as_serial(
        {"a": "end", "b": "end"}, {"end": 1, "a": 2, "b": 5}, {"end": 9, "a": 2, "b": 3}
    )
    assert found.members == (("end",), ("a",), ("b",))
    assert found.lead_time == (1, 2, 3)
    assert found.echelon_holding == (4, 2, 3)


def test_joint_orders():
    items = [
        joint_replenishment.JointItem(*row) for row in ((120, 160, 1), (840, 20, 1), (300, 50, 1))
    ]
    found = joint_replenishment.integer_multiples(600, items)
    assert (found.cost, found.multiples) == (pytest.approx(837.8544), (1, 3, 1))
    assert found.bound <= found.cost <= 1.02 * found.bound
    powers = joint_replenishment.power_of_two(600, items)
    assert found.cost <= powers.cost <= joint_replenishment.POWER_OF_TWO_BOUND * found.bound


@pytest.mark.parametrize("seed", range(6))
def test_joint_orders_match_a_grid_search(seed):
    generator = np.random.default_rng(seed)
    items = [
        joint_replenishment.JointItem(*row)
        for row in zip(
            generator.uniform(1, 60, 3), generator.uniform(0.2, 2, 3), generator.uniform(1, 90, 3),
            strict=True,
        )
    ]  # fmt: skip
    found = joint_replenishment.integer_multiples(20, items)
    cost = joint_replenishment.plan_cost
    best = min(
        cost(20, items, t, [joint_replenishment._multiple(item, t) for item in items])
        for t in np.geomspace(found.base_cycle / 8, found.base_cycle * 8, 4000)
    )
    assert found.bound <= found.cost <= best + 1e-9
    assert best <= found.cost * (1 + 1e-4)


def test_containers_are_shared_and_bounded():
    # Two items of 10 units a day, 1 dm3 and 1 kg each, weekly departures: 140 dm3 fit in one.
    items = [SharedItem(1.0, 0.5, 10.0, 1.0, 1.0), SharedItem(1.0, 0.5, 10.0, 1.0, 1.0)]
    found = share_containers(items, Container(100.0, 1000.0, 1000.0, 7))
    assert found.phases == (0, 0)
    assert found.multiples == (1, 1)
    # One container a week, two orders a week, half a week's demand of each on hand.
    assert found.cost == pytest.approx(100 / 7 + 2 / 7 + 2 * 0.5 * 10 * 7 / 2)
    assert found.bound <= found.cost
    assert found.loads == ((140.0, 140.0),)


def test_patterns_and_forecasts():
    assert pattern_of([5, 6, 5, 4, 5]) is DemandPattern.SMOOTH
    assert pattern_of([0, 0, 5, 0, 0, 5, 0, 5]) is DemandPattern.INTERMITTENT
    assert pattern_of([0, 0, 1, 0, 0, 50, 0, 1]) is DemandPattern.LUMPY
    # A unit of 6 every third day, for ever: every forecast is 2 a day, Croston's before its bias.
    regular = [0, 0, 6] * 40
    assert croston(regular, is_debiased=False).per_day == pytest.approx(2.0)
    assert croston(regular, 0.1).per_day == pytest.approx(2.0 * 0.95)
    assert tsb(regular).per_day == pytest.approx(2.0, rel=0.05)
    # Demand that stopped is forgotten by TSB, and not by Croston.
    stopped = [0, 0, 6] * 20 + [0] * 200
    assert tsb(stopped).per_day < 0.1 < croston(stopped).per_day
    with pytest.raises(ModelError, match="M666"):
        pattern_of([0, 0])
