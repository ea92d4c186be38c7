"""The batch solver on a toy with its arithmetic, against other solvers, and on changed inputs."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from itertools import product
from pathlib import Path

import numpy as np
import pytest

from optimizer.errors import ModelError
from optimizer.kernels.order_allocation import IS_LOOSE, Prices, allocate_orders
from optimizer.models.allocation import batch_core
from optimizer.models.allocation.batch_core import solve_core
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


def least_fen(problem: BatchProblem, o: int, prices: Prices) -> float:
    """Price of the best way of one order alone, by trying every number of packs on every arc."""
    lines = range(problem.order_line_ptr[o], problem.order_line_ptr[o + 1])
    offers = range(problem.order_offer_ptr[o], problem.order_offer_ptr[o + 1])
    arcs = range(problem.offer_arc_ptr[offers[0]], problem.offer_arc_ptr[offers[-1] + 1])
    wanted = {k: problem.line_units.item(k) for k in lines}
    packs = [problem.line_pack.item(problem.arc_line[a]) for a in arcs]
    most = [
        min(problem.cell_units.item(problem.arc_cell[a]), wanted[problem.arc_line.item(a)]) // n
        for a, n in zip(arcs, packs, strict=True)
    ]
    unserved = {k: problem.line_unserved_fen.item(k) for k in lines}
    best = float(sum(wanted[k] * unserved[k] for k in lines))
    whole = sum(
        n // problem.line_pack.item(k) * problem.line_pack.item(k) for k, n in wanted.items()
    )
    least = min(problem.order_min_units.item(o), whole)
    least = least if problem.order_is_partial[o] else sum(wanted.values())
    for taken in product(*(range(n + 1) for n in most)):
        cost, left, drawn_by = 0.0, dict(wanted), {}
        for a, n, pack in zip(arcs, taken, packs, strict=True):
            if n:
                f, line = problem.arc_offer.item(a), problem.arc_line.item(a)
                left[line] -= n * pack
                cost += n * (pack * problem.arc_unit_fen.item(a) + prices.cell[problem.arc_cell[a]])
                drawn_by[f] = drawn_by.get(f, 0) + n * pack
        served = sum(wanted.values()) - sum(left.values())
        sources = {problem.offer_warehouse.item(f) for f in drawn_by}
        is_good = served >= least and min(left.values()) >= 0
        if served == 0 or not is_good or len(sources) > problem.order_max_warehouses[o]:
            continue
        # Each offer of the drawn problems draws on one resource, which counts pieces.
        cost += sum(
            problem.offer_fen.item(f) + n * prices.resource[problem.offer_draw_resource[f]]
            for f, n in drawn_by.items()
        )
        best = min(best, cost + sum(left[k] * unserved[k] for k in lines))
    return float(best)


@pytest.mark.parametrize("seed", range(4))
def test_kernel_finds_what_trying_everything_finds(seed: int):
    problem, rng = drawn(seed, n_orders=5), np.random.default_rng(seed)
    batch = make_batch(problem)
    prices = Prices(cell=rng.uniform(0, 400, 9), resource=rng.uniform(-60, 200, 3))
    value, plan = np.zeros(problem.n_orders), batch.no_plan()
    allocate_orders(
        np.arange(problem.n_orders), batch.tables, prices, batch.full_room(), plan, True, value,
        batch.no_use(), batch.work(),
    )  # fmt: skip
    for o in range(problem.n_orders):
        exact = least_fen(problem, o, prices)
        if batch.tables.order[o, IS_LOOSE]:
            assert value[o] == pytest.approx(exact, abs=1e-6)
        else:
            assert value[o] <= exact + 1e-6


@pytest.mark.parametrize("seed", range(3))
def test_column_generation_alone_finds_the_optimum(seed: int, monkeypatch: pytest.MonkeyPatch):
    problem = drawn(seed)
    exact = solve_core(problem, SolveLimits(time_s=20))
    monkeypatch.setattr(batch_core, "_SMALL_ARCS", 0)
    monkeypatch.setattr(batch_core, "_MIDDLE_ARCS", 0)
    found = solve_core(problem, SolveLimits(time_s=20))
    assert exact.status == "optimal"
    assert plan_defects(problem, found.arc_packs) == []
    assert found.bound_fen <= exact.objective_fen == found.objective_fen


def test_told_to_stop_it_gives_a_plan_at_once():
    problem, asked = drawn(2), []
    solution = solve_core(
        problem, SolveLimits(time_s=60), should_stop=lambda: bool(asked.append(1)) or len(asked) > 3
    )
    assert (solution.stop_reason, solution.status) == ("cancelled", "feasible")
    assert plan_defects(problem, solution.arc_packs) == []
    assert plan_fen(problem, solution.arc_packs) == solution.objective_fen
    assert solution.seconds < 10


def test_the_same_plan_without_the_compiler_and_with_two_threads():
    code = (
        "from tests.unit.allocation.test_batch_core import *\n"
        "s = solve_core(drawn(0, 3), SolveLimits(time_s=60, n_threads=2))\n"
        "print(s.objective_fen, s.bound_fen, *s.arc_packs.tolist())"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True,
        env={**os.environ, "NUMBA_DISABLE_JIT": "1"}, cwd=Path(__file__).parents[3],
    )  # fmt: skip
    one = solve_core(drawn(0, 3), SolveLimits(time_s=60))
    assert [int(word) for word in done.stdout.split()] == [
        one.objective_fen, one.bound_fen, *one.arc_packs.tolist(),
    ]  # fmt: skip


def test_bad_arrays_are_refused_with_all_defects():
    with pytest.raises(ModelError) as caught:
        toy(line_units=(0, 1), cell_units=(-1, 5))
    assert "line_units" in str(caught.value)
    assert "cell_units" in str(caught.value)
