"""Flows of groups taken apart into paths of commodities, and turned into a plan."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from optimizer.models.consolidation.network_design_plan import DesignPlan, Dispatch, Leg
from optimizer.models.consolidation.static.links import LinkNetwork
from optimizer.solvers.linear import FloatArray

_NOTHING = 1e-6
"""Share of a commodity (and of a unit) that is noise of a linear program."""
_FLOW_NOISE = 1e-7
_SPENT = 1e-9
"""Flow of a link below which nothing can be traced through it."""
Path = tuple[float, tuple[int, ...]]
"""Amount and links from origin to destination."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Routing:
    """
    A solution: the paths of each commodity.

    Parameters
    ----------
    cost
        Fixed cost of the links used plus variable cost of their loads.
    paths
        For each commodity.
    """

    cost: float
    paths: tuple[tuple[Path, ...], ...]

    def load(self, network: LinkNetwork) -> FloatArray:
        """(m,) float64."""
        return _loads(network, self.paths)

    def used(self, network: LinkNetwork) -> np.ndarray:
        """(m,) bool."""
        return self.load(network) > 0


def routing_of(network: LinkNetwork, paths: tuple[tuple[Path, ...], ...]) -> Routing:
    """Paths with their cost."""
    return Routing(cost=network.cost(_loads(network, paths)), paths=paths)


def _loads(network: LinkNetwork, paths: tuple[tuple[Path, ...], ...]) -> FloatArray:
    load = np.zeros(network.n_links)
    for own in paths:
        for amount, links in own:
            load[list(links)] += amount
    return load


def without_noise(flow: FloatArray) -> FloatArray:
    """A flow with what a linear program leaves around nothing set to nothing."""
    return np.where(flow > _FLOW_NOISE, flow, 0.0)


def take_apart(network: LinkNetwork, flow: FloatArray) -> Routing:
    """
    Paths that make up the flows of groups.

    Each commodity is followed backwards from its destination along links that still carry flow of
    its group. What a linear program leaves over or short, a millionth, is put on the last path.

    Parameters
    ----------
    flow
        (G, m) float64, conserving, no more than the capacities.
    """
    return routing_of(network, _trace_all(network, flow.tolist(), network.group.tolist()))


def trace_paths(network: LinkNetwork, flow: FloatArray) -> tuple[tuple[Path, ...], ...]:
    """Paths that make up the flows of commodities, (K, m) float64."""
    return _trace_all(network, flow.tolist(), list(range(network.n_commodities)))


def _trace_all(
    network: LinkNetwork, flow: list[list[float]], part: list[int]
) -> tuple[tuple[Path, ...], ...]:
    """Paths of each commodity through the flow of its part, which is used up."""
    into: list[list[int]] = [[] for _ in range(network.n_nodes)]
    for a, head in enumerate(network.head.tolist()):
        into[head].append(a)
    tails = network.tail.tolist()
    ends = list(zip(network.origin.tolist(), network.destination.tolist(), strict=True))
    return tuple(
        _paths_of(flow[g], ends[k], float(network.demand[k]), into, tails)
        for k, g in enumerate(part)
    )


def _paths_of(
    rest: list[float],
    ends: tuple[int, int],
    demand: float,
    into: list[list[int]],
    tails: list[int],
) -> tuple[Path, ...]:
    """Paths of one commodity; takes what they use from ``rest``, in place."""
    found: list[tuple[float, tuple[int, ...]]] = []
    left, least = demand, _NOTHING * max(1.0, demand)
    while left > least:
        links = _trace(rest, ends, into, tails)
        if links is None:
            break
        amount = min(left, *(rest[a] for a in links))
        if left - amount <= least:
            amount = left
        for a in links:
            rest[a] -= amount
        found.append((amount, links))
        left -= amount
    if found and left > 0:
        amount, links = found[-1]
        found[-1] = (amount + left, links)
    merged: dict[tuple[int, ...], float] = {}
    for amount, links in found:
        merged[links] = merged.get(links, 0.0) + amount
    return tuple((amount, links) for links, amount in merged.items())


def _trace(
    rest: list[float], ends: tuple[int, int], into: list[list[int]], tails: list[int]
) -> tuple[int, ...] | None:
    """Links with flow from origin to destination; cycles met on the way are taken out of it."""
    origin, node = ends
    back: list[int] = []
    place = {node: 0}
    while node != origin:
        a = max(into[node], key=lambda b: rest[b], default=-1)
        if a < 0 or rest[a] <= _SPENT:
            return None
        back.append(a)
        node = tails[a]
        if node in place:
            cycle = back[place[node] :]
            amount = min(rest[b] for b in cycle)
            for b in cycle:
                rest[b] -= amount
            back = back[: place[node]]
            place = {n: i for n, i in place.items() if i <= len(back)}
        else:
            place[node] = len(back)
    return tuple(reversed(back))


def make_plan(network: LinkNetwork, routing: Routing, option_arc: np.ndarray) -> DesignPlan:
    """The plan that a routing stands for; everything leaves at minute 0 in pool 0."""
    arcs = option_arc[network.option].tolist()
    legs = tuple(
        tuple(
            tuple(Leg(arc=arcs[a], departs_min=0, kg=amount) for a in links)
            for amount, links in own
        )
        for own in routing.paths
    )
    used = np.flatnonzero(routing.used(network)).tolist()
    return DesignPlan(
        legs=legs,
        dispatches=tuple(
            Dispatch(option=int(network.option[a]), departs_min=0, pool=0, units=1) for a in used
        ),
    )
