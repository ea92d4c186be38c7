"""Cheapest flows through given links: a linear program over groups."""

from __future__ import annotations

import numpy as np

from optimizer.models.consolidation.static.formulation import flow_model, shares
from optimizer.models.consolidation.static.links import LinkNetwork, LongArray, with_links
from optimizer.models.consolidation.static.paths import (
    Path,
    Routing,
    routing_of,
    take_apart,
    without_noise,
)
from optimizer.solvers.highs_lp import GrowingLp
from optimizer.solvers.linear import FloatArray
from optimizer.solvers.status import SolverResult, SolverStatus


def relaxed_price(network: LinkNetwork) -> FloatArray:
    """(m,) prices of the weak relaxation: the fixed cost is spread over the capacity."""
    return network.variable + network.fixed / np.maximum(network.capacity, 1e-9)


def solve_flow(network: LinkNetwork, price: FloatArray, time_s: float, seed: int) -> SolverResult:
    """The flow of least price, (m,) float64 a unit; infeasible where capacities do not suffice."""
    model = flow_model(network, shares(network, by_group=True), price)
    return GrowingLp(model, seed).solve(time_s)


def route_through(
    network: LinkNetwork, links: LongArray, price: FloatArray, time_s: float, seed: int
) -> Routing | None:
    """
    The cheapest flow at a price that uses some links only, or None if they do not suffice.

    Parameters
    ----------
    links
        (j,) positions of the links that may be used.
    price
        (m,) float64 of all links.
    """
    part = with_links(network, links)
    result = solve_flow(part, price[links], time_s, seed)
    if result.status is not SolverStatus.OPTIMAL or result.values is None:
        return None
    flow = without_noise(result.values.reshape(network.n_groups, len(links)))
    return lift(network, links, take_apart(part, flow))


def lift(network: LinkNetwork, links: LongArray, routing: Routing) -> Routing:
    """A routing over some links as one over all of them."""
    places = links.tolist()
    paths: tuple[tuple[Path, ...], ...] = tuple(
        tuple((amount, tuple(places[a] for a in path)) for amount, path in own)
        for own in routing.paths
    )
    return routing_of(network, paths)


def is_complete(network: LinkNetwork, routing: Routing) -> bool:
    """Whether everything flows and no link carries more than it can, but for rounding."""
    sent = np.array([sum(amount for amount, _ in own) for own in routing.paths])
    load = routing.load(network)
    return bool(
        np.all(np.abs(sent - network.demand) <= 1e-6 * np.maximum(1.0, network.demand))
        and np.all(load <= network.capacity * (1 + 1e-7) + 1e-6)
    )
