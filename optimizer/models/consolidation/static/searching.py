"""Incumbents: dives with the relaxation, neighbourhoods of the best, annealing, small MIPs."""

from __future__ import annotations

import numpy as np

from optimizer.models.consolidation.static.annealing import Annealer
from optimizer.models.consolidation.static.branching import branch
from optimizer.models.consolidation.static.diving import Diver
from optimizer.models.consolidation.static.flows import route_through
from optimizer.models.consolidation.static.ledger import Ledger
from optimizer.models.consolidation.static.links import LongArray
from optimizer.models.consolidation.static.paths import Routing
from optimizer.solvers.linear import BoolArray, FloatArray

_FAVOURED = 0.005
"""Average opening from which a link takes part in dives."""
_HOPE, _LUCK = 0.015, 0.02
"""Average opening, plus luck, from which a link takes part in small MIPs."""
_DIVES_FIRST = 3
_CYCLE = ("merge", "free", "free", "repair", "dive", "merge", "free", "free", "dive")
"""What rounds do after the first dives, again and again."""
_NOISE = 0.2
_STEPS, _SHARE = 40, 0.06
_MOVES, _MOST_OFF = 6_000, 12
_WARM, _COLD = 0.05, 0.003
"""Temperatures in mean cost of a link that is used."""
_HOPEFUL = 1.01
"""Routings up to this factor above the best are annealed."""
_MIP_SHARE, _MIP_S, _MIP_NODES = 0.08, 8.0, 200


