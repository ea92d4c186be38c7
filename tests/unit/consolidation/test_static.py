"""Static network design: bound <= optimum <= cost, against enumeration; explanations; limits."""

from __future__ import annotations

import time

import numpy as np
import pytest

from optimizer.errors import ModelError
from optimizer.models.consolidation.network_design import NetworkDesign
from optimizer.models.consolidation.network_design_plan import DesignStatus
from optimizer.models.consolidation.static.annealing import Annealer
from optimizer.models.consolidation.static.flows import is_complete, route_through
from optimizer.models.consolidation.static.full_model import solve_full
from optimizer.models.consolidation.static.lagrangian import Lagrangian
from optimizer.models.consolidation.static.links import make_links
from optimizer.models.consolidation.static.solve import solve
from optimizer.solvers.limits import Deadline, SolveLimits
from tests.reference.static_enumeration import best_cost, random_design

LIMITS = SolveLimits(time_s=30.0)


def diamond(**changes):
    """Two ways from a to d: cheap to open and dear to use, or the other way round."""
    fields = {
        "node_names": ["a", "b", "c", "d"],
        "arc_tail": [0, 1, 0, 2],
        "arc_head": [1, 3, 2, 3],
        "arc_fen_per_kg": [3, 3, 1, 1],
        "option_arc": [0, 1, 2, 3],
        "option_fen": [1, 1, 20, 20],
        "option_kg": [10, 10, 10, 10],
        "option_max_units": [1, 1, 1, 1],
        "commodity_ids": ["k"],
        "commodity_origin": [0],
        "commodity_destination": [3],
        "commodity_kg": [4],
        "commodity_may_split": [True],
    }
    return NetworkDesign.build(**{**fields, **changes})


def test_small_flow_takes_the_links_that_are_cheap_to_open():
    # 2 * 1 to open and 4 * (3 + 3) to use: 26; the other way 40 + 4 * 2 = 48.
    result = solve(diamond(), LIMITS)
    assert (result.status, result.upper_bound) == (DesignStatus.OPTIMAL, 26.0)
    assert [leg.arc for leg in result.plan.legs[0][0]] == [0, 1]
    assert {dispatch.option for dispatch in result.plan.dispatches} == {0, 1}


def test_large_flow_splits_where_one_way_is_too_narrow():
    # 14 kg need both ways: 42 to open; 10 on the way of price 2, 4 on that of price 6: 44.
    result = solve(diamond(commodity_kg=[14]), LIMITS)
    assert (result.status, result.upper_bound) == (DesignStatus.OPTIMAL, 86.0)
    assert sorted(path[0].kg for path in result.plan.legs[0]) == [4.0, 10.0]


def test_parallel_options_of_one_arc_are_links_of_their_own():
    design = diamond(
        option_arc=[0, 0, 1, 2, 3],
        option_fen=[9, 1, 1, 50, 50],
        option_kg=[10, 3, 10, 10, 10],
        option_max_units=[1] * 5,
    )
    # The small option alone carries 3 of 4; with the large one too it is not needed.
    result = solve(design, LIMITS)
    assert result.upper_bound == 9 + 1 + 24
    assert {dispatch.option for dispatch in result.plan.dispatches} == {0, 2}


def test_forbidden_links_are_not_used():
    design = diamond(forbidden_commodity=[0], forbidden_arc=[0])
    assert solve(design, LIMITS).upper_bound == 48.0


@pytest.mark.parametrize("n_threads", [1, 2])
def test_enumeration_agrees_on_tiny_instances(n_threads):
    _compare(range(20), n_threads)


@pytest.mark.slow
def test_enumeration_agrees_on_many_tiny_instances():
    _compare(range(20, 200), 1)


def _compare(seeds, n_threads):
    n_infeasible = 0
    for seed in seeds:
        design = random_design(np.random.default_rng(seed), 4, 3, 3)
        known = best_cost(design)
        network = make_links(design)
        dual = Lagrangian(network)
        dual.improve(min(known, 1e4), 100)
        result = solve(design, SolveLimits(time_s=30.0, n_threads=n_threads))
        if known == float("inf"):
            n_infeasible += 1
            assert result.status is DesignStatus.INFEASIBLE
            assert result.messages
            continue
        assert dual.bound <= known + 1e-6
        assert result.status is DesignStatus.OPTIMAL, seed
        assert result.lower_bound <= known + 1e-6
        assert result.upper_bound == pytest.approx(known, rel=1e-6), seed
    assert n_infeasible < len(seeds) / 2


