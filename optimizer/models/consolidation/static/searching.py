"""Incumbents: dives with the relaxation, neighbourhoods of the best, annealing, small MIPs."""

from __future__ import annotations

import numpy as np

from optimizer.models.consolidation.static.annealing import Annealer
from optimizer.models.consolidation.static.core import solve_core
from optimizer.models.consolidation.static.diving import Diver
from optimizer.models.consolidation.static.flows import route_through
from optimizer.models.consolidation.static.ledger import Ledger
from optimizer.models.consolidation.static.links import LongArray
from optimizer.models.consolidation.static.paths import Routing
from optimizer.models.consolidation.static.pricing import price_links
from optimizer.models.consolidation.static.regions import (
    Region,
    Size,
    favoured,
    freed,
    held,
    merged,
)
from optimizer.solvers.linear import BoolArray, FloatArray

_FAVOURED = 0.005
"""Average opening from which a link takes part in dives."""
_DIVES_FIRST = 3
_CYCLE = ("merge", "free", "free", "core", "free", "repair", "merge", "free", "free", "dive")
"""What rounds do after the first dives, again and again."""
_NOISE = 0.2
_STEPS, _SHARE = 40, 0.06
_MOVES, _MOST_OFF = 6_000, 12
_WARM, _COLD = 0.05, 0.003
"""Temperatures in mean cost of a link that is used."""
_HOPEFUL = 1.01
"""Routings up to this factor above the best are annealed."""
_CORE_SHARE, _CORE_S, _CORE_NODES = 0.1, 10.0, 200
"""Limits of a core: share of the whole time, seconds, nodes. Seconds bind on slow machines only."""
_PRICE_STEPS = 60
_FLOWS_EACH = 8.0
"""Flows of each commodity, beside those of routings, with which cores begin."""
_FIRST_SHARE = 0.25
_NO_BETTER = 1e-6
"""A neighbourhood whose bound is within this share of the cost is not searched."""


class Searching:
    """
    Rounds of search around a ledger's best routing.

    Parameters
    ----------
    ledger
        Holds at least one routing before ``round``.
    n_th
        Number of this search, where several share a ledger.
    """

    def __init__(self, ledger: Ledger, n_th: int = 0) -> None:
        self.ledger, self.network = ledger, ledger.network
        self.rng = np.random.default_rng((ledger.limits.seed, n_th))
        self.diver = Diver(ledger)
        self.opening: FloatArray = np.zeros(self.network.n_links)
        self.price: FloatArray = np.zeros((self.network.n_commodities, self.network.n_nodes))
        self.n_rounds = 0
        n_flows = _FLOWS_EACH * self.network.n_commodities
        self.sizes = {
            kind: Size(share=_FIRST_SHARE, n_flows=n_flows, least_flows=n_flows / 4)
            for kind in ("merge", "free", "core")
        }

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
            used, share = best.used(self.network), float(self.rng.uniform(0.1, 0.4))
            fixed = held(self.network, used, self.opening, share, self.rng)
            self._dive(best, fixed, 2 * _SHARE)
        else:
            self._core(best, step)
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

    def _region(self, best: Routing, kind: str) -> Region:
        """The neighbourhood of a round."""
        if kind == "merge":
            return merged(self.network, best, self.ledger.elite, self.rng)
        if kind == "core":
            elite = self.ledger.elite
            return favoured(self.network, best, elite, self.opening, _FAVOURED)
        share = self.sizes[kind].share * float(self.rng.uniform(0.6, 1.4))
        return freed(self.network, best, self.opening, share, self.rng)

    def _core(self, best: Routing, kind: str) -> None:
        """Price a neighbourhood, and branch over the flows that its prices favour."""
        region, before, limits = self._region(best, kind), self.ledger.cost, self.ledger.limits
        priced = price_links(
            self.network,
            np.flatnonzero(region.may_open),
            region.is_fixed,
            self.price,
            self.opening,
            asked=region.asked,
            cost=before,
            n_steps=_PRICE_STEPS,
        )
        is_finished = priced.bound >= before * (1.0 - _NO_BETTER)
        if not is_finished:
            result = solve_core(
                priced,
                best,
                region.others,
                int(self.sizes[kind].n_flows),
                time_s=min(_CORE_S, _CORE_SHARE * limits.time_s, self.ledger.deadline.left_s),
                seed=int(self.rng.integers(1 << 30)),
                max_nodes=_CORE_NODES,
                should_stop=lambda: self.ledger.is_over,
                on_routing=self.ledger.offer,
            )
            is_finished = result.is_finished
            if result.routing is not None and result.routing.cost < before:
                self.polish(result.routing)
        if self.ledger.cost >= before:
            self.sizes[kind].adapt(is_finished=is_finished)
