from __future__ import annotations

import numpy as np
import pytest

from optimizer.models.consolidation.exact import mathopt_solver, solve_exactly, write_point
from optimizer.models.consolidation.formulation import build
from optimizer.models.consolidation.index import make_index
from optimizer.models.consolidation.menu import Menus
from optimizer.models.consolidation.packing import Packer
from optimizer.models.consolidation.solve import solve
from optimizer.models.consolidation.state import State
from optimizer.solvers.limits import Deadline, SolveLimits
from optimizer.solvers.mathopt import solve_mathopt
from tests.helpers_consolidation import solve_and_check
from tests.reference.consolidation_enumeration import Enumeration
from tests.toy.consolidation_instances import CorridorSize, Draft, corridor, tiny


def _state(problem) -> State:
    index = make_index(problem)
    return State(problem, index, Packer(problem), Menus(problem, index))


@pytest.mark.parametrize("block", range(10))
def test_tiny_problems_agree_with_enumeration(block):
    for seed in range(40 * block, 40 * block + 40):
        problem = tiny(seed, 2 + seed % 4)
        solution = solve_and_check(problem, SolveLimits(time_s=30))
        assert solution.status == "optimal"
        assert solution.objective_fen == Enumeration(problem).optimum_fen(), f"seed {seed}"


@pytest.mark.parametrize("seed", range(60))
def test_highs_and_scip_agree_through_mathopt(seed):
    problem = corridor(seed, CorridorSize(n_shipments=14, n_days=8, tightness=0.2))
    model = build(problem)
    highs = solve_mathopt(model, "highs", SolveLimits(time_s=30))
    scip = solve_mathopt(model, "scip", SolveLimits(time_s=30))
    assert highs.objective == pytest.approx(scip.objective, rel=1e-6)


@pytest.mark.parametrize("seed", range(0, 60, 6))
@pytest.mark.parametrize("solver", ["highs", "scip"])
def test_the_exact_loop_over_mathopt_gives_the_plan_of_solve(seed, solver):
    problem = corridor(seed, CorridorSize(n_shipments=14, n_days=8, tightness=0.2))
    ours = solve(problem, SolveLimits(time_s=30))
    state = _state(problem)
    run = mathopt_solver(solver, SolveLimits(), in_child=False)
    proved = solve_exactly(state, run, Deadline(60))
    assert state.cost_fen == ours.objective_fen
    assert np.ceil(proved - 0.05) == ours.bound_fen


def test_a_child_process_runs_the_exact_loop():
    problem = tiny(7, 4)
    state = _state(problem)
    solve_exactly(state, mathopt_solver("scip", SolveLimits()), Deadline(60))
    assert state.cost_fen == Enumeration(problem).optimum_fen()


def _does_not_pack() -> Draft:
    """Three of 6 kg for units of 10 kg: two units hold 18 kg in sum, but only two shipments."""
    draft = Draft(buckets=["b"], shipments=[(f"s{k}", 6, 6, 1_000, False) for k in range(3)])
    draft.options = [(0, "o", 300, 10, 10, 3, [])]
    draft.columns = [(k, 0, [0], []) for k in range(3)]
    return draft


@pytest.mark.parametrize("solver", ["highs", "scip"])
def test_what_does_not_pack_is_excluded(solver):
    problem = _does_not_pack().problem()
    assert solve_mathopt(build(problem), solver).objective == pytest.approx(6.0)
    state = _state(problem)
    run = mathopt_solver(solver, SolveLimits(), in_child=False)
    assert solve_exactly(state, run, Deadline(60)) == pytest.approx(900)
    assert state.cost_fen == 900


def test_without_a_third_unit_one_shipment_stays():
    draft = _does_not_pack()
    draft.options = [(0, "o", 300, 10, 10, 2, [])]
    solution = solve_and_check(draft.problem(), SolveLimits(time_s=20))
    assert solution.objective_fen == 2 * 300 + 1_000
    assert (solution.column == -1).sum() == 1
    assert solution.status == "optimal"


def test_a_state_is_a_feasible_point_of_the_model():
    problem = corridor(2, CorridorSize(n_shipments=40))
    state = _state(problem)
    for k, columns in enumerate(state.shipment_cols):
        for q in columns:
            if state.put_in(k, q):
                break
    model, point = build(problem), write_point(state)
    activity = model.row_activity(point)
    assert np.all(activity <= model.rows.upper + 1e-6)
    assert np.all(activity >= model.rows.lower - 1e-6)
    assert np.all(point <= model.columns.upper)
    assert model.objective(point) * 100 == pytest.approx(state.cost_fen)
