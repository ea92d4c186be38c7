"""The batch solver on a toy with its arithmetic, against other solvers, and on changed inputs."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from optimizer.errors import ModelError
from optimizer.models.allocation.batch_core import solve_core
from optimizer.models.allocation.batch_explain import explain
from optimizer.models.allocation.batch_formulation import formulate
from optimizer.models.allocation.batch_problem import PIECES, BatchProblem
from optimizer.models.allocation.batch_tables import make_batch, plan_defects, plan_fen
from optimizer.solvers.limits import SolveLimits
from optimizer.solvers.mathopt import solve_mathopt


def toy(**changes: object) -> BatchProblem:
    """Two orders of one piece; warehouse 0 has one piece, warehouse 1 has plenty."""
    arrays: dict[str, object] = {
        "order_ids": ("A", "B"),
        "line_ids": ("A/x", "B/x"),
        "offer_ids": range(4),
        "cell_ids": ("x@0", "x@1"),
        "resource_ids": ("pick@1",),
        "order_line_ptr": (0, 1, 2),
        "order_offer_ptr": (0, 2, 4),
        "order_max_warehouses": (1, 1),
        "order_is_partial": (False, False),
        "order_min_units": (0, 0),
        "line_units": (1, 1),
        "line_pack": (1, 1),
        "line_unserved_fen": (10_000, 10_000),
        "line_unit_g": (100, 100),
        "line_unit_cm3": (100, 100),
        "offer_warehouse": (0, 1, 0, 1),
        "offer_fen": (500, 700, 400, 1_400),
        "offer_draw_ptr": (0, 0, 1, 1, 2),
        "offer_draw_resource": (0, 0),
        "offer_draw_booked": (1, 1),
        "offer_arc_ptr": (0, 1, 2, 3, 4),
        "arc_line": (0, 0, 1, 1),
        "arc_cell": (0, 1, 0, 1),
        "arc_unit_fen": (10, 10, 10, 10),
        "cell_units": (1, 5),
        "resource_measure": (PIECES,),
        "resource_capacity": (5,),
        "resource_least": (0,),
        "resource_short_mfen": (0,),
    }
    return BatchProblem.build(**(arrays | changes))


def drawn(seed: int, n_orders: int = 6) -> BatchProblem:
    """Random orders of one or two lines, three warehouses with little stock, packs and parts."""
    rng = np.random.default_rng(seed)
    n_lines = rng.integers(1, 3, n_orders)
    first = np.concatenate(([0], np.cumsum(n_lines)))
    skus = np.concatenate([rng.choice(3, n, replace=False) for n in n_lines])
    pack = np.array([1, 1, 2])
    arcs = [
        (first[o] + k, 3 * skus[first[o] + k] + w, int(rng.integers(5, 90)))
        for o in range(n_orders)
        for w in range(3)
        for k in range(n_lines[o])
    ]
    line, cell, fen = zip(*arcs, strict=True)
    n_offers = 3 * n_orders
    return BatchProblem.build(
        order_ids=range(n_orders), line_ids=range(len(skus)), offer_ids=range(n_offers),
        cell_ids=range(9), resource_ids=range(3), order_line_ptr=first,
        order_offer_ptr=np.arange(n_orders + 1) * 3,
        order_max_warehouses=rng.integers(1, 4, n_orders),
        order_is_partial=rng.random(n_orders) < 0.5, order_min_units=rng.integers(0, 3, n_orders),
        line_units=rng.integers(1, 4, len(skus)), line_pack=pack[skus],
        line_unserved_fen=rng.integers(800, 3_000, len(skus)),
        line_unit_g=np.full(len(skus), 100), line_unit_cm3=np.full(len(skus), 100),
        offer_warehouse=np.tile(np.arange(3), n_orders),
        offer_fen=rng.integers(100, 900, n_offers), offer_draw_ptr=np.arange(n_offers + 1),
        offer_draw_resource=np.tile(np.arange(3), n_orders),
        offer_draw_booked=np.ones(n_offers),
        offer_arc_ptr=np.concatenate(([0], np.cumsum(np.repeat(n_lines, 3)))),
        arc_line=line, arc_cell=cell, arc_unit_fen=fen, cell_units=rng.integers(0, 5, 9),
        resource_measure=(PIECES,) * 3, resource_capacity=rng.integers(2, 8, 3),
        resource_least=(2, 0, 0), resource_short_mfen=(50_000, 0, 0),
    )  # fmt: skip


def test_last_unit_goes_where_it_saves_most():
    """B from 0 (410) and A from 1 (710): 1120. The other way round is 510 + 1410 = 1920."""
    solution = solve_core(toy(), SolveLimits(time_s=20))
    assert (solution.status, solution.objective_fen, solution.bound_fen) == ("optimal", 1120, 1120)
    assert solution.arc_packs.tolist() == [0, 1, 1, 0]


@pytest.mark.parametrize("seed", range(6))
def test_equals_scip_and_highs_through_mathopt(seed: int):
    problem = drawn(seed)
    model = formulate(make_batch(problem))
    solution = solve_core(problem, SolveLimits(time_s=20))
    assert solution.status == "optimal"
    assert plan_defects(problem, solution.arc_packs) == []
    assert plan_fen(problem, solution.arc_packs) == solution.objective_fen
    for solver in ("scip", "highs"):
        peer = solve_mathopt(model, solver, SolveLimits(time_s=20))
        assert peer.objective == pytest.approx(solution.objective_fen, abs=1e-3)


def test_more_stock_never_costs_more():
    problem = drawn(3)
    before = solve_core(problem, SolveLimits(time_s=20)).objective_fen
    for cell in range(3):
        more = problem.cell_units.copy()
        more[cell] += 2
        changed = replace(problem, cell_units=more)
        assert solve_core(changed, SolveLimits(time_s=20)).objective_fen <= before


def test_shortage_names_what_binds_and_its_repairs_hold():
    problem = toy(cell_units=(0, 5), resource_capacity=(1,))
    solution = solve_core(problem, SolveLimits(time_s=20))
    (shortage,) = explain(problem, solution.arc_packs)
    assert shortage.order == 1  # A at 710 goes before B at 1410
    repairs = {(r.kind, r.target): r.cost_fen for r in shortage.repairs}
    assert repairs == {("stock", 0): 410, ("capacity", 0): 1410}
    assert (shortage.reason, shortage.resource) == ("stock", "x@0")


def test_bad_arrays_are_refused_with_all_defects():
    with pytest.raises(ModelError) as caught:
        toy(line_units=(0, 1), cell_units=(-1, 5))
    assert "line_units" in str(caught.value)
    assert "cell_units" in str(caught.value)
