from __future__ import annotations

import numpy as np
import pytest

from optimizer.models.consolidation.formulation import build
from optimizer.models.consolidation.index import make_index
from optimizer.models.consolidation.menu import Menus
from optimizer.models.consolidation.relaxation import Relaxation
from optimizer.solvers.highs import solve_mip
from optimizer.solvers.limits import Deadline
from optimizer.solvers.mathopt import solve_mathopt
from tests.toy.consolidation_instances import CorridorSize, corridor

SIZE = CorridorSize(n_shipments=20, n_days=8, tightness=0.2)


def _relaxation(problem) -> Relaxation:
    index = make_index(problem)
    return Relaxation(problem, index, Menus(problem, index))


@pytest.mark.parametrize("seed", range(8))
def test_the_bound_rises_and_stays_below_the_optimum(seed):
    problem = corridor(seed, SIZE)
    optimum_fen = round(solve_mip(build(problem), time_s=30).objective * 100)
    relaxation = _relaxation(problem)
    assert relaxation.solve_root(Deadline(30))
    bounds = [relaxation.bound_fen]
    while relaxation.tighten(Deadline(30)) and len(bounds) < 30:
        bounds.append(relaxation.bound_fen)
    assert bounds == sorted(bounds)
    assert bounds[-1] <= optimum_fen


@pytest.mark.parametrize("seed", range(4))
def test_the_root_is_the_linear_relaxation_of_another_solver(seed):
    problem = corridor(seed, SIZE)
    relaxation = _relaxation(problem)
    relaxation.solve_root(Deadline(30))
    glop = solve_mathopt(build(problem), "glop").objective * 100
    assert glop - 1 <= relaxation.bound_fen <= glop + 1.1


@pytest.mark.parametrize("seed", range(8))
def test_what_is_fixed_is_in_no_better_plan(seed):
    problem = corridor(seed, SIZE)
    best = solve_mip(build(problem), time_s=30)
    optimum_fen = round(best.objective * 100)
    relaxation = _relaxation(problem)
    relaxation.solve_root(Deadline(30))
    relaxation.tighten(Deadline(30))
    may = relaxation.may_improve(optimum_fen + 1)
    used = best.require_values() > 0.5
    assert np.all(may[used])
    relaxation.fix(optimum_fen + 1)
    relaxation.tighten(Deadline(30))
    assert relaxation.bound_fen <= optimum_fen


def test_cuts_raise_the_bound_well_above_linking_alone():
    problem = corridor(1, CorridorSize(n_shipments=120))
    relaxation = _relaxation(problem)
    relaxation.solve_root(Deadline(30))
    root = relaxation.bound_fen
    for _ in range(5):
        relaxation.tighten(Deadline(30))
    assert relaxation.bound_fen > 1.005 * root


def test_without_time_nothing_is_claimed():
    relaxation = _relaxation(corridor(1, CorridorSize(n_shipments=200)))
    relaxation.solve_root(Deadline(0.0))
    assert relaxation.bound_fen >= 0
    assert not relaxation.tighten(Deadline(0.0)) or relaxation.values is not None
