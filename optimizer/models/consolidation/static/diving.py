"""
Dives with the knapsack relaxation: open what it opens, close what it closes, a few steps between.

A dive over everything gives a routing from nothing; one that begins with most links of a routing
held open repairs a neighbourhood of it. Both are cheap: steps of the volume algorithm go on from
the potentials of the step before.
"""

from __future__ import annotations

import numpy as np

from optimizer.kernels import design_dual as kernel
from optimizer.models.consolidation.static.flows import route_through
from optimizer.models.consolidation.static.lagrangian import dual_state, links_of
from optimizer.models.consolidation.static.ledger import Ledger
from optimizer.models.consolidation.static.links import LongArray, with_links
from optimizer.models.consolidation.static.paths import Routing
from optimizer.solvers.linear import BoolArray, FloatArray

_OPEN, _CLOSED = 0.9, 0.02
"""Average openings at which a link is taken as decided."""
_FIRST_STEP = 0.02
_LEAST_TARGET = 1e-3
"""A dive aims at least this share of the cost above its bound."""


class Diver:
    """
    Dives from one set of potentials.

    Parameters
    ----------
    ledger
        Gives cost, clock and network; routings are returned, not offered.
    """

    def __init__(self, ledger: Ledger) -> None:
        self.ledger, self.network = ledger, ledger.network

    def dive(
        self,
        price: FloatArray,
        opening: FloatArray,
        fixed: FloatArray,
        links: LongArray,
        *,
        held: BoolArray,
        n_steps: int,
        share: float,
    ) -> Routing | None:
        """
        Decide the links one part after the other.

        Parameters
        ----------
        price
            (K, N) float64, potentials to begin with.
        opening
            (m,) float64, average openings to begin with.
        fixed
            (m,) float64, fixed costs to go by.
        links
            (j,) positions of the links that may open.
        held
            (m,) bool, those among them that are open from the start.
        n_steps
            Steps of the volume algorithm between two decisions.
        share
            Share of the undecided links that is opened each time at least.

        Returns
        -------
        None where the links opened do not suffice, or time is over.
        """
        is_open, live, weight = held.copy(), links, opening[links]
        # The fixed cost of links that are open is spent, whatever the dive goes on to do.
        while not self.ledger.is_over and not is_open[live].all():
            part = with_links(self.network, live)
            arrays = links_of(part)._replace(fixed=np.where(is_open[live], 0.0, fixed[live]))
            dual = dual_state(price, part.n_links)
            dual.control[kernel.STEP] = _FIRST_STEP
            kernel.start(arrays, dual)
            dual.opening[:] = weight
            target = self.ledger.cost - float(self.network.fixed[is_open].sum())
            least = dual.control[kernel.BOUND] + _LEAST_TARGET * self.ledger.cost
            kernel.improve(arrays, dual, max(target, least), n_steps)
            price, weight = dual.best, dual.opening
            opened, kept = _decide(weight, ~is_open[live], share)
            is_open[live[opened]] = True
            live, weight = live[kept], weight[kept]
        if self.ledger.is_over:
            return None
        return self._route(live, links, is_open)

    def _route(self, live: LongArray, links: LongArray, is_open: BoolArray) -> Routing | None:
        """Through the links opened, or through all with a toll on the others."""
        network, seed = self.network, self.ledger.limits.seed
        left_s = self.ledger.deadline.left_s
        found = route_through(network, live, network.variable, left_s, seed)
        if found is None:
            toll = np.where(is_open, 0.0, network.fixed / np.maximum(network.capacity, 1e-9))
            found = route_through(network, links, network.variable + toll, left_s, seed)
        return found


def _decide(
    weight: FloatArray, is_undecided: BoolArray, share: float
) -> tuple[LongArray, BoolArray]:
    """Positions to open, and which to keep; undecided ones of hardly any weight go."""
    undecided = np.flatnonzero(is_undecided)
    by_weight = undecided[np.argsort(-weight[undecided], kind="stable")]
    n_least = max(1, int(share * len(undecided)))
    n_clear = int(np.count_nonzero(weight[by_weight] > _OPEN))
    opened = by_weight[: max(n_least, n_clear)]
    kept = ~is_undecided | (weight >= _CLOSED)
    kept[opened] = True
    return opened, kept
