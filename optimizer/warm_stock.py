"""The smallest problems that call the kernels of location, inventory and allocation."""

from __future__ import annotations

import numpy as np


def locations() -> None:
    """Two warehouses, two customers, of which one has to be split."""
    from optimizer.models.location.problem import single_period
    from optimizer.models.location.solve import solve

    for is_single in (False, True):
        solve(
            single_period(
                capacity=np.array([6.0, 5.0]),
                opening=np.array([100.0, 60.0]),
                demand=np.array([6.0, 4.0]),
                cost=np.array([[6.0, 8.0], [18.0, 4.0]]),
                is_single=is_single,
            )
        )


def inventories() -> None:
    """A chain of two stages, and some days of one policy."""
    from optimizer.models.inventory.guaranteed_service import ServiceNetwork, Stage
    from optimizer.models.inventory.guaranteed_tree import solve_forest
    from optimizer.models.inventory.policy_service import Policy, PolicyKind
    from optimizer.models.inventory.simulation import Horizon, draw, simulate

    stages = (
        Stage(stage_id="a", processing=2, holding_cost=1.0),
        Stage(
            stage_id="b",
            processing=1,
            holding_cost=2.0,
            demand_mean=1.0,
            demand_sd=1.0,
            outbound_most=0,
        ),
    )
    arc = {"tail": np.array([0]), "head": np.array([1]), "units": np.array([1.0])}
    solve_forest(ServiceNetwork(stages=stages, **arc))
    horizon = Horizon(n_replications=2, n_days=4, warm_up_days=1)
    drawn = draw(np.array([0.5, 0.5]), np.array([[1, 2]]), horizon, (1,))
    policy = Policy(kind=PolicyKind.LOTS, reorder_point=1, span=2, review_days=1)
    simulate(policy, *drawn, horizon)


def allocations() -> None:
    """Two orders of one piece, of which one warehouse has one."""
    from optimizer.models.allocation.batch_core import solve_core
    from optimizer.models.allocation.batch_problem import BatchProblem
    from optimizer.solvers.limits import SolveLimits

    problem = BatchProblem.build(
        order_ids=("A", "B"),
        line_ids=("A/x", "B/x"),
        offer_ids=range(4),
        cell_ids=("x@0", "x@1"),
        resource_ids=(),
        order_line_ptr=(0, 1, 2),
        order_offer_ptr=(0, 2, 4),
        order_max_warehouses=(1, 1),
        order_is_partial=(False, False),
        order_min_units=(0, 0),
        line_units=(1, 1),
        line_pack=(1, 1),
        line_unserved_fen=(10_000, 10_000),
        line_unit_g=(100, 100),
        line_unit_cm3=(100, 100),
        offer_warehouse=(0, 1, 0, 1),
        offer_fen=(500, 700, 400, 1_400),
        offer_draw_ptr=(0, 0, 0, 0, 0),
        offer_draw_resource=(),
        offer_draw_booked=(),
        offer_arc_ptr=(0, 1, 2, 3, 4),
        arc_line=(0, 0, 1, 1),
        arc_cell=(0, 1, 0, 1),
        arc_unit_fen=(10, 10, 10, 10),
        cell_units=(1, 5),
        resource_measure=(),
        resource_capacity=(),
        resource_least=(),
        resource_short_mfen=(),
    )
    solve_core(problem, SolveLimits(time_s=60.0, gap=0.0))
