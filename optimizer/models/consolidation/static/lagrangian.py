"""The knapsack relaxation of a network: bound, openings that it favours, and what they add."""

from __future__ import annotations

import numpy as np

from optimizer.kernels import design_dual as kernel
from optimizer.models.consolidation.static.flows import relaxed_price
from optimizer.models.consolidation.static.links import LinkNetwork
from optimizer.solvers.linear import FloatArray

_NOISE = 1e-9
"""Share of the bound that sums of floats may be wrong by; it is given away."""
_FIRST_STEP, _FIRST_MIX, _LEAST_MIX = 0.1, 0.1, 0.005


class Lagrangian:
    """
    The volume algorithm on one network.

    Parameters
    ----------
    network
        All links; potentials begin at shortest distances under the weak relaxation's prices.
    """

    def __init__(self, network: LinkNetwork) -> None:
        self.network = network
        self._links = links_of(network)
        self._dual = dual_state(_distances(network)[network.origin], network.n_links)
        kernel.start(self._links, self._dual)

    @property
    def bound(self) -> float:
        """No routing costs less."""
        found = float(self._dual.control[kernel.BOUND])
        return found - _NOISE * abs(found)

    @property
    def price(self) -> FloatArray:
        """(K, N) float64, the potentials that prove the bound."""
        return self._dual.best.copy()

    @property
    def opening(self) -> FloatArray:
        """(m,) float64, average opening of the links, 0 to 1."""
        return self._dual.opening.copy()

    def improve(self, target: float, n_steps: int) -> float:
        """Take steps towards the cost of an incumbent; gives the bound."""
        kernel.improve(self._links, self._dual, target, n_steps)
        return self.bound

    def settle(self) -> None:
        """Let later solutions weigh less in the averages."""
        mix = self._dual.control[kernel.MIX]
        self._dual.control[kernel.MIX] = max(0.8 * mix, _LEAST_MIX)

    def link_values(self) -> FloatArray:
        """(m,) float64: opening a link (positive) or closing it (negative) lifts the bound so."""
        value = np.zeros(self.network.n_links)
        kernel.arc_values(self._links, self._dual.best, value)
        return value


def links_of(network: LinkNetwork) -> kernel.Links:
    """The network as the kernel sees it."""
    return kernel.Links(
        tail=network.tail,
        head=network.head,
        variable=network.variable,
        fixed=network.fixed,
        capacity=network.capacity,
        origin=network.origin,
        destination=network.destination,
        demand=network.demand,
        forbidden=network.forbidden,
    )


def dual_state(price: FloatArray, n_links: int) -> kernel.Dual:
    """Fresh state of the volume algorithm at potentials, (K, N) float64, which are copied."""
    return kernel.Dual(
        best=price.copy(),
        trial=np.zeros_like(price),
        surplus=np.zeros_like(price),
        direction=np.zeros_like(price),
        is_open=np.zeros(n_links),
        opening=np.zeros(n_links),
        control=np.array([0.0, _FIRST_STEP, 0.0, _FIRST_MIX]),
    )


def _distances(network: LinkNetwork) -> FloatArray:
    """(N, N) float64, cheapest ways at relaxed prices; 0 where there is none."""
    n = network.n_nodes
    least = np.full((n, n), np.inf)
    np.minimum.at(least, (network.tail, network.head), relaxed_price(network))
    np.fill_diagonal(least, 0.0)
    for via in range(n):
        least = np.minimum(least, least[:, [via]] + least[[via], :])
    return np.where(np.isfinite(least), least, 0.0)
