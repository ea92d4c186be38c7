"""Branch and bound over the links that a better routing can use: for the bound."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from optimizer.models.consolidation.static.flows import lift
from optimizer.models.consolidation.static.formulation import Shares, design_model, shares
from optimizer.models.consolidation.static.links import LinkNetwork, LongArray, with_links
from optimizer.models.consolidation.static.paths import (
    Routing,
    routing_of,
    take_apart,
    trace_paths,
    without_noise,
)
from optimizer.solvers.highs import solve_mip
from optimizer.solvers.linear import BoolArray, FloatArray
from optimizer.solvers.status import SolverStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class Branching:
    """
    What branch and bound over some links gave.

    Parameters
    ----------
    bound
        No routing over these links, with those fixed open, costs less; infinite if there is none.
    routing
        The best found, or None.
    is_finished
        Whether the bound is that of the routing, or that there is none.
    """

    bound: float
    routing: Routing | None
    is_finished: bool


def branch(
    network: LinkNetwork,
    links: LongArray,
    *,
    is_fixed: BoolArray,
    begin: Routing | None,
    time_s: float,
    seed: int,
    by_commodity: bool = False,
    n_threads: int = 1,
    gap: float = 0.0,
    should_stop: Callable[[], bool] | None = None,
    on_bound: Callable[[float], None] | None = None,
    on_routing: Callable[[Routing], object] | None = None,
) -> Branching:
    """
    Solve the model over some links.

    Parameters
    ----------
    links
        (j,) positions of the links that may open.
    is_fixed
        (m,) bool, links that are open whether used or not.
    begin
        A routing over these links, with those fixed open, to start from.
    by_commodity
        Whether flows are by commodity: a stronger relaxation, and a larger one.
    """
    part = with_links(network, links)
    parts = shares(part, by_group=not by_commodity)
    whose = np.arange(part.n_commodities) if by_commodity else part.group
    model = design_model(part, parts)
    lower = model.columns.lower.copy()
    lower[: part.n_links] = is_fixed[links]
    model = replace(model, columns=replace(model.columns, lower=lower))

    def read(values: FloatArray) -> Routing:
        flow = without_noise(values[part.n_links :].reshape(parts.n_parts, part.n_links))
        paths = trace_paths(part, flow) if by_commodity else take_apart(part, flow).paths
        return lift(network, links, routing_of(part, paths))

    result = solve_mip(
        model,
        time_s=time_s,
        gap=gap,
        seed=seed,
        n_threads=n_threads,
        start=None
        if begin is None
        else _start(network, parts, links, begin, part=whose, is_fixed=is_fixed),
        should_stop=should_stop,
        on_bound=on_bound,
        on_point=None if on_routing is None else lambda values: _tell(on_routing, read(values)),
    )
    return Branching(
        bound=result.bound,
        routing=None if result.values is None else read(result.values),
        is_finished=result.status in (SolverStatus.OPTIMAL, SolverStatus.INFEASIBLE),
    )


def _tell(on_routing: Callable[[Routing], object], routing: Routing) -> None:
    on_routing(routing)


def _start(
    network: LinkNetwork,
    parts: Shares,
    links: LongArray,
    begin: Routing,
    *,
    part: npt.NDArray[np.int64],
    is_fixed: BoolArray,
) -> FloatArray:
    """The point of a routing; links fixed open are open."""
    flow = np.zeros((parts.n_parts, network.n_links))
    for k, own in enumerate(begin.paths):
        for amount, path in own:
            flow[part[k], list(path)] += amount
    flow = np.minimum(flow[:, links], parts.most)
    is_open = (flow.sum(axis=0) > 0) | is_fixed[links]
    return np.concatenate((is_open.astype(np.float64), flow.reshape(-1)))
