"""Prices for a part of the links, and the flows that they favour there."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from optimizer.kernels import design_dual as kernel
from optimizer.models.consolidation.static.lagrangian import dual_state, links_of
from optimizer.models.consolidation.static.links import LinkNetwork, LongArray, with_links
from optimizer.models.consolidation.static.paths import Routing
from optimizer.solvers.linear import BoolArray, FloatArray, IndexArray

_FIRST_STEP = 0.02
_LEAST_TARGET = 1e-3
"""Potentials aim at least this share of the cost above their bound."""
_LEAST_OPENING = 0.005
"""Average opening under which a link that is not asked for is left out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Priced:
    """
    Links that may open, and potentials that fit them.

    Parameters
    ----------
    links
        (j,) positions in the whole network.
    is_fixed
        (j,) bool, open whether used or not.
    price
        (K, N) float64, potentials.
    bound
        No routing over these links, with those fixed open, costs less.
    """

    network: LinkNetwork
    links: LongArray
    is_fixed: BoolArray
    price: FloatArray
    bound: float


def price_links(
    network: LinkNetwork,
    links: LongArray,
    is_fixed: BoolArray,
    price: FloatArray,
    opening: FloatArray,
    *,
    asked: BoolArray,
    cost: float,
    n_steps: int,
) -> Priced:
    """
    Fit potentials to some links by the volume algorithm, and drop links that will hardly pay there.

    Parameters
    ----------
    links
        (j,) positions of the links that may open.
    is_fixed
        (m,) bool, links among them that are open.
    price, opening
        (K, N) and (m,) float64, potentials and average openings to begin with.
    asked
        (m,) bool, links that stay though the potentials leave them at nothing.
    cost
        Of a routing that is to be improved.
    """
    part, spent = with_links(network, links), float(network.fixed[is_fixed].sum())
    arrays = links_of(part)._replace(fixed=np.where(is_fixed[links], 0.0, part.fixed))
    dual = dual_state(price, part.n_links)
    dual.control[kernel.STEP] = _FIRST_STEP
    kernel.start(arrays, dual)
    dual.opening[:] = opening[links]
    target = max(cost - spent, dual.control[kernel.BOUND] + _LEAST_TARGET * cost)
    kernel.improve(arrays, dual, target, n_steps)
    value = np.zeros(part.n_links)
    bound = kernel.arc_values(arrays, dual.best, value) + spent
    free = ~is_fixed[links]
    kept = ~free | ((bound + value <= cost) & (asked[links] | (dual.opening >= _LEAST_OPENING)))
    is_open = ~free | (bound - value > cost)
    return Priced(
        network=network,
        links=links[kept],
        is_fixed=is_open[kept],
        price=dual.best,
        bound=bound,
    )


def choose_flows(
    priced: Priced, routings: list[Routing], n_flows: int
) -> tuple[LongArray, LongArray]:
    """
    Flows of some routings, and those on paths that add least to the bound.

    Parameters
    ----------
    routings
        Their flows are taken as far as the links hold them.
    n_flows
        Flows beside those.

    Returns
    -------
    commodity, link
        (c,) int64; the link is a position in ``priced.links``.
    """
    network, links = priced.network, priced.links
    regret = path_regrets(with_links(network, links), priced.price)
    place = np.full(network.n_links, -1)
    place[links] = np.arange(len(links))
    for routing in routings:
        for k, own in enumerate(routing.paths):
            for _, path in own:
                here = place[list(path)]
                regret[k, here[here >= 0]] = -np.inf
    flat = regret.reshape(-1)
    n_own = int(np.isneginf(flat).sum())
    order = np.argsort(flat, kind="stable")[: n_own + n_flows]
    order = np.sort(order[flat[order] < np.inf])
    return order // len(links), order % len(links)


def path_regrets(part: LinkNetwork, price: FloatArray) -> FloatArray:
    """
    (K, j) float64, what the cheapest path with a link adds to the bound, for a whole commodity.

    A negative reduced price pays for the opening of its link, so it counts as nothing.
    """
    excess = part.variable[None, :] + price[:, part.tail] - price[:, part.head]
    excess = np.where(part.forbidden.T, np.inf, np.maximum(excess, 0.0))
    every = np.arange(part.n_commodities)
    outward = np.full((part.n_commodities, part.n_nodes), np.inf)
    inward = outward.copy()
    outward[every, part.origin] = 0.0
    inward[every, part.destination] = 0.0
    by_head, by_tail = (np.argsort(end, kind="stable") for end in (part.head, part.tail))
    for _ in range(part.n_nodes):
        seen = outward.sum(), inward.sum()
        _relax(outward, excess, part.tail, part.head, by_head)
        _relax(inward, excess, part.head, part.tail, by_tail)
        if (outward.sum(), inward.sum()) == seen and np.isfinite(seen).all():
            break
    through = outward[:, part.tail] + excess + inward[:, part.head]
    return through * part.demand[:, None]


def _relax(
    distance: FloatArray, step: FloatArray, begin: IndexArray, end: IndexArray, by_end: LongArray
) -> None:
    """One round of Bellman and Ford for all commodities at once, in place."""
    reached = (distance[:, begin] + step)[:, by_end]
    ends, first = np.unique(end[by_end], return_index=True)
    least = np.minimum.reduceat(reached, first, axis=1)
    distance[:, ends] = np.minimum(distance[:, ends], least)
