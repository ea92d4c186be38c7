"""Parts of a network that are searched again: around good routings, links, nodes, and doubts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from optimizer.models.consolidation.static.links import LinkNetwork
from optimizer.models.consolidation.static.paths import Routing
from optimizer.solvers.linear import BoolArray, FloatArray

_HOPE, _LUCK = 0.015, 0.02
"""Average opening, plus luck, from which a link that is shut may open."""
_LEAST_SHARE = 0.03
_GROW, _SHRINK = 1.07, 0.9
_MORE_FLOWS, _FEWER_FLOWS = 1.3, 0.8
_MOST_OTHERS = 3


@dataclass(slots=True)
class Size:
    """
    How large neighbourhoods of a kind are; they grow while they are solved in vain.

    Parameters
    ----------
    share
        Of the used links that are freed.
    n_flows
        Flows beside those of routings.
    """

    share: float
    n_flows: float
    least_flows: float

    def adapt(self, *, is_finished: bool) -> None:
        """After a neighbourhood without a gain."""
        if is_finished:
            self.share = min(1.0, self.share * _GROW)
            self.n_flows *= _MORE_FLOWS
        else:
            self.share = max(_LEAST_SHARE, self.share * _SHRINK)
            self.n_flows = max(self.least_flows, self.n_flows * _FEWER_FLOWS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Region:
    """
    What may change.

    Parameters
    ----------
    may_open, is_fixed
        (m,) bool: links that may open, and those among them that stay open.
    asked
        (m,) bool, links that are not left out however little they promise.
    others
        Routings whose flows take part.
    """

    may_open: BoolArray
    is_fixed: BoolArray
    asked: BoolArray
    others: list[Routing]


def merged(
    network: LinkNetwork, best: Routing, elite: list[Routing], rng: np.random.Generator
) -> Region:
    """The links of the best and of a few other good routings."""
    others = [one for one in elite if one.cost > best.cost]
    n_others = min(len(others), 1 + int(rng.integers(_MOST_OTHERS)))
    chosen = [others[i] for i in rng.permutation(len(others))[:n_others]]
    union = np.logical_or.reduce([one.used(network) for one in (best, *chosen)])
    return Region(may_open=union, is_fixed=np.zeros_like(union), asked=union, others=chosen)


def favoured(
    network: LinkNetwork, best: Routing, elite: list[Routing], opening: FloatArray, least: float
) -> Region:
    """All links that the relaxation favours, and those of all good routings."""
    union = np.logical_or.reduce([one.used(network) for one in (best, *elite)])
    return Region(
        may_open=union | (opening > least),
        is_fixed=np.zeros_like(union),
        asked=union,
        others=list(elite),
    )


def freed(
    network: LinkNetwork,
    best: Routing,
    opening: FloatArray,
    share: float,
    rng: np.random.Generator,
) -> Region:
    """Some links of the best free to shut, and links near them free to open."""
    used = best.used(network)
    fixed = held(network, used, opening, share, rng)
    loose = used & ~fixed
    touched = np.zeros(network.n_nodes, dtype=np.bool_)
    touched[network.tail[loose]] = True
    touched[network.head[loose]] = True
    near = touched[network.tail] & touched[network.head]
    hopeful = near & ~used & (opening + _LUCK * rng.random(len(used)) > _HOPE)
    return Region(may_open=used | hopeful, is_fixed=fixed, asked=used, others=[])


def held(
    network: LinkNetwork,
    used: BoolArray,
    opening: FloatArray,
    share: float,
    rng: np.random.Generator,
) -> BoolArray:
    """(m,) bool, the used links that stay open: all but about a share in one neighbourhood."""
    n_nodes, kind = network.n_nodes, rng.integers(3)
    if kind == 0:  # anywhere
        loose = rng.random(network.n_links) < share
    elif kind == 1:  # around some nodes
        near = np.zeros(n_nodes, dtype=np.bool_)
        near[rng.permutation(n_nodes)[: max(1, int(share * n_nodes / 2))]] = True
        loose = near[network.tail] | near[network.head]
    else:  # what the relaxation likes least
        doubt = (1.0 - opening) * rng.random(network.n_links)
        doubt[~used] = -1.0
        loose = np.zeros(network.n_links, dtype=np.bool_)
        loose[np.argsort(-doubt, kind="stable")[: max(2, int(share * used.sum()))]] = True
    return used & ~loose
