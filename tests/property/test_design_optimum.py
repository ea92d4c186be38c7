"""Refinement and the full model against everything that can be tried on tiny instances."""

import pytest

from optimizer.models.consolidation.continuous.full_model import solve_full
from optimizer.models.consolidation.continuous.solve import solve
from optimizer.models.consolidation.network_design_evaluate import evaluate_plan
from optimizer.models.consolidation.network_design_plan import DesignStatus
from optimizer.solvers.limits import SolveLimits
from tests.reference.design_enumeration import optimal_fen
from tests.reference.random_designs import random_design

LIMITS = SolveLimits(time_s=30)


def check(seed, *, rich):
    design = random_design(seed, rich=rich)
    result = solve(design, LIMITS)
    full = solve_full(design, "highs", LIMITS)
    # Nothing is cheaper than the plan, and the plan is real: so it is the optimum.
    assert optimal_fen(design, below=result.upper_bound) == result.upper_bound
    if result.plan is None:
        assert result.status is full.status is DesignStatus.INFEASIBLE
        return
    checked = evaluate_plan(design, result.plan)
    assert checked.violations == ()
    assert checked.fen == result.upper_bound == result.lower_bound
    assert full.upper_bound == pytest.approx(result.upper_bound)


@pytest.mark.parametrize("seed", range(15))
@pytest.mark.parametrize("rich", [False, True])
def test_the_optimum_is_found_and_proved(seed, rich):
    check(seed, rich=rich)


@pytest.mark.slow
@pytest.mark.parametrize("rich", [False, True])
def test_two_hundred_more(rich):
    for seed in range(1000, 1100):
        check(seed, rich=rich)
