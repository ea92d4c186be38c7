"""Cores of neighbourhoods: regrets by hand, bounds that hold, models that find the optimum."""

from __future__ import annotations

import numpy as np
import pytest

from optimizer.models.consolidation.static.core import solve_core
from optimizer.models.consolidation.static.flows import is_complete, route_through
from optimizer.models.consolidation.static.lagrangian import Lagrangian
from optimizer.models.consolidation.static.links import make_links
from optimizer.models.consolidation.static.pricing import choose_flows, path_regrets, price_links
from optimizer.models.consolidation.static.regions import Size, freed, merged
from tests.reference.static_enumeration import best_cost, random_design
from tests.unit.consolidation.test_static import diamond


def test_regret_is_that_of_the_whole_path():
    # Prices b 3, c 2, d 4 above a: arcs a-b, b-d, a-c, c-d cost 3, 3, 1, 1, so 0, 2, -1, -1 are
    # left. By b 2 a unit are wasted, by c nothing: 4 units regret 8 on both arcs of the way by b.
    network = make_links(diamond())
    regret = path_regrets(network, np.array([[0.0, 3.0, 2.0, 4.0]]))
    assert regret.tolist() == [[8.0, 8.0, 0.0, 0.0]]


def test_flows_of_a_routing_come_first_and_forbidden_ones_never():
    network = make_links(diamond(forbidden_commodity=[0], forbidden_arc=[2]))
    begin = _route(network)
    priced = _price(network, begin, np.zeros(4, dtype=np.bool_))
    commodity, link = choose_flows(priced, [begin], 0)
    assert priced.links[link].tolist() == [0, 1]
    assert commodity.tolist() == [0, 0]
    # The other way begins with the forbidden arc, so its second arc leads nowhere.
    assert priced.links[choose_flows(priced, [begin], 9)[1]].tolist() == [0, 1]


@pytest.mark.parametrize("seed", [2, 4, 6, 11])
def test_core_over_everything_finds_the_optimum_and_its_bound_holds(seed):
    design = random_design(np.random.default_rng(seed), 4, 3, 3)
    network, known = make_links(design), best_cost(design)
    begin = _route(network)
    priced = _price(network, begin, np.zeros(network.n_links, dtype=np.bool_))
    assert priced.bound <= known + 1e-6
    found = []
    result = solve_core(
        priced, begin, [], 10_000, time_s=10.0, seed=1, max_nodes=1_000,
        should_stop=lambda: False, on_routing=found.append,
    )  # fmt: skip
    assert result.is_finished
    assert result.routing is not None
    assert is_complete(network, result.routing)
    assert result.routing.cost == pytest.approx(known, rel=2e-4)
    assert all(routing.cost >= known - 1e-6 for routing in found)


def test_fixed_links_are_paid_in_the_bound_of_a_region():
    # Both ways held open: 42 to open, and 4 units by c cost 8 more.
    network = make_links(diamond())
    begin = _route(network)
    priced = _price(network, begin, np.ones(4, dtype=np.bool_), cost=100.0)
    assert priced.is_fixed.all()
    assert 42.0 <= priced.bound <= 50.0 + 1e-9


def test_regions_hold_the_best_and_sizes_follow_success():
    network = make_links(random_design(np.random.default_rng(5), 8, 24, 12))
    rng, best = np.random.default_rng(1), _route(network)
    opening = np.full(network.n_links, 0.5)
    used = best.used(network)
    for _ in range(12):
        region = freed(network, best, opening, 0.3, rng)
        assert np.all(region.may_open[used])
        assert np.all(used[region.is_fixed])
    assert np.array_equal(merged(network, best, [best], rng).may_open, used)
    size = Size(share=0.5, n_flows=10.0, least_flows=9.0)
    size.adapt(is_finished=True)
    assert (size.share, size.n_flows) == (0.5 * 1.07, 13.0)
    size.adapt(is_finished=False)
    size.adapt(is_finished=False)
    assert size.share < 0.5
    assert size.n_flows == 9.0


def _route(network):
    links = np.arange(network.n_links)
    routing = route_through(network, links, network.variable + network.fixed, 10.0, 1)
    assert routing is not None
    return routing


def _price(network, begin, is_fixed, cost=None):
    dual = Lagrangian(network)
    dual.improve(begin.cost, 200)
    every = np.arange(network.n_links)
    return price_links(
        network, every, is_fixed, dual.price, dual.opening,
        asked=np.ones(network.n_links, dtype=np.bool_), cost=cost or begin.cost, n_steps=60,
    )  # fmt: skip
