"""A whole plan of the synthetic week, from shipments to a checked result."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from benchmarks.registry import Case, Subject, register

SCENARIO = "kunming-week"


def prepare(n: int, seed: int) -> Sequence[Case]:
    """One plan of the first ``n`` shipments of a synthetic week under the scenario's limits."""
    from optimizer import planner
    from optimizer.demand.generate import generate_week
    from optimizer.scenario.prepare import plan_options
    from optimizer.scenario.scenario import load_scenario

    scenario = load_scenario(SCENARIO)
    data = planner.read(scenario.network_dir)
    inputs = planner.load(
        epoch_at=scenario.horizon_start, horizon_days=scenario.horizon_days, data=data
    )
    shipments = generate_week(data, seed=seed, n_shipments=n)
    return [partial(planner.plan, inputs, shipments, plan_options(scenario))]


register(
    Subject(
        name="plan",
        question="How long does a plan take, quotes and checks included?",
        size="shipments",
        default_n=480,
        prepare=prepare,
        warms_up=False,
    )
)