class Searching:
    """
    Rounds of search around a ledger's best routing.

    Parameters
    ----------
    ledger
        Holds at least one routing before ``round``.
    """

    def __init__(self, ledger: Ledger) -> None:
        self.ledger, self.network = ledger, ledger.network
        self.rng = np.random.default_rng(ledger.limits.seed)
        self.diver = Diver(ledger)
        self.opening: FloatArray = np.zeros(self.network.n_links)
        self.price: FloatArray = np.zeros((self.network.n_commodities, self.network.n_nodes))
        self.n_rounds = 0

    def first(self) -> None:
        """A routing at once, if inserting one commodity after the other finds one."""
        everything = np.arange(self.network.n_links)
        self.ledger.offer(Annealer(self.network, everything, self.ledger.limits.seed).construct())

    def polish(self, routing: Routing) -> Routing:
        """The cheapest flow through the links of a routing, again while links fall away."""
        for _ in range(3):
            links = np.flatnonzero(routing.used(self.network))
            left_s = self.ledger.deadline.left_s
            seed = self.ledger.limits.seed
            better = route_through(self.network, links, self.network.variable, left_s, seed)
            if better is None or better.cost >= routing.cost - 1e-9 * routing.cost:
                break
            routing = better
        self.ledger.offer(routing)
        return routing

    def round(self) -> bool:
        """
        One step of the cycle: dive, merge, free a part for a small MIP, repair a part.

        Returns
        -------
        Whether the best became better.
        """
        before, best = self.ledger.cost, self.ledger.best
        if best is None or self.ledger.is_over:
            return False
        place = self.n_rounds - _DIVES_FIRST
        step = "dive" if place < 0 else _CYCLE[place % len(_CYCLE)]
        self.n_rounds += 1
        if step == "dive":
            self._dive(best, np.zeros(self.network.n_links, dtype=np.bool_), _SHARE)
        elif step == "repair":
            self._dive(best, self._held(best), 2 * _SHARE)
        elif step == "merge":
            self._merge(best)
        else:
            self._free(best)
        return self.ledger.cost < before

    def _dive(self, best: Routing, held: BoolArray, share: float) -> None:
        """Dive with noise, polish, and anneal what is near the best."""
        noise = 0.0 if self.n_rounds == 1 else _NOISE * float(self.rng.random())
        spread = 1.0 + noise * self.rng.uniform(-1.0, 1.0, self.network.n_links)
        found = self.diver.dive(
            self.price,
            self.opening,
            self.network.fixed * spread,
            self._links(best.used(self.network)),
            held=held,
            n_steps=_STEPS,
            share=share,
        )
        if found is not None and not self.ledger.is_over:
            found = self.polish(found)
            if found.cost <= _HOPEFUL * self.ledger.cost or self.n_rounds <= 1:
                self._anneal(found)

    def _links(self, used: BoolArray) -> LongArray:
        """Links that take part: favoured, used, and a few others at random."""
        chance = 0.05 * self.rng.random()
        luck = self.rng.random(self.network.n_links) < chance
        return np.flatnonzero(used | luck | (self.opening > _FAVOURED))

    def _held(self, best: Routing) -> BoolArray:
        """The links of the best routing that stay open: all but those of one neighbourhood."""
        used = best.used(self.network)
        rng, n_nodes = self.rng, self.network.n_nodes
        share = float(rng.uniform(0.1, 0.4))
        kind = rng.integers(3)
        if kind == 0:  # anywhere
            freed = rng.random(self.network.n_links) < share
        elif kind == 1:  # around some nodes
            near = np.zeros(n_nodes, dtype=np.bool_)
            near[rng.permutation(n_nodes)[: max(1, int(share * n_nodes / 2))]] = True
            freed = near[self.network.tail] | near[self.network.head]
        else:  # what the relaxation likes least
            doubt = (1.0 - self.opening) * rng.random(self.network.n_links)
            doubt[~used] = -1.0
            freed = np.zeros(self.network.n_links, dtype=np.bool_)
            freed[np.argsort(-doubt, kind="stable")[: max(2, int(share * used.sum()))]] = True
        return used & ~freed

    def _anneal(self, begin: Routing) -> None:
        """Ruin and recreate from a routing, then the cheapest flow."""
        used = begin.used(self.network)
        links = np.flatnonzero(used | (self.opening > _FAVOURED))
        scale = begin.cost / max(1, int(used.sum()))
        annealer = Annealer(self.network, links, int(self.rng.integers(1 << 30)))
        heat = (_WARM * scale, _COLD * scale)
        found = annealer.run(begin, _MOVES, heat, _MOST_OFF, self.ledger.deadline)
        if found.cost < begin.cost:
            self.polish(found)

    def _merge(self, best: Routing) -> None:
        """Branch over the links on which good routings do not agree."""
        others = [one for one in self.ledger.elite if one.cost > best.cost]
        n_others = min(len(others), 1 + int(self.rng.integers(3)))
        chosen = self.rng.permutation(len(others))[:n_others]
        uses = [best.used(self.network)] + [others[i].used(self.network) for i in chosen]
        self._branch(best, np.logical_or.reduce(uses), np.logical_and.reduce(uses))

    def _free(self, best: Routing) -> None:
        """Branch over the links of a neighbourhood, used or favoured; the rest stays as it is."""
        used, held = best.used(self.network), self._held(best)
        touched = np.zeros(self.network.n_nodes, dtype=np.bool_)
        freed = used & ~held
        touched[self.network.tail[freed]] = True
        touched[self.network.head[freed]] = True
        near = touched[self.network.tail] & touched[self.network.head]
        hopeful = near & ~used & (self.opening + _LUCK * self.rng.random(len(used)) > _HOPE)
        self._branch(best, used | hopeful, held)

    def _branch(self, best: Routing, may_open: BoolArray, is_fixed: BoolArray) -> None:
        time_s = min(_MIP_S, _MIP_SHARE * self.ledger.limits.time_s, self.ledger.deadline.left_s)
        result = branch(
            self.network,
            np.flatnonzero(may_open),
            is_fixed=is_fixed,
            begin=best,
            time_s=time_s,
            seed=int(self.rng.integers(1 << 30)),
            max_nodes=_MIP_NODES,
            should_stop=lambda: self.ledger.is_over,
        )
        if result.routing is not None:
            self.polish(result.routing)
