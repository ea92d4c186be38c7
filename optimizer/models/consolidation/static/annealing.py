"""Ruin and recreate over some links of a network, from a routing."""

from __future__ import annotations

import numpy as np

from optimizer.kernels import design_search as kernel
from optimizer.models.consolidation.static.flows import lift
from optimizer.models.consolidation.static.links import LinkNetwork, LongArray, with_links
from optimizer.models.consolidation.static.paths import Path, Routing, routing_of
from optimizer.solvers.limits import Deadline
from optimizer.solvers.linear import FloatArray

_MOVES_AT_ONCE = 500
"""Between two looks at the clock; a move takes well under a millisecond."""


class Annealer:
    """
    Work space of one network part.

    Parameters
    ----------
    network
        The whole network.
    links
        (j,) positions of the links that may be used.
    seed
        Of the moves.
    """

    def __init__(self, network: LinkNetwork, links: LongArray, seed: int) -> None:
        self.network, self.links = network, links
        self.part = part = with_links(network, links)
        order = np.argsort(part.tail, kind="stable").astype(np.int32)
        counts = np.bincount(part.tail, minlength=part.n_nodes)
        self._design = kernel.Design(
            tail=part.tail,
            head=part.head,
            out_ptr=np.concatenate(([0], np.cumsum(counts))).astype(np.int64),
            out_arc=order,
            variable=part.variable,
            fixed=part.fixed,
            capacity=part.capacity,
            origin=part.origin,
            destination=part.destination,
            demand=part.demand,
            forbidden=part.forbidden,
        )
        self._flow, self._best, self._saved = (_empty_flow(part) for _ in range(3))
        m, k, n = part.n_links, part.n_commodities, part.n_nodes
        self._scratch = kernel.Scratch(
            distance=np.zeros(n),
            via=np.zeros(n, dtype=np.int32),
            mark=np.zeros(n, dtype=np.int64),
            reached=np.zeros(n + 1, dtype=np.int32),
            bias=np.ones(m),
            chosen=np.zeros(k, dtype=np.int32),
            is_chosen=np.zeros(k, dtype=np.bool_),
            rng=np.array([(seed * 48271 + 12345) % (kernel.MODULUS - 1) + 1], dtype=np.int64),
        )

    def construct(self, fixed: FloatArray | None = None) -> Routing | None:
        """
        Insert all commodities one after the other, the largest first; None if one does not fit.

        Parameters
        ----------
        fixed
            (j,) float64, fixed costs to go by instead of the real ones.
        """
        design = self._design if fixed is None else self._design._replace(fixed=fixed)
        order = np.argsort(-self.part.demand, kind="stable").astype(np.int32)
        failed = kernel.construct(design, self._flow, self._scratch, order)
        return None if failed else self._routing(self._flow)

    def run(
        self,
        begin: Routing,
        n_moves: int,
        heat: tuple[float, float],
        most: int,
        deadline: Deadline,
    ) -> Routing:
        """
        The best routing met, ``begin`` if none is better.

        Parameters
        ----------
        begin
            Uses links of this part only.
        heat
            First and last temperature, in cost.
        most
            Commodities that a move takes off at most.
        """
        if not self._set(begin):
            return begin
        kernel.copy(self._flow, self._best)
        low = (heat[1] / heat[0]) ** (1.0 / max(1, -(-n_moves // _MOVES_AT_ONCE)))
        warm = heat[0]
        for _ in range(0, n_moves, _MOVES_AT_ONCE):
            if deadline.is_over:
                break
            kernel.anneal(
                self._design, self._flow, self._best, self._saved, self._scratch,
                _MOVES_AT_ONCE, np.array([warm, warm * low]), most,
            )  # fmt: skip
            warm *= low
        found = self._routing(self._best)
        return found if found.cost < begin.cost else begin

    def _set(self, routing: Routing) -> bool:
        """Load a routing; false where it uses other links or has too many of them."""
        place = np.full(self.network.n_links, -1, dtype=np.int64)
        place[self.links] = np.arange(len(self.links))
        flow = self._flow
        for array in flow:
            array[...] = 0
        for k, own in enumerate(routing.paths):
            for amount, links in own:
                here = place[list(reversed(links))]
                used = int(flow.n_used[k])
                if (here < 0).any() or used + len(here) > flow.arc.shape[1]:
                    return False
                flow.arc[k, used : used + len(here)] = here
                flow.amount[k, used : used + len(here)] = amount
                flow.n_used[k] += len(here)
                np.add.at(flow.load, here, amount)
                np.add.at(flow.n_on, here, 1)
        return True

    def _routing(self, flow: kernel.Flow) -> Routing:
        """Paths of a flow: entries of one commodity lie path by path, each from its end."""
        origins, tails = self.part.origin.tolist(), self.part.tail.tolist()
        paths: list[tuple[Path, ...]] = []
        for k, n_used in enumerate(flow.n_used.tolist()):
            arcs, amounts = flow.arc[k, :n_used].tolist(), flow.amount[k, :n_used].tolist()
            paths.append(_split_into_paths(arcs, amounts, origins[k], tails))
        return lift(self.network, self.links, routing_of(self.part, tuple(paths)))


def _split_into_paths(
    arcs: list[int], amounts: list[float], origin: int, tails: list[int]
) -> tuple[Path, ...]:
    """Each path runs backwards and ends with the link that leaves the origin."""
    merged: dict[tuple[int, ...], float] = {}
    first = 0
    for last, a in enumerate(arcs):
        if tails[a] == origin:
            links = tuple(reversed(arcs[first : last + 1]))
            merged[links] = merged.get(links, 0.0) + amounts[first]
            first = last + 1
    return tuple((amount, links) for links, amount in merged.items())


def _empty_flow(network: LinkNetwork) -> kernel.Flow:
    m, k = network.n_links, network.n_commodities
    width = 8 * network.n_nodes
    return kernel.Flow(
        load=np.zeros(m),
        n_on=np.zeros(m, dtype=np.int64),
        arc=np.zeros((k, width), dtype=np.int32),
        amount=np.zeros((k, width)),
        n_used=np.zeros(k, dtype=np.int64),
    )
