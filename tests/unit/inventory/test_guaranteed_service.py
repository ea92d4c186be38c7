"""Guaranteed service: published optima, enumeration, mixed-integer model, limits."""

from __future__ import annotations

import numpy as np
import pytest

from optimizer.errors import ModelError
from optimizer.models.inventory.guaranteed_network import cost_of, formulate, solve_network
from optimizer.models.inventory.guaranteed_service import NO_LIMIT, Stage, network_of
from optimizer.models.inventory.guaranteed_tree import solve_forest
from optimizer.solvers.highs import solve_mip
from optimizer.solvers.limits import SolveLimits
from tests.reference.service_enumeration import least_cost, random_network


def _stage(name, processing, holding, sd=0.0, **more):
    return Stage(stage_id=name, processing=processing, holding_cost=holding, demand_sd=sd, **more)


def test_two_stages_by_hand():
    # A (3 days, h 1) supplies B (1 day, h 4, sd 2, promise 0). Either A holds: sqrt(3) * 2 and
    # B sqrt(1) * 2 * 4, together 3.46 + 8 = 11.46; or A holds none and B covers 4 days: 16.
    network = network_of(
        [_stage("A", 3, 1.0), _stage("B", 1, 4.0, 2.0, outbound_most=0)], [("A", "B")]
    )
    found = solve_forest(network)
    assert found.cost == pytest.approx(2 * 3**0.5 + 8)
    assert found.outbound.tolist() == [0, 0]
    assert found.net_replenishment(network).tolist() == [3, 1]
    assert found.safety_stock(network) == pytest.approx([2 * 3**0.5, 2.0])


def test_published_tree_with_internal_limits():
    # Example 6.5 of Snyder and Shen (2019): optimum 8.277917, stage 4 promises 1, the others 0.
    network = network_of(
        [
            _stage("1", 2, 1.0, inbound_least=1),
            _stage("3", 1, 2.0),
            _stage("2", 1, 3.0, 1.0, outbound_most=0),
            _stage("4", 1, 3.0, 1.0, outbound_most=1),
        ],
        [("1", "3"), ("3", "2"), ("3", "4")],
    )
    found = solve_forest(network)
    assert found.cost == pytest.approx(8.277917, abs=1e-6)
    assert found.outbound.tolist() == [0, 0, 0, 1]


def test_published_chain_of_ten():
    # Figure 6.14 of Snyder and Shen (2019), the digital camera: optimum 18.824004.
    z = 1.6448536269514722
    rows = [(2, 0.01), (3, 0.03), (2, 0.04), (4, 0.06), (2, 0.12), (3, 0.13), (6, 0.2), (4, 0.08)]
    rows += [(3, 0.04)]
    stages = [_stage(str(k + 1), t, h, bound_factor=z) for k, (t, h) in enumerate(rows)]
    stages.append(_stage("10", 2, 0.5, 10.0, bound_factor=z, outbound_most=2))
    arcs = [("1", "2"), ("2", "3"), ("3", "5"), ("4", "5"), ("5", "6")]
    arcs += [(one, "10") for one in ("6", "7", "8", "9")]
    assert solve_forest(network_of(stages, arcs)).cost == pytest.approx(18.824004, abs=1e-6)


@pytest.mark.parametrize("seed", range(12))
def test_tree_and_model_match_enumeration(seed):
    generator = np.random.default_rng(seed)
    network = random_network(generator, 5, 0 if seed % 2 else 3)
    best = least_cost(network)
    found = solve_network(network, SolveLimits(time_s=20))
    model = solve_mip(formulate(network)[0], time_s=20)
    assert found.cost == pytest.approx(best, abs=1e-7)
    assert model.objective == pytest.approx(best, abs=1e-6)
    assert found.status == "optimal"
    assert found.bound <= found.cost
    assert cost_of(network, found.inbound, found.outbound) == pytest.approx(found.cost)
    assert np.all(found.inbound[network.head] >= found.outbound[network.tail])
    if network.is_forest:
        assert solve_forest(network).cost == pytest.approx(best, abs=1e-9)


def test_large_tree_is_quick_and_no_worse_than_all_hold():
    network = random_network(np.random.default_rng(3), 800, 0, most_time=20)
    found = solve_forest(network)
    least = np.array([stage.inbound_least for stage in network.stages])
    assert found.cost < cost_of(network, least, np.zeros(800, dtype=np.int64))
    assert found.net_replenishment(network).min() >= 0


def test_units_multiply_demand_over_all_ways():
    # One end product takes 2 of a part directly and 1 of a module with 3 parts: 5 parts in all.
    stages = [
        _stage("part", 1, 1.0),
        _stage("module", 1, 1.0),
        _stage("end", 1, 1.0, 2.0, demand_mean=7.0, outbound_most=0),
    ]
    arcs = [("part", "end"), ("part", "module"), ("module", "end")]
    mean, sd = network_of(stages, arcs, [2.0, 3.0, 1.0]).demand
    assert mean.tolist() == [35.0, 7.0, 7.0]
    assert sd.tolist() == [10.0, 2.0, 2.0]


def test_random_processing_needs_stock_for_the_spread():
    # Net time 2 of at most 2 days, samples 0 and 2: cover 0 or 2, mean 1, variance 1.
    stage = _stage("A", 2, 1.0, 3.0, demand_mean=4.0, outbound_most=0, processing_samples=(0, 2))
    table = network_of([stage], []).stock_tables[0]
    assert table[2] == pytest.approx((9 * 1 + 16 * 1) ** 0.5)
    assert table[1] == pytest.approx((9 * 0.5 + 16 * 0.25) ** 0.5)


@pytest.mark.parametrize(
    ("stages", "arcs", "code"),
    [
        ([_stage("A", -1, 1.0)], [], "M660"),
        ([_stage("A", 1, float("nan"))], [], "M660"),
        ([_stage("A", 1, 1.0)], [("A", "B")], "M661"),
        ([_stage("A", 1, 1.0), _stage("B", 1, 1.0)], [("A", "B"), ("B", "A")], "M662"),
        ([_stage("A", NO_LIMIT, 1.0)], [], "M660"),
    ],
)
def test_refusals(stages, arcs, code):
    with pytest.raises(ModelError, match=code):
        network_of(stages, arcs)


def test_a_network_with_a_circle_of_arcs_is_no_tree():
    stages = [_stage(name, 1, 1.0) for name in "ABC"]
    with pytest.raises(ModelError, match="M663"):
        solve_forest(network_of(stages, [("A", "B"), ("B", "C"), ("A", "C")]))