@pytest.mark.parametrize("solver", ["highs", "scip", "cp_sat"])
def test_peers_agree_with_enumeration(solver):
    for seed in range(4):
        design = random_design(np.random.default_rng(seed), 4, 3, 3)
        known = best_cost(design)
        result = solve_full(design, solver, LIMITS)
        assert result.upper_bound == pytest.approx(known, rel=1e-6)


def test_larger_instances_keep_bound_below_cost_and_one_thread_is_deterministic():
    design = random_design(np.random.default_rng(5), 8, 24, 12)
    seen = []
    results = [
        solve(design, LIMITS, progress=lambda p: seen.append((p.upper_bound, p.lower_bound)))
        for _ in range(2)
    ]
    assert results[0].upper_bound == results[1].upper_bound
    assert results[0].plan == results[1].plan
    assert all(low <= high + 1e-6 for high, low in seen)
    whole = solve_full(design, "highs", LIMITS)
    assert results[0].upper_bound == pytest.approx(whole.upper_bound, rel=1e-6)


def test_annealing_keeps_routings_complete_and_never_worsens():
    network = make_links(random_design(np.random.default_rng(5), 8, 24, 12))
    links = np.arange(network.n_links)
    begin = route_through(network, links, network.variable, 10.0, 1)
    assert begin is not None
    found = Annealer(network, links, 3).run(begin, 2_000, (20.0, 1.0), 6, Deadline(20.0))
    assert is_complete(network, found)
    assert found.cost < begin.cost


def test_lack_of_capacity_is_named_by_arc_and_amount():
    # 25 kg against two ways of 10: 5 more are needed on both arcs of one way.
    result = solve(diamond(commodity_kg=[25]), LIMITS)
    assert result.status is DesignStatus.INFEASIBLE
    assert result.plan is None
    assert result.upper_bound == float("inf")
    assert sum("lacks 5 of capacity beyond 10" in text for text in result.messages) == 2
    assert "with 10 more capacity on these 2 arcs a plan exists" in result.messages[-1]


def test_naming_relaxations_prefers_few_arcs():
    # 14 kg over a way of two links that carry 4 each and a direct link that carries 6: 4 more on
    # the direct link is one change, 4 and 4 on the way would be two.
    design = diamond(
        arc_tail=[0, 1, 0],
        arc_head=[1, 3, 3],
        arc_fen_per_kg=[0, 0, 0],
        option_arc=[0, 1, 2],
        option_fen=[0, 0, 0],
        option_kg=[4, 4, 6],
        option_max_units=[1, 1, 1],
        commodity_kg=[14],
    )
    result = solve(design, LIMITS)
    assert "arc 2 from a to d lacks 4 of capacity beyond 6" in result.messages[0]
    assert len(result.messages) == 2


def test_commodity_without_any_way_is_named():
    design = diamond(commodity_origin=[3], commodity_destination=[0])
    result = solve(design, LIMITS)
    assert result.status is DesignStatus.INFEASIBLE
    assert "commodity k (4 from d to a) has no way" in result.messages[0]


def test_other_families_are_refused_with_every_reason():
    design = diamond(commodity_may_split=[False], option_max_units=[2, 1, 1, 1])
    with pytest.raises(ModelError, match=r"may not split; an option may run more than once"):
        solve(design, LIMITS)


@pytest.mark.parametrize("n_threads", [1, 2])
def test_cancel_and_deadline_end_with_what_is_known(n_threads):
    design = random_design(np.random.default_rng(9), 25, 250, 60)
    solve(diamond(), LIMITS)  # compiled before the clock runs
    began = time.monotonic()
    result = solve(design, SolveLimits(time_s=1.5, n_threads=n_threads))
    assert time.monotonic() - began < 4.0
    assert result.upper_bound < float("inf")
    assert 0 < result.lower_bound <= result.upper_bound
    stopped = solve(design, LIMITS, should_stop=lambda: True)
    assert stopped.status is DesignStatus.FEASIBLE
